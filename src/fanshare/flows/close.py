"""Close a creator's month when it has matured: a logged fact, after which orders move only by their own facts."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from fanshare.core import commitments, leaves
from fanshare.core.closing import Closing, close_next, fully_sealed, month_end, sealed_with
from fanshare.core.facts import NOTHING_SEALED, Sealed
from fanshare.core.instants import Instant
from fanshare.core.settlement import Part, desired
from fanshare.flows.accept import NOTICE
from fanshare.flows.context import Programme
from fanshare.store import log_store
from fanshare.store.queries import closes, scopes
from fanshare.store.queries import parts as parts_table
from fanshare.store.queries.scopes import Scope

_NAMES = ("creator", "currency", "month", "chapter")


def close_all(programme: Programme, now: Instant) -> int:
    """Close every month of every creator that can close; returns how many did. One transaction each.

    Several may do so at once: a creator on whom somebody else is working is left to them.
    """
    return sum(_close_months(programme, *one, now) for one in closes.candidates(programme.access, now))


def _close_months(programme: Programme, creator: int, currency: str, month: str | None, now: Instant) -> int:
    """Close one month after another, from the earliest open one on, as long as it can close."""
    closed = 0
    while (
        month and month_end(month, programme.book) <= now and _close_candidate(programme, creator, currency, month, now)
    ):
        closed += 1
        left = closes.candidates(programme.access, now, creator)
        month = next((one[2] for one in left if one[1] == currency), None)
    return closed


def _close_candidate(programme: Programme, creator: int, currency: str, month: str, now: Instant) -> bool:
    access = programme.access
    with access.transaction():
        free = scopes.try_lock(access, creator)
        still = free and (creator, currency, month) in closes.candidates(access, now, creator)
        return still and _close(programme, creator, currency, now) is not None


def close_one(programme: Programme, creator: int, currency: str, now: Instant) -> Closing | None:
    """Close the earliest month of one creator and currency that has something to seal, if it can close."""
    with programme.access.transaction():
        scopes.lock(programme.access, {creator})
        return _close(programme, creator, currency, now)


def _close(programme: Programme, creator: int, currency: str, now: Instant) -> Closing | None:
    """The same inside the caller's transaction, which has locked the creator's scope."""
    access = programme.access
    members = closes.members(access, creator)
    scope = scopes.load(access, {creator}, members, whole_period=True, notice=NOTICE, now=now)
    sealed = scope.sealed.get(creator, NOTHING_SEALED)
    orders = scope.orders_of(creator)
    parts = desired(creator, orders, programme.book, now, sealed=sealed, click_owner=scope.click_owner)
    closing = close_next(creator, currency, orders, parts, programme.book, now, sealed)
    if closing is None:
        return None
    chapter = closes.next_chapter(access, closing)
    parts_table.mark_sealed(access, _marks(closing, parts, scope, sealed))
    leaf = log_store.append(access, [close_leaf(programme, closes.document_of(closing, chapter), now)])
    closes.write(access, closing, chapter, leaf, now)
    return closing


def _marks(closing: Closing, parts: Iterable[Part], scope: Scope, before: Sealed) -> dict[tuple[int, int], bool]:
    """The parts that this close seals whole: later folds need not read them. A close moves no money."""
    after = sealed_with(before, closing)
    marks = {}
    for part in parts:
        facts = scope.facts[part.order_id]
        frozen = closing.frozen.get(part.order_id)
        if frozen is not None:
            facts = replace(facts, frozen={**facts.frozen, part.creator: frozen})
        if fully_sealed(part, facts, after):
            marks[part.order_id, part.creator] = True
    return marks


def close_leaf(programme: Programme, sealed: Mapping[str, Any], now: Instant) -> dict[str, Any]:
    """The log leaf of a close, committing to everything it sealed (``closes.sealed_document``)."""
    salt = commitments.derive_salt(programme.salts, "close", *(str(sealed[key]) for key in _NAMES))
    orders = len({piece[2] for piece in sealed["pieces"]})
    commitment = commitments.commit(commitments.CLOSE, salt, sealed)
    return leaves.close(period=sealed["month"], at=now, orders=orders, sealed=commitment)
