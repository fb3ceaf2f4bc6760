"""What a shop sent, opened for one look: by an owner or manager, written down each time, without what proves the shop.

Headers are shown by a list of harmless ones, not by a list of secret ones: one that nobody thought of stays hidden.
"""

from dataclasses import dataclass

import msgspec

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import Instant
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.day_keys import DayKeys
from fanshare.store.queries import deliveries
from fanshare.store.queries.deliveries import DeliveryRow

#: Characters that one look shows.
MOST_SHOWN = 100_000
#: Ends of names of headers that say what a message is. All others may prove who sent it: signatures, tokens, keys.
_HARMLESS = (
    "content-type", "-topic", "-event", "-resource", "-webhook-id", "-delivery-id", "-event-id", "webhook-id",
    "-source", "-api-version", "-shop-domain", "-triggered-at", "-timestamp", "-test",
)  # fmt: skip
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Sent:
    """An opened message. ``headers``: name and value, ``None`` for a value that is not shown."""

    headers: tuple[tuple[str, str | None], ...]
    text: str
    size: int
    cut: bool


def found(programme: Programme, name: str) -> DeliveryRow:
    """What is known about a message without opening it. Raises ``BadInputError`` (``unknown_message``)."""
    return _found(programme, name)[0]


def is_kept(programme: Programme, row: DeliveryRow) -> bool:
    """Whether what it held can still be opened."""
    return row.has_body and DayKeys(programme.access.conn, programme.keys).knows(row.received_at)


def look(programme: Programme, name: str, now: Instant) -> Sent:
    """Open a message; the look is in the audit before anybody sees it.

    Raises ``BadInputError`` (``unknown_message``) and ``FanshareError`` (``body_dropped``), which is no look.
    """
    row, sealed = _found(programme, name)
    if sealed is None:
        raise FanshareError("body_dropped", "What this message held was dropped: a person asked to be forgotten.", 410)
    with programme.access.transaction():
        opened = DayKeys(programme.access.conn, programme.keys).unseal(row.received_at, sealed, row.id)
        noted(programme.access, "message.look", now, f"message {row.name} of {row.endpoint}")
    headers, body = msgspec.msgpack.decode(opened, type=tuple[dict[str, str], bytes])
    text = _readable(body)
    return Sent(_shown(headers), text[:MOST_SHOWN], len(body), len(text) > MOST_SHOWN)


def _found(programme: Programme, name: str) -> tuple[DeliveryRow, bytes | None]:
    known = None
    if len(name) == 2 * _ID_BYTES and all(one in "0123456789abcdef" for one in name):
        known = deliveries.one(programme.access, bytes.fromhex(name))
    if known is None:
        raise BadInputError(
            "unknown_message", "There is no such message. Messages of shops are dropped after 30 days.", 404
        )
    return known


def _shown(headers: dict[str, str]) -> tuple[tuple[str, str | None], ...]:
    real = sorted((name, value) for name, value in headers.items() if not name.startswith(":"))
    return tuple((name, value if name.endswith(_HARMLESS) else None) for name, value in real)


def _readable(body: bytes) -> str:
    """JSON with its numbers as they were written, one value a line; everything else as text."""
    try:
        return msgspec.json.format(body, indent=2).decode("utf-8", "replace")
    except (msgspec.MsgspecError, RecursionError):
        return body.decode("utf-8", "replace")
