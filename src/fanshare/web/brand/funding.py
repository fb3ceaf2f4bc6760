"""Money that a brand pays in for its people: what is owed, what is there, and for the operator what came in."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.funding import MOST_RESERVE, reference
from fanshare.core.money import format_percent, format_trimmed
from fanshare.core.typed_amount import typed_amount
from fanshare.flows import funding
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.store.queries import funding as rows
from fanshare.web.desk import Here
from fanshare.web.joining.looking import funded
from fanshare.web.language import gettext as _
from fanshare.web.language import ngettext
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated
from fanshare.web.wording import counted

_SHOWN = 100
_MOST_BYTES = 5_000_000


@seated("brand.money", Role.BRAND, Role.OPERATOR)
def see(here: Here) -> Any:
    """How much is asked for and why, how much is there, and what came in."""
    _several(here)
    return page(here, "brand/funding.html", _context(here))


@seated("brand.funding", Role.OPERATOR, form=True, fresh=True)
def change(here: Here) -> Any:
    """The operator holds the money or no longer, or books what came in."""
    _several(here)
    there = reverse("brand_funding", args=[here.tenant.slug])
    if here.request.method != "POST":
        return HttpResponseRedirect(there)
    wish = field(here, "do", 20)
    try:
        if wish not in _ACTS:
            raise BadInputError("bad_wish", "There is no such thing to do with a brand's money.")
        with here.access.transaction():
            said = _ACTS[wish](here)
    except FanshareError as error:
        return page(here, "brand/funding.html", _context(here, plain(error)), status=422)
    return page(here, "brand/funding.html", _context(here, done=said)) if said else HttpResponseRedirect(there)


def _several(here: Here) -> None:
    if not here.tenant.several_brands:
        raise FanshareError("one_brand", "There is no page here", 404)


def _context(here: Here, problem: str = "", done: str = "") -> dict[str, Any]:
    found = funding.accounts(here.access, here.now, here.tenant.currency)
    return {
        "problem": problem,
        "done": done,
        "held": found is not None,
        "accounts": [] if found is None else [(one, funded(one.standing)) for one in found[1]],
        "reserve": "" if found is None else format_percent(found[0].reserve_bps),
        "most": MOST_RESERVE // 100,
        "reference": reference(here.tenant.public_id),
        "key": secrets.token_hex(16),
        "entries": rows.entries(here.access, limit=_SHOWN),
        "may_change": here.hat.role is Role.OPERATOR,
    }


def _switch(here: Here) -> str:
    percent = field(here, "reserve", 10)
    bps = typed_amount(percent) // 10_000 if percent else 0
    funding.switch_on(here.access, here.tenant, bps, here.now)
    noted(here.access, "funding.on", here.now, f"{format_percent(bps)} %")
    return ""


def _switch_off(here: Here) -> str:
    funding.switch_off(here.access, here.now)
    noted(here.access, "funding.off", here.now)
    return ""


def _book(here: Here) -> str:
    if field(here, "sure", 5) != "yes":
        raise BadInputError("not_sure", "Tick that you have seen this money on the account.")
    currency = field(here, "currency", 3).upper()
    amount = typed_amount(field(here, "amount", 40), currency)
    amount = -amount if field(here, "way", 5) == "out" else amount
    slip = funding.Slip(currency, amount, field(here, "note", 200))
    if not funding.book(here.programme, slip, field(here, "key", 64), here.access.actor, here.now):
        return _("It is booked, once. Sent again, it added nothing.")
    noted(here.access, "funding.book", here.now, f"{format_trimmed(amount)} {currency}")
    return ""


def _statement(here: Here) -> str:
    sent = here.request.FILES.get("file")
    raw = sent.read(_MOST_BYTES + 1) if sent else b""
    if not raw or len(raw) > _MOST_BYTES:
        raise BadInputError("bad_file", "Choose a statement of at most 5 MB in the form camt.053.")
    incoming = here.desk.banks.incoming(raw)
    taken = funding.take_in(here.access, here.tenant, incoming, here.access.actor, here.now)
    noted(here.access, "funding.statement", here.now, f"{taken.booked} booked")
    words = (
        ngettext("%(num)s payment was booked.", "%(num)s payments were booked.", taken.booked)
        % {"num": counted(taken.booked)},
        _("Known before: %(known)s. Without this reference: %(others)s.")
        % {"known": counted(taken.known), "others": counted(taken.others)},
    )
    return " ".join(words)


_ACTS: Mapping[str, Callable[[Here], str]] = {
    "on": _switch,
    "off": _switch_off,
    "book": _book,
    "statement": _statement,
}
