"""Questions that fans ask, her answers, and when she is away."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, Instant, from_datetime, local_date, zone
from fanshare.flows import fan_names
from fanshare.flows import questions as asking
from fanshare.flows.authorisation import Role
from fanshare.store.queries import off_hours, questions
from fanshare.store.queries.off_hours import OffHours
from fanshare.store.queries.questions import ThreadRow
from fanshare.web import off_hours as quiet
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import PAGE, Asked, Spec, Taken, asked, place
from fanshare.web.said import plain, told
from fanshare.web.sealed_lists import sought
from fanshare.web.seated import field, page, seated

_LONGEST_AWAY = 366 * DAY
_COLUMNS = ("thread", "name", "last_day", "state")


@seated("creator.questions", Role.CREATOR)
def threads(here: Here) -> Any:
    """Her threads, those with the newest words first."""
    shows = {"waiting": _("without an answer"), "blocked": _("blocked")}
    sorts = {"newest": _("newest first"), "oldest": _("oldest first")}
    wish = asked(here.request.GET, Spec({"show": (_("show"), shows)}, sorts, search=_("name")), here.zone)
    shown = _threads(here, wish)
    if wish.form:
        return exported(wish.form, "questions", (_document(here, *one) for one in shown.rows), _COLUMNS, cut=shown.cut)
    context = {"asked": wish, "rows": shown.rows, "next": shown.next, "away_until": away(here, here.me)}
    return page(here, "creator/questions.html", context)


def _threads(here: Here, wish: Asked) -> Taken[tuple[ThreadRow, str]]:
    """Threads with the names of fans who let her see one, which lie sealed."""

    def opened(rows: Sequence[ThreadRow]) -> list[tuple[ThreadRow, str]]:
        names = fan_names.names(here.programme, [(row.fan, row.fan_person) for row in rows], here.me)
        return [(row, names.get(row.fan, "")) for row in rows]

    read = partial(
        questions.of_creator,
        here.access,
        here.me,
        blocked=wish.chosen["show"] == "blocked",
        waiting=wish.chosen["show"] == "waiting",
        since=wish.since,
        until=wish.until,
        oldest=wish.sort == "oldest",
    )
    return sought(
        wish,
        lambda after, limit: read(after=after, limit=limit),
        opened,
        lambda one: one[1],
        lambda one: (one[0].last_at, one[0].id),
    )


def _document(here: Here, row: ThreadRow, name: str) -> dict[str, Any]:
    """A row of the list as the page shows it: no words, and days instead of hours."""
    state = "closed" if row.closed_at is not None else "waiting" if row.waits else "answered"
    return {"thread": row.id, "name": name, "last_day": here.calendar.iso(row.last_at), "state": state}


@seated("creator.questions", Role.CREATOR, form=True)
def thread(here: Here, number: int) -> Any:
    """One thread: answer, block, report."""
    found = questions.thread(here.access, id_=number, creator=here.me)
    if found is None:
        return error_page(here.request, 404)
    problem, status = "", 200
    if here.request.method == "POST":
        try:
            _do(here, found)
        except FanshareError as error:
            problem, status = told(error, asking.LONGEST), 422
        else:
            return HttpResponseRedirect(f"{here.request.path}?kept=1")
    names = fan_names.names(here.programme, [(found.fan, found.fan_person)], here.me)
    context = {"thread": found, "name": names.get(found.fan, ""), **read(here, found), "problem": problem}
    return page(here, "creator/thread.html", context, status=status)


@seated("creator.questions", Role.CREATOR, form=True)
def off_time(here: Here) -> Any:
    """When she is away, when nothing is mailed, and how much she wants to see."""
    problem, status = "", 200
    if here.request.method == "POST":
        try:
            off_hours.put(here.access, here.me, _chosen(here))
        except BadInputError as error:
            problem, status = plain(error), 422
        else:
            return HttpResponseRedirect(f"{here.request.path}?kept=1")
    now = off_hours.get(here.access, here.me)
    until = away(here, here.me)
    day = "" if until is None else (local_date(until, zone(here.tenant.time_zone)) - timedelta(days=1)).isoformat()
    context = {
        "away": here.request.POST.get("away", day),
        "away_until": until,
        "ten_minutes": "ten_minutes" in here.request.POST if here.request.method == "POST" else now.ten_minutes,
        **quiet.shown(here, now),
        "problem": problem,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "creator/off_time.html", context, status=status)


def away(here: Here, creator: int) -> Instant | None:
    """Until when a creator is away, ``None`` when she is not."""
    until = off_hours.get(here.access, creator).away_until
    return until if until is not None and until > here.now else None


def read(here: Here, found: ThreadRow) -> dict[str, Any]:
    """What both sides see of a thread: a page of messages in the order in which they were said."""
    wish = asked(here.request.GET, Spec({}, {"newest": _("newest first")}, dates=False), here.zone)
    after = None if wish.after is None else wish.after[0]
    messages = asking.read(here.programme, found, after=after, limit=PAGE + 1)
    shown = messages[:PAGE]
    return {
        "asked": wish,
        "messages": shown[::-1],
        "next": place((shown[-1].row.id, 0)) if len(messages) > PAGE else "",
        "typed": str(here.request.POST.get("words", ""))[:10_000],
        "most": asking.LONGEST,
        "kept": here.request.GET.get("kept") == "1",
    }


def reported(here: Here) -> int:
    """The message that a form reports. Raises ``BadInputError`` (``unknown_message``)."""
    text = field(here, "message")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadInputError("unknown_message", "There is no such message.")
    return int(text)


def _do(here: Here, found: ThreadRow) -> None:
    what = field(here, "do")
    if what == "report":
        asking.report(here.programme, found, reported(here), here.now, by_creator=True)
    elif what in ("block", "unblock"):
        questions.block(here.access, found.id, here.me, here.now if what == "block" else None)
    else:
        asking.answer(here.programme, here.me, found.id, field(here, "words", 10_000), here.now)


def _chosen(here: Here) -> OffHours:
    hours, few = quiet.read(here), field(here, "ten_minutes") == "yes"
    text = field(here, "away")
    if not text:
        return OffHours(None, *hours, few)
    try:
        morning = date.fromisoformat(text) + timedelta(days=1)
        until = from_datetime(datetime.combine(morning, time(0), zone(here.tenant.time_zone)))
    except (ValueError, OverflowError, BadInputError):
        until = 0
    if not here.now < until <= here.now + _LONGEST_AWAY:
        raise BadInputError("bad_day", "Choose a day within the coming year, or none.")
    return OffHours(until, *hours, few)


def address(here: Here) -> str:
    """Where her threads are."""
    return str(reverse("creator_questions", args=[here.tenant.slug]))
