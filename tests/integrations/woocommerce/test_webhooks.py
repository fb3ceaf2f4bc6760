"""Webhooks of a shop are made, switched on again and led back, over real HTTP, and nobody else's are touched."""

from collections.abc import Iterator

import pytest

from fanshare.integrations.errors import ShopRefusedError, ShopUnreachableError
from fanshare.integrations.registry import connector
from fanshare.integrations.types import WebhookReport
from fanshare.integrations.woocommerce.webhooks import TOPICS
from fanshare.world.woo_server import Fault
from fanshare.world.woo_shop import WooShop

URL = "https://links.shop.example/hooks/woo-1"
SECRET = "whsec_woo_demo"


@pytest.fixture
def shop() -> Iterator[WooShop]:
    with WooShop() as running:
        yield running


def ensure(shop: WooShop, url: str = URL, secret: str = SECRET) -> WebhookReport:
    ask = connector("woocommerce").ensure_webhooks
    assert ask is not None
    keys = {"url": shop.url, "consumer_key": shop.key, "consumer_secret": shop.secret}
    return ask({**keys, "secret": secret}, url)


def test_a_new_shop_gets_all_of_them_once(shop: WooShop) -> None:
    assert ensure(shop) == WebhookReport(created=TOPICS)
    assert ensure(shop) == WebhookReport()
    kept = shop.webhooks.kept.values()
    assert {one["topic"] for one in kept} == set(TOPICS)
    assert {(one["delivery_url"], one["status"]) for one in kept} == {(URL, "active")}
    assert set(shop.webhooks.secrets.values()) == {SECRET}
    assert all("secret" not in one and SECRET not in one["name"] for one in kept)


def test_one_that_the_shop_switched_off_is_switched_on_again(shop: WooShop) -> None:
    ensure(shop)
    shop.webhooks.disable("order.updated")
    assert ensure(shop) == WebhookReport(repaired=("order.updated",))
    assert {one["status"] for one in shop.webhooks.kept.values()} == {"active"}


def test_after_a_change_of_the_secret_every_webhook_gets_the_new_one(shop: WooShop) -> None:
    ensure(shop)
    assert ensure(shop, secret="another one").repaired == TOPICS
    assert set(shop.webhooks.secrets.values()) == {"another one"}
    assert ensure(shop, secret="another one") == WebhookReport()


def test_after_a_move_to_another_host_they_are_led_to_the_new_one(shop: WooShop) -> None:
    ensure(shop)
    assert ensure(shop, "https://new.shop.example/hooks/woo-1").repaired == TOPICS
    assert len(shop.webhooks.kept) == len(TOPICS)


def test_webhooks_of_others_are_left_alone_however_many_there_are(shop: WooShop) -> None:
    for number in range(1, 151):
        theirs = {"id": number, "topic": "order.updated", "status": "disabled", "name": "stock", "delivery_url": "x"}
        shop.webhooks.kept[number] = {**theirs, "delivery_url": f"https://stock.example/{number}"}
    before = {number: dict(one) for number, one in shop.webhooks.kept.items()}
    assert ensure(shop).created == TOPICS
    assert {number: shop.webhooks.kept[number] for number in before} == before
    assert ensure(shop) == WebhookReport()


def test_a_key_that_may_only_read_is_said_and_nothing_else_breaks(shop: WooShop) -> None:
    shop.change_keys("ck_read", "cs_read", may_write=False)
    report = ensure(shop)
    assert (report.created, report.repaired) == ((), ())
    assert "may only read" in report.problem


def test_a_shop_that_is_away_or_shut_is_told_apart(shop: WooShop) -> None:
    shop.misbehave(Fault.ERROR)
    with pytest.raises(ShopUnreachableError):
        ensure(shop)
    shop.misbehave(Fault.DENIED)
    with pytest.raises(ShopRefusedError):
        ensure(shop)
    shop.misbehave(None, None, Fault.CUT)
    with pytest.raises(ShopUnreachableError):
        ensure(shop)
    assert len(ensure(shop).created) >= len(TOPICS) - 2, "what was begun is ended the next time"
    assert {one["topic"] for one in shop.webhooks.kept.values()} == set(TOPICS)
