"""Tiers: rates on a creator's sales of a month, and what a retroactive one gives on the sales before it.

A marginal tier speaks of the stretch of the month's running sum that lies in it. A retroactive one, once the month's
sales reach its beginning, also lifts everything below to its rate. What it lifts is reckoned apart, as the *further*
amount of each line that was sold at a lower rate: a refund that takes the month below the step takes just that away.
"""

from collections.abc import Iterable, Iterator, Sequence

from fanshare.core.money import BASIS, Micros
from fanshare.core.terms import Bracket

type Piece = tuple[Micros, Micros]
"""``(before, amount)``: ``amount`` of credited sales that follow ``before`` in the period."""


def tier_amount(brackets: Sequence[Bracket], pieces: Iterable[Piece]) -> Micros:
    """Marginal commission on pieces of the period's sales: each portion at its bracket's rate, floored once."""
    return sum(_product(brackets, before, amount) for before, amount in pieces) // BASIS


def lifted_amount(brackets: Sequence[Bracket], pieces: Iterable[Piece], reached: Micros) -> Micros:
    """The same where the retroactive tier that begins at ``reached`` lifts all that lies below it."""
    rate, product = _rate_at(brackets, reached), 0
    for before, amount in pieces:
        below = min(amount, max(0, reached - before))
        product += below * rate + _product(brackets, before + below, amount - below)
    return product // BASIS


def step_reached(brackets: Sequence[Bracket], total: Micros) -> Micros | None:
    """Where the highest retroactive tier begins that a month of ``total`` sales has reached."""
    found = None
    for begin, bracket in beginnings(brackets):
        if bracket.retroactive and begin <= total:
            found = begin
    return found


def beginnings(brackets: Iterable[Bracket]) -> Iterator[tuple[Micros, Bracket]]:
    """Every tier with the sum at which it begins."""
    begin: Micros = 0
    for bracket in brackets:
        yield begin, bracket
        begin = bracket.upto or begin


def rate_of(brackets: Sequence[Bracket], point: Micros, total: Micros) -> int:
    """Basis points on the sale at ``point`` of a month that comes to ``total``."""
    step = step_reached(brackets, total)
    return _rate_at(brackets, point if step is None else max(point, step))


def _rate_at(brackets: Sequence[Bracket], point: Micros) -> int:
    return next(bracket.bps for bracket in brackets if bracket.upto is None or point < bracket.upto)


def _product(brackets: Sequence[Bracket], before: Micros, amount: Micros) -> int:
    """The sum of portion x rate over the brackets that ``before .. before + amount`` crosses."""
    total, start, end = 0, before, before + amount
    for bracket in brackets:
        upto = end if bracket.upto is None else min(end, bracket.upto)
        if upto > start:
            total += (upto - start) * bracket.bps
            start = upto
    return total
