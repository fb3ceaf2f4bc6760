"""One order by the number its buyer was told, from real HTTP shops that know it, do not, lie or are away."""

from collections.abc import Iterator
from typing import Any

import pytest

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.integrations.http import Asker
from fanshare.integrations.shopify.admin import Admin, AppAccess
from fanshare.integrations.shopify.fetch import ShopifyFetch
from fanshare.integrations.types import ByNumber
from fanshare.integrations.woocommerce.fetch import WooFetch
from fanshare.integrations.woocommerce.rest import Rest, ShopAccess
from fanshare.world.woo_server import Fault
from fanshare.world.woo_shop import WooShop, put_recorded_orders
from tests.integrations.shopify.story import line, order, pseudonym
from tests.integrations.woocommerce.story import body
from tests.integrations.woocommerce.story import pseudonym as woo_pseudonym
from tests.support.shopify_shop import ShopifyShop, shown


@pytest.fixture
def woo() -> Iterator[WooShop]:
    with WooShop() as running:
        put_recorded_orders(running)
        yield running


@pytest.fixture
def woo_fetch(woo: WooShop) -> Iterator[WooFetch]:
    with Rest(ShopAccess(woo.url, woo.key, woo.secret)) as rest:
        yield WooFetch(rest, woo_pseudonym)


@pytest.fixture
def linen() -> Iterator[ShopifyShop]:
    with ShopifyShop() as running:
        yield running


@pytest.fixture
def linen_fetch(linen: ShopifyShop) -> Iterator[ShopifyFetch]:
    with Admin(AppAccess(linen.url, linen.client_id, linen.client_secret), Asker()) as admin:
        yield ShopifyFetch(admin, pseudonym)


def sold(number: int, name: str, **more: Any) -> dict[str, Any]:
    return order(line(1, "9.00"), total="9.00", id=number, name=name, **more)


def numbered(id_: int, **changes: Any) -> dict[str, Any]:
    return {**body(1), "id": id_, "number": str(id_), "refunds": [], **changes}


def test_both_shops_can_be_asked_by_number(woo_fetch: WooFetch, linen_fetch: ShopifyFetch) -> None:
    assert isinstance(woo_fetch, ByNumber)
    assert isinstance(linen_fetch, ByNumber)


def test_the_recorded_order_is_found_by_its_number_with_its_refunds(woo: WooShop, woo_fetch: WooFetch) -> None:
    assert woo_fetch.numbered("14") == woo_fetch.order("14")
    assert woo_fetch.numbered("0014") is None, "another way to write an id is another number"
    assert woo_fetch.numbered("16") is None
    assert woo_fetch.numbered("EN-14") is None


def test_where_a_plugin_numbers_orders_its_number_counts_and_not_the_id(woo: WooShop, woo_fetch: WooFetch) -> None:
    woo.put(numbered(900, number="2026/77"))
    woo.put(numbered(77, number="2026/12"))
    found = woo_fetch.numbered("2026/77")
    assert found is not None
    assert found.order_id == "900"
    assert woo_fetch.numbered("77") is None, "this id is another order's number"
    woo.put(numbered(901, number="2026/77"))
    with pytest.raises(BadInputError) as caught:
        woo_fetch.numbered("2026/77")
    assert caught.value.code == "several_orders"


def test_a_trashed_order_is_none(woo: WooShop, woo_fetch: WooFetch) -> None:
    woo.put(numbered(20, status="trash"))
    assert woo_fetch.numbered("20") is None


def test_shopify_knows_an_order_by_its_name_and_not_by_names_like_it(
    linen: ShopifyShop, linen_fetch: ShopifyFetch
) -> None:
    for number, name in ((51, "#1001"), (52, "#10010"), (53, "#1001-B"), (54, "EN-2002")):
        linen.put(sold(number, name))
    for asked, found in (("1001", "51"), ("1001-b", "53"), ("10010", "52"), ("EN-2002", "54"), ("2002", "54")):
        state = linen_fetch.numbered(asked)
        assert state is not None, asked
        assert state.order_id == found
        assert state.fetched
    for asked in ("100", "3003", "B"):
        assert linen_fetch.numbered(asked) is None, asked
    linen.put(sold(55, "DE-2002"))
    with pytest.raises(BadInputError) as caught:
        linen_fetch.numbered("2002")
    assert caught.value.code == "several_orders"


def test_without_the_scope_for_old_orders_none_is_no_answer(linen: ShopifyShop, linen_fetch: ShopifyFetch) -> None:
    linen.scopes = "read_orders"
    linen.put(sold(51, "#1001"))
    assert linen_fetch.numbered("1001") is not None
    with pytest.raises(FanshareError) as caught:
        linen_fetch.numbered("7")
    assert caught.value.code == "order_hidden"


def test_an_answer_about_another_order_is_never_taken(
    woo: WooShop, woo_fetch: WooFetch, linen: ShopifyShop, linen_fetch: ShopifyFetch
) -> None:
    woo._orders[30] = numbered(31)
    linen.put(sold(61, "#61"))
    linen.orders["61"] = {**sold(62, "#61")}
    linen._order = lambda _: {**shown(linen.orders["61"]), "legacyResourceId": "63"}  # type: ignore[method-assign, assignment]
    for fetch, asked in ((woo_fetch, "30"), (linen_fetch, "61")):
        with pytest.raises(BadInputError) as caught:
            fetch.numbered(asked)
        assert caught.value.code == "not_an_order"


@pytest.mark.parametrize("fault", [Fault.THROTTLE, Fault.ERROR, Fault.CUT, Fault.HALF, Fault.HTML])
def test_a_shop_that_is_away_is_not_one_without_the_order(
    woo: WooShop, woo_fetch: WooFetch, linen: ShopifyShop, linen_fetch: ShopifyFetch, fault: Fault
) -> None:
    linen.put(sold(51, "#1001"))
    for played in ([fault], [None, fault]):
        for shop, fetch, number in ((woo, woo_fetch, "EN-14"), (woo, woo_fetch, "14"), (linen, linen_fetch, "1001")):
            shop.misbehave(*(played if number != "EN-14" else [fault]))
            with pytest.raises(FanshareError) as caught:
                fetch.numbered(number)
            assert caught.value.code == "shop_unreachable"
            shop.behave()
