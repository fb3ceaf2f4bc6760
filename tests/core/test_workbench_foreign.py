"""Amounts in another currency come to what the rate says, rounded down, and keep what was typed beside it."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.rates import DayRates, quote
from fanshare.core.workbench.documents import document, read
from fanshare.core.workbench.entries import Cost, Deal
from fanshare.core.workbench.foreign import (
    TYPED,
    Foreign,
    by_hand,
    by_quote,
    converted,
    shown,
    turned_cost,
    turned_deal,
)

EUR = 1_000_000
DAY = DayRates("2026-11-27", {"USD": "1.0876", "GBP": "0.8345", "JPY": "163.20"})
decimals = st.decimals("0.0001", "9999.9999", places=4).map(str)


@given(st.integers(0, 10**14), decimals, decimals)
def test_what_comes_out_is_the_exact_fraction_rounded_down(amount: int, other: str, own: str) -> None:
    found, exact = converted(amount, f"{other}/{own}"), Fraction(amount) * Fraction(own) / Fraction(other)
    assert found <= exact < found + 1


def test_a_published_rate_and_a_typed_one_say_whose_they_are() -> None:
    by_ecb = by_quote(quote("ECB", DAY, "USD", "EUR"))
    assert by_ecb == Foreign("USD", "1.0876/1", "ECB 2026-11-27")
    assert by_quote(quote("ECB", DAY, "USD", "GBP")).rate == "1.0876/0.8345"
    assert by_hand("USD", " 1,25 ") == Foreign("USD", "1.25/1", TYPED)
    assert (shown("1.25/1"), shown("1.0876/0.8345")) == ("1.25", "1.0876/0.8345")
    for wrong in ("0", "-1", "1e3", "1.0876/0.8345", ""):
        with pytest.raises(BadInputError, match="bad_rate"):
            by_hand("USD", wrong)


def test_an_entry_keeps_what_was_typed_the_rate_and_its_source() -> None:
    cost = turned_cost(Cost("c", date(2026, 11, 27), 12 * EUR, "other", "", tax=2 * EUR), by_hand("USD", "1.25"))
    assert (cost.amount, cost.tax) == (9_600_000, 1_600_000)
    assert (cost.foreign, cost.original, cost.original_part, cost.rate_from) == ("USD", 12 * EUR, 2 * EUR, TYPED)
    yen = by_quote(quote("ECB", DAY, "JPY", "EUR"))
    deal = turned_deal(Deal("d", "x", date(2026, 11, 27), 100 * EUR, 10 * EUR, ""), yen)
    assert (deal.fee, deal.original, deal.rate_from) == (612_745, 100 * EUR, "ECB 2026-11-27")
    for entry in (cost, deal):
        assert read(entry.id, document(entry)) == entry
    with pytest.raises(BadInputError, match="no_amount"):
        turned_cost(Cost("c", date(2026, 11, 27), 1, "other", ""), by_hand("JPY", "163"))
