"""What shops sent: a list without contents, and one message opened on demand, by somebody who showed that it is she."""

from typing import Any

from fanshare.core.errors import FanshareError
from fanshare.core.instants import format_rfc3339
from fanshare.flows import deliveries
from fanshare.flows.authorisation import Role
from fanshare.flows.connections import connections
from fanshare.flows.day_keys import KEPT
from fanshare.store.queries import deliveries as rows_of
from fanshare.store.queries.deliveries import DeliveryRow
from fanshare.web.brand.connections import KINDS
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked, taken
from fanshare.web.said import plain
from fanshare.web.seated import page, seated

_COLUMNS = ("message", "received_at", "shop", "topic", "state", "reason")


@seated("brand.messages", Role.BRAND)
def messages(here: Here) -> Any:
    """Messages, the newest first."""
    shops = {one.endpoint: f"{KINDS.get(one.kind, one.kind)} {one.endpoint}" for one in connections(here.programme)}
    filters = {"state": (_("state"), {name: said for name, (_kind, _icon, said) in states().items()})}
    spec = Spec(
        {**filters, "shop": (_("shop"), shops)}, {"newest": _("newest first")}, search=_("search topic and reason")
    )
    wish = asked(here.request.GET, spec, here.zone)
    rows = rows_of.listed(
        here.access,
        state=wish.chosen["state"],
        endpoint=wish.chosen["shop"],
        text=wish.text,
        after=wish.after,
        limit=wish.limit + 1,
        **wish.span,
    )
    shown = taken(wish, rows, lambda row: row.place)
    if wish.form:
        return exported(wish.form, "messages", map(_document, shown.rows), _COLUMNS, cut=shown.cut)
    context = {"asked": wish, "rows": shown.rows, "next": shown.next, "states": states(), "shops": shops}
    return page(here, "brand/messages.html", context)


@seated("brand.messages", Role.BRAND, form=True, fresh=True)
def message(here: Here, name: str) -> Any:
    """One message: what became of it; what it holds, when that is asked for."""
    row, sent, problem, status = deliveries.found(here.programme, name), None, "", 200
    if here.request.method == "POST":
        try:
            sent = deliveries.look(here.programme, name, here.now)
        except FanshareError as error:
            problem, status = plain(error), error.status
    context = {
        "row": row,
        "state": states()[row.state],
        "shop": KINDS.get(row.kind, row.kind),
        "kept": deliveries.is_kept(here.programme, row),
        "until": row.received_at + KEPT,
        "sent": sent,
        "problem": problem,
        "most": deliveries.MOST_SHOWN,
    }
    return page(here, "brand/message.html", context, status=status)


def states() -> dict[str, tuple[str, str, str]]:
    """What can have become of a message: its colour, its sign, its words."""
    return {
        "new": ("waiting", "clock", _("waits to be read")),
        "done": ("ready", "circle-check", _("read")),
        "parked": ("checked", "triangle-alert", _("parked: could not be read")),
        "ignored": ("off", "circle-minus", _("held nothing for us")),
    }


def _document(row: DeliveryRow) -> dict[str, Any]:
    return {
        "message": row.name,
        "received_at": format_rfc3339(row.received_at),
        "shop": row.endpoint,
        "topic": row.topic,
        "state": row.state,
        "reason": row.reason or row.code,
    }
