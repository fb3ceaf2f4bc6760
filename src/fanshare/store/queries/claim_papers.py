"""Which claims came with a receipt as a file, and whether it is still there. The files themselves lie in the vault."""

from collections.abc import Iterable

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_ADD = """
INSERT INTO claim_paper (programme_id, claim_id, added_at) VALUES (%(programme_id)s, %(claim)s, %(now)s)
"""
_HERE = """
SELECT claim_id, here FROM claim_paper WHERE programme_id = %(programme_id)s AND claim_id = ANY(%(claims)s::bigint[])
"""
_NUMBERED = """
UPDATE claim_paper SET mark = %(mark)s WHERE programme_id = %(programme_id)s AND claim_id = %(claim)s
"""
_FORGET = """
WITH old AS (
    UPDATE claim_paper p SET here = false FROM claim_answer a
     WHERE p.programme_id = %(programme_id)s AND p.here AND a.programme_id = p.programme_id
       AND a.claim_id = p.claim_id AND a.at <= %(before)s
 RETURNING p.claim_id)
DELETE FROM vault_item v USING old
  JOIN claim c ON c.programme_id = %(programme_id)s AND c.id = old.claim_id
  JOIN party y ON y.programme_id = %(programme_id)s AND y.id = c.party_id
 WHERE v.programme_id = %(programme_id)s AND v.person_id = y.person_id AND v.kind = %(sealed)s || c.id
"""


def add(access: Access, claim: int, now: Instant) -> None:
    """A claim came with a file."""
    access.execute(_ADD, {"claim": claim, "now": now})


def here(access: Access, claims: Iterable[int]) -> dict[int, bool]:
    """Of those claims that came with a file, whether it is still there."""
    return {row[0]: row[1] for row in access.fetch(_HERE, {"claims": sorted(claims)})}


def numbered(access: Access, claim: int, mark: str) -> None:
    """Its person gave the number of its order."""
    access.execute(_NUMBERED, {"claim": claim, "mark": mark})


def forget(access: Access, before: Instant, sealed: str) -> None:
    """Drop the files of claims answered until an instant; in the vault they begin with ``sealed``."""
    access.execute(_FORGET, {"before": before, "sealed": sealed})
