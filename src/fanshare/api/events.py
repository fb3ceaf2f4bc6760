"""What happened, told from the log."""

from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema

from fanshare.api.gate import desk_of, operation
from fanshare.api.paging import Page, PageAsked, cursor, read_cursor
from fanshare.flows.events import TYPES, look

router = Router(tags=["Events"])

type EventType = Literal[
    "shares.changed", "ruling.made", "payout.changed", "terms.published", "month.closed", "books.restored"
]


class EventOut(Schema):
    """One event. ``id`` is its place in the programme's log, so ids only grow; ``data`` depends on the type."""

    id: str
    type: EventType
    at: str
    data: dict[str, Any]


@router.get("/events", response=Page[EventOut], summary="What happened, oldest first")
@operation("api.events.list")
def list_events(request: Any, asked: Query[PageAsked], type: Annotated[list[EventType], Query()] = []) -> Any:  # noqa: A002, B006
    """Everything that happened, or some types of it. A page may be short or empty: go on while there is a cursor."""
    desk = desk_of(request)
    first = read_cursor(asked.cursor, [0])[0] if asked.cursor else 0
    found = look(desk.access, int(first), type or TYPES, asked.limit)
    return {
        "data": [event.document() for event in found.events],
        "next_cursor": cursor([found.next]) if found.more else None,
    }
