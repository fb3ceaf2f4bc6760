"""Replaced currencies against fractions: nearest micro, never a rate turned round, and nothing won by any order."""

from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import leaves
from fanshare.core.currencies import EVER, EXPONENTS, REPLACED
from fanshare.core.errors import BadInputError
from fanshare.core.instants import HOUR, parse_rfc3339
from fanshare.core.ledger import AccountKey, AccountKind, Transfer, TransferKind
from fanshare.core.money import format_micros, format_minor, minor_units
from fanshare.core.rates import Converted, Quote, is_sound
from fanshare.core.replaced import (
    LAW,
    change,
    check_sold,
    gone,
    heir,
    is_gone,
    is_lawful,
    signed,
    since,
    unsummed,
    worth,
)
from tests.core.statement_exchanges import convert, leg
from tests.core.statement_verifiers import Verifier, each_verifier, failed
from tests.core.statement_worlds import FINN, World

codes = st.sampled_from(sorted(REPLACED))
amounts = st.integers(-(10**15), 10**15)
DAY = parse_rfc3339("2026-01-01T00:00:00Z")


def reference(currency: str, amount: int) -> int:
    """Half up of the size, by exact division."""
    size = floor(Fraction(abs(amount)) / Fraction(REPLACED[currency].per) + Fraction(1, 2))
    return size if amount >= 0 else -size


@given(codes, amounts)
def test_what_an_amount_is_worth_is_the_nearest_micro(currency: str, amount: int) -> None:
    found = worth(currency, amount)
    assert found == reference(currency, amount) == -worth(currency, -amount)
    assert abs(found - Fraction(amount) / Fraction(REPLACED[currency].per)) <= Fraction(1, 2)


@given(codes, st.lists(amounts, max_size=20))
def test_whatever_became_ready_or_was_taken_in_whatever_steps_comes_to_what_the_sum_is_worth(
    currency: str, steps: list[int]
) -> None:
    changed, came, waiting, made = 0, 0, 0, []
    for step in steps:
        waiting += step
        one = change(currency, changed, waiting)
        if one is not None:
            made.append(one)
            assert is_lawful(one)
            _, old, new = signed(one)
            assert old == waiting
            changed, came, waiting = changed + old, came + new, 0
        assert came == worth(currency, changed) == worth(currency, changed + waiting)
    assert unsummed(made) == []
    assert changed + waiting == sum(steps), "nothing is lost of what was ready"


@given(codes, st.integers(0, 10**15), st.integers(1, 10**12))
def test_what_is_taken_back_takes_exactly_what_came_of_it(currency: str, before: int, amount: int) -> None:
    gave = change(currency, before, amount)
    took = change(currency, before + amount, -amount)
    assert (gave is None) == (took is None)
    if gave is not None and took is not None:
        assert (took.given, took.got) == (gave.got, gave.given)
        assert (took.quote.origin, took.quote.target) == (gave.quote.target, gave.quote.origin)
        assert unsummed([gave, took]) == []


def test_the_law_of_the_euro_in_bulgaria_to_the_micro() -> None:
    """100 leva are 51.129188 euro: divided by 1.95583, never times a rate that somebody turned round."""
    assert worth("BGN", 100_000_000) == 51_129_188
    assert worth("HRK", 100_000_000) == 13_272_281
    assert worth("BYR", 5_000) == 1
    assert worth("BYR", 4_999) == 0
    assert worth("BYR", -5_000) == -1
    assert worth("ANG", 7) == 7
    assert change("BYR", 0, 4_999) is None


def test_a_currency_is_gone_once_its_last_day_has_ended_everywhere() -> None:
    assert since("BGN") == DAY + 12 * HOUR
    assert since("EUR") is None
    assert not is_gone("BGN", DAY + 12 * HOUR - 1)
    assert is_gone("BGN", DAY + 12 * HOUR)
    assert "BGN" in gone(DAY + 12 * HOUR)
    assert "BGN" not in gone(DAY)
    assert (heir("BGN", DAY), heir("BGN", DAY + 12 * HOUR), heir("USD", DAY)) == ("BGN", "EUR", "USD")


@pytest.mark.parametrize("currency", sorted(REPLACED))
def test_an_order_of_its_time_is_booked_and_a_later_one_is_told_why_not(currency: str) -> None:
    ended = since(currency)
    assert ended is not None
    check_sold(currency, ended - 1)
    with pytest.raises(BadInputError, match=f"{currency} was replaced by {REPLACED[currency].by}") as caught:
        check_sold(currency, ended)
    assert caught.value.code == "currency_replaced"
    with pytest.raises(BadInputError, match="not a currency"):
        check_sold("XXX", 0)


def test_books_know_the_digits_of_what_was_replaced() -> None:
    assert EVER.keys() == EXPONENTS.keys() | REPLACED.keys()
    assert EXPONENTS.keys().isdisjoint(REPLACED)
    assert all(one.by in EXPONENTS for one in REPLACED.values())
    assert (format_minor(1_999_999, "BGN"), format_minor(1_999_999, "BYR")) == ("1.99", "1")
    assert minor_units(2_500_000, "HRK") == 250
    account = AccountKey(AccountKind.AVAILABLE, 1)
    Transfer(TransferKind.EXCHANGE, account, AccountKey(AccountKind.LIQUIDITY), 1, "BGN", party=1)


def law(**other: Any) -> Converted:
    given, got = other.pop("given", 100_000_000), other.pop("got", 51_129_188)
    told = {"source": LAW, "day": "2026-01-01", "origin": "BGN", "target": "EUR"}
    return Converted(Quote(**{**told, "origin_per": "1.95583", "target_per": "1", **other}), given, got)


@pytest.mark.parametrize(
    "wrong",
    [
        {"got": 51_129_190}, {"got": 51_129_187}, {"got": 0}, {"given": 0}, {"day": "2026-01-02"},
        {"origin_per": "1.9558"}, {"origin_per": "0.511292"}, {"target_per": "1.0"}, {"source": "ECB"},
        {"target": "USD"}, {"origin": "HRK"}, {"origin": "USD"},
    ],
    ids=str,
)  # fmt: skip
def test_a_change_that_is_not_the_laws_is_found(wrong: dict[str, Any]) -> None:
    assert is_lawful(law())
    assert not is_lawful(law(**wrong))
    assert not is_sound(law()), "nobody publishes it"


@each_verifier
def test_three_verifiers_follow_a_change_and_what_was_taken_back_of_it(check: Verifier) -> None:
    world = World()
    world.filler(2)
    for balance, before in ((100_000_001, 0), (7, 100_000_001), (-100_000_001, 100_000_008), (-7, 7)):
        one = change("BGN", before, balance)
        assert one is not None
        convert(world, FINN, one)
    made = world.statement()
    closing = {one["currency"]: one["closing"]["available"] for one in made["currencies"]}
    assert closing == {"BGN": "0.000000", "EUR": "0.000000"}
    assert check(made)["ok"] == "True"


@each_verifier
@pytest.mark.parametrize("off", [-1, 1])
def test_a_micro_too_many_or_too_few_in_all_is_found(check: Verifier, off: int) -> None:
    """Each change by itself is within a micro of the law."""
    world, one = World(), law(given=100_000_001, got=51_129_189)
    assert worth("BGN", 100_000_001) == 51_129_189
    wrong = Converted(one.quote, one.given + 1, one.got + off)
    if not is_lawful(wrong):
        wrong = Converted(one.quote, one.given, one.got - 1)
    assert is_lawful(wrong)
    convert(world, FINN, wrong)
    assert failed(check(world.statement())) == {"arithmetic"}


@each_verifier
@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"origin_per": "1.95584"}, "arithmetic"), ({"target_per": "2"}, "arithmetic"), ({"source": "LAWS"}, "form"),
        ({"got": 51_129_190}, "arithmetic"), ({"got": 51_200_000}, "arithmetic"), ({"day": "2026-01-02"}, "arithmetic"),
        ({"origin": "USD"}, "arithmetic"),
    ],
    ids=str,
)  # fmt: skip
def test_a_statement_with_another_rate_than_the_laws_is_found(
    check: Verifier, wrong: dict[str, Any], where: str
) -> None:
    world, one = World(), law(**wrong)
    told = leaves.rate(one, "5e" * 32)
    leg(world, FINN, "exchanged", one.given, one.quote.origin, told)
    leg(world, FINN, "received", one.got, one.quote.target, told)
    assert failed(check(world.statement())) == {where}, format_micros(one.got)
