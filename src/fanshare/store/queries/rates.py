"""Rates of exchange, for the whole installation: they are the same for every programme."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.rates import DayRates
from fanshare.store.access import Connection

_OTHER = """
SELECT e.day, e.currency, e.per, n.per
  FROM unnest(%(days)s::text[], %(currencies)s::text[], %(pers)s::text[]) AS n (day, currency, per)
  JOIN exchange_rate e ON e.source = %(source)s AND e.day = n.day AND e.currency = n.currency
 WHERE e.per::numeric <> n.per::numeric
 ORDER BY e.day DESC, e.currency
"""
_PUT = """
INSERT INTO exchange_rate (source, day, currency, per, taken_at)
SELECT %(source)s, n.day, n.currency, n.per, %(now)s
  FROM unnest(%(days)s::text[], %(currencies)s::text[], %(pers)s::text[]) AS n (day, currency, per)
ON CONFLICT (source, day, currency) DO UPDATE SET per = excluded.per, taken_at = excluded.taken_at
   WHERE exchange_rate.per::numeric <> excluded.per::numeric
"""
_LAST = "SELECT max(day) FROM exchange_rate WHERE source = %s AND day <= %s"
_OF_DAY = "SELECT currency, per FROM exchange_rate WHERE source = %s AND day = %s ORDER BY currency"
_KNOWN = """
SELECT count(DISTINCT day), count(*), coalesce(min(day), ''), coalesce(max(day), '')
  FROM exchange_rate WHERE source = %s
"""


class Other(NamedTuple):
    """A rate that is known otherwise than a file says."""

    day: str
    currency: str
    known: str
    said: str


class Known(NamedTuple):
    """How much is known of a source; the days are empty where nothing is."""

    days: int
    rates: int
    first: str
    last: str


def hold(conn: Connection) -> None:
    """Nobody else changes rates until this transaction ends."""
    conn.execute("LOCK TABLE exchange_rate IN SHARE ROW EXCLUSIVE MODE")


def others(conn: Connection, source: str, days: Sequence[DayRates]) -> list[Other]:
    """Which rates are known otherwise, newest first."""
    return [Other(*row) for row in conn.execute(_OTHER, {"source": source, **_arrays(days)})]


def put(conn: Connection, source: str, days: Sequence[DayRates], now: Instant) -> int:
    """Write down what is new or other; how many rates that were."""
    return conn.execute(_PUT, {"source": source, "now": now, **_arrays(days)}).rowcount


def last_day(conn: Connection, source: str, today: str) -> str | None:
    """The last day up to ``today`` that there are rates of."""
    row = conn.execute(_LAST, [source, today]).fetchone()
    return None if row is None else row[0]


def of_day(conn: Connection, source: str, day: str) -> DayRates:
    """The rates of a day; none where nothing is known of it."""
    return DayRates(day, dict(conn.execute(_OF_DAY, [source, day]).fetchall()))


def known(conn: Connection, source: str) -> Known:
    """How much is known of a source."""
    row = conn.execute(_KNOWN, [source]).fetchone()
    assert row is not None
    return Known(*row)


def _arrays(days: Sequence[DayRates]) -> dict[str, list[str]]:
    cells = [(one.day, currency, per) for one in days for currency, per in one.per.items()]
    return {name: [cell[at] for cell in cells] for at, name in enumerate(("days", "currencies", "pers"))}
