"""A creator's books planned: her works get their places, as far as they fit."""

from dataclasses import dataclass, replace
from datetime import datetime

from fanshare.core.instants import Instant, to_datetime, zone
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Planned, Post, Time, Work
from fanshare.core.workbench.schedule import planned_works, problem_of, sort_works
from fanshare.core.workbench.works import left_of, steps_of
from fanshare.flows import planning, workbench_books, workbench_feed
from fanshare.flows.workbench_books import Open


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done: on which day, in how many minutes (0: not written down), and where the post stands."""

    step: str
    at: Instant
    minutes: int
    platform: str = "other"


def her_clock(shelf: Shelf, now: Instant) -> datetime:
    """An instant as her own clock shows it, without a zone."""
    return to_datetime(now).astimezone(zone(shelf.settings.zone)).replace(tzinfo=None)


def plan(books: Open, shelf: Shelf, now: Instant, *, anew: bool = False) -> None:
    """Plan what is not done. Raises ``FanshareError`` (``planner_busy``) and otherwise as writing does."""
    clock = her_clock(shelf, now)
    found = planning.planned(problem_of(shelf, clock, anew=anew))
    changed = list(planned_works(sort_works(shelf, clock.date()).now, found.plan, clock.date()))
    with books.conn.transaction():
        for work in changed:
            workbench_books.put(books, work, fresh=False)
        why = found.conflict
        left = ",".join(found.plan.dropped)
        workbench_books.keep_plan(books, Planned(now, found.quick, left, ",".join(why.ids), ",".join(why.enough)))
        workbench_feed.publish(books, _with(shelf, *changed), now)


def finish(books: Open, shelf: Shelf, work: Work, done: Done) -> None:
    """Write down that a step is done: its time, and with the last one what was posted."""
    day = her_clock(shelf, done.at).date()
    steps = [one.key for one in steps_of(work)]
    known = {*filter(None, work.done.split(",")), done.step}
    changed = replace(work, done=",".join(one for one in steps if one in known))
    with books.conn.transaction():
        workbench_books.put(books, changed, fresh=False)
        workbench_feed.publish(books, _with(shelf, changed), done.at)
        if done.minutes:
            spent = Time(workbench_books.new_id(), day, done.minutes, done.step, work.deal)
            workbench_books.put(books, spent)
        if done.step == "publish" and not left_of(changed):
            workbench_books.put(books, Post(workbench_books.new_id(), day, done.platform, work.name, work.deal))


def _with(shelf: Shelf, *works: Work) -> Shelf:
    """The shelf with works as they are now."""
    return replace(shelf, entries={**shelf.entries, **{one.id: one for one in works}})
