"""Shop credit from a brand's own codes: each is given once, for exactly its worth, whatever happens in which order."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fanshare.config.keys import ENDPOINT_SECRET
from fanshare.core import shop_credits as way
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY
from fanshare.core.ledger import AccountKind, open_with
from fanshare.core.money import MICROS
from fanshare.core.orders import Evidence
from fanshare.flows import credit_stock as flow
from fanshare.flows import payout_holds, shop_credits
from fanshare.flows.connection_changes import find
from fanshare.flows.shop_credits import Wish
from fanshare.jobs.shop_credits import work_credits
from fanshare.store.access import Connection
from fanshare.store.ledger import post_logged
from fanshare.store.queries import credit_stock as stock
from fanshare.store.queries import shop_credits as rows
from tests.flows.test_desk_notes import Desk
from tests.support.pg_books import KEYS
from tests.support.stories import NOW, open_story

FIVE, TEN = 5 * MICROS, 10 * MICROS


class Till:
    """A shop in which fanshare can make no codes, and Finn with money ready."""

    def __init__(self, conn: Connection, ready: int = 40 * MICROS) -> None:
        self.story, self.now, self.sold = open_story(conn), NOW, 0
        shop = self.story.shop
        none = KEYS.seal(ENDPOINT_SECRET, b"[]", shop.public_id.encode())
        conn.execute("UPDATE connection SET sealed_secrets = %s WHERE id = %s", [none, shop.connection_id])
        self.at = find(self.story.programme, shop.public_id)
        for party in (self.story.finn, self.story.cleo):
            post_logged(self.story.access, [open_with(party, ready, "EUR", waiting=False)], at=NOW)
        shop_credits.allow(self.story.programme, self.at.id, True, NOW)

    def bring(self, *lines: str, look: bool = False) -> flow.Brought:
        raw = "\n".join(["code,value,currency,end", *lines]).encode()
        return flow.bring(self.story.programme, self.at, raw, "Europe/Berlin", self.now, look=look)

    def take(self, amount: int, key: str, party: int = 0) -> rows.Credit:
        wish = Wish(party or self.story.finn, self.at.id, "EUR", amount)
        return flow.take(self.story.programme, wish, key, self.now)

    def used(self, code: str) -> None:
        """A paid order in which somebody typed a code, and one turn of the worker."""
        self.sold += 1
        evidence = Evidence(codes=(code,), whole_path=True)
        self.story.sold(f"S{self.sold}", 20 * MICROS, now=self.now, evidence=evidence)
        self.work()

    def take_out(self, *lines: str, look: bool = False) -> flow.TakenOut:
        raw = "\n".join(("code,value,currency,end", *lines)).encode()
        return flow.take_out(self.story.programme, self.at, raw, look=look)

    def work(self) -> None:
        work_credits(self.story.programme, lambda: self.now)

    def ready(self, party: int = 0, kind: AccountKind = AccountKind.AVAILABLE) -> int:
        return self.story.balance(party or self.story.finn, kind)

    def sound(self) -> None:
        """But for balances that fell from the sky here."""
        assert [one for one in self.story.wrong(self.now) if "opening" not in one] == []


@pytest.fixture
def till(conn: Connection) -> Till:
    return Till(conn)


def test_a_file_is_looked_at_then_taken_and_the_same_again_changes_nothing(till: Till) -> None:
    lines = ("A1,5.00,EUR,", "B2,10.00,EUR,2099-12-31", "bad row", "C3,5.00,EUR,")
    looked = till.bring(*lines, look=True)
    assert (looked.new, looked.known, [one.error.code for one in looked.refused]) == (3, 0, ["bad_code"])
    assert stock.levels(till.story.access, till.now) == []
    assert till.bring(*lines) == looked._replace(refused=looked.refused) or till.bring(*lines).known == 3
    again = till.bring("a1,5.00,EUR,", *lines)
    assert (again.new, again.known) == (0, 3), "in whatever capitals"
    assert [(one.amount, one.brought, one.left) for one in stock.levels(till.story.access, till.now)] == [
        (FIVE, 2, 2),
        (TEN, 1, 1),
    ]
    kept = till.story.access.fetch("SELECT sealed, print FROM credit_stock WHERE programme_id = %(programme_id)s")
    assert all(b"A1" not in bytes(sealed) and "A1" not in print_ for sealed, print_ in kept)


def test_somebody_chooses_among_what_is_there_and_covered_and_the_rest_stays_hers(till: Till) -> None:
    till.bring("A1,5.00,EUR,", "B2,10.00,EUR,", "C3,50.00,EUR,", "D4,5.00,USD,")
    (offer,) = flow.offers(till.story.programme, till.story.finn, till.now)
    assert (offer.values, offer.currency, offer.empty) == ((FIVE, TEN), "EUR", False)
    row = till.take(TEN, "k")
    assert (row.state, row.shown, row.amount) == (way.SHOWN, "B2", TEN)
    assert till.take(TEN, "k").id == row.id, "the same wish is one code"
    assert (till.ready(), till.ready(kind=AccountKind.IN_TRANSIT)) == (30 * MICROS, TEN)
    (offer,) = flow.offers(till.story.programme, till.story.finn, till.now)
    assert offer.values == (FIVE,)
    till.used("b2")
    (row,) = rows.listed(till.story.access)
    assert (row.state, row.used, till.ready(kind=AccountKind.PAID)) == (way.USED, TEN, TEN)
    assert len(rows.listed(till.story.access)) == 1, "no code is made for a rest"
    till.sound()


def test_without_a_code_nothing_moves_and_the_owner_is_told_how_many_are_left_once(till: Till) -> None:
    desk = Desk(till.story)
    till.bring(*(f"A{n},5.00,EUR," for n in range(6)))
    assert desk.told(till.now) == {}
    till.take(FIVE, "first")
    told = desk.told(till.now + 1)
    assert told.keys() == {"owner"}
    assert "there are still 5 in all" in told["owner"]
    for n in range(5):
        till.take(FIVE, f"k{n}")
    assert "no code is left to give: 1" in desk.told(till.now + 2)["owner"]
    assert desk.told(till.now + 3) == {}
    before = till.ready()
    with pytest.raises(ConflictError, match=r"No code of 5\.00 EUR is left"):
        till.take(FIVE, "one more")
    assert (till.ready(), len(rows.listed(till.story.access))) == (before, 6)
    (offer,) = flow.offers(till.story.programme, till.story.finn, till.now)
    assert (offer.values, offer.empty) == ((), True)
    till.now += DAY
    till.bring("B1,5.00,EUR,")
    assert till.take(FIVE, "one more").shown == "B1", "a wish that failed is no wish"
    assert "no code is left to give" in desk.told(till.now)["owner"], "told anew after new codes are gone too"


def test_a_code_given_back_waits_for_the_brand_and_goes_to_nobody_else(till: Till) -> None:
    story = till.story
    till.bring("A1,5.00,EUR,", "B2,5.00,EUR,")
    first, second = till.take(FIVE, "1"), till.take(FIVE, "2")
    with pytest.raises(ConflictError, match="Nobody wants this code back"):
        flow.answer(story.programme, first.id, used=False, now=till.now)
    for row in (first, second):
        assert shop_credits.cancel(story.programme, story.finn, row.id, till.now).state == way.ENDING
    till.work()
    assert [one.id for one in flow.waiting(story.programme)] == [first.id, second.id]
    assert till.ready() == 30 * MICROS
    for _ in range(2):
        assert flow.answer(story.programme, first.id, used=False, now=till.now).state == way.CANCELLED
        assert flow.answer(story.programme, second.id, used=True, now=till.now).state == way.USED
    assert (till.ready(), till.ready(kind=AccountKind.PAID)) == (35 * MICROS, FIVE)
    with pytest.raises(ConflictError, match="is left"):
        till.take(FIVE, "3", story.cleo)
    for id_ in (0, -1, 1 << 63, 10**9):
        with pytest.raises(BadInputError, match="no such credit"):
            flow.answer(story.programme, id_, used=True, now=till.now)
    till.sound()


def test_codes_from_before_a_restore_and_those_that_end_soon_are_given_to_nobody(till: Till) -> None:
    access = till.story.access
    till.bring("A1,5.00,EUR,", "B2,10.00,EUR,2027-06-30")
    till.now += DAY
    payout_holds.hold(access, NOW, till.now)
    with pytest.raises(ConflictError, match="restored from a backup"):
        till.take(FIVE, "held")
    payout_holds.release(access, "Bea", "I compared everything with the bank.", till.now)
    with pytest.raises(ConflictError, match="is left"):
        till.take(FIVE, "released")
    assert [one.aside for one in stock.levels(access, till.now)] == [1, 1]
    till.now += DAY
    till.bring("C3,5.00,EUR,", "D4,10.00,EUR,2026-12-31", "E5,10.00,EUR,2027-12-31", "F6,10.00,EUR,")
    assert [till.take(TEN, f"k{n}").shown for n in range(2)] == ["F6", "E5"], "the longest-lived first"
    till.sound()


def test_codes_of_a_wrong_file_are_taken_out_and_brought_again_but_for_those_that_somebody_has(till: Till) -> None:
    """They came as fifty each, and are worth five."""
    till.bring("A1,50.00,EUR,", "B2,5.00,EUR,", "C3,50.00,EUR,")
    till.take(FIVE, "k1")
    wrong = ("b2,50.00,EUR,", "A1,50.00,EUR,", "C3,,", "a1,1,EUR,", "Z9,5.00,EUR,", "bad code,5.00,EUR,")
    looked = till.take_out(*wrong, look=True)
    assert looked[:4] == (2, 1, 0, 1)
    assert [(one.row, one.error.code) for one in looked.refused] == [(7, "bad_code")]
    assert till.take_out(*wrong)[:4] == looked[:4]
    assert till.take_out(*wrong)[:4] == (0, 1, 0, 3), "out is out"
    assert till.bring("A1,5.00,EUR,", "C3,5.00,EUR,").new == 2
    assert {till.take(FIVE, "k2").shown, till.take(FIVE, "k3").shown} == {"A1", "C3"}
    till.sound()


def test_codes_from_before_a_restore_cannot_be_made_new_by_taking_them_out(till: Till) -> None:
    """Brought again they would be given to somebody, and may be somebody's already."""
    till.bring("A1,5.00,EUR,")
    till.now += DAY
    payout_holds.hold(till.story.access, NOW, till.now)
    payout_holds.release(till.story.access, "Bea", "I compared everything with the bank.", till.now)
    till.now += DAY
    assert till.take_out("A1,5.00,EUR,")[:4] == (0, 0, 1, 0)
    assert till.bring("A1,5.00,EUR,").known == 1
    with pytest.raises(ConflictError, match="is left"):
        till.take(FIVE, "again")


def test_where_it_is_not_allowed_or_a_code_is_anothers_nothing_is_given(till: Till) -> None:
    story = till.story
    till.bring("A1,5.00,EUR,", "B2,10.00,EUR,")
    taken = till.take(FIVE, "k")
    assert [one.error.code for one in till.bring(f"{taken.shown.lower()},5.00,EUR,", "N1,5.00,EUR,").refused] == [
        "owned_code"
    ]
    for amount, code in ((FIVE + 1, "bad_amount"), (50 * MICROS, "not_ready"), (7 * MICROS, "out_of_stock")):
        with pytest.raises((BadInputError, ConflictError)) as caught:
            till.take(amount, f"key {amount}")
        assert caught.value.code == code
    shop_credits.allow(story.programme, till.at.id, False, till.now + 1)
    assert flow.offers(story.programme, story.finn, till.now) == []
    with pytest.raises(BadInputError, match="gives no credit"):
        till.take(TEN, "ended")


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE shop_credit SET stock_id = NULL WHERE stock_id IS NOT NULL",
        "UPDATE credit_stock SET amount = amount + 10000 WHERE given_at IS NOT NULL",
        "UPDATE credit_stock SET given_at = 1, sealed = NULL WHERE given_at IS NULL",
    ],
)
def test_the_check_finds_a_code_that_was_given_to_nobody_or_for_another_worth(till: Till, edit: str) -> None:
    till.bring("A1,5.00,EUR,", "B2,10.00,EUR,")
    till.take(FIVE, "k")
    till.sound()
    till.story.access.conn.execute(edit.encode() + b" AND programme_id = %s", [till.story.access.programme_id])
    with pytest.raises(AssertionError, match="credit_stock"):
        till.sound()


class Giving(RuleBasedStateMachine):
    """Codes come, are taken, given back, answered and used in any order. ``conn`` is set by the test."""

    conn: Connection

    @initialize()
    def begin(self) -> None:
        self.till, self.brought, self.keys, self.gone = Till(self.conn), 0, 0, 0
        self.free = {FIVE: 0, TEN: 0}
        self.ready, self.out, self.paid = 40 * MICROS, 0, 0

    @rule(value=st.sampled_from([FIVE, TEN]), number=st.integers(1, 3))
    def bring(self, value: int, number: int) -> None:
        codes = [f"N{self.brought + n}" for n in range(number)]
        self.brought += number
        assert self.till.bring(*(f"{one},{value // MICROS},EUR," for one in codes)).new == number
        self.free[value] += number

    @precondition(lambda self: self.brought > 0)
    @rule(first=st.integers(0, 30), number=st.integers(1, 3))
    def take_out(self, first: int, number: int) -> None:
        """Whatever the file names: only what nobody has leaves, and counts as never brought."""
        before = {one.amount: one.left for one in stock.levels(self.till.story.access, self.till.now)}
        gone = self.till.take_out(*(f"N{first + n},1,EUR," for n in range(number)))
        after = {one.amount: one.left for one in stock.levels(self.till.story.access, self.till.now)}
        assert gone.out == sum(before.values()) - sum(after.values())
        self.gone += gone.out
        self.free.update({value: after.get(value, 0) for value in self.free})

    @precondition(lambda self: self.brought > 0)
    @rule(value=st.sampled_from([FIVE, TEN]), again=st.booleans())
    def take(self, value: int, again: bool) -> None:
        self.keys += 1
        if self.ready < value or not self.free[value]:
            with pytest.raises(ConflictError) as caught:
                self.till.take(value, f"k{self.keys}")
            assert caught.value.code == ("not_ready" if self.ready < value else "out_of_stock")
            return
        row = self.till.take(value, f"k{self.keys}")
        if again:
            assert self.till.take(value, f"k{self.keys}").id == row.id
        self.free[value] -= 1
        self.ready, self.out = self.ready - value, self.out + value

    @rule(pick=st.integers(0, 99))
    def give_back(self, pick: int) -> None:
        if row := self._one(pick, way.SHOWN):
            shop_credits.cancel(self.till.story.programme, row.party, row.id, self.till.now)

    @rule(pick=st.integers(0, 99), used=st.booleans())
    def answer(self, pick: int, used: bool) -> None:
        if row := self._one(pick, way.ENDING):
            flow.answer(self.till.story.programme, row.id, used=used, now=self.till.now)
            self.out -= row.amount
            self.paid, self.ready = self.paid + used * row.amount, self.ready + (not used) * row.amount

    @rule(pick=st.integers(0, 99))
    def use(self, pick: int) -> None:
        if row := self._one(pick, way.SHOWN, way.ENDING, way.CANCELLED):
            if row.state == way.CANCELLED:
                self.ready -= row.amount
            else:
                self.out -= row.amount
            self.paid += row.amount
            self.till.used(row.shown)

    @invariant()
    def adds_up(self) -> None:
        if hasattr(self, "till"):
            there = [self.till.ready(kind=kind) for kind in (AccountKind.AVAILABLE, AccountKind.IN_TRANSIT)]
            assert [*there, self.till.ready(kind=AccountKind.PAID)] == [self.ready, self.out, self.paid]
            left = {one.amount: one.left for one in stock.levels(self.till.story.access, self.till.now)}
            assert left == {value: number for value, number in self.free.items() if value in left}
            given = [one.stock for one in rows.listed(self.till.story.access)]
            assert len(given) == len({*given}) == self.brought - self.gone - sum(self.free.values())

    def teardown(self) -> None:
        if hasattr(self, "till"):
            self.till.sound()

    def _one(self, pick: int, *states: str) -> rows.Credit | None:
        found = [one for one in rows.listed(self.till.story.access) if one.state in states]
        return found[pick % len(found)] if found else None


def test_in_any_order_no_code_is_given_twice_and_every_cent_is_somewhere(conn: Connection) -> None:
    machine = type("Giving", (Giving,), {"conn": conn})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=15,
            phases=[Phase.generate],
            deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )
