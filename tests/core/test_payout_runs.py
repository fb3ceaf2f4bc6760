"""Who is in a run, who is not and why, what differs from the last one, and whose approval it needs."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.money import MICROS, from_minor_units, minor_units
from fanshare.core.payout_runs import (
    Change,
    Ready,
    Why,
    check_approval,
    differences,
    kept,
    leaving,
    needs_two,
    payable,
    plan,
    reasons,
    still,
    way_out,
)
from fanshare.core.rails import carries, step
from fanshare.core.rates import ECB, DayRates, quote

CURRENCIES = ("EUR", "JPY", "KWD")
currency = st.sampled_from(CURRENCIES)
money = st.integers(-20_000_000, 20_000_000)
balances = st.lists(
    st.tuples(st.integers(1, 9), currency, money, st.booleans(), st.booleans(), st.booleans()).map(
        lambda row: Ready(*row)
    ),
    max_size=12,
    unique_by=lambda row: row[:2],
)
minimums = st.dictionaries(currency, st.integers(0, 10_000_000))
amounts = st.dictionaries(st.tuples(st.integers(1, 6), currency), st.integers(1, 9_000_000), max_size=8)
PAYABLE = 4_000_000


@given(balances, minimums)
def test_every_balance_is_paid_in_whole_coins_or_left_with_a_reason(
    ready: list[Ready], minimum: dict[str, int]
) -> None:
    items, left = plan(ready, minimum)
    assert sorted(row[:2] for row in (*items, *left)) == sorted(row[:2] for row in ready if row.balance)
    by_key = {row[:2]: row for row in ready}
    for item in items:
        found = by_key[item[:2]]
        assert item.amount + item.rest == found.balance
        assert item.amount == from_minor_units(minor_units(found.balance, item.currency), item.currency) > 0
        assert 0 <= item.rest < from_minor_units(1, item.currency)
        assert found.balance >= minimum.get(item.currency, 0)
        assert not any((found.erased, found.stopped, found.underway))


@given(balances, minimums, st.randoms())
def test_the_order_of_balances_and_other_payees_change_nobodys_payment(
    ready: list[Ready], minimum: dict[str, int], chance: object
) -> None:
    whole = plan(ready, minimum)
    chance.shuffle(ready)  # type: ignore[attr-defined]
    assert plan(ready, minimum) == whole
    alone = [plan([row], minimum) for row in sorted(ready)]
    assert whole == (sum((one.items for one in alone), ()), sum((one.left for one in alone), ()))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (Ready(1, "EUR", -1), Why.NEGATIVE),
        (Ready(1, "EUR", -1, erased=True), Why.NEGATIVE),
        (Ready(1, "EUR", PAYABLE, erased=True), Why.ERASED),
        (Ready(1, "EUR", PAYABLE, stopped=True), Why.STOPPED),
        (Ready(1, "EUR", PAYABLE, underway=True), Why.UNDERWAY),
        (Ready(1, "EUR", 9_999), Why.BELOW_UNIT),
        (Ready(1, "JPY", 999_999), Why.BELOW_UNIT),
        (Ready(1, "USD", PAYABLE), Why.BELOW_MINIMUM),
    ],
)
def test_who_is_not_paid_is_told_why(row: Ready, why: Why) -> None:
    assert [left.why for left in plan([row], {"USD": PAYABLE + 1}).left] == [why]


_FLAG = st.booleans()
_RATES = DayRates("2026-11-20", {"GBP": "0.88", "JPY": "170.5", "KWD": "0.36"})
any_row = st.builds(
    Ready, st.just(1), currency, st.integers(-30_000, 30_000), _FLAG, _FLAG, _FLAG, st.sampled_from([0, 9]),
    st.sampled_from([0, 7]), _FLAG, st.sampled_from(["", "iban", "stripe", "paypal"]), _FLAG, _FLAG, _FLAG, _FLAG,
    _FLAG, _FLAG, st.just(""), _FLAG, st.none(),
)  # fmt: skip
abroad = any_row.map(lambda row: row._replace(into="GBP"))
changed = abroad.map(lambda row: row._replace(quote=quote(ECB, _RATES, row.currency, "GBP")))


@given(
    any_row | abroad | changed,
    minimums,
    st.integers(-20_000, 20_000) | st.none(),
)
@example(Ready(1, "EUR", PAYABLE, unfunded=True), {}, PAYABLE)
@example(Ready(1, "EUR", PAYABLE, by_file=True), {}, PAYABLE)
@example(Ready(1, "EUR", PAYABLE, kind="paypal"), {}, PAYABLE)
@example(Ready(1, "EUR", PAYABLE, into="GBP"), {}, PAYABLE)
@example(Ready(1, "EUR", PAYABLE, restored=True), {}, PAYABLE)
def test_one_look_finds_nobody_free_whom_a_reason_keeps(
    row: Ready, minimum: dict[str, int], amount: int | None
) -> None:
    most = leaving(row, row.balance)[0] if amount is None else amount
    assert kept(row, minimum, amount) == next(reasons(row, most, minimum.get(row.currency, 0)), None)


def test_without_a_minimum_the_first_cent_is_paid_and_nothing_is_not_mentioned() -> None:
    assert plan([Ready(1, "EUR", 10_001), Ready(2, "EUR", 0)], {}) == (((1, "EUR", 10_000, 1, None),), ())
    assert plan([Ready(1, "USD", PAYABLE)], {"USD": PAYABLE}).items
    assert payable(-5_000_000, "EUR") == 0


def test_a_payee_who_is_there_twice_is_refused() -> None:
    with pytest.raises(BadInputError) as caught:
        plan([Ready(1, "EUR", 5), Ready(1, "EUR", 6)], {})
    assert caught.value.code == "twice"


@given(amounts, amounts)
def test_differences_lead_from_the_last_run_to_this_one(now: dict[tuple[int, str], int], before: dict) -> None:  # type: ignore[type-arg]
    found = differences(now, before)
    assert {row[:2]: row.now for row in found if row.now} == now
    assert {row[:2]: row.before for row in found if row.before} == before
    said = {(-1, 0): Change.LESS, (1, 0): Change.MORE, (0, 0): Change.SAME, (1, 1): Change.NEW, (-1, 1): Change.GONE}
    for row in found:
        sign = (row.now > row.before) - (row.now < row.before)
        assert row.change is said[sign, int(not (row.now and row.before))]


LIMIT = {"EUR": 100_000_000}


def test_above_the_limit_somebody_else_has_to_approve() -> None:
    check_approval("Bea", "Bea", {"EUR": 100_000_000, "USD": 10**12}, {}, LIMIT)
    check_approval("Bea", "Otto", {"EUR": 100_000_001}, {}, LIMIT)
    with pytest.raises(ConflictError) as caught:
        check_approval("Bea", "Bea", {"EUR": 100_000_001}, {}, LIMIT)
    assert caught.value.code == "second_person"


def test_a_large_run_is_not_cut_into_small_ones() -> None:
    assert needs_two({"EUR": 60_000_000}, {"EUR": 60_000_000}, LIMIT) == ["EUR"]
    assert needs_two({"EUR": 40_000_000}, {"EUR": 60_000_000}, LIMIT) == []
    with pytest.raises(ConflictError):
        check_approval("Bea", "Bea", {"EUR": 60_000_000}, {"EUR": 60_000_000}, LIMIT)


def test_a_run_without_payments_is_not_approved() -> None:
    with pytest.raises(ConflictError) as caught:
        check_approval("Bea", "Otto", {}, {}, {})
    assert caught.value.code == "empty_run"


@given(
    st.integers(-MICROS, 3 * MICROS),
    st.sampled_from(["", "iban", "paypal", "tremendous"]),
    st.booleans(),
    st.booleans(),
)
def test_the_last_of_whoever_leaves_goes_by_hand_only_where_her_provider_pays_no_so_little(
    balance: int, kind: str, last: bool, leaving: bool
) -> None:
    row = Ready(1, "EUR", balance, account=7, by_file=True, kind=kind, connected=True, leaving=leaving, last=last)
    found = way_out(row)
    if last and kind == "tremendous" and 0 < balance < MICROS:
        assert (found.kind, found.account, found.by_file) == ("", 0, False)
        assert plan([found], {}).items or balance < 10_000, "nothing but a coin is left"
    else:
        assert found == row
    assert found[:3] == row[:3], "no amount changes"


RATES = DayRates("2026-11-26", {"USD": "1.1583", "JPY": "180.93", "KWD": "0.35561", "UYW": "6.4013", "HUF": "381.63"})
ALL = ("EUR", *RATES.per)


@given(
    st.sampled_from(ALL), st.sampled_from(ALL), st.integers(-9_000_000, 9_000_000_000), st.sampled_from(["", "stripe"])
)
def test_what_is_changed_is_whole_units_of_the_way_it_goes_and_never_more_than_its_worth(
    origin: str, target: str, balance: int, kind: str
) -> None:
    """Currencies with 0, 2, 3 and 4 decimals; HUF and UYW where Stripe moves whole units, or nothing."""
    if origin == target:
        return
    row = Ready(1, origin, balance, kind=kind, connected=True, into=target, quote=quote(ECB, RATES, origin, target))
    items, left = plan([row], {})
    unit = step(kind, target)
    rate = Fraction(RATES.per.get(target, "1")) / Fraction(RATES.per.get(origin, "1"))
    worth = max(0, balance * rate // unit * unit)
    if kind and not carries(kind, target):
        assert not items
    elif not worth:
        assert [one.why for one in left] == ([Why.NEGATIVE if balance < 0 else Why.BELOW_UNIT] if balance else [])
    else:
        [item] = items
        assert item.of is not None
        assert (item.of.got, item.amount, item.amount + item.rest) == (worth, item.of.given, balance)
        assert 0 <= item.amount * rate - worth < max(rate, Fraction(1)), "not a micro more is given than that is worth"
        assert still(item.amount, row, {}) == item.amount
        assert leaving(row, item.amount) == (item.amount, item.of)


def test_without_a_rate_it_waits_and_a_minimum_is_of_the_balance() -> None:
    row = Ready(1, "EUR", 5_000_000, into="USD")
    assert [one.why for one in plan([row], {}).left] == [Why.NO_RATE]
    rated = row._replace(quote=quote(ECB, RATES, "EUR", "USD"))
    assert [one.why for one in plan([rated], {"EUR": 5_000_001}).left] == [Why.BELOW_MINIMUM]
    assert plan([rated], {"EUR": 5_000_000, "USD": 90_000_000}).items
    small = rated._replace(kind="tremendous", connected=True, balance=863_000)
    assert [one.why for one in plan([small], {}).left] == [Why.BELOW_MINIMUM], "less than a dollar there"
    assert plan([small._replace(balance=864_000)], {}).items
