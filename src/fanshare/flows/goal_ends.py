"""The end of a goal: reached it is hers, missed or withdrawn every gift goes back.

What is over is booked at once where a gift or the creator ends it, and by the worker where time does; in one
transaction, so that whoever is killed in the middle leaves all of it or nothing.
"""

from collections.abc import Sequence

from fanshare.core import goals as core
from fanshare.core.goals import Fate, Gift, State
from fanshare.core.instants import Instant
from fanshare.flows import gift_records
from fanshare.flows.context import Programme
from fanshare.store.queries import gifts as gift_rows
from fanshare.store.queries import goals as rows
from fanshare.store.queries.gifts import GiftRow


def book_due(programme: Programme, now: Instant) -> int:
    """Book the goals whose end has come, each in a transaction of its own; returns how many."""
    booked = 0
    for goal in rows.due(programme.access, now):
        with programme.access.transaction():
            booked += book(programme, goal, now)
    return booked


def forget(programme: Programme, parties: Sequence[int], now: Instant) -> None:
    """Somebody leaves: her open goals are given up, and what she wrote about them is forgotten."""
    for goal in rows.unbooked(programme.access, parties):
        book(programme, goal, now, withdraw=True)
    rows.forget(programme.access, parties)


def book(programme: Programme, id_: int, now: Instant, *, withdraw: bool = False) -> bool:
    """Move the gifts of a goal that is over to where they belong; whether it is over now and was not booked before."""
    access = programme.access
    goal = rows.by_id(access, id_, lock=True)
    if goal is None or goal.booked_at is not None:
        return False
    before = rows.gifts_of(access, id_)
    at = moment(before, now)
    if withdraw and core.standing(goal.goal, [one for _, one in before], at).state is State.OPEN:
        goal = goal._replace(withdrawn_at=at)
    state = core.standing(goal.goal, [one for _, one in before], at).state
    if state is State.OPEN:
        return False
    fates = {one.gift: one.fate for one in core.outcomes(goal.goal, [one for _, one in before], at)}
    waiting = [row for row, _ in before if row.state == "given"]
    for fate, name in ((Fate.HERS, "kept"), (Fate.BACK, "back")):
        enter(programme, [row for row in waiting if fates[row.id] is fate], name, at)
    rows.book(access, id_, at, goal.withdrawn_at)
    return not withdraw or state is State.WITHDRAWN


def enter(programme: Programme, found: Sequence[GiftRow], state: str, at: Instant, *, taken_back: bool = False) -> None:
    """Gifts to one goal come to a state, whoever they belong to holding still; ``taken_back``: by their giver."""
    if not found:
        return
    access = programme.access
    parties = {party for row in found for party in (row.giver, row.creator)}
    gift_rows.lock_ready(access, sorted(parties), found[0].currency)
    gift_rows.put(access, [row.id for row in found], state, at, taken_back=taken_back)
    gift_records.enter(programme, [row._replace(state=state, changed_at=at) for row in found], at)


def moment(before: Sequence[tuple[GiftRow, Gift]], now: Instant) -> Instant:
    """Now, and not before what is written already: the clocks of two machines may differ by a little."""
    return max([now, *(row.changed_at for row, _ in before)])
