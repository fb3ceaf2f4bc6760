"""What an erased person had, or was sent and came back, stays owed: it moves to unclaimed, without expiry.

A refund of what had moved takes it back from there. Otherwise the brand would owe the goods' commission to nobody, and
have it taken from nobody: the debt of an erased account is never netted with another sale.
"""

from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKind, Transfer, leave_unclaimed, take_back_unclaimed
from fanshare.core.money import Micros
from fanshare.flows.context import Programme
from fanshare.store.ledger import post_logged

_STANDING = """
SELECT a.party_id, a.currency, a.balance,
       (SELECT coalesce(sum(CASE WHEN t.debit_account_id = a.id THEN t.amount ELSE -t.amount END), 0)::bigint
          FROM transfer t
         WHERE t.programme_id = a.programme_id AND t.kind = 'erase'
           AND a.id IN (t.debit_account_id, t.credit_account_id)) AS moved
  FROM account a JOIN party p ON p.programme_id = a.programme_id AND p.id = a.party_id
 WHERE a.programme_id = %(programme_id)s AND a.kind = 'available' AND a.balance <> 0 AND p.erased_at IS NOT NULL
   AND (%(party)s::bigint IS NULL OR a.party_id = %(party)s)
 ORDER BY a.id FOR NO KEY UPDATE OF a
"""


def sweep(programme: Programme, now: Instant, party: int | None = None) -> int:
    """Move what is ready on the accounts of erased people (or one) to unclaimed; returns how many balances moved.

    What is still waiting or being checked follows when it is ready: until then a refund may shrink it. An account that
    a refund brought below zero gets back what it had left, and no more: what was paid out to her stays a debt.
    """
    access = programme.access
    with access.transaction():
        standing = access.fetch(_STANDING, {"party": party})
        moves = [move for row in standing if (move := _move(*row)) is not None]
        post_logged(access, moves, at=now)
    return len(moves)


def _move(party: int, currency: str, balance: Micros, moved: Micros) -> Transfer | None:
    if balance > 0:
        return leave_unclaimed(party, AccountKind.AVAILABLE, balance, currency)
    back = min(-balance, moved)
    return take_back_unclaimed(party, back, currency) if back > 0 else None
