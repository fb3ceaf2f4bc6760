"""Rules of tax law by country and year: published figures, and what a year without one does."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.instants import parse_rfc3339
from fanshare.core.money import MICROS
from fanshare.core.tax.kinds import TaxKind
from fanshare.core.tax.rules import Country, Figure, Level, Report
from fanshare.flows.tax_rules import rules

DOLLAR = MICROS


def us() -> Country:
    return rules().of("US", "Etc/UTC", "EUR")


def report(name: str, country: str = "US") -> Report:
    found = rules().of(country, "Etc/UTC", "EUR").report(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("year", "dollars", "level"),
    [
        (2025, 479, Level.BELOW),
        (2025, 480, Level.NEAR),
        (2025, 599, Level.NEAR),
        (2025, 600, Level.REACHED),
        (2026, 1_599, Level.BELOW),
        (2026, 1_600, Level.NEAR),
        (2026, 1_999, Level.NEAR),
        (2026, 2_000, Level.REACHED),
    ],
)
def test_form_1099_nec_is_due_from_600_dollars_until_2025_and_from_2000_in_2026(
    year: int, dollars: int, level: Level
) -> None:
    assert report("1099-NEC").level(year, dollars * DOLLAR) is level


@pytest.mark.parametrize(
    ("dollars", "payments", "level"),
    [
        (20_000, 201, Level.NEAR),
        (20_001, 200, Level.NEAR),
        (20_001, 201, Level.REACHED),
        (1_000_000, 159, Level.BELOW),
        (15_999, 1_000, Level.BELOW),
    ],
)
def test_form_1099_k_needs_more_than_20000_dollars_and_more_than_200_payments(
    dollars: int, payments: int, level: Level
) -> None:
    found = report("1099-K")
    assert found.level(2026, dollars * DOLLAR, payments) is level
    assert found.by_provider


def test_what_a_provider_settles_is_reported_by_the_provider_and_not_twice() -> None:
    assert [report(name).covers("paypal") for name in ("1099-NEC", "1099-K")] == [False, True]
    assert [report(name).covers("us") for name in ("1099-NEC", "1099-K")] == [True, False]


@pytest.mark.parametrize(
    ("sales", "euros", "level"),
    [(29, 2_000, Level.NEAR), (30, 1, Level.REACHED), (1, 2_001, Level.REACHED), (1, 100, Level.BELOW)],
)
def test_dac7_leaves_out_small_sellers_of_goods_and_no_seller_of_services(sales: int, euros: int, level: Level) -> None:
    assert report("DAC7 goods", "DE").level(2026, euros * MICROS, sales) is level
    assert report("DAC7", "DE").level(2026, 1, 1) is Level.REACHED
    assert report("DAC7", "DE").level(2026, 0, 0) is Level.BELOW


def test_dac7_is_asked_of_platforms_alone() -> None:
    germany = rules().of("DE", "Etc/UTC", "EUR")
    assert germany.european
    assert germany.asked(several_brands=False) == ()
    assert {one.name for one in germany.asked(several_brands=True)} == {"DAC7", "DAC7 goods"}
    assert {one.name for one in us().asked(several_brands=False)} == {"1099-NEC", "1099-K"}


def test_backup_withholding_is_24_percent() -> None:
    assert [one.rate(2026) for one in us().withholdings] == [2400]


def test_a_year_whose_figure_is_not_published_follows_the_last_one_and_says_so() -> None:
    figure = report("1099-NEC").figure(2027)
    assert figure is not None
    assert (figure.amount, figure.known(2026), figure.known(2027)) == (2_000 * DOLLAR, True, False)
    assert report("1099-NEC").figure(2012) is None
    assert report("1099-NEC").level(2012, 10**15) is Level.BELOW


def test_reports_are_due_at_the_end_of_january() -> None:
    assert {one.due_on(2026) for one in (report("1099-NEC"), report("DAC7", "FR"))} == {date(2027, 1, 31)}


def test_a_year_begins_at_midnight_where_the_payer_is() -> None:
    at = parse_rfc3339("2027-01-01T04:59:59Z")
    assert (us().year(at), us().year(at + 1_000_000), us().quarter(at)) == (2026, 2027, 4)
    assert rules().of("DE", "Etc/UTC", "EUR").year(at) == 2027
    nowhere = rules().of("NZ", "Pacific/Auckland", "NZD")
    assert (nowhere.reports, nowhere.year(parse_rfc3339("2026-12-31T11:00:00Z"))) == ((), 2027)


def test_every_rule_names_its_source_and_every_member_of_the_union_is_there() -> None:
    members = [one for one in rules().countries.values() if one.european]
    assert len(members) == 27
    for country in rules().countries.values():
        assert country.tz is not None
        sources = [one.source for one in country.reports] + [one.source for one in country.withholdings]
        assert all(len(one) > 20 for one in sources)


@given(
    amount=st.integers(0, 3_000 * DOLLAR),
    threshold=st.integers(1, 3_000 * DOLLAR),
    count=st.integers(0, 300),
    least=st.booleans(),
    either=st.booleans(),
)
def test_levels_are_those_of_exact_fractions(
    amount: int, threshold: int, count: int, least: bool, either: bool
) -> None:
    found = Report("x", frozenset(TaxKind), least, (1, 31), "s", (Figure(2020, threshold, 200),), either=either).level(
        2026, amount, count
    )
    money, number = Fraction(amount, threshold), Fraction(count, 200)
    together = any if either else all
    if not amount:
        expected = Level.BELOW
    elif together([money > 1 or (least and money == 1), number > 1]):
        expected = Level.REACHED
    else:
        expected = Level.NEAR if together([money >= Fraction(4, 5), number >= Fraction(4, 5)]) else Level.BELOW
    assert found is expected
