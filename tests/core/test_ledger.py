"""The ledger's arithmetic: nothing unbalanced can be written, and differences lead exactly where they should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import ledger
from fanshare.core.errors import BadInputError
from fanshare.core.ledger import (
    BUCKETS,
    OWED,
    AccountKey,
    AccountKind,
    Balance,
    Placed,
    PositionKey,
    Transfer,
    TransferKind,
    differences,
    first_overdrawn,
    fold,
    posted,
)
from fanshare.core.money import MAX_MICROS

PENDING, AVAILABLE, HELD = AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.HELD
CLEO, FINN = 1, 2
KEY = PositionKey(order=7, creator=CLEO, party=FINN, role="fan")

placed = st.builds(
    Placed,
    bucket=st.sampled_from([PENDING, AVAILABLE, HELD]),
    amount=st.one_of(st.integers(0, 5), st.integers(0, MAX_MICROS // 10)),
    currency=st.sampled_from(["EUR", "JPY"]),
)
keys = st.builds(
    PositionKey, st.integers(1, 3), st.integers(1, 2), st.integers(1, 3), st.sampled_from(["creator", "fan", "buyer"])
)
books = st.dictionaries(keys, placed, max_size=8)


def settle(debit: AccountKey, credit: AccountKey, amount: int) -> Transfer:
    return Transfer(TransferKind.SETTLE, debit, credit, amount, "EUR", *KEY)


def at(kind: AccountKind) -> AccountKey:
    return AccountKey(kind, FINN)


def change(old: Placed | None, new: Placed | None) -> list[tuple[str, str, int, str]]:
    found = differences({} if old is None else {KEY: old}, {} if new is None else {KEY: new})
    return [(each.debit.kind, each.credit.kind, each.amount, each.currency) for each in found]


@pytest.mark.parametrize("amount", [0, -1, True, MAX_MICROS + 1, 2**63, 1.0, "1", None])
def test_an_amount_that_is_no_positive_number_of_micros_is_refused(amount: int) -> None:
    with pytest.raises(BadInputError):
        settle(OWED, at(PENDING), amount)
    assert settle(OWED, at(PENDING), MAX_MICROS).amount == MAX_MICROS


def test_money_does_not_move_in_a_circle_of_one() -> None:
    with pytest.raises(BadInputError, match="two different accounts"):
        settle(at(PENDING), at(PENDING), 1)


@pytest.mark.parametrize(
    "account",
    [AccountKey(PENDING), AccountKey(AccountKind.OWED, FINN), AccountKey(AccountKind.PAID), AccountKey(HELD)],
)
def test_an_account_belongs_to_a_party_exactly_if_its_kind_says_so(account: AccountKey) -> None:
    with pytest.raises(BadInputError, match="can't exist"):
        Transfer(TransferKind.FEE, AccountKey(AccountKind.FEE), account, 1, "EUR", order=7, creator=CLEO)


def test_what_is_unclaimed_may_belong_to_nobody_we_know() -> None:
    ledger.check_account(AccountKey(AccountKind.UNCLAIMED))
    ledger.check_account(AccountKey(AccountKind.UNCLAIMED, FINN))


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(BadInputError, match="not a currency"):
        Transfer(TransferKind.FEE, OWED, AccountKey(AccountKind.FEE), 1, "XXL", order=7, creator=CLEO)


@pytest.mark.parametrize(("order", "creator"), [(None, CLEO), (7, None), (None, None)])
def test_a_fee_names_its_part(order: int | None, creator: int | None) -> None:
    with pytest.raises(BadInputError, match="the order and the creator"):
        Transfer(TransferKind.FEE, OWED, AccountKey(AccountKind.FEE), 1, "EUR", order=order, creator=creator)


def test_a_settlement_names_its_position() -> None:
    with pytest.raises(BadInputError):
        Transfer(TransferKind.SETTLE, OWED, at(PENDING), 1, "EUR", order=7)


def test_a_new_share_is_owed_by_the_brand() -> None:
    assert change(None, Placed(PENDING, 5, "EUR")) == [("owed", "pending", 5, "EUR")]


def test_within_a_bucket_only_the_difference_moves() -> None:
    assert change(Placed(PENDING, 5, "EUR"), Placed(PENDING, 3, "EUR")) == [("pending", "owed", 2, "EUR")]
    assert change(Placed(PENDING, 3, "EUR"), Placed(PENDING, 5, "EUR")) == [("owed", "pending", 2, "EUR")]
    assert change(Placed(PENDING, 5, "EUR"), Placed(PENDING, 5, "EUR")) == []


def test_a_share_that_matures_moves_as_it_is() -> None:
    assert change(Placed(PENDING, 5, "EUR"), Placed(AVAILABLE, 5, "EUR")) == [("pending", "available", 5, "EUR")]


def test_a_share_that_matures_and_changes_takes_two_steps() -> None:
    grown = [("pending", "available", 5, "EUR"), ("owed", "available", 2, "EUR")]
    shrunk = [("pending", "available", 3, "EUR"), ("pending", "owed", 2, "EUR")]
    assert change(Placed(PENDING, 5, "EUR"), Placed(AVAILABLE, 7, "EUR")) == grown
    assert change(Placed(PENDING, 5, "EUR"), Placed(AVAILABLE, 3, "EUR")) == shrunk


def test_another_currency_takes_the_old_amount_back_and_posts_the_new_one() -> None:
    found = change(Placed(AVAILABLE, 5, "EUR"), Placed(PENDING, 700, "JPY"))
    assert found == [("available", "owed", 5, "EUR"), ("owed", "pending", 700, "JPY")]


def test_what_is_no_longer_desired_is_taken_back_whole() -> None:
    assert change(Placed(HELD, 5, "EUR"), None) == [("held", "owed", 5, "EUR")]
    assert change(Placed(HELD, 0, "EUR"), None) == []


@pytest.mark.parametrize("wrong", [Placed(AccountKind.OWED, 5, "EUR"), Placed(PENDING, -1, "EUR")])
def test_a_position_elsewhere_or_below_zero_is_refused(wrong: Placed) -> None:
    with pytest.raises(BadInputError):
        differences({}, {KEY: wrong})


@given(before=books, after=books)
def test_differences_lead_exactly_to_what_is_desired(
    before: dict[PositionKey, Placed], after: dict[PositionKey, Placed]
) -> None:
    history = [*differences({}, before), *differences(before, after)]
    wanted = {key: {(one.bucket, one.currency): one.amount} for key, one in after.items() if one.amount}
    assert {key: where for key, where in posted(history).items() if where} == wanted


@given(before=books, after=books)
def test_balances_sum_to_zero_and_agree_with_the_positions(
    before: dict[PositionKey, Placed], after: dict[PositionKey, Placed]
) -> None:
    balances = fold([*differences({}, before), *differences(before, after)])
    for currency in ("EUR", "JPY"):
        assert sum(amount for key, amount in balances.items() if key.currency == currency) == 0
    expected: dict[Balance, int] = dict.fromkeys(balances, 0)
    for key, one in after.items():
        for account, sign in ((AccountKey(one.bucket, key.party), 1), (OWED, -1)):
            name = Balance(account, one.currency)
            expected[name] = expected.get(name, 0) + sign * one.amount
    assert {key: amount for key, amount in expected.items() if amount} == {
        key: amount for key, amount in balances.items() if amount
    }
    assert first_overdrawn(balances) is None


@given(after=books)
def test_what_is_there_already_needs_nothing(after: dict[PositionKey, Placed]) -> None:
    assert differences(after, after) == []


@given(before=placed, after=placed)
def test_no_shorter_way_exists(before: Placed, after: Placed) -> None:
    steps = differences({KEY: before}, {KEY: after})
    legs = fold(steps)
    assert len(steps) <= 2
    assert len(steps) == max(0, sum(1 for amount in legs.values() if amount) - 1) or before.currency != after.currency


@given(before=books, after=books)
def test_the_same_question_gets_the_same_answer_in_the_same_order(
    before: dict[PositionKey, Placed], after: dict[PositionKey, Placed]
) -> None:
    backwards = dict(reversed(before.items())), dict(reversed(after.items()))
    assert differences(before, after) == differences(*backwards)


def test_only_what_is_ready_and_the_brands_own_accounts_may_be_negative() -> None:
    balances = {
        Balance(AccountKey(AccountKind.OWED), "EUR"): -1,
        Balance(at(AVAILABLE), "EUR"): -1,
        Balance(at(HELD), "EUR"): -1,
        Balance(AccountKey(HELD, CLEO), "EUR"): -1,
    }
    assert first_overdrawn(balances) == Balance(AccountKey(HELD, CLEO), "EUR")
    assert first_overdrawn({Balance(at(AVAILABLE), "EUR"): -1}) is None


def test_a_refund_after_the_payout_leaves_a_negative_balance_that_the_brand_may_absorb() -> None:
    history = [
        *differences({}, {KEY: Placed(AVAILABLE, 5, "EUR")}),
        ledger.pay_out(FINN, 5, "EUR", 1),
        ledger.paid(FINN, 5, "EUR", 1),
        *differences({KEY: Placed(AVAILABLE, 5, "EUR")}, {KEY: Placed(AVAILABLE, 2, "EUR")}),
    ]
    assert fold(history)[Balance(at(AVAILABLE), "EUR")] == -3
    balances = fold([*history, ledger.absorb(FINN, 3, "EUR")])
    assert balances[Balance(at(AVAILABLE), "EUR")] == 0
    assert balances[Balance(AccountKey(AccountKind.ABSORBED), "EUR")] == -3


def test_a_payout_that_comes_back_is_ready_again() -> None:
    history = [*differences({}, {KEY: Placed(AVAILABLE, 5, "EUR")}), ledger.pay_out(FINN, 5, "EUR", 1)]
    on_its_way = fold([*history, ledger.returned(FINN, 5, "EUR", 1)])
    arrived = fold([*history, ledger.paid(FINN, 5, "EUR", 1), ledger.returned(FINN, 5, "EUR", 1, arrived=True)])
    assert on_its_way[Balance(at(AVAILABLE), "EUR")] == arrived[Balance(at(AVAILABLE), "EUR")] == 5


def test_what_an_erased_party_had_stays_owed_and_can_be_claimed() -> None:
    history = [
        *differences({}, {KEY: Placed(AVAILABLE, 5, "EUR")}),
        ledger.leave_unclaimed(FINN, AVAILABLE, 5, "EUR"),
        ledger.claim(CLEO, 2, "EUR"),
    ]
    balances = fold(history)
    assert balances[Balance(AccountKey(AccountKind.UNCLAIMED), "EUR")] == 3
    assert balances[Balance(AccountKey(AVAILABLE, CLEO), "EUR")] == 2
    assert balances[Balance(OWED, "EUR")] == -5


def test_payouts_do_not_count_as_posted_by_the_settlement() -> None:
    history = [*differences({}, {KEY: Placed(AVAILABLE, 5, "EUR")}), ledger.pay_out(FINN, 5, "EUR", 1)]
    assert posted(history) == {KEY: {(AVAILABLE, "EUR"): 5}}


def test_a_movement_without_a_position_is_for_none() -> None:
    with pytest.raises(BadInputError):
        ledger.position_of(ledger.pay_out(FINN, 5, "EUR", 1))
    whole = settle(OWED, at(PENDING), 5)
    assert ledger.position_of(whole) == KEY
    for missing in ("order", "creator", "role"):
        part = Transfer(TransferKind.PAYOUT, OWED, at(PENDING), 5, "EUR", *KEY)
        object.__setattr__(part, missing, None)
        with pytest.raises(BadInputError):
            ledger.position_of(part)


def test_shares_of_one_order_come_in_the_order_of_their_parties_whoever_is_unknown_first() -> None:
    buckets = {5: PENDING, None: AccountKind.UNCLAIMED, 3: PENDING}
    wanted = {KEY._replace(party=party): Placed(bucket, 1, "EUR") for party, bucket in buckets.items()}
    assert [one.party for one in differences({}, wanted)] == [None, 3, 5]


def test_what_another_tool_owed_waits_or_is_ready_and_comes_from_what_is_owed() -> None:
    for waiting, bucket in ((True, PENDING), (False, AVAILABLE)):
        opened = ledger.open_with(FINN, 5, "EUR", waiting=waiting)
        assert (opened.kind, opened.debit, opened.credit) == (TransferKind.OPENING, OWED, at(bucket))
    ready = ledger.opening_ready(FINN, 5, "EUR")
    assert (ready.kind, ready.debit, ready.credit) == (TransferKind.OPENING, at(PENDING), at(AVAILABLE))


def test_what_an_erased_party_left_is_taken_back_into_what_she_owes() -> None:
    back = ledger.take_back_unclaimed(FINN, 5, "EUR")
    assert (back.kind, back.debit.kind, back.credit) == (TransferKind.ERASE, AccountKind.UNCLAIMED, at(AVAILABLE))
    assert (back.party, back.amount) == (FINN, 5)


def test_every_bucket_belongs_to_a_party() -> None:
    assert not BUCKETS & ledger.PROGRAMME_KINDS


@pytest.mark.parametrize(("arrived", "source"), [(False, AccountKind.IN_TRANSIT), (True, AccountKind.PAID)])
def test_a_payout_comes_back_from_where_it_was(arrived: bool, source: AccountKind) -> None:
    back = ledger.returned(FINN, 5, "EUR", 1, arrived=arrived)
    assert (back.debit, back.credit) == (AccountKey(source, FINN), AccountKey(AVAILABLE, FINN))
    assert ledger.returned(FINN, 5, "EUR", 1).debit.kind is AccountKind.IN_TRANSIT


def test_fees_move_by_the_difference_and_only_where_there_is_one() -> None:
    new, more, less, gone, same = (ledger.FeeKey(order, CLEO, "EUR") for order in range(1, 6))
    posted = {more: 10, less: 10, gone: 10, same: 10}
    found = ledger.fee_differences(posted, {new: 1, more: 13, less: 4, same: 10})
    fee, owed = AccountKey(AccountKind.FEE), OWED
    assert [(one.order, one.debit, one.credit, one.amount) for one in found] == [
        (1, owed, fee, 1),
        (2, owed, fee, 3),
        (3, fee, owed, 6),
        (4, fee, owed, 10),
    ]
