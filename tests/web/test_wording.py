"""Amounts and dates in words."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY, parse_rfc3339, zone
from fanshare.core.money import MAX_MICROS, from_minor_units, minor_units, parse_amount
from fanshare.web.templating import ticked
from fanshare.web.wording import Calendar, carried_on, exact, shown

NOW = parse_rfc3339("2026-11-30T12:00:00Z")


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_shown_amounts_are_floors_and_the_exact_one_keeps_everything() -> None:
    amount = parse_amount("1.419999")
    assert plain(shown(amount, "EUR")) == "1.41 €"
    assert plain(exact(amount, "EUR")) == "1.419999 €"
    assert plain(exact(parse_amount("7.08"), "GBP")) == "7.08 £"


def test_currencies_with_other_minor_units_show_those() -> None:
    assert plain(shown(parse_amount("7.9"), "JPY")) == "7 JPY"
    assert plain(shown(parse_amount("1.4169"), "KWD")) == "1.416 KWD"


@given(st.integers(0, MAX_MICROS), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_is_shown_and_what_is_carried_on_make_the_whole(micros: int, currency: str) -> None:
    rest = carried_on(micros, currency)
    assert 0 <= rest < from_minor_units(1, currency)
    assert from_minor_units(minor_units(micros, currency), currency) + rest == micros


def test_days_carry_the_weekday_in_the_zone_of_the_programme() -> None:
    late = parse_rfc3339("2026-12-21T23:30:00Z")
    assert plain(Calendar(zone("Europe/Berlin"), NOW).day(late)) == "Tue 22 Dec"
    assert plain(Calendar(zone("America/New_York"), NOW).day(late)) == "Mon 21 Dec"
    assert Calendar(zone("Europe/Berlin"), NOW).iso(late) == "2026-12-22"


def test_another_year_is_written_out() -> None:
    assert plain(Calendar(zone("UTC"), NOW).day(NOW + 40 * DAY)) == "Sat 9 Jan 2027"


def test_a_moment_has_passed_at_itself() -> None:
    calendar = Calendar(zone("UTC"), NOW)
    assert calendar.passed(NOW)
    assert not calendar.passed(NOW + 1)


def test_what_stands_between_backticks_is_shown_as_a_command_and_stays_escaped() -> None:
    assert ticked("Run `fanshare <work>`, then look.") == "Run <code>fanshare &lt;work&gt;</code>, then look."
    assert ticked("A ` alone & no more") == "A ` alone &amp; no more"
    assert ticked("`first`") == "<code>first</code>"
