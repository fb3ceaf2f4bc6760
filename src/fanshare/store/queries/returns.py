"""What of the orders of a year came back, and whether creators may see it."""

from fanshare.core.instants import Instant
from fanshare.core.returns import SoldPiece
from fanshare.store.access import Access

_SHOWN = """
SELECT shown FROM returns_shown WHERE programme_id = %(programme_id)s ORDER BY id DESC LIMIT 1
"""
_SAY = """
INSERT INTO returns_shown (programme_id, shown, said_by, said_at)
VALUES (%(programme_id)s, %(shown)s, %(by)s, %(now)s)
"""
#: Orders that were paid and sent, of the shop of record; gift cards are money and come back as such.
_PIECES = """
SELECT o.id, c.endpoint, coalesce(e->>'product', ''), coalesce(e->>'sku', ''), (e->>'net')::bigint,
       (o.view->'kept'->>(n - 1)::int)::bigint, o.estimated
  FROM (SELECT id, connection_id, view, estimated FROM shop_order
         WHERE programme_id = %(programme_id)s AND placed_at >= %(since)s AND placed_at < %(until)s
           AND status = 'captured' AND vanished = '' AND twin_of IS NULL AND view IS NOT NULL
           AND (view->>'test')::boolean IS NOT TRUE
         ORDER BY placed_at DESC LIMIT %(most)s) o
  JOIN connection c ON c.programme_id = %(programme_id)s AND c.id = o.connection_id
 CROSS JOIN LATERAL jsonb_array_elements(o.view->'lines') WITH ORDINALITY AS line(e, n)
 WHERE (e->>'gift_card')::boolean IS NOT TRUE
"""


def are_shown(access: Access) -> bool:
    """Whether the brand lets creators see how often things come back; it does not until it says so."""
    return access.value(_SHOWN) is True


def say(access: Access, shown: bool, now: Instant) -> None:
    """Let creators see it from now on, or not any more."""
    access.execute(_SAY, {"shown": shown, "by": access.actor, "now": now})


def pieces(access: Access, since: Instant, until: Instant, most: int) -> list[SoldPiece]:
    """The lines of the newest orders placed in a stretch of time."""
    return [SoldPiece(*row) for row in access.fetch(_PIECES, {"since": since, "until": until, "most": most})]
