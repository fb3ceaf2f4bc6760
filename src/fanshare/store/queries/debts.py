"""Balances below zero, what was taken from them lately, and of which shares the brand bears what of them."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.currencies import REPLACED
from fanshare.core.debts import Borne, Move
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.moving import ABSORBED, CLAIM, CLAIM_ORDER, DEBT_ORDER
from fanshare.store.access import Access

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('old debts', %(programme_id)s))"
# A debt in a currency that was replaced keeps its age in the next one: what counts is when a refund took it, and not
# when it was changed.
_BELOW = """
SELECT a.party_id, a.currency, a.balance,
       coalesce((SELECT sum(ceil(t.amount / o.per)) FROM (
                     SELECT a.id, 1::numeric AS per
                      UNION ALL
                     SELECT b.id, r.per FROM account b
                       JOIN unnest(%(olds)s::text[], %(news)s::text[], %(pers)s::numeric[]) AS r (old, new, per)
                         ON r.old = b.currency AND r.new = a.currency
                      WHERE b.programme_id = a.programme_id AND b.party_id = a.party_id AND b.kind = 'available') o
                   JOIN transfer t ON t.programme_id = a.programme_id AND t.debit_account_id = o.id
                  WHERE t.at > %(since)s
                    AND NOT EXISTS (SELECT FROM payout_exchange x
                                     WHERE x.programme_id = t.programme_id AND x.source = 'LAW'
                                       AND x.payout_id = t.payout_id)), 0)::bigint
  FROM account a WHERE a.programme_id = %(programme_id)s AND a.kind = 'available' AND a.balance < 0
 ORDER BY a.id FOR NO KEY UPDATE OF a
"""
_LAWS = {
    "olds": [*REPLACED],
    "news": [law.by for law in REPLACED.values()],
    "pers": [law.per for law in REPLACED.values()],
}
_MOVES = """
WITH ready AS (
    SELECT id FROM account WHERE programme_id = %(programme_id)s AND kind = 'available' AND party_id = %(party)s
       AND currency = %(currency)s),
taken AS (
    SELECT DISTINCT order_id, creator_party_id, role FROM transfer, ready
     WHERE programme_id = %(programme_id)s AND kind = 'settle' AND debit_account_id = ready.id)
SELECT t.order_id, t.creator_party_id, t.role, NULL::text, t.at, t.id,
       CASE WHEN t.credit_account_id = ready.id THEN t.amount ELSE -t.amount END
  FROM ready CROSS JOIN taken k
  JOIN transfer t ON t.programme_id = %(programme_id)s AND t.kind = 'settle' AND t.order_id = k.order_id
   AND t.creator_party_id = k.creator_party_id AND t.role = k.role
   AND ready.id IN (t.debit_account_id, t.credit_account_id)
 UNION ALL
SELECT NULL, NULL, NULL, source, moved_at, id, amount FROM opening
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND currency = %(currency)s AND tool = ANY(%(claims)s)
 ORDER BY 5, 6
"""
_ADD = """
INSERT INTO borne_debt (programme_id, opening_id, party_id, currency, order_id, creator_party_id, role, source, base,
                        amount)
SELECT o.programme_id, o.id, o.party_id, o.currency, f.order_id, f.creator, f.role, f.source, f.base, f.amount
  FROM opening o CROSS JOIN unnest(%(orders)s::bigint[], %(creators)s::bigint[], %(roles)s::text[],
                                   %(sources)s::text[], %(bases)s::bigint[], %(amounts)s::bigint[])
       WITH ORDINALITY AS f (order_id, creator, role, source, base, amount, nth)
 WHERE o.programme_id = %(programme_id)s AND o.tool = %(tool)s AND o.source = %(name)s AND o.currency = %(currency)s
   AND o.nth = (SELECT max(nth) FROM opening x WHERE x.programme_id = o.programme_id AND x.tool = o.tool
                   AND x.source = o.source AND x.currency = o.currency)
 ORDER BY f.nth
"""
#: With what is ready of each of these shares by now, where that is more than when it was borne.
_COME_AGAIN = """
SELECT b.party_id, b.currency, b.order_id, b.creator_party_id, b.role, b.source, b.base, b.amount, l.level
  FROM borne_debt b
 CROSS JOIN LATERAL (
       SELECT CASE WHEN b.source IS NULL THEN
              coalesce((SELECT s.amount FROM position s
                         WHERE s.programme_id = b.programme_id AND s.order_id = b.order_id AND s.role = b.role
                           AND s.creator_party_id = b.creator_party_id AND s.party_id = b.party_id
                           AND s.currency = b.currency AND s.bucket = 'available'), 0)
              ELSE coalesce((SELECT sum(o.amount) FROM opening o
                              WHERE o.programme_id = b.programme_id AND o.tool = ANY(%(claims)s)
                                AND o.source = b.source AND o.currency = b.currency), 0)::bigint END AS level) l
 WHERE b.programme_id = %(programme_id)s AND l.level > b.base
"""
_GONE_BACK = """
SELECT party_id, currency, sum(amount)::bigint FROM opening
 WHERE programme_id = %(programme_id)s AND tool = %(tool)s GROUP BY 1, 2
"""
_KNOWN = """
SELECT order_id, creator_party_id, role, source, base, amount FROM borne_debt
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND currency = %(currency)s
"""
_UNTOLD = """
SELECT t.party_id, t.currency, t.amount, t.at FROM transfer t
 WHERE t.programme_id = %(programme_id)s AND t.kind = 'absorb' AND NOT EXISTS (
       SELECT FROM opening o WHERE o.programme_id = t.programme_id AND o.tool = %(tool)s AND o.party_id = t.party_id
          AND o.currency = t.currency AND o.amount = t.amount AND o.moved_at = t.at)
 ORDER BY t.id
"""
_OF = """
SELECT opening_id, party_id, currency, order_id, creator_party_id, role, source, base, amount FROM borne_debt
 WHERE programme_id = %(programme_id)s ORDER BY opening_id, id
"""


class Source(NamedTuple):
    """A share that was taken: a part of an order, or (``claim``) what the brand bears for a claim."""

    order: int | None
    creator: int | None
    role: str | None
    claim: str | None


class Again(NamedTuple):
    """A share that came again: whose, what the brand had borne of it, and what is ready of it by now."""

    party: int
    currency: str
    borne: Borne[Source]
    level: Micros


def lock(access: Access) -> None:
    """One at a time bears or follows debts of a programme; taken before any other lock."""
    access.execute(_LOCK)


def below_zero(access: Access, since: Instant) -> list[tuple[int, str, Micros, Micros]]:
    """Party, currency, balance, and what was taken from it since then; locked."""
    return [(row[0], row[1], row[2], row[3]) for row in access.fetch(_BELOW, {"since": since, **_LAWS})]


def moves(access: Access, party: int, currency: str) -> list[Move[Source]]:
    """How what is ready of every share changed that something was ever taken of, the oldest first."""
    rows = access.fetch(_MOVES, {"party": party, "currency": currency, "claims": [CLAIM, CLAIM_ORDER]})
    return [Move(Source(*row[:4]), row[4], row[6]) for row in rows]


def add(access: Access, tool: str, name: str, currency: str, parts: Sequence[Borne[Source]]) -> None:
    """Of which shares the newest opening of this name is."""
    columns = {
        "orders": [one.source.order for one in parts],
        "creators": [one.source.creator for one in parts],
        "roles": [one.source.role for one in parts],
        "sources": [one.source.claim for one in parts],
        "bases": [one.base for one in parts],
        "amounts": [one.amount for one in parts],
    }
    access.execute(_ADD, {**columns, "tool": tool, "name": name, "currency": currency})


def known(access: Access, party: int, currency: str) -> list[Borne[Source]]:
    """Of which of a party's shares the brand bears what already."""
    rows = access.fetch(_KNOWN, {"party": party, "currency": currency})
    return [Borne(Source(*row[:4]), row[4], row[5]) for row in rows]


def of_openings(access: Access) -> dict[tuple[int, int, str], list[Borne[Source]]]:
    """Of which shares the openings are by which the brand bears debts, by opening, party and currency."""
    found: dict[tuple[int, int, str], list[Borne[Source]]] = {}
    for row in access.fetch(_OF):
        found.setdefault(tuple(row[:3]), []).append(Borne(Source(*row[3:7]), row[7], row[8]))
    return found


def come_again(access: Access) -> list[Again]:
    """Every share that the brand bears something of and of which more is ready than when it was borne."""
    rows = access.fetch(_COME_AGAIN, {"claims": [CLAIM, CLAIM_ORDER]})
    return [Again(row[0], row[1], Borne(Source(*row[2:6]), row[6], row[7]), row[8]) for row in rows]


def gone_back(access: Access) -> dict[tuple[int, str], Micros]:
    """What of it went back to the brand so far (below zero), by party and currency."""
    return {(row[0], row[1]): row[2] for row in access.fetch(_GONE_BACK, {"tool": DEBT_ORDER})}


def untold(access: Access) -> list[tuple[int, str, Micros, Instant]]:
    """What the brand took upon itself and no opening tells: party, currency, micros, and when."""
    return [(row[0], row[1], row[2], row[3]) for row in access.fetch(_UNTOLD, {"tool": ABSORBED})]
