"""Payout runs in lists: what each comes to, without reading its payments one by one."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payee_account import Kind
from fanshare.core.rails import CALLED
from fanshare.core.rates import Converted, Quote
from fanshare.store.access import Access
from fanshare.store.queries.payout_runs import Run
from fanshare.store.queries.seeking import MEANT, meant

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
_FOUND = """
SELECT r.id, r.rail, r.planned_by, r.planned_at, r.approved_by, r.approved_at, r.frozen_at, r.submitted_at, r.file_hash,
       r.frozen_by, r.frozen_why, v.value
  FROM payout_run r
 CROSS JOIN LATERAL (SELECT CASE WHEN %(sort)s::text = 'amount' THEN
           (SELECT coalesce(sum(i.amount), 0)::bigint FROM payout_item i
             WHERE i.programme_id = r.programme_id AND i.run_id = r.id AND i.currency = %(currency)s)
           ELSE r.id END AS value) v
 WHERE r.programme_id = %(programme_id)s
   AND (%(text)s::text = '' OR r.id::text = %(text)s
        OR EXISTS (SELECT FROM payout_item i WHERE i.programme_id = r.programme_id AND i.run_id = r.id
                      AND i.key = %(text)s))
   AND CASE %(state)s::text
       WHEN '' THEN true
       WHEN 'frozen' THEN r.frozen_at IS NOT NULL
       WHEN 'sent' THEN r.frozen_at IS NULL AND r.submitted_at IS NOT NULL
       WHEN 'approved' THEN r.frozen_at IS NULL AND r.submitted_at IS NULL AND r.approved_at IS NOT NULL
       ELSE r.frozen_at IS NULL AND r.submitted_at IS NULL AND r.approved_at IS NULL END
   AND (%(since)s::bigint IS NULL OR r.planned_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR r.planned_at < %(until)s)
   AND (%(at)s::bigint IS NULL OR (v.value, r.id) < (%(at)s, %(after)s))
 ORDER BY v.value DESC, r.id DESC LIMIT %(limit)s
"""
_ITEM: LiteralString = """
SELECT i.id, y.id, y.kind, coalesce(y.display_name, ''), y.public_id, i.currency, i.amount, i.state,
       coalesce(i.key, ''), i.reason, i.from_currency, i.from_amount, i.rate_source, i.rate_day, i.origin_per,
       i.target_per
  FROM payout_item i JOIN party y ON y.programme_id = i.programme_id AND y.id = i.party_id
 WHERE i.programme_id = %(programme_id)s AND i.run_id = %(run)s
"""
_ITEMS = _ITEM + " AND i.id > %(after)s ORDER BY i.id LIMIT %(limit)s"
_SOUGHT: LiteralString = (
    """
   AND (%(state)s::text = '' OR i.state = %(state)s)
   AND (%(text)s::text = '' OR i.key = %(text)s OR """
    + MEANT
    + ")"
)
_FOUND_ITEMS = _ITEM + _SOUGHT + " AND i.id > coalesce(%(at)s::bigint, 0) ORDER BY i.id LIMIT %(limit)s"
_LARGEST_ITEMS = (
    _ITEM
    + _SOUGHT
    + """ AND (%(at)s::bigint IS NULL OR (i.amount, i.id) < (%(at)s, %(after)s))
 ORDER BY i.amount DESC, i.id DESC LIMIT %(limit)s"""
)


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


class RunRow(NamedTuple):
    """A run, and what the list is sorted by: its number, or micros."""

    run: Run
    value: int


def found(
    access: Access,
    currency: str,
    *,
    text: str = "",
    state: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "newest",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[RunRow]:
    """Runs, the newest first or (``amount``) those that pay most in a currency.

    ``text`` is the number of a run or the reference of one of its payments, ``state`` a word of ``Run.state``;
    ``after`` is (value, id) of the last one of the page before.
    """
    at, id_ = after or (None, None)
    wanted = {"currency": currency, "text": text, "state": state, "since": since, "until": until, "sort": sort}
    rows = access.fetch(_FOUND, {**wanted, "at": at, "after": id_, "limit": limit})
    return [RunRow(Run(*row[:-1]), row[-1]) for row in rows]


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


def found_items(
    access: Access,
    number: int,
    *,
    text: str = "",
    state: str = "",
    sort: str = "run",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[ItemRow]:
    """The payments of a run in its order, or (``amount``) the largest first.

    ``text`` is the reference of a payment, part of a creator's name, or how the public id of a payee begins; ``after``
    is (id, 0), or (amount, id), of the last one of the page before.
    """
    at, id_ = after or (None, None)
    wanted = {"run": number, **meant(text), "state": state, "at": at, "after": id_, "limit": limit}
    return [_item(*row) for row in access.fetch(_LARGEST_ITEMS if sort == "amount" else _FOUND_ITEMS, wanted)]


def _item(*row: Any) -> ItemRow:
    *known, origin, given, source, day, origin_per, target_per = row
    one = ItemRow(*known)
    if origin is None:
        return one
    return one._replace(
        of=Converted(Quote(source, day, origin, one.currency, origin_per, target_per), given, one.amount)
    )
