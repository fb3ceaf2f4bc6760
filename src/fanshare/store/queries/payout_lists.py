"""Payout runs in lists: what each comes to, without reading its payments one by one."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.money import Micros
from fanshare.store.access import Access

_SUMS = """
SELECT run_id, currency, count(*), sum(amount)::bigint,
       count(*) FILTER (WHERE state IN ('submitted', 'in_transit', 'unknown', 'mismatch'))
  FROM payout_item WHERE programme_id = %(programme_id)s AND run_id = ANY(%(runs)s)
 GROUP BY run_id, currency ORDER BY run_id, currency
"""
_ITEMS = """
SELECT i.id, p.id, p.kind, coalesce(p.display_name, ''), p.public_id, i.currency, i.amount, i.state,
       coalesce(i.key, ''), i.reason
  FROM payout_item i JOIN party p ON p.programme_id = i.programme_id AND p.id = i.party_id
 WHERE i.programme_id = %(programme_id)s AND i.run_id = %(run)s AND i.id > %(after)s
 ORDER BY i.id LIMIT %(limit)s
"""
_RUN = """
SELECT id, planned_by, planned_at, coalesce(approved_by, ''), approved_at, frozen_at, submitted_at FROM payout_run
 WHERE programme_id = %(programme_id)s AND id = %(run)s
"""
_RUNS = """
SELECT id, planned_by, planned_at, coalesce(approved_by, ''), approved_at, frozen_at, submitted_at FROM payout_run
 WHERE programme_id = %(programme_id)s AND (%(before)s::bigint IS NULL OR id < %(before)s)
 ORDER BY id DESC LIMIT %(limit)s
"""


class Sum(NamedTuple):
    """What a run pays in one currency: how many payments, micros, and how many nobody has said the end of."""

    currency: str
    payments: int
    amount: Micros
    open: int


class RunRow(NamedTuple):
    """A run, and who did what to it when."""

    id: int
    planned_by: str
    planned_at: int
    approved_by: str
    approved_at: int | None
    frozen_at: int | None
    submitted_at: int | None

    @property
    def state(self) -> str:
        """One word."""
        if self.frozen_at is not None:
            return "frozen"
        if self.submitted_at is not None:
            return "sent"
        return "planned" if self.approved_at is None else "approved"


class ItemRow(NamedTuple):
    """One payment of a run as a page shows it. ``key`` is empty until it was sent."""

    id: int
    party: int
    kind: str
    name: str
    public_id: str
    currency: str
    amount: Micros
    state: str
    key: str
    reason: str


def runs(access: Access, *, before: int | None = None, limit: int) -> list[RunRow]:
    """Runs, the newest first."""
    return [RunRow(*row) for row in access.fetch(_RUNS, {"before": before, "limit": limit})]


def run(access: Access, number: int) -> RunRow | None:
    """One run, not locked."""
    row = access.fetch_one(_RUN, {"run": number})
    return None if row is None else RunRow(*row)


def sums(access: Access, of: Sequence[int]) -> dict[int, list[Sum]]:
    """What runs come to, a line for each currency."""
    found: dict[int, list[Sum]] = defaultdict(list)
    for number, *rest in access.fetch(_SUMS, {"runs": list(of)}):
        found[number].append(Sum(*rest))
    return found


def items(access: Access, number: int, *, after: int = 0, limit: int) -> list[ItemRow]:
    """The payments of a run, in their order."""
    return [ItemRow(*row) for row in access.fetch(_ITEMS, {"run": number, "after": after, "limit": limit})]
