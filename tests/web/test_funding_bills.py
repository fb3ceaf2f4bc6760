"""Invoices for the money on the pages: the operator writes one, both take its files, and a brand alone has no page."""

import io
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from fanshare.flows.set_up import decide_brands
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.support.schematron import broken_rules, fits_schema
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer
from tests.web.test_brand_funding import PAGE, words

__all__ = ["schema_template"]
BILLS = f"{PAGE}/invoices"
_OTTO = {"name": "Otto Plattform GmbH", "street": "Weg 1", "postcode": "10115", "city": "Berlin", "country": "DE"}
_BEA = {"name": "Bea & Söhne GmbH", "street": "Allee 2", "postcode": "80331", "city": "München", "country": "DE"}
WHO = {
    "do": "biller", "sure": "yes", "iban": "DE02 1203 0000 0000 2020 51", "days": "14", "prefix": "F-LINEN-",
    "language": "de", "tax_number": "12/345/67890",
    **{f"seller_{name}": text for name, text in _OTTO.items()},
    **{f"buyer_{name}": text for name, text in _BEA.items()},
}  # fmt: skip


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("bills")) as made:
        yield made


def send(device: Device, path: str = BILLS, **values: str) -> Answer:
    device.get("/sign-out")
    return device.post(f"{path}/change", {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def test_the_operator_writes_it_and_both_take_its_files(company: Company) -> None:
    otto, bea = company.device("otto"), company.device("bea")
    assert bea.get(BILLS).status == 404, "a brand alone knows none of it"
    decide_brands(company.brand.access, several=True, now=company.house.now)
    assert send(otto, PAGE, do="on", reserve="0").status == 302
    assert f'href="{BILLS}"' in bea.get(PAGE).text
    assert "No invoice was written yet." in words(bea.get(BILLS))
    assert send(otto, **{**WHO, "sure": ""}).status == 422
    assert send(otto, **{**WHO, "buyer_city": ""}).status == 422, "no invoice could be written so"
    assert send(otto, **WHO).status == 302
    page = otto.get(BILLS)
    assert "Ask for" in words(page)
    asked = {"do": "bill", "currency": "EUR", "key": "one", "sure": "yes"}
    for _ in range(3):
        assert send(otto, **asked).status == 302
    assert send(otto, **{**asked, "key": "two"}).status == 422, "nothing more is asked for"
    for device in (otto, bea):
        seen = device.get(BILLS)
        assert "F-LINEN-20" in words(seen)
        xml, pdf = (device.get(f"{BILLS}/1/{form}") for form in ("xml", "pdf"))
        assert (xml.status, pdf.status) == (200, 200)
        assert fits_schema(xml.content)
        assert broken_rules(xml.content) == set()
        assert "Rechnung" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert "Write the invoice" not in words(bea.get(BILLS)), "only the operator writes"
    assert bea.get(f"{BILLS}/1/exe").status == 404
    assert bea.get(f"{BILLS}/99/pdf").status == 404
    assert send(otto, do="cancel", bill="1", sure="yes").status == 302
    assert send(otto, do="cancel", bill="1", sure="yes").status == 422, "once"
    assert "takes one back" in words(bea.get(BILLS))
    assert company.house.value("SELECT array_agg(serial ORDER BY id)::text FROM funding_bill") == "{1,2}"


def test_nobody_else_writes_or_reads_one(company: Company) -> None:
    form = {"do": "bill", "currency": "EUR", "key": "mine", "sure": "yes"}
    for name in ("bea", "fina", "cleo", "finn", "dora"):
        assert send(company.device(name), **form).status == 403, name
    for name in ("cleo", "finn", "dora"):
        assert company.device(name).get(f"{BILLS}/1/pdf").status in (403, 404), name


def test_the_page_speaks_german(company: Company) -> None:
    device = company.device("bea")
    device.cookies["fanshare_language"] = "de"
    assert "Rechnungen über das Geld" in words(device.get(BILLS))
