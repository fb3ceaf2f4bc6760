"""Profit per hour is what a slow count with fractions says, and nothing is lost between deals, platforms and months."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.workbench.calendar import depreciation, falls_on, months_later
from fanshare.core.workbench.entries import Books, Commission, Cost, Deal, Equipment, Recurring, Time, Trip
from fanshare.core.workbench.journal import Asked, balances, journal
from fanshare.core.workbench.lines import INCOME, lines, total
from fanshare.core.workbench.mileage import TABLES, costs, own_table
from fanshare.core.workbench.results import Result, by_deal, by_month, by_platform, fee_needed, what_if, whole

EUR = 1_000_000
BEGIN, UNTIL = date(2026, 1, 1), date(2026, 6, 30)
days = st.dates(BEGIN - timedelta(days=40), UNTIL + timedelta(days=40))
amounts = st.integers(0, 5_000 * EUR)
of_deals = st.sampled_from(["", "a", "b", "c"])


def _several[T](made: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(made, max_size=4).map(tuple)


def _deal(name: str) -> st.SearchStrategy[Deal]:
    where = st.sampled_from(["tiktok", "blog", ""])
    programmes = st.sampled_from(["", "linen", "wool"])
    return st.builds(
        Deal, st.just(name), st.just(f"deal {name}"), days, amounts, amounts, where, programmes, days, days
    )


books = st.builds(
    Books,
    st.just("EUR"),
    rates=st.sampled_from(["DE", "AT", "GB", "", "own"]),
    own_rate=st.just(380_000),
    deals=st.tuples(_deal("a"), _deal("b"), _deal("c")),
    commissions=_several(st.builds(Commission, days, amounts, st.sampled_from(["linen", "wool", "silk"]))),
    costs=_several(st.builds(Cost, st.just("k"), days, amounts, st.just("material"), st.just(""), of_deals)),
    recurring=_several(
        st.builds(
            Recurring, st.just("r"), days, days, st.sampled_from([1, 3, 12]), amounts, st.just("software"),
            st.just(""), of_deals,
        )
    ),
    equipment=_several(
        st.builds(Equipment, st.just("e"), days, amounts, st.integers(1, 60), st.integers(0, 10_000), st.just(""))
    ),
    trips=_several(
        st.builds(Trip, st.uuids().map(str), days, st.integers(0, 10**6), st.just("car"), st.just(""), of_deals)
    ),
    times=_several(st.builds(Time, st.just("t"), days, st.integers(1, 900), st.just("shoot"), of_deals)),
)  # fmt: skip


def _counted(found: Books) -> dict[str, tuple[Fraction, int]]:
    """Profit and minutes by deal, counted day by day: each minute of a month bears the same part of what is general."""
    profit: dict[str, Fraction] = defaultdict(Fraction)
    general: dict[tuple[int, int], int] = defaultdict(int)
    for line in lines(found, UNTIL):
        if line.kind in INCOME:
            profit[line.deal] += line.amount
        elif line.deal:
            profit[line.deal] -= line.amount
        else:
            general[line.day.year, line.day.month] += line.amount
    worked = [time for time in found.times if time.day <= UNTIL]
    for month, amount in general.items():
        mine = [time for time in worked if (time.day.year, time.day.month) == month]
        minutes = sum(time.minutes for time in mine)
        for time in mine:
            profit[time.deal] -= Fraction(amount * time.minutes, minutes)
        if not mine:
            profit[""] -= amount
    names = {"", "a", "b", "c"}
    return {name: (profit[name], sum(t.minutes for t in worked if t.deal == name)) for name in names}


@given(books)
def test_each_deal_comes_to_what_a_count_with_fractions_says(found: Books) -> None:
    results, months = by_deal(found, UNTIL), len(by_month(found, UNTIL))
    for name, (profit, minutes) in _counted(found).items():
        result = results.get(name, Result())
        assert result.minutes == minutes
        assert abs(result.profit - profit) <= months  # a micro a month, where a part had to be a whole one
        if minutes:
            assert result.per_hour == Fraction(result.profit * 60, minutes)
            assert result.an_hour == floor(result.per_hour)
        else:
            assert result.per_hour is None
            assert result.an_hour is None


@given(books)
def test_deals_platforms_and_months_come_to_the_same(found: Books) -> None:
    every = lines(found, UNTIL)
    wholes = [whole(way(found, UNTIL).values()) for way in (by_deal, by_platform, by_month)]
    assert {one.profit for one in wholes} == {total(every)}
    assert {one.income for one in wholes} == {sum(line.amount for line in every if line.kind in INCOME)}
    assert len({one.minutes for one in wholes}) == 1
    assert len({one.costs + one.shared for one in wholes}) == 1


@given(books)
def test_the_journal_is_balanced_and_comes_to_the_same_profit(found: Books) -> None:
    postings = journal(found, Asked(date.min, UNTIL))
    stands = balances(postings)
    assert sum(stands.values()) == 0
    assert all(one.amount > 0 for one in postings)
    flows = -sum(amount for account, amount in stands.items() if account.startswith(("Income", "Costs")))
    assert flows == total(lines(found, UNTIL))
    middle = date(2026, 3, 1)
    parts = journal(found, Asked(date.min, middle - timedelta(days=1))), journal(found, Asked(middle, UNTIL))
    assert [*parts[0], *parts[1]] == postings


@given(st.integers(0, 10**13), st.integers(1, 120), st.integers(0, 10_000), days)
def test_depreciation_gives_back_exactly_what_is_for_work(price: int, months: int, share: int, bought: date) -> None:
    thing = Equipment("e", bought, price, months, share, "")
    parts = list(depreciation(thing, date(2100, 1, 1)))
    assert len(parts) == months
    assert sum(part for _, part in parts) == price * share // 10_000
    assert max(part for _, part in parts) - min(part for _, part in parts) <= 1
    assert parts[0][0] == bought
    assert all(day.day == 1 for day, _ in parts[1:])


def test_a_camera_for_1200_over_three_years_costs_33_33_a_month() -> None:
    camera = Equipment("e", date(2026, 11, 20), 1_200 * EUR, 36, 10_000, "camera")
    first = list(depreciation(camera, date(2027, 1, 31)))
    assert [(day.isoformat(), part // 10_000) for day, part in first] == [
        ("2026-11-20", 3333), ("2026-12-01", 3333), ("2027-01-01", 3333),
    ]  # fmt: skip


def test_what_recurs_on_the_31st_comes_on_the_last_day_of_a_shorter_month() -> None:
    rent = Recurring("r", date(2026, 1, 31), date(2026, 5, 1), 1, EUR, "studio", "")
    assert [day.isoformat() for day in falls_on(rent, date(2030, 1, 1))] == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30",
    ]  # fmt: skip
    assert months_later(date(2028, 2, 29), 12) == date(2029, 2, 28)
    yearly = Recurring("r", date(9999, 6, 1), date.max, 12, EUR, "fees", "")
    assert len(list(falls_on(yearly, date.max))) == 1


@pytest.mark.parametrize(
    ("country", "vehicle", "day", "thousandths", "cents"),
    [
        ("DE", "car", "2026-03-01", 100_000, 30_00),
        ("DE", "motorcycle", "2026-03-01", 100_000, 20_00),
        ("AT", "car", "2024-12-31", 100_000, 42_00),
        ("AT", "car", "2025-01-01", 100_000, 50_00),
        ("AT", "motorcycle", "2025-06-30", 100_000, 50_00),
        ("AT", "motorcycle", "2025-07-01", 100_000, 25_00),
        ("GB", "car", "2026-05-01", 10_000_000, 4_500_00),
        ("GB", "car", "2026-05-01", 11_000_000, 4_750_00),
        ("US", "car", "2025-12-31", 100_000, 70_00),
        ("US", "car", "2026-01-01", 100_000, 72_50),
        ("US", "car", "2022-12-31", 100_000, 0),
        ("US", "motorcycle", "2026-01-01", 100_000, 0),
    ],
)
def test_a_way_costs_what_its_country_says(country: str, vehicle: str, day: str, thousandths: int, cents: int) -> None:
    trip = Trip("t", date.fromisoformat(day), thousandths, vehicle, "")
    assert costs([trip], TABLES[country])["t"] == cents * 10_000


def test_beyond_ten_thousand_miles_of_a_tax_year_a_mile_costs_less() -> None:
    def drive(*ways: tuple[str, int]) -> list[int]:
        trips = [Trip(str(n), date.fromisoformat(day), miles * 1000, "car", "") for n, (day, miles) in enumerate(ways)]
        found = costs(trips[::-1], TABLES["GB"])
        return [found[trip.id] // 10_000 for trip in trips]

    assert drive(("2026-04-05", 9_999), ("2026-04-06", 9_999), ("2026-04-07", 2)) == [449_955, 449_955, 45 + 25]
    assert drive(("2026-06-01", 12_000), ("2027-04-06", 10)) == [450_000 + 50_000, 450]


def test_the_austrian_limit_is_one_for_all_vehicles_and_the_british_one_is_not() -> None:
    for country, second in (("AT", 0), ("GB", 24)):
        far = Trip("1", date(2026, 5, 1), 30_000_000, "car", "")
        near = Trip("2", date(2026, 5, 2), 1_000, "motorcycle", "")
        assert costs([far, near], TABLES[country])["2"] // 10_000 == second


def test_her_own_rate_knows_no_limit() -> None:
    assert costs([Trip("t", date(1999, 1, 1), 10**9, "car", "")], own_table(123_456, "EUR")) == {"t": 123_456 * 10**6}


def test_two_revisions_more_bring_it_down_to_14_85_an_hour() -> None:
    done = Result(income=300 * EUR, costs=14_700_000, shared=18 * EUR, minutes=14 * 60)
    longer = what_if(done, minutes=2 * 120)
    assert done.an_hour is not None
    assert longer.an_hour is not None
    assert (done.an_hour // 10_000, longer.an_hour // 10_000) == (1909, 1485)
    assert what_if(done) == done
    assert what_if(done, costs=done.profit).an_hour == 0


@given(amounts, amounts, st.integers(0, 10_000), st.integers(0, 200 * EUR))
def test_the_fee_needed_is_just_enough(income: int, spent: int, minutes: int, wish: int) -> None:
    result = Result(income=income, costs=spent, minutes=minutes)
    more = fee_needed(result, wish)
    enough = what_if(result, income=more)
    if minutes:
        assert enough.per_hour is not None
        assert enough.per_hour >= wish
        assert not more or Fraction((enough.profit - 1) * 60, minutes) < wish
    else:
        assert more == max(0, spent - income)


def test_the_commission_of_a_day_goes_to_the_deal_that_began_last() -> None:
    older = Deal("a", "A", date(2026, 1, 1), 0, 0, "blog", "linen")
    newer = Deal("b", "B", date(2026, 1, 1), 0, 0, "blog", "linen", date(2026, 2, 1), date(2026, 2, 28))
    of_days = tuple(Commission(date(2026, month, 28), EUR, "linen") for month in (1, 2, 3))
    of_others = (Commission(date(2026, 2, 1), 9 * EUR, "wool"),)
    results = by_deal(Books("EUR", deals=(older, newer), commissions=of_days + of_others), UNTIL)
    assert {name: one.income // EUR for name, one in results.items()} == {"a": 2, "b": 1, "": 9}


def test_hours_that_are_for_no_deal_bear_their_part_too() -> None:
    deal = Deal("a", "A", date(2026, 2, 3), 200 * EUR, 50 * EUR, "tiktok")
    books = Books(
        "EUR",
        deals=(deal,),
        costs=(Cost("1", date(2026, 2, 9), 30 * EUR, "software", ""),),
        times=(Time("1", date(2026, 2, 3), 120, "shoot", "a"), Time("2", date(2026, 2, 4), 60, "office")),
    )
    assert by_deal(books, UNTIL) == {"a": Result(250 * EUR, 0, 20 * EUR, 120), "": Result(0, 0, 10 * EUR, 60)}
    assert by_platform(books, UNTIL)["tiktok"].an_hour == 115 * EUR
    assert by_month(books, UNTIL) == {(2026, 2): Result(250 * EUR, 30 * EUR, 0, 180)}
    assert by_deal(books, date(2026, 2, 3)) == {"a": Result(250 * EUR, 0, 0, 120)}


def test_mileage_in_another_currency_than_the_books_counts_nothing() -> None:
    trip = Trip("t", date(2026, 1, 1), 100_000, "car", "")
    assert lines(Books("EUR", rates="GB", trips=(trip,)), UNTIL) == []
    assert total(lines(Books("GBP", rates="GB", trips=(trip,)), UNTIL)) == -45 * EUR
