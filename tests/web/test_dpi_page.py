"""The report of sellers in the browser's eyes: only for several brands, looked at, made, taken, and each one's copy."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date

import pytest

from fanshare.core.instants import parse_rfc3339
from fanshare.core.tax.dpi.rules import check
from fanshare.core.tax.forms import Asks, FormKind, form
from fanshare.flows import set_up, tax_forms
from fanshare.flows.audit import lines
from fanshare.flows.tax_rules import rules
from fanshare.store.server import Server
from tests.core.tax.test_tax_forms import RESIDENCE
from tests.support.paying import pay_what_is_ready
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer
from tests.web.test_tax_forms import words

__all__ = ["schema_template"]

PAGE, YEAR = "/operator/dac7", "/payee/linen/year?year=2026"
WHO = {
    "do": "operator", "name": "Crate GmbH", "street": "Hauptstr. 1", "postcode": "10115", "city": "Berlin",
    "country": "de", "vat_id": "DE136695976", "register": "HRB 1", "tax_number": "21 815 08155", "platform": "Crate",
}  # fmt: skip


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The tests follow each other through one year: a single brand, several, paid, reported."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("dpi")) as made:
        yield made


def become_platform(company: Company) -> None:
    """Several brands in Germany; what is ready is paid, and where people are taxed is asked after that."""
    brand, now = company.brand, company.house.now
    company.house.conn.execute("UPDATE programme SET country = 'DE' WHERE id = %s", [brand.access.programme_id])
    set_up.decide_brands(brand.access, several=True, now=now)
    tax_forms.ask(brand.access, Asks.NOTHING, now)
    pay_what_is_ready(brand.programme, now)
    tax_forms.ask(brand.access, Asks.RESIDENCE, now)


def sign(company: Company) -> None:
    """Cleo signs where she is taxed, in the clothes of a fox."""
    made = form(FormKind.RESIDENCE, RESIDENCE, date(2026, 11, 27))
    tax_forms.sign(company.brand.programme, company.brand.cleo, made, company.house.now)


def take(device: Device, number: str) -> Answer:
    return device.post(f"{PAGE}/{number}", {"csrfmiddlewaretoken": device.cookies["fanshare_form"]})


def new_year(company: Company) -> None:
    company.house.later(parse_rfc3339("2027-01-10T09:00:00Z") - company.house.now)


def test_a_single_brand_has_no_such_page_and_only_an_operator_has_it_at_all(company: Company) -> None:
    assert company.device("otto").get(PAGE).status == 404
    assert PAGE not in company.device("otto").get("/operator/books").text
    for who in ("bea", "fina", "cleo", "finn", "mia"):
        assert company.device(who).get(PAGE).status == 403, who


def test_who_reports_is_said_first_and_has_to_be_at_home_in_the_union(company: Company) -> None:
    become_platform(company)
    otto = company.device("otto")
    assert PAGE in otto.get("/operator/books").text
    assert f"{PAGE}?year=2026" in otto.get("/brand/linen/payouts/tax/year").text
    assert PAGE not in company.device("bea").get("/brand/linen/payouts/tax/year").text
    assert "Say first who reports" in words(otto.get(PAGE))
    assert "Say first who reports." in words(otto.fill(PAGE, do="look", year="2026"))
    for wrong, said in (
        ({"country": "CH"}, "a member state of the Union"),
        ({"country": "Germany"}, "two letters"),
        ({"tax_number": " "}, "tax number of whoever reports"),
        ({"city": ""}, "Name, street, town and country"),
    ):
        answer = otto.fill(PAGE, **WHO | wrong)
        assert (answer.status, said in words(answer)) == (422, True), said
        assert 'value="Hauptstr. 1"' in answer.text, "what was typed stands there again"
    assert otto.fill(PAGE, **WHO).status == 302
    page = otto.get(PAGE)
    assert "To be reported by 2027-01-31" in words(page)
    assert 'value="2181508155"' in page.text


def rows(company: Company, form: str) -> str:
    return company.device("otto").fill(PAGE, **{"do": "look", "year": "2026", "as": form}).text.removeprefix("\ufeff")


def test_a_year_is_looked_at_masked_and_its_files_say_the_same_and_nothing_of_who_people_are(company: Company) -> None:
    otto = company.device("otto")
    assert "she gave no form that says where she is taxed" in words(otto.fill(PAGE, do="look", year="2026"))
    sign(company)
    seen = otto.fill(PAGE, do="look", year="2026")
    assert "DE … 809" in words(seen)
    assert "The year is not over" in words(seen)
    as_csv, as_json = (
        [*csv.DictReader(io.StringIO(rows(company, "csv"), newline=""))],
        json.loads(rows(company, "json")),
    )
    assert as_csv == [{name: str(value) for name, value in row.items()} for row in as_json["rows"]]
    assert "reported" in {row["state"] for row in as_csv}
    assert any(row["activities_4"] not in ("", "0") for row in as_csv)
    for secret in ("36574261809", "Ulmenweg", "1990-05-31"):
        assert secret not in seen.text + rows(company, "csv")
    assert "not over" in words(otto.fill(PAGE, do="make", year="2026"))
    assert otto.fill(PAGE, do="nonsense", year="2026").status == 422
    page = words(company.device("cleo").get(YEAR))
    assert "Crate GmbH reports by 2027-01-31" in page
    assert "Nothing of it was reported yet." in page


def test_a_report_is_made_once_handed_out_to_whoever_is_asked_again_and_each_reads_her_copy(company: Company) -> None:
    new_year(company)
    otto, cleo = company.device("otto"), company.device("cleo")
    assert "new sellers: 1" in words(otto.fill(PAGE, do="look", year="2026"))
    assert otto.fill(PAGE, do="make", year="2026").status == 302
    page = otto.get(f"{PAGE}?year=2026")
    assert "new sellers: 1" in words(page)
    [number] = re.findall(rf'action="{PAGE}/(\d+)"', page.text)
    assert otto.get(f"{PAGE}/{number}").status == 302, "a file is only sent for"
    taken = take(otto, number)
    assert taken.headers["content-type"] == "application/xml"
    assert check(taken.text.encode(), rules().union) == []
    assert "36574261809" in taken.text
    assert take(otto, "999").status == 404
    assert "Everything was reported" in words(otto.fill(PAGE, do="make", year="2026"))
    assert [line.what for line in lines(company.house.conn)][:2] == ["dpi.file", "dpi.make"]

    hers = words(cleo.get(YEAR))
    assert "Reported in EUR on" in hers
    assert "Something has changed" not in hers
    told = json.loads(cleo.get(f"{YEAR}&as=json").text)["platform_report"]
    assert told["reported"][0]["quarters"] == told["now"]["EUR"]
    assert told["reported"][0]["reference"] in hers
    assert told["reported"][0]["reference"] in taken.text
