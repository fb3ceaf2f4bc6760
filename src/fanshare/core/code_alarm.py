"""When a discount code seems to have leaked: it is suddenly used without a visit, more often than ever before.

Three signs, over the last week against the four weeks before it:

* *More orders without a visit than usual*: a Poisson CUSUM of daily counts (E. S. Page, Continuous inspection schemes,
  Biometrika 41, 1954), as a likelihood ratio of three times the usual rate against the usual one. It alarms at
  ln 10,000, so that on average a code that has not leaked waits at least 10,000 days for a false alarm (G. Lorden,
  Procedures for reacting to a change in distribution, 1971).
* *And a larger part of all orders*: an exact binomial tail of at most 1 in 1,000. A post that sells well brings visits
  as well; a page that collects codes brings none.
* *Or from several countries that never bought with it.*

A limit that was broken is no statistics: the shop was asked to take the code so often, and took it more often.
An alarm holds no money and takes nothing from anybody. Its sentence says so, and blames nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, isqrt

from fanshare.core.instants import DAY, Instant, utc_day
from fanshare.core.marks import say

RECENT_DAYS, USUAL_DAYS = 7, 28
#: A code must be known for so many days before the last week: a first week is unusual by nature.
KNOWN_DAYS = 14
TIMES = 3
LN_TIMES = Fraction(1_098_612, 1_000_000)
ALARM_AT = Fraction(9_210_340, 1_000_000)
#: Orders a day below which nothing is usual: four sales in a good week must not look like a leak.
LEAST_RATE = Fraction(1, 2)
TAIL = Fraction(1, 1_000)
NEW_COUNTRIES = 3
MOST_TRIES = 500

LEAK, LIMIT = "leak", "limit"


@dataclass(frozen=True, slots=True)
class Use:
    """One kept order in which a code was typed. ``visited``: it also carries a visit by a link of the same creator."""

    at: Instant
    visited: bool
    country: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A code to look at. ``since`` is where the unusual days began; ``usual`` the orders without a visit a day before.

    ``uses`` are the orders since then, ``unvisited`` those of them without a visit.
    """

    kind: str
    since: Instant
    uses: int
    unvisited: int
    usual: Fraction
    new_countries: tuple[str, ...] = ()


def alarm(uses: Sequence[Use], known_since: Instant, now: Instant, limit: int | None) -> Alarm | None:
    """Whether somebody should look at a code that is known since then, and may be used ``limit`` times in all."""
    past = [use for use in uses if use.at <= now]
    if limit is not None and len(past) > limit:
        unvisited = sum(not use.visited for use in past)
        return Alarm(LIMIT, min(use.at for use in past), len(past), unvisited, Fraction(0))
    return _leak(past, known_since, now)


def sentence(code: str, found: Alarm, limit: int | None) -> str:
    """What people are told: what was seen, whose fault it is not, what to do."""
    if found.kind == LIMIT:
        return say(
            "%(code)s was to work %(times)s and was taken in %(uses)s orders: somebody may have changed it in the"
            " shop. All these orders count for whom the code belongs to. Look at its limit there, or end it with:"
            " fanshare code end %(code)s",
            code=code,
            times=say("once") if limit == 1 else say("%(n)s times", n=limit),
            uses=found.uses,
        )
    weekly = -(-found.usual.numerator * RECENT_DAYS // found.usual.denominator)
    new = ", ".join(found.new_countries)
    return say(
        "%(code)s was used in %(unvisited)s orders without a visit since %(day)s%(where)s; usual were at most"
        " %(weekly)s a week. It may stand on a page that collects codes, which is seldom its owner's doing. All these"
        " orders count for whom the code belongs to. Change it in one step: fanshare code rotate %(code)s",
        code=code,
        unvisited=found.unvisited,
        day=utc_day(found.since),
        where=say(", from countries new to it (%(countries)s)", countries=new) if new else "",
        weekly=weekly,
    )


def _leak(uses: Sequence[Use], known_since: Instant, now: Instant) -> Alarm | None:
    start = now - RECENT_DAYS * DAY
    usual_from = max(known_since, start - USUAL_DAYS * DAY)
    if start - usual_from < KNOWN_DAYS * DAY:
        return None
    before = [use for use in uses if usual_from <= use.at < start]
    recent = [use for use in uses if use.at >= start]
    rate = _rate(sum(not use.visited for use in before), start - usual_from)
    began = _cusum(recent, start, rate)
    if began is None:
        return None
    run = [use for use in recent if use.at >= began]
    unvisited = sum(not use.visited for use in run)
    part = Fraction(sum(not use.visited for use in before) + 1, len(before) + 2)
    seen = {use.country for use in before}
    new = tuple(sorted({use.country for use in run if not use.visited} - seen - {""})) if before else ()
    if len(new) < NEW_COUNTRIES:
        new = ()
    if not new and tail(len(run), unvisited, part) > TAIL:
        return None
    return Alarm(LEAK, began, len(run), unvisited, rate, new)


def _rate(count: int, span: int) -> Fraction:
    """Orders a day, one standard deviation above what was counted, lest a quiet month make the next one alarm."""
    return max(Fraction((count + isqrt(count) + 1) * DAY, span), LEAST_RATE)


def _cusum(recent: Sequence[Use], start: Instant, rate: Fraction) -> Instant | None:
    """The day on which the run began that leads to an alarm; ``None`` where the sum does not reach it."""
    counts = [0] * RECENT_DAYS
    for use in recent:
        if not use.visited:
            counts[min((use.at - start) // DAY, RECENT_DAYS - 1)] += 1
    total, began = Fraction(0), 0
    for day, count in enumerate(counts):
        if total == 0:
            began = day
        total = max(Fraction(0), total + count * LN_TIMES - (TIMES - 1) * rate)
        if total >= ALARM_AT:
            return start + began * DAY
    return None


def tail(n: int, k: int, p: Fraction) -> Fraction:
    """The chance of at least ``k`` in ``n`` independent tries that succeed with chance ``p``, exactly.

    More than ``MOST_TRIES`` are taken for as many in proportion, which makes the chance larger and never smaller.
    """
    if n > MOST_TRIES:
        n, k = MOST_TRIES, k * MOST_TRIES // n
    a, b = p.numerator, p.denominator
    return Fraction(sum(comb(n, i) * a**i * (b - a) ** (n - i) for i in range(k, n + 1)), b**n)
