"""The recorded WooCommerce story over HTTP: real bytes, headers and signatures against a shop that can be asked."""

import json
import random
from collections.abc import Iterator

import pytest

from fanshare.core.instants import MINUTE, SECOND
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.jobs import take
from fanshare.world.woo_server import Fault
from fanshare.world.woo_shop import WooShop, put_recorded_orders, recorded_deliveries
from fanshare.world.woo_webhooks import Delivery
from tests.jobs.house import Brand, House
from tests.support.effort import effort

DELIVERIES = recorded_deliveries()
SIGNED = [each for each in DELIVERIES if "x-wc-webhook-signature" in each.headers]
KEPT = 44_625_822
#: Twelve per cent of what is kept of each line, every line rounded down; no fan was involved.
COMMISSION = 5_355_097
#: Both refunds spread over goods, shipping and tax, removed goods rounded down.
ESTIMATE = 86_820_000 - 86_820_000 * (44_910_000 + 5_830_000) // 109_150_000
#: Order 16 as it was before it was deleted.
SIXTEEN = json.loads(next(each.body for each in SIGNED if b'"id":16,' in each.body))


@pytest.fixture
def shop() -> Iterator[WooShop]:
    with WooShop() as running:
        put_recorded_orders(running)
        yield running


def connected(house: House, shop: WooShop, *, polled: bool = True) -> ShopConnection:
    """The shop as a connection; where it was ``polled`` already, only webhooks tell anything for ten minutes."""
    house.bea.typed_code("mira10")
    made = house.bea.connect_woo(shop, "woo-linen")
    if polled:
        house.conn.execute(
            "UPDATE connection SET poll_cursor_at = %s, deep_began_at = %s WHERE id = %s",
            [house.now, house.now, made.id],
        )
    return made


def is_told_right(house: House) -> bool:
    """Order 14 keeps its exact net, order 16 nothing, and Cleo has her part of it."""
    bea = house.bea
    assert bea.net("16") in (None, 0)
    assert bea.earned(bea.cleo) == COMMISSION
    return bea.net("14") == KEPT and bea.sound()


def test_the_recorded_story_ends_in_exact_figures(house: House, shop: WooShop) -> None:
    connection = connected(house, shop)
    with house.open():
        answers = [house.bea.send(connection.endpoint, delivery) for delivery in DELIVERIES]
        assert answers == [200] * 20
        house.work()
        assert sum(house.bea.inbox().values()) == 14, "six pings are answered and not kept"
        assert house.bea.inbox() == {"done": 11, "ignored": 3}, "products and coupons speak of no order"
        assert is_told_right(house)
        day = house.rows("SELECT day, accepted, refused, parked, ignored FROM connection_day")
        assert day == [("2026-11-22", 14, 0, 0, 3)]
        assert house.value("SELECT count(*) FROM order_state") == 1, "fourteen deliveries, one fetched state"


def shuffled(seed: int) -> list[Delivery]:
    rng = random.Random(seed)
    again = SIGNED + rng.choices(SIGNED, k=6)
    rng.shuffle(again)
    return again


@pytest.mark.soak_sized
def test_any_order_with_duplicates_ends_in_the_same_figures(house: House, shop: WooShop) -> None:
    ends = []
    with house.open():
        for seed in range(effort(4)):
            # Two connections of one programme would tell one sale twice: each order of arrival has its own brand.
            bea = Brand.founded(house, f"bea-{seed}")
            bea.typed_code("mira10")
            connection = bea.connect_woo(shop, f"woo-{seed}")
            house.conn.execute("UPDATE connection SET poll_cursor_at = %s", [house.now])
            house.worker.housekeeping()
            assert house.edge_knows(connection.endpoint)
            for number, delivery in enumerate(shuffled(seed)):
                assert bea.send(connection.endpoint, delivery) == 200
                if number % 7 == seed % 7:
                    house.work()
            house.work()
            nets = dict(house.rows("SELECT external_id, net FROM shop_order WHERE connection_id = %s", connection.id))
            ends.append((nets["14"], nets.get("16", 0), bea.earned(bea.cleo)))
            assert bea.sound()
    assert set(ends) == {(KEPT, 0, COMMISSION)}


def test_a_shop_that_is_away_gives_an_estimate_and_the_exact_figure_when_it_is_back(house: House) -> None:
    away = WooShop()
    put_recorded_orders(away)
    connection = connected(house, away)
    away.stop()
    with house.open():
        for delivery in shuffled(1):
            house.bea.send(connection.endpoint, delivery)
        house.work()
        assert (house.bea.net("14"), house.value("SELECT bool_or(estimated) FROM shop_order")) == (ESTIMATE, True)
        assert house.bea.inbox()["new"] > 10
        with WooShop() as back:
            put_recorded_orders(back)
            house.rows("UPDATE connection SET base_url = %s WHERE id = %s RETURNING 1", back.url, connection.id)
            house.work()
            assert house.bea.net("14") == ESTIMATE, "not before its time"
            house.later(40 * SECOND)
            house.work()
            assert is_told_right(house)
            assert "new" not in house.bea.inbox()
            assert not house.value("SELECT bool_or(estimated) FROM shop_order")


def test_a_shop_that_is_away_is_asked_once_a_batch_and_as_late_as_it_wishes(house: House, shop: WooShop) -> None:
    connection = connected(house, shop)
    shop.misbehave(Fault.THROTTLE)
    with house.open():
        for delivery in SIGNED:
            house.bea.send(connection.endpoint, delivery)
        house.worker.round()
        assert len(shop.asked) == 0, "one throttled question, and no other in this round"
        delays = house.rows("SELECT DISTINCT retry_at - %s FROM delivery WHERE state = 'new'", house.now)
        assert delays == [(30 * SECOND,)]
        house.later(MINUTE)
        house.work()
        assert is_told_right(house)


def test_a_slow_shop_is_not_asked_beyond_the_patience_of_a_round(
    house: House, shop: WooShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take, "PATIENCE", -1.0)
    connection = connected(house, shop)
    with house.open():
        for delivery in SIGNED:
            house.bea.send(connection.endpoint, delivery)
        house.work()
        assert not shop.asked
        monkeypatch.undo()
        house.later(MINUTE)
        house.work()
        assert is_told_right(house)


def test_an_order_whose_webhooks_were_all_lost_is_found_by_asking_for_changes(house: House, shop: WooShop) -> None:
    connected(house, shop, polled=False)
    with house.open():
        house.worker.housekeeping()
        house.work()
        assert house.bea.inbox() == {}
        assert house.bea.net("14") == KEPT
        asked = len(shop.asked)
        house.worker.housekeeping()
        assert len(shop.asked) == asked, "not again within ten minutes"
        house.later(11 * MINUTE)
        house.worker.housekeeping()
        assert len(shop.asked) > asked
        assert house.value("SELECT count(*) FROM order_state") == 1


def test_a_poll_that_fails_is_repeated_from_where_it_stood(house: House, shop: WooShop) -> None:
    connected(house, shop, polled=False)
    shop.misbehave(Fault.ERROR)
    assert house.worker.round().failures == 0
    assert house.bea.net("14") is None
    assert house.value("SELECT max(poll_cursor_at) FROM connection") is None
    house.later(2 * MINUTE)
    house.work()
    assert house.bea.net("14") == KEPT


def test_an_order_that_can_not_be_read_does_not_hide_the_others_from_a_poll(house: House, shop: WooShop) -> None:
    connected(house, shop, polled=False)
    shop.put({"id": 3, "status": "processing", "currency": "XXX", "date_modified_gmt": "2026-11-22T02:19:00"})
    house.worker.housekeeping()
    house.work()
    assert (house.bea.net("3"), house.bea.net("14")) == (None, KEPT)


def test_a_deleted_order_that_is_looked_for_again_and_again_is_one_state(house: House, shop: WooShop) -> None:
    connection = connected(house, shop)
    with house.open():
        shop.put(SIXTEEN)
        for delivery in shop.deliveries_for(16):
            house.bea.send(connection.endpoint, delivery)
        house.work()
        shop.remove(16)
        for _ in range(4):
            house.later(9 * MINUTE)
            house.conn.execute("UPDATE connection SET poll_cursor_at = %s", [house.now])
            for delivery in shop.deliveries_for(16):
                house.bea.send(connection.endpoint, delivery)
            house.work()
        states = house.value("SELECT count(*) FROM order_state")
        assert states == 2, "the order, and one tombstone"
