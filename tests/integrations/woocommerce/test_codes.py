"""The codes of a WooCommerce shop keep the contract, over real HTTP."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from fanshare.core.instants import Instant
from fanshare.integrations.code_types import CodeAsked, CodeMaker, CodeTold, Outcome
from fanshare.integrations.woocommerce.codes import WooCodes, coupon
from fanshare.integrations.woocommerce.rest import Rest, ShopAccess
from fanshare.world.woo_server import Fault
from fanshare.world.woo_shop import WooShop
from tests.integrations import contract_codes
from tests.integrations.contract_codes import NOW, PLAIN
from tests.integrations.woocommerce.story import body


class Woo:
    """The small WooCommerce as the contract wants it."""

    def __init__(self, shop: WooShop) -> None:
        self.shop = shop

    def codes(self, *, hasty: bool = False) -> CodeMaker:
        access = ShopAccess(self.shop.url, self.shop.key, self.shop.secret)
        return WooCodes(Rest(access, timeout=0.4, deadline=0.5) if hasty else Rest(access), "EUR")

    def misbehave(self, *faults: Fault | None) -> None:
        self.shop.misbehave(*faults)

    def behave(self) -> None:
        self.shop.behave()

    def put(self, text: str) -> None:
        self.shop.coupons.put(text, amount="15", discount_type="percent")

    def bend(self, discount: Mapping[str, Any]) -> None:
        self.shop.coupons.bent = {"usage_limit": 99, **discount}

    def refuse(self, text: str) -> None:
        self.shop.coupons.refused.add(text.lower())

    def use(self, text: str) -> None:
        self.shop.coupons.use(text)

    def sell(self, order: str, text: str, taken: str, tax: str) -> None:
        lines = [{"id": 1, "code": text.lower(), "discount": taken, "discount_tax": tax}]
        self.shop.put({**body(1), "id": int(order), "coupon_lines": lines})

    def works(self, text: str) -> bool:
        return self.shop.coupons.works(text, "2026-11-22T03:00:00")

    def count(self) -> int:
        return len(self.shop.coupons.kept)


@pytest.fixture
def woo() -> Iterator[Woo]:
    with WooShop() as running:
        yield Woo(running)


@pytest.mark.parametrize("rule", contract_codes.RULES, ids=lambda rule: rule.__name__)
def test_the_codes_keep_the_contract(rule: contract_codes.Rule, woo: Woo) -> None:
    rule(woo)


class Trusting(Woo):
    """A connector that believes a promise: it neither looks first nor reads back."""

    def codes(self, *, hasty: bool = False) -> CodeMaker:
        access = ShopAccess(self.shop.url, self.shop.key, self.shop.secret)
        return _Trusting(Rest(access, timeout=0.4, deadline=0.5) if hasty else Rest(access), "EUR")


class _Trusting(WooCodes):
    def make(self, asked: Sequence[CodeAsked], now: Instant) -> Iterator[CodeTold]:
        for one in asked:
            self._rest.write("POST", "coupons/batch", {"create": [coupon(one)]})
            yield CodeTold(one.text, Outcome.CONFIRMED)


@pytest.mark.parametrize(
    "rule",
    [
        contract_codes.a_text_that_is_taken_is_left_alone,
        contract_codes.a_code_that_was_made_otherwise_is_not_confirmed,
        contract_codes.a_refusal_is_told_and_makes_nothing,
    ],
    ids=lambda rule: rule.__name__,
)
def test_a_connector_that_trusts_breaks_the_contract(rule: contract_codes.Rule, woo: Woo) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        rule(Trusting(woo.shop))


def test_two_hundred_codes_go_in_two_batches(woo: Woo) -> None:
    asked = [CodeAsked(f"FAN{number:03}", f"token{number:03}", PLAIN) for number in range(200)]
    maker = woo.codes()
    assert {one.outcome for one in maker.make(asked, NOW)} == {Outcome.CONFIRMED}
    maker.close()
    assert woo.shop.asked.count("coupons/batch") == 2
    assert len(woo.shop.asked) == 4


def test_a_key_that_may_only_read_is_told_apart(woo: Woo) -> None:
    woo.shop.change_keys("ck_demo", "cs_demo", may_write=False)
    maker = woo.codes()
    with pytest.raises(Exception, match="may only read"):
        list(maker.make([CodeAsked("MIRA15", "token001", PLAIN)], NOW))
    maker.close()


@pytest.mark.parametrize(
    "condition",
    [
        {"free_shipping": True},
        {"excluded_product_ids": [3]},
        {"email_restrictions": ["lena@example.test"]},
        {"maximum_amount": "10.00"},
        {"usage_limit_per_user": 3},
        {"discount_type": "fixed_product"},
        {"status": "draft"},
    ],
    ids=lambda each: next(iter(each)),
)
def test_a_condition_nobody_asked_for_is_a_difference(woo: Woo, condition: dict[str, Any]) -> None:
    woo.shop.coupons.bent = condition
    maker = woo.codes()
    [told] = maker.make([CodeAsked("MIRA15", "token001", PLAIN)], NOW)
    maker.close()
    assert told.outcome is Outcome.DIFFERENT
