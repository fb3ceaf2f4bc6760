"""What comes to a party: what waits by day, payments of runs that have not arrived, what stands on its accounts."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payment_clock import Taker
from fanshare.core.payout_item import State
from fanshare.core.payout_runs import SCHEDULE
from fanshare.store.access import Access

#: Parts that one look gives at most: a hold of a year has fewer days.
MOST = 400
# Shares that wait are one part a day, however many there are.
_READ = """
SELECT 'stands', currency, balance, kind, NULL::bigint, NULL::bigint, NULL::bigint, false, false
  FROM account
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND kind IN ('available', 'pending', 'held')
   AND balance <> 0
 UNION ALL
(SELECT 'waits', currency, sum(amount)::bigint, bucket, max(matures_at), max(held_until), NULL, false, false
   FROM position
  WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND bucket IN ('pending', 'held') AND amount > 0
  GROUP BY currency, bucket, (to_timestamp(matures_at / 1000000) AT TIME ZONE %(zone)s)::date,
           (to_timestamp(held_until / 1000000) AT TIME ZONE %(zone)s)::date
  ORDER BY 5, 6 LIMIT %(most)s)
 UNION ALL
(SELECT 'run', coalesce(i.from_currency, i.currency), coalesce(i.from_amount, i.amount), i.state, r.planned_at,
        i.changed_at, i.run_id, r.frozen_at IS NOT NULL, r.planned_by = %(schedule)s
   FROM payout_item i JOIN payout_run r ON r.programme_id = i.programme_id AND r.id = i.run_id
  WHERE i.programme_id = %(programme_id)s AND i.party_id = %(party)s
    AND i.state IN ('planned', 'approved', 'submitted', 'in_transit', 'unknown', 'mismatch')
  ORDER BY r.planned_at, r.id LIMIT %(most)s)
"""
_SINCE = """
SELECT c.currency, sum(t.amount)::bigint FROM account c
  JOIN transfer t ON t.programme_id = c.programme_id AND t.credit_account_id = c.id
 WHERE c.programme_id = %(programme_id)s AND c.party_id = %(party)s AND c.kind = 'available' AND t.at >= %(since)s
 GROUP BY c.currency
"""


class Waits(NamedTuple):
    """Shares that become ready on one day, or are being checked until one."""

    currency: str
    amount: Micros
    bucket: str
    matures_at: Instant | None
    held_until: Instant | None


class InRun(NamedTuple):
    """A payment of a run, in what it is taken from."""

    currency: str
    amount: Micros
    taker: Taker
    by_schedule: bool


class Found(NamedTuple):
    """``stands``: balances by currency and kind (``available``, ``pending``, ``held``)."""

    stands: dict[tuple[str, str], Micros]
    waits: list[Waits]
    runs: list[InRun]


def read(access: Access, party: int, zone: str) -> Found:
    """In one statement. ``zone`` says where days begin."""
    found = Found({}, [], [])
    values = {"party": party, "zone": zone, "most": MOST, "schedule": SCHEDULE}
    for what, currency, amount, kind, first, second, run, frozen, by_schedule in access.fetch(_READ, values):
        if what == "stands":
            found.stands[currency, kind] = amount
        elif what == "waits":
            found.waits.append(Waits(currency, amount, kind, first, second))
        else:
            taker = Taker(run, first, frozen, State(kind), second)
            found.runs.append(InRun(currency, amount, taker, by_schedule))
    return found


def came_since(access: Access, party: int, since: Instant) -> dict[str, Micros]:
    """What came to be ready since an instant, by currency."""
    return {row[0]: row[1] for row in access.fetch(_SINCE, {"party": party, "since": since})}
