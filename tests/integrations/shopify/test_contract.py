"""Shopify keeps the contract of every shop that can be asked, over real HTTP."""

from collections.abc import Iterator

import pytest

from fanshare.core.instants import Instant, format_rfc3339
from fanshare.integrations.http import Asker
from fanshare.integrations.registry import OpenFetch
from fanshare.integrations.shopify.admin import Admin, AppAccess
from fanshare.integrations.shopify.fetch import ShopifyFetch
from fanshare.world.woo_server import Fault
from tests.integrations import contract_fetch
from tests.integrations.shopify.story import line, order, pseudonym
from tests.support.shopify_shop import ShopifyShop


class Shopify:
    """The small Shopify as the contract wants it."""

    def __init__(self, shop: ShopifyShop) -> None:
        self.shop = shop

    def order_id(self, number: int) -> str:
        return str(number)

    def put(self, number: int, at: Instant) -> None:
        self.shop.put(order(line(1, "59.00"), total="59.00", id=number, updated_at=format_rfc3339(at)))

    def misbehave(self, *faults: Fault | None) -> None:
        self.shop.misbehave(*faults)

    def behave(self) -> None:
        self.shop.behave()

    def fetch(self, *, hasty: bool = False) -> OpenFetch:
        access = AppAccess(self.shop.url, self.shop.client_id, self.shop.client_secret)
        admin = Admin(access, Asker(timeout=0.4, deadline=0.5) if hasty else Asker())
        # With a token at hand, so that the faults hit the questions.
        admin.tokens.current()
        return ShopifyFetch(admin, pseudonym, page=contract_fetch.PAGE)

    def rotate(self) -> None:
        self.shop.rotate()


@pytest.fixture
def shopify() -> Iterator[Shopify]:
    with ShopifyShop() as running:
        yield Shopify(running)


@pytest.mark.parametrize("rule", contract_fetch.RULES, ids=lambda rule: rule.__name__)
def test_the_fetch_keeps_the_contract(rule: contract_fetch.Rule, shopify: Shopify) -> None:
    rule(shopify)
