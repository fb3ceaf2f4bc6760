"""The codes of a Shopify shop keep the contract, over real HTTP and the published types."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from fanshare.integrations.code_types import CodeAsked, CodeMaker, Outcome
from fanshare.integrations.http import Asker
from fanshare.integrations.shopify.admin import Admin, AppAccess
from fanshare.integrations.shopify.codes import ShopifyCodes
from fanshare.world.woo_server import Fault
from tests.integrations import contract_codes
from tests.integrations.contract_codes import NOW, ONCE, PLAIN
from tests.integrations.shopify.story import line
from tests.integrations.shopify.story import order as sale
from tests.support.shopify_shop import ShopifyShop


class Shopify:
    """The small Shopify as the contract wants it."""

    def __init__(self, shop: ShopifyShop) -> None:
        self.shop = shop

    def codes(self, *, hasty: bool = False) -> CodeMaker:
        access = AppAccess(self.shop.url, self.shop.client_id, self.shop.client_secret)
        # With a token at hand, so that the faults hit the questions.
        waiting = self.shop.behave()
        admin = Admin(access, Asker(timeout=0.4, deadline=0.5) if hasty else Asker())
        admin.tokens.current()
        self.shop.misbehave(*waiting)
        return ShopifyCodes(admin, "EUR")

    def misbehave(self, *faults: Fault | None) -> None:
        self.shop.misbehave(*faults)

    def behave(self) -> None:
        self.shop.behave()

    def put(self, text: str) -> None:
        self.shop.discounts.put(text)

    def bend(self, discount: Mapping[str, Any]) -> None:
        self.shop.discounts.bent = {"usageLimit": 99, **discount}

    def refuse(self, text: str) -> None:
        self.shop.discounts.refused.add(text.casefold())

    def use(self, text: str) -> None:
        self.shop.discounts.use(text)

    def sell(self, order: str, text: str, taken: str, tax: str) -> None:
        told = {"amount": str(Decimal(taken) + Decimal(tax)), "currency_code": "EUR"}
        sold = sale(line(1, "59.00"), total="64.00", id=int(order), discount_codes=[{"code": text, "amount": taken}])
        applied = [{"type": "discount_code", "code": text}]
        self.shop.put({**sold, "discount_applications": applied, "total_discounts_set": {"shop_money": told}})

    def works(self, text: str) -> bool:
        return self.shop.discounts.works(text)

    def count(self) -> int:
        return sum(len(one["codes"]) for one in self.shop.discounts.kept.values())


@pytest.fixture
def shopify() -> Iterator[Shopify]:
    with ShopifyShop() as running:
        yield Shopify(running)


@pytest.mark.parametrize("rule", contract_codes.RULES, ids=lambda rule: rule.__name__)
def test_the_codes_keep_the_contract(rule: contract_codes.Rule, shopify: Shopify) -> None:
    rule(shopify)


def _batch(again: bool, count: int) -> list[CodeAsked]:
    return [CodeAsked(f"FAN{number:03}", f"token{number:03}", ONCE, "sheet001", again) for number in range(count)]


def test_a_batch_shares_one_discount_and_is_confirmed_when_the_shop_shows_it(shopify: Shopify) -> None:
    shopify.shop.discounts.slow = 3
    maker = shopify.codes()
    first = [one.outcome for one in maker.make(_batch(False, 400), NOW)]
    assert (first.count(Outcome.CONFIRMED), first.count(Outcome.PENDING)) == (1, 399)
    for _ in range(4):
        maker.look("FAN000", NOW)
    assert {one.outcome for one in maker.make(_batch(True, 400), NOW)} == {Outcome.CONFIRMED}
    maker.close()
    assert len(shopify.shop.discounts.kept) == 1
    assert shopify.count() == 400
    assert shopify.shop.operations.count("FanshareCodesAdd") == 2


def test_an_app_without_the_scope_is_told_which(shopify: Shopify) -> None:
    shopify.shop.scopes = "read_orders"
    maker = shopify.codes()
    with pytest.raises(Exception, match="write_discounts"):
        list(maker.make([CodeAsked("MIRA15", "token001", PLAIN)], NOW))
    maker.close()


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("status", "EXPIRED"),
        ("minimumRequirement", {"__typename": "DiscountMinimumQuantity"}),
        ("appliesOncePerCustomer", True),
        ("usageLimit", 3),
        ("endsAt", "2026-12-01T00:00:00Z"),
        ("customerGets", {"value": {"__typename": "DiscountPercentage", "percentage": 0.2}, "items": None}),
    ],
)
def test_whatever_is_otherwise_is_a_difference(shopify: Shopify, place: str, value: object) -> None:
    maker = shopify.codes()
    asked = CodeAsked("MIRA15", "token001", PLAIN)
    assert [one.outcome for one in maker.make([asked], NOW)] == [Outcome.CONFIRMED]
    [kept] = shopify.shop.discounts.kept.values()
    kept[place] = value
    [told] = maker.make([CodeAsked("MIRA15", "token001", PLAIN, again=True)], NOW)
    maker.close()
    assert told.outcome is Outcome.DIFFERENT


def test_another_kind_of_discount_is_somebody_elses(shopify: Shopify) -> None:
    shopify.put("MIRA15")
    [kept] = shopify.shop.discounts.kept.values()
    kept["__typename"] = "DiscountCodeBxgy"
    maker = shopify.codes()
    [told] = maker.make([CodeAsked("MIRA15", "token001", PLAIN)], NOW)
    maker.close()
    assert told.outcome is Outcome.TAKEN
