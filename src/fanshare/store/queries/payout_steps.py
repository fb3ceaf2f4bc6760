"""The steps of a payout run: planned, approved, sent, each in as many statements as for one payment."""

from collections.abc import Callable, Sequence
from typing import Any

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payout_item import Frozen
from fanshare.core.payout_runs import Planned
from fanshare.store.access import Access
from fanshare.store.queries.payout_runs import Row, rate_columns

_ADD_RUN = """
INSERT INTO payout_run (programme_id, rail, planned_by, planned_at)
VALUES (%(programme_id)s, %(rail)s, %(by)s, %(now)s) RETURNING id
"""
_ADD_ITEMS = """
WITH planned AS (
    INSERT INTO payout_item (programme_id, run_id, party_id, currency, amount, state, changed_at,
                             from_currency, from_amount, rate_source, rate_day, origin_per, target_per)
    SELECT %(programme_id)s, %(run)s, party, currency, amount, 'planned', %(now)s,
           origin, given, source, day, oper, tper
      FROM unnest(%(parties)s::bigint[], %(currencies)s::text[], %(amounts)s::bigint[], %(from_currency)s::text[],
                  %(from_amount)s::bigint[], %(rate_source)s::text[], %(rate_day)s::text[], %(origin_per)s::text[],
                  %(target_per)s::text[]) AS one (party, currency, amount, origin, given, source, day, oper, tper)
    RETURNING id, state, reason
)
INSERT INTO payout_item_event (programme_id, item_id, state, reason, actor, at)
SELECT %(programme_id)s, id, state, reason, %(by)s, %(now)s FROM planned ORDER BY id
"""
_LOCK_PLANNED = """
WITH planned AS (
    SELECT coalesce(from_currency, currency) AS currency, coalesce(from_amount, amount) AS taken FROM payout_item
     WHERE programme_id = %(programme_id)s AND run_id = %(run)s AND state = 'planned' ORDER BY id FOR NO KEY UPDATE
)
SELECT currency, sum(taken) FROM planned GROUP BY currency
"""
_APPROVE = """
WITH approved AS (
    UPDATE payout_item SET state = 'approved', changed_at = %(now)s
     WHERE programme_id = %(programme_id)s AND run_id = %(run)s AND state = 'planned' RETURNING id, state, reason
)
INSERT INTO payout_item_event (programme_id, item_id, state, reason, actor, at)
SELECT %(programme_id)s, id, state, reason, %(by)s, %(now)s FROM approved ORDER BY id
"""
_SENT = """
UPDATE payout_run SET submitted_at = %(now)s, file = %(file)s, file_hash = sha256(convert_to(%(file)s, 'UTF8'))
 WHERE programme_id = %(programme_id)s AND id = %(run)s
"""
_SEND = """
WITH sent AS (
    UPDATE payout_item i
       SET state = 'submitted', key = n.key, body = n.body, first_at = %(now)s, last_at = %(now)s,
           payout_id = n.payout, account_id = n.account, due_at = n.due, changed_at = %(now)s
      FROM unnest(%(items)s::bigint[], %(keys)s::text[], %(bodies)s::text[], %(payouts)s::bigint[],
                  %(accounts)s::bigint[], %(due)s::bigint[]) AS n (item, key, body, payout, account, due)
     WHERE i.programme_id = %(programme_id)s AND i.id = n.item RETURNING i.id, i.state, i.reason
)
INSERT INTO payout_item_event (programme_id, item_id, state, reason, actor, at)
SELECT %(programme_id)s, id, state, reason, %(by)s, %(now)s FROM sent ORDER BY id
"""


def add(access: Access, rail: str, by: str, items: Sequence[Planned], now: Instant) -> int:
    """A planned run with its payments; returns its number."""
    run = int(access.value(_ADD_RUN, {"rail": rail, "by": by, "now": now}))
    columns: dict[str, list[Any]] = {
        "parties": [item.party for item in items],
        "currencies": [item.currency if item.of is None else item.of.quote.target for item in items],
        "amounts": [item.amount if item.of is None else item.of.got for item in items],
    }
    none = rate_columns(None)
    rates = [none if item.of is None else rate_columns(item.of) for item in items]
    columns |= {name: [rate[name] for rate in rates] for name in none}
    access.execute(_ADD_ITEMS, {**columns, "run": run, "by": by, "now": now})
    return run


def lock_planned(access: Access, run: int) -> dict[str, Micros]:
    """Lock the payments of a run that are planned; how much they take, by the currency of the balance."""
    return {currency: int(taken) for currency, taken in access.fetch(_LOCK_PLANNED, {"run": run})}


def approve(access: Access, run: int, by: str, now: Instant) -> None:
    """The payments of a run that are planned are approved from now on, and nothing else of them is new."""
    access.execute(_APPROVE, {"run": run, "by": by, "now": now})


def sending(access: Access, rows: Sequence[Row], by: str, now: Instant) -> Callable[[Sequence[int]], None]:
    """Payments of which nothing is new but that they were frozen now, and where they go; with their events.

    They are written when it is called with the numbers of their payouts, in the order of ``rows``.
    """
    frozen = [row.item.frozen or Frozen("", b"") for row in rows]
    columns: dict[str, list[Any]] = {
        "items": [row.id for row in rows],
        "keys": [one.key for one in frozen],
        "bodies": [one.body.decode() for one in frozen],
        "accounts": [row.account for row in rows],
        "due": [row.due for row in rows],
    }
    ready = {name: access.written(values) for name, values in columns.items()}

    def send(payouts: Sequence[int]) -> None:
        if rows:
            access.later(_SEND, {**ready, "payouts": [*payouts], "by": by, "now": now})

    return send


def mark_sent(access: Access, run: int, lines: Sequence[bytes], now: Instant) -> None:
    """The run was sent with these lines, and they stay."""
    file = b"".join(line + b"\n" for line in lines).decode()
    access.later(_SENT, {"run": run, "file": file, "now": now})
