"""Which payments of the world outside restored books lack, and whose they were."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.found_payments import Books, Outside, sort

BOOKS = Books("p-", frozenset({"p-1"}), {"p-2": 20}, {"A": frozenset({7}), "B": frozenset({7, 8})})


def paid(key: str, to: str = "", amount: int = 1) -> Outside:
    return Outside(key, key, to, amount, "EUR")


def test_a_payment_is_missing_by_its_reference_and_somebodys_by_her_plan_or_her_own_account() -> None:
    told = [paid("p-1", "A"), paid("p-2", "A"), paid("p-3", "A"), paid("p-4", "B"), paid("p-5"), paid("RENT", "A")]
    found = sort(told, BOOKS)
    assert [(one.outside.key, one.party) for one in found.missing] == [
        ("p-2", 20),
        ("p-3", 7),
        ("p-4", None),
        ("p-5", None),
    ]
    assert (found.known, found.foreign) == (1, 1)


def test_what_came_back_whole_is_no_payment() -> None:
    assert sort([paid("p-3", "A", 0)], BOOKS) == ((), 0, 0)


@given(
    st.lists(
        st.builds(
            paid, st.sampled_from(["p-1", "p-2", "p-9", "x"]), st.sampled_from(["A", "B", "C"]), st.integers(0, 5)
        )
    )
)
def test_each_is_missing_known_foreign_or_back_and_none_is_made_up(told: list[Outside]) -> None:
    found = sort(told, BOOKS)
    back = sum(one.key in ("p-2", "p-9") and not one.amount for one in told)
    assert len(found.missing) + found.known + found.foreign + back == len(told)
    assert all(one.outside in told for one in found.missing)
    assert not any(one.outside.key in BOOKS.sent for one in found.missing)
