"""Rates of exchange: taken from a file that somebody fetched, never from the net, and the one that holds on a day."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant, to_datetime
from fanshare.core.rates import ECB, DayRates, day_for, too_old
from fanshare.flows.audit import note
from fanshare.store.access import Connection
from fanshare.store.queries import rates as rows


class Taken(NamedTuple):
    """What became of a file: its days and rates, and how many of these were new, corrected, and known before."""

    days: int
    rates: int
    new: int
    corrected: int
    known: int
    first: str
    last: str


def take(
    conn: Connection, days: Sequence[DayRates], now: Instant, *, correct: bool = False, actor: str = "cli"
) -> Taken:
    """Take all days of a file of the ECB, or nothing. The same file again changes nothing.

    Raises ``BadInputError`` (``rates_to_come``), ``ConflictError`` (``rates_differ``) where a rate is known otherwise,
    unless ``correct`` says that the file is right; what was paid at the old one keeps it.
    """
    last = max(one.day for one in days)
    if last > today(now):
        raise BadInputError("rates_to_come", "%(day)s has not come yet. Nothing was taken.", day=last)
    with conn.transaction():
        rows.hold(conn)
        other = rows.others(conn, ECB, days)
        if other and not correct:
            one = other[0]
            raise ConflictError(
                "rates_differ",
                "%(count)s of these rates are known otherwise, such as %(currency)s of %(day)s: %(known)s here,"
                " %(said)s in the file. If the file is right, say --correct. Nothing was taken.",
                count=len(other),
                currency=one.currency,
                day=one.day,
                known=one.known,
                said=one.said,
            )
        changed = rows.put(conn, ECB, days, now)
        if changed:
            note(conn, actor, "rates.import", now, about=f"{ECB} {last}")
    count = sum(len(one.per) for one in days)
    first = min(one.day for one in days)
    return Taken(len(days), count, changed - len(other), len(other), count - changed, first, last)


def current(conn: Connection, now: Instant, source: str = ECB) -> DayRates:
    """The rates that hold now. Raises ``BadInputError``: ``no_rates``, ``rates_too_old``."""
    return of_past(conn, today(now), source)


def of_past(conn: Connection, day: str, source: str = ECB) -> DayRates:
    """The rates that held on a day. Raises ``BadInputError``: ``no_rates``, ``rates_too_old``."""
    last = rows.last_day(conn, source, day)
    if last is None or day_for([last], day) is None:
        raise too_old(source, day, last)
    return rows.of_day(conn, source, last)


def today(now: Instant) -> str:
    """The day in UTC. The ECB publishes a day's rates at about 16:00 of its own time, when this day has begun."""
    return to_datetime(now).date().isoformat()
