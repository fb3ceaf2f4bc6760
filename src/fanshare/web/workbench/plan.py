"""The plan: today with what it brings and when to stop, the days after it, and what does not fit."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.money import MICROS
from fanshare.core.workbench import typed as reading
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Busy, Settings, Work
from fanshare.core.workbench.schedule import Block, blocks, busy_days, loads, sort_works
from fanshare.core.workbench.works import left_of, ranges_of, week_of
from fanshare.flows import busy_times, workbench_books, workbench_feed, workbench_plan
from fanshare.flows.workbench_plan import Done, her_clock
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.workbench import words
from fanshare.web.workbench.bench import Bench, benched, page, typed
from fanshare.web.workbench.steps import Row, rows_of

_WEEKDAYS, _HOUR, _NAME = 7, 60, 60


@benched(form=True, opened=True)
def plan(bench: Bench) -> Any:
    """Today, the days after it, what does not fit; plan again, or anew, and what was done."""
    shelf, problem, status = bench.shelf(), "", 200
    if bench.request.method == "POST":
        try:
            _act(bench, shelf)
            return HttpResponseRedirect(reverse("workbench_plan"))
        except FanshareError as error:
            problem, status = plain(error), 422 if isinstance(error, BadInputError) else error.status
    clock = her_clock(shelf, bench.now)
    works = sort_works(shelf, clock.date())
    planned = blocks((*works.now, *works.later, *works.late))
    ahead = [one for one in planned if one.end > clock]
    rows = rows_of(bench.conn, bench.worn, shelf, planned, clock.date())
    context = {
        "currency": shelf.settings.currency,
        "set_up": bool(shelf.settings.hours.strip(";")),
        "works": works,
        "planned": shelf.planned,
        "feed": shelf.feed,
        "stands": _stands(shelf, works.now, planned, clock),
        "missed": [row for row in rows if row.block.end <= clock],
        "today": [row for row in rows if row.block.begin.date() == clock.date() and row.block.end > clock],
        "days": _by_day([row for row in rows if row.block.begin.date() > clock.date()]),
        "loads": loads(shelf, ahead, clock.date()),
        "problem": problem,
        "clock": words.clock,
        "deals": shelf.deals,
    }
    return page(bench, "workbench/plan.html", context, status=status)


@benched(form=True, opened=True)
def limits_of_time(bench: Bench) -> Any:
    """When she works, how much at most, and how many days of a week not at all."""
    shelf, problem, status = bench.shelf(), "", 200
    values = _typed_limits(shelf.settings)
    if bench.request.method == "POST":
        try:
            if typed(bench, "do") in ("on", "off"):
                _feed(bench, shelf)
                return HttpResponseRedirect(reverse("workbench_time"))
            if typed(bench, "do") in ("import", "forget"):
                _calendar(bench, shelf)
                return HttpResponseRedirect(reverse("workbench_time"))
            values = {name: typed(bench, name) for name in values}
            workbench_books.set_up(bench.books, _limits(shelf.settings, values))
            return HttpResponseRedirect(reverse("workbench_plan"))
        except BadInputError as error:
            problem, status = plain(error), 422
    taken: dict[str, int] = {}
    for one in shelf.of(Busy):
        taken[one.name] = taken.get(one.name, 0) + sum(bool(part) for part in one.times.split(","))
    context = {
        "values": values,
        "weekdays": words.weekdays(),
        "problem": problem,
        "calendars": sorted(taken.items()),
        "zone": shelf.settings.zone,
        "feed": shelf.feed,
        "feed_address": "" if shelf.feed is None else _address(bench, shelf.feed.secret),
    }
    return page(bench, "workbench/time.html", context, status=status)


def _address(bench: Bench, secret: str) -> str:
    found: str = bench.request.build_absolute_uri(reverse("workbench_feed", args=[secret]))
    return found


def _feed(bench: Bench, shelf: Shelf) -> None:
    """Give the plan a fresh address as a calendar, or take it away."""
    if typed(bench, "do") == "off":
        workbench_feed.switch_off(bench.books)
        return
    called = {**words.steps(), "": _("busy")}
    workbench_feed.switch_on(bench.books, shelf, bench.now, called, titles=typed(bench, "titles") == "1")


def _calendar(bench: Bench, shelf: Shelf) -> None:
    """Take the times of a calendar, or forget them. Raises ``BadInputError``."""
    name = reading.words(typed(bench, "name"), _NAME, needed=True)
    if typed(bench, "do") == "forget":
        busy_times.drop(bench.books, shelf, name)
        return
    sent = bench.request.FILES.get("calendar")
    content = b"" if sent is None else sent.read(busy_times.MOST_BYTES + 1)
    first, whole = her_clock(shelf, bench.now).date(), typed(bench, "whole") == "1"
    times = busy_times.read(content, first, shelf.settings.zone, whole_days=whole)
    busy_times.keep(bench.books, shelf, name, times)


def _act(bench: Bench, shelf: Shelf) -> None:
    """Plan, or write down what was done. Raises ``FanshareError``."""
    what = typed(bench, "do")
    if what in ("plan", "anew"):
        workbench_plan.plan(bench.books, shelf, bench.now, anew=what == "anew")
        return
    if what != "done":
        raise BadInputError("bad_field", "This step is not there any more; load the page anew.")
    took = typed(bench, "took")
    done = Done(typed(bench, "step"), bench.now, reading.minutes(took) if took else 0)
    workbench_plan.finish(bench.books, shelf, typed(bench, "work"), done)


def _stands(shelf: Shelf, works: tuple[Work, ...], planned: list[Block], clock: datetime) -> dict[str, Any]:
    """Whether the plan is the one of these works: what has no place, what is left out, what can't be kept together."""
    known = {one.id: one for one in shelf.of(Work)}
    placed = {(one.work.id, one.step) for one in planned if one.end > clock}
    missing = [one for one in works if any((one.id, step.key) not in placed for step in left_of(one))]
    found = shelf.planned
    left = [] if found is None else [known[one] for one in found.left.split(",") if one in known]
    conflict = [] if found is None else [known[one] for one in found.conflict.split(",") if one in known]
    return {
        "missing": [one for one in missing if one not in left],
        "clashes": _clashes(shelf, planned, clock),
        "left": [one for one in left if one in missing],
        "conflict": conflict,
        "enough": set() if found is None else set(found.enough.split(",")),
    }


def _clashes(shelf: Shelf, planned: list[Block], clock: datetime) -> list[Block]:
    """Steps planned where a calendar says by now that she is busy."""
    taken = busy_days(shelf.of(Busy))
    return [
        one
        for one in planned
        if one.end > clock
        and any(
            begin < _minute(one) + one.minutes and _minute(one) < end for begin, end in taken.get(one.begin.date(), ())
        )
    ]


def _minute(block: Block) -> int:
    return block.begin.hour * _HOUR + block.begin.minute


def _by_day(rows: list[Row]) -> list[tuple[date, list[Row]]]:
    found: dict[date, list[Row]] = {}
    for row in rows:
        found.setdefault(row.block.begin.date(), []).append(row)
    return sorted(found.items())


def _typed_limits(now: Settings) -> dict[str, str]:
    hours = (now.hours.split(";") + [""] * _WEEKDAYS)[:_WEEKDAYS]
    return {
        **{f"hours_{number}": text for number, text in enumerate(hours)},
        "day": words.clock(now.day_minutes) if now.day_minutes else "",
        "week": words.hours(now.week_minutes) if now.week_minutes else "",
        "rest": str(now.rest),
    }


def _limits(now: Settings, values: dict[str, str]) -> Settings:
    """The limits that were typed. Raises ``BadInputError``."""
    hours = ";".join(values[f"hours_{number}"] for number in range(_WEEKDAYS))
    for text in hours.split(";"):
        ranges_of(text)
    if len(week_of(hours)) != _WEEKDAYS or not hours.strip(";"):
        raise BadInputError("no_hours", "Write for at least one day when you can work.")
    day = reading.minutes(values["day"]) if values["day"] else 0
    week = _week(values["week"]) if values["week"] else 0
    return replace(now, hours=hours, day_minutes=day, week_minutes=week, rest=reading.number(values["rest"], 0, 7))


def _week(text: str) -> int:
    """Hours of a week as minutes, to the half. Raises ``BadInputError`` (``bad_hours``)."""
    found = reading.amount_or_none(text) or 0
    minutes = found * _HOUR // MICROS
    if not 0 < minutes <= _WEEKDAYS * reading.MOST_MINUTES or minutes % 30:
        raise BadInputError("bad_hours", "Write hours such as 12 or 7.5.")
    return minutes
