"""Reading the books: balances, transfers, positions, and whether the balances are what the transfers add up to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKey, AccountKind, Balance, FeeKey, Placed, PositionKey, Transfer, TransferKind
from fanshare.core.money import Micros
from fanshare.store.access import Access


def balances(access: Access, party: int | None = None) -> dict[Balance, Micros]:
    """All balances of the programme, or those of one party."""
    rows = access.fetch(
        "SELECT kind, party_id, currency, balance FROM account WHERE programme_id = %(programme_id)s"
        " AND (%(party)s::bigint IS NULL OR party_id = %(party)s)",
        {"party": party},
    )
    return {Balance(AccountKey(AccountKind(kind), owner), currency): balance for kind, owner, currency, balance in rows}


class Wrong(NamedTuple):
    """One account whose balance is not what its transfers add up to."""

    account_id: int
    balance: Balance
    recorded: Micros
    folded: Micros


def wrong_balances(access: Access, limit: int = 10) -> list[Wrong]:
    """The first accounts (by id) where the recorded balance differs from the fold of the transfers."""
    rows = access.fetch(
        "SELECT a.id, a.kind, a.party_id, a.currency, a.balance, coalesce(t.total, 0) FROM account a LEFT JOIN ("
        " SELECT account_id, sum(amount) AS total FROM ("
        " SELECT credit_account_id AS account_id, amount FROM transfer WHERE programme_id = %(programme_id)s"
        " UNION ALL SELECT debit_account_id, -amount FROM transfer WHERE programme_id = %(programme_id)s"
        " ) legs GROUP BY account_id) t ON t.account_id = a.id"
        " WHERE a.programme_id = %(programme_id)s AND a.balance <> coalesce(t.total, 0) ORDER BY a.id LIMIT %(limit)s",
        {"limit": limit},
    )
    return [
        Wrong(id_, Balance(AccountKey(AccountKind(kind), party), currency), recorded, int(folded))
        for id_, kind, party, currency, recorded, folded in rows
    ]


def transfers(access: Access, *, order: int | None = None, party: int | None = None) -> Iterator[Transfer]:
    """Posted transfers in the order of posting: of the whole programme, of an order, or touching a party's accounts."""
    rows = access.execute(
        "SELECT t.kind, d.kind, d.party_id, c.kind, c.party_id, t.amount, t.currency, t.order_id, t.creator_party_id,"
        " t.party_id, t.role, t.payout_id, t.gift_id FROM transfer t"
        " JOIN account d ON d.programme_id = t.programme_id AND d.id = t.debit_account_id"
        " JOIN account c ON c.programme_id = t.programme_id AND c.id = t.credit_account_id"
        " WHERE t.programme_id = %(programme_id)s AND (%(order)s::bigint IS NULL OR t.order_id = %(order)s)"
        " AND (%(party)s::bigint IS NULL OR d.party_id = %(party)s OR c.party_id = %(party)s) ORDER BY t.id",
        {"order": order, "party": party},
    )
    for kind, debit, debit_party, credit, credit_party, *rest in rows:
        yield Transfer(
            TransferKind(kind),
            AccountKey(AccountKind(debit), debit_party),
            AccountKey(AccountKind(credit), credit_party),
            *rest,
        )


@dataclass(frozen=True, slots=True)
class Position:
    """One row of ``position``: where a share is, when it is ready, until when it is checked, how to ask about it.

    ``why_token`` is the public handle of the share's explanation; it is written once and never changes. A position
    that was taken back whole stays, with amount 0.
    """

    key: PositionKey
    placed: Placed
    matures_at: Instant | None
    held_until: Instant | None
    why_token: str


def positions(access: Access, orders: Sequence[int]) -> dict[PositionKey, Position]:
    """All positions of some orders, as posted."""
    rows = access.fetch(
        "SELECT order_id, creator_party_id, party_id, role, bucket, amount, currency, matures_at, held_until, why_token"
        " FROM position WHERE programme_id = %(programme_id)s AND order_id = ANY(%(orders)s::bigint[])",
        {"orders": list(orders)},
    )
    return {position.key: position for position in map(_position, rows)}


def fees(access: Access, orders: Sequence[int] | None = None) -> dict[FeeKey, Micros]:
    """The fees posted for the parts of some orders (``None``: of all); parts whose fee is zero are left out."""
    rows = access.fetch(
        "SELECT t.order_id, t.creator_party_id, t.currency,"
        " sum(CASE a.kind WHEN 'fee' THEN t.amount ELSE -t.amount END)::bigint FROM transfer t"
        " JOIN account a ON a.programme_id = t.programme_id AND a.id = t.credit_account_id"
        " WHERE t.programme_id = %(programme_id)s AND t.kind = 'fee'"
        " AND (%(orders)s::bigint[] IS NULL OR t.order_id = ANY(%(orders)s)) GROUP BY 1, 2, 3",
        {"orders": None if orders is None else list(orders)},
    )
    return {FeeKey(*row[:3]): row[3] for row in rows if row[3]}


def _position(row: Sequence[Any]) -> Position:
    order, creator, party, role, bucket, amount, currency, matures_at, held_until, why_token = row
    placed = Placed(AccountKind(bucket), amount, currency)
    return Position(PositionKey(order, creator, party, role), placed, matures_at, held_until, why_token)


def write_positions(access: Access, changed: Iterable[Position]) -> None:
    """Insert or update positions in one statement. A position keeps the ``why_token`` it got first."""
    rows = sorted(changed, key=lambda one: (one.key.order, one.key.creator, one.key.role, one.key.party or 0))
    if not rows:
        return
    access.execute(
        "INSERT INTO position AS p (programme_id, order_id, creator_party_id, party_id, role, bucket, amount,"
        " currency, matures_at, held_until, why_token)"
        " SELECT %(programme_id)s, * FROM unnest(%(order)s::bigint[], %(creator)s::bigint[], %(party)s::bigint[],"
        " %(role)s::text[], %(bucket)s::text[], %(amount)s::bigint[], %(currency)s::text[],"
        " %(matures_at)s::bigint[], %(held_until)s::bigint[], %(why_token)s::text[])"
        " ON CONFLICT (programme_id, order_id, creator_party_id, party_id, role) DO UPDATE SET"
        " bucket = excluded.bucket, amount = excluded.amount, currency = excluded.currency,"
        " matures_at = excluded.matures_at, held_until = excluded.held_until",
        {
            "order": [one.key.order for one in rows],
            "creator": [one.key.creator for one in rows],
            "party": [one.key.party for one in rows],
            "role": [one.key.role for one in rows],
            "bucket": [str(one.placed.bucket) for one in rows],
            "amount": [one.placed.amount for one in rows],
            "currency": [one.placed.currency for one in rows],
            "matures_at": [one.matures_at for one in rows],
            "held_until": [one.held_until for one in rows],
            "why_token": [one.why_token for one in rows],
        },
    )


_WRONG_POSITIONS = """
WITH legs AS (
    SELECT t.order_id, t.creator_party_id, t.party_id, t.role, t.currency, a.kind, a.party_id AS holder, t.amount
      FROM transfer t JOIN account a ON a.programme_id = t.programme_id AND a.id = t.credit_account_id
     WHERE t.programme_id = %(programme_id)s AND t.kind = 'settle' AND a.kind <> 'owed'
    UNION ALL
    SELECT t.order_id, t.creator_party_id, t.party_id, t.role, t.currency, a.kind, a.party_id, -t.amount
      FROM transfer t JOIN account a ON a.programme_id = t.programme_id AND a.id = t.debit_account_id
     WHERE t.programme_id = %(programme_id)s AND t.kind = 'settle' AND a.kind <> 'owed'
), sides AS (
    SELECT order_id, creator_party_id, party_id, role,
           kind || ' ' || currency
                || CASE WHEN holder IS DISTINCT FROM party_id THEN ' of another party' ELSE '' END AS place,
           0 AS recorded, amount AS folded
      FROM legs
    UNION ALL
    SELECT order_id, creator_party_id, party_id, role, bucket || ' ' || currency, amount, 0
      FROM position WHERE programme_id = %(programme_id)s
)
SELECT order_id, creator_party_id, party_id, role, place, sum(recorded), sum(folded) FROM sides
 GROUP BY 1, 2, 3, 4, 5 HAVING sum(recorded) <> sum(folded) ORDER BY 1, 2, 3, 4, 5 LIMIT %(limit)s
"""


def wrong_positions(access: Access, limit: int = 10) -> list[tuple[PositionKey, str, Micros, Micros]]:
    """The first positions whose bucket differs from what settle transfers brought there: bucket, recorded, folded."""
    rows = access.fetch(_WRONG_POSITIONS, {"limit": limit})
    return [
        (PositionKey(*row[:4]), str(row[4]), int(row[5]), int(row[6]))  # sums of bigint are numeric
        for row in rows
    ]
