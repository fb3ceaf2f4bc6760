"""The state of a share in the words of a screen: ready, waiting until, being checked until; and a list's row of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fanshare.core.coming import Coming
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payment_clock import Clock, Step, Wait, Waiting
from fanshare.flows import payment_clock
from fanshare.flows.payment_clock import Earned, Told
from fanshare.store.queries.earnings import LineRow
from fanshare.store.queries.expenses import Row
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.wording import Calendar, shown


@dataclass(frozen=True, slots=True)
class State:
    """``kind`` chooses the colour; icon and words say it without colour."""

    kind: Literal["ready", "waiting", "checked", "off"]
    icon: str
    words: str


#: What a share waits for besides its dates, in words for whoever earned it.
_WAITS: Mapping[str, str] = {
    Wait.NEGATIVE: later("a refund took more than was ready, so what comes next makes that good"),
    Wait.RESTORED: later("waits until the books, restored from a backup, are compared with what was paid since"),
    Wait.STOPPED: later("payouts to you are stopped for now"),
    Wait.CHANGED: later("not before %(day)s, for your account was changed"),
    Wait.NO_ACCOUNT: later("waits for you to say where your money goes"),
    Wait.NO_FORM: later("waits for your form for the tax"),
    Wait.NO_RATE: later("waits for a rate of exchange: none of the last days is known here"),
    Wait.NO_RAIL: later("waits for you to name another account, for the brand pays no longer by this one"),
    Wait.UNFUNDED: later("waits until the brand has paid in enough for everybody; who has waited longest is first"),
    Wait.UNDERWAY: later("another payment to you is under way"),
    Wait.BELOW_UNIT: later("less than the smallest coin, so it grows on"),
    Wait.BELOW_MINIMUM: later("waits until %(sum)s are ready together"),
    Wait.RUN: later("in the next payout"),
    Wait.APPROVAL: later("in run %(run)s, which waits to be approved"),
    Wait.SENDING: later("in run %(run)s, which waits to be sent"),
    Wait.FROZEN: later("in run %(run)s, which is stopped for now"),
    Wait.ARRIVAL: later("sent in run %(run)s"),
    Wait.DECISION: later("sent in run %(run)s"),
    Wait.CREDIT: later("can be kept as shop credit at once; the brand has made no payouts so far"),
    Wait.CODE: later("the shop makes the code"),
    Wait.USE: later("the code was not used yet, and can be taken back"),
    Wait.ENDING: later("the shop is asked to end the code; then it is ready again"),
    Wait.GOAL: later("waits for the goal until %(day)s"),
}

#: Those that keep back what is ready, whoever's smallest payment it is less than.
_KEEPS = frozenset(
    {
        Wait.NEGATIVE,
        Wait.RESTORED,
        Wait.STOPPED,
        Wait.CHANGED,
        Wait.NO_FORM,
        Wait.NO_ACCOUNT,
        Wait.NO_RAIL,
        Wait.NO_RATE,
        Wait.UNFUNDED,
        Wait.UNDERWAY,
    }
)


#: What a list's filter offers: bucket -> words.
def buckets() -> Mapping[str, str]:
    """The states a list can be narrowed to."""
    return {"available": _("ready"), "pending": _("waiting"), "held": _("being checked")}


def paying(here: Here, ready: Instant) -> str:
    """The day of paying that takes what is ready then; empty where this programme tells none."""
    day = here.tenant.pays(ready, here.now)
    return "" if day is None else here.calendar.name(day)


def clocks(here: Here, asked: Sequence[Earned]) -> list[tuple[State, str]]:
    """Where each of her shares stands, and which run or day takes it or what it waits for, in words."""
    told = payment_clock.clocks(here.access, here.tenant, asked, here.now)
    return [
        (_standing(here, one, found), _notes(here, one, found, told.least))
        for one, found in zip(asked, told.clocks, strict=True)
    ]


def of_expense(here: Here, row: Row, found: Clock, told: Told) -> tuple[State, str]:
    """The same of an expense that was confirmed: its clock, of those that were ``told``."""
    least = told.least.get((row.party, row.currency), 0)
    stands = _stands(found, "available", row.amount, (found.ready_at, None), here.calendar)
    return stands, notes(found, row.currency, least, here.calendar)


#: What ``dated`` tells of a line in a file.
DATED = ("pays_on", "paid_on", "waits_for")


def dated(here: Here, asked: Sequence[Earned]) -> list[dict[str, str]]:
    """The same for a file: the day of paying that takes it, the day it was paid on, codes of what it waits for."""
    return [days_of(here, one) for one in payment_clock.clocks(here.access, here.tenant, asked, here.now).clocks]


def days_of(here: Here, one: Clock) -> dict[str, str]:
    """What a clock tells in a file."""
    return {
        "pays_on": "" if one.day is None else one.day.isoformat(),
        "paid_on": "" if one.paid_at is None else here.calendar.iso(one.paid_at),
        "waits_for": " ".join(wait.why for wait in one.waits),
    }


def coming_state(one: Coming, calendar: Calendar) -> str:
    """Where a part of what comes stands. What no share explains has no day, and none is made up for it."""
    known = one.clock
    if known.step in (Step.WAITING, Step.CHECKED) and known.ready_at is None and not known.waits:
        return _("waiting") if known.step is Step.WAITING else _("being checked")
    bucket = {Step.WAITING: "pending", Step.CHECKED: "held"}.get(known.step, "available")
    return _stands(known, bucket, one.amount, (known.ready_at, known.ready_at), calendar).words


def _standing(here: Here, one: Earned, found: Clock) -> State:
    return _stands(found, one.bucket, one.amount, (one.matures_at, one.held_until), here.calendar)


def _stands(
    found: Clock, bucket: str, amount: Micros, until: tuple[Instant | None, Instant | None], calendar: Calendar
) -> State:
    if found.step is Step.PAID and found.paid_at is not None:
        return State("ready", "circle-check", _("paid out on %(day)s") % {"day": calendar.day(found.paid_at)})
    if found.step is Step.LEAVING:
        return State("waiting", "arrow-right", _("on its way to you"))
    if found.step is Step.LOOKED:
        return State("checked", "triangle-alert", _("its payment is looked at"))
    if found.step is Step.KEPT:
        return State("waiting", "gift", _("kept as shop credit"))
    if found.step is Step.SPENT and found.paid_at is not None:
        return State("ready", "gift", _("used as shop credit on %(day)s") % {"day": calendar.day(found.paid_at)})
    if found.step is Step.GIVEN:
        return State("off", "gift", _("given away"))
    return state(bucket, amount, *until, calendar)


def _notes(here: Here, one: Earned, found: Clock, least: Mapping[tuple[int, str], Micros]) -> str:
    """What a line says beside its state."""
    return notes(found, one.currency, least.get((here.me, one.currency), 0), here.calendar)


def notes(found: Clock, currency: str, least: Micros, calendar: Calendar) -> str:
    """Which day of paying or run takes it, and what it waits for. ``least``: the smallest payment, in micros."""
    day = "" if found.day is None else calendar.name(found.day)
    words = [_("paid on %(day)s") % {"day": day}] if day else []
    for wait in found.waits:
        if wait.why in _WAITS:
            known = {"run": found.run, "sum": shown(least, currency)}
            words.append(_(_WAITS[wait.why]) % {**known, "day": calendar.day(wait.until)})
    return "; ".join([*words, *_parts(currency, found)])


def _parts(currency: str, found: Clock) -> list[str]:
    """What of a line left without a run, where the rest of it did not."""
    if found.step in (Step.KEPT, Step.SPENT, Step.GIVEN):
        return []
    said = [
        (_("%(sum)s of it as shop credit"), found.kept),
        (_("%(sum)s of it given away"), found.given),
    ]
    return [words % {"sum": shown(sum_, currency)} for words, sum_ in said if sum_]


def waits_in_words(here: Here, waits: Sequence[Waiting], currency: str) -> str:
    """What keeps a balance that is ready back; empty where nothing does, or where no words of its own are needed."""
    known = {"run": "", "sum": "", "currency": currency}
    words = [_(_WAITS[one.why]) % {**known, "day": here.calendar.day(one.until)} for one in waits if one.why in _KEEPS]
    return "; ".join(words)


def state_of(line: LineRow, calendar: Calendar) -> State:
    """Where a share stands."""
    return state(line.bucket, line.amount, line.matures_at, line.held_until, calendar)


def state(
    bucket: str, amount: int, matures_at: Instant | None, held_until: Instant | None, calendar: Calendar
) -> State:
    """Where an amount stands. A date is named wherever one is known."""
    if not amount:
        return State("off", "circle-minus", _("nothing left of it"))
    if bucket == "held":
        day = calendar.day(held_until) if held_until is not None else ""
        words = _("being checked until %(day)s") % {"day": day} if day else _("being checked")
        return State("checked", "search-check", words)
    if bucket == "pending" or (bucket == "unclaimed" and not (matures_at and calendar.passed(matures_at))):
        if matures_at is None:
            return State("waiting", "clock", _("waiting until it is shipped"))
        return State("waiting", "clock", _("waiting until %(day)s") % {"day": calendar.day(matures_at)})
    return State("ready", "circle-check", _("ready"))
