"""Shop credit as a brand sees it: where it is given, and what is out; never a code, which its reader could spend."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import format_rfc3339
from fanshare.core.money import format_micros
from fanshare.flows import credit_stock as stock_flow
from fanshare.flows import shop_credits as flow
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.flows.code_arranging import places
from fanshare.flows.connections import connections
from fanshare.store.queries import credit_stock, listing
from fanshare.store.queries import shop_credits as rows
from fanshare.store.queries.shop_credits import Credit
from fanshare.web.brand.shop_words import names, systems
from fanshare.web.brand.who import may, named
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.lists import Asked, Spec, Taken, asked, by_number, taken
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_COLUMNS = ("made_at", "who", "state", "worth", "used", "currency", "left_over", "problem")
_STATES = {
    "wanted": ("waiting", "clock", later("the shop is asked")),
    "asked": ("waiting", "clock", later("the shop is asked")),
    "shown": ("ready", "circle-check", later("unused")),
    "used": ("off", "circle-check", later("used")),
    "ending": ("waiting", "clock", later("is being taken back")),
    "cancelled": ("off", "circle-minus", later("taken back")),
    "failed": ("off", "circle-minus", later("the shop made no code")),
}


@seated("brand.money", Role.BRAND, Role.OPERATOR)
def credit(here: Here) -> Any:
    """Where credit is given, what is out, and every credit; as a file the credits."""
    if (wish := _asked(here)).form:
        found = _found(here, wish)
        who = _who(here, found.rows)
        documents = (_document(one, who[one.party]) for one in found.rows)
        return exported(wish.form, "shop-credit", documents, _COLUMNS, cut=found.cut)
    return page(here, "brand/credit.html", _context(here))


@seated("brand.credit", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def allow(here: Here) -> Any:
    """Give credit in a shop, or give no new one there."""
    if here.request.method == "POST":
        try:
            _say(here)
        except FanshareError as error:
            return page(here, "brand/credit.html", _context(here, plain(error)), status=422)
    return HttpResponseRedirect(reverse("brand_credit", args=[here.tenant.slug]))


def _say(here: Here) -> None:
    wanted, allowed = field(here, "shop", 18), field(here, "allowed", 3) == "yes"
    known = next((one for one in rows.allowed(here.access) if str(one[0]) == wanted), None)
    if known is None or (allowed and known[0] not in _able(here)):
        raise BadInputError("no_codes_there", "fanshare can't make codes in this shop: give it the shop's keys.")
    with here.access.transaction():
        flow.allow(here.programme, known[0], allowed, here.now)
        noted(here.access, "credit.allow", here.now, f"connection {known[0]}: {'allowed' if allowed else 'ended'}")


def _able(here: Here) -> set[int]:
    """The shops that can give credit: codes can be made there, or the brand has brought some."""
    made = {one.shop.id for one in places(here.programme, here.desk.systems) if one.makes}
    return made | {one.connection for one in credit_stock.levels(here.access, here.now)}


def _shops(here: Here) -> list[tuple[int, str, str, bool]]:
    """Those, and where credit was given before the keys were taken away, so that it can be ended."""
    able = _able(here)
    called = names(connections(here.programme))
    return [
        (id_, systems()[kind][0], called[id_], allowed)
        for id_, kind, _endpoint, allowed in rows.allowed(here.access)
        if allowed or id_ in able
    ]


def _asked(here: Here) -> Asked:
    states = {name: _(words) for name, (_kind, _icon, words) in _STATES.items() if name != "wanted"}
    filters = {"state": (_("state"), states)}
    currencies = sorted({one.currency for one in rows.standing(here.access)})
    if len(currencies) > 1:
        filters["currency"] = (_("currency"), {one: one for one in currencies})
    sorts = {"newest": _("newest first"), "amount": _("largest first")}
    return asked(here.request.GET, Spec(filters, sorts, search=_("name")), here.zone)


def _found(here: Here, wish: Asked) -> Taken[Credit]:
    state = wish.chosen["state"]
    found = rows.page(
        here.access,
        text=wish.text,
        states={"": None, "asked": ("wanted", "asked")}.get(state, (state,)),
        currency=wish.chosen.get("currency", ""),
        sort=wish.sort,
        after=wish.after,
        limit=wish.limit + 1,
        **wish.span,
    )
    return taken(wish, found, by_number if wish.sort == "newest" else lambda row: (row.amount, row.id))


def _who(here: Here, found: Sequence[Credit]) -> dict[int, str]:
    people = listing.named(here.access, [one.party for one in found])
    return {id_: named(one.kind, one.name, one.public_id) for id_, one in people.items()}


def _context(here: Here, problem: str = "") -> dict[str, Any]:
    found = _found(here, wish := _asked(here))
    who = _who(here, found.rows)
    return {
        "problem": problem,
        "asked": wish,
        "shops": _shops(here),
        "standing": [(one, _STATES[one.state][:2], _(_STATES[one.state][2])) for one in rows.standing(here.access)],
        "credits": [(one, who[one.party], _STATES[one.state][:2], _(_STATES[one.state][2])) for one in found.rows],
        "next": found.next,
        "stocked": {one.connection for one in credit_stock.levels(here.access, here.now)},
        "back": len(stock_flow.waiting(here.programme)),
        "may_decide": may(here, "brand.credit"),
    }


def _document(row: Credit, who: str) -> dict[str, Any]:
    return {
        "made_at": format_rfc3339(row.created_at),
        "who": who,
        "state": "asked" if row.state == "wanted" else row.state,
        "worth": format_micros(row.amount),
        "used": format_micros(row.used),
        "currency": row.currency,
        "left_over": "no" if row.rest_of is None else "yes",
        "problem": row.problem,
    }
