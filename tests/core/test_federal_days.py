"""The calendar of the Federal Reserve, against days that were published; and routing numbers."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.federal_days import is_federal_day, next_federal_day
from fanshare.core.routing import is_routing_number, with_check_digit


def test_the_holidays_of_2026_and_2027_are_those_of_the_federal_reserve() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(730)]
    told = {day.isoformat() for day in days if day.weekday() < 5 and not is_federal_day(day)}
    assert told == {
        "2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-09-07", "2026-10-12",
        "2026-11-11", "2026-11-26", "2026-12-25",
        "2027-01-01", "2027-01-18", "2027-02-15", "2027-05-31", "2027-07-05", "2027-09-06", "2027-10-11",
        "2027-11-11", "2027-11-25",
    }  # fmt: skip


def test_a_holiday_on_a_saturday_is_not_kept_and_one_on_a_sunday_is_kept_on_monday() -> None:
    assert is_federal_day(date(2026, 7, 3))
    assert not is_federal_day(date(2027, 7, 5))
    assert is_federal_day(date(2027, 12, 31))


def test_the_next_open_day_may_be_days_away() -> None:
    assert next_federal_day(date(2026, 11, 26)) == date(2026, 11, 27)
    assert next_federal_day(date(2026, 11, 28)) == date(2026, 11, 30)


@pytest.mark.parametrize("number", ["021000021", "011401533", "091000019", "121042882", "231380104"])
def test_routing_numbers_of_real_banks_are_right(number: str) -> None:
    assert is_routing_number(number)
    assert with_check_digit(number[:8]) == number


@given(
    st.text("0123456789", min_size=8, max_size=8).filter(lambda text: int(text) > 0),
    st.integers(0, 8),
    st.integers(1, 9),
)
def test_one_wrong_digit_of_a_routing_number_is_found(eight: str, place: int, by: int) -> None:
    number = with_check_digit(eight)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert is_routing_number(number)
    assert not is_routing_number(wrong)


@pytest.mark.parametrize("text", ["", "000000000", "02100002", "0210000211", "02100002a", "٠٢١٠٠٠٠٢١"])
def test_what_is_no_routing_number_is_refused(text: str) -> None:
    assert not is_routing_number(text)
