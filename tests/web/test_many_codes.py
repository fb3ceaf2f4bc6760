"""Codes for many at once: looked at first, nobody gets two, refusals are counted, and the worker goes on."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest

from fanshare.core.code_plans import STOCK, CodePlan
from fanshare.core.discounts import Discount
from fanshare.core.instants import DAY
from fanshare.flows import bulk_codes, code_stock
from fanshare.flows.bulk_codes import Asked, Wanted
from fanshare.flows.code_plans import set_plan
from fanshare.flows.context import open_programme
from fanshare.store.access import Access, connect
from fanshare.store.queries import bulk_codes as rows
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

PATH = "/brand/linen/codes/several"
ALL = {"whom": "creators", "country": "DE", "platform": "instagram", "names": "", "group": ""}


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Plans whose codes a shop makes, and one whose stock holds a single code."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("many")) as made:
        brand, now = made.brand, made.house.now
        for name, source in (("spring", "shop"), ("crowd", "shop"), ("control", "shop"), ("stock", STOCK)):
            plan = CodePlan(name, Discount("EUR", percent_bps=1500), prefix="LIN", source=source)
            set_plan(brand.programme, brand.shop.id, plan, now - 30 * DAY)
        code_stock.bring(brand.programme, "stock", b"LINEN15\n", now)
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def codes(company: Company, plan: str) -> list[tuple[int, int, str]]:
    return company.house.rows(
        "SELECT s.owner_party_id, s.creator_party_id, s.state FROM shop_code s"
        " JOIN code_plan c ON c.programme_id = s.programme_id AND c.id = s.plan_id WHERE c.name = %s ORDER BY 1",
        plan,
    )


def test_many_get_a_code_once_and_looking_asks_for_nothing(company: Company) -> None:
    mona, brand = company.device("mona"), company.brand
    seen = words(mona.fill(PATH, plan="spring", **ALL))
    assert "codes to ask for now 2" in seen
    assert codes(company, "spring") == []
    done = words(mona.fill(PATH, plan="spring", what="ask", **ALL))
    assert "2 codes are asked for." in done
    assert "spring 15 % off: 2 not yet at the shop" in done
    wanted = sorted([(brand.cleo, brand.cleo, "wanted"), (company.carla, company.carla, "wanted")])
    assert codes(company, "spring") == wanted
    assert company.house.value("SELECT count(*) FROM shop_code WHERE work_at IS NOT NULL") >= 2, "the worker goes on"
    again = words(mona.fill(PATH, plan="spring", what="ask", **ALL))
    assert "0 codes are asked for." in again
    assert codes(company, "spring") == wanted
    noted = company.house.rows("SELECT about FROM audit WHERE what = 'codes.ask' AND about LIKE '%%spring'")
    assert noted == [("2 of the plan spring",)]


def test_fans_of_some_creators_get_theirs_and_unknown_names_are_said(company: Company) -> None:
    bea, brand = company.device("bea"), company.brand
    form = {**ALL, "plan": "crowd", "whom": "fans", "names": "cleo, nobody"}
    assert "Nobody here is found for: nobody" in words(bea.fill(PATH, **form))
    assert bea.fill(PATH, what="ask", **form).status == 200
    assert codes(company, "crowd") == [(brand.finn, brand.cleo, "wanted")]


def test_what_one_is_refused_keeps_nobody_else_from_hers_and_is_counted(company: Company) -> None:
    seen = words(company.device("bea").fill(PATH, plan="stock", what="ask", **ALL))
    assert "1 code is asked for." in seen
    assert "1 × The stock of stock has 0 of 1 codes left" in seen
    assert len(codes(company, "stock")) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"plan": "none"}, "There is no plan"),
        ({"plan": "spring", "whom": "all"}, "Say whether creators or fans"),
        ({"plan": "spring", "platform": "x"}, "Say where the codes will be shared"),
        ({"plan": "spring", "names": " ".join(f"n{n}" for n in range(501))}, "Name at most 500"),
    ],
)
def test_what_cannot_be_says_why(company: Company, changes: dict[str, str], said: str) -> None:
    answer = company.device("bea").fill(PATH, **{**ALL, **changes})
    assert (answer.status, said in words(answer)) == (422, True)


def test_only_who_may_change_codes_asks_for_them(company: Company) -> None:
    for name in ("fina", "rea", "dora", "cleo", "finn"):
        assert company.device(name).get(PATH).status == 403, name
    assert 'href="/brand/linen/codes/several"' in company.device("mona").get("/brand/linen/codes").text
    assert 'href="/brand/linen/codes/several"' not in company.device("rea").get("/brand/linen/codes").text


def at_once(company: Company, plan: str, times: int) -> list[Asked]:
    def one(_: int) -> Asked:
        with connect(company.house.database.dsn()) as conn:
            access = Access(conn, company.brand.tenant.id, "brand:1")
            programme = open_programme(access, company.brand.tenant.public_id, KEYS)
            return bulk_codes.ask(programme, Wanted(plan, "creators", "DE", "instagram"), company.house.now)

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(times)))


def test_fifty_at_once_ask_for_each_code_once(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_codes, "MOST", 1)
    told = at_once(company, "control", 50)
    assert sum(one.asked for one in told) == 2
    assert [one.refused for one in told if one.refused] == []
    assert len(codes(company, "control")) == 2


def test_a_list_that_is_wrong_gives_nobody_two(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = Wanted("control", "creators", "DE", "instagram")
    bulk_codes.ask(company.brand.programme, wanted, company.house.now)
    before = codes(company, "control")
    lying = [rows.Candidate(company.carla, company.carla, "carla-quince", has=False)]
    monkeypatch.setattr(rows, "creators", lambda *_, **__: lying)
    told = bulk_codes.ask(company.brand.programme, wanted, company.house.now)
    assert (told.asked, sum(count for _, count in told.refused)) == (0, 1), (
        "the limit of the plan refuses, under the owner's lock"
    )
    assert codes(company, "control") == before
