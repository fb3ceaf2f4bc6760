"""What giving a sale to somebody else reads: whose a link or code was, and the last decision about an order."""

from collections.abc import Iterable
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

# Whose it was at an instant; what came to be only later counts as its first owner's.
_OWNERS = """
SELECT owner_party_id, creator_party_id FROM (
    SELECT DISTINCT ON (l.id) o.owner_party_id, o.creator_party_id FROM link l
      JOIN link_owner o ON o.programme_id = l.programme_id AND o.link_id = l.id
     WHERE l.programme_id = %(programme_id)s AND l.code = %(text)s
     ORDER BY l.id, o.from_at <= %(at)s DESC, CASE WHEN o.from_at <= %(at)s THEN -o.from_at ELSE o.from_at END) links
UNION
SELECT owner_party_id, creator_party_id FROM (
    SELECT DISTINCT ON (c.id) o.owner_party_id, o.creator_party_id FROM code c
      JOIN code_owner o ON o.programme_id = c.programme_id AND o.code_id = c.id
     WHERE c.programme_id = %(programme_id)s AND c.folded = %(folded)s
     ORDER BY c.id, o.from_at <= %(at)s DESC, CASE WHEN o.from_at <= %(at)s THEN -o.from_at ELSE o.from_at END) codes
"""
_LAST = """
SELECT id, kind, reason, decided_by, creator_party_id, to_creator_party_id, to_party_id FROM ruling
 WHERE programme_id = %(programme_id)s AND order_id = %(order)s ORDER BY id DESC LIMIT 1
"""
_JOIN_SCOPE = """
INSERT INTO order_creator (programme_id, order_id, creator_party_id)
SELECT %(programme_id)s, id, %(creator)s FROM unnest(%(orders)s::bigint[]) AS made(id) ON CONFLICT DO NOTHING
"""
_SCOPE = """
INSERT INTO scope (programme_id, creator_party_id) VALUES (%(programme_id)s, %(creator)s) ON CONFLICT DO NOTHING
"""


class LastRuling(NamedTuple):
    """The newest decision about an order."""

    id: int
    kind: str
    reason: str
    decided_by: str
    creator: int | None
    to_creator: int | None
    to_party: int | None


def owners(access: Access, text: str, folded: str, at: Instant) -> list[tuple[int, int]]:
    """(owner, creator) of every link with this code, and of every discount code with this folded text, at an instant.

    One pair stands once.
    """
    return [(row[0], row[1]) for row in access.fetch(_OWNERS, {"text": text, "folded": folded, "at": at})]


def last(access: Access, order: int) -> LastRuling | None:
    """The newest decision about an order."""
    row = access.fetch_one(_LAST, {"order": order})
    return None if row is None else LastRuling(*row)


def join_scope(access: Access, creator: int, orders: Iterable[int]) -> None:
    """Put orders into the scope of a creator, which is made where there is none."""
    access.execute(_SCOPE, {"creator": creator})
    access.execute(_JOIN_SCOPE, {"orders": sorted(orders), "creator": creator})
