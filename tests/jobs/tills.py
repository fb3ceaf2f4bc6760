"""Shops with a checkout at which codes are typed, and what the tests of codes do with them."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any

import pytest

from fanshare.core.code_plans import CodePlan
from fanshare.core.discounts import Discount
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY
from fanshare.flows.check import check
from fanshare.flows.code_plans import set_plan
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.flows.context import open_programme
from fanshare.flows.doctor_programme import programme_remarks
from fanshare.flows.shop_codes import Wish, ask
from fanshare.jobs.shop_codes import work_codes
from fanshare.jobs.worker import log_name
from fanshare.store.access import Access, connect
from fanshare.store.queries import listing
from fanshare.store.queries import shop_codes as rows
from fanshare.store.signing import load_or_create
from fanshare.world.woo_shop import WooShop
from tests.edge.running import KEYS
from tests.jobs.house import LABEL, Brand, House
from tests.jobs.test_reconciliation import order as woo_order
from tests.jobs.test_shopify import connected, post, sale
from tests.support.shopify_shop import ShopifyShop

FIFTEEN = Discount("EUR", percent_bps=1500)
ONCE = Discount("EUR", amount=5_000_000, uses=1)


@dataclass
class Till:
    """A shop with a checkout. ``sell`` places an order in which a code was typed and lets the shop tell us."""

    house: House
    at: ShopConnection
    shop: Any

    @property
    def codes(self) -> Any:
        """What the shop itself keeps of codes."""
        return self.shop.coupons if isinstance(self.shop, WooShop) else self.shop.discounts

    def works(self, text: str) -> bool:
        """Whether its checkout takes a code now."""
        if isinstance(self.shop, WooShop):
            from fanshare.core.instants import to_datetime

            return self.shop.coupons.works(text, f"{to_datetime(self.house.now):%Y-%m-%dT%H:%M:%S}")
        return bool(self.shop.discounts.works(text))

    def sell(self, number: int, text: str) -> None:
        """A buyer types the code; the shop takes it, keeps count, and posts its message."""
        assert self.works(text), text
        self.codes.use(text)
        if isinstance(self.shop, WooShop):
            coupons = [{"id": 1, "code": text.lower(), "discount": "0.00"}]
            self.shop.put(woo_order(number, self.house.now, coupon_lines=coupons))
            for message in self.shop.deliveries_for(number):
                self.house.bea.send(self.at.endpoint, message)
        else:
            document = sale(self.house, "", id=number, discount_codes=[{"code": text, "amount": "0.00"}])
            document |= {
                "email": "buyer@example.test",
                "customer": {"id": 7_000 + number, "email": "buyer@example.test"},
            }
            document["discount_applications"] = [{"type": "discount_code", "code": text}]
            document["admin_graphql_api_id"] = f"gid://shopify/Order/{number}"
            self.shop.put(document)
            post(self.house, self.at, "orders/create", document)
        self.house.work()


@pytest.fixture(params=["woocommerce", "shopify"])
def till(request: pytest.FixtureRequest, house: House) -> Iterator[Till]:
    with contextlib.ExitStack() as stack:
        if request.param == "woocommerce":
            woo = stack.enter_context(WooShop())
            yield Till(house, house.bea.connect_woo(woo), woo)
        else:
            shop = stack.enter_context(ShopifyShop())
            yield Till(house, connected(house, shop), shop)


@pytest.fixture
def woo(house: House) -> Iterator[Till]:
    with WooShop() as running:
        yield Till(house, house.bea.connect_woo(running), running)


def allowed(till: Till, discount: Discount = FIFTEEN, name: str = "fans", **more: Any) -> None:
    """A plan of a month ago."""
    plan = CodePlan(name, discount, prefix="BEA", **{"per_owner": 3, **more})
    set_plan(till.house.bea.programme, till.at.id, plan, till.house.now - 30 * DAY)


def asked(bea: Brand, plan: str = "fans", **more: Any) -> list[rows.ShopCode]:
    """Finn asks for a code."""
    return ask(bea.programme, Wish(plan, bea.cleo, bea.finn, LABEL, **more), bea.house.now)


def worked(house: House) -> list[rows.ShopCode]:
    """Everything that is due now is asked for; all codes, oldest first."""
    work_codes(house.bea.programme, house.clock)
    return rows.listed(house.bea.access)


def shown(bea: Brand) -> list[tuple[str, str]]:
    """The codes that anybody is shown, with their state."""
    return [(row.text, row.state) for row in listing.codes(bea.access)]


def sound(house: House) -> bool:
    """Whether every check is content."""
    signer = load_or_create(house.home / "keys", log_name("shop.example", house.bea.tenant))
    programme = replace(house.bea.programme, log_keys=signer.keys)
    wrong = [one.message for one in check(programme, house.now) if not one.ok]
    assert wrong == []
    return house.bea.sound()


def remarks(house: House) -> dict[str, str]:
    return {one.code: one.sentence for one in programme_remarks(house.bea.access, "Bea", house.now)}


def at_once(house: House, count: int, work: Any) -> list[Any]:
    """The same work from many connections at the same time; what each came to."""
    done: list[Any] = []

    def run(number: int) -> None:
        with connect(house.database.dsn()) as conn:
            access = Access(conn, house.bea.tenant.id, f"user:{number}")
            try:
                done.append(work(open_programme(access, house.bea.tenant.public_id, KEYS), number))
            except (BadInputError, ConflictError) as error:
                done.append(error.code)

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done
