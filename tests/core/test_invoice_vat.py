"""Which VAT an invoice shows, and what it may not lack."""

from dataclasses import replace
from datetime import date

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.invoices import vat
from fanshare.core.invoices.checks import check, whole_vat_id
from fanshare.core.invoices.model import Category, Invoice, Kind, Line, Party
from fanshare.core.invoices.vat import Standing, between, standard_rate
from fanshare.core.money import MICROS
from tests.support.invoices import BEA, CLEO, DAY, invoice

_USUAL, _SMALL = Standing(small=False), Standing(small=True)


def _at(party: Party, country: str) -> Party:
    return replace(party, country=country)


@pytest.mark.parametrize(
    ("country", "day", "rate"),
    [
        ("DE", DAY, 1_900),
        ("EE", date(2025, 6, 30), 2_200),
        ("EE", date(2025, 7, 1), 2_400),
        ("RO", date(2025, 7, 31), 1_900),
        ("RO", date(2025, 8, 1), 2_100),
        ("FI", DAY, 2_550),
        ("CH", DAY, 810),
    ],
)
def test_the_rate_is_that_of_the_day(country: str, day: date, rate: int) -> None:
    assert standard_rate(country, day) == rate


@pytest.mark.parametrize(("country", "day"), [("US", DAY), ("DE", date(2024, 12, 31)), ("DE", date(2027, 1, 1))])
def test_where_the_table_says_nothing_nothing_is_made_up(country: str, day: date) -> None:
    with pytest.raises(BadInputError) as raised:
        standard_rate(country, day)
    assert raised.value.code == "vat_rate_unknown"


@pytest.mark.parametrize(
    ("seller", "standing", "buyer", "expected"),
    [
        ("DE", _USUAL, "DE", Category.STANDARD),
        ("DE", _SMALL, "DE", Category.EXEMPT),
        ("AT", _USUAL, "DE", Category.REVERSE),
        ("AT", _SMALL, "DE", Category.REVERSE),
        ("US", _USUAL, "DE", Category.REVERSE),
        ("DE", _USUAL, "CH", Category.OUTSIDE),
        ("DE", _SMALL, "GB", Category.OUTSIDE),
        ("US", _USUAL, "GB", Category.OUTSIDE),
    ],
)
def test_a_service_is_taxed_where_its_buyer_is(seller: str, standing: Standing, buyer: str, expected: Category) -> None:
    assert between(_at(CLEO, seller), standing, _at(BEA, buyer), DAY, "en").category is expected


def test_each_country_of_the_union_has_a_rate_and_no_other_is_taken_for_one() -> None:
    assert len(vat.UNION) == 27
    assert not vat.UNION & {"GB", "CH", "NO", "US"}


def test_words_of_a_treatment_are_in_the_language_of_the_invoice_and_those_of_a_law_in_its_own() -> None:
    assert "Leistungsempfänger" in vat.reverse("de").reason
    assert "customer" in vat.reverse("fr").reason
    assert "§ 19 UStG" in vat.small("DE").reason
    assert "293 B" in vat.small("FR").reason


def test_bulgaria_shows_its_vat_in_euros_since_2026() -> None:
    assert [vat.currency_of("BG", date(2025, 12, 31)), vat.currency_of("BG", DAY)] == ["BGN", "EUR"]


@pytest.mark.parametrize(
    ("text", "country", "whole"),
    [("DE123456789", "DE", True), ("EL123456789", "GR", True), ("XI123456789", "GB", True), ("ATU12345678", "AT", True),
     ("123456789", "DE", False), ("DE", "DE", False), ("AT123456789", "DE", False), ("DE12 34", "DE", False)],
)  # fmt: skip
def test_a_vat_number_begins_with_its_country(text: str, country: str, whole: bool) -> None:
    assert whole_vat_id(text, country) is whole


def test_what_is_whole_may_be_sent() -> None:
    for one in (invoice(), invoice(vat.small("DE")), invoice(kind=Kind.CANCELLING)):
        check(one)


_ABROAD = _at(replace(CLEO, vat_id="ATU12345678"), "AT")
_WRONG = [
    ("invoice_number", invoice(number=" ")),
    ("invoice_seller", invoice(seller=replace(CLEO, street=""))),
    ("invoice_buyer", invoice(buyer=replace(BEA, country=""))),
    ("invoice_days", invoice(supplied=date(2026, 11, 21))),
    ("invoice_due", invoice(due=date(2026, 11, 26))),
    ("invoice_terms", invoice(due=None)),
    ("invoice_cancels", invoice(cancels=("R-1", DAY))),
    ("invoice_cancels", invoice(kind=Kind.CANCELLING, cancels=None)),
    ("vat_id_wrong", invoice(buyer=replace(BEA, vat_id="123"))),
    ("invoice_lines", invoice(lines=())),
    ("invoice_line", invoice(lines=(Line("Reel", -1, vat.standard(1_900)),))),
    ("invoice_line", invoice(lines=(Line("Reel", 1, vat.standard(1_900), 0),))),
    ("invoice_letters_unknown", invoice(note="a\x07b")),
    ("vat_mixed", invoice(lines=(Line("A", 1, vat.outside("de")), Line("B", 1, vat.small("DE"))))),
    ("seller_tax_number", invoice(seller=replace(CLEO, tax_number=""))),
    ("seller_vat_id", invoice(vat.reverse("de"), seller=replace(_ABROAD, vat_id=""))),
    ("buyer_vat_id", invoice(vat.reverse("de"), seller=_ABROAD, buyer=replace(BEA, vat_id=""))),
    ("vat_rate_missing", invoice(vat.standard(0))),
    ("vat_currency", invoice(currency="USD")),
    ("invoice_currency", invoice(currency="KWD")),
    ("invoice_too_large", invoice(lines=(Line("Reel", 10**19 * MICROS, vat.standard(1_900)),))),
]


@pytest.mark.parametrize(("code", "wrong"), _WRONG, ids=[code for code, _ in _WRONG])
def test_what_is_not_whole_is_refused_with_a_reason(code: str, wrong: Invoice) -> None:
    with pytest.raises(BadInputError) as raised:
        check(wrong)
    assert raised.value.code == code
