"""Claims that the brand bears, beside their orders: which of them to work out anew, and what was booked."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.moving import CLAIM, CLAIM_ORDER
from fanshare.store.access import Access

_ADD = """
INSERT INTO borne_claim (programme_id, claim_id, order_id, party_id)
VALUES (%(programme_id)s, %(claim)s, %(order)s, %(party)s)
"""
#: What vanished (a test flag, a deletion, a total of zero) takes effect after a notice, as for every other share.
_CHANGED = """
SELECT b.claim_id, b.order_id, b.party_id, p.kind, h.has, o.twin_of IS NOT NULL, s.seen
  FROM borne_claim b
  JOIN shop_order o ON o.programme_id = b.programme_id AND o.id = b.order_id
  JOIN party p ON p.programme_id = b.programme_id AND p.id = b.party_id
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(s.amount), 0)::bigint AS has FROM position s
         JOIN party y ON y.programme_id = s.programme_id AND y.id = s.party_id
        WHERE s.programme_id = b.programme_id AND s.order_id = b.order_id AND s.amount > 0
          AND (y.id = p.id OR y.person_id = p.person_id)) h
 CROSS JOIN LATERAL (SELECT concat_ws('/', md5(o.view::text), o.twin_of, h.has) AS seen) s
 WHERE b.programme_id = %(programme_id)s AND s.seen <> b.seen
   AND (o.vanished_at IS NULL OR o.vanished_at <= %(gone)s)
 ORDER BY b.claim_id LIMIT 1 FOR UPDATE OF b SKIP LOCKED
"""
_LOOKED = """
UPDATE borne_claim SET seen = %(seen)s WHERE programme_id = %(programme_id)s AND claim_id = %(claim)s
"""
_BOOKED = """
SELECT currency, coalesce(sum(amount) FILTER (WHERE tool = %(first)s), 0)::bigint, sum(amount)::bigint FROM opening
 WHERE programme_id = %(programme_id)s AND tool IN (%(first)s, %(later)s) AND source = %(source)s GROUP BY currency
"""


class BorneRow(NamedTuple):
    """A claim whose order is not what it was. ``has``: micros that the claimant's human has of it otherwise.

    ``twin``: the sale is counted as another order. ``seen`` is what to keep once this is worked out.
    """

    claim: int
    order: int
    party: int
    kind: str
    has: Micros
    twin: bool
    seen: str


def add(access: Access, claim: int, order: int, party: int) -> None:
    """From now on this claim follows its order."""
    access.execute(_ADD, {"claim": claim, "order": order, "party": party})


def changed(access: Access, gone: Instant) -> BorneRow | None:
    """One whose order changed, locked; what vanished after ``gone`` still counts as it did."""
    row = access.fetch_one(_CHANGED, {"gone": gone})
    return None if row is None else BorneRow(*row)


def looked(access: Access, row: BorneRow) -> None:
    """This one is worked out."""
    access.execute(_LOOKED, {"claim": row.claim, "seen": row.seen})


def booked(access: Access, source: str) -> tuple[str, Micros, Micros]:
    """What was granted for a claim, and what stands of it: currency and micros."""
    row = access.fetch_one(_BOOKED, {"source": source, "first": CLAIM, "later": CLAIM_ORDER})
    return ("", 0, 0) if row is None else (row[0], row[1], row[2])
