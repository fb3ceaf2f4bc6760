"""Who may have got something in a year: people to whom a payout arrived in it, or who gave something of theirs."""

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_FOUND = """
SELECT p.id FROM party p
 WHERE p.programme_id = %(programme_id)s AND p.id > %(after)s
   AND (%(text)s = '' OR p.public_id LIKE %(like)s
        OR (p.kind = 'creator' AND lower(coalesce(p.display_name, '')) LIKE '%%' || %(like)s))
   AND (EXISTS (SELECT FROM payout o
                 WHERE o.programme_id = p.programme_id AND o.party_id = p.id AND o.state = 'final'
                   AND o.changed_at >= %(since)s AND o.changed_at < %(until)s)
        OR EXISTS (SELECT FROM gift g
                    WHERE g.programme_id = p.programme_id AND g.giver_party_id = p.id AND g.state = 'kept'
                      AND g.changed_at >= %(since)s AND g.changed_at < %(until)s))
 ORDER BY p.id LIMIT %(limit)s
"""


def found(access: Access, since: Instant, until: Instant, *, text: str = "", after: int = 0, limit: int) -> list[int]:
    """Their ids, in their order. ``text``: a part of a creator's name, or how somebody's public id begins."""
    plain = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {"since": since, "until": until, "text": text, "like": f"{plain}%", "after": after, "limit": limit}
    return [row[0] for row in access.fetch(_FOUND, values)]
