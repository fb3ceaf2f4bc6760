"""Small random worlds: terms with tight caps and tiers, creators with fans, buyers, orders that live a little.

``World.random(seed)`` is a programme with one or two versions of its terms, and orders that change, ship, are
refunded, cancelled and revived. Half of the programmes have groups, bonuses, recurring months, a margin budget, a fee
or retroactive tiers (``tests.support.random_terms``). Everything follows from the seed and the currency.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fanshare.core.facts import OrderFacts, Ruling, RulingKind
from fanshare.core.instants import DAY, HOUR, MINUTE, Instant
from fanshare.core.ledger import Placed, PositionKey
from fanshare.core.money import from_minor_units
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, OrderView, Refund, Status
from fanshare.core.settlement import Part
from fanshare.core.terms import Bracket, Cap, Level, Policy, Rule, Terms, TermsBook
from fanshare.core.touches import LinkClass, Touch, TouchKind
from tests.support.random_terms import Member, WorldOrder, random_extras, random_memberships, random_steps, with_extras
from tests.support.sales import EPOCH, UNIT, click, typed

__all__ = ["CREATORS", "Folded", "Memory", "Snapshot", "World", "WorldOrder"]

CREATORS = (1, 2, 3)


type Snapshot = dict[PositionKey, Placed]


@dataclass(frozen=True)
class Folded:
    """What folding some facts of a creator gave; ``kept`` holds on to the facts, whose ids are the key."""

    kept: object
    parts: list[Part]
    places: Snapshot
    matures_at: dict[int, Instant]


@dataclass
class Memory:
    """What pure functions answered in one world, by the identity of what they were asked."""

    views: dict[tuple[int, frozenset[int]], tuple[tuple[OrderState, ...], OrderView]] = field(default_factory=dict)
    facts: dict[tuple[object, ...], OrderFacts] = field(default_factory=dict)
    creators: dict[int, frozenset[int]] = field(default_factory=dict)
    folds: dict[tuple[object, ...], Folded] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """Terms and orders, with every state in the order in which the shop made it."""

    seed: int
    book: TermsBook
    orders: tuple[WorldOrder, ...]
    memberships: tuple[Member, ...] = ()
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)

    @property
    def deliveries(self) -> list[tuple[int, OrderState]]:
        return [(order.id, state) for order in self.orders for state in order.states]

    @classmethod
    def random(cls, seed: int, orders: int = 6, currency: str = "EUR") -> "World":
        dice = random.Random(f"{seed} {currency}")
        more = random.Random(f"more {seed} {currency}")
        plain = TermsBook(random_extras(more, terms, currency) for terms in _random_book(dice, currency))
        book = TermsBook(random_steps(random.Random(f"steps {seed} {currency}"), terms) for terms in plain)
        members = random_memberships(more, CREATORS)
        pool = _random_clicks(dice, book)
        made = tuple(_random_order(dice, n + 1, pool, book, currency) for n in range(orders))
        return cls(seed, book, tuple(with_extras(more, order, book, members) for order in made), members)


def _random_book(dice: random.Random, currency: str) -> TermsBook:
    first = _random_terms(dice, currency)
    if dice.random() < 0.6:
        return TermsBook([first])
    rate = dice.choice([900, 1300, 2000])
    second = replace(first, version=2, effective_at=EPOCH + 5 * DAY, rules=(Rule("later", bps=rate), *first.rules[1:]))
    return TermsBook([first, replace(second, introducer_days=dice.choice([0, 5, 30]), fan_bps=1500)])


def _random_terms(dice: random.Random, currency: str) -> Terms:
    brackets = (Bracket(60 * UNIT, 800), Bracket(150 * UNIT, 1100), Bracket(None, 1500))
    rules = [Rule("base", bps=dice.choice([500, 1200, 1750]))]
    if dice.random() < 0.5:
        rules.append(Rule("climb", brackets=brackets, currency=currency))
    if dice.random() < 0.3:
        rules.append(Rule("mugs", each=2 * UNIT, currency=currency, products=frozenset({"mug"})))
    levels = [level for level in Level if dice.random() < 0.6]
    caps = tuple(Cap(level, dice.randint(1, 14) * UNIT, currency) for level in levels)
    return Terms(
        version=1,
        effective_at=0,
        rules=tuple(rules),
        policy=dice.choice(list(Policy)),
        caps=caps,
        hold=dice.choice([0, 14, 30]) * DAY,
        introducer_days=dice.choice([0, 5, 30]),
        buyer_bps=dice.choice([0, 500]),
        time_zone=dice.choice(["UTC", "Europe/Berlin", "America/New_York"]),
        code_max_bps=dice.choice([None, 900]),
    )


def _random_clicks(dice: random.Random, book: TermsBook) -> list[Touch]:
    return [_random_click(dice, number, book) for number in range(12)]


def _random_click(dice: random.Random, number: int, book: TermsBook) -> Touch:
    at = EPOCH + dice.randint(-12, 30) * 6 * HOUR + dice.choice([0, 0, MINUTE])
    creator = dice.choice(CREATORS)
    terms = book.at(at)
    return click(
        number,
        at,
        creator,
        dice.choice([creator, 10 + creator, 20 + creator]),
        terms_version=terms.version,
        fan_bps=terms.fan_bps,
        buyer_bps=terms.buyer_bps,
        human=dice.random() > 0.06,
        live=dice.random() > 0.06,
        link_class=dice.choice([LinkClass.STANDARD] * 6 + [LinkClass.COUPON, LinkClass.EXTENSION]),
        user_activation=dice.choice([None, None, True, False]),
        checkout_referrer=dice.random() < 0.1,
        pinned_live=dice.random() < 0.1,
    )


def _random_order(dice: random.Random, number: int, pool: list[Touch], book: TermsBook, currency: str) -> WorldOrder:
    placed_at = EPOCH + dice.randint(0, 40) * 6 * HOUR
    touches = dice.sample(pool, dice.choice([1, 1, 2, 3]))
    if dice.random() < 0.2:
        creator, terms = dice.choice([1, 2]), book.at(placed_at)
        code = typed("save", placed_at, creator, dice.choice([creator, 10 + creator]), single_use=dice.random() < 0.5)
        touches.append(replace(code, terms_version=terms.version, fan_bps=terms.fan_bps, buyer_bps=terms.buyer_bps))
    buyer = dice.choice(["anna", "ben", "ben", ""])
    payers = ((dice.choice([1, 11, 12]), placed_at + dice.choice([0, 60 * DAY])),) if dice.random() < 0.15 else ()
    clicks = tuple(touch.id for touch in touches if touch.kind is TouchKind.LINK)
    first = OrderState(
        order_id=str(number),
        birth=f"birth{number}",
        modified_at=placed_at,
        placed_at=placed_at,
        status=dice.choice([Status.CAPTURED, Status.CAPTURED, Status.OPEN]),
        currency=dice.choice([currency] * 4 + ["USD"]),
        lines=_random_lines(dice, currency),
        shipping=5 * UNIT,
        buyer=Buyer(email=buyer),
        evidence=Evidence(clicks, whole_path=dice.random() < 0.8),
    )
    first = replace(first, total=sum(line.net for line in first.lines) + first.shipping)
    rulings = _random_rulings(dice, placed_at)
    buyer_party = dice.choice([None, None, 100 + number])
    return WorldOrder(number, tuple(touches), tuple(_life(dice, first)), payers, rulings, buyer_party)


def _random_lines(dice: random.Random, currency: str) -> tuple[Line, ...]:
    minor = from_minor_units(1, currency)
    return tuple(
        Line(str(n), dice.randint(1, 90 * UNIT // minor) * minor, dice.randint(1, 3), dice.choice(["mug", "shirt"]))
        for n in range(dice.choice([1, 1, 2]))
    )


def _random_rulings(dice: random.Random, placed_at: Instant) -> tuple[Ruling, ...]:
    if dice.random() > 0.12:
        return ()
    at = placed_at + DAY
    held = Ruling(1, RulingKind.HELD, "checked", at, creator=dice.choice(CREATORS), until=at + 400 * DAY)
    given = Ruling(2, RulingKind.REASSIGNED, "agreed", at, to_creator=1, to_owner=dice.choice([1, 11]))
    denied = Ruling(3, RulingKind.DENIED, "bought by a reseller", at, creator=dice.choice([None, 2]))
    line = Ruling(4, RulingKind.DENIED, "not in the programme", at, line="1")
    return tuple(sorted(dice.sample([held, given, denied, line], dice.choice([1, 2])), key=lambda ruling: ruling.id))


def _life(dice: random.Random, first: OrderState) -> Iterable[OrderState]:
    """What happens to an order after it was placed; some steps fall into the same second. It ships at most once."""
    state = first
    yield state
    for step in range(dice.choice([0, 1, 1, 2])):
        state = replace(state, modified_at=state.modified_at + dice.choice([0, HOUR, 3 * DAY]))
        match dice.choice(["pay", "refund", "refund", "cancel", "ship", "revive"]):
            case "pay" | "revive":
                state = replace(state, status=Status.CAPTURED)
            case "refund":
                state = replace(state, refunds=(*state.refunds, _random_refund(dice, f"r{step}", state)))
            case "cancel":
                state = replace(state, status=Status.CANCELLED)
            case "ship":
                state = replace(state, fulfilled_at=state.fulfilled_at or state.modified_at)
        yield state


def _random_refund(dice: random.Random, name: str, state: OrderState) -> Refund:
    minor = from_minor_units(1, state.currency)
    money = dice.randint(1, 40 * UNIT // minor) * minor
    lines = ((state.lines[0].id, money),) if dice.random() < 0.5 else ()
    return Refund(name, state.modified_at, money, lines)
