"""What to put aside: the tables against published figures, and rules that hold for every one of them."""

import tomllib
from dataclasses import replace
from datetime import date
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.money import MICROS, parse_amount
from fanshare.core.workbench.aside import NOTHING, by_quarter, of_her_own, set_aside
from fanshare.core.workbench.aside_rules import Country, Year, tables_of
from fanshare.core.workbench.lines import Kind, Line

TABLES = tables_of(
    tomllib.loads(resources.files("fanshare.core").joinpath("data", "set_aside.toml").read_text("utf-8"))
)
YEARS = [(code, year) for code, country in TABLES.items() for year in country.years]
MONEY = st.integers(0, 400_000 * MICROS)
SAID = st.dictionaries(st.sampled_from(["insured", "childless", "church", "qbi"]), st.sampled_from(["", "yes", "no"]))
NO = {"insured": "no", "childless": "no", "church": "no", "qbi": "no"}

#: Country, year, taxed income, tax: as laws, authorities and chambers publish them.
TARIFFS = [
    ("DE", 2026, "69878", "18213"),  # § 32a EStG: both formulas meet at the end of the third zone
    ("DE", 2026, "12348", "0"),
    ("DE", 2026, "100000", "30864"),
    ("DE", 2025, "50000", "10691"),
    ("AT", 2026, "15798", "451.80"),  # WKO, Einkommensteuer 2026: both examples
    ("AT", 2026, "45672", "9716.00"),
    ("AT", 2026, "110000", "38720.82"),
    ("AT", 2025, "110000", "38998.38"),
    ("AT", 2026, "1000000", "483720.82"),
    ("US", 2025, "48475", "5578.50"),  # Rev. Proc. 2024-40, table 3: where the brackets begin
    ("US", 2025, "626350", "188769.75"),
    ("US", 2026, "105700", "17966"),  # Rev. Proc. 2025-32
    ("US", 2026, "640600", "192979.25"),
]


def table(code: str, year: int) -> Year:
    return TABLES[code].years[year]


@pytest.mark.parametrize(("code", "year", "income", "tax"), TARIFFS)
def test_a_tariff_says_what_is_published(code: str, year: int, income: str, tax: str) -> None:
    assert table(code, year).tariff(parse_amount(income)) == parse_amount(tax)


def test_whole_sums_say_what_is_published() -> None:
    british = set_aside(table("GB", 2025), parse_amount("45000"), 0, {})
    assert (british.least, british.most) == (british.most, british.least), "nothing is open there"
    assert (british.least.tax, british.least.social) == (parse_amount("6486"), parse_amount("1945.80"))
    american = set_aside(table("US", 2025), parse_amount("80000"), 0, NO)
    assert american.most.social == parse_amount("11303.64"), "Schedule SE: 80,000 x 0.9235 x 15.3 %"
    austrian = set_aside(table("AT", 2025), parse_amount("90300"), 0, {})
    assert austrian.least.social == sum(map(parse_amount, ("16705.50", "6140.40", "1381.59", "144.84")))
    german = set_aside(table("DE", 2025), 0, 0, NO | {"insured": "yes"})
    assert german.least.social == parse_amount("14980") * 201 // 1000, "the smallest base of the voluntarily insured"


@pytest.mark.parametrize(("code", "year"), YEARS)
def test_no_bracket_begins_with_a_jump(code: str, year: int) -> None:
    known = table(code, year)
    assert not jumps(known)
    broken = replace(known.zones[2], base=known.zones[2].base + 5)
    assert jumps(replace(known, zones=(*known.zones[:2], broken, *known.zones[3:]))), "the check would see one"


def jumps(known: Year) -> list[int]:
    """Where one formula doesn't end within a unit of where the next one begins: laws round their figures."""
    return [
        upper.above
        for lower, upper in zip(known.zones, known.zones[1:], strict=False)
        if abs(lower.tax(upper.above) - upper.tax(upper.above)) > MICROS
    ]


@given(st.sampled_from(YEARS), MONEY, MONEY, MONEY, SAID)
def test_more_profit_is_never_less_to_put_aside(
    which: tuple[str, int], profit: int, more: int, other: int, said: dict[str, str]
) -> None:
    less, then = (set_aside(table(*which), one, other, said) for one in (profit, profit + more))
    unit = 2 * MICROS if table(*which).whole else 2
    for before, after in ((less.least, then.least), (less.most, then.most)):
        assert after.social >= before.social
        assert after.whole >= before.whole - unit, "no more than the law rounds"
    assert less.least.whole <= less.most.whole + unit
    assert less.most.whole <= profit or which[0] == "DE" or less.most.social, (
        "never more than there is, but for insurance"
    )


@given(st.sampled_from(YEARS), MONEY, MONEY, SAID, st.sampled_from(["insured", "childless", "church", "qbi"]))
def test_an_answer_only_narrows_the_range(
    which: tuple[str, int], profit: int, other: int, said: dict[str, str], asked: str
) -> None:
    known = table(*which)
    wide = set_aside(known, profit, other, said | {asked: ""})
    for answer in ("yes", "no"):
        narrow = set_aside(known, profit, other, said | {asked: answer})
        # Insurance takes income off the tax: of one currency unit each sum may be rounded otherwise.
        assert wide.least.whole - 3 * MICROS <= narrow.least.whole
        assert narrow.most.whole <= wide.most.whole + 3 * MICROS


LINES = st.lists(
    st.builds(
        Line,
        st.dates(date(2026, 1, 1), date(2027, 4, 30)),
        st.sampled_from([Kind.FEE, Kind.COST]),
        st.integers(1, 40_000 * MICROS),
        st.just(""),
        st.just("x"),
    ),
    max_size=12,
)


@given(st.sampled_from(sorted(TABLES)), LINES, MONEY, SAID, st.sampled_from([0, 0, 3_000]))
def test_the_quarters_are_together_the_year(
    code: str, lines: list[Line], other: int, said: dict[str, str], own: int
) -> None:
    country = TABLES[code]
    found = by_quarter(country, 2026, lines, date(2027, 12, 31), other, said, own)
    first, *_, end = country.begins(2026)
    profit = sum(one.profit for one in found)
    assert profit == sum(one.amount * (1 if one.kind is Kind.FEE else -1) for one in lines if first <= one.day < end), (
        "every day is in one quarter"
    )
    whole = of_her_own(profit, own) if own else set_aside(table(code, 2026), profit, other, said)
    assert (sum(one.least for one in found), sum(one.most for one in found)) == whole.less(NOTHING)


def test_quarters_to_come_add_nothing_and_a_year_without_a_table_shows_nothing() -> None:
    country, lines = TABLES["DE"], [Line(date(2026, 2, 1), Kind.FEE, 30_000 * MICROS, "", "x")]
    found = by_quarter(country, 2026, lines, date(2026, 5, 1), 0, NO)
    assert [one.begun for one in found] == [True, True, False, False]
    assert [one.most for one in found[1:]] == [0, 0, 0]
    assert by_quarter(country, 2031, lines, date(2031, 5, 1), 0, NO) == []
    assert len(by_quarter(country, 2031, lines, date(2031, 5, 1), 0, NO, own=3_000)) == 4, "her own rate needs no table"


def test_days_of_prepayment_move_from_a_weekend_where_the_law_says_so() -> None:
    assert TABLES["DE"].due_on(2026) == [date(2026, 3, 10), date(2026, 6, 10), date(2026, 9, 10), date(2026, 12, 10)]
    assert TABLES["AT"].due_on(2026)[0] == date(2026, 2, 16), "15 February 2026 is a Sunday"
    assert TABLES["AT"].due_on(2026)[2] == date(2026, 8, 17), "and 15 August a Saturday"
    assert TABLES["US"].due_on(2026)[3] == date(2027, 1, 15)
    assert TABLES["GB"].due_on(2026) == [date(2027, 1, 31), date(2027, 7, 31), date(2028, 1, 31)]
    assert (TABLES["GB"].year_of(date(2026, 4, 5)), TABLES["GB"].year_of(date(2026, 4, 6))) == (2025, 2026)


@pytest.mark.parametrize("country", TABLES.values(), ids=TABLES)
def test_every_table_names_its_source_and_the_day_it_was_looked_up(country: Country) -> None:
    assert country.due_source
    assert all(one.source and one.retrieved >= date(2026, 1, 1) for one in country.years.values())
