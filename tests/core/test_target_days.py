"""The calendar of TARGET, against days that were published."""

from datetime import date, timedelta

import pytest

from fanshare.core.target_days import easter_sunday, is_target_day, next_target_day


@pytest.mark.parametrize(
    "day",
    [
        "2000-04-23",
        "2008-03-23",
        "2011-04-24",
        "2019-04-21",
        "2024-03-31",
        "2025-04-20",
        "2026-04-05",
        "2027-03-28",
        "2038-04-25",
    ],
)
def test_easter_is_when_it_was_published(day: str) -> None:
    assert easter_sunday(int(day[:4])).isoformat() == day


def test_easter_is_a_sunday_from_22_march_to_25_april() -> None:
    for year in range(1900, 2300):
        easter = easter_sunday(year)
        assert easter.weekday() == 6
        assert (3, 22) <= (easter.month, easter.day) <= (4, 25)


def test_the_closing_days_of_2026_and_2027_are_those_of_the_ecb() -> None:
    closed = [date(2026, 1, 1) + timedelta(days=n) for n in range(730)]
    told = {day.isoformat() for day in closed if day.weekday() < 5 and not is_target_day(day)}
    assert told == {
        "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25",
        "2027-01-01", "2027-03-26", "2027-03-29",
    }  # fmt: skip
    assert not is_target_day(date(2026, 11, 28))


def test_the_next_open_day_may_be_days_away() -> None:
    assert next_target_day(date(2026, 4, 3)) == date(2026, 4, 7)
    assert next_target_day(date(2026, 4, 7)) == date(2026, 4, 7)
