"""After a close an order moves only by its own facts, and no cap is ever exceeded, whatever comes late."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from fanshare.core.closing import Closing, close_next, fully_sealed, month_end, sealed_with
from fanshare.core.facts import NOTHING_SEALED, OrderFacts, Ruling, RulingKind, Sealed
from fanshare.core.instants import DAY, HOUR, parse_rfc3339
from fanshare.core.orders import OrderState, Status
from fanshare.core.settlement import Bucket, Part, desired
from fanshare.core.terms import Bracket, Cap, Level, Rule, TermsBook
from tests.support.effort import effort
from tests.support.sales import EPOCH, UNIT, click, percent, sale, terms_of
from tests.support.worlds import Books, Snapshot, World

#: A history in three chapters: between two of them everything that can close does.
CHAPTERS = (EPOCH + 8 * DAY, EPOCH + 75 * DAY, EPOCH + 110 * DAY, EPOCH + 300 * DAY)
LATER = EPOCH + 300 * DAY

type Deliveries = Sequence[tuple[int, OrderState]]


# -- worlds: the same closes between the same deliveries end in the same ledger


def chaptered(world: World, dice: random.Random) -> list[list[tuple[int, OrderState]]]:
    """The deliveries of a world parted by closes; most come in time, some months too late."""
    chapters: list[list[tuple[int, OrderState]]] = [[] for _ in CHAPTERS]
    for delivery in world.deliveries:
        chapters[dice.choice([0, 1, 1, 1, 2, 3])].append(delivery)
    return chapters


def others_of_closed_months(books: Books, order_id: int) -> dict[tuple[int, int], Snapshot]:
    return {
        (other, creator): books.posted_of(other, creator)
        for other, frozen in books.frozen.items()
        for creator in frozen
        if other != order_id
    }


def lived(world: World, chapters: Sequence[Deliveries], *, watched: bool = False) -> tuple[Books, int]:
    books, closed = Books(world, CHAPTERS[0]), 0
    for now, deliveries in zip(CHAPTERS, chapters, strict=True):
        books.now = now
        books.settle_all()
        for order_id, state in deliveries:
            before = others_of_closed_months(books, order_id) if watched else {}
            books.accept(order_id, state)
            for (other, creator), positions in before.items():
                assert books.posted_of(other, creator) == positions, f"world {world.seed}: {other} moved"
            if watched:
                assert books.beyond_caps() == [], f"world {world.seed}"
        closed += books.close_all()
        books.settle_all()
    return books, closed


@pytest.mark.soak_sized
def test_the_same_closes_between_the_same_deliveries_end_in_the_same_ledger() -> None:
    closed = late = 0
    for seed in range(effort(120)):
        world = World.random(seed)
        dice = random.Random(seed)
        chapters = chaptered(world, dice)
        expected, closes = lived(world, chapters)
        closed, late = closed + closes, late + len(chapters[2]) + len(chapters[3])
        for _ in range(4):
            mixed = [dice.sample(part + part[:1], len(part + part[:1])) for part in chapters]
            found, _ = lived(world, mixed)
            assert found.snapshot() == expected.snapshot(), f"world {seed}"
            assert found.sealed == expected.sealed, f"world {seed}"
            assert found.frozen == expected.frozen, f"world {seed}"
        assert expected.unsound() == []
    assert closed > 200
    assert late > 200


@pytest.mark.soak_sized
def test_after_a_close_no_cap_is_exceeded_and_no_order_moves_by_another() -> None:
    for seed in range(effort(250)):
        world = World.random(10_000 + seed)
        books, _ = lived(world, chaptered(world, random.Random(seed)), watched=True)
        assert books.unsound() == []


def test_closing_a_month_moves_no_money() -> None:
    closed = 0
    for seed in range(60):
        world = World.random(seed)
        books = Books(world, LATER)
        for order_id, state in world.deliveries:
            books.accept(order_id, state)
        before = books.snapshot()
        closed += books.close_all()
        books.settle_all()
        assert books.snapshot() == before
        assert books.close_all() == 0
    assert closed > 60


def test_without_a_close_a_late_order_does_move_others() -> None:
    """The negative control of the watch above: in open months room goes to who comes first canonically."""
    shop = Shop(cap=3)
    early, late = shop.sale(1, day=1, net=20), shop.sale(2, day=2, net=20)
    assert [part.pool for part in shop.settle(late)] == [2 * UNIT]
    assert [part.pool for part in shop.settle(early, late)] == [2 * UNIT, 1 * UNIT]


# -- single cases: 10 % of everything, a cap per month


class Shop:
    """One creator and one month with a cap; facts are handed over again for each question, as the store does."""

    def __init__(self, cap: int, *, level: Level = Level.MONTH) -> None:
        self.book = TermsBook([terms_of(*percent(1000), caps=(Cap(level, cap * UNIT, "EUR"),), hold=14 * DAY)])
        self.sealed: Sealed = NOTHING_SEALED
        self.frozen: dict[int, OrderFacts] = {}

    def sale(self, number: int, day: int, net: int) -> OrderFacts:
        at = EPOCH + day * DAY
        return sale(number, at, net * UNIT, [click(number, at - HOUR, 1)], buyer=f"buyer{number}")

    def settle(self, *orders: OrderFacts, now: int = LATER) -> list[Part]:
        return desired(1, self._thaw(orders), self.book, now, sealed=self.sealed)

    def pools(self, *orders: OrderFacts) -> list[float]:
        return [part.pool / UNIT for part in self.settle(*orders)]

    def close(self, *orders: OrderFacts, now: int = LATER) -> Closing | None:
        facts = self._thaw(orders)
        parts = desired(1, facts, self.book, now, sealed=self.sealed)
        closing = close_next(1, "EUR", facts, parts, self.book, now, self.sealed)
        if closing is not None:
            self.sealed = sealed_with(self.sealed, closing)
            by_id = {order.id: order for order in facts}
            self.frozen |= {one: replace(by_id[one], frozen={1: frozen}) for one, frozen in closing.frozen.items()}
        return closing

    def _thaw(self, orders: Sequence[OrderFacts]) -> list[OrderFacts]:
        return [replace(one, frozen=self.frozen[one.id].frozen) if one.id in self.frozen else one for one in orders]


def kept(order: OrderFacts, net: int) -> OrderFacts:
    """The order with so much of its goods left."""
    return replace(order, view=replace(order.view, kept=(net * UNIT,)))


def test_room_freed_after_a_close_stays_unused() -> None:
    shop = Shop(cap=3)
    first, second = shop.sale(1, 1, 20), shop.sale(2, 2, 20)
    assert shop.pools(first, second) == [2, 1]
    shop.close(first, second)
    assert shop.pools(kept(first, 0), second) == [0, 1]
    assert shop.pools(kept(first, 5), second) == [0.5, 1]


def test_an_undone_refund_after_a_close_brings_back_what_was_there_and_no_more() -> None:
    shop = Shop(cap=3)
    first, second = shop.sale(1, 1, 20), shop.sale(2, 2, 20)
    shop.close(first, second)
    before = shop.pools(first, second)
    shop.pools(kept(first, 0), second)
    assert shop.pools(first, second) == before == [2, 1]


def test_growth_after_a_close_is_appended_on_top() -> None:
    shop = Shop(cap=4)
    refunded, second = kept(shop.sale(1, 1, 20), 10), shop.sale(2, 2, 20)
    assert shop.pools(refunded, second) == [1, 2]
    shop.close(refunded, second)
    assert shop.pools(kept(refunded, 20), second) == [2, 2]
    assert shop.pools(kept(refunded, 50), second) == [2, 2]


def test_a_newcomer_after_a_close_gets_what_is_left_at_the_top() -> None:
    shop = Shop(cap=5)
    first, second, late = shop.sale(1, 5, 20), shop.sale(2, 6, 20), shop.sale(3, 1, 20)
    shop.close(first, second)
    assert shop.pools(late, first, second) == [1, 2, 2]
    assert shop.pools(late, kept(first, 0), second) == [1, 0, 2]


def test_a_second_chapter_seals_what_came_after_the_first() -> None:
    shop = Shop(cap=6)
    first, late, later = shop.sale(1, 5, 20), shop.sale(2, 1, 30), shop.sale(3, 2, 30)
    assert shop.close(first) is not None
    assert shop.pools(late, first) == [3, 2]
    second = shop.close(late, first)
    assert second is not None
    assert (second.month, set(second.frozen)) == ("2026-11", {2})
    assert shop.pools(late, later, first) == [3, 1, 2]
    assert shop.close(late, later, first) is not None
    assert shop.pools(kept(late, 0), later, first) == [0, 1, 2]
    assert shop.close(late, later, first) is None


def test_an_order_that_grew_after_the_close_has_two_stretches_sealed_by_two_chapters() -> None:
    shop = Shop(cap=4)
    first, second = shop.sale(1, 1, 10), shop.sale(2, 2, 20)
    shop.close(first, second)
    grown = replace(first, view=replace(first.view, kept=(25 * UNIT,)))
    assert shop.pools(grown, second) == [2, 2]
    closing = shop.close(grown, second)
    assert closing is not None
    assert {
        (one.order_id, one.piece.before, one.piece.amount) for one in closing.pieces if one.key.level == "month"
    } == {(1, 3 * UNIT, 1_500_000)}
    late = shop.sale(3, 3, 10)
    assert shop.pools(grown, second, late) == [2, 2, 0]
    assert shop.pools(kept(grown, 15), second, late) == [1.5, 2, 0]
    assert shop.pools(kept(grown, 25), second, late) == [2, 2, 0]
    assert shop.close(grown, second) is None


def test_a_closed_order_with_nothing_on_top_is_fully_sealed() -> None:
    shop = Shop(cap=6)
    first = shop.sale(1, 1, 20)
    shop.close(first)
    order = shop.frozen[1]
    assert fully_sealed(shop.settle(order)[0], order, shop.sealed)
    grown = kept(order, 21)
    assert not fully_sealed(shop.settle(grown)[0], grown, shop.sealed)


def test_months_close_in_order() -> None:
    shop = Shop(cap=50)
    november, december = shop.sale(1, 1, 20), shop.sale(2, 25, 20)
    closings = [shop.close(november, december) for _ in range(3)]
    assert [closing.month if closing else None for closing in closings] == ["2026-11", "2026-12", None]
    late = shop.sale(3, 2, 20)
    closing = shop.close(november, december, late)
    assert closing is not None
    assert closing.month == "2026-11"


def test_a_month_waits_for_its_last_order_to_mature() -> None:
    shop = Shop(cap=50)
    order = shop.sale(1, 19, 20)
    matures_at = EPOCH + 33 * DAY
    assert shop.close(order, now=matures_at - 1) is None
    assert shop.close(order, now=matures_at) is not None


def test_a_month_waits_for_its_last_week_and_no_longer() -> None:
    book = TermsBook([terms_of(time_zone="Europe/Berlin")])
    assert month_end("2026-11", book) == parse_rfc3339("2026-12-06T23:00:00Z")
    assert month_end("2026-05", book) == parse_rfc3339("2026-05-31T22:00:00Z")
    assert month_end("2026-12", book) == parse_rfc3339("2027-01-03T23:00:00Z")


def test_a_month_does_not_close_before_it_is_over() -> None:
    shop = Shop(cap=50)
    order = shop.sale(1, 1, 20)
    end = month_end("2026-11", shop.book)
    assert shop.settle(order, now=end - 1)[0].ripe
    assert shop.close(order, now=end - 1) is None
    assert shop.close(order, now=end) is not None


def test_an_order_worth_nothing_keeps_no_month_open() -> None:
    shop = Shop(cap=50)
    never_shipped = replace(kept(shop.sale(1, 1, 20), 0), reports_fulfilment=True)
    assert shop.close(never_shipped, shop.sale(2, 2, 20)) is not None


def test_an_order_that_will_never_ship_keeps_its_month_open() -> None:
    shop = Shop(cap=50)
    assert shop.close(replace(shop.sale(1, 1, 20), reports_fulfilment=True)) is None


def test_a_cap_over_all_time_goes_on_after_the_close() -> None:
    shop = Shop(cap=3, level=Level.ALL)
    november, december = shop.sale(1, 1, 20), shop.sale(2, 25, 20)
    shop.close(november)
    assert shop.pools(kept(november, 0), december) == [0, 1]


def test_a_week_that_began_in_the_month_before_closes_with_it() -> None:
    """2026-11-30 is a Monday: an order of 3 December is in a November week, whose cap is spent when November closes."""
    shop = Shop(cap=3, level=Level.WEEK)
    monday, thursday = shop.sale(1, 20, 20), shop.sale(2, 23, 20)
    closing = shop.close(monday, thursday)
    assert closing is not None
    weeks = [one.order_id for one in closing.pieces if one.key.level == Level.WEEK]
    assert (closing.month, weeks, set(closing.frozen)) == ("2026-11", [1, 2], {1})
    assert shop.pools(kept(monday, 0), thursday) == [0, 1]


def test_a_closed_order_keeps_its_stretch_of_the_tiers() -> None:
    book = TermsBook(
        [terms_of(Rule("climb", brackets=(Bracket(20 * UNIT, 1000), Bracket(None, 2000)), currency="EUR"))]
    )
    shop = Shop(cap=50)
    shop.book = book
    first, second = shop.sale(1, 1, 20), shop.sale(2, 2, 20)
    assert shop.pools(first, second) == [2, 4]
    shop.close(first, second)
    assert shop.pools(kept(first, 0), second) == [0, 4]
    assert shop.pools(kept(first, 30), second) == [4, 4]


def test_after_a_close_no_order_lifts_or_lowers_another_by_a_retroactive_step() -> None:
    shop = Shop(cap=500)
    climb = Rule("climb", brackets=(Bracket(100 * UNIT, 1000), Bracket(None, 2000, retroactive=True)), currency="EUR")
    shop.book = TermsBook([terms_of(climb, hold=14 * DAY)])
    first, second, third = shop.sale(1, 1, 60), shop.sale(2, 2, 30), shop.sale(3, 3, 30)
    assert shop.pools(first, second) == [6, 3]
    shop.close(first, second)
    # The month has 90 by now; a late order reaches the step by itself, and alone has its rate.
    assert shop.pools(first, second, third) == [6, 3, 6]
    shop.close(first, second, third)
    assert shop.pools(first, kept(second, 0), third) == [6, 0, 6]


def test_a_month_that_closed_above_a_retroactive_step_keeps_it_when_goods_come_back() -> None:
    shop = Shop(cap=500)
    climb = Rule("climb", brackets=(Bracket(100 * UNIT, 1000), Bracket(None, 2000, retroactive=True)), currency="EUR")
    shop.book = TermsBook([terms_of(climb, hold=14 * DAY)])
    first, second = shop.sale(1, 1, 60), shop.sale(2, 2, 60)
    assert shop.pools(first, second) == [12, 12]
    assert shop.pools(first, kept(second, 30)) == [6, 3]
    shop.close(first, second)
    assert shop.pools(first, kept(second, 30)) == [12, 6]


# -- how the buyer stood


def with_fan(shop: Shop, status: Status = Status.CAPTURED) -> OrderFacts:
    order = sale(1, EPOCH + DAY, 20 * UNIT, [click(1, EPOCH, 1, 11)], buyer="anna")
    return replace(order, view=replace(order.view, status=status))


def test_a_fan_keeps_her_part_when_a_full_refund_is_undone_after_the_close() -> None:
    shop = Shop(cap=50)
    order = with_fan(shop)
    shop.close(kept(order, 0))
    part = shop.settle(order)[0]
    assert (part.fan, part.shares.fan, part.standing.new_buyer) == (11, 400_000, True)


def test_a_fan_keeps_her_part_when_a_cancelled_order_comes_alive_after_the_close() -> None:
    shop = Shop(cap=50)
    assert shop.close(with_fan(shop, Status.CANCELLED)) is not None
    assert shop.settle(with_fan(shop))[0].fan == 11


def test_a_buyer_found_to_be_known_after_the_close_was_new_all_the_same() -> None:
    shop = Shop(cap=50)
    order = with_fan(shop)
    shop.close(order)
    earlier = sale(2, EPOCH - DAY, 20 * UNIT, [click(2, EPOCH - DAY, 1)], buyer="anna")
    closed = next(part for part in shop.settle(earlier, order) if part.order_id == 1)
    assert (closed.fan, closed.standing.new_buyer) == (11, True)
    open_ = next(part for part in desired(1, [earlier, order], shop.book, LATER) if part.order_id == 1)
    assert (open_.fan, open_.standing.new_buyer) == (None, False)


def test_a_ruling_about_a_closed_order_still_names_its_fan() -> None:
    shop = Shop(cap=50)
    order = with_fan(shop)
    shop.close(order)
    ruling = Ruling(1, RulingKind.REASSIGNED, "agreed", LATER, creator=1, to_creator=1, to_owner=21)
    assert shop.settle(replace(order, rulings=(ruling,)))[0].fan == 21


def test_another_buyer_of_the_same_click_who_comes_late_does_not_hold_a_closed_order() -> None:
    shop = Shop(cap=50)
    order = with_fan(shop)
    shop.close(order, now=EPOCH + 27 * DAY)
    other = sale(2, EPOCH + HOUR, 20 * UNIT, list(order.touches), buyer="ben")
    soon = EPOCH + 28 * DAY
    parts = {part.order_id: part for part in shop.settle(other, order, now=soon)}
    assert parts[1].bucket(1) is Bucket.AVAILABLE
    open_ = {part.order_id: part for part in desired(1, [other, order], shop.book, soon)}
    assert open_[1].bucket(1) is Bucket.HELD


def test_a_month_waits_until_a_shared_click_has_been_looked_at() -> None:
    shop = Shop(cap=50)
    first = with_fan(shop)
    second = sale(2, EPOCH + 2 * DAY, 20 * UNIT, list(first.touches), buyer="ben")
    released_at = EPOCH + (2 + 14 + 14) * DAY
    assert shop.close(first, second, now=released_at - 1) is None
    assert shop.close(first, second, now=released_at) is not None
