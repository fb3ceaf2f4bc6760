"""Small random worlds of orders, and books that settle them as the product does, in memory.

``World.random(seed)`` is a programme with tight caps and tiers, a few creators with fans, a few buyers, and orders
that change, are refunded, cancelled and revived. ``Books`` accepts states one at a time in any order.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fanshare.core.closing import close_next, sealed_with
from fanshare.core.cumulative import Piece
from fanshare.core.facts import NOTHING_SEALED, Frozen, OrderFacts, OrderKey, Ruling, Sealed
from fanshare.core.instants import DAY, HOUR, Instant, parse_rfc3339
from fanshare.core.order_join import join
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, OrderView, Refund, Status
from fanshare.core.crediting import creators_of, credit_order
from fanshare.core.settlement import Part, desired
from fanshare.core.terms import Bracket, Cap, Level, Policy, Rule, Terms, TermsBook
from fanshare.core.touches import Touch, TouchKind

EPOCH = parse_rfc3339("2026-11-10T08:00:00Z")
UNIT = 1_000_000


def click(number: int, at: Instant, creator: int, owner: int | None = None, **changes: object) -> Touch:
    """A valid click on a link of ``creator`` (or of her fan ``owner``)."""
    touch = Touch(
        id=f"click{number:04d}",
        kind=TouchKind.LINK,
        at=at,
        creator=creator,
        owner=creator if owner is None else owner,
        asset=number,
        terms_version=1,
        fan_bps=2000,
        buyer_bps=500,
    )
    return replace(touch, **changes)  # type: ignore[arg-type]


def typed(text: str, at: Instant, creator: int, owner: int | None = None, **changes: object) -> Touch:
    """A code typed at checkout."""
    return replace(click(0, at, creator, owner), id=f"code:{text}", kind=TouchKind.CODE, **changes)  # type: ignore[arg-type]


def percent(bps: int) -> tuple[Rule, ...]:
    """One rule for everything."""
    return (Rule("all", bps=bps),)


@dataclass(frozen=True)
class WorldOrder:
    """One order: its resolved touches, who matches its payer, and every state the shop ever reports."""

    id: int
    touches: tuple[Touch, ...]
    states: tuple[OrderState, ...]
    payers: tuple[tuple[int, Instant], ...] = ()
    rulings: tuple[Ruling, ...] = ()


@dataclass(frozen=True)
class World:
    """Terms and orders, with every state in the order in which the shop made it."""

    seed: int
    book: TermsBook
    orders: tuple[WorldOrder, ...]
    views: dict[tuple[int, frozenset[int]], OrderView] = field(default_factory=dict, compare=False, repr=False)

    @property
    def deliveries(self) -> list[tuple[int, OrderState]]:
        return [(order.id, state) for order in self.orders for state in order.states]

    def view(self, order_id: int, states: set[OrderState]) -> OrderView:
        """The join of some states of an order. Remembered, since permutations ask for the same sets over and over."""
        key = (order_id, frozenset(id(state) for state in states))
        found = self.views.get(key)
        if found is None:
            found = self.views[key] = join(states)
        return found

    @classmethod
    def random(cls, seed: int, orders: int = 6) -> "World":
        dice = random.Random(seed)
        terms = _random_terms(dice)
        pool = _random_clicks(dice, terms)
        return cls(seed, TermsBook([terms]), tuple(_random_order(dice, n + 1, pool, terms) for n in range(orders)))


def _random_terms(dice: random.Random) -> Terms:
    brackets = (Bracket(60 * UNIT, 800), Bracket(150 * UNIT, 1100), Bracket(None, 1500))
    rules = [Rule("base", bps=dice.choice([500, 1200, 1750]))]
    if dice.random() < 0.5:
        rules.append(Rule("climb", brackets=brackets, currency="EUR"))
    if dice.random() < 0.3:
        rules.append(Rule("mugs", each=2 * UNIT, currency="EUR", products=frozenset({"mug"})))
    levels = [level for level in Level if dice.random() < 0.6]
    caps = tuple(Cap(level, dice.randint(1, 14) * UNIT, "EUR") for level in levels)
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


def _random_clicks(dice: random.Random, terms: Terms) -> list[Touch]:
    return [
        click(
            number,
            EPOCH + dice.randint(-12, 30) * 6 * HOUR,
            creator := dice.choice([1, 2, 3]),
            dice.choice([creator, 10 + creator, 20 + creator]),
            buyer_bps=terms.buyer_bps,
        )
        for number in range(12)
    ]


def _random_order(dice: random.Random, number: int, pool: list[Touch], terms: Terms) -> WorldOrder:
    placed_at = EPOCH + dice.randint(0, 40) * 6 * HOUR
    touches = dice.sample(pool, dice.choice([1, 1, 2, 3]))
    if dice.random() < 0.2:
        creator = dice.choice([1, 2])
        owner = dice.choice([creator, 10 + creator])
        touches.append(typed("save", placed_at, creator, owner, buyer_bps=terms.buyer_bps, single_use=dice.random() < 0.5))
    buyer = dice.choice(["anna", "ben", "ben", ""])
    payers = ((dice.choice([1, 11, 12]), 0),) if dice.random() < 0.1 else ()
    evidence = Evidence(tuple(touch.id for touch in touches), whole_path=True)
    first = OrderState(
        order_id=str(number),
        birth=f"birth{number}",
        modified_at=placed_at,
        placed_at=placed_at,
        status=dice.choice([Status.CAPTURED, Status.CAPTURED, Status.OPEN]),
        currency=dice.choice(["EUR", "EUR", "EUR", "JPY"]),
        lines=_random_lines(dice),
        shipping=5 * UNIT,
        buyer=Buyer(email=buyer),
        evidence=evidence,
    )
    first = replace(first, total=sum(line.net for line in first.lines) + first.shipping)
    return WorldOrder(number, tuple(touches), tuple(_life(dice, first)), payers)


def _random_lines(dice: random.Random) -> tuple[Line, ...]:
    return tuple(
        Line(str(n), dice.randint(1, 90_000_000), dice.randint(1, 3), dice.choice(["mug", "shirt"]))
        for n in range(dice.choice([1, 1, 2]))
    )


def _life(dice: random.Random, first: OrderState) -> Iterable[OrderState]:
    """What happens to an order after it was placed; some steps fall into the same second."""
    state = first
    yield state
    for step in range(dice.choice([0, 1, 1, 2])):
        state = replace(state, modified_at=state.modified_at + dice.choice([0, HOUR, 3 * DAY]))
        match dice.choice(["pay", "refund", "cancel", "ship", "revive"]):
            case "pay" | "revive":
                state = replace(state, status=Status.CAPTURED)
            case "refund":
                money = dice.randint(1, 40_000_000)
                lines = ((state.lines[0].id, money),) if dice.random() < 0.5 else ()
                refund = Refund(f"r{step}", state.modified_at, money, lines)
                state = replace(state, refunds=(*state.refunds, refund))
            case "cancel":
                state = replace(state, status=Status.CANCELLED)
            case "ship":
                state = replace(state, fulfilled_at=state.modified_at)
        yield state


@dataclass
class Books:
    """What the product does with deliveries, without a database: join, fold the scopes, keep the difference."""

    world: World
    now: Instant
    states: dict[int, set[OrderState]] = field(default_factory=dict)
    sealed: dict[int, Sealed] = field(default_factory=dict)
    frozen: dict[int, dict[int, Frozen]] = field(default_factory=dict)
    matured: dict[int, dict[int, Instant]] = field(default_factory=dict)
    posted: dict[tuple[int, int], Part] = field(default_factory=dict)

    def accept(self, order_id: int, state: OrderState) -> None:
        """One delivery: accept the state and settle everything it can influence."""
        self.states.setdefault(order_id, set()).add(state)
        facts = self.facts()
        order = next(order for order in facts if order.id == order_id)
        for creator in creators_of(order, credit_order(order, self.world.book)):
            self.settle(creator, facts)

    def settle(self, creator: int, facts: list[OrderFacts]) -> None:
        parts = self.desired(creator, facts)
        for key in [key for key in self.posted if key[1] == creator]:
            del self.posted[key]
        for part in parts:
            self.posted[part.order_id, creator] = part
            if part.matures_at is not None:
                self.matured.setdefault(part.order_id, {})[creator] = part.matures_at

    def desired(self, creator: int, facts: list[OrderFacts]) -> list[Part]:
        mine = [order for order in facts if creator in creators_of(order, credit_order(order, self.world.book))]
        sealed = self.sealed.get(creator, NOTHING_SEALED)
        return desired(creator, mine, self.world.book, self.now, sealed=sealed)

    def settle_all(self) -> None:
        facts = self.facts()
        for creator in (1, 2, 3):
            self.settle(creator, facts)

    def close_all(self) -> int:
        """Close every month that can close; how many did."""
        closed = 0
        for creator in (1, 2, 3):
            for currency in ("EUR", "JPY"):
                while self._close(creator, currency):
                    closed += 1
        return closed

    def _close(self, creator: int, currency: str) -> bool:
        facts = self.facts()
        sealed = self.sealed.get(creator, NOTHING_SEALED)
        parts = self.desired(creator, facts)
        closing = close_next(creator, currency, facts, parts, self.world.book, self.now, sealed)
        if closing is None:
            return False
        self.sealed[creator] = sealed_with(sealed, closing)
        for order_id, frozen in closing.frozen.items():
            self.frozen.setdefault(order_id, {})[creator] = frozen
        return True

    def facts(self) -> list[OrderFacts]:
        return [self._facts(order) for order in self.world.orders if order.id in self.states]

    def _facts(self, order: WorldOrder) -> OrderFacts:
        view = self.world.view(order.id, self.states[order.id])
        return OrderFacts(
            id=order.id,
            key=OrderKey(view.placed_at, 1, view.order_id),
            view=view,
            touches=order.touches,
            payers=order.payers,
            rulings=order.rulings,
            reports_fulfilment=False,
            frozen=self.frozen.get(order.id, {}),
            matured_at=self.matured.get(order.id, {}),
        )

    def snapshot(self) -> dict[tuple[int, int], tuple[object, ...]]:
        """The ledger as far as money is concerned: every position that is not zero."""
        return {
            key: (part.shares, part.bucket(None), part.fan, part.currency)
            for key, part in sorted(self.posted.items())
            if part.pool
        }

    def capped_sums(self) -> dict[tuple[int, str, str, str], int]:
        """Per creator and capped period what was granted after the cap."""
        sums: dict[tuple[int, str, str, str], int] = {}
        for (_, creator), part in self.posted.items():
            for step in part.caps:
                if step.cap is not None:
                    key = (creator, step.level.value, step.period, part.currency)
                    sums[key] = sums.get(key, 0) + step.after
        return sums


__all__ = ["EPOCH", "UNIT", "Books", "Piece", "World", "WorldOrder", "click", "percent", "typed"]
