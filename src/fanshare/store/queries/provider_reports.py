"""Reports of providers that were read, what they say of payments, and the payments that they may be about."""

from collections.abc import Iterable, Sequence
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import Item, State
from fanshare.core.provider_reports import Found, Payment
from fanshare.core.rails import may_repeat
from fanshare.store.access import Access

_ITEMS = """
SELECT i.id, i.run_id, i.key, i.remote, i.amount, i.currency, i.state, i.first_at
  FROM payout_item i JOIN payee_account n ON n.programme_id = i.programme_id AND n.id = i.account_id
 WHERE i.programme_id = %(programme_id)s AND n.kind = %(kind)s
   AND (i.key = ANY(%(texts)s) OR (i.remote <> '' AND i.remote = ANY(%(texts)s))) ORDER BY i.id
"""
_KNOWN = "SELECT id FROM provider_report WHERE programme_id = %(programme_id)s AND hash = %(hash)s"
_ADD = """
INSERT INTO provider_report (programme_id, kind, hash, lines, actor, at)
VALUES (%(programme_id)s, %(kind)s, %(hash)s, %(lines)s, %(actor)s, %(now)s) RETURNING id
"""
_ADD_LINES = """
INSERT INTO provider_line (programme_id, report_id, line, item_id, reference, said, amount, fee, currency, what, heard)
SELECT %(programme_id)s, %(report)s, g.* FROM unnest(
       %(lines)s::integer[], %(items)s::bigint[], %(references)s::text[], %(saids)s::text[], %(amounts)s::bigint[],
       %(fees)s::bigint[], %(currencies)s::text[], %(whats)s::text[], %(heards)s::boolean[]) AS g
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
SELECT l.line, l.reference, l.said, l.amount, l.fee, l.currency, l.what, i.run_id FROM provider_line l
  LEFT JOIN payout_item i ON i.programme_id = l.programme_id AND i.id = l.item_id
 WHERE l.programme_id = %(programme_id)s AND l.report_id = %(report)s AND l.what <> '' ORDER BY l.id LIMIT %(limit)s
"""
_FEES = """
SELECT currency, sum(fee)::bigint FROM provider_line
 WHERE programme_id = %(programme_id)s AND report_id = %(report)s AND item_id IS NOT NULL
 GROUP BY currency HAVING sum(fee) <> 0 ORDER BY currency
"""
_EVERY = """
SELECT l.report_id, r.at, l.item_id, l.said, sum(l.amount)::bigint, l.currency FROM provider_line l
  JOIN provider_report r ON r.programme_id = l.programme_id AND r.id = l.report_id
 WHERE l.programme_id = %(programme_id)s AND l.heard GROUP BY 1, 2, 3, 4, 6 ORDER BY 1, 3, 4
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


class Heard(NamedTuple):
    """What a report told a payment, in one sum."""

    report: int
    at: Instant
    item: int
    said: str
    amount: Micros
    currency: str


def payments(access: Access, kind: Kind, texts: Iterable[str], now: Instant) -> list[Payment]:
    """The payments over a provider that go by one of these texts: our reference, or its name of them."""
    found = []
    for id_, run, key, remote, amount, currency, state, first in access.fetch(
        _ITEMS, {"kind": str(kind), "texts": [*texts]}
    ):
        sending = may_repeat(Item(amount, currency, State(state), first=first), kind, now)
        found.append(Payment(id_, run, key, remote, amount, currency, sending))
    return found


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
