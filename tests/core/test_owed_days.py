"""The days of what is owed come to the balances, whatever the shares say."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.owed_days import DATED, OwedDay, owed_days

days = st.sampled_from(["", "2026-11-01", "2026-12-04", "2026-12-22"])
shares = st.lists(st.tuples(days, st.sampled_from(DATED), st.integers(0, 10**12)), max_size=12)
balances = st.fixed_dictionaries({kind: st.integers(0, 10**12) for kind in DATED})


@given(balances, shares)
def test_the_days_of_each_kind_come_to_its_balance(known: dict[str, int], dated: list[tuple[str, str, int]]) -> None:
    found = owed_days(known, dated, "2026-11-22")
    assert sum(one.waiting for one in found) == known["pending"]
    assert sum(one.checked for one in found) == known["held"]
    assert sum(one.unclaimed for one in found) == known["unclaimed"]
    assert [one.day for one in found if one.day] == sorted({one.day for one in found if one.day})
    assert all(one.day >= "2026-11-22" for one in found if one.day)


def test_what_is_overdue_is_todays_and_what_has_no_day_comes_last() -> None:
    dated = [("2026-11-20", "pending", 3), ("2026-12-04", "held", 5), ("", "pending", 2)]
    assert owed_days({"pending": 7, "held": 5}, dated, "2026-11-22") == [
        OwedDay("2026-11-22", 3, 0, 0),
        OwedDay("2026-12-04", 0, 5, 0),
        OwedDay("", 4, 0, 0),
    ]
