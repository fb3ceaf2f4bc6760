"""What the clock of a share is read from: since when it is ready, and which runs paid its owner."""

from collections import defaultdict
from collections.abc import Iterable

from fanshare.core.instants import Instant
from fanshare.core.payment_clock import Taker
from fanshare.core.payout_item import State
from fanshare.store.access import Access

# From waiting or being checked it comes to ready at once; what never waited is ready since it was booked first.
_READ = """
SELECT p.id, NULL, (SELECT coalesce(max(t.at) FILTER (WHERE d.kind <> 'owed'), min(t.at))
                      FROM transfer t
                      JOIN account c ON c.programme_id = t.programme_id AND c.id = t.credit_account_id
                      JOIN account d ON d.programme_id = t.programme_id AND d.id = t.debit_account_id
                     WHERE t.programme_id = p.programme_id AND t.order_id = p.order_id
                       AND t.creator_party_id = p.creator_party_id AND t.role = p.role AND t.kind = 'settle'
                       AND t.party_id IS NOT DISTINCT FROM p.party_id AND c.kind = 'available'),
       NULL, false, NULL, NULL
  FROM position p
 WHERE p.programme_id = %(programme_id)s AND p.id = ANY(%(positions)s) AND p.bucket = 'available'
 UNION ALL
(SELECT i.party_id, coalesce(i.from_currency, i.currency), r.planned_at, r.id, r.frozen_at IS NOT NULL,
       i.state, i.changed_at
   FROM payout_item i JOIN payout_run r ON r.programme_id = i.programme_id AND r.id = i.run_id
  WHERE i.programme_id = %(programme_id)s AND i.party_id = ANY(%(parties)s) AND i.state NOT IN ('failed', 'returned')
  ORDER BY r.planned_at, r.id)
"""

type Takers = dict[tuple[int, str], list[Taker]]


def read(access: Access, positions: Iterable[int], parties: Iterable[int]) -> tuple[dict[int, Instant], Takers]:
    """When shares that are ready came to be; and the payments of runs to parties, by party and currency, without what
    failed or came back.
    """
    since: dict[int, Instant] = {}
    takers: Takers = defaultdict(list)
    values = {"positions": [*positions], "parties": [*parties]}
    for id_, currency, at, run, frozen, state, changed_at in access.fetch(_READ, values):
        if currency is not None:
            takers[id_, currency].append(Taker(run, at, frozen, State(state), changed_at))
        elif at is not None:
            since[id_] = at
    return since, takers
