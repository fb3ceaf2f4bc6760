"""Subscribing to webhooks by API, and looking after them."""

from collections.abc import Iterator

import pytest

from fanshare.integrations.errors import ShopRefusedError
from fanshare.integrations.registry import connector
from fanshare.integrations.shopify.webhooks import TOPICS
from fanshare.integrations.types import WebhookReport
from tests.support.shopify_shop import ShopifyShop

URL = "https://fan.example/hooks/sho-abc"
NAMES = {
    "orders/create",
    "orders/updated",
    "orders/paid",
    "orders/cancelled",
    "orders/edited",
    "orders/delete",
    "orders/fulfilled",
    "orders/partially_fulfilled",
    "refunds/create",
    "app/uninstalled",
}


@pytest.fixture
def shop() -> Iterator[ShopifyShop]:
    with ShopifyShop() as running:
        yield running


def looked_after(shop: ShopifyShop, url: str = URL) -> WebhookReport:
    ensure = connector("shopify").ensure_webhooks
    assert ensure is not None
    return ensure({"url": shop.url, "client_id": shop.client_id, "client_secret": shop.client_secret}, url)


def test_everything_that_is_missing_is_made_and_then_all_is_well(shop: ShopifyShop) -> None:
    report = looked_after(shop)
    assert (set(report.created), report.repaired, report.problem) == (NAMES, (), "")
    assert {(one["topic"], one["uri"], one["format"]) for one in shop.subscriptions} == {
        (topic, URL, "JSON") for topic in TOPICS
    }
    assert looked_after(shop) == WebhookReport()


def test_a_subscription_that_shopify_deleted_is_made_again(shop: ShopifyShop) -> None:
    looked_after(shop)
    shop.subscriptions = [one for one in shop.subscriptions if one["topic"] != "ORDERS_PAID"]
    assert looked_after(shop) == WebhookReport(created=("orders/paid",))


def test_subscriptions_that_lead_to_our_old_host_are_led_back(shop: ShopifyShop) -> None:
    looked_after(shop, "https://old.example/hooks/sho-abc")
    report = looked_after(shop)
    assert (report.created, set(report.repaired)) == ((), NAMES)
    assert {one["uri"] for one in shop.subscriptions} == {URL}


def test_a_subscription_that_sends_a_part_only_is_made_whole(shop: ShopifyShop) -> None:
    looked_after(shop)
    shop.subscriptions[1]["includeFields"] = ["id"]
    shop.subscriptions[2]["filter"] = "total_price:>100"
    assert set(looked_after(shop).repaired) == {"orders/updated", "orders/paid"}
    assert looked_after(shop) == WebhookReport()


def test_webhooks_of_others_are_left_alone(shop: ShopifyShop) -> None:
    theirs = {"id": "x", "topic": "ORDERS_PAID", "uri": "https://other.example/in", "format": "XML"}
    shop.subscriptions.append(dict(theirs))
    assert set(looked_after(shop).created) == NAMES
    assert shop.subscriptions[0] == theirs


def test_what_shopify_refuses_is_said_and_the_rest_is_made(shop: ShopifyShop) -> None:
    shop.refused_topics = {"REFUNDS_CREATE"}
    report = looked_after(shop)
    assert set(report.created) == NAMES - {"refunds/create"}
    assert "refunds/create: You are not approved" in report.problem


def test_webhooks_of_another_version_are_said(shop: ShopifyShop) -> None:
    looked_after(shop)
    shop.subscriptions[0]["apiVersion"] = {"handle": "2025-10"}
    assert "2025-10" in looked_after(shop).problem


def test_a_shop_that_lets_nobody_in_is_an_error(shop: ShopifyShop) -> None:
    ensure = connector("shopify").ensure_webhooks
    assert ensure is not None
    with pytest.raises(ShopRefusedError):
        ensure({"url": shop.url, "client_id": shop.client_id, "client_secret": "another"}, URL)
