"""Reports of providers that were read, what they say of payments, and the payments that they may be about."""

from collections.abc import Iterable, Sequence
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import Item, State
from fanshare.core.provider_reports import Found, Movement, Payment
from fanshare.core.rails import may_repeat
from fanshare.store.access import Access

# A run before its payments, as everybody locks them: of two reports the second is read beside the first.
_LOCK_RUNS = """
SELECT r.id FROM payout_run r
 WHERE r.programme_id = %(programme_id)s AND r.id IN (
       SELECT i.run_id FROM payout_item i
        WHERE i.programme_id = %(programme_id)s
          AND (i.key = ANY(%(texts)s) OR (i.remote <> '' AND i.remote = ANY(%(texts)s))))
 ORDER BY r.id FOR NO KEY UPDATE
"""
_ITEMS = """
SELECT i.id, i.run_id, i.key, i.remote, i.amount, i.currency, i.state, i.first_at
  FROM payout_item i JOIN payee_account n ON n.programme_id = i.programme_id AND n.id = i.account_id
 WHERE i.programme_id = %(programme_id)s AND n.kind = %(kind)s
   AND (i.key = ANY(%(texts)s) OR (i.remote <> '' AND i.remote = ANY(%(texts)s))) ORDER BY i.id FOR NO KEY UPDATE OF i
"""
_KNOWN = "SELECT id FROM provider_report WHERE programme_id = %(programme_id)s AND hash = %(hash)s"
_ADD = """
INSERT INTO provider_report (programme_id, kind, hash, lines, actor, at)
VALUES (%(programme_id)s, %(kind)s, %(hash)s, %(lines)s, %(actor)s, %(now)s) RETURNING id
"""
_ADD_LINES = """
INSERT INTO provider_line (programme_id, report_id, line, item_id, reference, said, amount, fee, currency, what, heard,
                           movement)
SELECT %(programme_id)s, %(report)s, g.* FROM unnest(
       %(lines)s::integer[], %(items)s::bigint[], %(references)s::text[], %(saids)s::text[], %(amounts)s::bigint[],
       %(fees)s::bigint[], %(currencies)s::text[], %(whats)s::text[], %(heards)s::boolean[], %(movements)s::text[]) AS g
"""
_MOVEMENTS = """
SELECT item_id, movement, amount, currency FROM provider_movement
 WHERE programme_id = %(programme_id)s AND item_id = ANY(%(items)s)
"""
_ADD_MOVEMENTS = """
INSERT INTO provider_movement (programme_id, item_id, movement, amount, currency, report_id, at)
SELECT %(programme_id)s, item, movement, amount, currency, %(report)s, %(now)s
  FROM unnest(%(items)s::bigint[], %(movements)s::text[], %(amounts)s::bigint[], %(currencies)s::text[])
       AS g (item, movement, amount, currency)
    ON CONFLICT DO NOTHING
"""
_HEARD = """
SELECT item_id, said, sum(amount)::bigint, currency FROM provider_line
 WHERE programme_id = %(programme_id)s AND item_id = ANY(%(items)s) AND report_id <> %(report)s AND heard
 GROUP BY report_id, item_id, said, currency
"""
_COLUMNS: LiteralString = """
SELECT r.id, r.kind, r.at, r.actor, r.lines, count(l.id) FILTER (WHERE l.heard),
       count(l.id) FILTER (WHERE l.what <> '')
  FROM provider_report r LEFT JOIN provider_line l ON l.programme_id = r.programme_id AND l.report_id = r.id
 WHERE r.programme_id = %(programme_id)s GROUP BY r.programme_id, r.id
"""
_NEWEST = _COLUMNS + " ORDER BY r.id DESC LIMIT %(limit)s"
_ODD = """
SELECT l.line, l.reference, l.said, l.amount, l.fee, l.currency, l.what, i.run_id, l.movement FROM provider_line l
  LEFT JOIN payout_item i ON i.programme_id = l.programme_id AND i.id = l.item_id
 WHERE l.programme_id = %(programme_id)s AND l.report_id = %(report)s AND l.what <> '' ORDER BY l.id LIMIT %(limit)s
"""
_FEES = """
SELECT currency, sum(fee)::bigint FROM provider_line
 WHERE programme_id = %(programme_id)s AND report_id = %(report)s AND item_id IS NOT NULL
 GROUP BY currency HAVING sum(fee) <> 0 ORDER BY currency
"""
# With what arrived is told what had arrived by other movements before.
_EVERY = """
SELECT l.report_id, r.at, l.item_id, l.said, (sum(l.amount) + coalesce((
       SELECT sum(m.amount) FROM provider_movement m
        WHERE m.programme_id = %(programme_id)s AND m.item_id = l.item_id AND m.currency = l.currency
          AND l.said = 'arrived' AND (m.report_id < l.report_id OR (m.report_id IS NULL AND m.at <= r.at))
          AND m.movement <> ALL(array_agg(l.movement)) AND '' <> ALL(array_agg(l.movement))), 0))::bigint, l.currency
  FROM provider_line l JOIN provider_report r ON r.programme_id = l.programme_id AND r.id = l.report_id
 WHERE l.programme_id = %(programme_id)s AND l.heard GROUP BY l.report_id, r.at, l.item_id, l.said, l.currency
 ORDER BY 1, 3, 4
"""


class Report(NamedTuple):
    """A report that was read: rows in all, those that a payment was told, those that fit none or otherwise."""

    id: int
    kind: str
    at: Instant
    actor: str
    lines: int
    told: int
    odd: int


class Odd(NamedTuple):
    """A row that fits no payment, or fits one otherwise than it was sent; ``run`` is that of the payment."""

    line: int
    reference: str
    said: str
    amount: Micros
    fee: Micros
    currency: str
    what: str
    run: int | None
    movement: str


class Heard(NamedTuple):
    """What a report told a payment, in one sum."""

    report: int
    at: Instant
    item: int
    said: str
    amount: Micros
    currency: str


def payments(access: Access, kind: Kind, texts: Iterable[str], now: Instant) -> list[Payment]:
    """The payments over a provider that go by one of these texts, our reference or its name of them; locked."""
    asked = {"kind": str(kind), "texts": [*texts]}
    access.execute(_LOCK_RUNS, {"texts": asked["texts"]})
    found, rows = [], access.fetch(_ITEMS, asked)
    known = movements(access, [row[0] for row in rows])
    for id_, run, key, remote, amount, currency, state, first in rows:
        sending = may_repeat(Item(amount, currency, State(state), first=first), kind, now)
        found.append(Payment(id_, run, key, remote, amount, currency, sending, known.get(id_, frozenset())))
    return found


def movements(access: Access, items: Sequence[int]) -> dict[int, frozenset[Movement]]:
    """By which movements of a provider payments arrived, by payment."""
    found: dict[int, set[Movement]] = {}
    for item, *movement in access.fetch(_MOVEMENTS, {"items": [*items]}) if items else ():
        found.setdefault(item, set()).add(Movement(*movement))
    return {item: frozenset(some) for item, some in found.items()}


def add_movements(access: Access, told: Sequence[tuple[int, Movement]], report: int | None, now: Instant) -> None:
    """Keep movements by which payments arrived; those that are known stay as they were told first."""
    columns = {
        "items": [item for item, _ in told],
        "movements": [one.name for _, one in told],
        "amounts": [one.amount for _, one in told],
        "currencies": [one.currency[:10] for _, one in told],
    }
    if told:
        access.execute(_ADD_MOVEMENTS, {**columns, "report": report, "now": now})


def known(access: Access, hash_: bytes) -> int | None:
    """The report with this hash, where it was read before."""
    row = access.fetch_one(_KNOWN, {"hash": hash_})
    return None if row is None else int(row[0])


def heard_before(access: Access, report: int, items: Sequence[int]) -> set[tuple[int, str, Micros, str]]:
    """What other reports than this one told these payments, each in one sum."""
    rows = access.fetch(_HEARD, {"report": report, "items": [*items]})
    return {(item, said, amount, currency) for item, said, amount, currency in rows}


def add(access: Access, kind: str, hash_: bytes, lines: int, found: Sequence[Found], by: str, now: Instant) -> int:
    """Keep that a report was read and what it says of us; returns its number."""
    report = int(access.value(_ADD, {"kind": kind, "hash": hash_, "lines": lines, "actor": by, "now": now}))
    access.execute(
        _ADD_LINES,
        {
            "report": report,
            "lines": [one.row.line for one in found],
            "items": [one.payment.item if one.payment is not None else None for one in found],
            "references": [one.reference[:100] for one in found],
            "saids": [str(one.row.said or "") for one in found],
            "amounts": [one.row.amount for one in found],
            "fees": [one.row.fee for one in found],
            "currencies": [one.row.currency for one in found],
            "whats": [str(one.what or "") for one in found],
            "heards": [one.heard for one in found],
            "movements": [one.row.movement for one in found],
        },
    )
    return report


def newest(access: Access, limit: int) -> list[Report]:
    """The reports that were read last."""
    return [Report(*row) for row in access.fetch(_NEWEST, {"limit": limit})]


def odd(access: Access, report: int, limit: int) -> list[Odd]:
    """What of a report fits no payment, or not as it was sent."""
    return [Odd(*row) for row in access.fetch(_ODD, {"report": report, "limit": limit})]


def fees(access: Access, report: int) -> dict[str, Micros]:
    """What the provider took for payments of ours by a report, by currency."""
    return dict(access.fetch(_FEES, {"report": report}))


def every(access: Access) -> list[Heard]:
    """All that reports told payments."""
    return [Heard(*row) for row in access.fetch(_EVERY)]
