"""What an erased person had, or was sent and came back, stays owed: it moves to unclaimed, without expiry."""

from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKind, leave_unclaimed
from fanshare.flows.context import Programme
from fanshare.store.ledger import post_logged

_LEFT = """
SELECT a.party_id, a.currency, a.balance FROM account a
  JOIN party p ON p.programme_id = a.programme_id AND p.id = a.party_id
 WHERE a.programme_id = %(programme_id)s AND a.kind = 'available' AND a.balance > 0 AND p.erased_at IS NOT NULL
 ORDER BY a.id FOR NO KEY UPDATE OF a
"""


def sweep(programme: Programme, now: Instant) -> int:
    """Move what is ready on the accounts of erased people to unclaimed; returns how many balances moved.

    What is still waiting or being checked follows when it is ready: until then a refund may shrink it.
    """
    access = programme.access
    with access.transaction():
        left = [
            leave_unclaimed(party, AccountKind.AVAILABLE, balance, currency)
            for party, currency, balance in access.fetch(_LEFT)
        ]
        post_logged(access, left, at=now)
    return len(left)
