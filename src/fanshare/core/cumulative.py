"""Amounts that depend on what came before in a period: caps and marginal tiers as functions of a running sum.

Orders of a period occupy consecutive stretches of the running sum ``S`` in canonical order; an order on the stretch
``[S, S + x)`` gets ``C(S + x) - C(S)``, where ``C(s) = min(s, cap)`` for a cap. When the period closes, each order's
stretch is sealed as a *piece*. Afterwards an order moves only by its own facts: a smaller amount fills its own pieces
from the front and leaves the rest unused; growth beyond them is appended after everything sealed, like a newcomer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from fanshare.core.money import Micros


class Piece(NamedTuple):
    """A stretch of a period's running sum: it begins at ``before`` and is ``amount`` long. Micros."""

    before: Micros
    amount: Micros


def capped(pieces: Iterable[Piece], cap: Micros) -> Micros:
    """``sum of C(S + x) - C(S)`` over pieces, with ``C(s) = min(s, cap)``."""
    return sum(min(before + amount, cap) - min(before, cap) for before, amount in pieces)


@dataclass(slots=True)
class RunningSum:
    """The running sum of one period at one level: sealed first, then what is open, in canonical order.

    ``top`` starts as the sum of everything sealed in this period. ``sealed`` holds each sealed order's pieces.
    """

    top: Micros = 0
    sealed: Mapping[int, Sequence[Piece]] = field(default_factory=dict)

    def place(self, order_id: int, amount: Micros) -> tuple[Piece, ...]:
        """The pieces that ``amount`` of an order occupies: its own sealed ones first, the rest appended on top."""
        placed, rest = [], amount
        for before, length in self.sealed.get(order_id, ()):
            used = min(rest, length)
            if used:
                placed.append(Piece(before, used))
            rest -= used
        if rest:
            placed.append(Piece(self.top, rest))
            self.top += rest
        return tuple(placed)

    def appended(self, order_id: int, amount: Micros) -> Micros:
        """How much of ``amount`` lies beyond the order's sealed pieces."""
        return max(0, amount - sum(piece.amount for piece in self.sealed.get(order_id, ())))
