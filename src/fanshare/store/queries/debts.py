"""Balances below zero, and what was taken from them lately."""

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_BELOW = """
SELECT a.party_id, a.currency, a.balance,
       coalesce((SELECT sum(t.amount) FROM transfer t
                  WHERE t.programme_id = a.programme_id AND t.debit_account_id = a.id AND t.at > %(since)s), 0)::bigint
  FROM account a WHERE a.programme_id = %(programme_id)s AND a.kind = 'available' AND a.balance < 0
 ORDER BY a.id FOR NO KEY UPDATE OF a
"""


def below_zero(access: Access, since: Instant) -> list[tuple[int, str, Micros, Micros]]:
    """Party, currency, balance, and what was taken from it since then; locked."""
    return [(row[0], row[1], row[2], row[3]) for row in access.fetch(_BELOW, {"since": since})]
