"""One creator as a brand sees her: what she brought, her group and what the terms give it, and the team's note."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.marks import later, say
from fanshare.core.terms_sentences import conditions, rate
from fanshare.flows import creator_notes, groups, work_stops
from fanshare.flows.authorisation import Role
from fanshare.store.queries import creators
from fanshare.store.queries.creators import CreatorRow
from fanshare.web.brand.who import may
from fanshare.web.desk import Here
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated
from fanshare.web.stop_words import said

_COMMISSION = later("Commission %(rule)s: %(rate)s%(conditions)s.")
_BONUS = later("Bonus %(rule)s: %(rate)s%(conditions)s.")


@seated("brand.creator", Role.BRAND)
def creator(here: Here, number: int) -> Any:
    """One creator."""
    return _page(here, number)


@seated("brand.creators", Role.BRAND, form=True)
def note(here: Here, number: int) -> Any:
    """Another note in the place of the one that was seen."""
    if here.request.method != "POST":
        return HttpResponseRedirect(_address(here, number))
    typed = here.request.POST.get("note", "").strip().replace("\r\n", "\n")
    try:
        creator_notes.write(here.programme, number, typed, field(here, "seen", 16), here.now)
    except FanshareError as error:
        if error.code == "unknown_creator":
            raise
        return _page(here, number, problem=plain(error), typed=typed)
    return HttpResponseRedirect(_address(here, number))


@seated("brand.creators", Role.BRAND, form=True, fresh=True)
def group(here: Here, number: int) -> Any:
    """Another group from now on."""
    if here.request.method != "POST":
        return HttpResponseRedirect(_address(here, number))
    _found(here, number)
    try:
        groups.set_group(here.programme, number, field(here, "group"), here.now)
    except FanshareError as error:
        return _page(here, number, problem=plain(error))
    return HttpResponseRedirect(_address(here, number))


@seated("brand.creators", Role.BRAND, form=True, fresh=True)
def work(here: Here, number: int) -> Any:
    """Pause all that she does here, let it go on, give her notice, or take that back."""
    if here.request.method != "POST":
        return HttpResponseRedirect(_address(here, number))
    _found(here, number)
    what, reason = field(here, "what"), field(here, "reason", 2 * work_stops.LONGEST_REASON)
    try:
        match what:
            case "pause":
                work_stops.pause_work(here.programme, number, reason, here.now)
            case "resume":
                work_stops.resume_work(here.programme, number, here.now)
            case "end":
                work_stops.end_work(here.programme, number, reason, here.now)
            case "keep":
                work_stops.keep_working(here.programme, number, here.now)
            case _:
                raise BadInputError("bad_step", "Choose one of the buttons of this page.")
    except FanshareError as error:
        return _page(here, number, problem=plain(error), reason=reason)
    return HttpResponseRedirect(f"{_address(here, number)}#work")


def _page(here: Here, number: int, *, problem: str = "", typed: str | None = None, reason: str = "") -> Any:
    row, known = _found(here, number), creator_notes.read(here.programme, number)
    context = {
        "creator": row,
        "groups": sorted(groups.names(here.programme, here.now)),
        "gives": list(_gives(here, row.group)),
        "note": known,
        "seen": creator_notes.mark(known),
        "typed": known if typed is None else typed[: creator_notes.LONGEST],
        "most": creator_notes.LONGEST,
        "may_change": may(here, "brand.creators"),
        "may_give": may(here, "brand.bonus"),
        "problem": problem,
        **_work(here, number, reason),
    }
    return page(here, "brand/creator.html", context, status=422 if problem else 200)


def _work(here: Here, number: int, reason: str) -> dict[str, Any]:
    """What is in force about all that she does here, and when an end would come that is said now."""
    words = work_stops.words_of_work(here.programme, number)
    return {
        "stops": said(words, here.calendar.day, hers=False),
        "work_paused": any(one.kind == "pause" for one in words),
        "work_ends": any(one.kind == "end" for one in words),
        "work_ended": any(one.kind == "end" and one.done for one in words),
        "notice": here.programme.book.at(here.now).notice_days,
        "would_end": here.calendar.day(work_stops.ends_at(here.programme, here.now)),
        "longest_reason": work_stops.LONGEST_REASON,
        "reason": reason,
    }


def _gives(here: Here, group_: str) -> Iterator[str]:
    """What the terms in force give to a group and not to everybody: rates and bonuses."""
    terms = here.programme.book.at(here.now)
    for words, rules in ((_COMMISSION, terms.rules), (_BONUS, terms.bonuses)):
        for rule in rules:
            if rule.groups and group_ in rule.groups:
                yield say(words, rule=rule.id, rate=rate(rule), conditions=conditions(rule))


def _found(here: Here, number: int) -> CreatorRow:
    row = creators.one(here.access, number)
    if row is None:
        raise BadInputError("unknown_creator", "There is no such creator here.", 404)
    return row


def _address(here: Here, number: int) -> str:
    return str(reverse("brand_creator", args=[here.tenant.slug, number]))
