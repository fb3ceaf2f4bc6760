"""Codes made in a shop over real HTTP: shown after the shop confirmed them, typed at its checkout, and paid for."""

from dataclasses import replace

import pytest

from fanshare.core import shop_codes as way
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND
from fanshare.flows import shop_codes
from fanshare.flows.shop_codes import Wish, ask, end, rotate
from fanshare.jobs.shop_codes import work_codes
from fanshare.store.queries import shop_codes as rows
from fanshare.world.woo_server import Fault
from tests.jobs.house import LABEL, House
from tests.jobs.tills import FIFTEEN, ONCE, Till, allowed, asked, remarks, shown, sound, till, woo, worked

__all__ = ["till", "woo"]


def test_a_code_is_made_shown_after_confirmation_typed_and_its_fan_is_paid(house: House, till: Till) -> None:
    bea = house.bea
    allowed(till, ONCE)
    (code,) = asked(bea)
    assert (code.state, shown(bea), till.works(code.shown)) == (way.WANTED, [], False)
    with house.open():
        # The worker has asked the shop with its other work.
        assert rows.listed(bea.access)[0].state == way.CONFIRMED
        assert shown(bea) == [(code.shown, "active")]
        house.later(MINUTE)
        till.sell(9001, code.shown)
    # A code that works once introduces its fan without a click.
    assert bea.earned(bea.finn) > 0
    assert bea.earned(bea.cleo) > bea.earned(bea.finn)
    assert sound(house)


def test_a_code_that_works_often_introduces_nobody_by_itself(house: House, woo: Till) -> None:
    allowed(woo)
    (code,) = asked(house.bea)
    with house.open():
        house.later(MINUTE)
        woo.sell(9001, code.shown)
    assert (house.bea.earned(house.bea.finn), house.bea.earned(house.bea.cleo) > 0) == (0, True)


def test_the_new_code_works_before_the_old_one_ends_and_the_old_sales_count(house: House, till: Till) -> None:
    bea = house.bea
    allowed(till, replace(FIFTEEN, uses=None))
    (old,) = ask(bea.programme, Wish("fans", bea.cleo, bea.cleo, LABEL, "BEACLEO"), house.now)
    with house.open():
        house.later(MINUTE)
        till.sell(9001, "beacleo")
        first = bea.earned(bea.cleo)
        assert first > 0
        new = rotate(bea.programme, "beacleo", house.now)
        with pytest.raises(ConflictError, match="being changed already"):
            rotate(bea.programme, "BEACLEO", house.now)
        # While the new one is not confirmed the old one goes on.
        assert (till.works("BEACLEO"), till.works(new.shown)) == (True, False)
        house.later(SECOND)
        work_codes(bea.programme, house.clock)
        assert (till.works("BEACLEO"), till.works(new.shown)) == (True, True)
        assert dict(shown(bea)) == {"BEACLEO": "active", new.shown: "active"}
        till.sell(9002, "BEACLEO")
        assert bea.earned(bea.cleo) == 2 * first
        house.later(SECOND)
        work_codes(bea.programme, house.clock)
        assert (till.works("BEACLEO"), till.works(new.shown)) == (False, True)
        assert dict(shown(bea)) == {"BEACLEO": "ended", new.shown: "active"}
        house.later(SECOND)
        till.sell(9003, new.shown)
    assert bea.earned(bea.cleo) == 3 * first
    assert rows.by_ids(bea.access, [old.id])[0].used == 2
    assert sound(house)


def test_a_batch_is_made_whole_and_each_code_works_once(house: House, till: Till) -> None:
    allowed(till, ONCE)
    made = asked(house.bea, count=7)
    for _ in range(4):
        house.later(HOUR)
        found = worked(house)
    assert {row.state for row in found} == {way.CONFIRMED}
    till.codes.use(made[3].shown)
    assert [till.works(row.shown) for row in made] == [number != 3 for number in range(7)]
    assert sound(house)


def test_nothing_is_shown_while_the_shop_does_not_answer_and_the_doctor_says_so(house: House, woo: Till) -> None:
    bea = house.bea
    allowed(woo)
    asked(bea)
    for tried in (1, 2, 3):
        woo.shop.misbehave(*[Fault.ERROR] * 9)
        (row,) = worked(house)
        woo.shop.behave()
        assert (row.state, row.attempts, shown(bea)) == (way.ASKED, tried, [])
        assert row.problem_code == "shop_unreachable"
        house.later(HOUR)
    said = remarks(house)["codes_wait"]
    assert "has not confirmed 1 code for 3 hours, 3 attempts at most" in said
    (row,) = worked(house)
    assert (row.state, row.problem, len(shown(bea))) == (way.CONFIRMED, "", 1)
    assert "codes_wait" not in remarks(house)
    assert sound(house)


def test_an_attempt_is_counted_before_the_shop_is_asked(
    house: House, woo: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies with the question on its lips; the next one asks after the lease and finds what was made."""
    allowed(woo)
    asked(house.bea)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fanshare.jobs.shop_codes._told", dies)
    with pytest.raises(KeyboardInterrupt):
        work_codes(house.bea.programme, house.clock)
    monkeypatch.undo()
    (row,) = rows.listed(house.bea.access)
    assert (row.state, row.attempts, len(woo.codes.kept)) == (way.ASKED, 1, 1)
    assert worked(house)[0].state == way.ASKED
    house.later(way.LEASE)
    assert worked(house)[0].state == way.CONFIRMED
    assert len(woo.codes.kept) == 1


def test_what_the_shop_made_otherwise_is_never_shown_and_is_ended_there(house: House, woo: Till) -> None:
    allowed(woo)
    woo.codes.bent = {"amount": "99.00"}
    (code,) = asked(house.bea)
    worked(house)
    house.later(SECOND)
    (row,) = worked(house)
    assert (row.state, row.problem_code, shown(house.bea)) == (way.ENDED, "different", [])
    assert not woo.works(code.shown)
    assert "percentage 99" in remarks(house)["codes_failed"]
    assert sound(house)


def test_a_wished_text_that_the_shop_has_fails_and_a_drawn_one_is_drawn_again(house: House, woo: Till) -> None:
    allowed(woo)
    woo.codes.put("BEASUMMER")
    asked(house.bea, text="beasummer")
    (drawn,) = asked(house.bea)
    woo.codes.put(drawn.shown)
    worked(house)
    first, second = worked(house)
    assert (first.state, first.problem_code) == (way.FAILED, "taken")
    assert second.state == way.CONFIRMED
    assert second.shown != drawn.shown
    assert shown(house.bea) == [(second.shown, "active")]
    assert "could not be made" in remarks(house)["codes_failed"]


def test_a_code_that_is_ended_while_it_is_asked_for_is_ended_at_the_shop_afterwards(house: House, woo: Till) -> None:
    """The question may still be on its way: the end is asked for when that is certainly over."""
    allowed(woo)
    (code,) = asked(house.bea)
    woo.shop.misbehave(*[Fault.LOST] * 3)
    worked(house)
    woo.shop.behave()
    assert end(house.bea.programme, code.shown, house.now).state == way.ENDING
    assert worked(house)[0].state == way.ENDING
    house.later(way.LEASE)
    assert worked(house)[0].state == way.ENDED
    assert not woo.works(code.shown)
    assert shown(house.bea) == []


def test_a_code_without_an_end_at_the_shop_is_not_ended_here_but_by_hand(house: House, woo: Till) -> None:
    bea = house.bea
    allowed(woo)
    (code,) = asked(bea)
    worked(house)
    house.later(MINUTE)
    assert end(bea.programme, code.shown, house.now).state == way.ENDING
    woo.shop.misbehave(*[Fault.DENIED] * 9)
    (row,) = worked(house)
    assert (row.state, row.problem_code, shown(bea)) == (way.ENDING, "shop_refused", [(code.shown, "active")])
    with pytest.raises(ConflictError, match="does not come back"):
        shop_codes.set_state_at(bea.programme, code.shown, row.connection, "active", house.now)
    house.later(MINUTE)
    assert end(bea.programme, code.shown, house.now, by_hand=True).state == way.ENDED
    assert shown(bea) == [(code.shown, "ended")]
    assert sound(house)


def test_a_code_that_has_run_its_days_is_ended(house: House, woo: Till) -> None:
    allowed(woo, days=10)
    (code,) = asked(house.bea)
    worked(house)
    assert woo.works(code.shown)
    house.later(11 * DAY)
    assert worked(house)[0].state == way.ENDED
    assert shown(house.bea) == [(code.shown, "ended")]


def test_a_code_needs_its_label_its_plan_and_room(house: House, woo: Till) -> None:
    bea = house.bea
    allowed(woo, per_owner=1)
    allowed(woo, ONCE, "once", per_owner=1, batch=5)
    for wish, code in (
        (Wish("fans", bea.cleo, bea.finn, replace(LABEL, text=" ")), "label_missing"),
        (Wish("other", bea.cleo, bea.finn, LABEL), "unknown_plan"),
        (Wish("fans", bea.finn, bea.finn, LABEL), "not_a_creator"),
        (Wish("fans", bea.cleo, bea.finn, LABEL, "CLEO10"), "bad_code"),
        (Wish("fans", bea.cleo, bea.finn, LABEL, count=2), "bad_count"),
        (Wish("once", bea.cleo, bea.finn, LABEL, count=6), "bad_count"),
        (Wish("once", bea.cleo, bea.finn, LABEL, "BEAONCE"), "drawn_only"),
    ):
        if code == "bad_count" and wish.plan == "fans":
            code = "not_single_use"
        with pytest.raises(BadInputError) as caught:
            ask(bea.programme, wish, house.now)
        assert caught.value.code == code
    assert rows.listed(bea.access) == []
    asked(bea)
    asked(bea, "once", count=5)
    for plan in ("fans", "once"):
        with pytest.raises(ConflictError) as full:
            asked(bea, plan)
        assert full.value.code == "enough_codes"
