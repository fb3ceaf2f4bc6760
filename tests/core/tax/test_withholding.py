"""Parts held for a tax authority: when, how much, in statements of three verifiers, and never a micro lost."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import ledger
from fanshare.core.instants import parse_rfc3339
from fanshare.core.ledger import OWED, AccountKey, AccountKind, Given, Transfer, TransferKind, fold
from fanshare.core.money import MICROS, from_minor_units
from fanshare.core.tax.kinds import TaxKind
from fanshare.core.tax.paid import next_kinds, payments
from fanshare.core.tax.rules import Country
from fanshare.core.tax.withholding import part, rate, reportable
from fanshare.flows.tax_rules import rules
from tests.core.statement_verifiers import Verifier, each_verifier, failed
from tests.core.statement_worlds import FINN, World

ME = 1
READY = AccountKey(AccountKind.AVAILABLE, ME)
MAY = parse_rfc3339("2026-05-01T12:00:00Z")


def us() -> Country:
    return rules().of("US", "Etc/UTC", "USD")


def paid_before(dollars: int, at: int = MAY) -> list[tuple[int, Transfer]]:
    amount = dollars * MICROS
    earned = Transfer(TransferKind.SETTLE, OWED, READY, amount, "USD", 7, 3, ME, "fan")
    return [(at, earned), (at, ledger.pay_out(ME, amount, "USD", 1)), (at, ledger.paid(ME, amount, "USD", 1))]


@given(st.integers(1, 10**9), st.sampled_from(["USD", "JPY", "KWD"]), st.integers(1, 9_999))
def test_a_part_is_the_rate_of_the_whole_to_the_nearest_coin(units: int, currency: str, bps: int) -> None:
    base = from_minor_units(units, currency)
    found = part(base, bps, currency)
    exact = Fraction(units * bps, 10_000)
    coins = Fraction(found.amount, from_minor_units(1, currency))
    assert coins.denominator == 1
    assert abs(coins - exact) <= Fraction(1, 2)
    assert coins - exact != Fraction(-1, 2), "a half goes up"
    assert 0 <= found.amount <= base


@pytest.mark.parametrize(
    ("before", "dollars", "bps"),
    [(0, 1_999, 0), (0, 2_000, 2400), (1_500, 499, 0), (1_500, 500, 2400), (2_000, 1, 2400)],
)
def test_nothing_is_kept_below_the_amount_of_a_report_and_then_of_the_whole_payment(
    before: int, dollars: int, bps: int
) -> None:
    there_were = payments(ME, paid_before(before) if before else [])
    rule = us().withholdings[0]
    assert rate(rule, us(), 2026, there_were, {}, dollars * MICROS, "USD") == bps
    # Publication 15: 24 % of 500 dollars are 120.
    assert part(500 * MICROS, 2400, "USD").amount == 120 * MICROS


def test_who_reached_it_the_year_before_is_kept_back_of_from_the_first_payment_on() -> None:
    rule = us().withholdings[0]
    last_year = payments(ME, paid_before(600, parse_rfc3339("2025-05-01T12:00:00Z")))
    assert rate(rule, us(), 2026, last_year, {}, 1, "USD") == 2400
    less = payments(ME, paid_before(599, parse_rfc3339("2025-05-01T12:00:00Z")))
    assert rate(rule, us(), 2026, less, {}, 1, "USD") == 0
    assert rate(rule, us(), 2026, [], {}, 1, "EUR") == 2400, "another currency can't be held against the amount"


def got(role: str, amount: int) -> Transfer:
    """What she gets as a creator, fan or buyer, or by a gift."""
    if role == "gift":
        return Given(1, 2, ME, amount, "USD").handed_over()
    return Transfer(TransferKind.SETTLE, OWED, READY, amount, "USD", 7, 3, ME, role)


@given(
    st.lists(st.tuples(st.sampled_from(["creator", "fan", "buyer", "gift"]), st.integers(1, 10**10)), min_size=1),
    st.sampled_from(["", "sepa", "ach", "stripe", "tremendous", "paypal"]),
    st.integers(1, 9_999),
)
def test_a_part_is_held_of_what_is_reported_and_of_nothing_else(
    life: list[tuple[str, int]], way: str, bps: int
) -> None:
    report = us().report("1099-NEC")
    assert report is not None
    whole = sum(amount for _, amount in life)
    kinds = next_kinds(ME, [(MAY, got(*one)) for one in life], whole, "USD")
    earned = sum(amount for role, amount in life if role in ("creator", "fan"))
    base = reportable(report, kinds, way)
    assert base == (0 if way == "paypal" else earned)
    found = part(base, bps, "USD")
    assert found.base == base - base % 10_000, "what is no whole cent is left out"
    assert abs(Fraction(found.amount) - Fraction(found.base * bps, 10_000)) <= 5_000
    # What was done before would take more of whoever was given something:
    assert whole == earned or way == "paypal" or part(whole, 10_000, "USD").amount >= found.base


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 2 * 10**6))
def test_of_a_payment_of_a_part_of_what_is_ready_the_oldest_counts(gift: int, earned: int, amount: int) -> None:
    ready = [(MAY, got("gift", gift))] if gift else []
    kinds = next_kinds(ME, [*ready, (MAY, got("fan", earned))], min(amount, gift + earned), "USD")
    assert kinds.get(TaxKind.GIFT, 0) == min(amount, gift)
    assert kinds.get(TaxKind.SHARE, 0) == min(amount, gift + earned) - min(amount, gift)


def test_what_a_provider_reports_brings_nobody_nearer_to_the_amount() -> None:
    rule, there_were = us().withholdings[0], payments(ME, paid_before(1_999))
    assert rate(rule, us(), 2026, there_were, {1: "ach"}, MICROS, "USD") == 2400
    assert rate(rule, us(), 2026, there_were, {1: "paypal"}, MICROS, "USD") == 0


def test_a_part_counts_when_its_payment_arrives_and_not_before() -> None:
    earned = Transfer(TransferKind.SETTLE, OWED, READY, 100, "USD", 7, 3, ME, "fan")
    sent = [(1, earned), (2, ledger.pay_out(ME, 76, "USD", 1)), (2, ledger.withheld(ME, 24, "USD", 2))]
    assert [one.counts for one in payments(ME, sent, {2: 1})] == [False, False]
    arrived = payments(ME, [*sent, (3, ledger.paid(ME, 76, "USD", 1))], {2: 1})
    assert [(one.paid_at, one.withheld, one.amount) for one in arrived] == [(3, False, 76), (3, True, 24)]
    back = [(3, ledger.returned(ME, 76, "USD", 1)), (3, ledger.withheld_back(ME, 24, "USD", 2))]
    assert [one.counts for one in payments(ME, [*sent, *back], {2: 1})] == [False, False]


@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(1, 9_999), st.sampled_from(["arrives", "returns", "late"]))),
    st.integers(0, 300),
)
def test_nothing_is_lost_whatever_comes_back(life: list[tuple[int, int, str]], handed_on: int) -> None:
    history: list[Transfer] = []
    expected_held = 0
    for number, (cents, bps, end) in enumerate(life, 1):
        whole = from_minor_units(cents, "USD")
        found = part(whole, bps, "USD")
        history.append(Transfer(TransferKind.SETTLE, OWED, READY, whole, "USD", 7, 3, ME, "fan"))
        rest = whole - found.amount
        if rest:
            history.append(ledger.pay_out(ME, rest, "USD", 2 * number))
        if found.amount:
            history.append(ledger.withheld(ME, found.amount, "USD", 2 * number + 1))
        if rest and end != "returns":
            history.append(ledger.paid(ME, rest, "USD", 2 * number))
        if end != "arrives" and rest:
            history.append(ledger.returned(ME, rest, "USD", 2 * number, arrived=end == "late"))
            if found.amount:
                history.append(ledger.withheld_back(ME, found.amount, "USD", 2 * number + 1))
        else:
            expected_held += found.amount
    if handed_on:
        history.append(ledger.hand_on_tax(handed_on, "USD"))
    balances = {key.account.kind: amount for key, amount in fold(history).items()}
    assert sum(balances.values()) == 0
    held, paid = balances.get(AccountKind.TAX_HELD, 0), balances.get(AccountKind.TAX_PAID, 0)
    assert (held + paid, paid) == (expected_held, handed_on)
    mine = sum(balances.get(kind, 0) for kind in (AccountKind.AVAILABLE, AccountKind.IN_TRANSIT, AccountKind.PAID))
    assert mine + expected_held == -balances.get(AccountKind.OWED, 0)


@each_verifier
@pytest.mark.parametrize("states", [("withheld",), ("withheld", "returned")], ids="-".join)
def test_a_statement_tells_it_and_every_verifier_adds_it_up(check: Verifier, states: tuple[str, ...]) -> None:
    world = World()
    world.filler(2)
    chain = world.pay(FINN, 1_250_000, states[0])
    for state in states[1:]:
        world.move(chain, FINN, 1_250_000, state)
    made = world.statement(FINN, "fan")
    closing = made["currencies"][0]["closing"]
    lost = {"withheld": "-1.250000", "returned": "0.000000"}[states[-1]]
    assert (closing["available"], closing["in_transit"], closing["paid"]) == (lost, "0.000000", "0.000000")
    assert check(made)["ok"] == "True"


@each_verifier
@pytest.mark.parametrize("states", [("withheld", "paid"), ("in_transit", "withheld"), ("returned", "withheld")])
def test_what_is_held_becomes_no_payment(check: Verifier, states: tuple[str, ...]) -> None:
    world = World()
    world.filler(2)
    chain = world.pay(FINN, 1_250_000, states[0])
    world.move(chain, FINN, 1_250_000, states[1])
    assert failed(check(world.statement(FINN, "fan"))) == {"chains"}
