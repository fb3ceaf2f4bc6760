"""A gift, a code of the shop and a run reach for the same ready money at once: one has it, and nothing is lost."""

from collections import Counter
from threading import Barrier
from typing import Any

import pytest

from fanshare.core.ledger import AccountKey, AccountKind, Balance
from fanshare.core.money import MICROS
from fanshare.core.payout_item import State
from fanshare.flows import gifts, payout_runs, shop_credits
from fanshare.flows.context import Programme
from fanshare.store import books
from fanshare.store.access import Access
from fanshare.store.queries import gifts as gift_rows
from fanshare.store.queries import shop_credits as credit_rows
from tests.jobs.house import House
from tests.jobs.test_shop_credits import having, is_sound
from tests.jobs.tills import Till, at_once, woo

__all__ = ["woo"]
ALL = 10 * MICROS


def gave(house: House, programme: Programme, number: int) -> str:
    gifts.give(programme, gifts.Wish(house.bea.finn, "cleo", "EUR", ALL), f"gift {number}", house.now)
    return "gift"


def turned(house: House, shop: Till, programme: Programme, number: int) -> str:
    wish = shop_credits.Wish(house.bea.finn, shop.at.id, "EUR", ALL)
    shop_credits.ask(programme, wish, f"credit {number}", house.now)
    return "credit"


def paid(house: House, programme: Programme) -> str:
    """A whole run, from planning to its file; ``run`` where it pays Finn. It may pay Cleo what he has just given."""
    if not payout_runs.preview(programme.access, house.now).plan.items:
        return "nothing to pay"
    run, _ = payout_runs.plan(programme, "Bea", house.now)
    payout_runs.approve(programme, run, "Bea", house.now)
    sent = payout_runs.send(programme, run, "Bea", house.now)
    going = {row.party for row in sent if row.item.state is State.SUBMITTED}
    return "run" if house.bea.finn in going else "another's run" if going else "left out"


def has(house: House, party: int, kind: AccountKind = AccountKind.AVAILABLE) -> int:
    return books.balances(house.bea.access).get(Balance(AccountKey(kind, party), "EUR"), 0)


def test_of_three_ways_out_at_once_one_wins_and_nothing_is_lost(house: House, woo: Till) -> None:
    with having(house, woo, ALL):
        finn, cleo = house.bea.finn, house.bea.cleo

        def some_way(programme: Programme, number: int) -> str:
            if number % 3 == 0:
                return gave(house, programme, number)
            return paid(house, programme) if number % 3 == 1 else turned(house, woo, programme, number)

        won = Counter(at_once(house, 12, some_way))
        assert won["gift"] + won["credit"] + won["run"] == 1, won
        assert has(house, finn) == 0
        hers = has(house, cleo) + has(house, cleo, AccountKind.IN_TRANSIT)
        left = has(house, finn, AccountKind.IN_TRANSIT), hers
        assert left == ((0, ALL) if won["gift"] else (ALL, 0))
        assert is_sound(house)


def test_without_the_locks_the_same_money_goes_two_ways(
    house: House, woo: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: each looks before the other has taken it."""
    both = Barrier(2, timeout=20)

    def seen(access: Access, *_: Any) -> Any:
        both.wait()
        return ALL

    monkeypatch.setattr(gift_rows, "lock_ready", lambda access, parties, _: {parties[0]: seen(access)})
    monkeypatch.setattr(credit_rows, "locked_ready", seen)
    with having(house, woo, ALL):

        def a_way(programme: Programme, number: int) -> str:
            return turned(house, woo, programme, number) if number else gave(house, programme, number)

        assert sorted(at_once(house, 2, a_way)) == ["credit", "gift"]
        assert has(house, house.bea.finn) == -ALL
