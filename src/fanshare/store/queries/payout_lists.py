"""Payout runs in lists: what each comes to, without reading its payments one by one."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from fanshare.core.money import Micros
from fanshare.core.payee_account import Kind
from fanshare.core.rails import CALLED
from fanshare.core.rates import Converted, Quote
from fanshare.store.access import Access
from fanshare.store.queries.payout_runs import Run

_SUMS = """
SELECT run_id, currency, count(*), sum(amount)::bigint,
       count(*) FILTER (WHERE state IN ('submitted', 'in_transit', 'unknown', 'mismatch'))
  FROM payout_item WHERE programme_id = %(programme_id)s AND run_id = ANY(%(runs)s)
 GROUP BY run_id, currency ORDER BY run_id, currency
"""
_CALLED = """
SELECT n.kind, count(*) FROM payout_item i
  JOIN payee_account n ON n.programme_id = i.programme_id AND n.id = i.account_id
 WHERE i.programme_id = %(programme_id)s AND i.run_id = %(run)s AND n.kind = ANY(%(kinds)s)
 GROUP BY n.kind ORDER BY n.kind
"""
_RUNS = """
SELECT id, rail, planned_by, planned_at, approved_by, approved_at, frozen_at, submitted_at, file_hash
  FROM payout_run WHERE programme_id = %(programme_id)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
"""
_ITEMS = """
SELECT i.id, p.id, p.kind, coalesce(p.display_name, ''), p.public_id, i.currency, i.amount, i.state,
       coalesce(i.key, ''), i.reason, i.from_currency, i.from_amount, i.rate_source, i.rate_day, i.origin_per,
       i.target_per
  FROM payout_item i JOIN party p ON p.programme_id = i.programme_id AND p.id = i.party_id
 WHERE i.programme_id = %(programme_id)s AND i.run_id = %(run)s AND i.id > %(after)s
 ORDER BY i.id LIMIT %(limit)s
"""


class Sum(NamedTuple):
    """What a run pays in one currency: how many payments, micros, and how many nobody has said the end of."""

    currency: str
    payments: int
    amount: Micros
    open: int


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
    #: What of which balance is changed for it, where that is in another currency.
    of: Converted | None = None


def runs(access: Access, *, after: int, limit: int) -> list[Run]:
    """Runs behind a number, oldest first."""
    return [Run(*row) for row in access.fetch(_RUNS, {"after": after, "limit": limit})]


def sums(access: Access, of: Sequence[int]) -> dict[int, list[Sum]]:
    """What runs come to, a line for each currency."""
    found: dict[int, list[Sum]] = defaultdict(list)
    for number, *rest in access.fetch(_SUMS, {"runs": list(of)}):
        found[number].append(Sum(*rest))
    return found


def called(access: Access, number: int) -> list[tuple[Kind, int]]:
    """How many payments of a run go over each provider that is called."""
    found = access.fetch(_CALLED, {"run": number, "kinds": [*CALLED]})
    return [(Kind(kind), count) for kind, count in found]


def items(access: Access, number: int, *, after: int = 0, limit: int) -> list[ItemRow]:
    """The payments of a run, in their order."""
    return [_item(*row) for row in access.fetch(_ITEMS, {"run": number, "after": after, "limit": limit})]


def _item(*row: Any) -> ItemRow:
    *known, origin, given, source, day, origin_per, target_per = row
    one = ItemRow(*known)
    if origin is None:
        return one
    return one._replace(
        of=Converted(Quote(source, day, origin, one.currency, origin_per, target_per), given, one.amount)
    )
