"""When a code seems to have leaked: seen within days, seldom wrongly, and said without blame."""

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from fanshare.core.code_alarm import LEAK, LIMIT, RECENT_DAYS, Alarm, Use, alarm, sentence, tail
from fanshare.core.instants import DAY, HOUR, Instant, parse_rfc3339

NOW: Instant = parse_rfc3339("2026-11-22T03:00:00Z")
LONG_AGO = NOW - 200 * DAY


def _poisson(dice: random.Random, rate: float) -> int:
    """A Poisson draw, by the gaps between events."""
    count, at = 0, dice.expovariate(rate) if rate else 2.0
    while at < 1:
        count, at = count + 1, at + dice.expovariate(rate)
    return count


def _uses(dice: random.Random, days: int, rate: float, visited: float, now: Instant = NOW) -> list[Use]:
    """``days`` days up to now with so many orders a day, a part of them with a visit."""
    return [
        Use(now - day * DAY + dice.randrange(DAY) - DAY, dice.random() < visited, "DE")
        for day in range(days)
        for _ in range(_poisson(dice, rate))
    ]


def _leaked(dice: random.Random, since_days: int, rate: float) -> list[Use]:
    return [replace(use, visited=False) for use in _uses(dice, since_days, rate, 0)]


@pytest.mark.parametrize("rate", [0.2, 1.0, 4.0, 20.0])
def test_an_honest_code_alarms_in_less_than_one_month_of_two_hundred(rate: float) -> None:
    """The anchor for false alarms: 0.5 % of honest creators a month, looked at every day."""
    dice = random.Random(int(rate * 10))
    months = wrong = 0
    for _ in range(30 if rate > 5 else 100):
        uses = _uses(dice, 100, rate, 0.5)
        for month in range(2):
            days = (NOW - (month * 30 + day) * DAY for day in range(30))
            months += 1
            wrong += any(alarm(uses, LONG_AGO, day, None) for day in days)
    assert wrong / months < 0.005, f"{wrong} of {months} months"


@pytest.mark.parametrize(("usual", "leaked"), [(0.5, 8), (2.0, 15), (5.0, 40)])
def test_a_leak_is_seen_within_three_days(usual: float, leaked: float) -> None:
    """But for a code of a few sales, all of which happened to come without a visit."""
    dice = random.Random(7)
    missed = 0
    for _ in range(50):
        uses = _uses(dice, 60, usual, 0.6) + _leaked(dice, 3, leaked)
        found = alarm(uses, LONG_AGO, NOW, None)
        missed += found is None
        assert found is None or found.kind == LEAK
        assert found is None or NOW - found.since <= RECENT_DAYS * DAY
    assert missed <= (2 if usual < 1 else 0)


def test_a_post_that_sells_well_is_no_leak() -> None:
    """Ten times the orders, and the visits that belong to them."""
    dice = random.Random(8)
    alarms = 0
    for _ in range(100):
        uses = _uses(dice, 60, 2.0, 0.6) + _uses(dice, 3, 20.0, 0.6)
        alarms += alarm(uses, LONG_AGO, NOW, None) is not None
    assert alarms <= 1


def test_a_code_that_is_only_spoken_alarms_by_countries() -> None:
    """A podcast brings no visits, so their part can't grow; buyers from everywhere tell."""
    dice = random.Random(9)
    usual = [replace(use, visited=False) for use in _uses(dice, 60, 2.0, 0)]
    more = _leaked(dice, 2, 25.0)
    assert alarm([*usual, *more], LONG_AGO, NOW, None) is None
    abroad = [replace(use, country=dice.choice(["US", "BR", "IN", "FR"])) for use in more]
    found = alarm([*usual, *abroad], LONG_AGO, NOW, None)
    assert found is not None
    assert found.new_countries == ("BR", "FR", "IN", "US")
    assert "countries new to it (BR, FR, IN, US)" in sentence("MIRA15", found, None)


def test_a_new_code_has_no_usual_week() -> None:
    dice = random.Random(10)
    uses = _uses(dice, 20, 1.0, 0.5) + _leaked(dice, 2, 30.0)
    assert alarm(uses, NOW - 20 * DAY, NOW, None) is None
    assert alarm(uses, NOW - 21 * DAY, NOW, None) is not None


def test_a_limit_that_was_broken_is_seen_at_once() -> None:
    uses = [Use(NOW - number * HOUR, True, "DE") for number in range(2)]
    assert alarm(uses[:1], NOW - DAY, NOW, 1) is None
    found = alarm(uses, NOW - DAY, NOW, 1)
    assert found == Alarm(LIMIT, NOW - HOUR, 2, 0, Fraction(0))
    assert sentence("FINN2K", found, 1).startswith("FINN2K was to work once and was taken in 2 orders")


def test_orders_of_the_future_are_not_counted() -> None:
    later = [Use(NOW + HOUR, False, "DE")] * 500
    assert alarm(later, LONG_AGO, NOW, 3) is None


def test_nobody_is_blamed_and_everybody_is_told_what_to_do() -> None:
    said = sentence("MIRA15", Alarm(LEAK, NOW - 2 * DAY, 33, 31, Fraction(1, 2)), None)
    assert said == (
        "MIRA15 was used in 31 orders without a visit since 2026-11-20; usual were at most 4 a week. It may stand on a"
        " page that collects codes, which is seldom its owner's doing. All these orders count for whom the code"
        " belongs to. Change it in one step: fanshare code rotate MIRA15"
    )
    for word in ("fraud", "cheat", "abuse", "suspicious"):
        assert word not in said


def test_the_tail_is_exact_and_many_tries_are_taken_for_fewer() -> None:
    assert tail(2, 1, Fraction(1, 2)) == Fraction(3, 4)
    assert tail(3, 0, Fraction(1, 7)) == 1
    assert tail(3, 4, Fraction(1, 7)) == 0
    assert tail(50_000, 30_000, Fraction(1, 2)) < Fraction(1, 1_000)
    assert tail(50_000, 25_100, Fraction(1, 2)) > Fraction(1, 3)
