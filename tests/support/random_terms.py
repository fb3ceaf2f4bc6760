"""What only some programmes have: groups, bonuses, recurring months, a margin budget, a fee, retroactive tiers.

Drawn by dice of their own, so that the rest of a world is the same with and without them.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from fanshare.core.facts import Ruling
from fanshare.core.instants import HOUR, Instant
from fanshare.core.orders import Line, OrderState
from fanshare.core.terms import Bracket, BuyerKind, Rule, Terms, TermsBook
from fanshare.core.touches import Touch
from tests.support.sales import EPOCH, UNIT

GROUPS = frozenset({"gold", "new-here"})


class Member(NamedTuple):
    """A creator is in a group (empty: in none) from an instant on."""

    creator: int
    name: str
    since: Instant


@dataclass(frozen=True)
class WorldOrder:
    """One order: its resolved touches, who matches its payer, and every state the shop ever reports."""

    id: int
    touches: tuple[Touch, ...]
    states: tuple[OrderState, ...]
    payers: tuple[tuple[int, Instant], ...] = ()
    rulings: tuple[Ruling, ...] = ()
    buyer_party: int | None = None

    @property
    def ships(self) -> bool:
        """Whether the shop ever tells that it shipped: then it is one that reports fulfilment."""
        return any(state.fulfilled_at is not None for state in self.states)


def random_extras(dice: random.Random, terms: Terms, currency: str) -> Terms:
    """The terms, in half of the worlds with some of what only some programmes have."""
    if dice.random() < 0.5:
        return terms
    rules = [replace(rule, months=dice.choice([None, None, 0, 1])) for rule in terms.rules]
    rules.append(Rule("for-gold", bps=dice.choice([700, 1900]), groups=frozenset({"gold"})))
    bonuses = [
        Rule("launch", bps=300, products=frozenset({"mug"}), months=dice.choice([None, 1])),
        Rule("piece", each=UNIT // 2, currency=currency, not_groups=frozenset({"new-here"})),
        Rule("welcome", per_buyer=dice.randint(1, 8) * UNIT, currency=currency, buyers=BuyerKind.NEW),
    ]
    return replace(
        terms,
        groups=GROUPS,
        rules=tuple(rules),
        bonuses=tuple(bonus for bonus in bonuses if dice.random() < 0.6),
        margin_bps=dice.choice([None, 1500, 3000]),
        fee_bps=dice.choice([0, 333]),
    )


def random_steps(dice: random.Random, terms: Terms) -> Terms:
    """The terms, in half of the worlds with tiers that lift what was sold before them."""
    if dice.random() < 0.5:
        return terms
    return replace(terms, rules=tuple(replace(rule, brackets=_lifting(dice, rule.brackets)) for rule in terms.rules))


def _lifting(dice: random.Random, brackets: tuple[Bracket, ...]) -> tuple[Bracket, ...]:
    return tuple(replace(one, retroactive=place > 0 and dice.random() < 0.7) for place, one in enumerate(brackets))


def random_memberships(dice: random.Random, creators: Sequence[int]) -> tuple[Member, ...]:
    """A few changes of group, in order of time."""
    moments = sorted(dice.sample(range(-12, 40), 4))
    names = ["", "gold", "gold", "new-here"]
    found: list[Member] = []
    for at in moments:
        new = Member(dice.choice(creators), dice.choice(names), EPOCH + at * 6 * HOUR + HOUR)
        if new.name != _group(found, new.creator, new.since):
            found.append(new)
    return tuple(found)


def with_extras(dice: random.Random, order: WorldOrder, book: TermsBook, members: Sequence[Member]) -> WorldOrder:
    """The order with the groups that its touches froze, and with discounts where the shop tells them."""
    told = dice.random() < 0.7
    lines = tuple(_discounted(dice, line, told=told) for line in order.states[0].lines)
    touches = tuple(replace(touch, group=_frozen(touch, book, members)) for touch in order.touches)
    return replace(order, touches=touches, states=tuple(replace(state, lines=lines) for state in order.states))


def _discounted(dice: random.Random, line: Line, *, told: bool) -> Line:
    return replace(line, discount=dice.choice([0, 0, line.net // 7, line.net]) if told else None)


def _frozen(touch: Touch, book: TermsBook, members: Sequence[Member]) -> str:
    name = _group(members, touch.creator, touch.at)
    return name if name in book.version(touch.terms_version).groups else ""


def _group(members: Sequence[Member], creator: int, at: Instant) -> str:
    return next((one.name for one in reversed(members) if one.creator == creator and one.since <= at), "")
