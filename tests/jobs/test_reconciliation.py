"""What no message told is found by asking: once, page by page, through crashes, and counted."""

from collections.abc import Iterator
from typing import Any

import pytest

from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND, Instant, format_rfc3339
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.flows.connections import connections
from fanshare.jobs import poll
from fanshare.jobs.fetches import Fetches
from fanshare.jobs.poll import Found
from fanshare.world.woo_server import Fault
from fanshare.world.woo_shop import WooShop
from tests.integrations.woocommerce.story import body
from tests.jobs.house import Brand, House
from tests.support.last_lock import behind_the_log, executed, only_what_must

#: What Cleo earns of one of these orders: 12 % of goods for 86.82, rounded down per line.
COMMISSION = 10_418_400


def told(at: Instant) -> str:
    return format_rfc3339(at - at % SECOND).removesuffix("Z")


def order(number: int, at: Instant, **changes: Any) -> dict[str, Any]:
    """Order ``number``, placed and last changed then, with Cleo's code."""
    fresh = {
        "id": number,
        "number": str(number),
        "order_key": f"wc_order_{number}",
        "status": "processing",
        "refunds": [],
    }
    times = {"date_created_gmt": told(at), "date_modified_gmt": told(at), "date_paid_gmt": told(at)}
    return {**body(1), **fresh, **times, "billing": {"email": f"buyer-{number}@example.test"}, **changes}


@pytest.fixture
def shop() -> Iterator[WooShop]:
    with WooShop() as running:
        yield running


@pytest.fixture
def woo(house: House, shop: WooShop) -> ShopConnection:
    """The shop, connected a day ago and asked just now; Cleo has a code there."""
    house.bea.typed_code("mira10")
    made = house.bea.connect_woo(shop, "woo-linen")
    house.conn.execute(
        "UPDATE connection SET poll_cursor_at = %s, deep_began_at = %s WHERE id = %s", [house.now, house.now, made.id]
    )
    return made


def missed(house: House) -> set[str]:
    return {row[0] for row in house.rows("SELECT external_id FROM fetched_first WHERE heard_at IS NULL")}


def cursor(house: House, woo: ShopConnection) -> Instant:
    found: Instant = house.value("SELECT poll_cursor_at FROM connection WHERE id = %s", woo.id)
    return found


def ask(house: House, *, patience: float = 60.0) -> poll.Polled:
    """One turn of the shops of Bea, as the worker gives it."""
    fetches = Fetches()
    try:
        return poll.poll(house.bea.programme, fetches, house.now, patience=patience)
    finally:
        fetches.close()


def test_asking_writes_down_how_far_it_came_before_it_locks_the_log(
    house: House, shop: WooShop, woo: ShopConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.put(order(1, house.now + MINUTE))
    with house.open():
        house.later(11 * MINUTE)
        with executed(monkeypatch) as told:
            ask(house)
    assert missed(house) == {"1"}
    behind = behind_the_log(told, until="SET poll_cursor_at = %(at)s")
    assert only_what_must(behind), behind


def test_a_message_is_put_aside_before_the_log_is_locked(
    house: House, shop: WooShop, woo: ShopConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.put(order(1, house.now + MINUTE))
    with house.open():
        house.later(2 * MINUTE)
        (heard,) = shop.deliveries_for(1)
        house.bea.send(woo.endpoint, heard)
        with executed(monkeypatch) as told:
            house.work()
    accepted = told[: next(n for n, one in enumerate(told) if one.startswith("INSERT INTO order_state")) + 1]
    assert any(one.startswith("UPDATE delivery") for one in accepted)
    behind = behind_the_log(accepted, until="")
    assert only_what_must(behind), behind


def test_orders_whose_messages_were_lost_are_fetched_booked_and_counted(
    house: House, shop: WooShop, woo: ShopConnection
) -> None:
    for number in (1, 2, 3):
        shop.put(order(number, house.now + number * MINUTE))
    with house.open():
        house.later(4 * MINUTE)
        (heard,) = shop.deliveries_for(1)
        house.bea.send(woo.endpoint, heard)
        house.work()
        house.later(7 * MINUTE)
        house.worker.housekeeping()
        house.work()
        assert (missed(house), house.bea.earned(house.bea.cleo)) == ({"2", "3"}, 3 * COMMISSION)
        (late,) = shop.deliveries_for(2)
        house.bea.send(woo.endpoint, late)
        house.work()
    assert missed(house) == {"3"}, "a message that comes late was not lost"
    assert house.bea.earned(house.bea.cleo) == 3 * COMMISSION


def test_what_was_sold_before_the_shop_was_connected_is_not_missed(
    house: House, shop: WooShop, woo: ShopConnection
) -> None:
    old = order(1, house.now - 3 * DAY, date_modified_gmt=told(house.now + MINUTE))
    shop.put(old)
    house.later(11 * MINUTE)
    assert ask(house).found == Found(listed=1, changed=1)
    assert missed(house) == set()


def test_a_worker_that_dies_over_the_second_page_leaves_the_first_one_booked(
    house: House, shop: WooShop, woo: ShopConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "BATCH", 10)
    before = house.now
    for number in range(1, 31):
        shop.put(order(number, before + number * SECOND))
    house.later(11 * MINUTE)
    real, pages = poll.accept, []  # type: ignore[attr-defined]

    def dying(*args: Any, **more: Any) -> Any:
        pages.append(args)
        if len(pages) == 2:
            raise KeyboardInterrupt
        return real(*args, **more)

    monkeypatch.setattr(poll, "accept", dying)
    with pytest.raises(KeyboardInterrupt):
        ask(house)
    assert house.value("SELECT count(*) FROM shop_order") == 10
    assert cursor(house, woo) == before + 10 * SECOND
    monkeypatch.setattr(poll, "accept", real)
    again = ask(house).found
    assert (again.changed, len(missed(house))) == (20, 30)
    assert 20 <= again.listed <= 22, "it goes on where it ended, a second back"
    house.work()
    assert house.bea.earned(house.bea.cleo) == 30 * COMMISSION
    assert house.bea.sound()


def test_a_long_walk_is_broken_off_so_that_others_get_their_turn(
    house: House, shop: WooShop, woo: ShopConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "BATCH", 10)
    for number in range(1, 31):
        shop.put(order(number, house.now + number * SECOND))
    house.later(2 * HOUR)
    turns = [ask(house, patience=-1.0) for _ in range(5)]
    assert [turn.more for turn in turns] == [True, True, True, True, False], "each begins with the second it ended at"
    assert sum(turn.found.changed for turn in turns) == 30
    assert not ask(house).found.listed, "the next turn comes in ten minutes"
    monkeypatch.setattr(poll, "PATIENCE", -1.0)
    for number in range(31, 61):
        shop.put(order(number, house.now + number * SECOND))
    house.later(2 * HOUR)
    house.work()
    assert house.bea.earned(house.bea.cleo) == 60 * COMMISSION, "the worker goes on in its next rounds"


def test_two_workers_do_not_ask_one_shop_at_the_same_time(house: House, shop: WooShop, woo: ShopConnection) -> None:
    house.later(11 * MINUTE)
    house.conn.execute("UPDATE connection SET asking_until = %s", [house.now + MINUTE])
    ask(house)
    assert shop.asked == []
    house.later(2 * MINUTE)
    ask(house)
    assert shop.asked == ["orders"], "somebody who died over it is not waited for any longer"


def test_a_shop_that_is_away_is_asked_ever_later_and_told_why(house: House, shop: WooShop, woo: ShopConnection) -> None:
    house.later(11 * MINUTE)
    stood = cursor(house, woo)
    shop.misbehave(Fault.THROTTLE, *[Fault.ERROR] * 50)
    waits = []
    for _ in range(12):
        ask(house)
        wait = house.value("SELECT ask_again_at FROM connection WHERE id = %s", woo.id) - house.now
        waits.append(wait // MINUTE)
        house.later(wait)
    assert waits[0] == 1
    assert waits == sorted(waits)
    assert waits[-1] > 1
    assert house.rows("SELECT problem_code, problem FROM connection WHERE id = %s", woo.id) == [
        ("shop_unreachable", "The shop answered 500; it is asked again later.")
    ]
    assert cursor(house, woo) == stood
    shop.behave()
    ask(house)
    assert house.rows("SELECT problem_code, problem_at FROM connection WHERE id = %s", woo.id) == [("", None)]


def test_the_daily_walk_finds_what_the_short_one_can_not_see(house: House, shop: WooShop, woo: ShopConnection) -> None:
    for number in (1, 2, 3):
        shop.put(order(number, house.now + number * MINUTE))
    house.later(11 * MINUTE)
    ask(house)
    shop.put(order(4, house.now - 20 * MINUTE))  # written with a clock that is wrong by more than the overlap
    shop.put(order(2, house.now, status="trash"))  # WooCommerce lists no trash, and the message was lost
    shop.remove(3)
    house.later(11 * MINUTE)
    assert ask(house).found == Found(listed=1), "the last change again, and nothing else"
    house.later(DAY)
    found = ask(house).found
    assert (found.missed, found.gone) == (1, 2)
    assert house.rows("SELECT vanished FROM shop_order ORDER BY external_id") == [
        ("",),
        ("deleted",),
        ("deleted",),
        ("",),
    ]
    assert house.value("SELECT deep_found->>'gone' FROM connection WHERE id = %s", woo.id) == "2"
    house.later(DAY + HOUR)
    assert ask(house).found.gone == 0, "what is known to be gone is not looked for again"


def test_the_daily_walk_goes_on_where_it_was_broken_off(
    house: House, shop: WooShop, woo: ShopConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "BATCH", 10)
    for number in range(1, 31):
        shop.put(order(number, house.now + number * SECOND))
    house.later(11 * MINUTE)
    ask(house)
    shop.remove(15)
    house.later(DAY)
    turns = [ask(house, patience=-1.0) for _ in range(10)]
    assert [turn.more for turn in turns][-1] is False
    assert sum(turn.found.gone for turn in turns) == 1
    found = house.value("SELECT deep_found FROM connection WHERE id = %s", woo.id)
    assert (found["gone"], found["listed"] >= 29) == (1, True)
    assert house.value("SELECT deep_cursor_at FROM connection WHERE id = %s", woo.id) is None


@pytest.mark.parametrize("ahead", [HOUR, 400 * DAY])
def test_a_clock_that_was_ahead_for_a_while_leaves_out_nothing_that_changed_meanwhile(
    house: House, shop: WooShop, woo: ShopConnection, ahead: int
) -> None:
    shop.put(order(1, house.now))
    house.later(ahead)
    ask(house)
    house.later(-ahead + MINUTE)
    shop.put(order(2, house.now))
    house.later(MINUTE)
    assert ask(house).found.missed == 1, "asked in the future is not asked lately"
    shop.put(order(3, house.now))
    house.later(11 * MINUTE)
    ask(house)
    assert missed(house) == {"1", "2", "3"}


@pytest.mark.parametrize("column", ["asked_at", "deep_began_at", "asking_until", "problem_at"])
def test_nothing_noted_under_a_clock_that_was_ahead_is_waited_for(
    house: House, shop: WooShop, woo: ShopConnection, column: str
) -> None:
    house.later(11 * MINUTE)
    house.conn.execute("UPDATE connection SET ask_again_at = %s", [house.now + DAY * (column == "problem_at")])
    house.conn.execute(f"UPDATE connection SET {column} = %s".encode(), [house.now + DAY])
    ask(house)
    assert shop.asked


def test_a_cursor_of_our_own_clock_would_leave_out_what_changed_while_it_was_ahead(
    house: House, shop: WooShop, woo: ShopConnection
) -> None:
    house.later(11 * MINUTE)
    house.conn.execute("UPDATE connection SET poll_cursor_at = %s, asked_at = %s", [house.now, house.now - HOUR])
    shop.put(order(1, house.now - 10 * MINUTE))
    assert ask(house).found.missed == 0


def test_a_person_can_have_everything_since_a_day_listed_at_once(
    house: House, shop: WooShop, woo: ShopConnection
) -> None:
    bea = house.bea
    shop.put(order(1, house.now - 20 * DAY, status="completed"))
    fetches, steps = Fetches(), list[Instant]()
    (connection,) = [one for one in connections(bea.programme) if one.id == woo.id]
    since = house.now - 30 * DAY
    found = poll.reconcile(bea.programme, connection, fetches, since, house.now, lambda at, _: steps.append(at))
    assert (found.listed, found.changed, found.missed) == (1, 1, 0)
    assert steps == [house.now - 20 * DAY]
    house.conn.execute("UPDATE connection SET asking_until = %s", [house.now + MINUTE])
    with pytest.raises(FanshareError) as caught:
        poll.reconcile(bea.programme, connection, fetches, since, house.now, lambda *_: None)
    assert caught.value.code == "being_asked"
    with pytest.raises(FanshareError) as caught:
        poll.reconcile(bea.programme, bea.shop, fetches, since, house.now, lambda *_: None)
    assert caught.value.code == "cannot_be_asked"
    fetches.close()


def test_without_the_walk_the_lost_orders_stay_lost(
    house: House, shop: WooShop, woo: ShopConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "poll", lambda *_, **__: poll.Polled(Found()))
    shop.put(order(1, house.now))
    house.later(2 * HOUR)
    house.worker.housekeeping()
    house.work()
    assert house.bea.earned(house.bea.cleo) == 0


def test_one_brands_shop_that_fails_does_not_hold_up_another_brands(
    house: House, shop: WooShop, woo: ShopConnection
) -> None:
    other = Brand.founded(house, "other")
    other.typed_code("mira10")
    with WooShop() as second:
        other.connect_woo(second)
        second.put(order(1, house.now))
        shop.misbehave(*[Fault.DENIED] * 50)
        house.later(11 * MINUTE)
        house.worker.housekeeping()
        house.work()
        assert other.earned(other.cleo) == COMMISSION
    assert house.value("SELECT problem_code FROM connection WHERE id = %s", woo.id) == "shop_refused"
