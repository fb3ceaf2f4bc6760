"""What fans gave a creator: how much and on which day, and who, where a fan lets her see a name."""

from typing import Any

from fanshare.core.instants import format_rfc3339
from fanshare.core.money import format_micros
from fanshare.flows import fan_names
from fanshare.flows.authorisation import Role
from fanshare.store.queries import gifts as rows
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import MOST_EXPORTED, PAGE, Spec, asked, place
from fanshare.web.seated import page, seated

_COLUMNS = ("day", "from", "amount", "currency", "state")


@seated("creator.gifts", Role.CREATOR)
def gifts(here: Here) -> Any:
    """Gifts to her, the newest first, as a page or a file."""
    wish = asked(here.request.GET, Spec({}, {"newest": _("newest first")}, dates=False), here.zone)
    limit = MOST_EXPORTED if wish.form else PAGE
    before = None if wish.after is None else wish.after[0]
    found = rows.received(here.access, here.me, before=before, limit=limit + 1)
    shown = found[:limit]
    people = [(one.gift.giver, one.person) for one in shown if one.person is not None]
    names = fan_names.names(here.programme, people, here.me)
    if wish.form:
        documents = [_document(one.gift, names.get(one.gift.giver, "")) for one in shown]
        return exported(wish.form, "gifts", documents, _COLUMNS, cut=len(found) > limit)
    context = {
        "asked": wish,
        "rows": [(one.gift, names.get(one.gift.giver, "")) for one in shown],
        "next": place((shown[-1].gift.id, 0)) if len(found) > limit else "",
    }
    return page(here, "creator/gifts.html", context)


def _document(gift: rows.GiftRow, name: str) -> dict[str, Any]:
    return {
        "day": format_rfc3339(gift.given_at)[:10],
        "from": name,
        "amount": format_micros(gift.amount),
        "currency": gift.currency,
        "state": gift.state,
    }
