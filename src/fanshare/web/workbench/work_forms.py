"""The form of something that has to be made: its days, and how long each step takes."""

from collections.abc import Iterator
from datetime import date

from fanshare.core.errors import BadInputError
from fanshare.core.planning.problem import Step
from fanshare.core.workbench import typed
from fanshare.core.workbench.entries import Work
from fanshare.core.workbench.works import (
    MAKING,
    PUBLISH,
    USUAL,
    done_days,
    done_line,
    line_of,
    placed_line,
    places_of,
    steps_of,
)
from fanshare.web.language import gettext as _
from fanshare.web.workbench import words
from fanshare.web.workbench.fields import Around, Field, Typed

_NAME, _MOST_WAIT = 120, 60
_WAIT = "wait"


def fields(around: Around) -> Iterator[Field]:
    """Its fields."""
    yield Field("name", _("Name"), required=True, most=_NAME)
    hint = _("A post of a deal is paid for; every other one is yours.")
    yield Field("deal", _("Deal"), "select", around.deals, hint=hint)
    yield Field("due", _("Out at the latest on"), "date", required=True)
    yield Field("first", _("Not begun before (empty: any day)"), "date")
    yield Field("embargo", _("Not out before (empty: any day)"), "date")
    named = words.steps()
    hints = {
        MAKING[0]: _("Time such as 1:30, in one go; empty where there is no such step."),
        PUBLISH: _("Without this step it counts as posted with its last one."),
    }
    for one in MAKING:
        yield Field(one, _("Time for: %(step)s") % {"step": named[one]}, hint=hints.get(one, ""), most=8)
        if one == "review":
            hint_ = _("Somebody else looks at it in those days.")
            yield Field(_WAIT, _("Days between edit and review"), "number", hint=hint_, most=2)


def blank() -> dict[str, str]:
    """What stands in an empty form."""
    return {**{one: words.clock(minutes) for one, minutes in USUAL.items()}, _WAIT: "0"}


def written(work: Work) -> dict[str, str]:
    """A work as it stands in its form."""
    known = {one.key: one for one in steps_of(work)}
    values = {one: words.clock(known[one].minutes) if one in known else "" for one in MAKING}
    return values | {_WAIT: str(known["review"].wait if "review" in known else 0)}


def entry(id_: str, got: Typed, around: Around) -> Work:
    """The work that was typed; what is done and planned of it stays. Raises ``BadInputError``."""
    due, first = typed.day(got.get("due", "")), typed.day(got.get("first", ""), date.min)
    embargo = typed.day(got.get("embargo", ""), date.min)
    if max(first, embargo) > due:
        raise BadInputError("bad_day", "The last day lies before the first.")
    steps = tuple(_steps(got))
    if not steps:
        raise BadInputError("no_steps", "Write how long at least one step takes.")
    name = typed.words(got.get("name", ""), _NAME, needed=True)
    deal = typed.one_of(got.get("deal", ""), around.deals)
    done, placed = _kept(around.shelf.entries.get(id_), {one.key for one in steps})
    return Work(id_, name, due, line_of(steps), deal, first, embargo, done, placed)


def _steps(got: Typed) -> Iterator[Step]:
    wait = typed.number(got.get(_WAIT, "") or "0", 0, _MOST_WAIT)
    for one in MAKING:
        if got.get(one, "").strip():
            yield Step(one, one, typed.minutes(got[one]), wait if one == "review" else 0)


def _kept(before: object, keys: set[str]) -> tuple[str, str]:
    if not isinstance(before, Work):
        return "", ""
    done = done_line({key: day for key, day in done_days(before).items() if key in keys})
    return done, placed_line((key, at) for key, at in places_of(before).items() if key in keys)
