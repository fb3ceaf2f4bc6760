"""Codes of people who are not paid: a code outlives the erased, and who is stopped gets none meanwhile."""

import pytest

from fanshare.core import shop_credits as way
from fanshare.core.errors import ConflictError
from fanshare.core.instants import MINUTE
from fanshare.core.ledger import AccountKey, AccountKind, Balance
from fanshare.core.money import MICROS
from fanshare.flows import people, unclaimed
from fanshare.store import books
from fanshare.store.queries import payout_runs
from tests.jobs.house import House
from tests.jobs.test_shop_credits import having, is_sound
from tests.jobs.tills import Till, woo

__all__ = ["woo"]


def test_a_code_outlives_whoever_was_erased_and_its_rest_is_nobody_s_until_claimed(house: House, woo: Till) -> None:
    bea = house.bea
    with having(house, woo) as purse:
        purse.wish()
        (row,) = purse.worked()
        people.erase(bea.programme, bea.finn, house.now)
        assert woo.works(row.shown), "whoever wrote it down can still use it: it was hers"
        with pytest.raises(ConflictError, match="not here any more"):
            purse.wish(1 * MICROS, "after")
        house.later(MINUTE)
        purse.buy(9001, row.shown, "6.40")
        assert [one.state for one in purse.worked()] == [way.USED], "no further code, which nobody would see"
        assert purse.ready(AccountKind.PAID) == 6_400_000
        assert purse.ready(AccountKind.IN_TRANSIT) == 0
        unclaimed.sweep(bea.programme, house.now)
        assert purse.ready() == 0
        key = Balance(AccountKey(AccountKind.UNCLAIMED), "EUR")
        assert books.balances(bea.access).get(key, 0) >= 3_600_000
        assert is_sound(house)


def test_to_whom_nothing_is_paid_no_code_is_given_until_she_is_paid_again(house: House, woo: Till) -> None:
    access = house.bea.access
    with having(house, woo) as purse:
        payout_runs.stop(access, house.bea.finn, "Her account is being looked into.", house.now)
        before = purse.ready()
        with pytest.raises(ConflictError, match="stopped for the time being") as caught:
            purse.wish()
        assert (caught.value.code, purse.ready()) == ("stopped", before)
        payout_runs.go_on(access, house.bea.finn)
        purse.wish()
        assert purse.ready() == before - 10 * MICROS
        assert is_sound(house)
