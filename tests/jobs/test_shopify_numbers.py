"""Running numbers of a Shopify shop: an order that never came leaves a gap, and the gap is said."""

from typing import Any

from fanshare.core.instants import DAY, HOUR, MINUTE, format_rfc3339
from fanshare.flows.doctor_programme import programme_remarks
from tests.jobs.house import House
from tests.jobs.test_shopify import codes, connected, post, sale, shop
from tests.support.shopify_shop import ShopifyShop

__all__ = ["shop"]


def numbered(house: House, number: int) -> dict[str, Any]:
    """The order with a running number, sold just now."""
    return sale(house, "", id=5_000 + number, name=f"#{number}", email=f"{number}@example.test", customer=None)


def test_an_order_whose_message_was_lost_is_missed_by_its_number(house: House) -> None:
    """Without an app nobody can be asked, so that it is all that tells of the loss."""
    at = connected(house)
    with house.open():
        for number in (1001, 1002, 1005, 1004, 1009):
            assert post(house, at, "orders/create", numbered(house, number)) == 200
            house.work()
            house.later(MINUTE)
        assert "shop_gaps" not in codes(house), "the messages may still be on their way"
        house.later(2 * HOUR)
        said = {one.code: one.sentence for one in programme_remarks(house.bea.access, "Bea", house.now)}["shop_gaps"]
        assert "numbered 1003, 1006 to 1008 of shopify-b never came (4 in all): have the shop send them" in said
        late = {**numbered(house, 1003), "updated_at": format_rfc3339(house.now)}
        assert post(house, at, "orders/create", late) == 200
        house.work()
        said = {one.code: one.sentence for one in programme_remarks(house.bea.access, "Bea", house.now)}["shop_gaps"]
        assert "numbered 1006 to 1008 of" in said
    house.later(8 * DAY)
    assert "shop_gaps" not in codes(house), "what is a week ago is no news"


def test_an_order_found_by_asking_is_no_gap_and_orders_of_before_are_not_missed(
    house: House, shop: ShopifyShop
) -> None:
    at = connected(house, shop)
    long_ago = format_rfc3339(house.now - 5 * DAY)
    moments = {"created_at": long_ago, "processed_at": long_ago}
    with house.open():
        for number, more in ((900, moments), (1001, {}), (1002, {}), (1003, {})):
            sold = {**numbered(house, number), **more}
            shop.put(sold)
            if number != 1002:
                assert post(house, at, "orders/updated", sold) == 200
        house.work()
        house.later(2 * HOUR)
        assert "orders numbered 1002 of" in str(programme_remarks(house.bea.access, "Bea", house.now))
        house.worker.housekeeping()
        house.work()
        assert "shop_gaps" not in codes(house)
    assert house.rows("SELECT number FROM shop_order ORDER BY number") == [(900,), (1001,), (1002,), (1003,)]
