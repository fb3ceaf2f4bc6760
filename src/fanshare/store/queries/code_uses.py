"""In which kept orders the codes of a programme were typed, for seeing whether one has leaked."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from fanshare.core.code_alarm import Use
from fanshare.core.instants import Instant
from fanshare.store.access import Access

#: A code of one shop stands before one of the same text that is good for all.
_USES = """
SELECT k.id, k.shown, k.single_use, k.created_at, w.owner_party_id, p.document::jsonb ->> 'uses', h.placed_at,
       h.touches @> jsonb_build_array(jsonb_build_object('kind', 'link', 'creator', w.creator_party_id)),
       coalesce(h.view ->> 'country', '')
  FROM code k
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM code_owner
                 WHERE programme_id = k.programme_id AND code_id = k.id ORDER BY from_at DESC LIMIT 1) w ON true
  JOIN LATERAL (SELECT state FROM code_state
                 WHERE programme_id = k.programme_id AND code_id = k.id ORDER BY from_at DESC LIMIT 1) s ON true
  LEFT JOIN code_plan p ON p.programme_id = k.programme_id AND p.id = k.plan_id
  JOIN order_code o ON o.programme_id = k.programme_id AND o.folded = k.folded
  JOIN shop_order h ON h.programme_id = o.programme_id AND h.id = o.order_id
 WHERE k.programme_id = %(programme_id)s AND s.state <> 'ended' AND h.status = 'captured' AND h.net > 0
   AND NOT coalesce((h.view ->> 'test')::boolean, false)
   AND (k.connection_id = h.connection_id OR (k.connection_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM code n WHERE n.programme_id = k.programme_id AND n.folded = k.folded
           AND n.connection_id = h.connection_id)))
   AND (h.placed_at >= %(since)s OR k.single_use OR p.id IS NOT NULL)
 ORDER BY k.id, h.placed_at
"""


class Used(NamedTuple):
    """A code that is not ended, how often the shop was to take it, and the orders it was typed in."""

    id: int
    text: str
    owner: int
    known_since: Instant
    limit: int | None
    uses: list[Use]


def used(access: Access, since: Instant) -> Iterator[Used]:
    """Codes that were typed in orders since an instant; those with a limit with all their orders."""
    for (id_, text, single, known, owner, limit), rows in groupby(access.fetch(_USES, {"since": since}), _code):
        uses = [Use(row[6], bool(row[7]), row[8]) for row in rows]
        most = 1 if single else None if limit is None else int(limit)
        yield Used(id_, text, owner, known, most, uses)


def _code(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[:6]
