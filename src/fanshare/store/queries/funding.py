"""What a brand paid in, what was paid of it, and what it owes; nothing where the operator does not hold its money."""

from typing import NamedTuple

from fanshare.core.funding import REMEMBERED, Money, Owed
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_RULE = "SELECT reserve_bps, since_at FROM funding_rule WHERE programme_id = %(programme_id)s"
_LOCK = "SELECT reserve_bps, since_at FROM funding_rule WHERE programme_id = %(programme_id)s FOR NO KEY UPDATE"
_SET = """
INSERT INTO funding_rule (programme_id, reserve_bps, since_at) VALUES (%(programme_id)s, %(reserve)s, %(now)s)
ON CONFLICT (programme_id) DO UPDATE SET reserve_bps = excluded.reserve_bps
"""
_DROP = "DELETE FROM funding_rule WHERE programme_id = %(programme_id)s"
# Payments that were sent and neither failed nor came back: the money has left.
_MONEY = """
SELECT currency, sum(paid_in)::bigint, sum(used)::bigint, sum(recent)::bigint FROM (
    SELECT e.currency, e.amount AS paid_in, 0 AS used, 0 AS recent FROM funding_entry e
     WHERE e.programme_id = %(programme_id)s AND e.at >= %(since)s
    UNION ALL
    SELECT i.currency, 0, i.amount, CASE WHEN i.first_at > %(recent)s THEN i.amount ELSE 0 END FROM payout_item i
     WHERE i.programme_id = %(programme_id)s AND i.first_at >= %(since)s AND i.state NOT IN ('failed', 'returned')
    UNION ALL  -- and what was held of them for a tax authority
    SELECT i.currency, 0, p.amount, CASE WHEN i.first_at > %(recent)s THEN p.amount ELSE 0 END FROM payout_item i
      JOIN tax_withheld w ON w.programme_id = i.programme_id AND w.of_payout_id = i.payout_id
      JOIN payout p ON p.programme_id = w.programme_id AND p.id = w.payout_id
     WHERE i.programme_id = %(programme_id)s AND i.first_at >= %(since)s AND i.state NOT IN ('failed', 'returned')) one
 GROUP BY currency ORDER BY currency
"""
_OWED = """
SELECT currency, coalesce(sum(greatest(balance, 0)) FILTER (WHERE kind = 'available'), 0)::bigint,
       coalesce(sum(balance) FILTER (WHERE kind = 'pending'), 0)::bigint,
       coalesce(sum(balance) FILTER (WHERE kind = 'held'), 0)::bigint,
       coalesce(sum(balance) FILTER (WHERE kind = 'unclaimed'), 0)::bigint
  FROM account WHERE programme_id = %(programme_id)s AND kind IN ('available', 'pending', 'held', 'unclaimed')
 GROUP BY currency ORDER BY currency
"""
_ADD = """
INSERT INTO funding_entry (programme_id, currency, amount, note, bank_entry, actor, at)
VALUES (%(programme_id)s, %(currency)s, %(amount)s, %(note)s, %(bank_entry)s, %(actor)s, %(now)s)
ON CONFLICT (programme_id, bank_entry) DO NOTHING
"""
_ENTRIES = """
SELECT id, currency, amount, note, bank_entry IS NOT NULL, actor, at FROM funding_entry
 WHERE programme_id = %(programme_id)s AND (%(before)s::bigint IS NULL OR id < %(before)s)
 ORDER BY id DESC LIMIT %(limit)s
"""


class Rule(NamedTuple):
    """What is kept back, in basis points of what was paid lately, and since when the operator holds the money."""

    reserve_bps: int
    since: Instant


class Entry(NamedTuple):
    """Money that came in, or below zero went back. ``by_bank``: a bank's statement said so."""

    id: int
    currency: str
    amount: Micros
    note: str
    by_bank: bool
    actor: str
    at: Instant


def rule(access: Access, *, lock: bool = False) -> Rule | None:
    """What holds; ``None`` where the brand pays its people itself. ``lock``: nobody else shares money out meanwhile."""
    row = access.fetch_one(_LOCK if lock else _RULE)
    return None if row is None else Rule(*row)


def set_rule(access: Access, reserve_bps: int, now: Instant) -> None:
    """From now on the operator holds the money; where it does already, only what is kept back changes."""
    access.execute(_SET, {"reserve": reserve_bps, "now": now})


def drop_rule(access: Access) -> None:
    """The brand pays its people itself."""
    access.execute(_DROP)


def money(access: Access, found: Rule, now: Instant) -> dict[str, Money]:
    """What came in and was used, by currency."""
    values = {"since": found.since, "recent": now - REMEMBERED}
    return {row[0]: Money(*row[1:]) for row in access.fetch(_MONEY, values)}


def owed(access: Access) -> dict[str, Owed]:
    """What the brand owes, by currency."""
    return {row[0]: Owed(*row[1:]) for row in access.fetch(_OWED)}


def add(
    access: Access, currency: str, amount: Micros, note: str, actor: str, now: Instant, bank_entry: str | None = None
) -> bool:
    """Money came in; whether it was not known yet."""
    values = {"currency": currency, "amount": amount, "note": note, "bank_entry": bank_entry, "actor": actor}
    return access.execute(_ADD, {**values, "now": now}).rowcount > 0


def entries(access: Access, *, before: int | None = None, limit: int = 1_000_000) -> list[Entry]:
    """The newest first."""
    return [Entry(*row) for row in access.fetch(_ENTRIES, {"before": before, "limit": limit})]
