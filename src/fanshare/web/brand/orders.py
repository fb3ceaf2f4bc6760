"""Orders: as the shop shows them now, who got what and why, and the decisions of people about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csp import csp_override

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, format_rfc3339
from fanshare.core.marks import say
from fanshare.core.money import format_micros
from fanshare.core.orders import Status
from fanshare.core.sentences import sentence
from fanshare.core.settlement_leaf import Settlement
from fanshare.flows import rulings, touched
from fanshare.flows.appeals import words_of
from fanshare.flows.authorisation import Role
from fanshare.flows.rulings import NewRuling
from fanshare.store.queries import appeals, brand, budgets, listing, results
from fanshare.store.queries.brand import OrderRow, PartRow, ShareRow
from fanshare.web.brand import touched as touch_words
from fanshare.web.brand.fans import creator_asked, fan_asked
from fanshare.web.brand.who import may, named
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.lists import Spec, asked, taken
from fanshare.web.money_states import State, state
from fanshare.web.said import plain
from fanshare.web.seated import LISTENS, field, listens, page, seated

_COLUMNS = ("order", "placed_at", "status", "goods", "commission", "currency", "being_checked", "creators")
#: What a person can decide here -> what it is called. Giving a sale to somebody else has a page: ``assigning``.
VERDICTS = {
    "upheld": later("leave it as it is (answers the objections)"),
    "released": later("end the check: the money is released"),
    "held": later("check it: nothing is paid until the date"),
    "denied": later("nobody earns on this order"),
}
_EVIDENCE = {
    "creator_link": later("%(name)s’s link was clicked."),
    "creator_code": later("A code of %(name)s was typed at checkout."),
    "creator_ruling": later("A decision gave this sale to %(name)s."),
    "fan_link": later("The link of a fan of %(name)s was clicked."),
    "fan_code": later("A code of a fan of %(name)s was typed at checkout."),
    "fan_ruling": later("A decision gave this sale to a fan of %(name)s."),
}
#: Decisions that were made, roles of those who have a share, and states of an order, as the page calls them.
_KINDS = {
    "denied": later("denied"),
    "reassigned": later("given to somebody else"),
    "held": later("checked"),
    "released": later("released"),
    "upheld": later("left as it is"),
    "merged": later("taken as one person"),
    "absorbed": later("borne by the brand"),
}
ROLES = {"creator": later("creator"), "fan": later("fan"), "buyer": later("buyer")}
_STATUSES: Mapping[str, str] = {
    Status.OPEN: later("not paid yet"),
    Status.CAPTURED: later("paid"),
    Status.CANCELLED: later("cancelled"),
    Status.DELETED: later("deleted"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One share as the page words it."""

    who: str
    row: ShareRow
    state: State


@dataclass(frozen=True, slots=True)
class Told:
    """One creator's part: who it is about, the sentences, the shares, the evidence in the order of its days."""

    name: str
    sentences: tuple[str, ...]
    shares: tuple[Shown, ...]
    evidence: tuple[tuple[str, str], ...]


@csp_override(LISTENS)  # type: ignore[untyped-decorator]
@seated("brand.see", Role.BRAND, Role.OPERATOR)
def orders(here: Here) -> Any:
    """Every order, the last placed first; where there are several currencies those of one, so that amounts compare."""
    currencies = results.currencies(here.access)
    several = {"currency": (_("currency"), {one: one for one in currencies})} if len(currencies) > 1 else {}
    sorts = {"newest": _("last placed first"), "amount": _("most goods first")}
    spec = Spec({"state": (_("state"), _said(_STATUSES)), **several}, sorts, search=_("order number"))
    hidden = {name: here.request.GET.get(name, "") for name in ("creator", "fan")}
    wish = asked(here.request.GET, spec, here.zone, **hidden)
    whose, fan = creator_asked(here, hidden["creator"]), fan_asked(here, hidden["fan"])
    rows = brand.orders(
        here.access,
        number=wish.text.lstrip("#"),
        currency=wish.chosen.get("currency", ""),
        status=wish.chosen["state"],
        creator=None if whose is None else whose.id,
        fan=None if fan is None else fan[0],
        sort=wish.sort,
        after=wish.after,
        limit=wish.limit + 1,
        **wish.span,
    )
    shown = taken(wish, rows, lambda row: (row.net if wish.sort == "amount" else row.placed_at, row.id))
    if wish.form:
        return exported(wish.form, "orders", map(_document, shown.rows), _COLUMNS, cut=shown.cut)
    return page(
        here,
        "brand/orders.html",
        {
            "asked": wish,
            "orders": shown.rows,
            "next": shown.next,
            "may_look": may(here, "brand.messages"),
            "statuses": _said(_STATUSES),
            "whose": whose,
            "fan": "" if fan is None else fan[1],
            **listens(here),
        },
    )


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def order(here: Here, number: int) -> Any:
    """One order with everything that is known and was decided about it."""
    return page(here, "brand/order.html", _about(here, number, ""))


@seated("brand.decide", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def decide(here: Here, number: int) -> Any:
    """A person decides, with a reason that those concerned will read."""
    if here.request.method != "POST":
        return HttpResponseRedirect(_address(here, number))
    try:
        rulings.rule(here.programme, _ruling(here, number), here.now)
    except FanshareError as error:
        return page(here, "brand/order.html", _about(here, number, plain(error)), status=422)
    return HttpResponseRedirect(_address(here, number))


def _ruling(here: Here, number: int) -> NewRuling:
    """What was decided. Raises ``BadInputError``."""
    kind, days = field(here, "verdict"), field(here, "days")
    if kind not in VERDICTS:
        raise BadInputError("bad_ruling", "Choose what is decided.")
    if kind == "held" and not (days.isascii() and days.isdigit() and 1 <= int(days) <= 90):
        raise BadInputError("bad_hold_end", "Say for how many days it is checked: 1 to 90.")
    _found(here, number)
    open_ = appeals.listed(here.access, order=number, waiting=True)
    return NewRuling(
        kind,
        field(here, "reason", 1_000),
        number,
        until=here.now + int(days) * DAY if kind == "held" else None,
        answers=() if kind == "held" else tuple(one.id for one in open_),
    )


def _said(words: Mapping[str, str]) -> dict[str, str]:
    return {name: _(text) for name, text in words.items()}


def _found(here: Here, number: int) -> OrderRow:
    row = brand.order(here.access, number)
    if row is None:
        raise BadInputError("unknown_order", "There is no such order.", 404)
    return row


def _about(here: Here, number: int, problem: str) -> dict[str, Any]:
    row = _found(here, number)
    shares = brand.shares(here.access, number)
    told = appeals.listed(here.access, order=number)
    seen = touched.seen(here.programme, number)
    people = listing.named(here.access, {*(one.party for one in told), *touch_words.parties(seen)})
    return {
        "order": row,
        "parts": [_told(here, part, shares) for part in brand.parts(here.access, number)],
        "touched": touch_words.lines(here, seen, people),
        "rulings": listing.rulings(here.access, order=number),
        "appeals": [
            (one, named(people[one.party].kind, people[one.party].name, people[one.party].public_id),
             words_of(here.programme, one.person, one.id))
            for one in told
        ],
        "may_decide": may(here, "brand.decide"),
        "verdicts": _said(VERDICTS),
        "kinds": _said(_KINDS),
        "roles": _said(ROLES),
        "typed": {name: here.request.POST.get(name, "")[:1_000] for name in ("verdict", "reason", "days")},
        "problem": problem,
        "in_a_stop": budgets.was_stopped(here.access, number),
        "due": listing.is_due(here.access, number, here.now),
    }  # fmt: skip


def _told(here: Here, part: PartRow, shares: list[ShareRow]) -> Told:
    entry = part.settlement
    mine = [row for row in shares if row.creator == part.creator]
    return Told(
        name=part.name,
        sentences=tuple(
            say("%(sentence)s.", sentence=text)
            for role in ("creator", "fan", "buyer")
            if (text := sentence(entry, role))
        ),
        shares=tuple(Shown(_who(row), row, _state(here, row)) for row in mine),
        evidence=evidence(here, entry, part.name),
    )


def evidence(here: Here, entry: Settlement, creator: str) -> tuple[tuple[str, str], ...]:
    """What speaks for a creator's part of an order, each with its day, in the order of the days."""
    facts = dict.fromkeys([(entry.introduced_on, entry.introduced_by), (entry.decided_on, entry.decided_by)])
    known = sorted((day, kind) for day, kind in facts if day and kind)
    told = [(day, _(_EVIDENCE[kind]) % {"name": creator or _("a creator")}) for day, kind in known]
    told.append((entry.placed_on, _("The order was placed.")))
    return tuple((here.calendar.name(date.fromisoformat(day)), words) for day, words in told)


def _who(row: ShareRow) -> str:
    if row.party is None:
        return _("a buyer who has not claimed it")
    return named(row.kind, row.name, row.public_id)


def _state(here: Here, row: ShareRow) -> State:
    return state(row.bucket, row.amount, row.matures_at, row.held_until, here.calendar)


def _address(here: Here, number: int) -> str:
    return str(reverse("brand_order", args=[here.tenant.slug, number]))


def _document(row: OrderRow) -> dict[str, Any]:
    return {
        "order": row.number,
        "placed_at": format_rfc3339(row.placed_at),
        "status": row.status,
        "goods": format_micros(row.net),
        "commission": format_micros(row.commission),
        "currency": row.currency,
        "being_checked": "yes" if row.held else "no",
        "creators": ", ".join(filter(None, row.creators)),
    }
