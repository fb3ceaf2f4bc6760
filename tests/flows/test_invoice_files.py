"""Invoices as files, held against the published schema and rules of EN 16931, which find what is wrong with others."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import facturx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.invoices import vat
from fanshare.core.invoices.model import Invoice, Kind, Line
from fanshare.core.invoices.totals import out_of
from fanshare.flows import invoice_files
from fanshare.flows.invoice_files import Form, file_of
from fanshare.flows.invoice_paper.cii import xml_of
from fanshare.flows.invoice_paper.sheet import pdf_of
from tests.support.invoices import BEA, CLEO, DAY, invoice
from tests.support.schematron import broken_rules, fits_schema

_ABROAD = replace(CLEO, country="AT", vat_id="ATU12345678")
_NET, _REST = next((net, rest) for net, rest in (out_of(n * 10_000, 1_900, "EUR") for n in range(1, 99)) if rest)
_WHOLE = {
    "standard": invoice(),
    "small, Germany": invoice(vat.small("DE")),
    "small, France": invoice(vat.small("FR")),
    "small, elsewhere": invoice(vat.small("PL")),
    "reverse charge": invoice(vat.reverse("de"), seller=_ABROAD),
    "reverse charge from afar": invoice(vat.reverse("en"), seller=replace(CLEO, country="US"), language="en"),
    "outside": invoice(vat.outside("en"), buyer=replace(BEA, country="US", vat_id="")),
    "outside, with numbers": invoice(vat.outside("en"), seller=_ABROAD, buyer=replace(BEA, country="CH", vat_id="")),
    "cancelling": invoice(kind=Kind.CANCELLING),
    "self-billed": invoice(kind=Kind.SELF_BILLED, due=None, terms="Paid with payout 3", iban=""),
    "self-billed, cancelling": invoice(kind=Kind.SELF_BILLED_CANCELLING, iban=""),
    "with a register": invoice(seller=replace(CLEO, register="HRB 1"), reference="PO 7"),
    "yen": invoice(vat.reverse("de"), seller=_ABROAD, currency="JPY"),
    "rounded": invoice(lines=(Line("Reel", _NET, vat.standard(1_900)),), rounding=_REST),
    "two rates": invoice(lines=(Line("A", 1_000_001, vat.standard(1_900)), Line("B", 99, vat.small("DE"), 7))),
    "one day": invoice(supplied=DAY, supplied_until=DAY, note=""),
}


@pytest.mark.parametrize("whole", _WHOLE.values(), ids=_WHOLE)
def test_every_treatment_and_kind_passes_the_schema_and_all_rules(whole: Invoice) -> None:
    xml = xml_of(whole)
    assert fits_schema(xml)
    assert broken_rules(xml) == set()


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 10**11), st.integers(1, 10**5)), min_size=1, max_size=4),
    st.sampled_from([700, 810, 1_900, 2_550]),
)
def test_whatever_is_sold_the_sums_hold_by_the_rules(sold: list[tuple[int, int]], rate: int) -> None:
    lines = tuple(Line("Reel", price, vat.standard(rate), quantity) for price, quantity in sold)
    assert broken_rules(xml_of(invoice(lines=lines))) == set()


def _text(old: str, new: str) -> Callable[[bytes], bytes]:
    def spoil(xml: bytes) -> bytes:
        assert old.encode() in xml
        return xml.replace(old.encode(), new.encode(), 1)

    return spoil


def _cut(name: str) -> Callable[[bytes], bytes]:
    """Without the first element of a name."""

    def spoil(xml: bytes) -> bytes:
        begin, end = xml.index(f"<ram:{name}>".encode()), xml.index(f"</ram:{name}>".encode())
        return xml[:begin] + xml[end + len(name) + 7 :]

    return spoil


_NO = "<ram:ExemptionReason>No</ram:ExemptionReason>"
_O, _ZERO = "<ram:CategoryCode>O</ram:CategoryCode>", "<ram:RateApplicablePercent>0.00</ram:RateApplicablePercent>"
# What each of them comes to: 150.50 + 50.00 = 200.50, VAT 38.10, 238.60.
_SPOILED = [
    ("BR-CO-10", _WHOLE["standard"], _text("<ram:LineTotalAmount>150.50", "<ram:LineTotalAmount>150.51")),
    ("BR-CO-13", _WHOLE["standard"], _text("TaxBasisTotalAmount>200.50", "TaxBasisTotalAmount>200.51")),
    ("BR-CO-14", _WHOLE["standard"], _text('currencyID="EUR">38.10', 'currencyID="EUR">38.11')),
    ("BR-CO-15", _WHOLE["standard"], _text("GrandTotalAmount>238.60", "GrandTotalAmount>238.61")),
    ("BR-CO-16", _WHOLE["standard"], _text("DuePayableAmount>238.60", "DuePayableAmount>238.61")),
    ("BR-CO-16", _WHOLE["rounded"], _text("RoundingAmount>0.01", "RoundingAmount>0.02")),
    ("BR-CO-09", _WHOLE["standard"], _text("DE123456789", "123456789")),
    ("BR-CO-26", _WHOLE["standard"], _text("<ram:ID>12/345/67890</ram:ID>", "")),
    ("BR-S-02", _WHOLE["standard"], _cut("SpecifiedTaxRegistration")),
    ("BR-S-05", _WHOLE["standard"], _text("RateApplicablePercent>19.00", "RateApplicablePercent>0.00")),
    ("BR-S-08", _WHOLE["standard"], _text("<ram:BasisAmount>200.50", "<ram:BasisAmount>190.50")),
    ("BR-S-09", _WHOLE["standard"], _text("CalculatedAmount>38.10", "CalculatedAmount>48.10")),
    ("BR-S-10", _WHOLE["standard"], _text("<ram:BasisAmount>", f"{_NO}<ram:BasisAmount>")),
    ("BR-E-02", _WHOLE["small, Germany"], _cut("SpecifiedTaxRegistration")),
    ("BR-E-05", _WHOLE["small, Germany"], _text("RateApplicablePercent>0.00", "RateApplicablePercent>19.00")),
    ("BR-E-10", _WHOLE["small, Germany"], _cut("ExemptionReason")),
    ("BR-AE-05", _WHOLE["reverse charge"], _text("RateApplicablePercent>0.00", "RateApplicablePercent>20.00")),
    ("BR-O-05", _WHOLE["outside"], _text(_O, f"{_O}{_ZERO}")),
    ("BR-02", _WHOLE["standard"], _text("<ram:ID>R-2026-0001</ram:ID>", "<ram:ID/>")),
    ("BR-06", _WHOLE["standard"], _text("<ram:Name>Cleo Łukasz</ram:Name>", "")),
    ("BR-27", _WHOLE["standard"], _text("ChargeAmount>50.00", "ChargeAmount>-50.00")),
    ("BR-55", _WHOLE["cancelling"], _text("<ram:IssuerAssignedID>R-2026-0000</ram:IssuerAssignedID>", "")),
    ("BR-DEC-18", _WHOLE["standard"], _text("DuePayableAmount>238.60", "DuePayableAmount>238.600")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "whole", "spoil"), _SPOILED, ids=[rule for rule, _, _ in _SPOILED])
def test_a_file_that_breaks_a_rule_is_found(rule: str, whole: Invoice, spoil: Callable[[bytes], bytes]) -> None:
    assert rule in broken_rules(spoil(xml_of(whole)))


def test_a_file_that_breaks_the_schema_is_found() -> None:
    assert not fits_schema(_text("<ram:TypeCode>380</ram:TypeCode>", "")(xml_of(invoice())))
    assert not fits_schema(_text("<ram:TypeCode>VAT</ram:TypeCode>", "<ram:Type/>")(xml_of(invoice())))
    assert not fits_schema(_cut("DuePayableAmount")(xml_of(invoice())))


def test_a_process_of_its_own_writes_the_pdf_with_the_same_xml_inside() -> None:
    paper = file_of(invoice(), Form.PDF)
    name, inside = facturx.get_xml_from_pdf(paper, check_xsd=True)
    assert name == "factur-x.xml"
    assert inside == file_of(invoice(), Form.XML) == xml_of(invoice())
    assert paper == file_of(invoice(), Form.PDF)


def test_the_paper_says_what_the_xml_says_and_is_made_to_last() -> None:
    reader = PdfReader(io.BytesIO(pdf_of(invoice())))
    text = reader.pages[0].extract_text()
    for words in ("Rechnung", "R-2026-0001", "Cleo Łukasz", "USt 19 % auf 200,50 EUR", "238,60 EUR", "11.12.2026"):
        assert words in text
    root: Any = reader.root_object
    about = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in about
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in about
    assert root["/OutputIntents"][0].get_object()["/DestOutputProfile"]
    assert root["/AF"][0].get_object()["/AFRelationship"] == "/Alternative"
    page: Any = reader.pages[0]
    for font in page["/Resources"]["/Font"].values():
        descendant = font.get_object()["/DescendantFonts"][0].get_object()
        assert "/FontFile2" in descendant["/FontDescriptor"].get_object()


@pytest.mark.parametrize(("language", "said"), [("de", "1.234.567,80 EUR"), ("en", "1,234,567.80 EUR")])
def test_large_amounts_have_signs_between_thousands_on_the_paper_and_none_in_the_xml(language: str, said: str) -> None:
    large = invoice(language=language, lines=(Line("Film", 1_234_567_800_000, vat.small("DE")),))
    assert said in PdfReader(io.BytesIO(pdf_of(large))).pages[0].extract_text()
    assert b">1234567.80<" in xml_of(large)
    assert b"1,234" not in xml_of(large)


def test_a_long_invoice_goes_over_pages_and_a_cancelling_one_names_what_it_takes_back() -> None:
    many = tuple(Line(f"Reel {place}", 1_000_000, vat.small("DE")) for place in range(60))
    pages = PdfReader(io.BytesIO(pdf_of(invoice(kind=Kind.CANCELLING, lines=many, language="en")))).pages
    assert len(pages) > 1
    assert "R-2026-0000 of 2026-11-02" in pages[0].extract_text()
    assert "Taken back" in pages[-1].extract_text()


def test_a_letter_that_the_font_lacks_refuses_the_paper_and_not_the_xml() -> None:
    strange = invoice(seller=replace(CLEO, name="克萊奧"))
    with pytest.raises(BadInputError) as raised:
        file_of(strange, Form.PDF)
    assert raised.value.code == "invoice_letters"
    assert "克萊奧".encode() in xml_of(strange)


def test_what_may_not_be_sent_is_not_written() -> None:
    with pytest.raises(BadInputError) as raised:
        file_of(invoice(due=date(2020, 1, 1)), Form.XML)
    assert raised.value.code == "invoice_due"


def test_a_process_that_fails_is_said_and_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoice_files._program, "seconds", 0.001)
    with pytest.raises(FanshareError) as raised:
        file_of(invoice(), Form.XML)
    assert raised.value.code == "invoice_file"
