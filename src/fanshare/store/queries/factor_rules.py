"""Who asks whose people for a second factor, and since when each of them is here."""

from fanshare.core.instants import Instant
from fanshare.store.access import Access, Connection

_OF_BRAND = "SELECT since_at FROM factor_rule WHERE programme_id = %(programme_id)s"
_ASK_BRAND = """
INSERT INTO factor_rule (programme_id, since_at) VALUES (%(programme_id)s, %(now)s) ON CONFLICT DO NOTHING
"""
_LET_BRAND = "DELETE FROM factor_rule WHERE programme_id = %(programme_id)s"
_BOTH_OF_BRAND = """
SELECT r.since_at, b.added_at FROM factor_rule r JOIN brand_person b ON b.programme_id = r.programme_id
 WHERE r.programme_id = %(programme_id)s AND b.id = %(id)s AND b.post = ANY(%(posts)s)
"""
_OF_OPERATORS = "SELECT since_at FROM operator_factor_rule"
_ASK_OPERATORS = "INSERT INTO operator_factor_rule (since_at) VALUES (%s) ON CONFLICT DO NOTHING"
_LET_OPERATORS = "DELETE FROM operator_factor_rule"
_BOTH_OF_OPERATOR = "SELECT r.since_at, o.added_at FROM operator_factor_rule r, operator o WHERE o.id = %s"


def of_brand(access: Access) -> Instant | None:
    """Since when a brand asks its people; ``None`` where it doesn't."""
    found: Instant | None = access.value(_OF_BRAND)
    return found


def set_brand(access: Access, now: Instant, *, asked: bool) -> bool:
    """Ask from now on, or no longer; whether that is new."""
    return bool(access.execute(_ASK_BRAND if asked else _LET_BRAND, {"now": now} if asked else {}))


def of_operators(conn: Connection) -> Instant | None:
    """Since when operators are asked."""
    row = conn.execute(_OF_OPERATORS).fetchone()
    return None if row is None else row[0]


def set_operators(conn: Connection, now: Instant, *, asked: bool) -> bool:
    """As ``set_brand``."""
    return bool((conn.execute(_ASK_OPERATORS, [now]) if asked else conn.execute(_LET_OPERATORS)).rowcount)


def both_of_brand(access: Access, id_: int, posts: list[str]) -> tuple[Instant, Instant] | None:
    """Since when somebody in one of these posts is asked, and since when she is here."""
    row = access.fetch_one(_BOTH_OF_BRAND, {"id": id_, "posts": posts})
    return None if row is None else (row[0], row[1])


def both_of_operator(conn: Connection, id_: int) -> tuple[Instant, Instant] | None:
    """The same of an operator."""
    row = conn.execute(_BOTH_OF_OPERATOR, [id_]).fetchone()
    return None if row is None else (row[0], row[1])
