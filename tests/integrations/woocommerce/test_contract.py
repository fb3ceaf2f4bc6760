"""WooCommerce keeps the contract of every shop that can be asked, over real HTTP."""

import secrets
from collections.abc import Iterator

import pytest

from fanshare.core.instants import Instant, format_rfc3339
from fanshare.integrations.registry import OpenFetch
from fanshare.integrations.woocommerce.fetch import WooFetch
from fanshare.integrations.woocommerce.rest import Rest, ShopAccess
from fanshare.world.woo_server import Fault
from fanshare.world.woo_shop import WooShop
from tests.integrations import contract_fetch
from tests.integrations.woocommerce.story import body, pseudonym


class Woo:
    """The small WooCommerce as the contract wants it."""

    def __init__(self, shop: WooShop) -> None:
        self.shop = shop

    def order_id(self, number: int) -> str:
        return str(number)

    def put(self, number: int, at: Instant) -> None:
        changed = format_rfc3339(at).removesuffix("Z")
        self.shop.put({**body(1), "id": number, "date_modified_gmt": changed})

    def misbehave(self, *faults: Fault | None) -> None:
        self.shop.misbehave(*faults)

    def behave(self) -> None:
        self.shop.behave()

    def fetch(self, *, hasty: bool = False) -> OpenFetch:
        access = ShopAccess(self.shop.url, self.shop.key, self.shop.secret)
        rest = Rest(access, timeout=0.4, deadline=0.5) if hasty else Rest(access)
        return WooFetch(rest, pseudonym, per_page=contract_fetch.PAGE)

    def rotate(self) -> None:
        self.shop.change_keys(f"ck_{secrets.token_hex(4)}", f"cs_{secrets.token_hex(4)}")


@pytest.fixture
def woo() -> Iterator[Woo]:
    with WooShop() as running:
        yield Woo(running)


@pytest.mark.parametrize("rule", contract_fetch.RULES, ids=lambda rule: rule.__name__)
def test_the_fetch_keeps_the_contract(rule: contract_fetch.Rule, woo: Woo) -> None:
    rule(woo)


class Forgetful(Woo):
    """A connector that takes every silence for an order that is gone, and a broken list for the end of it."""

    def fetch(self, *, hasty: bool = False) -> OpenFetch:
        return _Forgetting(super().fetch(hasty=hasty))  # type: ignore[return-value]


class _Forgetting:
    def __init__(self, fetch: OpenFetch) -> None:
        self._fetch = fetch
        self.close = fetch.close

    def order(self, order_id: str) -> object:
        try:
            return self._fetch.order(order_id)
        except Exception:
            return None

    def modified_after(self, instant: Instant) -> Iterator[object]:
        yield from list(self._fetch.modified_after(instant))[: contract_fetch.PAGE]


@pytest.mark.parametrize("rule", contract_fetch.RULES[2:6], ids=lambda rule: rule.__name__)
def test_a_connector_that_forgets_breaks_the_contract(rule: contract_fetch.Rule, woo: Woo) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        rule(Forgetful(woo.shop))
