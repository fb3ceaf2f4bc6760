"""Goals over real books: reached they are hers, else every gift goes back with its old dates, and only once."""

import os
import signal
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core import goals as core
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.goals import Move, Ready, ready_of
from fanshare.core.instants import DAY
from fanshare.core.ledger import AccountKind
from fanshare.core.money import MICROS
from fanshare.flows import goal_ends, goals, unclaimed
from fanshare.flows.check import one_finding
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.goals import Draft, Wish
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_creator, add_fan, erase
from fanshare.store.access import Access, connect
from fanshare.store.queries import gifts as gift_rows
from fanshare.store.queries import goals as rows
from fanshare.store.queries.earnings import purses
from fanshare.verifier import fanshare_verify
from tests.edge.running import KEYS
from tests.jobs.house import LABEL, House
from tests.jobs.test_gifts import faults, has_ready, ready, statement
from tests.jobs.tills import at_once

TRANSIT = AccountKind.IN_TRANSIT


def opened(house: House, target: int = 10 * MICROS, days: int = 10) -> int:
    draft = Draft("A loom", "For linen of my own.", target, house.now + days * DAY)
    return goals.make(house.bea.programme, house.bea.cleo, draft, "EUR", house.now)


def gives(house: House, goal: int, amount: int, key: str = "k", *, who: int = 0) -> int:
    return goals.give(house.bea.programme, Wish(who or house.bea.finn, goal, amount), key, house.now)


def dates(house: House, party: int) -> tuple[Ready, ...]:
    return ready_of(rows.moves(house.bea.access, party, "EUR"))


def states(house: House) -> list[str]:
    return [row.state for row in gift_rows.all_gifts(house.bea.access)]


def another_fan(house: House) -> int:
    bea = house.bea
    fay = add_fan(bea.programme, Joiner("Fay", "fay@example.test"), house.now)
    add_link(bea.programme, NewLink(bea.cleo, fay, "https://shop.example/linen", LABEL), house.now)
    return fay


def test_the_last_gift_that_was_needed_makes_it_hers(house: House) -> None:
    bea = house.bea
    has_ready(house, 12 * MICROS)
    goal = opened(house)
    gives(house, goal, 4 * MICROS)
    assert (ready(house, bea.finn), ready(house, bea.finn, TRANSIT), ready(house, bea.cleo)) == (
        8 * MICROS,
        4 * MICROS,
        0,
    )
    for party in (bea.finn, bea.cleo):
        assert fanshare_verify.verify(statement(house, party)).ok
    with pytest.raises(ConflictError, match="than the goal still takes"):
        gives(house, goal, 7 * MICROS, "more than is missing")
    house.later(DAY)
    gives(house, goal, 6 * MICROS, "last")
    assert (ready(house, bea.finn), ready(house, bea.finn, TRANSIT), ready(house, bea.cleo)) == (
        2 * MICROS,
        0,
        10 * MICROS,
    )
    assert states(house) == ["kept", "kept"]
    with pytest.raises(ConflictError):
        gives(house, goal, MICROS, "late")
    with pytest.raises(ConflictError):
        goals.withdraw(bea.programme, bea.cleo, goal, house.now)
    with pytest.raises(ConflictError):
        goals.take_back(bea.programme, bea.finn, 1, house.now)
    for party in (bea.finn, bea.cleo):
        assert fanshare_verify.verify(statement(house, party)).ok
    assert [one.earned for one in purses(bea.access, bea.finn)] == [12 * MICROS]
    assert (faults(house), bea.sound()) == ([], True)


def test_a_missed_goal_gives_everything_back_with_its_old_dates_by_the_worker(house: House) -> None:
    bea = house.bea
    has_ready(house, 3 * MICROS)
    first = house.now
    house.later(DAY)
    has_ready(house, 5 * MICROS)
    before = dates(house, bea.finn)
    assert before == (Ready(first, 3 * MICROS), Ready(first + DAY, 5 * MICROS))
    goal = opened(house)
    gives(house, goal, 4 * MICROS)
    assert dates(house, bea.finn) == (Ready(first + DAY, 4 * MICROS),)
    house.later(10 * DAY - 1)
    house.worker.housekeeping()
    assert states(house) == ["given"]
    house.later(1)
    house.worker.housekeeping()
    assert (states(house), ready(house, bea.finn, TRANSIT)) == (["back"], 0)
    assert dates(house, bea.finn) == before
    house.worker.housekeeping()
    assert fanshare_verify.verify(statement(house, bea.finn)).ok
    assert faults(house) == []
    opened(house)


def test_a_gift_is_taken_back_while_the_goal_is_open_and_by_nobody_else(house: House) -> None:
    bea = house.bea
    has_ready(house, 10 * MICROS)
    goal, before = opened(house), dates(house, bea.finn)
    gift = gives(house, goal, 9 * MICROS)
    for stranger in (bea.cleo, another_fan(house)):
        with pytest.raises(BadInputError):
            goals.take_back(bea.programme, stranger, gift, house.now)
    for _ in range(2):
        goals.take_back(bea.programme, bea.finn, gift, house.now + 1)
    assert (states(house), dates(house, bea.finn)) == (["back"], before)
    house.later(DAY)
    gives(house, goal, 10 * MICROS, "all of it after all")
    assert (states(house), ready(house, bea.cleo)) == (["back", "kept"], 10 * MICROS)
    assert faults(house) == []


def test_a_goal_given_up_gives_everything_back_and_another_may_follow(house: House) -> None:
    bea = house.bea
    has_ready(house, 10 * MICROS)
    goal = opened(house)
    with pytest.raises(ConflictError, match="a goal already"):
        opened(house)
    gives(house, goal, 4 * MICROS)
    with pytest.raises(BadInputError):
        goals.withdraw(bea.programme, add_creator(bea.programme, Joiner("Dana", "d@example.test"), house.now), goal, 1)
    for _ in range(2):
        goals.withdraw(bea.programme, bea.cleo, goal, house.now + 1)
    assert (states(house), ready(house, bea.finn)) == (["back"], 10 * MICROS)
    assert [row[0] for row in house.rows("SELECT what FROM audit WHERE what LIKE 'g%%' ORDER BY id")] == [
        "goal.make",
        "gift.give",
        "goal.withdraw",
    ]
    house.later(DAY)
    opened(house)
    assert faults(house) == []


def test_what_somebody_gave_for_is_not_changed_any_more(house: House) -> None:
    bea = house.bea
    has_ready(house, 10 * MICROS)
    goal = opened(house)
    other = Draft("A big loom", "Larger.", 20 * MICROS, house.now + 20 * DAY)
    goals.change(bea.programme, bea.cleo, goal, other, house.now)
    gives(house, goal, MICROS)
    for changed in (other._replace(target=30 * MICROS), other._replace(ends_at=house.now + 30 * DAY)):
        with pytest.raises(ConflictError, match="the sum and the day stay"):
            goals.change(bea.programme, bea.cleo, goal, changed, house.now)
    goals.change(bea.programme, bea.cleo, goal, other._replace(title="A blue loom"), house.now)
    assert rows.listed(bea.access)[0].title == "A blue loom"
    for wrong in (other._replace(title=" "), other._replace(words="see https://x.example")):
        with pytest.raises(BadInputError):
            goals.change(bea.programme, bea.cleo, goal, wrong, house.now)
    with pytest.raises(BadInputError):
        goals.change(bea.programme, bea.finn, goal, other, house.now)


def test_of_fifty_gifts_at_once_a_goal_takes_what_it_asked_for_and_a_balance_is_given_once(house: House) -> None:
    bea = house.bea
    has_ready(house, 10 * MICROS)
    goal = opened(house, 100 * MICROS)
    done = at_once(
        house, 50, lambda one, n: goals.give(one, Wish(bea.finn, goal, 10 * MICROS), f"k{n}", house.now) and "gave"
    )
    assert Counter(done) == {"not_givable": 49, "gave": 1}
    fay = another_fan(house)
    has_ready(house, 500 * MICROS, who=fay)
    done = at_once(
        house, 30, lambda one, n: goals.give(one, Wish(fay, goal, 10 * MICROS), f"k{n}", house.now) and "gave"
    )
    assert Counter(done) == {"not_givable": 21, "gave": 9}
    assert (ready(house, bea.cleo), ready(house, fay)) == (100 * MICROS, 410 * MICROS)
    assert faults(house) == []


def test_giving_taking_back_and_the_end_at_once_neither_make_nor_lose_a_cent(house: House) -> None:
    bea = house.bea
    has_ready(house, 40 * MICROS)
    goal = opened(house, 20 * MICROS)
    gift = gives(house, goal, 5 * MICROS)

    def anything(programme: Programme, number: int) -> str:
        match number % 4:
            case 0:
                goals.give(programme, Wish(bea.finn, goal, 5 * MICROS), f"k{number}", house.now)
            case 1:
                goals.take_back(programme, bea.finn, gift, house.now)
            case 2:
                goals.withdraw(programme, bea.cleo, goal, house.now)
            case _:
                goal_ends.book_due(programme, house.now + 20 * DAY)
        return "done"

    assert len(at_once(house, 16, anything)) == 16
    found = (ready(house, bea.finn), ready(house, bea.finn, TRANSIT), ready(house, bea.cleo))
    assert (sum(found), found[1]) == (40 * MICROS, 0)
    assert (faults(house), bea.sound()) == ([], True)


_VICTIM = """
import contextlib
import sys
from fanshare.flows import gift_records, goal_ends
from fanshare.flows.context import Programme, open_programme
from fanshare.store.access import Access, connect
from fanshare.store.queries import goals as rows
from tests.edge.running import KEYS
dsn, programme, public_id, now, broken = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5:]
def stopped(*_):
    print("everything is posted, nothing is committed", flush=True)
    sys.stdin.readline()
if broken:
    Access.transaction = lambda _: contextlib.nullcontext()
    gift_records.enter = stopped
rows.book = stopped
goal_ends.book_due(open_programme(Access(connect(dsn), programme, "job:goals"), public_id, KEYS), now)
"""


def killed_while_booking(house: House, *broken: str) -> None:
    """A goal of 100.00 with a gift of 4.00 is over, and the worker that books it is killed before its commit."""
    bea = house.bea
    has_ready(house, 10 * MICROS)
    gives(house, opened(house, 100 * MICROS), 4 * MICROS)
    house.later(10 * DAY)
    arguments = [house.database.dsn(), str(bea.tenant.id), bea.tenant.public_id, str(house.now), *broken]
    victim = subprocess.Popen(
        [sys.executable, "-c", _VICTIM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "src:."},
    )
    assert victim.stdout is not None
    assert victim.stdout.readline() == b"everything is posted, nothing is committed\n"
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()


def test_a_worker_that_is_killed_in_the_middle_leaves_nothing_half_done(house: House) -> None:
    bea = house.bea
    killed_while_booking(house)
    assert (states(house), ready(house, bea.finn)) == (["given"], 6 * MICROS)
    assert goal_ends.book_due(bea.programme, house.now) == 1
    assert goal_ends.book_due(bea.programme, house.now) == 0
    assert (states(house), ready(house, bea.finn)) == (["back"], 10 * MICROS)
    assert faults(house) == []


def test_without_its_transaction_a_killed_worker_leaves_a_gift_that_went_nowhere(house: House) -> None:
    killed_while_booking(house, "no transaction")
    assert (states(house), ready(house, house.bea.finn)) == (["back"], 6 * MICROS)
    assert "gifts" in faults(house)


def test_a_creator_who_leaves_gives_her_goal_up_and_an_erased_fans_gift_goes_to_unclaimed(house: House) -> None:
    bea = house.bea
    has_ready(house, 10 * MICROS)
    fay = another_fan(house)
    has_ready(house, 7 * MICROS, who=fay)
    goal = opened(house, 100 * MICROS)
    gives(house, goal, 4 * MICROS)
    gives(house, goal, 5 * MICROS, who=fay)
    erase(bea.programme, fay, house.now)
    erase(bea.programme, bea.cleo, house.now)
    assert (states(house), ready(house, bea.finn), ready(house, fay)) == (["back", "back"], 10 * MICROS, 7 * MICROS)
    unclaimed.sweep(bea.programme, house.now)
    assert (ready(house, fay), rows.listed(bea.access)[0].title) == (0, "")
    assert fanshare_verify.verify(statement(house, bea.finn)).ok
    assert faults(house) == []


EDITS = [
    "UPDATE goal SET target = 4000000",
    "UPDATE gift SET goal_id = NULL",
    "UPDATE gift SET taken_back_at = changed_at - 1",
    "UPDATE gift_ready SET amount = amount - 1",
    "DELETE FROM gift_ready",
]


def test_a_goal_that_was_edited_behind_the_books_is_found(house: House) -> None:
    bea = house.bea
    has_ready(house, 10 * MICROS)
    goal = opened(house)
    gives(house, goal, 4 * MICROS)
    house.later(10 * DAY)
    house.worker.housekeeping()
    assert one_finding("gifts", bea.programme, house.now).ok
    with connect(house.database.dsn(owner=True)) as owner:
        programme = open_programme(Access(owner, bea.tenant.id, "auditor"), bea.tenant.public_id, KEYS)
        for edit in EDITS:
            with owner.transaction(force_rollback=True):
                owner.execute("ALTER TABLE gift_ready DISABLE TRIGGER USER")
                owner.execute("ALTER TABLE gift DROP CONSTRAINT only_goals_wait, DROP CONSTRAINT taken_back_is_back")
                assert one_finding("gifts", programme, house.now).ok
                owner.execute(edit.encode())
                assert not one_finding("gifts", programme, house.now).ok, edit


moves = st.lists(st.tuples(st.booleans(), st.integers(1, 9)), max_size=30)


@settings(max_examples=200, deadline=None)
@given(moves, st.integers(0, 29))
def test_dated_money_adds_up_to_the_balance_and_a_gift_that_came_back_was_never_away(
    found: list[tuple[bool, int]], when: int
) -> None:
    made = [Move(at, amount if came else -amount) for at, (came, amount) in enumerate(found)]
    whole = ready_of(made)
    assert sum(one.amount for one in whole) == max(0, sum(one.amount for one in made))
    before = ready_of(made[:when])
    total = sum(one.amount for one in before)
    if total:
        taken, _ = core.take(before, (total + 1) // 2)
        amount = sum(one.amount for one in taken)
        away = [*made[:when], Move(when, -amount), Move(when, amount, taken)]
        assert ready_of(away) == before
    assert ready_of([*made, Move(99, 500)])[-1].since == 99
