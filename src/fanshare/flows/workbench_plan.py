"""A creator's books planned: her works get their places, as far as they fit.

A plan takes seconds, and she may go on writing. What she wrote meanwhile is never overwritten: the plan is only kept
where it is still one of these books.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant, to_datetime, zone
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Planned, Post, Time, Work
from fanshare.core.workbench.schedule import planned_works, problem_of, sort_works
from fanshare.core.workbench.works import done_days, done_on, is_out, left_of, out_by
from fanshare.flows import planning, workbench_books, workbench_feed
from fanshare.flows.workbench_books import Open


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done: on which day, and in how many minutes (0: not written down)."""

    step: str
    at: Instant
    minutes: int


def her_clock(shelf: Shelf, now: Instant) -> datetime:
    """An instant as her own clock shows it, without a zone."""
    return to_datetime(now).astimezone(zone(shelf.settings.zone)).replace(tzinfo=None)


def plan(books: Open, shelf: Shelf, now: Instant, *, anew: bool = False) -> None:
    """Plan what is not done.

    Raises ``FanshareError`` (``planner_busy``), ``ConflictError`` (``plan_outdated``) where what the plan rests on was
    changed while it was made, and otherwise as writing does.
    """
    clock = her_clock(shelf, now)
    problem = problem_of(shelf, clock, anew=anew)
    found = planning.planned(problem)
    with workbench_books.alone(books, shelf.settings) as current:
        if her_clock(current, now) != clock or problem_of(current, clock, anew=anew) != problem:
            raise ConflictError(
                "plan_outdated",
                "Your books were changed while the plan was made. What you wrote stands, and the plan was not kept: "
                "plan again.",
            )
        changed = list(planned_works(sort_works(current, clock.date()).now, found.plan, clock.date()))
        for work in changed:
            workbench_books.put(books, work, fresh=False)
        why = found.conflict
        left = ",".join(found.plan.dropped)
        workbench_books.keep_plan(books, Planned(now, found.quick, left, ",".join(why.ids), ",".join(why.enough)))
        workbench_feed.publish(books, _with(current, *changed), now)


def finish(books: Open, shelf: Shelf, work_id: str, done: Done) -> None:
    """Write down that a step is done: its time, and once something is out what was posted, whatever is left to do.

    Raises ``BadInputError`` (``bad_field``) for a step that is not to be done any more.
    """
    day = her_clock(shelf, done.at).date()
    with workbench_books.alone(books, shelf.settings) as current:
        work = current.entries.get(work_id)
        if not isinstance(work, Work) or done.step not in {one.key for one in left_of(work)}:
            raise BadInputError("bad_field", "This step is not there any more; load the page anew.")
        changed = done_on(work, done.step, day)
        workbench_books.put(books, changed, fresh=False)
        workbench_feed.publish(books, _with(current, changed), done.at)
        if done.minutes:
            spent = Time(workbench_books.new_id(), day, done.minutes, done.step, work.deal)
            workbench_books.put(books, spent)
        posted(books, current, work, changed, day)


def posted(books: Open, shelf: Shelf, before: Work, after: Work, day: date) -> None:
    """Write down as posted what is out now and was not before: on the day of its step, else on ``day``; only once."""
    if is_out(before) or not is_out(after) or any(one.work == after.id for one in shelf.of(Post)):
        return
    deal = shelf.deals.get(after.deal)
    platform = deal.platform if deal is not None and deal.platform else "other"
    out_on = done_days(after)[out_by(after)] or day
    workbench_books.put(books, Post(workbench_books.new_id(), out_on, platform, after.name, after.deal, after.id))


def _with(shelf: Shelf, *works: Work) -> Shelf:
    """The shelf with works as they are now."""
    return replace(shelf, entries={**shelf.entries, **{one.id: one for one in works}})
