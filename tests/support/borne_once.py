"""That a brand bears no share twice, asked of the ledger alone."""

from fanshare.core.instants import Instant
from fanshare.flows import debts
from fanshare.flows.context import Programme

#: What was ready of each share at most, less what is ready now, of each party.
_MISSING = """
SELECT party_id, sum(most - now)::bigint FROM (
    SELECT party_id, order_id, creator_party_id, role, max(level) AS most,
           (array_agg(level ORDER BY id DESC))[1] AS now
      FROM (SELECT a.party_id, t.order_id, t.creator_party_id, t.role, t.id,
                   sum(CASE WHEN t.credit_account_id = a.id THEN t.amount ELSE -t.amount END)
                       OVER (PARTITION BY a.id, t.order_id, t.creator_party_id, t.role ORDER BY t.id) AS level
              FROM account a JOIN transfer t ON t.programme_id = a.programme_id AND t.kind = 'settle'
               AND a.id IN (t.debit_account_id, t.credit_account_id)
             WHERE a.programme_id = %(programme_id)s AND a.kind = 'available') moved
     GROUP BY 1, 2, 3, 4) share GROUP BY 1
"""
_BEARS = """
SELECT party_id, sum(amount)::bigint FROM opening
 WHERE programme_id = %(programme_id)s AND tool IN ('debt', 'debt_order', 'absorbed') GROUP BY 1
"""


def nothing_is_borne_twice(programme: Programme, now: Instant) -> None:
    """What the brand bears of old debts is no more than what was ready of orders once and is not any more."""
    debts.follow(programme, now)
    assert debts.follow(programme, now) == 0
    missing: dict[int, int] = dict(programme.access.fetch(_MISSING))
    for party, bears in programme.access.fetch(_BEARS):
        assert 0 <= bears <= missing.get(party, 0), f"party {party} is paid twice"
