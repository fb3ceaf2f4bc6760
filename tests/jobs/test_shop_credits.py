"""Credit over real HTTP: ready money becomes a code, is used, gives its rest back, and is nobody's twice."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, LiteralString

import pytest

from fanshare.core import shop_credits as way
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import HOUR, MINUTE, format_rfc3339
from fanshare.core.ledger import AccountKey, AccountKind, Balance, open_with
from fanshare.core.money import MICROS
from fanshare.flows import payouts, shop_credits
from fanshare.flows.check import check
from fanshare.flows.shop_credits import Wish, allow, ask, cancel
from fanshare.jobs.shop_credits import work_credits
from fanshare.jobs.worker import log_name
from fanshare.store import books, directory
from fanshare.store.ledger import post_logged
from fanshare.store.queries import shop_credits as rows
from fanshare.store.signing import load_or_create
from fanshare.world.woo_server import Fault
from fanshare.world.woo_shop import WooShop
from tests.jobs.house import House
from tests.jobs.test_reconciliation import order as woo_order
from tests.jobs.test_shopify import post, sale
from tests.jobs.tills import Till, at_once, till, woo

__all__ = ["till", "woo"]


@dataclass
class Purse:
    """Finn's, and the shop that gives credit for it."""

    house: House
    till: Till

    def ready(self, kind: AccountKind = AccountKind.AVAILABLE) -> int:
        key = Balance(AccountKey(kind, self.house.bea.finn), "EUR")
        return books.balances(self.house.bea.access).get(key, 0)

    def wish(self, amount: int = 10 * MICROS, key: str = "k") -> rows.Credit:
        bea = self.house.bea
        return ask(bea.programme, Wish(bea.finn, self.till.at.id, "EUR", amount), key, self.house.now)

    def worked(self) -> list[rows.Credit]:
        work_credits(self.house.bea.programme, self.house.clock)
        return rows.listed(self.house.bea.access)

    def buy(self, number: int, code: str, taken: str, **more: Any) -> None:
        """An order in which the code takes an amount off."""
        self.till.codes.use(code)
        self.tell(number, code, taken, **more)

    def tell(self, number: int, code: str, taken: str, **more: Any) -> None:
        house, shop = self.house, self.till.shop
        if isinstance(shop, WooShop):
            lines = [{"id": 1, "code": code.lower(), "discount": taken, "discount_tax": "0.00"}]
            shop.put(woo_order(number, house.now, coupon_lines=lines, **more))
            for message in shop.deliveries_for(number):
                house.bea.send(self.till.at.endpoint, message)
        else:
            # An order keeps the moment in which it was made, however often it is told.
            known = shop.orders.get(str(number), {})
            first = {name: known[name] for name in ("created_at", "processed_at") if name in known}
            document = sale(house, "", id=number, discount_codes=[{"code": code, "amount": taken}], **first)
            document |= {"email": "b@example.test", "customer": {"id": 7_000 + number, "email": "b@example.test"}}
            document["discount_applications"] = [{"type": "discount_code", "code": code}]
            document["total_discounts_set"] = {"shop_money": {"amount": taken, "currency_code": "EUR"}}
            document["admin_graphql_api_id"] = f"gid://shopify/Order/{number}"
            if more:
                document |= {"cancelled_at": format_rfc3339(house.now), "updated_at": format_rfc3339(house.now)}
            shop.put(document)
            post(house, self.till.at, "orders/updated" if more else "orders/create", document)
        house.work()


@contextlib.contextmanager
def having(house: House, shop: Till, amount: int = 10 * MICROS) -> Iterator[Purse]:
    """Finn has something ready that he brought, and the shop has sold in euros before."""
    purse = Purse(house, shop)
    with house.open():
        purse.tell(8000, "OTHER", "0.00")
        post_logged(house.bea.access, [open_with(house.bea.finn, amount, "EUR", waiting=False)], at=house.now)
        allow(house.bea.programme, shop.at.id, True, house.now)
        yield purse


def is_sound(house: House) -> bool:
    """Every check but that of balances from other tools, of which there is one without its record here."""
    signer = load_or_create(house.home / "keys", log_name("shop.example", house.bea.tenant))
    programme = replace(house.bea.programme, log_keys=signer.keys)
    assert [one.message for one in check(programme, house.now) if not one.ok and one.name != "openings"] == []
    return house.bea.sound()


def test_the_first_cents_become_a_code_that_works_once_and_its_money_is_paid_by_the_order(
    house: House, till: Till
) -> None:
    with having(house, till, 10_004_999) as purse:
        made = purse.wish()
        assert (made.state, purse.ready(), purse.ready(AccountKind.IN_TRANSIT)) == (way.WANTED, 4_999, 10 * MICROS)
        (row,) = purse.worked()
        assert (row.state, row.problem, till.works(row.shown)) == (way.SHOWN, "", True)
        house.later(MINUTE)
        purse.buy(9001, row.shown, "10.00")
        (row,) = purse.worked()
        assert (row.state, row.used, till.works(row.shown)) == (way.USED, 10 * MICROS, False)
        assert (purse.ready(), purse.ready(AccountKind.PAID)) == (4_999, 10 * MICROS)
        assert is_sound(house)


def test_what_a_basket_left_over_is_a_code_of_its_own_once(house: House, till: Till) -> None:
    with having(house, till) as purse:
        purse.wish()
        (row,) = purse.worked()
        house.later(MINUTE)
        purse.buy(9001, row.shown, "6.40")
        purse.worked()
        for _ in range(2):
            house.later(MINUTE)
            purse.tell(9001, row.shown, "6.40")
            old, rest = purse.worked()
        assert (old.state, old.used, rest.state, rest.amount) == (way.USED, 6_400_000, way.SHOWN, 3_600_000)
        assert (till.works(old.shown), till.works(rest.shown)) == (False, True)
        assert (purse.ready(AccountKind.PAID), purse.ready(AccountKind.IN_TRANSIT)) == (6_400_000, 3_600_000)
        cancel(house.bea.programme, house.bea.finn, rest.id, house.now)
        assert purse.worked()[1].state == way.CANCELLED
        assert (purse.ready(), till.works(rest.shown)) == (3_600_000, False)
        assert is_sound(house)


def test_an_unused_code_is_taken_back_after_the_shop_ended_it(house: House, till: Till) -> None:
    bea = house.bea
    with having(house, till) as purse:
        made = purse.wish()
        purse.worked()
        with pytest.raises(BadInputError, match="no such credit"):
            cancel(bea.programme, bea.cleo, made.id, house.now)
        for _ in range(2):
            assert cancel(bea.programme, bea.finn, made.id, house.now).state == way.ENDING
        assert purse.ready() == 0
        assert purse.worked()[0].state == way.CANCELLED
        assert (purse.ready(), till.works(made.shown)) == (10 * MICROS, False)
        assert cancel(bea.programme, bea.finn, made.id, house.now).state == way.CANCELLED
        assert is_sound(house)


def test_a_code_that_a_checkout_took_meanwhile_is_not_given_back(house: House, till: Till) -> None:
    with having(house, till) as purse:
        made = purse.wish()
        purse.worked()
        till.codes.use(made.shown)
        cancel(house.bea.programme, house.bea.finn, made.id, house.now)
        (row,) = purse.worked()
        assert (row.state, purse.ready()) == (way.ENDING, 0)
        assert "its order is waited for" in row.problem
        house.later(MINUTE)
        purse.tell(9001, made.shown, "10.00")
        assert purse.worked()[0].state == way.USED
        assert purse.ready(AccountKind.PAID) == 10 * MICROS
        assert is_sound(house)


def test_an_order_that_comes_to_nothing_gives_the_money_back(house: House, till: Till) -> None:
    with having(house, till) as purse:
        purse.wish()
        (row,) = purse.worked()
        house.later(MINUTE)
        purse.buy(9001, row.shown, "10.00")
        assert purse.worked()[0].state == way.USED
        house.later(HOUR)
        purse.tell(9001, row.shown, "10.00", status="cancelled")
        purse.worked()
        house.later(HOUR)
        assert purse.worked()[0].state == way.CANCELLED
        assert (purse.ready(), purse.ready(AccountKind.PAID)) == (10 * MICROS, 0)
        assert is_sound(house)


def test_an_unknown_answer_is_never_answered_by_a_second_code(house: House, woo: Till) -> None:
    with having(house, woo) as purse:
        before = len(woo.shop.coupons.kept)
        purse.wish()
        for fault in (Fault.CUT, Fault.HALF, Fault.ERROR):
            woo.shop.misbehave(*[fault] * 9)
            (row,) = purse.worked()
            woo.shop.behave()
            assert (row.state, purse.ready(), purse.ready(AccountKind.IN_TRANSIT)) == (way.ASKED, 0, 10 * MICROS)
            house.later(HOUR)
        (row,) = purse.worked()
        assert (row.state, len(woo.shop.coupons.kept)) == (way.SHOWN, before + 1)


_VICTIM = """
import sys
from fanshare.flows import credit_steps
from fanshare.flows.context import open_programme
from fanshare.jobs.shop_credits import work_credits
from fanshare.store.access import Access, connect
from tests.edge.running import KEYS
dsn, programme, public_id, now = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
opened = open_programme(Access(connect(dsn), programme, "job:credits"), public_id, KEYS)
def stopped(*_):
    print("the shop has answered", flush=True)
    sys.stdin.readline()
credit_steps.made = stopped
work_credits(opened, lambda: now)
"""


def test_who_is_killed_between_the_shops_answer_and_our_commit_finds_the_code_again(house: House, woo: Till) -> None:
    bea = house.bea
    with having(house, woo) as purse:
        made = purse.wish()
        arguments = [house.database.dsn(), str(bea.tenant.id), bea.tenant.public_id, str(house.now)]
        victim = subprocess.Popen(
            [sys.executable, "-c", _VICTIM, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": "src:."},
        )
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"the shop has answered\n"
        os.kill(victim.pid, signal.SIGKILL)
        victim.communicate()
        assert woo.works(made.shown)
        assert purse.worked()[0].state == way.ASKED
        house.later(HOUR)
        (row,) = purse.worked()
        assert (row.state, row.shown, row.token, row.attempts) == (way.SHOWN, made.shown, made.token, 2)
        assert is_sound(house)


def test_an_order_that_stands_again_after_its_money_came_back_is_paid_once_more(house: House, woo: Till) -> None:
    with having(house, woo) as purse:
        purse.wish()
        (row,) = purse.worked()
        house.later(MINUTE)
        purse.buy(9001, row.shown, "6.40")
        purse.worked()
        for status, state, paid in (("cancelled", way.CANCELLED, 0), ("processing", way.USED, 6_400_000)):
            house.later(HOUR)
            purse.tell(9001, row.shown, "6.40", status=status)
            purse.worked()
            house.later(HOUR)
            found = purse.worked()
            assert ([one.state for one in found], len(found)) == ([state, way.SHOWN], 2)
            assert (purse.ready(), purse.ready(AccountKind.PAID)) == (6_400_000 - paid, paid)
            assert is_sound(house)


def test_the_worker_asks_only_where_something_is_due_and_of_a_shop_that_is_away_ever_more_seldom(
    house: House, woo: Till
) -> None:
    def due() -> bool:
        return house.bea.tenant.id in directory.programmes_with_credits(house.conn, house.now)

    with having(house, woo) as purse:
        assert not due()
        purse.wish(4 * MICROS)
        assert due()
        house.later(MINUTE)
        house.work()
        first = rows.listed(house.bea.access)[0]
        assert (first.state, due()) == (way.SHOWN, False)
        woo.shop.misbehave(*[Fault.ERROR] * 900)
        purse.wish(3 * MICROS, "second")
        asked = []
        for _ in range(8):
            work_credits(house.bea.programme, house.clock)
            (at,) = house.rows("SELECT min(work_at) FROM shop_credit")[0]
            asked.append(at - house.now)
            house.clock.freeze(at)
        assert asked == sorted(asked)
        assert (asked[0], asked[-1]) == (MINUTE, 6 * HOUR)
        woo.shop.behave()
        assert [one.state for one in purse.worked()] == [way.SHOWN, way.SHOWN]
        purse.tell(9001, first.shown, "4.00")
        assert not due()
        assert rows.listed(house.bea.access)[0].state == way.USED


def test_an_order_is_asked_about_again_when_its_shop_was_away(house: House, woo: Till) -> None:
    with having(house, woo) as purse:
        purse.wish()
        (row,) = purse.worked()
        house.later(MINUTE)
        woo.codes.use(row.shown)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("fanshare.jobs.worker.work_credits", lambda *_: None)
            purse.tell(9001, row.shown, "10.00")
        woo.shop.misbehave(*[Fault.ERROR] * 9)
        assert purse.worked()[0].state == way.SHOWN
        woo.shop.behave()
        assert purse.worked()[0].state == way.SHOWN
        house.later(2 * MINUTE)
        assert purse.worked()[0].state == way.USED
        assert house.rows("SELECT count(*) FROM credit_due") == [(0,)]


def test_of_fifty_clicks_at_once_one_makes_a_code(house: House, woo: Till) -> None:
    with having(house, woo) as purse:
        wish = Wish(house.bea.finn, woo.at.id, "EUR", 10 * MICROS)

        def other_key(programme: Any, number: int) -> str:
            return ask(programme, wish, f"key {number}", house.now).state

        done = at_once(house, 50, other_key)
        assert sorted(done) == ["not_ready"] * 49 + [way.WANTED]
        (row,) = rows.listed(house.bea.access)
        post_logged(house.bea.access, [open_with(house.bea.finn, 20 * MICROS, "EUR", waiting=False)], at=house.now)

        def same_key(programme: Any, _: int) -> int:
            return ask(programme, wish, "one key", house.now).id

        assert len(set(at_once(house, 50, same_key))) == 1
        assert len(rows.listed(house.bea.access)) == 2
        assert (purse.ready(), purse.ready(AccountKind.IN_TRANSIT)) == (10 * MICROS, 20 * MICROS)
        assert row.state == way.WANTED


def test_what_cannot_be_is_refused_and_moves_nothing(house: House, woo: Till) -> None:
    bea = house.bea
    with having(house, woo) as purse:
        for amount, code in ((0, "bad_amount"), (5_000, "bad_amount"), (10_010_000, "not_ready")):
            with pytest.raises((BadInputError, ConflictError)) as caught:
                purse.wish(amount, f"key {amount}")
            assert caught.value.code == code
        for wish in (Wish(bea.finn, woo.at.id, "USD", MICROS), Wish(bea.finn, bea.shop.id, "EUR", MICROS)):
            with pytest.raises(BadInputError, match="gives no credit"):
                ask(bea.programme, wish, "key", house.now)
        assert [one.most for one in shop_credits.offers(bea.programme, bea.finn, house.now)] == [10 * MICROS]
        allow(bea.programme, woo.at.id, False, house.now + MINUTE)
        assert shop_credits.offers(bea.programme, bea.finn, house.now) == []
        with pytest.raises(BadInputError, match="gives no credit"):
            purse.wish()
        assert (purse.ready(), rows.listed(bea.access)) == (10 * MICROS, [])


def test_a_hand_does_not_move_the_money_of_a_credit_as_a_payout(house: House, woo: Till) -> None:
    bea = house.bea
    with having(house, woo) as purse:
        row = purse.wish()
        for move in (payouts.arrived, lambda *args: payouts.came_back(args[0], args[1], "why", args[2])):
            with pytest.raises(ConflictError, match="in a code of the shop"):
                move(bea.programme, row.payout, house.now)


def test_a_code_the_shop_refuses_gives_the_money_back_at_once(house: House, till: Till) -> None:
    with having(house, till) as purse:
        made = purse.wish()
        till.codes.refused.add(made.folded)
        (row,) = purse.worked()
        assert (row.state, purse.ready()) == (way.FAILED, 10 * MICROS)
        assert "refused" in row.problem
        assert is_sound(house)


@pytest.mark.parametrize(
    "edit",
    [
        "amount = amount + 10000",
        "used = used + 10000",
        "currency = 'USD'",
        "state = 'cancelled', work_at = NULL",
        "party_id = (SELECT max(p.id) FROM party p WHERE p.id <> party_id)",
    ],
)
def test_the_check_finds_a_credit_whose_money_is_elsewhere(house: House, woo: Till, edit: LiteralString) -> None:
    with having(house, woo) as purse:
        purse.wish()
        assert is_sound(house)
        house.conn.execute("UPDATE shop_credit SET " + edit)
        with pytest.raises(AssertionError, match="shop_credit"):
            is_sound(house)
