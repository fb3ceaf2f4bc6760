"""How a shop connection is doing, from what is known of it: one sentence, and a finding for everything to look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND, Instant

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
    if facts.uninstalled:
        said = "removed by the shop"
    elif not facts.on:
        said = "paused" if facts.off_since is None else f"paused {ago(now - facts.off_since)}"
    else:
        said = ""
    heard = "never heard" if facts.heard_at is None else f"last heard {ago(now - facts.heard_at)}"
    if not facts.sends:
        heard = "orders come by files"
    counts = [f"{facts.missed} missed, fetched"] if facts.missed else []
    if facts.refused > facts.retaken:
        counts.append(f"{facts.refused - facts.retaken} refused")
    if facts.never_came:
        counts.append(f"{_orders(facts.never_came)} never came")
    if facts.parked:
        counts.append(f"{facts.parked} could not be read")
    reported = [] if facts.asks or not facts.sends else ["orders as reported by the shop"]
    return ", ".join([*filter(None, [said]), heard, *counts, *reported])


def ago(span: int) -> str:
    """``3 min ago``, ``2 hours ago``, ``just now``; ``span`` is microseconds."""
    if span < 10 * SECOND:
        return "just now"
    for unit, one, several in ((DAY, "day", "days"), (HOUR, "hour", "hours"), (MINUTE, "min", "min")):
        if span >= unit:
            number = span // unit
            return f"{number} {one if number == 1 else several} ago"
    return f"{span // SECOND} s ago"


def _findings(facts: Facts, now: Instant) -> Iterator[Finding]:
    """In the order in which they should be looked at."""
    name = facts.endpoint
    if facts.uninstalled:
        said = f"the shop of {name} has removed our app, so its orders are missing: install it again, or leave it off."
        yield Finding(Level.BAD, "shop_uninstalled", said)
        return
    if not facts.on:
        said = f"{name} is switched off; its orders are missing until `fanshare connection resume {name}` fetches them."
        yield Finding(Level.WARN, "shop_off", said)
        return
    yield from _asking(facts, now)
    yield from _hearing(facts, now)
    if facts.never_came:
        yield Finding(Level.WARN, "shop_gaps", _gaps(facts))
    if facts.refused > facts.retaken:
        number = facts.refused - facts.retaken
        said = (
            f"{number} message{'' if number == 1 else 's'} to {name} had a wrong signature: put the secret right, then"
            " `fanshare inbox quarantine retry` takes them after all."
        )
        yield Finding(Level.WARN, "refused", said)


def _gaps(facts: Facts) -> str:
    """At most three spans are named."""
    spans = [str(first) if first == last else f"{first} to {last}" for first, last in facts.never_came]
    named = ", ".join(spans[:3]) + (" and more" if len(spans) > 3 else "")
    what = "`fanshare connection reconcile` asks for them" if facts.asks else "have the shop send them again"
    return (
        f"the orders numbered {named} of {facts.endpoint} never came ({_orders(facts.never_came)} in all): {what},"
        " if they were not deleted in the shop."
    )


def _orders(spans: tuple[tuple[int, int], ...]) -> int:
    return sum(last - first + 1 for first, last in spans)


def _asking(facts: Facts, now: Instant) -> Iterator[Finding]:
    since = now - max(facts.asked_at or 0, facts.created_at)
    if facts.asks and facts.problem_code not in ("", "shop_unreachable"):
        said = f"the shop of {facts.endpoint} does not answer our questions. {facts.problem}"
        yield Finding(Level.BAD, "shop_refuses", said)
    elif facts.asks and since > NOT_ASKED:
        why = f" ({facts.problem.rstrip('.')})" if facts.problem else ""
        said = (
            f"{facts.endpoint} could not be asked for changes for {_long(since)}{why}: check its address and its key."
        )
        yield Finding(Level.WARN, "shop_not_polled", said)


def _hearing(facts: Facts, now: Instant) -> Iterator[Finding]:
    if facts.webhooks_problem:
        said = f"the webhooks of {facts.endpoint} could not be put right. {facts.webhooks_problem}"
        yield Finding(Level.WARN, "webhooks_wrong", said)
    silent = now - max(facts.heard_at or 0, facts.created_at)
    if not facts.sends:
        return
    if silent > SILENT:
        said = "has never sent anything" if facts.heard_at is None else f"has sent nothing for {_long(silent)}"
        said = f"{facts.endpoint} {said}: look whether its webhooks are still active."
        yield Finding(Level.WARN, "shop_silent", said)
    elif facts.lost:
        orders = "1 order" if facts.lost == 1 else f"{facts.lost} orders"
        said = (
            f"no message of {facts.endpoint} told of {orders} in seven days; they are booked, but see to its webhooks."
        )
        yield Finding(Level.WARN, "shop_missed", said)


def _long(span: int) -> str:
    """``3 days``, ``1 hour``, ``40 minutes``."""
    for unit, name in ((DAY, "day"), (HOUR, "hour")):
        if span >= unit:
            return f"{span // unit} {name}{'' if span // unit == 1 else 's'}"
    return f"{span // MINUTE} minutes"
