"""When shares became ready, and when they were paid: of orders old enough that paying had time to happen."""

from fanshare.core.instants import DAY, Instant
from fanshare.core.punctuality import Ripened
from fanshare.store.access import Access

#: Orders looked at, the newest of those old enough, so that the answer costs the same in every programme.
MOST_ORDERS = 300
#: How long ago a share has become ready at least, and how long ago its order was placed at most.
GRACE, SPAN = 30 * DAY, 365 * DAY

_RIPENED = """
SELECT p.matures_at,
       least((SELECT min(x.changed_at) FROM payout x
                LEFT JOIN payout_exchange z ON z.programme_id = x.programme_id AND z.of_payout_id = x.id
                LEFT JOIN payout g ON g.programme_id = z.programme_id AND g.id = z.payout_id
               WHERE x.programme_id = p.programme_id AND x.party_id = p.party_id
                 AND coalesce(g.currency, x.currency) = p.currency
                 AND x.state = 'final' AND x.created_at >= p.matures_at
                 -- A code of a cent pays no share; one that holds all there was does.
                 AND NOT EXISTS (SELECT FROM shop_credit c WHERE c.programme_id = x.programme_id
                                                             AND c.payout_id = x.id)),
             -- Where somebody kept or gave away all of it, nothing waits for a payout any more.
             (SELECT min(c.created_at) FROM shop_credit c
                JOIN account a ON a.programme_id = c.programme_id AND a.party_id = c.party_id
                     AND a.currency = c.currency AND a.kind = 'available'
                     AND a.balance < least(c.amount, 1000000)
               WHERE c.programme_id = p.programme_id AND c.party_id = p.party_id AND c.currency = p.currency
                 AND c.state NOT IN ('cancelled', 'failed') AND c.created_at >= p.matures_at),
             (SELECT min(g.changed_at) FROM gift g
                JOIN account a ON a.programme_id = g.programme_id AND a.party_id = g.giver_party_id
                     AND a.currency = g.currency AND a.kind = 'available' AND a.balance <= 0
               WHERE g.programme_id = p.programme_id AND g.giver_party_id = p.party_id AND g.currency = p.currency
                 AND g.state = 'kept' AND g.given_at >= p.matures_at))
  FROM (SELECT id FROM shop_order
         WHERE programme_id = %(programme_id)s AND placed_at >= %(since)s AND placed_at < %(until)s
         ORDER BY placed_at DESC, connection_id DESC, external_id DESC LIMIT %(most)s) o
  JOIN position p ON p.programme_id = %(programme_id)s AND p.order_id = o.id
 WHERE p.bucket = 'available' AND p.amount > 0 AND p.party_id IS NOT NULL AND p.matures_at < %(ripe)s
"""


def ripened(access: Access, now: Instant, hold: int) -> list[Ripened]:
    """Shares of the newest orders that became ready before the last ``GRACE``; ``hold`` is the usual wait."""
    values = {"since": now - SPAN - hold, "until": now - GRACE - hold, "ripe": now - GRACE, "most": MOST_ORDERS}
    return [Ripened(*row) for row in access.fetch(_RIPENED, values)]
