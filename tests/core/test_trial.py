"""The trial balance adds up what stands on accounts, and says where it does not."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.ledger import AccountKind
from fanshare.core.trial import trial_balance

KINDS = st.sampled_from(list(AccountKind))
MOVES = st.lists(st.tuples(KINDS, KINDS, st.integers(1, 10**15), st.sampled_from(["EUR", "JPY"])), max_size=20)


@given(MOVES)
def test_whatever_moves_between_accounts_both_sides_are_the_same(moves: list[tuple[str, str, int, str]]) -> None:
    legs = [(currency, kind, sign * amount) for debit, credit, amount, currency in moves
            for kind, sign in ((debit, -1), (credit, 1))]  # fmt: skip
    sheets = trial_balance(legs)
    assert all(sheet.balanced for sheet in sheets)
    assert [sheet.currency for sheet in sheets] == sorted({move[3] for move in moves})
    for sheet in sheets:
        assert sheet.credits - sheet.debits == sum(amount for _, amount in sheet.lines) == 0
        assert all(amount for _, amount in sheet.lines)


def test_one_leg_alone_is_seen() -> None:
    [sheet] = trial_balance([("EUR", "owed", -5), ("EUR", "pending", 4), ("EUR", "paid", 0)])
    assert (sheet.balanced, sheet.debits, sheet.credits) == (False, 5, 4)
    assert [kind for kind, _ in sheet.lines] == [AccountKind.OWED, AccountKind.PENDING]
