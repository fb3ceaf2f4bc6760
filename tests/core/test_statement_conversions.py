"""Conversions in statements: three verifiers follow them from their rates, and miss no leg. Two of them here."""

import copy
from typing import Any

import pytest

from fanshare.core import leaves
from fanshare.core.money import format_micros
from fanshare.core.rates import ECB, Converted, DayRates, exactly, most, quote
from tests.core.statement_exchanges import convert, leg, step
from tests.core.statement_verifiers import Verifier, each_verifier, failed
from tests.core.statement_worlds import FINN, World

DAY = DayRates("2026-11-26", {"USD": "1.1583", "JPY": "180.93", "HUF": "381.63"})
PAIRS = [("USD", "EUR"), ("EUR", "USD"), ("USD", "JPY"), ("JPY", "HUF")]


def converted(origin: str = "USD", target: str = "EUR", ready: int = 20_000_000) -> Converted:
    found = most(quote(ECB, DAY, origin, target), ready)
    assert found is not None
    return found


def closing(made: dict[str, Any], currency: str) -> dict[str, str]:
    [section] = [one for one in made["currencies"] if one["currency"] == currency]
    found: dict[str, str] = section["closing"]
    return found


@each_verifier
@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_both_legs_stand_in_their_currencies_and_add_up(check: Verifier, origin: str, target: str) -> None:
    world, one = World(), converted(origin, target, 900_000_000)
    world.filler(2)
    convert(world, FINN, one)
    made = world.statement()
    assert closing(made, origin)["available"] == f"-{format_micros(one.given)}"
    assert closing(made, target)["available"] == format_micros(one.got)
    assert check(made)["ok"] == "True"


@each_verifier
def test_what_comes_back_leaves_nothing_won_or_lost(check: Verifier) -> None:
    world, one = World(), converted()
    out, into = convert(world, FINN, one)
    step(world, out, FINN, one.given, "returned", "USD")
    step(world, into, FINN, one.got, "returned", "EUR")
    made = world.statement()
    assert {closing(made, each)["available"] for each in ("USD", "EUR")} == {"0.000000"}
    assert check(made)["ok"] == "True"


def spoiled(change: dict[str, str]) -> dict[str, Any]:
    return leaves.rate(converted(), "5e" * 32) | change


@each_verifier
@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"given": "19.992257"}, "arithmetic"),
        ({"got": "17.270000"}, "arithmetic"),
        ({"origin_per": "1.1584"}, "arithmetic"),
        ({"target_per": "1.0001"}, "arithmetic"),
        ({"origin": "EUR"}, "arithmetic"),
        ({"target": "JPY", "target_per": "1"}, "arithmetic"),
        ({"got": "0.000000", "given": "0.000000"}, "arithmetic"),
        ({"origin_per": "0.0"}, "form"),
        ({"origin_per": "1.1583 "}, "form"),
        ({"source": "me"}, "form"),
        ({"day": "2026-02-30"}, "form"),
        ({"origin": "usd"}, "form"),
        ({"pair": "5e"}, "form"),
        ({"more": "x"}, "form"),
    ],
    ids=str,
)
def test_a_rate_that_says_something_else_is_found(check: Verifier, change: dict[str, str], where: str) -> None:
    world, one, told = World(), converted(), spoiled(change)
    leg(world, FINN, "exchanged", one.given, "USD", told)
    leg(world, FINN, "received", one.got, "EUR", told)
    assert failed(check(world.statement())) == {where}


@each_verifier
def test_more_than_a_micro_in_the_payees_disfavour_is_found(check: Verifier) -> None:
    world, right = World(), converted()
    convert(world, FINN, Converted(right.quote, right.given + 1, right.got))
    assert failed(check(world.statement())) == {"arithmetic"}


@each_verifier
@pytest.mark.parametrize("amounts", [(19_992_257, 17_260_000), (19_992_258, 17_250_000)])
def test_a_leg_that_moves_another_amount_than_its_rate_says_is_found(check: Verifier, amounts: tuple[int, int]) -> None:
    world, told = World(), spoiled({})
    leg(world, FINN, "exchanged", amounts[0], "USD", told)
    leg(world, FINN, "received", amounts[1], "EUR", told)
    assert failed(check(world.statement())) == {"arithmetic"}


@each_verifier
@pytest.mark.parametrize("legs", [("exchanged",), ("received",), ("received", "received", "exchanged")], ids="-".join)
def test_a_leg_without_the_other_one_is_found(check: Verifier, legs: tuple[str, ...]) -> None:
    world, one, told = World(), converted(), spoiled({})
    for which in legs:
        amount, currency = {"exchanged": (one.given, "USD"), "received": (one.got, "EUR")}[which]
        leg(world, FINN, which, amount, currency, told)
    assert failed(check(world.statement())) == {"arithmetic"}


@each_verifier
def test_legs_of_two_conversions_are_no_pair(check: Verifier) -> None:
    world, one, other = World(), converted(), converted(ready=10_000_000)
    leg(world, FINN, "exchanged", one.given, "USD", leaves.rate(one, "5e" * 32))
    leg(world, FINN, "received", other.got, "EUR", leaves.rate(other, "5e" * 32))
    assert failed(check(world.statement())) == {"arithmetic"}


@each_verifier
@pytest.mark.parametrize("back", [0, 1])
def test_one_leg_that_comes_back_alone_is_found(check: Verifier, back: int) -> None:
    world, one = World(), converted()
    came = convert(world, FINN, one)[back]
    step(world, came, FINN, (one.given, one.got)[back], "returned", ("USD", "EUR")[back])
    assert failed(check(world.statement())) == {"arithmetic"}


@each_verifier
@pytest.mark.parametrize("state", ["paid", "in_transit", "withheld"])
def test_a_leg_becomes_no_payment(check: Verifier, state: str) -> None:
    world, one = World(), converted()
    out, into = convert(world, FINN, one)
    step(world, out, FINN, one.given, state, "USD")
    step(world, into, FINN, one.got, state, "EUR")
    assert failed(check(world.statement())) == {"chains"}


@each_verifier
def test_a_payment_with_a_rate_and_a_leg_without_one_have_not_the_form(check: Verifier) -> None:
    world, one = World(), converted()
    convert(world, FINN, one)
    world.pay(FINN, 500_000)
    data = world.statement()
    content = {key: value for key, value in data.items() if key != "seal"}
    for currency, rate in (("USD", None), ("EUR", spoiled({}))):
        made = copy.deepcopy(content)
        [section] = [each for each in made["currencies"] if each["currency"] == currency]
        body = section["payouts"][-1]["body"]
        body.pop("rate", None)
        body |= {} if rate is None else {"rate": rate}
        assert failed(check(world.signer.seal(made))) == {"form"}


def test_the_legs_and_they_alone_are_written_with_a_rate() -> None:
    told = leaves.rate(exactly(converted().quote, 10_000), "5e" * 32)
    given: dict[str, Any] = {"payout": "5e" * 32, "seq": 1, "previous": None, "currency": "USD", "amount": 1, "at": 1}
    for state, rate in (("exchanged", None), ("received", None), ("paid", told), ("withheld", told)):
        with pytest.raises(ValueError, match="rate"):
            leaves.payout(**given, state=state, who="5e" * 32, rate=rate)
