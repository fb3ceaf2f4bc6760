"""How a shop connection is doing, from what is known of it: one sentence, and a finding for everything to look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND, Instant
from fanshare.core.marks import Kept, say, say_n, together

#: A shop that says nothing for this long may have lost its webhooks.
SILENT = DAY
#: A shop that could not be asked for this long needs somebody.
NOT_ASKED = HOUR
#: A message that comes this late after the order was fetched is not counted as lost.
GRACE = HOUR


class Level(IntEnum):
    """How much a finding matters; the worst one is the connection's."""

    OK = 0
    WARN = 1
    BAD = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a connection. Counts are of the last seven days unless they say ``today`` (UTC).

    ``asks``: it has keys and a kind that can be asked. ``sends``: messages are expected of it; a person brings files.
    ``looks_after``: we can look after its webhooks ourselves. ``missed`` orders were found by asking and no message
    told of them; ``lost`` are those of them that are older than ``GRACE``. ``parked`` counts all that wait.
    ``never_came`` are the shop's running numbers that no order has, as spans of both ends.
    ``off_since`` is set while it is off.
    """

    endpoint: str
    created_at: Instant
    asks: bool
    sends: bool = True
    looks_after: bool = False
    on: bool = True
    uninstalled: bool = False
    off_since: Instant | None = None
    heard_at: Instant | None = None
    asked_at: Instant | None = None
    problem_code: str = ""
    problem: str = ""
    problem_at: Instant | None = None
    missed_today: int = 0
    missed: int = 0
    lost: int = 0
    refused: int = 0
    retaken: int = 0
    parked: int = 0
    never_came: tuple[tuple[int, int], ...] = ()
    off_seconds: int = 0
    webhooks_checked_at: Instant | None = None
    webhooks_problem: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at. ``code`` never changes its meaning; the sentence says what to do."""

    level: Level
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Health:
    """``summary`` fits on a line: ``last heard 3 min ago, 2 missed, fetched``."""

    level: Level
    summary: str
    findings: tuple[Finding, ...]


def judge(facts: Facts, now: Instant) -> Health:
    """The health of a connection at an instant."""
    findings = tuple(_findings(facts, now))
    level = max((one.level for one in findings), default=Level.OK)
    return Health(level, summary(facts, now), findings)


def summary(facts: Facts, now: Instant) -> str:
    """What happened, in a line, without judging it."""
    return together((*_stands(facts, now), *_counted(facts)), ", ")


def _stands(facts: Facts, now: Instant) -> Iterator[str]:
    if facts.uninstalled:
        yield say("removed by the shop")
    elif not facts.on and facts.off_since is None:
        yield say("paused")
    elif facts.off_since is not None and not facts.on:
        yield say("paused %(ago)s", ago=ago(now - facts.off_since))
    if not facts.sends:
        yield say("orders come by files")
    elif facts.heard_at is None:
        yield say("never heard")
    else:
        yield say("last heard %(ago)s", ago=ago(now - facts.heard_at))


def _counted(facts: Facts) -> Iterator[str]:
    if facts.missed:
        yield say("%(n)s missed, fetched", n=facts.missed)
    if facts.refused > facts.retaken:
        yield say("%(n)s refused", n=facts.refused - facts.retaken)
    if facts.never_came:
        yield say("%(n)s never came", n=_orders(facts.never_came))
    if facts.parked:
        yield say("%(n)s could not be read", n=facts.parked)
    if facts.sends and not facts.asks:
        yield say("orders as reported by the shop")


def ago(span: int) -> str:
    """``3 min ago``, ``2 hours ago``, ``just now``; ``span`` is microseconds."""
    if span < 10 * SECOND:
        return say("just now")
    if span >= DAY:
        return say_n("%(num)s day ago", "%(num)s days ago", span // DAY)
    if span >= HOUR:
        return say_n("%(num)s hour ago", "%(num)s hours ago", span // HOUR)
    if span >= MINUTE:
        return say("%(n)s min ago", n=span // MINUTE)
    return say("%(n)s s ago", n=span // SECOND)


def _findings(facts: Facts, now: Instant) -> Iterator[Finding]:
    """In the order in which they should be looked at."""
    name = facts.endpoint
    if facts.uninstalled:
        said = say(
            "the shop of %(name)s has removed our app, so its orders are missing: install it again, or leave it off.",
            name=name,
        )
        yield Finding(Level.BAD, "shop_uninstalled", said)
        return
    if not facts.on:
        said = say(
            "%(name)s is switched off; its orders are missing until `fanshare connection resume %(name)s` fetches"
            " them.",
            name=name,
        )
        yield Finding(Level.WARN, "shop_off", said)
        return
    yield from _asking(facts, now)
    yield from _hearing(facts, now)
    if facts.never_came:
        yield Finding(Level.WARN, "shop_gaps", _gaps(facts))
    if facts.refused > facts.retaken:
        said = say_n(
            "%(num)s message to %(name)s had a wrong signature: put the secret right, then"
            " `fanshare inbox quarantine retry` takes them after all.",
            "%(num)s messages to %(name)s had a wrong signature: put the secret right, then"
            " `fanshare inbox quarantine retry` takes them after all.",
            facts.refused - facts.retaken,
            name=name,
        )
        yield Finding(Level.WARN, "refused", said)


def _gaps(facts: Facts) -> str:
    """At most three spans are named."""
    spans = [
        str(first) if first == last else say("%(first)s to %(last)s", first=first, last=last)
        for first, last in facts.never_came
    ]
    named = together(spans[:3], ", ")
    values = {
        "spans": say("%(spans)s and more", spans=named) if len(spans) > 3 else named,
        "name": facts.endpoint,
        "n": _orders(facts.never_came),
    }
    if facts.asks:
        return say(
            "the orders numbered %(spans)s of %(name)s never came (%(n)s in all): `fanshare connection reconcile` asks"
            " for them, if they were not deleted in the shop.",
            **values,
        )
    return say(
        "the orders numbered %(spans)s of %(name)s never came (%(n)s in all): have the shop send them again,"
        " if they were not deleted in the shop.",
        **values,
    )


def _orders(spans: tuple[tuple[int, int], ...]) -> int:
    return sum(last - first + 1 for first, last in spans)


def _asking(facts: Facts, now: Instant) -> Iterator[Finding]:
    since = now - max(facts.asked_at or 0, facts.created_at)
    if facts.asks and facts.problem_code not in ("", "shop_unreachable"):
        said = say(
            "the shop of %(name)s does not answer our questions. %(problem)s",
            name=facts.endpoint,
            problem=Kept(facts.problem),
        )
        yield Finding(Level.BAD, "shop_refuses", said)
    elif facts.asks and since > NOT_ASKED:
        said = say(
            "%(name)s could not be asked for changes for %(long)s%(why)s: check its address and its key.",
            name=facts.endpoint,
            long=_long(since),
            why=say(" (%(problem)s)", problem=Kept(facts.problem.rstrip("."))) if facts.problem else "",
        )
        yield Finding(Level.WARN, "shop_not_polled", said)


def _hearing(facts: Facts, now: Instant) -> Iterator[Finding]:
    name = facts.endpoint
    if facts.webhooks_problem:
        said = say(
            "the webhooks of %(name)s could not be put right. %(problem)s",
            name=name,
            problem=Kept(facts.webhooks_problem),
        )
        yield Finding(Level.WARN, "webhooks_wrong", said)
    silent = now - max(facts.heard_at or 0, facts.created_at)
    if not facts.sends:
        return
    if silent > SILENT and facts.heard_at is None:
        said = say("%(name)s has never sent anything: look whether its webhooks are still active.", name=name)
        yield Finding(Level.WARN, "shop_silent", said)
    elif silent > SILENT:
        said = say(
            "%(name)s has sent nothing for %(long)s: look whether its webhooks are still active.",
            name=name,
            long=_long(silent),
        )
        yield Finding(Level.WARN, "shop_silent", said)
    elif facts.lost:
        said = say_n(
            "no message of %(name)s told of %(num)s order in seven days; they are booked, but see to its webhooks.",
            "no message of %(name)s told of %(num)s orders in seven days; they are booked, but see to its webhooks.",
            facts.lost,
            name=name,
        )
        yield Finding(Level.WARN, "shop_missed", said)


def _long(span: int) -> str:
    """``3 days``, ``1 hour``, ``40 minutes``."""
    if span >= DAY:
        return say_n("%(num)s day", "%(num)s days", span // DAY)
    if span >= HOUR:
        return say_n("%(num)s hour", "%(num)s hours", span // HOUR)
    return say("%(n)s minutes", n=span // MINUTE)
