"""What was reported of sellers: who reports, the files that were made, their records, and what is of which party."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.tax.dpi.figures import Year
from fanshare.store.access import Access, Connection

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('dpi', 0))"
_OPERATOR = "SELECT sealed FROM dpi_operator"
_SET_OPERATOR = """
INSERT INTO dpi_operator (id, sealed, set_by, set_at) VALUES (1, %(sealed)s, %(by)s, %(now)s)
ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, set_by = excluded.set_by, set_at = excluded.set_at
"""
_ADD = """
INSERT INTO dpi_message (year, ref, indic, sellers, hash, sealed, made_by, made_at, keep_until)
VALUES (%(year)s, %(ref)s, %(indic)s, %(sellers)s, %(hash)s, %(sealed)s, %(by)s, %(now)s, %(until)s) RETURNING id
"""
_ADD_RECORD = """
INSERT INTO dpi_record (message_id, indic, ref, corrects, sealed)
VALUES (%(message)s, %(indic)s, %(ref)s, %(corrects)s, %(sealed)s) RETURNING id
"""
_MESSAGES = """
SELECT id, year, ref, indic, sellers, hash, made_by, made_at, sealed IS NOT NULL FROM dpi_message
 WHERE %(year)s::int IS NULL OR year = %(year)s ORDER BY id DESC LIMIT %(limit)s
"""
_FILE = "SELECT ref, hash, sealed FROM dpi_message WHERE id = %s"
_RECORDS = """
SELECT r.id, r.message_id, r.indic, r.ref, r.corrects, r.sealed
  FROM dpi_record r JOIN dpi_message m ON m.id = r.message_id WHERE m.year = %s ORDER BY r.id
"""
_GONE = """
WITH gone AS (UPDATE dpi_message SET sealed = NULL WHERE keep_until <= %(now)s AND sealed IS NOT NULL RETURNING id)
UPDATE dpi_record r SET sealed = NULL FROM gone WHERE r.message_id = gone.id
"""
_ADD_SHARE = """
INSERT INTO dpi_share (programme_id, party_id, record, year, currency, considerations, activities, fees, taxes)
VALUES (%(programme_id)s, %(party)s, %(record)s, %(year)s, %(currency)s, %(considerations)s, %(activities)s,
        %(fees)s, %(taxes)s)
"""
_SHARES = """
SELECT party_id, record, year, currency, considerations, activities, fees, taxes FROM dpi_share
 WHERE programme_id = %(programme_id)s AND (%(year)s::int IS NULL OR year = %(year)s)
   AND (%(parties)s::bigint[] IS NULL OR party_id = ANY(%(parties)s))
 ORDER BY id
"""
#: A record as its subject knows it; the newest first.
_TOLD = """
SELECT r.id, r.indic, r.ref, m.made_at FROM dpi_record r JOIN dpi_message m ON m.id = r.message_id
 WHERE r.id = ANY(%s) ORDER BY r.id DESC
"""
_CORRECTED = "SELECT corrects FROM dpi_record WHERE corrects = ANY(%s)"
#: To which accounts payments of a year went, parts in another currency with them.
_ACCOUNTS = """
SELECT DISTINCT i.party_id, i.account_id FROM payout_item i
 WHERE i.programme_id = %(programme_id)s AND i.party_id = ANY(%(parties)s) AND i.account_id IS NOT NULL
   AND i.state = 'final' AND i.changed_at >= %(since)s AND i.changed_at < %(until)s
 ORDER BY 1, 2
"""


class MessageRow(NamedTuple):
    """A file that was made. ``there``: what it says is still kept."""

    id: int
    year: int
    ref: str
    indic: str
    sellers: int
    hash: bytes
    by: str
    at: Instant
    there: bool


class FileRow(NamedTuple):
    """A file as it is kept; ``sealed`` is ``None`` once its time is over."""

    ref: str
    hash: bytes
    sealed: bytes | None


class RecordRow(NamedTuple):
    """A record of a file."""

    id: int
    message: int
    indic: str
    ref: str
    corrects: str
    sealed: bytes | None


class ShareRow(NamedTuple):
    """What of a record is of a party, by quarter: micros, but for the numbers of activities."""

    party: int
    record: int
    year: int
    currency: str
    considerations: tuple[int, ...]
    activities: tuple[int, ...]
    fees: tuple[int, ...]
    taxes: tuple[int, ...]


class ToldRow(NamedTuple):
    """A record by its reference: new, corrected or deleted, and when its file was made."""

    id: int
    indic: str
    ref: str
    at: Instant


def hold(conn: Connection) -> None:
    """Nobody else makes a report until the transaction ends."""
    conn.execute(_LOCK)


def operator(conn: Connection) -> bytes | None:
    """Who reports, sealed."""
    row = conn.execute(_OPERATOR).fetchone()
    return None if row is None else bytes(row[0])


def set_operator(conn: Connection, sealed: bytes, by: str, now: Instant) -> None:
    """Somebody else reports from now on, or is called otherwise."""
    conn.execute(_SET_OPERATOR, {"sealed": sealed, "by": by[:200], "now": now})


def add(conn: Connection, values: Mapping[str, object]) -> int:
    """A file that was made."""
    row = conn.execute(_ADD, values).fetchone()
    assert row is not None
    return int(row[0])


def add_record(conn: Connection, message: int, indic: str, ref: str, corrects: str, sealed: bytes) -> int:
    """A record of it."""
    values = {"message": message, "indic": indic, "ref": ref, "corrects": corrects, "sealed": sealed}
    row = conn.execute(_ADD_RECORD, values).fetchone()
    assert row is not None
    return int(row[0])


def messages(conn: Connection, year: int | None = None, limit: int = 100) -> list[MessageRow]:
    """The files of a year, or of all, the newest first."""
    rows = conn.execute(_MESSAGES, {"year": year, "limit": limit})
    return [
        MessageRow(id_, of, ref, indic, sellers, bytes(found), by, at, there)
        for id_, of, ref, indic, sellers, found, by, at, there in rows
    ]


def file(conn: Connection, id_: int) -> FileRow | None:
    """A file by its number."""
    row = conn.execute(_FILE, [id_]).fetchone()
    return None if row is None else FileRow(row[0], bytes(row[1]), None if row[2] is None else bytes(row[2]))


def records(conn: Connection, year: int) -> list[RecordRow]:
    """All records of a year in the order in which they were made."""
    rows = conn.execute(_RECORDS, [year])
    return [
        RecordRow(id_, message, indic, ref, corrects, None if sealed is None else bytes(sealed))
        for id_, message, indic, ref, corrects, sealed in rows
    ]


def forget_old(conn: Connection, now: Instant) -> None:
    """What reports say goes when its time is over; that there were some stays."""
    conn.execute(_GONE, {"now": now})


def add_share(access: Access, party: int, record: int, year: int, currency: str, figures: Year) -> None:
    """What of a record is of a party."""
    values = {
        "party": party,
        "record": record,
        "year": year,
        "currency": currency,
        "considerations": [one.consideration for one in figures],
        "activities": [one.activities for one in figures],
        "fees": [one.fees for one in figures],
        "taxes": [one.taxes for one in figures],
    }
    access.execute(_ADD_SHARE, values)


def shares(access: Access, year: int | None, parties: Sequence[int] | None = None) -> list[ShareRow]:
    """What of records of a year (``None``: of all) is of these parties (``None``: of all), in the order of making."""
    rows = access.fetch(_SHARES, {"year": year, "parties": None if parties is None else [*parties]})
    return [ShareRow(*row[:4], *map(tuple, row[4:])) for row in rows]


def told(conn: Connection, records: Iterable[int]) -> list[ToldRow]:
    """Records that an authority still knows as they are: those that no later one corrects; the newest first."""
    found = [ToldRow(*row) for row in conn.execute(_TOLD, [[*records]])]
    gone = {row[0] for row in conn.execute(_CORRECTED, [[one.ref for one in found]])}
    return [one for one in found if one.ref not in gone and one.indic != "OECD3"]


def accounts(access: Access, parties: Sequence[int], since: Instant, until: Instant) -> list[tuple[int, int]]:
    """Party and account of payments that arrived in a span."""
    values = {"parties": [*parties], "since": since, "until": until}
    return [(row[0], row[1]) for row in access.fetch(_ACCOUNTS, values)]
