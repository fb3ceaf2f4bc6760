"""What to put aside: asked, shown as a range by quarter, narrowed by answers, and silent where no table is."""

from collections.abc import Iterator

import pytest

from fanshare.core.instants import local_date, zone
from fanshare.flows import tax_rules, workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.books import add, make, send, words
from tests.web.support.company import Company, founded
from tests.web.support.device import Device

__all__ = ["schema_template"]
PAGE = "/workbench/aside"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("aside")) as made:
        yield made


@pytest.fixture
def cleo(monkeypatch: pytest.MonkeyPatch, company: Company) -> Device:
    """Cleo with fresh books that are open."""
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    company.house.conn.execute("DELETE FROM workbench_row")
    company.house.conn.execute("DELETE FROM workbench")
    device = company.device("cleo")
    make(device)
    return device


def said(device: Device) -> str:
    return words(device.get(PAGE)).replace("\xa0", " ")


def test_a_range_is_shown_by_quarter_and_an_answer_narrows_it(company: Company, cleo: Device) -> None:
    assert "Where are you taxed?" in said(cleo)
    assert "put aside" not in said(cleo), "nothing is said before she said where"
    today = local_date(company.house.now, zone(company.brand.tenant.time_zone))
    add(cleo, "deal", name="Linen week", day=today.isoformat(), fee="3000")
    assert send(cleo, PAGE, country="DE", other="40000").status == 302
    page = said(cleo)
    assert today.year in tax_rules.set_aside()["DE"].years, "the company lives in a year without a table"
    assert " to " in page
    assert "not tax advice" in page
    assert "Not counted: children" in page
    narrow = {"insured": "no", "childless": "no", "church": "no"}
    assert send(cleo, PAGE, country="DE", other="40000", **narrow).status == 302
    assert "an answer below narrows the range" not in said(cleo)
    assert send(cleo, PAGE, country="DE", own="30").status == 302
    assert "By your own rate of 30 %." in said(cleo)
    assert "Your own rate takes the place of the table." in said(cleo)


def test_a_year_without_a_table_shows_no_figure_and_bad_input_is_said(company: Company, cleo: Device) -> None:
    assert send(cleo, PAGE, country="AT").status == 302
    page = words(cleo.get(f"{PAGE}?year=2019"))
    assert "There is no table for Austria in 2019, and none is made up." in page
    assert "put aside" not in page
    refused = send(cleo, PAGE, country="US")
    assert refused.status == 422, "dollars don't belong into books of euros"
    assert send(cleo, PAGE, country="DE", other="a lot").status == 422
    assert send(cleo, PAGE, country="DE", church="perhaps").status == 422


def test_books_in_another_currency_are_told_so(company: Company, cleo: Device) -> None:
    company.house.conn.execute("DELETE FROM workbench_row")
    company.house.conn.execute("DELETE FROM workbench")
    make(cleo, currency="CHF")
    assert "nothing is converted" in said(cleo)
    assert send(cleo, PAGE, country="DE").status == 422


def test_what_she_says_lies_sealed_and_stands_in_her_copy(company: Company, cleo: Device) -> None:
    assert send(cleo, PAGE, country="DE", other="41234", church="yes").status == 302
    rows = company.house.conn.execute("SELECT sealed FROM workbench_row").fetchall()
    assert rows
    assert all(b"41234" not in bytes(row[0]) and b"church" not in bytes(row[0]) for row in rows)
    assert '"church=yes"' in cleo.get("/workbench/copy").text
