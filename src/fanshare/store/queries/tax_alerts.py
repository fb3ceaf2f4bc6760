"""Who may have come near to what has to be reported, and who was told of already."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('tax alerts', %(programme_id)s))"
# What a report counts is never more than all that was paid to somebody and given by her.
_MAYBE = """
SELECT m.party_id FROM (
    SELECT o.party_id, o.amount FROM payout o
     WHERE o.programme_id = %(programme_id)s AND o.currency = %(currency)s AND o.state = 'final'
       AND o.changed_at >= %(since)s AND o.changed_at < %(until)s
    UNION ALL
    SELECT g.giver_party_id, g.amount FROM gift g
     WHERE g.programme_id = %(programme_id)s AND g.currency = %(currency)s AND g.state = 'kept'
       AND g.changed_at >= %(since)s AND g.changed_at < %(until)s) m
 GROUP BY m.party_id
HAVING sum(m.amount) >= %(least)s
   AND (SELECT count(*) FROM tax_alert t WHERE t.programme_id = %(programme_id)s AND t.party_id = m.party_id
           AND t.year = %(year)s AND t.report = ANY(%(reports)s)) < cardinality(%(reports)s)
 ORDER BY m.party_id LIMIT %(most)s OFFSET %(skip)s
"""
_ADD = """
INSERT INTO tax_alert (programme_id, party_id, year, report, at)
SELECT %(programme_id)s, party, year, report, %(now)s
  FROM unnest(%(parties)s::bigint[], %(years)s::int[], %(reports)s::text[]) AS n (party, year, report)
ON CONFLICT (programme_id, party_id, year, report) DO NOTHING RETURNING party_id
"""
_TOLD = """
SELECT report, year, count(*) FROM tax_alert WHERE programme_id = %(programme_id)s AND at = %(at)s
 GROUP BY report, year ORDER BY report, year
"""


class Near(NamedTuple):
    """A payee whose year has come near to what a report asks."""

    party: int
    year: int
    report: str


def lock(access: Access) -> None:
    """Nobody else tells of this programme's thresholds until the transaction ends."""
    access.execute(_LOCK)


def maybe(
    access: Access,
    year: int,
    bounds: tuple[Instant, Instant],
    least: tuple[str, Micros],
    reports: Sequence[str],
    most: int,
    skip: int,
) -> list[int]:
    """Who got at least ``least`` (currency, micros) in a year, of whom not all these reports were told already."""
    currency, amount = least
    values = {"year": year, "since": bounds[0], "until": bounds[1], "currency": currency, "least": amount}
    return [row[0] for row in access.fetch(_MAYBE, {**values, "reports": [*reports], "most": most, "skip": skip})]


def add(access: Access, found: Sequence[Near], now: Instant) -> int:
    """Write down that they are told; how many were not before."""
    columns = {"parties": [one.party for one in found], "years": [one.year for one in found]}
    return len(access.fetch(_ADD, {**columns, "reports": [one.report for one in found], "now": now}))


def told(access: Access, at: Instant) -> list[tuple[str, int, int]]:
    """Of what the mails of an instant tell: report, year, how many people."""
    return [(row[0], row[1], row[2]) for row in access.fetch(_TOLD, {"at": at})]
