"""Payments found outside after a restore, and what the books know that these are held against."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_COLUMNS = """
SELECT id, place, reference, key, currency, amount, party_id, payout_id, why_not, found_at, decided_at
  FROM found_payment f WHERE f.programme_id = %(programme_id)s
"""
_ALL = _COLUMNS + " ORDER BY f.decided_at IS NOT NULL, f.id DESC LIMIT %(limit)s"
_ONE = _COLUMNS + " AND f.id = %(id)s FOR NO KEY UPDATE"
_OPEN = "SELECT count(*) FROM found_payment WHERE programme_id = %(programme_id)s AND decided_at IS NULL"
#: Told again it is the same one; whose it is may be known by now.
_ADD = """
INSERT INTO found_payment (programme_id, place, reference, key, currency, amount, party_id, actor, found_at)
VALUES (%(programme_id)s, %(place)s, %(reference)s, %(key)s, %(currency)s, %(amount)s, %(party)s, %(by)s, %(now)s)
ON CONFLICT (programme_id, place, reference) DO NOTHING RETURNING id
"""
_DECIDE = """
UPDATE found_payment SET party_id = coalesce(%(party)s, party_id), payout_id = %(payout)s, why_not = %(why_not)s,
       actor = %(by)s, decided_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_SENT = "SELECT key FROM payout_item WHERE programme_id = %(programme_id)s AND key = ANY(%(keys)s)"
_PLANNED = """
SELECT id, run_id, party_id FROM payout_item
 WHERE programme_id = %(programme_id)s AND key IS NULL AND state IN ('planned', 'approved') ORDER BY id
"""
_BATCHES = "SELECT id FROM payout_run WHERE programme_id = %(programme_id)s AND submitted_at IS NOT NULL"
#: Also accounts that a restore gave up: somebody may have been paid there since.
_ACCOUNTS = """
SELECT n.id, n.party_id, p.person_id FROM payee_account n
  JOIN party p ON p.programme_id = n.programme_id AND p.id = n.party_id
 WHERE n.programme_id = %(programme_id)s AND n.kind = ANY(%(kinds)s) AND p.erased_at IS NULL AND p.person_id IS NOT NULL
"""


class Found(NamedTuple):
    """One of them. ``decided_at`` is ``None`` while a person has to say whose it was."""

    id: int
    place: str
    reference: str
    key: str
    currency: str
    amount: Micros
    party: int | None
    payout: int | None
    why_not: str
    found_at: Instant
    decided_at: Instant | None


def listed(access: Access, limit: int = 500) -> list[Found]:
    """Those that wait for a person first, then the newest."""
    return [Found(*row) for row in access.fetch(_ALL, {"limit": limit})]


def one(access: Access, id_: int) -> Found | None:
    """One, locked."""
    row = access.fetch_one(_ONE, {"id": id_})
    return None if row is None else Found(*row)


def waiting(access: Access) -> int:
    """How many wait for a person."""
    return int(access.value(_OPEN))


def add(access: Access, values: dict[str, Any]) -> int | None:
    """Write one down; ``None`` where it was known already."""
    row = access.fetch_one(_ADD, values)
    return None if row is None else int(row[0])


def decide(
    access: Access, id_: int, by: str, now: Instant, *, party: int | None, payout: int | None, why_not: str
) -> None:
    """It was booked as a payout, or is none of these books."""
    values = {"id": id_, "party": party, "payout": payout, "why_not": why_not, "by": by, "now": now}
    access.execute(_DECIDE, values)


def sent(access: Access, keys: Sequence[str]) -> frozenset[str]:
    """Which of these references belong to payments that were sent."""
    return frozenset(row[0] for row in access.fetch(_SENT, {"keys": [*keys]}))


def planned(access: Access) -> list[tuple[int, int, int]]:
    """Payments that were not sent: number, run, payee."""
    return [(row[0], row[1], row[2]) for row in access.fetch(_PLANNED)]


def runs_sent(access: Access) -> list[int]:
    """The runs that were sent."""
    return [row[0] for row in access.fetch(_BATCHES)]


def accounts(access: Access, kinds: Sequence[str]) -> list[tuple[int, int, int]]:
    """Accounts of these kinds that were ever named: number, party, person."""
    return [(row[0], row[1], row[2]) for row in access.fetch(_ACCOUNTS, {"kinds": [*kinds]})]
