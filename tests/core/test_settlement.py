"""Settlement is a fold over states: no order of deliveries, no repetition and no second worker changes the ledger."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

import pytest

from fanshare.core.crediting import credit_order
from fanshare.core.facts import NOTHING_SEALED, PeriodKey, Prefix, Ruling, RulingKind, Sealed
from fanshare.core.instants import DAY
from fanshare.core.ledger import AccountKind, PositionKey
from fanshare.core.orders import OrderState, Status
from fanshare.core.settlement import TIER, Bucket, Part, click_owners, desired
from fanshare.core.sharing import Shares
from fanshare.core.terms import Cap, Level, TermsBook
from tests.support.effort import effort
from tests.support.sales import EPOCH, UNIT, click, only, sale, terms_of, typed
from tests.support.worlds import CREATORS, Books, Snapshot, World

NOW = EPOCH + 200 * DAY
CURRENCIES = {"JPY": 0, "EUR": 2, "KWD": 3, "CLF": 4}

type Deliveries = Sequence[tuple[int, OrderState]]


def settled(world: World, deliveries: Deliveries, *, now: int = NOW, remember: bool = True) -> Books:
    books = Books(world, now, remember=remember)
    for order_id, state in deliveries:
        books.accept(order_id, state)
    return books


def shuffled(deliveries: Deliveries, dice: random.Random) -> Deliveries:
    """All of them in any order, and three of them twice."""
    mixed = [*deliveries, *dice.choices(deliveries, k=3)]
    dice.shuffle(mixed)
    return mixed


# -- every permutation of a world's deliveries ends in the same ledger


@pytest.mark.soak_sized
@pytest.mark.parametrize("shard", range(8))
def test_every_sampled_order_of_deliveries_ends_in_the_same_ledger(shard: int) -> None:
    for seed in range(shard, effort(2000), 8):
        world = World.random(seed)
        dice = random.Random(seed)
        in_order = settled(world, world.deliveries)
        assert in_order.unsound() == []
        assert in_order.beyond_caps() == []
        expected = in_order.snapshot()
        for _ in range(12):
            found = settled(world, shuffled(world.deliveries, dice))
            assert found.snapshot() == expected, f"world {seed}"
        assert found.unsound() == []


def small_worlds(count: int) -> list[World]:
    """The first worlds of four orders that have exactly six deliveries and a ledger with something in it."""
    found: list[World] = []
    seed = 0
    while len(found) < count:
        world = World.random(seed, orders=4)
        if len(world.deliveries) == 6 and len(settled(world, world.deliveries).snapshot()) >= 4:
            found.append(world)
        seed += 1
    return found


@pytest.mark.soak_sized
def test_all_720_orders_of_six_deliveries_end_in_the_same_ledger() -> None:
    for world in small_worlds(effort(20)):
        expected = settled(world, world.deliveries).snapshot()
        for deliveries in permutations(world.deliveries):
            assert settled(world, deliveries).snapshot() == expected, f"world {world.seed}"


@pytest.mark.soak_sized
@pytest.mark.parametrize("currency", CURRENCIES)
def test_currencies_of_any_number_of_decimals_end_in_the_same_ledger(currency: str) -> None:
    for seed in range(effort(25)):
        world = World.random(seed, currency=currency)
        dice = random.Random(seed)
        expected = settled(world, world.deliveries).snapshot()
        for _ in range(6):
            found = settled(world, shuffled(world.deliveries, dice))
            assert found.snapshot() == expected, f"world {seed} in {currency}"
        assert found.unsound() == []


def test_the_ledger_is_the_same_while_shares_still_wait_or_are_held() -> None:
    seen = set()
    for seed in range(60):
        world = World.random(seed)
        dice = random.Random(seed)
        now = EPOCH + dice.randint(0, 45) * DAY
        expected = settled(world, world.deliveries, now=now).snapshot()
        for _ in range(6):
            assert settled(world, shuffled(world.deliveries, dice), now=now).snapshot() == expected, f"world {seed}"
        seen |= {placed.bucket for placed in expected.values()}
    assert seen == {AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.HELD, AccountKind.UNCLAIMED}


def test_what_a_world_remembers_is_what_it_would_work_out_anew() -> None:
    for seed in range(40):
        world = World.random(seed)
        deliveries = shuffled(world.deliveries, random.Random(seed))
        for _ in range(2):
            remembered = settled(world, deliveries)
        forgetful = settled(world, deliveries, remember=False)
        assert remembered.transfers == forgetful.transfers
        assert remembered.posted == forgetful.posted


def test_the_fold_does_not_depend_on_the_order_in_which_facts_are_loaded() -> None:
    for seed in range(60):
        world = World.random(seed)
        facts = settled(world, world.deliveries).facts()
        mixed = random.Random(seed).sample(facts, len(facts))
        for creator in CREATORS:
            assert desired(creator, mixed, world.book, NOW) == desired(creator, facts, world.book, NOW)


def occupied(parts: Sequence[Part], sealed: Sealed) -> dict[PeriodKey, int]:
    """What parts occupy of every running sum beyond what closes have sealed of them."""
    sums: dict[PeriodKey, int] = {}
    for part in parts:
        month = next(step.period for step in part.caps if step.level is Level.MONTH)
        places = [(PeriodKey(TIER, month, part.currency), part.tier_pieces)]
        places += [(PeriodKey(step.level, step.period, part.currency), step.pieces) for step in part.caps]
        for key, pieces in places:
            closed = sum(piece.amount for piece in sealed.pieces.get(key, {}).get(part.order_id, ()))
            sums[key] = sums.get(key, 0) + max(0, sum(piece.amount for piece in pieces) - closed)
    return sums


@pytest.mark.parametrize("closes", [False, True])
def test_a_fold_from_any_order_on_is_the_end_of_the_whole_fold(closes: bool) -> None:
    """What lies before is known by what it occupies; its orders are read only as their buyers' history."""
    begun = 0
    for seed in range(80):
        world = World.random(seed)
        books = settled(world, world.deliveries[:-3])
        if closes:
            books.close_all()
        for order_id, state in world.deliveries[-3:]:
            books.accept(order_id, state)
        facts = books.facts()
        for creator in CREATORS:
            mine = [order for order in facts if creator in books.creators_of(order)]
            whole, sealed = books.desired(creator, facts), books.sealed.get(creator, NOTHING_SEALED)
            for start in {order.key.placed_at for order in mine}:
                before = [part for part in whole if part.key.placed_at < start]
                buyers = {order.buyer for order in mine if order.key.placed_at >= start}
                found = desired(
                    creator,
                    [order for order in mine if order.buyer in buyers],
                    world.book,
                    NOW,
                    sealed=sealed,
                    click_owner=click_owners(mine, NOW),
                    prefix=Prefix(start, occupied(before, sealed)),
                )
                assert found == whole[len(before) :], f"world {seed}"
                begun += bool(before)
    assert begun > 100


def test_a_delivery_that_comes_again_moves_no_money() -> None:
    for seed in range(60):
        world = World.random(seed)
        books = settled(world, world.deliveries)
        moved = len(books.transfers)
        for order_id, state in world.deliveries:
            books.accept(order_id, replace(state))
        books.settle_all()
        assert len(books.transfers) == moved


# -- the negative control: settling each order by itself


@dataclass
class PerOrder:
    """How it is usually done: a delivery settles its own order, caps are read from a counter and then added to."""

    world: World
    states: dict[int, tuple[OrderState, ...]] = field(default_factory=dict)
    granted: dict[tuple[int, int], int] = field(default_factory=dict)
    used: dict[tuple[int, str, str], int] = field(default_factory=dict)
    taken: dict[tuple[int, int], dict[tuple[int, str, str], int]] = field(default_factory=dict)

    def accept(self, order_id: int, state: OrderState) -> None:
        books = Books(self.world, NOW)
        self.states[order_id] = tuple({*self.states.get(order_id, ()), state})
        books.states = {order_id: self.states[order_id]}
        (order,) = books.facts()
        for creator in credit_order(order, self.world.book).credits:
            self._settle(only(desired(creator, [order], self.world.book, NOW)))

    def _settle(self, part: Part) -> None:
        key = (part.order_id, part.creator)
        for period, amount in self.taken.pop(key, {}).items():
            self.used[period] -= amount
        amount = part.uncapped
        periods = [(part.creator, f"{step.level} {step.period}", part.currency) for step in part.caps]
        for period, step in zip(periods, part.caps, strict=True):
            if step.cap is not None:
                amount = min(amount, max(0, step.cap - self.used.get(period, 0)))
        for period in periods:
            self.used[period] = self.used.get(period, 0) + amount
        self.taken[key] = dict.fromkeys(periods, amount)
        self.granted[key] = amount


def test_settling_each_order_by_itself_depends_on_the_order_of_deliveries() -> None:
    different = 0
    for seed in range(60):
        world = World.random(seed)
        dice = random.Random(seed)
        ledgers = []
        for _ in range(4):
            alone = PerOrder(world)
            for order_id, state in shuffled(world.deliveries, dice):
                alone.accept(order_id, state)
            ledgers.append({key: amount for key, amount in alone.granted.items() if amount})
        different += any(ledger != ledgers[0] for ledger in ledgers)
    assert different > 10


def test_settling_each_order_by_itself_does_not_even_know_who_brought_the_buyer() -> None:
    """The second order of a buyer whose first click is only in the first order."""
    fan = click(1, EPOCH, 1, 11)
    first = sale(1, EPOCH + DAY, 50 * UNIT, [fan], buyer="anna")
    second = sale(2, EPOCH + 2 * DAY, 50 * UNIT, [click(2, EPOCH + 2 * DAY, 1)], buyer="anna")
    book = TermsBook([terms_of()])
    assert [part.fan for part in desired(1, [first, second], book, NOW)] == [11, 11]
    assert only(desired(1, [second], book, NOW)).fan is None


# -- the worked case of the design, through the whole fold


def worked(*, kept: int = 59 * UNIT, fan: bool = True) -> Part:
    touch = click(1, EPOCH, 1, 11 if fan else 1, fan_bps=2000, buyer_bps=500)
    order = sale(1, EPOCH + DAY, 59 * UNIT, [touch], buyer="anna")
    order = replace(order, view=replace(order.view, kept=(kept,)))
    return only(desired(1, [order], TermsBook([terms_of(buyer_bps=500)]), EPOCH + 2 * DAY))


def test_the_worked_case_divides_7_08_among_creator_fan_and_buyer() -> None:
    part = worked()
    assert part.pool == 7_080_000
    assert part.shares == Shares(creator=5_310_000, fan=1_416_000, buyer=354_000)
    assert part.fan == 11
    assert part.bucket(1) is Bucket.PENDING
    assert part.matures_at == EPOCH + 31 * DAY == part.next_at


def test_the_worked_case_after_a_refund_of_20_00() -> None:
    before, after = worked(), worked(kept=39 * UNIT)
    assert after.shares == Shares(creator=3_510_000, fan=936_000, buyer=234_000)
    reversed_ = [old - new for old, new in zip(before.shares, after.shares, strict=True)]
    assert reversed_ == [1_800_000, 480_000, 120_000]


def test_the_worked_case_without_a_fan_is_all_the_creators() -> None:
    assert worked(fan=False).shares == Shares(creator=7_080_000, fan=0, buyer=0)


# -- what time and rulings do


def held_by(*rulings: Ruling, now: int = EPOCH + 2 * DAY) -> Part:
    order = sale(1, EPOCH + DAY, 10 * UNIT, [click(1, EPOCH, 1, 11)], buyer="anna", rulings=rulings)
    return only(desired(1, [order], TermsBook([terms_of()]), now))


def test_a_hold_ends_by_itself_on_its_date() -> None:
    until = EPOCH + 50 * DAY
    hold = Ruling(1, RulingKind.HELD, "address", EPOCH, until=until)
    assert held_by(hold, now=until - 1).bucket(1) is Bucket.HELD
    assert held_by(hold, now=until - 1).next_at == until
    assert held_by(hold, now=until).bucket(1) is Bucket.AVAILABLE


def test_a_hold_of_one_party_leaves_the_others_alone() -> None:
    part = held_by(Ruling(1, RulingKind.HELD, "address", EPOCH, party=11, until=NOW))
    assert (part.bucket(11), part.bucket(1)) == (Bucket.HELD, Bucket.PENDING)


def test_a_hold_of_another_creators_part_holds_nothing_of_this_one() -> None:
    assert held_by(Ruling(1, RulingKind.HELD, "address", EPOCH, creator=2, until=NOW)).bucket(1) is Bucket.PENDING
    held = Ruling(1, RulingKind.HELD, "address", EPOCH, creator=1, until=NOW)
    assert held_by(held, Ruling(2, RulingKind.RELEASED, "checked", EPOCH, creator=2)).bucket(1) is Bucket.HELD


def test_a_release_ends_a_hold_before_its_date() -> None:
    hold = Ruling(1, RulingKind.HELD, "address", EPOCH, until=NOW)
    assert held_by(hold, Ruling(2, RulingKind.RELEASED, "checked", EPOCH)).bucket(1) is Bucket.PENDING


def test_a_denied_part_is_worth_nothing_and_says_why() -> None:
    part = held_by(Ruling(1, RulingKind.DENIED, "bought to resell", EPOCH, creator=1))
    assert (part.pool, part.denied) == (0, "bought to resell")


def test_a_denied_line_takes_only_its_own_commission() -> None:
    part = held_by(Ruling(1, RulingKind.DENIED, "not in the programme", EPOCH, line="other"))
    assert part.pool == 1_200_000
    part = held_by(Ruling(1, RulingKind.DENIED, "not in the programme", EPOCH, line="1"))
    assert part.pool == 0


def test_a_vanished_order_counts_until_its_notice_is_over() -> None:
    order = sale(1, EPOCH, 10 * UNIT, [click(1, EPOCH, 1)], vanish_at=EPOCH + 3 * DAY)
    order = replace(order, view=replace(order.view, vanished="deleted", status=Status.DELETED))
    book = TermsBook([terms_of()])
    before, after = (only(desired(1, [order], book, EPOCH + 3 * DAY - wait)) for wait in (1, 0))
    assert (before.pool, before.next_at) == (1_200_000, EPOCH + 3 * DAY)
    assert after.pool == 0


def test_nothing_matures_before_the_shop_says_it_shipped_where_it_says_so() -> None:
    order = sale(1, EPOCH, 10 * UNIT, [click(1, EPOCH, 1)], reports_fulfilment=True)
    book = TermsBook([terms_of()])
    assert only(desired(1, [order], book, NOW)).bucket(1) is Bucket.PENDING
    shipped = replace(order, view=replace(order.view, fulfilled_at=NOW - 30 * DAY))
    assert only(desired(1, [shipped], book, NOW)).bucket(1) is Bucket.AVAILABLE
    assert only(desired(1, [shipped], book, NOW - 1)).bucket(1) is Bucket.PENDING


def test_orders_of_two_currencies_share_no_cap() -> None:
    caps = (Cap(Level.ALL, UNIT, "EUR"), Cap(Level.ALL, UNIT, "USD"))
    book = TermsBook([terms_of(caps=caps)])
    euro = sale(1, EPOCH, 50 * UNIT, [click(1, EPOCH, 1)])
    dollar = sale(2, EPOCH + 1, 50 * UNIT, [click(2, EPOCH, 1)], currency="USD")
    assert [part.pool for part in desired(1, [euro, dollar], book, NOW)] == [UNIT, UNIT]


def test_a_changed_currency_takes_the_old_amount_back_and_posts_the_new_one() -> None:
    """Through the books: positions of one currency at a time, and both currencies balance."""
    world = World.random(3, orders=1)
    order = replace(world.orders[0], touches=(typed("save", EPOCH, 1),), rulings=(), payers=())
    first = replace(order.states[0], status=Status.CAPTURED, evidence=replace(order.states[0].evidence, clicks=()))
    later = replace(first, modified_at=first.modified_at + DAY, currency="CHF")
    world = replace(world, orders=(replace(order, states=(first, later)),))
    books = settled(world, [(1, first), (1, later)])
    assert {placed.currency for placed in books.snapshot().values()} == {"CHF"}
    assert books.unsound() == []
    reverse: Snapshot = settled(world, [(1, later), (1, first)]).snapshot()
    assert reverse == books.snapshot()
    assert all(isinstance(key, PositionKey) for key in reverse)
