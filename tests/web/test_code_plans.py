"""Codes planned in the browser: seen first, said once, changed with the old beside the new, then asked for."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest

from fanshare.core.code_plan_form import FIELDS
from fanshare.core.code_plans import CodePlan
from fanshare.core.discounts import Discount
from fanshare.core.errors import BadInputError
from fanshare.flows import code_arranging, code_plans
from fanshare.flows.context import open_programme
from fanshare.jobs.systems import Connectors
from fanshare.store.access import Access, connect
from fanshare.store.server import Server
from fanshare.world.woo_shop import WooShop
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

PATH = "/brand/linen/codes/plans"


@pytest.fixture(scope="module")
def shop() -> Iterator[WooShop]:
    with WooShop() as running:
        yield running


@pytest.fixture
def company(
    schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory, shop: WooShop
) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("plans")) as made:
        made.brand.connect_woo(shop, "woo-linen")
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def form(**more: str) -> dict[str, str]:
    usual = {
        "name": "fans",
        "shop": "woo-linen",
        "gives": "percent",
        "value": "15",
        "currency": "EUR",
        "source": "shop",
    }
    return {**dict.fromkeys((*FIELDS, "stock"), ""), **usual, **more}


def versions(company: Company) -> list[tuple[Any, ...]]:
    return company.house.rows("SELECT name, connection_id FROM code_plan ORDER BY id")


def test_a_plan_is_seen_then_said_once_and_codes_are_asked_for(company: Company) -> None:
    mona = company.device("mona")
    assert f'href="{PATH}"' in mona.get("/brand/linen/codes/several").text
    assert f'href="{PATH}"' in mona.get("/brand/linen/codes").text
    seen = words(mona.fill(PATH, **form(prefix="bea", per_buyer="yes", minimum="30")))
    assert "A code gives 15 % off, from 30.00 €, once per customer" in seen.replace("\xa0", " ")
    assert "the buyer saves 8.85 €" in seen.replace("\xa0", " ")
    assert "BEA7K4MWXQ2" in seen
    assert versions(company) == []
    for _ in range(2):
        said = mona.fill(PATH, what="say", **form(prefix="bea", per_buyer="yes", minimum="30"))
        assert (said.status, said.headers["location"]) == (302, "/brand/linen/codes/several")
    assert len(versions(company)) == 1, "sent twice it is said once"
    assert company.house.rows("SELECT about FROM audit WHERE what = 'codes.plan'") == [("fans at woo-linen",)]
    wanted = {
        "plan": "fans",
        "whom": "creators",
        "country": "DE",
        "platform": "instagram",
        "names": "cleo",
        "group": "",
    }
    assert "1 code is asked for." in words(mona.fill("/brand/linen/codes/several", what="ask", **wanted))


def test_a_change_shows_what_was_and_leaves_made_codes_alone(company: Company) -> None:
    bea = company.device("bea")
    bea.fill(PATH, what="say", **form())
    shown = bea.get(f"{PATH}?plan=fans")
    assert 'name="value" required maxlength="20" inputmode="decimal" value="15"' in shown.text
    company.house.later(1)
    seen = words(bea.fill(PATH, **form(value="20")))
    assert "until now 15 % off" in seen
    assert "Change the plan" in seen
    assert "This is what the plan says already." in words(bea.fill(PATH, **form()))
    bea.fill(PATH, what="say", **form(value="20"))
    assert len(versions(company)) == 2
    (now,) = code_plans.plans(company.brand.programme)
    assert now.plan == CodePlan("fans", Discount("EUR", percent_bps=2_000))


def test_codes_that_the_brand_made_are_brought_with_their_plan_and_once(company: Company) -> None:
    bea, hook = company.device("bea"), company.brand.shop.endpoint
    stock = form(name="gifts", shop=hook, source="stock", uses="1", stock="LINEN1\nLINEN2\n")
    assert "Codes that you bring 2" in words(bea.fill(PATH, **stock))
    assert company.house.value("SELECT count(*) FROM code_stock") == 0
    for _ in range(2):
        assert bea.fill(PATH, what="say", **stock).status == 302
    assert company.house.value("SELECT count(*) FROM code_stock") == 2
    assert len(versions(company)) == 1
    more = {**stock, "stock": "LINEN3"}
    assert "Bring these codes" in words(bea.fill(PATH, **more))


def test_what_cannot_be_says_why_and_keeps_what_was_typed(company: Company) -> None:
    bea, hook = company.device("bea"), company.brand.shop.endpoint
    for changes, said in (
        ({"shop": hook}, "No codes can be made in this shop"),
        ({"shop": "nowhere"}, "Say in which of your shops"),
        ({"value": "lots"}, "at most two decimals"),
        ({"name": "No Name"}, "small letters"),
        ({"stock": "ABCD"}, "Codes of this plan are made in the shop"),
        ({"source": "stock", "stock": "AB\nAB"}, "line 2 repeats line 1"),
    ):
        got = bea.fill(PATH, what="say", **form(**changes))
        assert (got.status, said in words(got)) == (422, True), changes
    assert 'value="lots"' in bea.fill(PATH, **form(value="lots")).text
    assert versions(company) == []


def test_only_who_may_change_codes_plans_them(company: Company) -> None:
    for name in ("fina", "rea", "dora", "cleo", "finn"):
        assert company.device(name).get(PATH).status == 403, name


def test_ten_at_once_say_it_once(company: Company) -> None:
    def one(_: int) -> None:
        with connect(company.house.database.dsn()) as conn:
            access = Access(conn, company.brand.tenant.id, "brand:1")
            programme = open_programme(access, company.brand.tenant.public_id, KEYS)
            plan = CodePlan("fans", Discount("EUR", percent_bps=1_500))
            code_arranging.arrange(programme, Connectors(), "woo-linen", plan, company.house.now, look=False)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(one, range(10)))
    assert len(versions(company)) == 1


def test_a_stock_that_is_wrong_leaves_no_plan_behind(company: Company) -> None:
    plan = CodePlan("gifts", Discount("EUR", percent_bps=1_500), source="stock")
    with pytest.raises(BadInputError):
        code_arranging.arrange(
            company.brand.programme, Connectors(), "woo-linen", plan, company.house.now, stock=b"\xff", look=False
        )
    assert versions(company) == []


def test_in_german_it_is_german(company: Company) -> None:
    bea = company.device("bea")
    bea.cookies["fanshare_language"] = "de"
    seen = words(bea.fill(PATH, **form(value="12.5", uses="3"))).replace("\xa0", " ")
    assert "12,5 % Rabatt, gilt insgesamt 3-mal" in seen
