"""What fans gave a creator: how much and on which day, and who, where a fan lets her see a name."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from fanshare.core.money import format_micros
from fanshare.flows import fan_names
from fanshare.flows.authorisation import Role
from fanshare.store.queries import gifts as rows
from fanshare.store.queries.gifts import GiftRow, Received
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, Taken, asked
from fanshare.web.sealed_lists import sought
from fanshare.web.seated import page, seated

_COLUMNS = ("day", "from", "amount", "currency", "state")


@seated("creator.gifts", Role.CREATOR)
def gifts(here: Here) -> Any:
    """Gifts to her, the newest first, as a page or a file."""
    states = {"kept": _("yours"), "given": _("waits for your goal"), "back": _("went back")}
    sorts = {"newest": _("newest first"), "largest": _("largest first")}
    wish = asked(here.request.GET, Spec({"state": (_("state"), states)}, sorts, search=_("name")), here.zone)
    shown = _given(here, wish)
    if wish.form:
        documents = [_document(here, gift, name) for gift, name in shown.rows]
        return exported(wish.form, "gifts", documents, _COLUMNS, cut=shown.cut)
    context = {"asked": wish, "rows": shown.rows, "next": shown.next, "states": states}
    return page(here, "creator/gifts.html", context)


def _given(here: Here, wish: Asked) -> Taken[tuple[GiftRow, str]]:
    """Gifts with the names of those who let her see one, which lie sealed."""

    def opened(found: Sequence[Received]) -> list[tuple[GiftRow, str]]:
        people = [(one.gift.giver, one.person) for one in found if one.person is not None]
        names = fan_names.names(here.programme, people, here.me)
        return [(one.gift, names.get(one.gift.giver, "")) for one in found]

    largest = wish.sort == "largest"
    read = partial(
        rows.received,
        here.access,
        here.me,
        state=wish.chosen["state"],
        since=wish.since,
        until=wish.until,
        largest=largest,
    )
    return sought(
        wish,
        lambda after, limit: read(after=after, limit=limit),
        opened,
        lambda one: one[1],
        lambda one: (one[0].amount, one[0].id) if largest else (one[0].id, 0),
    )


def _document(here: Here, gift: GiftRow, name: str) -> dict[str, Any]:
    return {
        "day": here.calendar.iso(gift.given_at),
        "from": name,
        "amount": format_micros(gift.amount),
        "currency": gift.currency,
        "state": gift.state,
    }
