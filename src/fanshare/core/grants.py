"""What the terms grant one creator on one order: lines, bonuses, and the limits that are applied after the choice.

The limits here look at this order alone: the one for typed codes (where bonuses come on top of lines that it already
limits) and the margin budget. Caps, which look at a period, come after them (``fanshare.core.settlement``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from fanshare.core.bonuses import bonus_pools
from fanshare.core.commission import LinePool, credited_net, line_pools, part, speaking
from fanshare.core.instants import Instant
from fanshare.core.money import Micros, basis_points
from fanshare.core.orders import OrderView
from fanshare.core.recurrence import Recurring, recurring
from fanshare.core.terms import Rule, Terms
from fanshare.core.tiers import Piece

CODE, MARGIN = "code", "margin"


class Limit(NamedTuple):
    """One limit on a part: ``after`` is the lower of ``before`` and what ``kind`` allows at ``bps``.

    ``discount`` is the order's, as far as the shop told it; ``told`` says whether it told all of it.
    """

    kind: str
    bps: int
    discount: Micros
    told: bool
    before: Micros
    after: Micros


class Granted(NamedTuple):
    """One creator's part of an order before caps (``amount``), and what it is made of."""

    lines: tuple[LinePool, ...]
    bonuses: tuple[LinePool, ...]
    limits: tuple[Limit, ...]
    recurring: Recurring | None
    amount: Micros


NOTHING = Granted((), (), (), None, 0)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Of whom an order is: how its buyer stood, this creator's credit, and what her deciding touch froze.

    ``month_total`` are her credited sales of the whole month, as ``tier_total`` in ``commission.line_pools``.
    """

    new_buyer: bool
    first_at: Instant | None
    credit: Fraction
    by_code: bool
    group: str = ""
    month_total: Micros = 0


def granted(
    terms: Terms, view: OrderView, asked: Occasion, tier_segments: Sequence[Piece], margin_bps: int | None
) -> Granted:
    """Work out one creator's part of an order that is worth something.

    ``terms`` are those of the deciding touch, ``margin_bps`` the margin budget in force when the order was placed.
    ``tier_segments`` as in ``commission.line_pools``.
    """
    lines = line_pools(
        terms,
        view,
        new_buyer=asked.new_buyer,
        credit=asked.credit,
        by_code=asked.by_code,
        tier_segments=tier_segments,
        tier_total=asked.month_total,
        group=asked.group,
        first_at=asked.first_at,
    )
    bonuses: tuple[LinePool, ...] = ()
    if terms.bonuses:
        bonuses = bonus_pools(terms, view, new_buyer=asked.new_buyer, group=asked.group, first_at=asked.first_at)
    amount = part((*lines, *bonuses) if bonuses else lines, asked.credit)
    limits: list[Limit] = []
    if bonuses and asked.by_code and terms.code_max_bps is not None:
        limits.append(_code_limit(view, asked.credit, terms.code_max_bps, amount))
        amount = limits[-1].after
    if margin_bps is not None:
        limits.append(_margin_limit(view, asked.credit, margin_bps, amount))
        amount = limits[-1].after
    told = None if asked.first_at is None else _recurring(terms, view, asked, (*lines, *bonuses))
    return Granted(lines, bonuses, tuple(limits), told, amount)


def code_room(net: Micros, credit: Fraction, bps: int) -> Micros:
    """The most commission on a creator's part of an order with a typed code: a part of her credited goods."""
    return basis_points(credited_net(net, credit), bps)


def margin_room(net: Micros, discount: Micros, credit: Fraction, bps: int) -> Micros:
    """The most commission that a creator's part of an order's margin budget holds, in micros.

    The budget is ``bps`` of the goods before discount, less the discount; each creator has her credit's part of it,
    whatever the others earn. Floors, so that all parts together never exceed it.
    """
    budget = basis_points(net + discount, bps) - discount
    return credited_net(budget, credit) if budget > 0 else 0


def kept_discount(view: OrderView) -> tuple[Micros, bool]:
    """The discount on what is kept of an order's goods, and whether the shop told it for every line.

    It shrinks with its line; goods that were given away are a discount as long as the order is worth anything.
    """
    total, told = 0, True
    for line, kept in zip(view.lines, view.kept, strict=True):
        if line.discount is None:
            told = told and not kept
        else:
            total += line.discount * kept // line.net if line.net else line.discount
    return total, told


def _code_limit(view: OrderView, credit: Fraction, bps: int, before: Micros) -> Limit:
    return Limit(CODE, bps, 0, True, before, min(before, code_room(view.net, credit, bps)))


def _margin_limit(view: OrderView, credit: Fraction, bps: int, before: Micros) -> Limit:
    discount, told = kept_discount(view)
    return Limit(MARGIN, bps, discount, told, before, min(before, margin_room(view.net, discount, credit, bps)))


def _recurring(terms: Terms, view: OrderView, asked: Occasion, applied: Iterable[LinePool]) -> Recurring | None:
    timed = {rule.id: rule for rule in (*terms.rules, *terms.bonuses) if rule.months is not None}
    if not timed:
        return None
    paid = [timed[line.rule_id] for line in applied if line.rule_id in timed]
    return recurring(asked.first_at, paid, _late(list(timed.values()), terms, view, asked))


def _late(timed: Sequence[Rule], terms: Terms, view: OrderView, asked: Occasion) -> list[Rule]:
    """The rules that would speak of these goods had the buyer come earlier."""
    at_first = speaking(timed, terms, view, new_buyer=asked.new_buyer, group=asked.group, first_at=None)
    now = speaking(timed, terms, view, new_buyer=asked.new_buyer, group=asked.group, first_at=asked.first_at)
    in_time = [rule for rule, _ in now]
    return [rule for rule, matches in at_first if rule not in in_time and any(map(matches, view.lines))]
