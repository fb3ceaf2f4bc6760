"""What became ready of payees, newest first and by day, and what left and came back: for whose turn it is.

Shares of sales are read by an index from the newest back, no more of each payee than is asked for, so that what was
paid long ago is not touched. All else that can come is rare and is read whole.
"""

from collections.abc import Sequence

from fanshare.core.instants import DAY, Instant
from fanshare.core.money import Micros
from fanshare.core.moving import ABSORBED, DEBT, DEBT_ORDER
from fanshare.core.turns import Came, Known, Went
from fanshare.store.access import Access

type Pair = tuple[int, str]

SHARES = """
SELECT g.party_id, g.currency, s.day, sum(s.amount)::bigint, count(*)
  FROM unnest(%(parties)s::bigint[], %(currencies)s::text[]) AS g (party_id, currency)
 CROSS JOIN LATERAL (
       SELECT p.matures_at / 86400000000 AS day, p.amount FROM position p
        WHERE p.programme_id = %(programme_id)s AND p.party_id = g.party_id AND p.currency = g.currency
          AND p.bucket = 'available' AND p.amount > 0 AND p.matures_at IS NOT NULL
        ORDER BY p.matures_at DESC LIMIT %(most)s) s
 GROUP BY 1, 2, 3
"""
# What the brand bore of a debt is no money of hers: it made good what a refund took. What was taken back of a balance,
# or given again, belongs to the one of its name.
_OTHERS = """
SELECT party_id, currency, min(at), sum(amount)::bigint, max(place) FROM (
    SELECT o.party_id, o.currency, o.source AS name, coalesce(o.matures_at, o.moved_at) AS at, o.amount,
           -2 * o.id AS place
      FROM opening o
     WHERE o.programme_id = %(programme_id)s AND o.party_id = ANY(%(parties)s) AND NOT o.tool = ANY(%(borne)s)
       AND (o.matures_at IS NULL OR EXISTS (
            SELECT FROM opening_ready r WHERE r.programme_id = o.programme_id AND r.opening_id = o.id))
    UNION ALL
    SELECT g.creator_party_id, g.currency, g.id::text, g.changed_at, g.amount, -2 * g.id - 1 FROM gift g
     WHERE g.programme_id = %(programme_id)s AND g.creator_party_id = ANY(%(parties)s) AND g.state = 'kept') one
 GROUP BY party_id, currency, name
"""
# Only of those to whom something ever came back: of everybody else it is known by what is ready.
_WENT = """
WITH asked AS (
    SELECT party_id, currency FROM payout
     WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s) AND state = 'returned'
    UNION
    SELECT giver_party_id, currency FROM gift
     WHERE programme_id = %(programme_id)s AND giver_party_id = ANY(%(parties)s) AND state = 'back')
SELECT party_id, currency, what, amount FROM (
    SELECT a.party_id, a.currency, 'p' || p.id AS what, e.at, e.id, CASE e.state WHEN 'returned' THEN -1 ELSE 1 END
           * p.amount AS amount
      FROM asked a JOIN payout p ON p.programme_id = %(programme_id)s AND p.party_id = a.party_id
       AND p.currency = a.currency
      JOIN payout_event e ON e.programme_id = p.programme_id AND e.payout_id = p.id
       AND e.state IN ('in_transit', 'returned')
    UNION ALL
    SELECT a.party_id, a.currency, 'g' || g.id, g.given_at, g.id, g.amount
      FROM asked a JOIN gift g ON g.programme_id = %(programme_id)s AND g.giver_party_id = a.party_id
       AND g.currency = a.currency
    UNION ALL
    SELECT a.party_id, a.currency, 'g' || g.id, g.changed_at, g.id, -g.amount
      FROM asked a JOIN gift g ON g.programme_id = %(programme_id)s AND g.giver_party_id = a.party_id
       AND g.currency = a.currency AND g.state = 'back') one
 ORDER BY party_id, currency, at, amount < 0, id
"""
_BORNE = [ABSORBED, DEBT, DEBT_ORDER]


def came(access: Access, pairs: Sequence[Pair], most: int) -> dict[Pair, Known]:
    """What became ready of each payee and currency: of shares of sales at most the ``most`` newest."""
    asked = {"parties": [one[0] for one in pairs], "currencies": [one[1] for one in pairs], "most": most}
    found: dict[Pair, list[Came]] = {pair: [] for pair in pairs}
    counted: dict[Pair, int] = dict.fromkeys(pairs, 0)
    oldest: dict[Pair, int] = {}
    for party, currency, day, amount, count in access.fetch(SHARES, asked):
        pair = (party, currency)
        found[pair].append(Came(day, amount))
        counted[pair] += count
        oldest[pair] = min(day, oldest.get(pair, day))
    for pair, at, amount, _ in others(access, pairs):
        found[pair].append(Came(at // DAY, amount))
    return {pair: Known(tuple(list_), oldest[pair] if counted[pair] == most else None) for pair, list_ in found.items()}


def place_of(opening: int) -> int:
    """The place of a balance that is no share of a sale among all that became ready; those of shares are above 0."""
    return -2 * opening


def others(access: Access, pairs: Sequence[Pair]) -> list[tuple[Pair, Instant, Micros, int]]:
    """What came of payees that was no share of a sale, and since when it was ready: balances that were moved in,
    bonuses, expenses, claims, gifts. The last is its place (``place_of``), below 0 and no other's.
    """
    wanted = set(pairs)
    values = {"parties": sorted({party for party, _ in pairs}), "borne": _BORNE}
    rows = access.fetch(_OTHERS, values)
    return [((row[0], row[1]), *row[2:]) for row in rows if (row[0], row[1]) in wanted and row[3] > 0]


def went(access: Access, parties: Sequence[int]) -> dict[Pair, list[Went]]:
    """What left and came back, in order, of those of them to whom something came back."""
    found: dict[Pair, list[Went]] = {}
    for party, currency, what, amount in access.fetch(_WENT, {"parties": list(parties)}):
        found.setdefault((party, currency), []).append(Went(what, amount))
    return found
