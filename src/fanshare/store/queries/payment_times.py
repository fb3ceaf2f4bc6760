"""When shares became ready, and when they were paid: of orders old enough that paying had time to happen.

What is read does not grow with what was paid long ago: of each payee whose shares are looked at, what became ready
since the oldest of them, along an index; what left before is one sum.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from itertools import accumulate

from fanshare.core.instants import DAY, Instant
from fanshare.core.money import Micros
from fanshare.core.payment_clock import Step
from fanshare.core.punctuality import Left, Placed, Ripened, matched
from fanshare.core.rails import step
from fanshare.core.replaced import gone
from fanshare.store.access import Access
from fanshare.store.queries.payment_clock import asides
from fanshare.store.queries.turns import Pair, others

#: Orders looked at, the newest of those old enough, so that the answer costs the same in every programme.
MOST_ORDERS = 300
#: How long ago a share has become ready at least, and how long ago its order was placed at most.
GRACE, SPAN = 30 * DAY, 365 * DAY

# Each way in is forced: which rows are few, PostgreSQL can't know. What came between two shares is a range of an index.
_RIPENED = """
WITH looked_at AS MATERIALIZED (
    SELECT p.id, p.party_id, p.currency, p.amount, p.matures_at
      FROM (SELECT id FROM shop_order
             WHERE programme_id = %(programme_id)s AND placed_at >= %(since)s AND placed_at < %(until)s
             ORDER BY placed_at DESC, connection_id DESC, external_id DESC LIMIT %(most)s) o
     CROSS JOIN LATERAL (
           SELECT * FROM position WHERE programme_id = %(programme_id)s AND order_id = o.id OFFSET 0) p
     WHERE p.bucket = 'available' AND p.amount > 0 AND p.party_id IS NOT NULL AND p.matures_at < %(ripe)s
       AND p.currency <> ALL(%(gone)s)
), at_once AS (
    SELECT party_id, currency, matures_at, array_agg(amount::bigint ORDER BY id) AS amounts,
           lag(matures_at) OVER (PARTITION BY party_id, currency ORDER BY matures_at DESC) AS next_at
      FROM looked_at GROUP BY party_id, currency, matures_at
)
SELECT a.party_id, a.currency, a.matures_at, a.amounts,
       (SELECT coalesce(sum(p.amount), 0)::bigint FROM position p
         WHERE p.programme_id = %(programme_id)s AND p.party_id = a.party_id AND p.currency = a.currency
           AND p.bucket = 'available' AND p.amount > 0 AND p.matures_at IS NOT NULL
           AND p.matures_at > a.matures_at AND p.matures_at <= coalesce(a.next_at, 9223372036854775807))
  FROM at_once a ORDER BY a.party_id, a.currency, a.matures_at DESC
"""
# What left a balance: payments, with what they were changed from and what of them is held for a tax authority; and what
# is unclaimed since somebody was erased, which nobody was paid. Beside them what is ready by now.
_LEFT = """
WITH asked AS (SELECT * FROM unnest(%(parties)s::bigint[], %(sinces)s::bigint[]) AS g (party_id, since)),
paid AS (
    SELECT x.party_id, coalesce(g.currency, x.currency) AS currency, k.since,
           CASE x.state WHEN 'final' THEN x.changed_at END AS at, coalesce(g.amount, x.amount) AS given,
           coalesce(w.amount, 0) AS held, coalesce(a.kind, '') AS kind, x.currency AS paid_in, x.amount AS paid
      FROM asked k JOIN payout x ON x.programme_id = %(programme_id)s AND x.party_id = k.party_id
      LEFT JOIN payout_exchange z ON z.programme_id = x.programme_id AND z.of_payout_id = x.id
      LEFT JOIN payout g ON g.programme_id = z.programme_id AND g.id = z.payout_id
      LEFT JOIN tax_withheld t ON t.programme_id = x.programme_id AND t.of_payout_id = x.id
      LEFT JOIN payout w ON w.programme_id = t.programme_id AND w.id = t.payout_id
      LEFT JOIN payout_item i ON i.programme_id = x.programme_id AND i.payout_id = x.id
      LEFT JOIN payee_account a ON a.programme_id = i.programme_id AND a.id = i.account_id
     WHERE x.state IN ('in_transit', 'final')
       AND NOT EXISTS (SELECT FROM shop_credit c WHERE c.programme_id = x.programme_id AND c.payout_id = x.id)
)
SELECT party_id, currency, 'left', at, given + held, kind, paid_in, paid, given FROM paid
 WHERE at IS NULL OR at >= since
 UNION ALL
SELECT party_id, currency, 'left', 0, sum(given + held)::bigint, '', currency, 1, 1 FROM paid WHERE at < since
 GROUP BY party_id, currency
 UNION ALL
SELECT a.party_id, a.currency, 'left', NULL, (
           (SELECT coalesce(sum(t.amount), 0) FROM transfer t
             WHERE t.programme_id = a.programme_id AND t.debit_account_id = a.id AND t.kind = 'erase')
         - (SELECT coalesce(sum(t.amount), 0) FROM transfer t
             WHERE t.programme_id = a.programme_id AND t.credit_account_id = a.id AND t.kind = 'erase'))::bigint,
       '', a.currency, 1, 1
  FROM asked k JOIN party p ON p.programme_id = %(programme_id)s AND p.id = k.party_id AND p.erased_at IS NOT NULL
  JOIN account a ON a.programme_id = p.programme_id AND a.party_id = p.id AND a.kind = 'available'
 UNION ALL
SELECT a.party_id, a.currency, 'ready', NULL, a.balance, '', a.currency, 1, 1
  FROM asked k JOIN account a ON a.programme_id = %(programme_id)s AND a.party_id = k.party_id AND a.kind = 'available'
 UNION ALL
SELECT x.party_id, x.currency, 'came', z.frozen_at, CASE x.state WHEN 'received' THEN x.amount ELSE -x.amount END,
       '', x.currency, 1, 1
  FROM asked k JOIN payout x ON x.programme_id = %(programme_id)s AND x.party_id = k.party_id
  JOIN payout_exchange z ON z.programme_id = x.programme_id AND x.id IN (z.payout_id, z.got_payout_id)
   AND z.of_payout_id IS NULL
 WHERE x.state IN ('exchanged', 'received')
"""


def ripened(access: Access, now: Instant, hold: int) -> list[Ripened]:
    """Shares of the newest orders that became ready before the last ``GRACE``; ``hold`` is the usual wait.

    In four statements. Shares in a currency that was replaced are left out: they are paid in another one.
    """
    values = {"since": now - SPAN - hold, "until": now - GRACE - hold, "ripe": now - GRACE, "most": MOST_ORDERS}
    placed: dict[Pair, list[Placed]] = defaultdict(list)
    newer: dict[Pair, Micros] = defaultdict(int)
    for party, currency, ready_at, amounts, between in access.fetch(_RIPENED, {**values, "gone": gone(now)}):
        pair = (party, currency)
        newer[pair] += between
        # Of shares that became ready at the same moment, those that are not looked at count as older.
        for place in range(len(amounts)):
            placed[pair].append(Placed(ready_at, newer[pair] + sum(amounts[place + 1 :])))
    if not placed:
        return []
    ready, left, came = _beside(access, placed)
    found = []
    for pair, shares in placed.items():
        found += matched(_beside_others(shares, came[pair]), left[pair], ready.get(pair, 0))
    return found


def _beside_others(shares: list[Placed], came: list[tuple[Instant, Micros]]) -> list[Placed]:
    """The shares, where also what was no share of a sale is what became ready after them."""
    if not came:
        return shares
    came.sort()
    moments, sums = [at for at, _ in came], [0, *accumulate(amount for _, amount in came)]
    return [one._replace(newer=one.newer + sums[-1] - sums[bisect_right(moments, one.ready_at)]) for one in shares]


def _beside(
    access: Access, placed: Mapping[Pair, list[Placed]]
) -> tuple[dict[Pair, Micros], dict[Pair, list[Left]], dict[Pair, list[tuple[Instant, Micros]]]]:
    """Of these payees and currencies: what is ready, what left, and what came beside shares of sales."""
    ready: dict[Pair, Micros] = {}
    left: dict[Pair, list[Left]] = defaultdict(list)
    came: dict[Pair, list[tuple[Instant, Micros]]] = defaultdict(list)
    since: dict[int, Instant] = {}
    for (party, _), shares in placed.items():
        since[party] = min(since.get(party, shares[0].ready_at), *(one.ready_at for one in shares))
    asked = {"parties": [*since], "sinces": [*since.values()]}
    for party, currency, what, at, amount, kind, paid_in, paid, given in access.fetch(_LEFT, asked):
        if what == "ready":
            ready[party, currency] = amount
        elif what == "came":
            came[party, currency].append((at, amount))
        else:
            left[party, currency].append(Left(at, amount, _coin(kind, currency, paid_in, paid, given)))
    for pair, at, amount, _ in others(access, [*placed]):
        came[pair].append((at, amount))
    for pair, went in asides(access, since).items():
        for one in went:
            at = one.at if one.step is not Step.GIVEN else one.changed_at if one.wait is None else None
            if not one.back:
                left[pair].append(Left(at, one.amount, step("", pair[1])))
    return ready, left, came


def _coin(kind: str, currency: str, paid_in: str, paid: Micros, given: Micros) -> Micros:
    """What a payment could not take along is less than this: of what was changed, what makes a coin of the other."""
    own = step(kind, currency)
    return own if paid_in == currency else max(own, -(-step(kind, paid_in) * given // paid))
