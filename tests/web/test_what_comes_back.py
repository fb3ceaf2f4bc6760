"""Return rates: nobody sees them before the brand says so, few are never told of, and they end at once."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest

from fanshare.core.instants import DAY
from fanshare.core.orders import Line, OrderState, Refund, Status
from fanshare.core.products import Product, Taking
from fanshare.core.returns import CameBack
from fanshare.flows import products
from fanshare.flows.offers import offers
from fanshare.flows.returns import counted
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
PAGE, GOODS, PROGRAMMES = "/brand/linen/products/returns", "/creator/linen/page/products", "/creator/linen/programmes"


def bought(company: Company, number: str, *, back: bool = False, ago: int = 60 * DAY, **more: object) -> OrderState:
    """A shirt and a mug, of which the shirt came back or not."""
    state = order(company.brand, number, company.brand.link, ago=ago)
    lines = (Line("1", 40_000_000, product="shirt"), Line("2", 10_000_000, product="mug", sku="M-1"))
    refund = Refund("r1", state.placed_at, 40_000_000, (("1", 40_000_000),))
    state = replace(state, lines=lines, total=50_000_000, refunds=(refund,) if back else ())
    return replace(state, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Twenty shirts sold long ago, three came back; what is younger, a test, cancelled or unpaid counts not."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("returns")) as made:
        told = [bought(made, f"B{n}", back=n < 3) for n in range(20)]
        more = [
            bought(made, "YOUNG", ago=20 * DAY, back=True),
            bought(made, "OLD", ago=500 * DAY, back=True),
            bought(made, "TEST", back=True, test=True),
            bought(made, "GONE", status=Status.CANCELLED),
            bought(made, "OPEN", status=Status.OPEN),
        ]
        tell(made.brand, *told, *more)
        taking = Taking()
        for row, (id_, title) in enumerate((("shirt", "Linen shirt"), ("M-1", "Mug"), ("hat", "Straw hat")), 1):
            taking.take(row, Product(id_, title, url=f"https://shop.example/{id_}", price=1_000_000, currency="EUR"))
        products.take(made.brand.programme, taking.told(), products.Wish(), made.house.now, lambda *_: None)
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def say(device: Device, shown: str) -> Answer:
    device.get("/sign-out")
    return device.post(PAGE, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], "shown": shown})


def test_what_counts_is_paid_over_and_of_a_year(company: Company) -> None:
    found = counted(company.brand.programme, company.house.now)
    endpoint = company.brand.shop.endpoint
    assert found.of(endpoint, "shirt") == CameBack(20, 3, 0)
    assert found.of(endpoint, "mug") == found.of(endpoint, "M-1") == CameBack(20, 0, 0)
    assert found.whole is not None
    assert (found.whole.orders, found.whole.back) == (21, 3), "and the one with another product"
    assert found.of(endpoint, "product-R1005") is None, "one is too few"


def test_nobody_sees_them_until_the_brand_says_so_and_they_end_at_once(company: Company) -> None:
    cleo, mona = company.device("cleo"), company.device("mona")
    assert "came back" not in words(cleo.get(GOODS))
    assert "came back" not in words(cleo.get(PROGRAMMES))
    seen = words(mona.get(PAGE))
    assert "Creators don’t see it" in seen
    assert "Linen shirt 3 of 20 came back" in seen
    assert "Straw hat too few orders to tell what comes back" in seen
    assert say(mona, "yes").status == 302
    seen = words(cleo.get(GOODS))
    assert re.search(r"Linen shirt 1\.00 € 3 of 20 came back", seen)
    assert re.search(r"Mug 1\.00 € 0 of 20 came back", seen)
    assert re.search(r"Straw hat 1\.00 € too few orders to tell", seen)
    fresh = company.device("cleo")
    assert "of all orders: 3 of 21 came back" in words(fresh.get(PROGRAMMES))
    assert "of all orders" not in words(fresh.get(PROGRAMMES)).partition("Wool's shop")[2].partition("apply")[0]
    offered = {one.slug: one.came_back for one in offers(company.house.conn, KEYS, company.house.now)}
    assert (offered["linen"], offered["wool"]) == ((CameBack(21, 3, 0),), None)
    assert say(mona, "yes").status == 302
    assert say(mona, "no").status == 302
    assert "came back" not in words(cleo.get(GOODS))
    assert "of all orders" not in words(fresh.get(PROGRAMMES)), "though what programmes offer is kept for ten minutes"
    done = company.house.rows("SELECT about FROM audit WHERE what = 'returns.show' ORDER BY id")
    assert done == [("yes",), ("no",)], "the same again is nothing new"


def test_where_the_shop_does_not_say_what_came_back_a_range_is_told(
    schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("ranges")) as made:
        states = [bought(made, f"B{n}", back=n < 3) for n in range(20)]
        states[9] = replace(states[9], refunds=(Refund("r1", states[9].placed_at, 10_000_000),))
        tell(made.brand, *states)
        found = counted(made.brand.programme, made.house.now).of(made.brand.shop.endpoint, "shirt")
        assert found == CameBack(20, 3, 1)


def test_only_owner_manager_and_operator_say_so_and_it_speaks_german(company: Company) -> None:
    for name in ("fina", "rea", "cleo", "finn", "dora"):
        assert say(company.device(name), "yes").status == 403, name
    device = company.device("bea")
    device.cookies["fanshare_language"] = "de"
    assert "3 von 20 kamen zurück" in words(device.get(PAGE))
