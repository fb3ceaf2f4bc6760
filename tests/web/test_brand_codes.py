"""Codes of a programme as its people see them, and one changed by a button."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core.code_plans import STOCK, CodePlan
from fanshare.core.discounts import Discount
from fanshare.core.instants import DAY, SECOND
from fanshare.flows import code_stock
from fanshare.flows.code_plans import set_plan
from fanshare.flows.shop_codes import Wish, ask
from fanshare.store.server import Server
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

FIFTEEN = Discount("EUR", percent_bps=1500)


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Cleo has the first code of a stock of two."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("codes")) as made:
        brand, now = made.brand, made.house.now
        plan = CodePlan("stock", FIFTEEN, prefix="LIN", per_owner=3, source=STOCK)
        set_plan(brand.programme, brand.shop.id, plan, now - 30 * DAY)
        code_stock.bring(brand.programme, "stock", b"LINEN15\nLINEN16\n", now)
        ask(brand.programme, Wish("stock", brand.cleo, brand.cleo, LABEL), now)
        made.house.later(SECOND)
        yield made


def rows(answer: Answer) -> list[str]:
    """What each row of the list says."""
    body = answer.text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in body.split("<tr>")[1:]]


def change(company: Company, device: Device, code: str) -> Answer:
    number = company.house.value("SELECT coalesce(max(id), 0) FROM shop_code WHERE shown = %s", code)
    device.get("/sign-out")
    form = {"csrfmiddlewaretoken": device.cookies["fanshare_form"]}
    return device.post(f"/brand/linen/codes/{number}/change", form)


def test_one_button_puts_another_code_in_the_place_of_one(company: Company) -> None:
    mona, rea = company.device("mona"), company.device("rea")
    assert [row.split()[0] for row in rows(mona.get("/brand/linen/codes"))] == ["LINEN15"]
    assert "Change LINEN15" in rows(mona.get("/brand/linen/codes"))[0]
    assert "Change" not in rows(rea.get("/brand/linen/codes"))[0]
    assert change(company, rea, "LINEN15").status == 403
    assert change(company, mona, "LINEN15").status == 302
    new, old = rows(mona.get("/brand/linen/codes"))
    assert (new.split()[0], "works" in new, old.split()[0], "ended" in old) == ("LINEN16", True, "LINEN15", True)
    assert "another takes its place" in old
    assert company.house.value("SELECT replaces_id IS NOT NULL FROM shop_code WHERE shown = 'LINEN16'")


@pytest.fixture
def changed(company: Company) -> Company:
    """The same when Mona has put the second code in the place of the first, whichever test ran before."""
    if not company.house.value("SELECT count(*) FROM shop_code WHERE shown = 'LINEN16'"):
        assert change(company, company.device("mona"), "LINEN15").status == 302
    return company


def test_what_cannot_be_changed_is_said_and_nothing_happens(changed: Company) -> None:
    company = changed
    mona, before = company.device("mona"), company.house.rows("SELECT id, state FROM shop_code ORDER BY id")
    again = change(company, mona, "LINEN15")
    assert (again.status, "only a code that works is changed" in again.text) == (422, True)
    assert change(company, mona, "NO-SUCH").status == 404
    empty = change(company, mona, "LINEN16")
    assert (empty.status, "The stock of stock has 0 of 1 codes left" in empty.text) == (422, True)
    assert company.house.rows("SELECT id, state FROM shop_code ORDER BY id") == before


def test_codes_are_searched_by_text_and_state_and_exported(changed: Company) -> None:
    company = changed
    bea = company.device("bea")
    assert [row.split()[0] for row in rows(bea.get("/brand/linen/codes?q=n15"))] == ["LINEN15"]
    assert [row.split()[0] for row in rows(bea.get("/brand/linen/codes?state=confirmed"))] == ["LINEN16"]
    assert rows(company.device("dora").get("/brand/wool/codes")) == []
    listed = bea.get("/brand/linen/codes?as=csv").text.splitlines()
    assert listed[0].lstrip("\ufeff") == "code,of,plan,label,state,used,sales,goods_EUR,commission_EUR,made_at"
    assert listed[1].startswith("LINEN16,Cleo")
