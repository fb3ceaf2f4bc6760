"""After a restore: what payouts wait for, what was found outside, and their release, asked twice."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.found_payments import Outside
from fanshare.core.typed_amount import typed_amount
from fanshare.flows import found_payments, payout_holds, payout_rails
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.flows.people import slug_of
from fanshare.store.queries import found_payments as rows
from fanshare.store.queries import listing
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.payee.ways import NAMES
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: A statement of a bank has at most so many bytes.
MOST_BYTES = 20_000_000
_PLACES: Mapping[str, str] = {
    "bank": later("at the bank"),
    "stripe": later("at Stripe"),
    "paypal": later("at PayPal"),
    "tremendous": later("at Tremendous"),
    "shop": later("by a code of a shop"),
}


@seated("brand.payouts", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def hold(here: Here) -> Any:
    """Why payouts wait, what to compare, and their release."""
    problem, sure = "", ""
    if here.request.method == "POST":
        try:
            sure = _act(here)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = plain(error)
        else:
            if not sure:
                return HttpResponseRedirect(here.request.path)
    found = rows.listed(here.access)
    people = listing.named(here.access, [one.party for one in found if one.party is not None])
    who = {id_: named(one.kind, one.name, one.public_id) for id_, one in people.items()}
    context = {
        "problem": problem,
        "sure": sure,
        "hold": payout_holds.standing(here.access),
        "compared": here.request.POST.get("compared", "")[:1000],
        "found": [(one, who.get(one.party or 0, "")) for one in found],
        "places": {name: _(words) for name, words in _PLACES.items()},
        "rails": [NAMES[kind] for kind in payout_rails.connected(here.programme)],
    }
    return page(here, "brand/payout_hold.html", context, status=422 if problem else 200)


def _act(here: Here) -> str:
    """What was compared, to be asked once more; empty when something was done."""
    wish = field(here, "do", 10)
    if wish == "ask":
        return payout_holds.check_compared(field(here, "compared", 1000))
    if wish not in _ACTS:
        raise BadInputError("bad_wish", "There is no such thing to do here.")
    if wish in {"rails", "shops"}:  # in no transaction, for it asks others
        noted(here.access, "payout.found", here.now, _rails(here) if wish == "rails" else _shops(here))
        return ""
    with here.access.transaction():
        noted(here.access, "payout.release" if wish == "release" else "payout.found", here.now, _ACTS[wish](here))
    return ""


def _release(here: Here) -> str:
    if field(here, "sure") != "yes":
        raise BadInputError("not_sure", "Tick that you mean it; nothing was done.")
    payout_holds.release(here.access, here.access.actor, field(here, "compared", 1000), here.now)
    return "restore"


def _rails(here: Here) -> str:
    return found_payments.ask_providers(here.programme, here.desk.rails, here.access.actor, here.now).said


def _shops(here: Here) -> str:
    return here.desk.systems.find_codes(here.programme, here.access.actor, here.now).said


def _statement(here: Here) -> str:
    sent = here.request.FILES.get("file")
    if sent is None:
        raise BadInputError("file_missing", "Choose the file first.")
    raw = sent.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise BadInputError("file_too_large", "This file is too large to be a statement of a bank.")
    return found_payments.read_statement(here.programme, raw, here.desk.banks, here.access.actor, here.now).said


def _add(here: Here) -> str:
    currency, party = field(here, "currency", 3), _party(here)
    told = Outside(field(here, "reference", 200), "", "", typed_amount(field(here, "amount"), currency), currency)
    made = found_payments.add(here.programme, field(here, "place", 20), told, party, here.access.actor, here.now)
    return f"found {made.id}"


def _assign(here: Here) -> str:
    party, number = _party(here), _number(field(here, "found", 18))
    found_payments.assign(here.programme, number, party, here.access.actor, here.now)
    return f"found {number}"


def _dismiss(here: Here) -> str:
    number = _number(field(here, "found", 18))
    found_payments.dismiss(here.access, number, field(here, "reason", 500), here.access.actor, here.now)
    return f"found {number}"


_ACTS: Mapping[str, Callable[[Here], str]] = {
    "release": _release,
    "rails": _rails,
    "shops": _shops,
    "statement": _statement,
    "add": _add,
    "assign": _assign,
    "dismiss": _dismiss,
}


def _party(here: Here) -> int:
    who = field(here, "who", 100)
    found = listing.find_party(here.access, who, slug_of(who)) if who else None
    if found is None:
        raise BadInputError("unknown_party", "Nobody here is called that; use the short name or id from a list.", 404)
    return found.id


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
