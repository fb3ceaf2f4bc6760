"""Bonuses: what the terms give on top of the rule that won, each as a line of its own.

Every bonus that speaks of the goods is added; bonuses do not compete. Three kinds, all of them linear in settled sales
(property F3 in ``docs/architecture.md``): a percentage of goods, an amount for each piece, and an amount once for a
buyer who is new to the creator, at most what she keeps. None depends on how much somebody sold altogether: a
threshold would pay those who pool accounts, or who lend each other orders.
"""

from fanshare.core.commission import LinePool, Matcher, grant, speaking
from fanshare.core.instants import Instant
from fanshare.core.orders import OrderView
from fanshare.core.terms import Rule, Terms

#: What stands in place of a line's id for a bonus on the order as a whole.
WHOLE_ORDER = "order"


def bonus_pools(
    terms: Terms, view: OrderView, *, new_buyer: bool, group: str, first_at: Instant | None
) -> tuple[LinePool, ...]:
    """The bonuses of an order that give anything, in the order of the terms; ``rule_id`` names the bonus.

    They are pools of the whole order, before any credit. One for a new buyer stands on all goods that it speaks of.
    """
    found: list[LinePool] = []
    for rule, matches in speaking(terms.bonuses, terms, view, new_buyer=new_buyer, group=group, first_at=first_at):
        found += _once(rule, matches, view) if rule.per_buyer is not None else _by_line(rule, matches, view)
    return tuple(pool for pool in found if pool.pool)


def _by_line(rule: Rule, matches: Matcher, view: OrderView) -> list[LinePool]:
    lines = zip(view.lines, view.kept, strict=True)
    return [grant(rule, line, kept) for line, kept in lines if not line.gift_card and matches(line)]


def _once(rule: Rule, matches: Matcher, view: OrderView) -> list[LinePool]:
    each, lines = rule.per_buyer or 0, zip(view.lines, view.kept, strict=True)
    base = sum(kept for line, kept in lines if not line.gift_card and matches(line))
    return [LinePool(WHOLE_ORDER, base, rule.id, "buyer", 0, each, 1, base, min(base, each), 0, (), ())]
