"""Asking a real HTTP Shopify: tokens, pages, costs, versions, and what an app may not see."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import parse_rfc3339
from fanshare.core.order_join import join
from fanshare.integrations.errors import ShopRefusedError, ShopUnreachableError
from fanshare.integrations.http import Answer, Asker
from fanshare.integrations.registry import connector
from fanshare.integrations.shopify.admin import Admin, AppAccess
from fanshare.integrations.shopify.fetch import LINES, ShopifyFetch
from tests.integrations.shopify.story import line, money, off, order, pseudonym, read, refund, tax
from tests.support.flaky_http import Fault
from tests.support.shopify_shop import DAY, SCHEMA, ShopifyShop

NUMBER = "5678901234567"
START = parse_rfc3339("2026-11-20T00:00:00Z")


class Patience:
    """A clock and the sleeping that moves it."""

    def __init__(self) -> None:
        self.at, self.slept = 1_000.0, [0.0][:0]

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def shop() -> Iterator[ShopifyShop]:
    with ShopifyShop() as running:
        yield running


@pytest.fixture
def clock(shop: ShopifyShop) -> Patience:
    shop.now = patience = Patience()
    return patience


@pytest.fixture
def fetch(shop: ShopifyShop, clock: Patience) -> Iterator[ShopifyFetch]:
    access = AppAccess(shop.url, shop.client_id, shop.client_secret)
    with Admin(access, Asker(), clock=clock, sleep=clock.sleep) as admin:
        yield ShopifyFetch(admin, pseudonym, page=10)


def rich(**more: Any) -> dict[str, Any]:
    """An order with everything that is asked for."""
    return order(
        line(1, "59.50", 2, discount_allocations=[off("11.90")], tax_lines=[tax("17.10")]),
        line(2, "25.00", gift_card=True),
        line(3, "5.00", product_id=None, requires_shipping=False),
        total="137.10",
        taxes_included=True,
        total_tax="17.10",
        total_tax_set=money("17.10"),
        total_tip_received="5.00",
        note_attributes=[{"name": "fs_path", "value": "aaa,bbb"}],
        discount_applications=[
            {"type": "discount_code", "code": "MIRA10"},
            {"type": "automatic", "title": "SALE"},
        ],
        landing_site="https://shop.example/?fs=ccc",
        fulfillment_status="fulfilled",
        fulfillments=[{"created_at": "2026-11-21T08:00:00Z", "status": "success"}],
        refunds=[
            refund(1, (1, "53.55", "8.55"), paid="53.55"),
            refund(2, paid="4.00", refund_shipping_lines=[{"subtotal_amount_set": money("4.00")}]),
        ],
        **more,
    )


def test_an_order_asked_for_is_the_order_the_webhook_told(shop: ShopifyShop, fetch: ShopifyFetch) -> None:
    shop.put(rich())
    state = fetch.order(NUMBER)
    assert state == read(rich(), fetched=True)
    assert state is not None
    assert join([state]).net == 45_000_000


def test_everything_that_is_asked_for_exists_in_the_published_api(shop: ShopifyShop, fetch: ShopifyFetch) -> None:
    """The server knows no field that Shopify did not publish for this version; a misspelt one is refused."""
    shop.put(rich())
    fetch.order(NUMBER)
    assert {"Order.totalOutstandingSet", "DiscountCodeApplication.code", "OrderAdjustment.amountSet"} <= shop.names
    removed = SCHEMA["types"]["Order"].pop("totalOutstandingSet")
    try:
        with pytest.raises(ShopRefusedError):
            fetch.order(NUMBER)
    finally:
        SCHEMA["types"]["Order"]["totalOutstandingSet"] = removed


def test_lines_and_refund_lines_are_read_page_by_page(shop: ShopifyShop, fetch: ShopifyFetch) -> None:
    many = [line(number, "1.00") for number in range(1, 2 * LINES + 8)]
    back = refund(1, *((number, "1.00", "0.00") for number in range(1, LINES + 5)), paid="54.00")
    shop.put(order(*many, total="107.00", refunds=[back]))
    state = fetch.order(NUMBER)
    assert state is not None
    assert (len(state.lines), len(state.refunds[0].lines)) == (107, 54)
    assert shop.operations == ["FanshareOrder"] * 3 + ["FanshareRefund"] * 2


def test_a_list_asks_again_for_what_it_does_not_show_whole(shop: ShopifyShop, fetch: ShopifyFetch) -> None:
    shop.put(order(line(1, "9.00"), total="9.00", id=1))
    shop.put(order(*(line(n, "1.00") for n in range(1, 15)), total="14.00", id=2))
    shop.put(order(line(1, "9.00"), total="9.00", id=3, refunds=[refund(1, (1, "9.00", "0"), paid="9.00")]))
    states = list(fetch.modified_after(START))
    assert [(state.order_id, len(state.lines), len(state.refunds)) for state in states] == [
        ("1", 1, 0),
        ("2", 14, 0),
        ("3", 1, 1),
    ]
    assert shop.operations == ["FanshareChanges", "FanshareOrder", "FanshareOrder", "FanshareRefund"]


def test_an_order_that_changes_while_we_read_pages_hides_no_other(shop: ShopifyShop, fetch: ShopifyFetch) -> None:
    for number in range(1, 31):
        shop.put(order(line(1, "9.00"), total="9.00", id=number, updated_at=f"2026-11-20T10:00:{number:02d}Z"))
    reading = fetch.modified_after(START)
    found = [next(reading).order_id for _ in range(5)]
    shop.put(order(line(1, "9.00"), total="9.00", id=2, updated_at="2026-11-20T11:00:00Z"))
    found += [state.order_id for state in reading]
    assert set(found) == {str(number) for number in range(1, 31)}


def test_one_order_that_can_not_be_read_does_not_hide_the_others(shop: ShopifyShop, clock: Patience) -> None:
    shop.put(order(line(1, "9.00", price_set=money("9.00", "USD")), total="9.00", id=1))
    shop.put(order(line(1, "9.00"), total="9.00", id=2))
    told: list[tuple[str, str]] = []
    with Admin(AppAccess(shop.url, shop.client_id, shop.client_secret), Asker()) as admin:
        fetch = ShopifyFetch(admin, pseudonym, unreadable=lambda order_id, error: told.append((order_id, error.code)))
        assert [state.order_id for state in fetch.modified_after(START)] == ["2"]
    assert told == [("1", "mixed_currencies")]


# Orders that are not there


def test_an_order_the_shop_does_not_know_is_gone(fetch: ShopifyFetch) -> None:
    assert fetch.order(NUMBER) is None


def test_without_the_scope_an_order_may_only_be_hidden_and_is_not_taken_for_gone(
    shop: ShopifyShop, fetch: ShopifyFetch
) -> None:
    """Orders older than 60 days are shown as null without read_all_orders: that must not take back every old sale."""
    shop.scopes = "read_orders"
    with pytest.raises(FanshareError) as caught:
        fetch.order(NUMBER)
    assert caught.value.code == "order_hidden"
    assert "read_all_orders" in caught.value.message


def test_fields_that_are_withheld_are_empty_and_no_failure(shop: ShopifyShop, fetch: ShopifyFetch) -> None:
    shop.put(rich())
    shop.withheld = {"customer", "email", "customerJourneySummary", "product"}
    state = fetch.order(NUMBER)
    assert state is not None
    assert state.buyer.identity == ""
    assert state.evidence.clicks == ("aaa", "bbb")


def test_an_order_that_is_withheld_is_not_gone(shop: ShopifyShop, fetch: ShopifyFetch) -> None:
    shop.put(rich())
    shop.withheld = {"order"}
    with pytest.raises(ShopRefusedError):
        fetch.order(NUMBER)


# Tokens


def test_one_token_serves_a_day_and_is_renewed_before_it_ends(
    shop: ShopifyShop, fetch: ShopifyFetch, clock: Patience
) -> None:
    shop.put(rich())
    for _ in range(3):
        fetch.order(NUMBER)
    assert shop.tokens_given == 1
    clock.at += DAY - 200
    fetch.order(NUMBER)
    assert shop.tokens_given == 2
    assert all(one.headers.get("x-shopify-access-token") != "shpat_1" for one in shop.asked[-3:])


def test_a_token_the_shop_took_back_is_renewed_at_once(shop: ShopifyShop, fetch: ShopifyFetch) -> None:
    shop.put(rich())
    fetch.order(NUMBER)
    shop.revoke()
    assert fetch.order(NUMBER) is not None
    assert shop.tokens_given == 2


def test_a_wrong_secret_is_refused_with_a_sentence(shop: ShopifyShop, fetch: ShopifyFetch) -> None:
    shop.rotate()
    with pytest.raises(ShopRefusedError, match="client id and secret"):
        fetch.order(NUMBER)


def test_a_shop_that_takes_no_token_at_all_is_asked_twice_and_no_more(shop: ShopifyShop, fetch: ShopifyFetch) -> None:
    shop.misbehave(None, Fault.DENIED, None, Fault.DENIED)
    with pytest.raises(ShopRefusedError, match="no longer lets this app in"):
        fetch.order(NUMBER)
    assert len(shop.asked) == 4


def test_no_secret_and_no_token_is_in_what_is_said(shop: ShopifyShop, fetch: ShopifyFetch) -> None:
    for faults in ((None, Fault.THROTTLE), (Fault.MOVED,), (Fault.REDIRECT,)):
        shop.misbehave(*faults)
        with pytest.raises(FanshareError) as caught:
            fetch.order(NUMBER)
        assert "shpss_" not in str(caught.value)
        assert "shpat_" not in str(caught.value)
        shop.behave()


# Costs


def test_a_short_throttle_is_waited_out(shop: ShopifyShop, fetch: ShopifyFetch, clock: Patience) -> None:
    shop.put(order(line(1, "9.00"), total="9.00"))
    shop.bucket = 1.0
    # What is missing flows in while we sleep.
    naps = clock.sleep

    def sleep(seconds: float) -> None:
        naps(seconds)
        assert shop.bucket is not None
        shop.bucket += seconds * shop.restore

    fetch._admin._sleep = sleep
    assert fetch.order(NUMBER) is not None
    assert clock.slept == [1.0]


def test_a_long_throttle_is_left_for_another_round(shop: ShopifyShop, fetch: ShopifyFetch, clock: Patience) -> None:
    shop.bucket, shop.restore = 1.0, 5
    with pytest.raises(ShopUnreachableError) as caught:
        fetch.order(NUMBER)
    assert caught.value.retry_after == 10
    assert clock.slept == []


def test_a_bucket_that_never_fills_is_not_waited_for_for_ever(
    shop: ShopifyShop, fetch: ShopifyFetch, clock: Patience
) -> None:
    shop.bucket = 1.0
    with pytest.raises(ShopUnreachableError):
        fetch.order(NUMBER)
    assert clock.slept == [1.0, 1.0]


def test_pages_become_smaller_when_the_shop_finds_them_too_costly(shop: ShopifyShop, fetch: ShopifyFetch) -> None:
    for number in range(1, 8):
        shop.put(order(line(1, "9.00"), total="9.00", id=number))
    shop.max_cost = 30
    assert len(list(fetch.modified_after(START))) == 7
    assert shop.operations == ["FanshareChanges"] * 6


# Versions


def test_another_version_or_a_deprecation_is_warned_about_once(
    shop: ShopifyShop, fetch: ShopifyFetch, caplog: pytest.LogCaptureFixture
) -> None:
    shop.put(rich())
    with caplog.at_level(logging.WARNING):
        fetch.order(NUMBER)
        assert not caplog.records
        shop.version, shop.deprecated = "2027-01", "https://shopify.dev/changelog/something"
        fetch.order(NUMBER)
        fetch.order(NUMBER)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "2027-01" in said[0]
    assert "changelog" in said[1]


# The registry


def test_the_registry_makes_a_fetch_of_a_connections_settings(shop: ShopifyShop) -> None:
    shop.put(rich())
    make = connector("shopify").make_fetch
    assert make is not None
    settings = {"url": shop.url, "client_id": shop.client_id, "client_secret": shop.client_secret}
    fetch = make(settings, pseudonym)
    try:
        assert fetch.order(NUMBER) == read(rich(), fetched=True)
    finally:
        fetch.close()
    with pytest.raises(BadInputError, match="client_secret"):
        make({"url": shop.url, "client_id": "x"}, pseudonym)


@pytest.mark.parametrize("url", ["http://shop.myshopify.com", "ftp://x", "https://user@x.example", "nonsense"])
def test_addresses_that_must_not_be_asked_are_refused(url: str) -> None:
    with pytest.raises(BadInputError):
        AppAccess(url, "id", "secret")


@pytest.mark.parametrize(
    "answer",
    [b"[]", b'{"data": []}', b'{"data": {"order": 7}}', b'{"data": {"order": {"lineItems": []}}}', b'{"errors": "no"}'],
)
def test_answers_of_another_shape_are_failures_with_a_code(answer: bytes, fetch: ShopifyFetch) -> None:
    fetch._admin.tokens.current()
    whole = fetch._admin._asker.ask

    def ask(*args: Any, **more: Any) -> Answer:
        return replace(whole(*args, **more), status=200, body=answer)

    fetch._admin._asker.ask = ask  # type: ignore[method-assign]
    with pytest.raises(FanshareError):
        fetch.order(NUMBER)
