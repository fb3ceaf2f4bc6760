"""What was paid and of which kinds, against a reference that follows every micro by itself."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fanshare.core import ledger
from fanshare.core.conversions import Leg, leg, leg_back
from fanshare.core.instants import parse_rfc3339
from fanshare.core.ledger import OWED, AccountKey, AccountKind, Balance, Given, Transfer, TransferKind, fold
from fanshare.core.money import MICROS
from fanshare.core.tax.kinds import TaxKind, kind_of
from fanshare.core.tax.paid import payments
from fanshare.core.tax.rules import Level
from fanshare.core.tax.year import of_year, standing, sums
from fanshare.flows.tax_rules import rules

ME, OTHER = 1, 2
READY = AccountKey(AccountKind.AVAILABLE, ME)
ROLES = {"creator": TaxKind.COMMISSION, "fan": TaxKind.SHARE, "buyer": TaxKind.REBATE}


def earned(role: str, amount: int, currency: str = "EUR", order: int = 7) -> Transfer:
    return Transfer(TransferKind.SETTLE, OWED, READY, amount, currency, order, 3, ME, role)


def refunded(role: str, amount: int, order: int = 7) -> Transfer:
    return Transfer(TransferKind.SETTLE, READY, OWED, amount, "EUR", order, 3, ME, role)


def timed(*transfers: Transfer) -> list[tuple[int, Transfer]]:
    return [*enumerate(transfers)]


def test_every_transfer_to_a_party_has_a_kind() -> None:
    assert [kind_of(earned(role, 1)) for role in ROLES] == [*ROLES.values()]
    assert kind_of(ledger.open_with(ME, 1, "EUR", waiting=False)) is TaxKind.EARLIER
    assert kind_of(ledger.claim(ME, 1, "EUR")) is TaxKind.CLAIMED
    assert kind_of(Given(1, OTHER, ME, 1, "EUR").handed_over()) is TaxKind.GIFT
    assert kind_of(ledger.pay_out(ME, 1, "EUR", 1)) is None
    assert kind_of(ledger.paid(ME, 1, "EUR", 1)) is None


def test_the_oldest_is_paid_first_and_a_refund_takes_of_its_own_kind() -> None:
    found = payments(ME, timed(
        earned("buyer", 5), earned("fan", 10), refunded("fan", 4), ledger.pay_out(ME, 8, "EUR", 1),
        ledger.paid(ME, 8, "EUR", 1), ledger.pay_out(ME, 3, "EUR", 2),
    ))  # fmt: skip
    assert [one.kinds for one in found] == [{TaxKind.REBATE: 5, TaxKind.SHARE: 3}, {TaxKind.SHARE: 3}]
    assert [one.counts for one in found] == [True, False]


def test_a_refund_after_the_payout_is_made_good_by_what_comes_next_of_its_kind() -> None:
    found = payments(ME, timed(
        earned("fan", 10), ledger.pay_out(ME, 10, "EUR", 1), refunded("fan", 4), earned("buyer", 6), earned("fan", 7),
        ledger.pay_out(ME, 9, "EUR", 2),
    ))  # fmt: skip
    assert found[1].kinds == {TaxKind.REBATE: 6, TaxKind.SHARE: 3}


def test_what_came_back_is_paid_again_as_it_was() -> None:
    found = payments(ME, timed(
        earned("buyer", 5), earned("fan", 5), ledger.pay_out(ME, 7, "EUR", 1), ledger.paid(ME, 7, "EUR", 1),
        ledger.returned(ME, 7, "EUR", 1, arrived=True), ledger.pay_out(ME, 6, "EUR", 2), ledger.paid(ME, 6, "EUR", 2),
    ))  # fmt: skip
    assert (found[0].counts, found[0].back_at) == (False, 4)
    assert found[1].kinds == {TaxKind.REBATE: 5, TaxKind.SHARE: 1}


def test_a_sale_that_was_refunded_is_in_no_payment_and_the_others_are() -> None:
    three = [earned("creator", 10, order=order) for order in (1, 2, 3)]
    sold = [*three, refunded("creator", 10, order=1)]
    first, second = payments(ME, timed(*sold, ledger.pay_out(ME, 15, "EUR", 1), ledger.pay_out(ME, 5, "EUR", 2)))
    assert first.sales == {(TaxKind.COMMISSION, 2): 10, (TaxKind.COMMISSION, 3): 5}
    assert second.sales == {(TaxKind.COMMISSION, 3): 5}
    gone = [ledger.pay_out(ME, 15, "EUR", 1), ledger.returned(ME, 15, "EUR", 1), ledger.pay_out(ME, 20, "EUR", 2)]
    again = payments(ME, timed(*sold, *gone))[1]
    assert again.sales == {(TaxKind.COMMISSION, 2): 10, (TaxKind.COMMISSION, 3): 10}, "in the order that it had"
    owed = [*three[:1], ledger.pay_out(ME, 10, "EUR", 1), refunded("creator", 10, order=1)]
    later = [earned("creator", 15, order=2), ledger.pay_out(ME, 5, "EUR", 2)]
    assert payments(ME, timed(*owed, *later))[1].sales == {(TaxKind.COMMISSION, 2): 5}


@pytest.mark.parametrize("back", [False, True])
def test_what_was_changed_counts_once_in_the_currency_it_was_earned_in(back: bool) -> None:
    sent = timed(
        earned("buyer", 5), earned("fan", 5), leg(Leg.EXCHANGED, ME, 7, "EUR", 1), leg(Leg.RECEIVED, ME, 8, "USD", 2),
        ledger.pay_out(ME, 8, "USD", 3),
    )  # fmt: skip
    assert [one.counts for one in payments(ME, sent, {1: 3})] == [False]
    arrived = [*sent, (6, ledger.paid(ME, 8, "USD", 3))]
    returned = (
        (7, ledger.returned(ME, 8, "USD", 3, arrived=True)), (7, leg_back(Leg.RECEIVED, ME, 8, "USD", 2)),
        (7, leg_back(Leg.EXCHANGED, ME, 7, "EUR", 1)), (8, ledger.pay_out(ME, 6, "EUR", 4)),
    )  # fmt: skip
    found = payments(ME, [*arrived, *returned] if back else arrived, {1: 3})
    assert (found[0].currency, found[0].kinds) == ("EUR", {TaxKind.REBATE: 5, TaxKind.SHARE: 2})
    assert (found[0].counts, found[0].paid_at, found[0].back_at) == (not back, 6, 7 if back else None)
    assert [one.kinds for one in found[1:]] == ([{TaxKind.REBATE: 5, TaxKind.SHARE: 1}] if back else [])


def test_a_gift_was_paid_to_whoever_gave_it_and_is_a_gift_to_whoever_got_it() -> None:
    given = Given(9, OTHER, ME, 5, "EUR")
    theirs = Transfer(TransferKind.SETTLE, OWED, AccountKey(AccountKind.AVAILABLE, OTHER), 5, "EUR", 7, 3, OTHER, "fan")
    [hers] = payments(OTHER, timed(theirs, given.handed_over()))
    assert (hers.kinds, hers.counts, hers.gift) == ({TaxKind.SHARE: 5}, True, 9)
    [mine] = payments(ME, timed(given.handed_over(), ledger.pay_out(ME, 5, "EUR", 1)))
    assert mine.kinds == {TaxKind.GIFT: 5}
    promised = payments(OTHER, timed(theirs, given.promised()))
    assert not promised[0].counts
    assert payments(OTHER, timed(theirs, given.promised(), given.kept()))[0].counts
    assert not payments(OTHER, timed(theirs, given.promised(), given.back()))[0].counts


def reference(transfers: list[Transfer]) -> tuple[Counter[TaxKind], list[Counter[TaxKind]]]:
    """Every micro is a token: what is ready (negative where owed), and what each payout took."""
    ready: list[TaxKind] = []
    owed: Counter[TaxKind] = Counter()
    taken: list[list[TaxKind]] = []
    for one in transfers:
        kind = ROLES.get(one.role or "")
        for _ in range(one.amount):
            if kind is not None and one.credit == READY:
                if owed[kind]:
                    owed[kind] -= 1
                else:
                    ready.append(kind)
            elif kind is not None:
                places = [place for place, token in enumerate(ready) if token is kind]
                if places:
                    del ready[places[-1]]
                else:
                    owed[kind] += 1
        if one.kind is TransferKind.PAYOUT:
            taken.append(ready[: one.amount])
            del ready[: one.amount]
        if one.kind is TransferKind.PAYOUT_RETURN:
            back = taken[(one.payout or 1) - 1]
            for token in reversed(back):
                if owed[token]:
                    owed[token] -= 1
                else:
                    ready.insert(0, token)
    left = Counter(ready)
    left.subtract(owed)
    return left, [Counter(one) for one in taken]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.sampled_from([*ROLES]), st.integers(1, 9)),
        st.tuples(st.just("refund"), st.sampled_from([*ROLES]), st.integers(1, 9)),
        st.tuples(st.just("pay"), st.just(""), st.integers(1, 20)),
        st.tuples(st.just("back"), st.just(""), st.integers(1, 5)),
    ),
    max_size=14,
)


@given(steps)
@example(
    [*(("earn", role, 1) for role in ("buyer", "creator", "buyer")), ("pay", "", 3), ("back", "", 1), ("pay", "", 2)]
)
def test_kinds_of_payments_are_those_of_a_reference_that_follows_every_micro(life: list[tuple[str, str, int]]) -> None:
    history: list[Transfer] = []
    sent: list[tuple[int, bool]] = []
    for what, role, size in life:
        balance = fold(history).get(Balance(READY, "EUR"), 0)
        if what == "earn":
            history.append(earned(role, size, order=size % 3 + 1))
        elif what == "refund":
            history.append(refunded(role, size, order=size % 3 + 1))
        elif what == "pay" and balance > 0:
            sent.append((min(size, balance), False))
            history.append(ledger.pay_out(ME, sent[-1][0], "EUR", len(sent)))
        elif what == "back" and size <= len(sent) and not sent[size - 1][1]:
            sent[size - 1] = (sent[size - 1][0], True)
            history.append(ledger.returned(ME, sent[size - 1][0], "EUR", size))
    left, taken = reference(history)
    found = payments(ME, timed(*history))
    assert [+Counter(one.kinds) for one in found] == [+one for one in taken]
    assert [one.amount for one in found] == [amount for amount, _ in sent]
    for one in found:
        by_sales = Counter[TaxKind]()
        for (kind, _), amount in one.sales.items():
            by_sales[kind] += amount
        assert +by_sales == +Counter(one.kinds), "sales add up to kinds"
    assert [one.back_at is not None for one in found] == [back for _, back in sent]
    assert sum(left.values()) == fold(history).get(Balance(READY, "EUR"), 0)


@given(st.lists(st.tuples(st.integers(2025, 2027), st.integers(1, 700), st.sampled_from(["us", "paypal"])), max_size=6))
def test_a_year_sums_what_arrived_in_it_and_a_report_counts_its_own_ways(paid: list[tuple[int, int, str]]) -> None:
    country = rules().of("US", "Etc/UTC", "EUR")
    report = country.report("1099-NEC")
    assert report is not None
    history: list[tuple[int, Transfer]] = []
    for number, (year, dollars, _) in enumerate(sorted(paid), 1):
        at = parse_rfc3339(f"{year}-06-01T12:00:00Z")
        amount = dollars * MICROS
        history += [
            (at, earned("fan", amount, "USD")),
            (at, ledger.pay_out(ME, amount, "USD", number)),
            (at, ledger.paid(ME, amount, "USD", number)),
        ]
    ways = {number: way for number, (_, _, way) in enumerate(sorted(paid), 1)}
    found = payments(ME, history)
    for year, threshold in ((2025, 600), (2026, 2_000)):
        exact = sum((Fraction(dollars) for when, dollars, _ in paid if when == year), Fraction(0))
        mine = sums(of_year(found, country, year)).get("USD", {})
        assert Fraction(sum(mine.values()), MICROS) == exact
        told = standing(report, country, year, found, ways)
        counted = sum((Fraction(dollars) for when, dollars, way in paid if (when, way) == (year, "us")), Fraction(0))
        assert Fraction(told.amount, MICROS) == counted
        part = counted / threshold
        assert told.level is (Level.REACHED if part >= 1 else Level.NEAR if part >= Fraction(4, 5) else Level.BELOW)


def test_what_was_paid_in_another_currency_is_named_and_not_added() -> None:
    country = rules().of("US", "Etc/UTC", "EUR")
    report = country.report("1099-NEC")
    assert report is not None
    at = parse_rfc3339("2026-06-01T12:00:00Z")
    history = [(at, earned("fan", 5)), (at, ledger.pay_out(ME, 5, "EUR", 1)), (at, ledger.paid(ME, 5, "EUR", 1))]
    told = standing(report, country, 2026, payments(ME, history), {})
    assert (told.amount, told.elsewhere, told.known) == (0, frozenset({"EUR"}), True)
