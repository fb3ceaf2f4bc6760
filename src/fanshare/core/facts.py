"""The facts that settlement reads: orders with their resolved touches, rulings, and what closed periods froze.

Party and order ids are the store's integers; nothing here is a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from fanshare.core.cumulative import Piece
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.orders import OrderView
from fanshare.core.touches import Touch


class RulingKind(StrEnum):
    """Decisions of a person (or a provider's proof): facts like any other."""

    DENIED = "denied"
    REASSIGNED = "reassigned"
    HELD = "held"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision about an order. Later rulings of the same order are read after earlier ones (``id``).

    ``creator`` narrows it to one creator's part (``None``: the whole order), ``line`` a
    denial (or its release) to one order line, ``party`` a hold to one party's share.
    ``to_creator`` and ``to_owner`` name who gets a reassigned part (``to_owner`` differs for a fan). ``until`` is when
    a hold is released by itself.
    """

    id: int
    kind: RulingKind
    reason: str
    at: Instant
    creator: int | None = None
    line: str = ""
    party: int | None = None
    to_creator: int | None = None
    to_owner: int | None = None
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the close of an order's month froze for one creator: how the buyer stood, and by whose evidence.

    ``first_at`` is when her first kept order with the creator was placed, if that is another one.
    """

    new_buyer: bool
    introduced_by: Touch | None
    matures_at: Instant | None = None
    first_at: Instant | None = None


class OrderKey(NamedTuple):
    """The canonical order of orders."""

    placed_at: Instant
    connection_id: int
    external_id: str


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One order with everything ``desired`` reads of it.

    ``touches`` are all resolved touches of all creators. ``payers`` are the parties that the payer's identity
    matches, each with the moment the match was known. ``vanish_at`` is when a test flag, deletion or total of zero
    takes effect (72 h after it was first seen). ``frozen`` maps creators to what their closed month froze,
    ``matured_at`` to the ``matures_at`` last posted. ``twin``: another connection's order counts for this sale.
    ``origin`` is the order whose goods this one exchanges: its evidence is judged instead of one's own.
    """

    id: int
    key: OrderKey
    view: OrderView
    touches: tuple[Touch, ...] = ()
    payers: tuple[tuple[int, Instant], ...] = ()
    rulings: tuple[Ruling, ...] = ()
    vanish_at: Instant | None = None
    reports_fulfilment: bool = True
    waiting: bool = False
    frozen: Mapping[int, Frozen] = field(default_factory=dict)
    matured_at: Mapping[int, Instant] = field(default_factory=dict)
    twin: bool = False
    origin: "OrderFacts | None" = None

    @property
    def judged(self) -> "OrderFacts":
        """The order whose evidence decides: an exchange inherits that of the first order."""
        return self.origin or self

    @property
    def decisions(self) -> tuple[Ruling, ...]:
        """The rulings that say whose an order is, in the order they were made: an exchange inherits these as well."""
        inherited = self.origin.rulings if self.origin else ()
        lasting = (one for one in inherited if one.kind is not RulingKind.HELD and not one.line)
        return tuple(sorted((*lasting, *self.rulings), key=lambda ruling: ruling.id))

    @property
    def buyer(self) -> str:
        """The buyer's identity; an order whose buyer is withheld is a buyer of its own."""
        return self.view.buyer.identity or f"order:{self.key.connection_id}/{self.key.external_id}"


class PeriodKey(NamedTuple):
    """One period at one level: ``level`` is ``tier``, ``day``, ``week``, ``month`` or ``all``."""

    level: str
    period: str
    currency: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """Everything that closes have sealed for one creator: sums per period, pieces per order and period.

    ``months`` are her credited sales of each month (level ``tier``) at its first close: what retroactive tiers go by
    from then on.
    """

    sums: Mapping[PeriodKey, Micros] = field(default_factory=dict)
    pieces: Mapping[PeriodKey, Mapping[int, tuple[Piece, ...]]] = field(default_factory=dict)
    months: Mapping[PeriodKey, Micros] = field(default_factory=dict)


NOTHING_SEALED = Sealed()


@dataclass(frozen=True, slots=True)
class Prefix:
    """Where a fold begins when what lies before is known: orders placed before ``start`` are history only.

    ``sums`` are what the open (not sealed) orders before ``start`` occupy of each period's running sum.
    """

    start: Instant
    sums: Mapping[PeriodKey, Micros] = field(default_factory=dict)


FROM_THE_BEGINNING = Prefix(0)
