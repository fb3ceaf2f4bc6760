"""Goals: what she wants to reach, how it stands, who gave for it, and giving it up after one question."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.goals import State, standing
from fanshare.core.instants import from_datetime, local_date, zone
from fanshare.core.typed_amount import typed_amount
from fanshare.flows import fan_names, goals
from fanshare.flows.authorisation import Role
from fanshare.flows.goals import Draft
from fanshare.store.queries import gifts as gift_rows
from fanshare.store.queries import goals as rows
from fanshare.store.queries.goals import GoalRow
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.lists import PAGE
from fanshare.web.said import told
from fanshare.web.seated import field, page, seated
from fanshare.web.wording import writable

#: Earlier goals that the page shows.
_EARLIER = 20


@seated("creator.goals", Role.CREATOR, form=True, fresh=True)
def her_goals(here: Here) -> Any:
    """Her goal with its gifts, or the form for one; and what became of earlier ones."""
    problem, sure = "", False
    if here.request.method == "POST":
        try:
            sure = _act(here)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = _words(error)
        else:
            if not sure:
                return HttpResponseRedirect(f"{here.request.path}?kept=1")
    found = rows.of_creator(here.access, here.me, limit=_EARLIER + 1)
    now = next((one for one in found if one.booked_at is None), None)
    context = {
        "goal": now,
        "over": now is not None and now.ends_at <= here.now,
        "gifts": [] if now is None else _gifts(here, now),
        "earlier": [(one, _state(here, one)) for one in found if one.booked_at is not None][:_EARLIER],
        "typed": _typed(here, now),
        "currency": here.tenant.currency if now is None else now.currency,
        "most": (goals.LONGEST_TITLE, goals.LONGEST_WORDS),
        "problem": problem,
        "sure": sure,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "creator/goals.html", context, status=422 if problem else 200)


def _act(here: Here) -> bool:
    """Make, change or give up; whether she is to be asked once more."""
    what, number = field(here, "do"), field(here, "goal", 18)
    if what == "withdraw":
        return True
    if what == "withdraw surely":
        goals.withdraw(here.programme, here.me, _number(number), here.now)
        return False
    draft = Draft(
        field(here, "title", 500),
        field(here, "words", 10_000),
        typed_amount(field(here, "target"), here.tenant.currency),
        _until(here),
    )
    if number:
        goals.change(here.programme, here.me, _number(number), draft, here.now)
    else:
        goals.make(here.programme, here.me, draft, here.tenant.currency, here.now)
    return False


def _until(here: Here) -> int:
    """The end of the chosen day, where the programme is."""
    try:
        morning = date.fromisoformat(field(here, "until", 10)) + timedelta(days=1)
        return from_datetime(datetime.combine(morning, time(0), zone(here.tenant.time_zone)))
    except (ValueError, OverflowError):
        raise BadInputError("bad_end", "Choose the last day of the goal.") from None


def _typed(here: Here, goal: GoalRow | None) -> dict[str, str]:
    """The fields of the form, as they were just typed or as the goal stands."""
    kept = {"title": "", "words": "", "target": "", "until": ""}
    if goal is not None:
        last = local_date(goal.ends_at - 1, zone(here.tenant.time_zone))
        amount = writable(goal.target, goal.currency)
        kept = {"title": goal.title, "words": goal.words, "target": amount, "until": last.isoformat()}
    return {name: str(here.request.POST.get(name, text))[:10_000] for name, text in kept.items()}


def _gifts(here: Here, goal: GoalRow) -> list[tuple[gift_rows.GiftRow, str]]:
    found = gift_rows.received(here.access, here.me, goal=goal.id, limit=PAGE)
    people = [(one.gift.giver, one.person) for one in found if one.person is not None]
    names = fan_names.names(here.programme, people, here.me)
    return [(one.gift, names.get(one.gift.giver, "")) for one in found]


def _state(here: Here, goal: GoalRow) -> State:
    """How an earlier goal ended."""
    given = [gift for _, gift in rows.gifts_of(here.access, goal.id)] if goal.given >= goal.target else []
    return standing(goal.goal, given, goal.booked_at or here.now).state


def _number(text: str) -> int:
    """Raises ``BadInputError`` ``unknown_goal``."""
    if not (text.isascii() and text.isdigit()):
        raise BadInputError("unknown_goal", "There is no such goal of yours.", 404)
    return int(text)


def _words(error: FanshareError) -> str:
    """What went wrong, in her language where it is an everyday thing."""
    known = {
        "bad_amount": _("Write the sum in digits, such as 250.00, and in whole cents."),
        "bad_end": _("Choose a last day that is at least a day and at most a year away."),
        "goal_open": _("You have a goal already; it ends or you give it up first."),
        "goal_given": _("Somebody gave for it already, so the sum and the day stay."),
        "goal_over": _("This goal is over."),
        "unknown_goal": _("There is no such goal of yours."),
    }
    return known.get(error.code) or told(error, goals.LONGEST_WORDS)
