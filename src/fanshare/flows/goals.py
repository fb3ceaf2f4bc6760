"""A creator's goal: made, changed, given to, and given up.

Whoever gives, takes back, withdraws or books holds the goal's row, so that all of it happens one after the other. How a
goal ends is in ``goal_ends``.
"""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core import goals as core
from fanshare.core import plain_words
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.goals import Ready
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.flows import gift_records, gifts, goal_ends
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.requests import answer_once
from fanshare.store.queries import gifts as gift_rows
from fanshare.store.queries import goals as rows
from fanshare.store.queries.gifts import GiftRow
from fanshare.store.queries.goals import GoalRow

LONGEST_TITLE, LONGEST_WORDS = 80, 1000


class Draft(NamedTuple):
    """What a creator writes: a title of one line, a few words, micros of whole minor units, and until when."""

    title: str
    words: str
    target: Micros
    ends_at: Instant


class Wish(NamedTuple):
    """What a fan wants to give to a goal: ``amount`` in micros of whole minor units of the goal's currency."""

    giver: int
    goal: int
    amount: Micros


def make(programme: Programme, creator: int, draft: Draft, currency: str, now: Instant) -> int:
    """Open a goal; returns its number.

    Raises ``BadInputError`` (``bad_amount``, ``bad_end``, and those of ``plain_words``) and ``ConflictError``
    (``goal_open`` where she has one already, ``erased``).
    """
    access = programme.access
    core.check(core.Goal(draft.target, currency, now, draft.ends_at))
    values = {**_written(draft), "creator": creator, "currency": currency, "now": now}
    with access.transaction():
        if gift_rows.lock_parties(access, [creator]) != {creator}:
            raise ConflictError("erased", "This person is not here any more.")
        for goal in rows.unbooked(access, [creator]):
            if not goal_ends.book(programme, goal, now):
                raise ConflictError("goal_open", "You have a goal already; it ends or you give it up first.")
        made = rows.add(access, values)
        noted(access, "goal.make", now, about=f"goal {made}")
        return made


def change(programme: Programme, creator: int, id_: int, draft: Draft, now: Instant) -> None:
    """Write a goal anew. What it wants and until when stays once somebody gave: that is what she gave for.

    Raises as ``make``, and ``ConflictError`` (``goal_given``, ``goal_over``) and ``BadInputError`` ``unknown_goal``.
    """
    access = programme.access
    with access.transaction():
        goal = _hers(programme, creator, id_)
        if goal.booked_at is not None or now >= goal.ends_at:
            raise ConflictError("goal_over", "This goal is over.")
        if (draft.target, draft.ends_at) != (goal.target, goal.ends_at):
            if rows.gifts_of(access, id_):
                raise ConflictError("goal_given", "Somebody gave for it already, so the sum and the day stay.")
            core.check(core.Goal(draft.target, goal.currency, goal.opened_at, draft.ends_at))
            if draft.ends_at <= now:
                raise BadInputError("bad_end", "A goal ends in a day at the earliest and in a year at the latest.")
        rows.change(access, id_, _written(draft))


def withdraw(programme: Programme, creator: int, id_: int, now: Instant) -> None:
    """Give a goal up: every gift goes back at once. Again it changes nothing.

    Raises ``BadInputError`` ``unknown_goal`` and ``ConflictError`` ``goal_over`` where it was reached or missed.
    """
    with programme.access.transaction():
        goal = _hers(programme, creator, id_)
        if goal.withdrawn_at is not None:
            return
        if goal.booked_at is not None or not goal_ends.book(programme, id_, now, withdraw=True):
            raise ConflictError("goal_over", "This goal is over.")
        noted(programme.access, "goal.withdraw", now, about=f"goal {id_}")


def give(programme: Programme, wish: Wish, key: str, now: Instant) -> int:
    """Give to a goal; returns the number of the gift. The same ``key`` gives once, however often it is sent.

    Raises as ``gifts.give``, and ``BadInputError`` ``unknown_goal``.
    """
    body = {"gift": str(wish.giver), "goal": str(wish.goal), "amount": str(wish.amount)}
    made = answer_once(programme, f"gift {wish.giver} {key}", body, now, lambda: _give(programme, wish, now))
    return int(made)


def _give(programme: Programme, wish: Wish, now: Instant) -> int:
    access = programme.access
    seen = found(programme, wish.giver, wish.goal)
    gifts.hold(programme, wish.giver, seen.creator, now)
    goal = rows.by_id(access, wish.goal, lock=True)
    assert goal is not None
    before = rows.gifts_of(access, goal.id)
    at = goal_ends.moment(before, now)
    ready = gift_rows.lock_ready(access, [wish.giver, goal.creator], goal.currency).get(wish.giver, 0)
    most = 0 if goal.booked_at is not None else core.givable(goal.goal, [one for _, one in before], ready, at)
    core.check_gift(wish.amount, most, goal.currency)
    of, _ = core.take(core.ready_of(rows.moves(access, wish.giver, goal.currency)), wish.amount)
    made = _promise(programme, goal, wish, of, at)
    noted(access, "gift.give", now, about=f"gift {made}")
    goal_ends.book(programme, goal.id, at)
    return made


def _promise(programme: Programme, goal: GoalRow, wish: Wish, of: Sequence[Ready], at: Instant) -> int:
    access = programme.access
    values = {"giver": wish.giver, "creator": goal.creator, "currency": goal.currency, "amount": wish.amount}
    made = gift_rows.add(access, {**values, "state": "given", "now": at, "goal": goal.id})
    rows.add_parts(access, made, of)
    row = GiftRow(made, wish.giver, goal.creator, goal.currency, wish.amount, "given", at, at, goal.id)
    gift_records.enter(programme, [row], at)
    return made


def take_back(programme: Programme, giver: int, gift: int, now: Instant) -> None:
    """Take a gift back while its goal is open: its money is ready again, since when it was. Again it changes nothing.

    Raises ``BadInputError`` ``unknown_gift`` (also for somebody else's) and ``ConflictError`` ``goal_over``.
    """
    access = programme.access
    with access.transaction():
        goal = rows.of_gift(access, giver, gift)
        if goal is None or (held := rows.by_id(access, goal, lock=True)) is None:
            raise BadInputError("unknown_gift", "There is no such gift of yours.", 404)
        before = rows.gifts_of(access, goal)
        at = goal_ends.moment(before, now)
        row = next(row for row, _ in before if row.id == gift)
        if row.state == "back":
            return
        if held.booked_at is not None or at >= held.ends_at:
            raise ConflictError("goal_over", "This goal is over; what it brought stands below.")
        goal_ends.enter(programme, [row], "back", at, taken_back=True)
        noted(access, "gift.back", now, about=f"gift {gift}")


def found(programme: Programme, giver: int, id_: int) -> GoalRow:
    """A goal of a creator for whom somebody shares. Raises ``BadInputError`` ``unknown_goal``."""
    row = rows.by_id(programme.access, id_)
    if row is None or not gifts.shares_for(programme, giver, row.creator):
        raise BadInputError("unknown_goal", "There is no such goal of a creator you share for.", 404)
    return row


def _hers(programme: Programme, creator: int, id_: int) -> GoalRow:
    goal = rows.by_id(programme.access, id_, lock=True)
    if goal is None or goal.creator != creator:
        raise BadInputError("unknown_goal", "There is no such goal of yours.", 404)
    return goal


def _written(draft: Draft) -> dict[str, object]:
    return {
        "title": plain_words.one_line(draft.title, LONGEST_TITLE),
        "words": plain_words.lines(draft.words, LONGEST_WORDS),
        "target": draft.target,
        "ends_at": draft.ends_at,
    }
