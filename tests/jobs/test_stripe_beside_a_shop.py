"""Stripe beside a shop: it adds facts to the shop's orders, whichever speaks first, and begins no second order."""

from collections.abc import Iterator

import pytest

from fanshare.core.instants import HOUR, MINUTE
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.world.woo_shop import WooShop
from tests.integrations.stripe.story import charge, event
from tests.jobs.at_stripe import COMMISSION, bought, bucket, connected, disputed, tell
from tests.jobs.house import House
from tests.jobs.test_reconciliation import order as woo_order


@pytest.fixture
def woo() -> Iterator[WooShop]:
    with WooShop() as running:
        yield running


def beside_a_shop(house: House, woo: WooShop) -> ShopConnection:
    house.bea.typed_code("mira10")
    shop = house.bea.connect_woo(woo, "woo-linen")
    house.conn.execute(
        "UPDATE connection SET poll_cursor_at = %s, deep_began_at = %s WHERE id = %s", [house.now, house.now, shop.id]
    )
    connected(house, alone=False)
    return shop


def of_shop(house: House, woo: WooShop) -> dict[str, str]:
    """What WooCommerce's extension writes into the metadata of a payment."""
    return {"order_id": "14", "order_key": "wc_order_14", "site_url": woo.url}


@pytest.mark.parametrize("shop_first", [True, False])
def test_where_a_shop_is_connected_stripe_adds_facts_and_never_a_second_order(
    house: House, woo: WooShop, shop_first: bool
) -> None:
    shop = beside_a_shop(house, woo)
    with house.open():
        woo.put(woo_order(14, house.now))
        (delivery,) = woo.deliveries_for(14)
        # The click would earn as well, if the payment were an order of its own.
        payment = bought(house, metadata=of_shop(house, woo))
        paid = event("charge.succeeded", charge(at=house.now), house.now)
        for told_by in ("shop", "stripe") if shop_first else ("stripe", "shop"):
            if told_by == "shop":
                house.bea.send(shop.endpoint, delivery)
            else:
                tell(house, payment, paid)
            house.work()
        assert house.rows("SELECT external_id FROM shop_order") == [("14",)]
        earned = house.bea.earned(house.bea.cleo)
        assert earned == 10_418_400
        assert house.rows("SELECT order_id IS NOT NULL, several FROM payment") == [(True, False)]
        # Its dispute is the order's.
        tell(house, disputed(house, "needs_response", MINUTE))
        assert bucket(house) == "held"
        tell(house, disputed(house, "lost", HOUR))
        assert house.bea.earned(house.bea.cleo) == 0
    assert house.bea.sound()


def test_a_payment_of_no_order_waits_and_earns_nothing_beside_a_shop(house: House, woo: WooShop) -> None:
    beside_a_shop(house, woo)
    with house.open():
        tell(house, bought(house))
        assert house.rows("SELECT order_id FROM payment") == [(None,)]
    assert house.value("SELECT count(*) FROM shop_order") == 0
    assert house.bea.earned(house.bea.cleo) == 0


def test_a_sale_that_began_at_stripe_is_taken_back_when_the_shop_tells_it(house: House, woo: WooShop) -> None:
    connected(house)
    with house.open():
        tell(house, bought(house, metadata=of_shop(house, woo)))
        assert house.bea.earned(house.bea.cleo) == COMMISSION
        house.bea.typed_code("mira10")
        shop = house.bea.connect_woo(woo, "woo-linen")
        house.worker.housekeeping()
        assert house.edge_knows(shop.endpoint)
        woo.put(woo_order(14, house.now))
        (delivery,) = woo.deliveries_for(14)
        house.bea.send(shop.endpoint, delivery)
        house.work()
    assert house.bea.earned(house.bea.cleo) == 10_418_400, "the shop's order counts, once"
    assert house.bea.sound()
