"""What open orders before the start of a fold occupy in every period of a creator, without reading them.

Per creator, level, period and currency the sum over all parts that no close has sealed is kept, by a trigger on the
parts themselves (migration 0080). What lies before a start is that sum, less what lies at or behind it, which a
settlement folds anyway. A creator's sums are kept from the first settlement on that asks for them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from fanshare.core.facts import PeriodKey, Prefix, Sealed
from fanshare.core.instants import DAY, Instant, from_datetime
from fanshare.core.money import Micros
from fanshare.store.access import Access

_KEEP = """
UPDATE scope SET summed = true
 WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(creators)s) AND NOT summed
RETURNING creator_party_id
"""
_FILL = """
INSERT INTO scope_sum (programme_id, creator_party_id, level, period, currency, amount)
SELECT p.programme_id, p.creator_party_id, l.level, l.period, p.currency, sum(l.amount)::bigint FROM part p
 CROSS JOIN LATERAL (VALUES ('tier', p.month, p.in_tier), ('day', p.day, p.in_day), ('week', p.week, p.in_week),
                            ('month', p.month, p.in_month), ('all', '', p.in_all)) AS l(level, period, amount)
 WHERE p.programme_id = %(programme_id)s AND p.creator_party_id = ANY(%(creators)s) AND NOT p.sealed
 GROUP BY 1, 2, 3, 4, 5
"""
_BEFORE = """
SELECT p.creator_party_id, l.level, l.period, p.currency, sum(l.amount)::bigint
  FROM unnest(%(creators)s::bigint[], %(starts)s::bigint[]) AS c(creator, start)
  JOIN part p ON p.creator_party_id = c.creator AND p.placed_at < c.start
 CROSS JOIN LATERAL (VALUES ('tier', p.month, p.in_tier), ('day', p.day, p.in_day), ('week', p.week, p.in_week),
                            ('month', p.month, p.in_month), ('all', '', p.in_all)) AS l(level, period, amount)
 WHERE p.programme_id = %(programme_id)s AND NOT p.sealed
   AND (p.creator_party_id, p.order_id) NOT IN (
       SELECT creator, order_id FROM unnest(%(folded_creators)s::bigint[], %(folded_orders)s::bigint[])
           AS folded(creator, order_id))
 GROUP BY 1, 2, 3, 4
"""
_BEFORE_KEPT = """
WITH start AS (
    SELECT creator, start FROM unnest(%(creators)s::bigint[], %(starts)s::bigint[]) AS c(creator, start)
), behind AS (
    SELECT p.creator_party_id, p.currency, p.day, p.week, p.month, p.in_tier, p.in_day, p.in_week, p.in_month, p.in_all
      FROM start JOIN part p ON p.creator_party_id = start.creator AND p.placed_at >= start.start
     WHERE p.programme_id = %(programme_id)s AND NOT p.sealed
    UNION ALL
    SELECT p.creator_party_id, p.currency, p.day, p.week, p.month, p.in_tier, p.in_day, p.in_week, p.in_month, p.in_all
      FROM unnest(%(folded_creators)s::bigint[], %(folded_orders)s::bigint[]) AS folded(creator, order_id)
      JOIN start ON start.creator = folded.creator
      JOIN part p ON p.order_id = folded.order_id AND p.creator_party_id = folded.creator AND p.placed_at < start.start
     WHERE p.programme_id = %(programme_id)s AND NOT p.sealed
)
SELECT creator_party_id, level, period, currency, sum(amount)::bigint FROM (
       SELECT creator_party_id, level, period, currency, amount FROM scope_sum
        WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(creators)s) AND amount <> 0
        UNION ALL
       SELECT b.creator_party_id, l.level, l.period, b.currency, -l.amount FROM behind b
        CROSS JOIN LATERAL (VALUES ('tier', b.month, b.in_tier), ('day', b.day, b.in_day), ('week', b.week, b.in_week),
                                   ('month', b.month, b.in_month), ('all', '', b.in_all)) AS l(level, period, amount)
       ) AS every
 GROUP BY 1, 2, 3, 4 HAVING sum(amount) <> 0
"""
# Of a part that a close has sealed in some of its periods only what grew beyond is open. Only parts of closed months,
# or of a week that began in one, can be such. One that has nothing any more is in no sum, so nothing is taken off it.
_SEALED_BEFORE = """
SELECT p.creator_party_id, l.level, l.period, p.currency, sum(least(l.amount, sealed.amount))::bigint
  FROM unnest(%(creators)s::bigint[], %(starts)s::bigint[], %(closed)s::bigint[]) AS c(creator, start, closed)
  JOIN part p ON p.creator_party_id = c.creator AND p.placed_at < least(c.start, c.closed)
 CROSS JOIN LATERAL (VALUES ('tier', p.month, p.in_tier), ('day', p.day, p.in_day), ('week', p.week, p.in_week),
                            ('month', p.month, p.in_month), ('all', '', p.in_all)) AS l(level, period, amount)
 CROSS JOIN LATERAL (SELECT sum(z.amount_micros)::bigint AS amount FROM sealed_piece z
                      WHERE z.programme_id = %(programme_id)s AND z.creator_party_id = p.creator_party_id
                        AND z.order_id = p.order_id AND z.level = l.level AND z.period = l.period
                        AND z.currency = p.currency) AS sealed
 WHERE p.programme_id = %(programme_id)s AND NOT p.sealed AND l.amount > 0 AND sealed.amount IS NOT NULL
   AND (p.creator_party_id, p.order_id) NOT IN (
       SELECT creator, order_id FROM unnest(%(folded_creators)s::bigint[], %(folded_orders)s::bigint[])
           AS folded(creator, order_id))
 GROUP BY 1, 2, 3, 4
"""
#: A week that begins in a month may reach so far into the next one, and time zones are a day apart.
_REACH = 8 * DAY

type _Sums = dict[int, dict[PeriodKey, Micros]]


def keep(access: Access, creators: Iterable[int]) -> None:
    """From now on keep the sums of these creators, whose scopes are locked. Doing it again costs one statement."""
    fresh = [row[0] for row in access.fetch(_KEEP, {"creators": sorted(creators)})]
    if fresh:
        access.execute(_FILL, {"creators": fresh})


def before(
    access: Access,
    starts: Mapping[int, Instant],
    folded: Sequence[tuple[int, int]],
    sealed: Mapping[int, Sealed],
    *,
    kept: bool,
) -> dict[int, Prefix]:
    """What open orders before each creator's start occupy; ``folded`` pairs (creator, order) are not counted twice.

    An order of several creators may lie before the start of one and behind the start of another. ``kept`` says that
    ``keep`` was called for all of them; without it every part before the start is read.
    """
    if not starts:
        return {}
    values = {
        "creators": list(starts),
        "starts": list(starts.values()),
        "folded_creators": [creator for creator, _ in folded],
        "folded_orders": [order for _, order in folded],
    }
    sums: _Sums = defaultdict(dict)
    for creator, level, period, currency, amount in access.fetch(_BEFORE_KEPT if kept else _BEFORE, values):
        sums[creator][PeriodKey(level, period, currency)] = amount
    if sealed:
        closed = {"closed": [_closed_until(sealed.get(creator)) for creator in starts]}
        for creator, level, period, currency, amount in access.fetch(_SEALED_BEFORE, values | closed):
            sums[creator][PeriodKey(level, period, currency)] -= amount
    return {creator: Prefix(start, sums.get(creator, {})) for creator, start in starts.items()}


def _closed_until(sealed: Sealed | None) -> Instant:
    """Before when the orders were placed of which closes have sealed anything."""
    if sealed is None or not sealed.months:
        return 0
    year, month = map(int, max(key.period for key in sealed.months).split("-"))
    return from_datetime(datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)) + _REACH
