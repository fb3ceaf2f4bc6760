"""Closing a period: when a month's last order has matured, its running sums are sealed (DESIGN section 8).

A calendar month in the terms' zone closes together with the days and weeks that begin in it, for one creator and
currency, months in order. What the close writes down is small: the stretch of every running sum that each order
occupies (*pieces*), how each buyer stood (*frozen*), and when each share was ready. Afterwards an order moves only by
its own facts; what comes later is appended on top, and a later close of the same month (its next *chapter*) seals
that too. ``all`` never closes, but a closed order keeps its place in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fanshare.core.cumulative import Piece
from fanshare.core.facts import Frozen, OrderFacts, PeriodKey, Sealed
from fanshare.core.instants import Instant, from_datetime
from fanshare.core.settlement import SHARED, TIER, Part
from fanshare.core.terms import Level, TermsBook


@dataclass(frozen=True, slots=True)
class SealedPiece:
    """One stretch sealed for one order."""

    key: PeriodKey
    order_id: int
    piece: Piece


@dataclass(frozen=True, slots=True)
class Closing:
    """What a close of one month writes down for one creator and currency."""

    creator: int
    currency: str
    month: str
    pieces: tuple[SealedPiece, ...]
    frozen: Mapping[int, Frozen]
    sums: Mapping[PeriodKey, int] = field(default_factory=dict)


def month_of(period: PeriodKey | tuple[str, str], order_month: str) -> str:
    """The month with which a period closes: its own beginning decides; ``all`` goes with the order's month."""
    level, name = period[0], period[1]
    if level == Level.ALL:
        return order_month
    return name[1:8] if level == Level.WEEK else name[:7]


def month_end(month: str, book: TermsBook) -> Instant:
    """The first instant after the last day, and after the last week, that begins in ``2026-11``."""
    year, number = int(month[:4]), int(month[5:7])
    after = date(year + number // 12, number % 12 + 1, 1)
    last = after - timedelta(days=1)
    sunday = last + timedelta(days=6 - last.weekday())
    end = datetime.combine(max(after, sunday + timedelta(days=1)), datetime.min.time(), book.newest.zone)
    return from_datetime(end)


def close_next(
    creator: int,
    currency: str,
    orders: Sequence[OrderFacts],
    parts: Iterable[Part],
    book: TermsBook,
    now: Instant,
    sealed: Sealed,
) -> Closing | None:
    """Close the earliest month that has something to seal, or ``None`` while it can't close yet.

    ``parts`` are all of ``desired`` for this creator, ``orders`` their facts.
    """
    mine = [part for part in parts if part.currency == currency]
    facts = {order.id: order for order in orders}
    new = {part.order_id: _unsealed(part, sealed) for part in mine}
    fresh = {part.order_id for part in mine if creator not in facts[part.order_id].frozen}
    months = {month_of(piece.key, _month(part)) for part in mine for piece in new[part.order_id]}
    months |= {_month(part) for part in mine if part.order_id in fresh}
    if not months:
        return None
    month = min(months)
    concerned = [part for part in mine if month in _months(part)]
    if now < month_end(month, book) or not all(_done(part) for part in concerned):
        return None
    pieces = tuple(
        piece for part in concerned for piece in new[part.order_id] if month_of(piece.key, _month(part)) == month
    )
    frozen = {
        part.order_id: Frozen(
            part.standing.new_buyer, part.standing.introduced_by, part.matures_at, part.standing.first_at
        )
        for part in concerned
        if part.order_id in fresh and _month(part) == month
    }
    return Closing(creator, currency, month, pieces, frozen, _sums(pieces))


def sealed_with(sealed: Sealed, closing: Closing) -> Sealed:
    """What is sealed after a close."""
    sums = dict(sealed.sums)
    pieces = {key: dict(by_order) for key, by_order in sealed.pieces.items()}
    for key, order_id, piece in ((one.key, one.order_id, one.piece) for one in closing.pieces):
        sums[key] = sums.get(key, 0) + piece.amount
        by_order = pieces.setdefault(key, {})
        by_order[order_id] = (*by_order.get(order_id, ()), piece)
    month = PeriodKey(TIER, closing.month, closing.currency)
    return Sealed(sums, pieces, {month: sums.get(month, 0), **sealed.months})


def fully_sealed(part: Part, order: OrderFacts, sealed: Sealed) -> bool:
    """Whether a close has frozen the part and nothing of it lies on top of what is sealed."""
    return part.creator in order.frozen and not _unsealed(part, sealed)


def _done(part: Part) -> bool:
    """Whether time alone will not change a part any more: it is ready (or worth nothing), no shared click holds it."""
    shared = part.hold is not None and part.hold.reason == SHARED
    return not part.uncapped or (part.ripe and not shared)


def _month(part: Part) -> str:
    return next(step.period for step in part.caps if step.level is Level.MONTH)


def _months(part: Part) -> set[str]:
    own = _month(part)
    return {month_of((step.level, step.period), own) for step in part.caps}


def _unsealed(part: Part, sealed: Sealed) -> list[SealedPiece]:
    """The pieces of a part that no close has sealed yet (at most one per period: what lies on top)."""
    placed = [(PeriodKey(TIER, _month(part), part.currency), part.tier_pieces)]
    placed += [(PeriodKey(step.level, step.period, part.currency), step.pieces) for step in part.caps]
    return [
        SealedPiece(key, part.order_id, pieces[-1])
        for key, pieces in placed
        if sum(piece.amount for piece in pieces)
        > sum(piece.amount for piece in sealed.pieces.get(key, {}).get(part.order_id, ()))
    ]


def _sums(pieces: Iterable[SealedPiece]) -> dict[PeriodKey, int]:
    sums: dict[PeriodKey, int] = {}
    for one in pieces:
        sums[one.key] = sums.get(one.key, 0) + one.piece.amount
    return sums
