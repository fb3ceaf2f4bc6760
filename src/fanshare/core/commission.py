"""Commission: what the terms grant on each line of an order, exactly, in micros (DESIGN section 7).

Every matching rule is worked out, the one that gives the most money wins, and only then the limit for typed codes is
applied. Bonuses come on top (``fanshare.core.bonuses``), further limits after that (``fanshare.core.grants``). A
percentage or a flat amount is a *pool* of the whole order, before any credit; marginal tiers depend on the creator's
own sales of the period and are therefore computed on her credited part right away.

One floor per line and rule, never in favour of a split: two lines that together make one earn at most as much as the
one, and at most one micro less per line.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from fanshare.core.instants import Instant
from fanshare.core.money import Micros, basis_points
from fanshare.core.orders import Line, OrderView
from fanshare.core.recurrence import is_over
from fanshare.core.terms import BuyerKind, Rule, Terms
from fanshare.core.tiers import Piece, lifted_amount, step_reached, tier_amount

type Kind = Literal["percent", "flat", "tiers", "buyer", "none"]

type Matcher = Callable[[Line], bool]

type Sales = tuple[tuple[Piece, ...], Micros]
"""The pieces of the period's credited sales that a line occupies, and what the period came to in all."""


@dataclass(frozen=True, slots=True)
class LinePool:
    """What one line of an order grants, with everything needed to work it out again.

    ``net`` is what is kept of the line and ``goods`` what was sold, ``pool`` the order-level commission before any
    credit (percent and flat), ``tiered`` the creator's own part (tiers); the other of the two is 0. ``bps`` belongs to
    percent, ``each`` and ``quantity`` to flat (``each`` to a bonus for a new buyer too), ``pieces`` (the stretches of
    the period's credited sales that the line occupies) to tiers. ``losers`` are the other rules that matched, in the
    order of the terms. ``limit_bps`` is set where the limit for typed codes lowered the result. ``further`` is what a
    retroactive tier, which begins at ``reached``, adds to ``tiered``. All money in micros.
    """

    line_id: str
    net: Micros
    rule_id: str
    kind: Kind
    bps: int
    each: Micros
    quantity: int
    goods: Micros
    pool: Micros
    tiered: Micros
    pieces: tuple[Piece, ...]
    losers: tuple[str, ...]
    limit_bps: int | None = None
    further: Micros = 0
    reached: Micros | None = None


def credited_net(view_net: Micros, credit: Fraction) -> Micros:
    """``floor(credit * net)``: how much of an order's kept goods counts as this creator's sales of the period."""
    if credit == 1:
        return view_net
    return view_net * credit.numerator // credit.denominator


def part(pools: Iterable[LinePool], credit: Fraction) -> Micros:
    """The creator's commission on an order: ``floor(credit * pools)`` plus what tiers gave her, in micros."""
    whole = tiered = 0
    for line in pools:
        whole += line.pool
        tiered += line.tiered + line.further
    return credited_net(whole, credit) + tiered


def line_pools(
    terms: Terms,
    view: OrderView,
    *,
    new_buyer: bool,
    credit: Fraction,
    by_code: bool,
    tier_segments: Sequence[Piece],
    tier_total: Micros = 0,
    group: str = "",
    first_at: Instant | None = None,
) -> tuple[LinePool, ...]:
    """The commission of every line of ``view``, in the order of its lines.

    ``credit`` is the creator's part of the order (0 to 1). ``tier_segments`` are the pieces of the period's cumulative
    credited sales that the order occupies; their amounts sum to ``credited_net(view.net, credit)``, and lines consume
    them in turn. They are read only where a rule with tiers applies, and so is ``tier_total``, what the period's sales
    come to in all (at least to the end of this order). ``by_code`` says that a typed code of a creator or fan decided,
    so that ``terms.code_max_bps`` limits every line. ``group`` is the creator's at the touch, ``first_at`` when this
    buyer's first kept order with her was placed, if that is another one. Test orders and gift cards grant nothing.

    Raises ``ValueError`` when the segments do not sum to the credited net.
    """
    rules = speaking(terms.rules, terms, view, new_buyer=new_buyer, group=group, first_at=first_at)
    tiers = any(rule.brackets for rule, _ in rules)
    cuts = _cut(view.kept, credit, tier_segments) if tiers else [()] * len(view.lines)
    limit = terms.code_max_bps if by_code else None
    total = max(tier_total, *map(sum, tier_segments)) if tiers and tier_segments else 0
    pools = (
        _line(rules, line, kept, (pieces, total), credit)
        for line, kept, pieces in zip(view.lines, view.kept, cuts, strict=True)
    )
    return tuple(pools if limit is None else (_limited(pool, limit) for pool in pools))


def flat_amount(each: Micros, quantity: int, kept: Micros, goods: Micros) -> Micros:
    """``each`` per piece sold, in proportion to what is kept of the line, never above what is kept."""
    return min(kept, each * quantity * kept // goods) if goods > 0 else 0


def speaking(
    rules: Iterable[Rule], terms: Terms, view: OrderView, *, new_buyer: bool, group: str, first_at: Instant | None
) -> list[tuple[Rule, Matcher]]:
    """The rules that speak of an order, each with the test whether it speaks of a line. Of a test order none does."""
    if view.test:
        return []
    kind = BuyerKind.NEW if new_buyer else BuyerKind.RETURNING
    return [
        (rule, _matcher(rule))
        for rule in rules
        if rule.buyers in (BuyerKind.ANY, kind)
        and (not rule.countries or view.country in rule.countries)
        and (rule.bps is not None or rule.currency == view.currency)
        and (not rule.groups or group in rule.groups)
        and group not in rule.not_groups
        and (rule.months is None or not is_over(rule.months, first_at, view.placed_at, terms.zone))
    ]


def _matcher(rule: Rule) -> Matcher:
    narrow = rule.products or rule.skus or rule.categories or rule.collections
    if not narrow and not rule.not_products and not rule.not_categories:
        return lambda _: True
    return lambda line: (
        (not rule.products or line.product in rule.products)
        and (not rule.skus or line.sku in rule.skus)
        and (not rule.categories or line.category in rule.categories)
        and (not rule.collections or line.collection in rule.collections)
        and line.product not in rule.not_products
        and line.category not in rule.not_categories
    )


def _line(rules: Sequence[tuple[Rule, Matcher]], line: Line, kept: Micros, sales: Sales, credit: Fraction) -> LinePool:
    matching = [] if line.gift_card else [rule for rule, matches in rules if matches(line)]
    if not matching:
        return LinePool(line.id, kept, "", "none", 0, 0, line.quantity, line.net, 0, 0, (), ())
    candidates = [grant(rule, line, kept, sales) for rule in matching]
    if len(candidates) == 1:
        return candidates[0]
    best = max(candidates, key=lambda one: _worth(one, credit))
    return replace(best, losers=tuple(rule.id for rule in matching if rule.id != best.rule_id))


def grant(rule: Rule, line: Line, kept: Micros, sales: Sales = ((), 0)) -> LinePool:
    """What one rule gives on one line of which ``kept`` is left; ``sales`` are read by tiers."""
    if rule.brackets:
        return _by_tiers(rule, line, kept, *sales)
    kind: Kind
    bps = each = pool = 0
    if rule.bps is not None:
        kind, bps = "percent", rule.bps
        pool = basis_points(kept, bps)
    else:
        kind, each = "flat", rule.each or 0
        pool = flat_amount(each, line.quantity, kept, line.net)
    return LinePool(line.id, kept, rule.id, kind, bps, each, line.quantity, line.net, pool, 0, (), ())


def _by_tiers(rule: Rule, line: Line, kept: Micros, pieces: tuple[Piece, ...], total: Micros) -> LinePool:
    tiered, reached, further = tier_amount(rule.brackets, pieces), step_reached(rule.brackets, total), 0
    if reached is not None:
        further = lifted_amount(rule.brackets, pieces, reached) - tiered
    return LinePool(
        line.id,
        kept,
        rule.id,
        "tiers",
        0,
        0,
        line.quantity,
        line.net,
        0,
        tiered,
        pieces,
        (),
        further=further,
        reached=reached if further else None,
    )


def _worth(grant: LinePool, credit: Fraction) -> int:
    """The money a grant gives this creator, times the credit's denominator; ``max`` keeps the first of equals."""
    return grant.pool * credit.numerator + (grant.tiered + grant.further) * credit.denominator


def _limited(grant: LinePool, limit: int) -> LinePool:
    pool = min(grant.pool, basis_points(grant.net, limit))
    room = basis_points(sum(amount for _, amount in grant.pieces), limit)
    tiered = min(grant.tiered, room)
    further = min(grant.further, room - tiered)
    if (pool, tiered, further) == (grant.pool, grant.tiered, grant.further):
        return grant
    reached = grant.reached if further else None
    return replace(grant, pool=pool, tiered=tiered, further=further, reached=reached, limit_bps=limit)


def _cut(kept: Sequence[Micros], credit: Fraction, segments: Sequence[Piece]) -> list[tuple[Piece, ...]]:
    """Hand the order's segments to its lines by cumulative floors, so that nothing is lost between the lines."""
    if sum(amount for _, amount in segments) != credited_net(sum(kept), credit):
        raise ValueError("the segments of an order must sum to its credited net")
    left = list(reversed(segments))
    cuts, running, given = [], 0, 0
    for net in kept:
        running += net
        upto = credited_net(running, credit)
        cuts.append(_take(left, upto - given))
        given = upto
    return cuts


def _take(left: list[Piece], wanted: Micros) -> tuple[Piece, ...]:
    """Take ``wanted`` from the end of ``left`` (which is the front of the order), splitting the last piece."""
    taken: list[Piece] = []
    while wanted > 0:
        before, amount = left.pop()
        used = min(amount, wanted)
        if used:
            taken.append((before, used))
        if used < amount:
            left.append((before + used, amount - used))
        wanted -= used
    return tuple(taken)
