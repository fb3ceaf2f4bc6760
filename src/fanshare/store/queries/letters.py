"""Letters of a brand to its creators as the database keeps them: to whom one goes, and how far it came."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('letters', %(programme_id)s))"
_ADD = """
WITH made AS (
    INSERT INTO letter (programme_id, name, sealed, made_at) VALUES (%(programme_id)s, %(name)s, %(sealed)s, %(now)s)
    RETURNING id)
INSERT INTO letter_to (programme_id, letter_id, party_id)
SELECT %(programme_id)s, made.id, party FROM made CROSS JOIN unnest(%(parties)s::bigint[]) AS fresh (party)
"""
_PUT_SINCE = "SELECT count(*) FROM letter_to WHERE programme_id = %(programme_id)s AND put_at >= %(since)s"
#: Who got one today waits for tomorrow; who left, has no address any more or said no meanwhile is left out.
_NEXT = """
SELECT t.letter_id, t.party_id, p.erased_at IS NULL AND c.stopped_at IS NULL AND v.kind IS NOT NULL, l.name, l.sealed
  FROM letter_to t
  JOIN letter l ON l.programme_id = t.programme_id AND l.id = t.letter_id AND l.stopped_at IS NULL
  JOIN party p ON p.programme_id = t.programme_id AND p.id = t.party_id
  LEFT JOIN vault_item v ON v.programme_id = p.programme_id AND v.person_id = p.person_id AND v.kind = 'email'
  LEFT JOIN mail_choice c ON c.programme_id = t.programme_id AND c.party_id = t.party_id
 WHERE t.programme_id = %(programme_id)s AND t.put_at IS NULL AND NOT t.left_out
   AND NOT EXISTS (SELECT FROM letter_to o WHERE o.programme_id = t.programme_id AND o.party_id = t.party_id
                      AND o.put_at >= %(since)s)
 ORDER BY t.letter_id, t.party_id LIMIT %(limit)s
"""
_MARK = """
UPDATE letter_to SET put_at = CASE WHEN m.goes THEN %(now)s::bigint END, left_out = NOT m.goes
  FROM unnest(%(letters)s::bigint[], %(parties)s::bigint[], %(goes)s::bool[]) AS m (letter, party, goes)
 WHERE programme_id = %(programme_id)s AND letter_id = m.letter AND party_id = m.party
"""
_STOP = """
UPDATE letter SET stopped_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND stopped_at IS NULL
   AND EXISTS (SELECT FROM letter_to t WHERE t.programme_id = letter.programme_id AND t.letter_id = letter.id
                  AND t.put_at IS NULL AND NOT t.left_out)
"""
_NEWEST = """
SELECT l.id, l.made_at, l.stopped_at, l.name, l.sealed, n.every, n.put, n.left_out
  FROM (SELECT * FROM letter WHERE programme_id = %(programme_id)s ORDER BY id DESC LIMIT %(limit)s) l
 CROSS JOIN LATERAL (
       SELECT count(*) AS every, count(put_at) AS put, count(*) FILTER (WHERE left_out) AS left_out
         FROM letter_to t WHERE t.programme_id = l.programme_id AND t.letter_id = l.id) n
 ORDER BY l.id DESC
"""
_OF_PARTY = """
SELECT put_at FROM letter_to WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND put_at IS NOT NULL
 ORDER BY put_at
"""
_FORGET = "DELETE FROM letter_to WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s)"
_OLD_TO = """
DELETE FROM letter_to t USING letter l
 WHERE t.programme_id = %(programme_id)s AND l.programme_id = t.programme_id AND l.id = t.letter_id
   AND l.made_at < %(before)s
"""
_OLD = "DELETE FROM letter WHERE programme_id = %(programme_id)s AND made_at < %(before)s"


class Next(NamedTuple):
    """A mail whose turn it is. ``goes`` is false for somebody who is not to be written to any more."""

    letter: int
    party: int
    goes: bool
    name: str
    sealed: bytes


class LetterRow(NamedTuple):
    """A letter and how far it came: to so many in all, put in the outbox for so many, so many left out."""

    id: int
    made_at: Instant
    stopped_at: Instant | None
    name: str
    sealed: bytes
    every: int
    put: int
    left_out: int

    @property
    def rest(self) -> int:
        """How many still wait; nobody does once it was stopped."""
        return 0 if self.stopped_at is not None else self.every - self.put - self.left_out


def lock(access: Access) -> None:
    """One at a time puts letters of a programme together or into the outbox."""
    access.execute(_LOCK)


def add(access: Access, name: str, sealed: bytes, parties: Sequence[int], now: Instant) -> None:
    """A letter to these."""
    access.execute(_ADD, {"name": name, "sealed": sealed, "parties": list(parties), "now": now})


def put_since(access: Access, since: Instant) -> int:
    """How many mails of letters were put into the outbox since."""
    return int(access.value(_PUT_SINCE, {"since": since}))


def next_ones(access: Access, since: Instant, limit: int) -> list[Next]:
    """Whose turn it is, the oldest letter first; nobody who got one since."""
    rows = access.fetch(_NEXT, {"since": since, "limit": limit})
    return [Next(row[0], row[1], row[2], row[3], bytes(row[4])) for row in rows]


def mark(access: Access, done: Sequence[Next], now: Instant) -> None:
    """These were put into the outbox, or are left out."""
    columns = zip(*((one.letter, one.party, one.goes) for one in done), strict=True)
    letters, parties, goes = map(list, columns)
    access.execute(_MARK, {"letters": letters, "parties": parties, "goes": goes, "now": now})


def stop(access: Access, id_: int, now: Instant) -> bool:
    """Whoever still waits for this one gets it no more; whether anybody did."""
    return access.execute(_STOP, {"id": id_, "now": now}).rowcount == 1


def newest(access: Access, limit: int) -> list[LetterRow]:
    """The newest letters."""
    rows = access.fetch(_NEWEST, {"limit": limit})
    return [LetterRow(*row)._replace(sealed=bytes(row[4])) for row in rows]


def of_party(access: Access, party: int) -> list[Instant]:
    """When somebody was written to."""
    return [row[0] for row in access.fetch(_OF_PARTY, {"party": party})]


def forget(access: Access, parties: list[int]) -> None:
    """Nobody knows any more who was written to."""
    access.execute(_FORGET, {"parties": parties})


def forget_old(access: Access, before: Instant) -> None:
    """Letters made before."""
    access.execute(_OLD_TO, {"before": before})
    access.execute(_OLD, {"before": before})
