"""What an invoice comes to, held against exact fractions and against sums worked out by hand."""

from dataclasses import replace
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.invoices import vat
from fanshare.core.invoices.model import Category, Line, Treatment, decimal, read, written
from fanshare.core.invoices.totals import out_of, totals
from fanshare.core.money import MICROS
from tests.support.invoices import invoice

_TREATMENTS = st.sampled_from(
    [vat.standard(rate) for rate in (700, 810, 1_900, 2_550, 2_700)] + [vat.small("DE"), vat.reverse("en")]
)
_LINES = st.lists(
    st.builds(
        Line,
        st.just("Reel"),
        st.integers(0, 10**12),
        _TREATMENTS,
        st.integers(1, 10**6),
    ),
    min_size=1,
    max_size=8,
)


def _half_up(amount: Fraction, minor: int) -> int:
    return floor(amount / minor + Fraction(1, 2)) * minor


@given(_LINES, st.sampled_from([("EUR", 10_000), ("JPY", 1_000_000)]))
def test_an_invoice_comes_to_what_fractions_say(lines: list[Line], money: tuple[str, int]) -> None:
    currency, minor = money
    found = totals(invoice(lines=tuple(lines), currency=currency))
    amounts = [_half_up(Fraction(line.price) * Fraction(line.quantity, 1_000), minor) for line in lines]
    groups: dict[tuple[Category, int], int] = {}
    for line, amount in zip(lines, amounts, strict=True):
        key = line.treatment.category, line.treatment.rate
        groups[key] = groups.get(key, 0) + amount
    taxes = {key: _half_up(Fraction(basis * key[1], 10_000), minor) for key, basis in groups.items()}
    assert list(found.lines) == amounts
    assert {(one.treatment.category, one.treatment.rate): one.basis for one in found.taxes} == groups
    assert {(one.treatment.category, one.treatment.rate): one.amount for one in found.taxes} == taxes
    assert found.net == sum(amounts)
    assert found.gross == found.due == sum(amounts) + sum(taxes.values())


@given(st.integers(0, 10**9), st.sampled_from(sorted({rate for days in vat.RATES.values() for _, rate in days})))
def test_a_sum_that_holds_its_vat_is_met_to_the_cent(cents: int, rate: int) -> None:
    gross = cents * 10_000
    net, rounding = out_of(gross, rate, "EUR")
    assert net + _half_up(Fraction(net * rate, 10_000), 10_000) + rounding == gross
    assert rounding in (0, 10_000)
    assert abs(net - Fraction(gross) / (1 + Fraction(rate, 10_000))) <= 10_000


def test_a_sum_without_vat_is_its_own_net_amount() -> None:
    assert out_of(12_340_000, 0, "EUR") == (12_340_000, 0)


def test_some_sums_leave_a_cent_to_rounding() -> None:
    left = [cents for cents in range(1_000) if out_of(cents * 10_000, 1_900, "EUR")[1]]
    assert left
    whole = invoice(lines=(Line("Reel", out_of(left[-1] * 10_000, 1_900, "EUR")[0], vat.standard(1_900)),))
    assert totals(replace(whole, rounding=10_000)).due == left[-1] * 10_000


def test_halves_go_up_and_vat_is_rounded_once_for_each_rate() -> None:
    half = Line("Reel", 500_000, vat.standard(1_900), 1_010)
    found = totals(invoice(lines=(half, half)))
    assert found.lines == (510_000, 510_000)
    assert [(one.basis, one.amount) for one in found.taxes] == [(1_020_000, 190_000)]


def test_a_currency_of_three_digits_is_refused() -> None:
    with pytest.raises(BadInputError, match="two digits"):
        totals(invoice(currency="KWD"))


def test_an_invoice_comes_back_from_json_as_it_was() -> None:
    for one in (invoice(), invoice(vat.small("DE"), due=None, terms="Bald", cancels=("R-1", invoice().issued))):
        assert read(written(one)) == one


def test_amounts_are_written_with_a_point_and_no_needless_zeros() -> None:
    assert [decimal(MICROS), decimal(-10_000), decimal(1_234_567), decimal(7 * MICROS, 0)] == [
        "1.00",
        "-0.01",
        "1.234567",
        "7",
    ]


def test_reasons_part_lines_of_the_same_category() -> None:
    one, other = vat.small("DE"), Treatment(Category.EXEMPT, 0, "Something else")
    lines = (Line("Reel", MICROS, one), Line("Story", MICROS, other), Line("Post", MICROS, one))
    assert sorted(tax.basis for tax in totals(invoice(lines=lines)).taxes) == [MICROS, 2 * MICROS]
