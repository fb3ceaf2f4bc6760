"""Amounts and dates in words."""

import re

from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import DAY, parse_rfc3339, zone
from fanshare.core.money import MAX_MICROS, from_minor_units, minor_units, parse_amount
from fanshare.core.payment_clock import Clock, Step, Wait, Waiting
from fanshare.web import language
from fanshare.web.money_states import notes
from fanshare.web.templating import ticked
from fanshare.web.wording import Calendar, carried_on, exact, shown
from tests.support.tree import PACKAGE

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


def test_what_a_share_waits_for_has_its_amounts_in_the_signs_of_the_language() -> None:
    known = Clock(Step.READY, waits=(Waiting(Wait.BELOW_MINIMUM),), kept=1_500_000)
    calendar = Calendar(zone("Europe/Berlin"), NOW)
    assert plain(notes(known, "EUR", 25_000_000, calendar)) == (
        "waits until 25.00 € are ready together; 1.50 € of it as shop credit"
    )
    with language.speaking("de"):
        said = plain(notes(known, "EUR", 25_000_000, calendar))
    assert said == "wartet, bis zusammen 25,00 € bereit sind; davon 1,50 € als Guthaben im Shop"


#: Letters of a firm to its customers, and a "hers" that begins with a capital in German.
_NOT_TO_US = ("invoice ", "Invoice ", "Hello, invoice ", "leaves a programme", "left a programme")
_FORMAL = re.compile(r"(?<![.:?!„–…] )(?<!^)\b(?:Sie|Ihnen|Ihre?[mnrs]?)\b|^[A-ZÄÖÜ]\w+e?n Sie\b")


def formal(said: str) -> list[str]:
    """Where a German sentence calls somebody "Sie", as far as it is not the "sie" that begins a sentence."""
    return _FORMAL.findall(said)


def test_german_pages_say_du_to_everybody() -> None:
    with (PACKAGE / "web/locale/de/LC_MESSAGES/fanshare.po").open("rb") as file:
        found = read_po(file, locale="de")
    told = [
        (one.id, said) for one in found for said in ([one.string] if isinstance(one.string, str) else one.string or ())
    ]
    wrong = [said for id_, said in told if said and not str(id_).startswith(_NOT_TO_US) and formal(said)]
    assert wrong == []
    assert formal("Währungen, in denen Sie zahlen")
    assert formal("Wählen Sie eine.")
    assert formal("Neben denen Ihrer Verkäufe")
    assert not formal("Das ist keine IBAN: Sie beginnt mit zwei Buchstaben. Sie endet mit Ziffern.")
