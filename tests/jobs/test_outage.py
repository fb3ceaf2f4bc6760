"""Six hours away while the shop goes on selling: WooCommerce repeats no message, and yet nothing is lost."""

import time
from collections.abc import Iterator

import pytest

from fanshare.core.instants import HOUR, MINUTE
from fanshare.world.woo_server import Fault
from fanshare.world.woo_shop import WooShop
from tests.jobs.house import House
from tests.jobs.test_reconciliation import COMMISSION, order
from tests.support.effort import effort

AWAY = 6 * HOUR
#: Five orders a second for six hours are 108,000; an ordinary run takes a sixtieth of them.
ORDERS = 1_800
#: Seconds in which the whole of it has to be caught up with, whatever the size of the run.
IN_TIME = 15 * 60


@pytest.fixture
def shop() -> Iterator[WooShop]:
    with WooShop() as running:
        yield running


@pytest.mark.soak_sized
def test_six_hours_away_at_five_orders_a_second_lose_nothing(house: House, shop: WooShop) -> None:
    house.bea.typed_code("mira10")
    woo = house.bea.connect_woo(shop, "woo-linen")
    columns = "poll_cursor_at = %s, deep_began_at = %s"
    house.conn.execute(f"UPDATE connection SET {columns} WHERE id = %s", [house.now, house.now, woo.id])
    number = effort(ORDERS)
    sold = range(1, number + 1)
    cancelled = {one for one in sold if one % 50 == 0}
    for one in sold:
        at = house.now + one * AWAY // number
        shop.put(order(one, at, status="cancelled" if one in cancelled else "processing"))
    house.later(AWAY + MINUTE)
    shop.misbehave(Fault.THROTTLE, None, Fault.CUT, None, None, Fault.ERROR)
    began, turns = time.monotonic(), 0
    while house.value("SELECT count(*) FROM shop_order WHERE programme_id = %s", house.bea.tenant.id) < number:
        house.worker.housekeeping()
        house.work()
        house.later(MINUTE)
        turns += 1
        assert turns < 60, "an hour later it is still not caught up with"
    house.work()
    took = time.monotonic() - began
    assert house.bea.earned(house.bea.cleo) == COMMISSION * (number - len(cancelled))
    assert house.value("SELECT count(*) FROM fetched_first WHERE heard_at IS NULL") == number
    assert house.bea.sound()
    assert took < IN_TIME, f"{number} orders took {took:.0f} s"
    # What the shop lists again, within the overlap and by the daily walk, changes nothing.
    transfers = house.value("SELECT count(*) FROM transfer")
    house.later(11 * MINUTE)
    house.worker.housekeeping()
    house.work()
    assert house.value("SELECT count(*) FROM transfer") == transfers
