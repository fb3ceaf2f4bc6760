"""Late interest is what the published examples say, day by day, and nothing is made up where a table ends."""

from datetime import date, timedelta
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.money import MICROS
from fanshare.core.workbench.clock import claim, open_claims
from fanshare.core.workbench.entries import Invoice
from fanshare.core.workbench.late import LAWS, late

DE, GB = LAWS["DE"], LAWS["GB"]


def cents(micros: int) -> int:
    return micros // 10_000


@pytest.mark.parametrize(
    ("amount", "due", "days", "interest", "once"),
    [
        (1_000, "2021-02-28", 365, 81_00, 70_00),  # 8 % above 0.1 %
        (2_000, "2024-02-01", 45, 32_67, 70_00),  # 13.25 %, an example of Toolfy, which cut 32.67 to 32.66
        (5_000, "2025-08-01", 101, 169_48, 70_00),  # 12.25 %: 1.678 a day
        (10_000, "2026-03-01", 1, 3_21, 100_00),  # 11.75 %: WolfX says about 3.22 a day
        (999, "2026-03-01", 100, 32_15, 40_00),
    ],
)
def test_british_debts_cost_what_published_examples_say(
    amount: int, due: str, days: int, interest: int, once: int
) -> None:
    day = date.fromisoformat(due)
    found = late(GB, amount * MICROS, day, day + timedelta(days=days))
    assert (found.days, cents(found.interest), cents(found.sum)) == (days, interest, once)


def test_in_britain_the_rate_of_the_day_on_which_it_became_late_holds() -> None:
    found = late(GB, 1_000 * MICROS, date(2024, 12, 31), date(2026, 12, 31))
    assert [(span.rate, span.days) for span in found.spans] == [(1275, 730)]
    assert cents(found.interest) == 255_00
    assert late(GB, MICROS, date(2024, 12, 30), date(2025, 3, 1)).spans[0].rate == 1325


def test_in_germany_the_rate_moves_with_each_half_year_and_a_leap_year_has_366_days() -> None:
    found = late(DE, 1_000 * MICROS, date(2024, 5, 31), date(2025, 7, 31))
    assert [(span.since.isoformat(), span.days, span.rate) for span in found.spans] == [
        ("2024-06-01", 30, 1262), ("2024-07-01", 184, 1237), ("2025-01-01", 181, 1127), ("2025-07-01", 31, 1027),
    ]  # fmt: skip
    exact = Fraction(1262 * 30 + 1237 * 184, 366) + Fraction(1127 * 181 + 1027 * 31, 365)
    assert found.interest == floor(exact / 10_000 * 1_000 * MICROS)
    assert found.sum == 40 * MICROS


def test_the_german_base_rate_is_that_of_the_main_refinancing_operation_less_a_constant() -> None:
    """§ 247 BGB: it moves by as many points as the rate of the last operation before the half-year."""
    operations = (0, 250, 400, 450, 425, 315, 215)
    assert [rate for _, rate in DE.references] == [rate - 88 for rate in operations]


@pytest.mark.parametrize(
    ("country", "day", "rate"),
    [
        ("AT", "2022-12-31", 858),  # ARD 6556, and solidbau.at: 8.58 % from July 2016 to December 2022
        ("AT", "2023-01-01", 1108),  # solidbau.at
        ("AT", "2024-01-01", 1308),  # finanzrechner.at: base rate 3.88 % on 1 January 2024
        ("AT", "2024-07-01", 1308),  # the base rate moves by half a point at least: 4.50 to 4.25 did not move it
        ("AT", "2025-01-01", 1173),  # klienten-info.at: 3.03 %, then half a point less
        ("FR", "2014-01-01", 1025),  # lexing.law, 25 March 2014
        ("FR", "2021-03-01", 1000),  # dormane.fr
        ("FR", "2024-07-01", 1425),  # agenceobjectifpaiement.com
        ("NL", "2015-01-01", 805),  # bierensgroup.com
        ("NL", "2023-01-01", 1050),  # fieldfisher.com
        ("NL", "2024-07-01", 1225),  # metaalunie.nl
        ("NL", "2025-01-01", 1115),  # wieringa-advocaten.nl
        ("ES", "2023-01-01", 1050),  # Banco de España, by sage.com
        ("ES", "2024-01-01", 1250),  # prodespachos.com
        ("ES", "2025-01-01", 1115),  # Resolución de 30 de diciembre de 2024
        ("IT", "2020-01-01", 800),  # uominietrasporti.it
        ("IE", "2022-01-01", 800),  # gov.ie
        ("IE", "2024-07-01", 1225),  # enterprise.gov.ie
        ("BE", "2021-01-01", 800),  # phc-expert.be
        ("BE", "2024-07-01", 1250),  # trendstop.levif.be, of Moniteur belge 30 July 2024: rounded up to a half
        ("BE", "2025-01-01", 1150),  # Schoups
        ("CH", "2026-01-01", 500),  # law.ch: OR 104
    ],
)  # fmt: skip
def test_rates_are_what_was_published_for_a_half_year(country: str, day: str, rate: int) -> None:
    first = date.fromisoformat(day)
    assert [span.rate for span in late(LAWS[country], MICROS, first - timedelta(days=1), first).spans] == [rate]


@pytest.mark.parametrize(
    ("country", "amount", "due", "days", "interest", "once"),
    [
        ("AT", 100_000, "2020-12-31", 365, 8_580_00, 40_00),  # solidbau.at: 8,580 a year
        ("FR", 10_000, "2013-12-31", 91, 255_54, 40_00),  # lexing.law: 256 for three months
        ("IE", 1_000, "2021-12-31", 1, 21, 40_00),  # gov.ie: 0.022 percent a day
        ("IE", 1_000, "2021-12-31", 10, 2_19, 40_00),
        ("IE", 1_001, "2021-12-31", 10, 2_19, 70_00),  # irelandtogether.ie: exceeding 1,000, exceeding 10,000
        ("IE", 10_000, "2021-12-31", 10, 21_91, 70_00),
        ("IE", 10_001, "2021-12-31", 10, 21_92, 100_00),
        ("CH", 10_000, "2025-12-31", 19, 26_02, 0),  # law.ch: the 1st to the 20th are 19 days
    ],
)
def test_other_debts_cost_what_was_published(
    country: str, amount: int, due: str, days: int, interest: int, once: int
) -> None:
    day = date.fromisoformat(due)
    found = late(LAWS[country], amount * MICROS, day, day + timedelta(days=days))
    assert (cents(found.interest), cents(found.sum)) == (interest, once)


def test_in_the_netherlands_a_year_of_interest_bears_interest_itself() -> None:
    """Art. 6:119 lid 2: after each year the amount grows by what was owed for it."""
    found = late(LAWS["NL"], 1_000 * MICROS, date(2017, 12, 31), date(2020, 12, 31))
    assert found.interest == floor(1_000 * MICROS * (Fraction(108, 100) ** 3 - 1))
    part = late(LAWS["NL"], 1_000 * MICROS, date(2019, 2, 28), date(2020, 8, 31))
    rest = Fraction(8, 100) * Fraction(184, 366)
    assert part.interest == floor(
        1_000 * MICROS * (Fraction(8, 100) * (Fraction(306, 365) + Fraction(60, 366)) * (1 + rest) + rest)
    )


def test_the_austrian_base_rate_follows_the_refinancing_rate_once_it_moved_by_half_a_point() -> None:
    base, ecb = (dict(LAWS[country].references) for country in ("AT", "IT"))
    same = {day: bps - 62 for day, bps in ecb.items() if day in base}
    assert {day: bps for day, bps in base.items() if day in same} == same
    assert date(2024, 7, 1) not in base


@given(
    st.sampled_from(sorted(LAWS)),
    st.integers(0, 10**12),
    st.dates(date(2020, 1, 1), date(2026, 6, 1)),
    st.integers(0, 1_500),
    st.integers(-100, 900),
)
def test_interest_is_the_sum_of_its_days(country: str, amount: int, due: date, days: int, typed: int) -> None:
    rules = LAWS[country]
    found = late(rules, amount, due, due + timedelta(days=days), typed)
    exact, debt, since = Fraction(0), Fraction(amount), due + timedelta(days=1)
    for number in range(1, days + 1):
        day = due + timedelta(days=number)
        if rules.yearly and day != since and (day.month, day.day) == (since.month, since.day):
            debt = amount + exact
        at = since if rules.fixed else day
        reference = typed if at > rules.known_until else max((d, r) for d, r in rules.references if d <= at)[1]
        length = 366 if rules.leap and (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days == 366 else 365
        exact += debt * max(0, reference + rules.points) / (10_000 * length)
    if not (rules.yearly and (since.month, since.day) == (2, 29)):
        assert found.interest == floor(exact)
    assert found.days == days == sum(span.days for span in found.spans)
    assert (found.sum > 0) == (days > 0 and bool(rules.sums))


def test_where_the_table_ends_the_rate_is_asked_for_and_not_made_up() -> None:
    for law in (DE, GB):
        after = law.known_until + timedelta(days=5)
        with pytest.raises(BadInputError, match="rate_unknown"):
            late(law, MICROS, law.known_until, after)
        assert late(law, MICROS, law.known_until, after, 400).spans[-1].rate == 400 + law.points
        with pytest.raises(BadInputError, match="rate_unknown"):
            late(law, MICROS, date(2010, 1, 1), date(2010, 2, 1), 400)
    assert late(GB, MICROS, date(2026, 6, 1), date(2027, 6, 1)).spans[0].rate == 1175


def test_what_is_not_late_costs_nothing() -> None:
    assert late(DE, MICROS, date(2026, 1, 2), date(2026, 1, 2)).interest == 0
    assert late(DE, MICROS, date(2026, 1, 2), date(2025, 1, 2)).sum == 0


def invoice(id_: str, due: date, paid: date = date.max, law: str = "DE") -> Invoice:
    return Invoice(id_, "7", "Linen", 1_000 * MICROS, date(2025, 1, 1), due, paid, law)


def test_a_claim_grows_until_it_is_paid_and_is_firm_after_two_weeks() -> None:
    due = date(2026, 1, 10)
    one = invoice("1", due)
    stands = [claim(one, due + timedelta(days=days)) for days in (-5, 0, 14, 15)]
    assert [(found.days, found.firm) for found in stands] == [(-5, False), (0, False), (14, False), (15, True)]
    paid = claim(invoice("1", due, date(2026, 2, 9)), date(2026, 6, 1))
    assert (paid.days, paid.is_open, paid.firm) == (30, False, False)
    assert paid.extra == late(DE, 1_000 * MICROS, due, date(2026, 2, 9))
    assert claim(one, date(2026, 12, 1)).unknown
    assert claim(invoice("1", due, law=""), date(2026, 12, 1)).extra.interest == 0
    rows = [invoice("2", due), invoice("1", due), invoice("3", date(2025, 5, 1)), invoice("4", due, due)]
    assert [row.invoice.id for row in open_claims(rows, due)] == ["3", "1", "2"]
