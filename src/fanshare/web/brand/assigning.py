"""A sale is given to whoever brought it: a form, who gets what before and after, and the decision."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import reassigning
from fanshare.flows.authorisation import Role
from fanshare.flows.reassigning import Look, Wish
from fanshare.store.queries import brand, listing
from fanshare.store.queries.brand import OrderRow
from fanshare.web.brand.orders import ROLES
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_FIELDS = ("who", "of", "reason")


@seated("brand.decide", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def assign(here: Here, number: int) -> Any:
    """The form, what would become of it, and the decision."""
    order = brand.order(here.access, number)
    if order is None:
        raise BadInputError("unknown_order", "There is no such order.", 404)
    if here.request.method != "POST":
        return _form(here, order)
    try:
        wish = _wish(here, order)
        if field(here, "what") == "give":
            reassigning.reassign(here.programme, wish, _newest(here), field(here, "seen"), here.now)
            return HttpResponseRedirect(reverse("brand_order", args=[here.tenant.slug, number]))
        looked = reassigning.look(here.programme, wish, here.now)
    except FanshareError as error:
        return _form(here, order, problem=plain(error), status=409 if error.status == 409 else 422)
    return _form(here, order, wish, looked)


def _wish(here: Here, order: OrderRow) -> Wish:
    """What was typed. Raises ``BadInputError``."""
    creator, fan = reassigning.named(here.programme, field(here, "who"), order.placed_at)
    of = field(here, "of", 18)
    if of and not (of.isascii() and of.isdigit()):
        raise BadInputError("unknown_party", "Choose whose part it is about.")
    return Wish(order.id, field(here, "reason", 1_000), creator, fan, int(of) if of else None)


def _newest(here: Here) -> int:
    """The last decision that the page knew. Raises ``BadInputError`` (``bad_field``)."""
    text = field(here, "newest", 18)
    if not (text.isascii() and text.isdigit()):
        raise BadInputError("bad_field", "This form is not whole; look again.")
    return int(text)


def _form(
    here: Here,
    order: OrderRow,
    wish: Wish | None = None,
    looked: Look | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> Any:
    parts = [part for part in brand.parts(here.access, order.id) if part.settlement.shares]
    ids = [one for row in looked.rows for one in (row.creator, row.party)] if looked else []
    people = listing.named(
        here.access, [*ids, *(part.creator for part in parts), *([wish.creator, wish.fan] if wish else [])]
    )
    who = {id_: named(one.kind, one.name, one.public_id) for id_, one in people.items()}
    context = {
        "order": order,
        "parts": [(part.creator, who[part.creator]) for part in parts],
        "looked": looked,
        "to": who[wish.fan or wish.creator] if wish else "",
        "through": who[wish.creator] if wish else "",
        "fan": bool(wish and wish.fan),
        "rows": [
            (who[row.party] if row.party else _("a buyer who has not claimed it"), who[row.creator], row)
            for row in (looked.rows if looked else ())
        ],
        "roles": {name: _(text) for name, text in ROLES.items()},
        "typed": {name: here.request.POST.get(name, "")[:1_000] for name in _FIELDS},
        "due": listing.is_due(here.access, order.id, here.now),
        "problem": problem,
    }  # fmt: skip
    return page(here, "brand/assign.html", context, status=status)
