"""Who may have come near to what has to be reported, who was told of already, and who of the brand is told."""

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
_READERS = """
SELECT id FROM brand_person
 WHERE programme_id = %(programme_id)s AND post = ANY(%(posts)s) AND mail_stopped_at IS NULL ORDER BY id
"""
_READER = """
SELECT person_id, language FROM brand_person
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND post = ANY(%(posts)s) AND mail_stopped_at IS NULL
"""
_STOPPED = "SELECT mail_stopped_at FROM brand_person WHERE programme_id = %(programme_id)s AND id = %(id)s"
_STOP = """
UPDATE brand_person SET mail_stopped_at = coalesce(mail_stopped_at, %(now)s)
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_GO_ON = "UPDATE brand_person SET mail_stopped_at = NULL WHERE programme_id = %(programme_id)s AND id = %(id)s"
_SPEAK = "UPDATE brand_person SET language = %(language)s WHERE programme_id = %(programme_id)s AND id = %(id)s"


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


def readers(access: Access, posts: Sequence[str]) -> list[int]:
    """People of the brand in these posts who want it."""
    return [row[0] for row in access.fetch(_READERS, {"posts": [*posts]})]


def reader(access: Access, id_: int, posts: Sequence[str]) -> tuple[int, str] | None:
    """Her person in the vault, and her language, if she still has such a post and wants it."""
    row = access.fetch_one(_READER, {"id": id_, "posts": [*posts]})
    return None if row is None else (row[0], row[1])


def stopped(access: Access, id_: int) -> bool:
    """Whether somebody of the brand wants no such mail."""
    return access.value(_STOPPED, {"id": id_}) is not None


def choose(access: Access, id_: int, now: Instant, *, wanted: bool) -> None:
    """Whether somebody of the brand wants such mail from now on."""
    if wanted:
        access.execute(_GO_ON, {"id": id_})
    else:
        access.execute(_STOP, {"id": id_, "now": now})


def speak(access: Access, id_: int, language: str) -> None:
    """Mail to somebody of the brand is in this language."""
    access.execute(_SPEAK, {"id": id_, "language": language})
