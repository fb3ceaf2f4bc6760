"""The budget of a month on the pages: set by whom it may, and everybody whose links pause reads it."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core.instants import MINUTE
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
PAGE = "/brand/linen/budget"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("budget")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def save(device: Device, amount: str, currency: str = "EUR") -> Answer:
    device.get("/sign-out")
    form = {"csrfmiddlewaretoken": device.cookies["fanshare_form"], "amount": amount, "currency": currency}
    return device.post(PAGE, form)


def test_a_budget_is_seen_reached_told_and_raised(company: Company) -> None:
    mona, cleo, finn = (company.device(name) for name in ("mona", "cleo", "finn"))
    assert "There is none: every sale that creators bring is paid for." in words(mona.get("/brand/linen"))
    assert save(mona, "1500").status == 302
    seen = words(mona.get("/brand/linen"))
    assert re.search(r"budget 1,500\.00 € commission so far (\d+\.\d\d) € left (1,\d+\.\d\d) €", seen)
    assert "about" in seen
    assert "pause since" not in words(cleo.get("/creator/linen"))
    assert save(mona, "5,00").status == 302
    assert "have earned nothing new since Sun 22 Nov" in words(mona.get(PAGE))
    for device, path in ((cleo, "/creator/linen"), (cleo, "/creator/linen/links"), (finn, "/fan/linen/share")):
        assert "Links and codes pause since Sun 22 Nov" in words(device.get(path)), path
    assert "At the moment I earn nothing" in words(Device(company.app()).get("/c/linen/cleo"))
    company.house.later(MINUTE)
    tell(company.brand, order(company.brand, "L3001", company.brand.link, ago=0))
    number = company.house.value("SELECT id FROM shop_order WHERE external_id = 'L3001'")
    assert "clicks and codes from then on earn nothing" in words(mona.get(f"/brand/linen/orders/{number}"))
    assert save(mona, "2000").status == 302
    assert "pause since" not in words(cleo.get("/creator/linen"))
    done = company.house.rows("SELECT about FROM audit WHERE what = 'budget.set' ORDER BY id")
    assert done == [("EUR: 1500.00 a month",), ("EUR: 5.00 a month",), ("EUR: 2000.00 a month",)]


@pytest.mark.parametrize("amount", ["-1", "1.500", "1.50.0,00", "NaN", "1e9", "0.001", "9" * 30, "lots"])
def test_what_is_no_amount_says_what_is_and_changes_nothing(company: Company, amount: str) -> None:
    before = company.house.value("SELECT count(*) FROM budget")
    answer = save(company.device("bea"), amount)
    assert (answer.status, 'role="alert"' in answer.text) == (422, True)
    assert f'value="{amount}"' in answer.text
    assert company.house.value("SELECT count(*) FROM budget") == before


def test_only_owner_manager_and_operator_set_it_and_others_of_the_brand_see_it(company: Company) -> None:
    for name in ("fina", "rea", "cleo", "finn", "dora"):
        assert save(company.device(name), "1").status == 403, name
    assert save(company.device("bea"), "1", "XXX").status == 422
    company.house.later(31 * MINUTE)
    mona = company.device("mona")
    save(mona, "3000")
    seen = words(company.device("rea").get("/brand/linen"))
    assert "budget 3,000.00 €" in seen
    assert PAGE not in company.device("rea").get("/brand/linen").text
    company.house.later(31 * MINUTE)
    assert save(mona, "1").status == 401
