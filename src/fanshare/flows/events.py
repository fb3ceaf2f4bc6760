"""Events: what happened in a programme, told from its log.

A leaf is written in the transaction that makes what it speaks of true, so the log is an outbox without a gap: the
place of a leaf is the id of its event, and a reader goes on behind the last one it saw. The leaves name nobody; who is
meant is looked up beside them when the event is told.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.instants import format_rfc3339
from fanshare.core.settlement_leaf import own_settlement
from fanshare.store.access import Access
from fanshare.store.queries import events
from fanshare.store.queries.events import Leaf

#: Type of event -> kind of leaf.
TYPES: Mapping[str, str] = MappingProxyType(
    {
        "shares.changed": "settlement",
        "ruling.made": "ruling",
        "payout.changed": "payout",
        "terms.published": "terms",
        "month.closed": "close",
        "books.restored": "epoch",
    }
)
_TYPE_OF = {kind: name for name, kind in TYPES.items()}
#: How far one look reads ahead: a page is bounded even where nothing of interest happened.
LOOK = 5_000

type Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """``place`` is where it stands in the log, ``at`` RFC 3339, ``data`` JSON."""

    place: int
    type: str
    at: str
    data: Data

    def document(self) -> Data:
        """The event as it is listed and sent. Ids are strings."""
        return {"id": str(self.place), "type": self.type, "at": self.at, "data": self.data}


@dataclass(frozen=True, slots=True)
class Look:
    """Events in the order of the log; whoever goes on begins at ``next``. ``more`` while there are leaves behind it."""

    events: list[Event]
    next: int
    more: bool


def look(access: Access, first: int, types: Iterable[str], limit: int) -> Look:
    """At most ``limit`` events of some types from the place ``first`` on. Raises ``BadInputError`` (``bad_place``)."""
    end = events.size(access)
    if not (0 <= first < 1 << 62 and 0 < limit <= LOOK):
        raise BadInputError(
            "bad_place", "Events are numbered from 0 on, and read in pieces of 1 to %(most)s.", 422, most=LOOK
        )
    stop = min(end, first + LOOK)
    found = events.leaves(access, first, stop, [TYPES[name] for name in types], limit)
    following = found[-1].place + 1 if len(found) == limit else max(first, stop)
    return Look(tell(access, found), following, following < end)


def tell(access: Access, leaves: Sequence[Leaf]) -> list[Event]:
    """The events of some leaves; what a leaf speaks of is looked up in one statement a kind."""
    by_kind: dict[str, list[int]] = {}
    for leaf in leaves:
        by_kind.setdefault(leaf.kind, []).append(leaf.place)
    known: dict[str, Mapping[int, Any]] = {
        kind: _LOOK_UP[kind](access, places) for kind, places in by_kind.items() if kind in _LOOK_UP
    }
    told = []
    for leaf in leaves:
        row = known.get(leaf.kind, {}).get(leaf.place)
        at, data = _TELL[leaf.kind](json.loads(leaf.body), row)
        told.append(Event(leaf.place, _TYPE_OF[leaf.kind], at, data))
    return told


def _settlement(body: Data, row: events.SettledRow) -> tuple[str, Data]:
    entry = own_settlement(body)
    return format_rfc3339(row.at), {
        "order": {"id": str(row.order), "connection": row.endpoint, "number": row.number},
        "creator": row.creator,
        "settlement": entry.seq,
        "commission": _money(entry.pool, entry.currency),
        "shares": [{"role": one.role, "amount": _money(one.amount, entry.currency)} for one in entry.shares],
        "reasons": list(entry.reasons),
    }


def _ruling(body: Data, row: tuple[int, int | None]) -> tuple[str, Data]:
    id_, order = row
    said = {"kind": body["verb"], "reason": body["reason"], "until": body["until"]}
    return body["at"], {"id": str(id_), "order": None if order is None else str(order), **said}


def _payout(body: Data, row: events.PayoutRow) -> tuple[str, Data]:
    amount = _money(row.amount, row.currency)
    return body["at"], {"id": str(row.payout), "party": row.party, "amount": amount, "state": body["state"]}


def _terms(body: Data, _: object) -> tuple[str, Data]:
    return body["published_at"], {name: body[name] for name in ("version", "hash", "effective_at")}


def _close(body: Data, _: object) -> tuple[str, Data]:
    return body["at"], {"month": body["period"], "orders": body["orders"]}


def _epoch(body: Data, _: object) -> tuple[str, Data]:
    return body["at"], {"epoch": body["number"], "size": body["restored_size"], "cause": body["cause"]}


def _money(micros: int, currency: str) -> dict[str, str]:
    return {"micros": str(micros), "currency": currency}


_LOOK_UP: Mapping[str, Callable[[Access, Sequence[int]], Mapping[int, Any]]] = {
    "settlement": events.settled,
    "ruling": events.rulings,
    "payout": events.payouts,
}
_TELL: Mapping[str, Callable[[Data, Any], tuple[str, Data]]] = {
    "settlement": _settlement,
    "ruling": _ruling,
    "payout": _payout,
    "terms": _terms,
    "close": _close,
    "epoch": _epoch,
}
