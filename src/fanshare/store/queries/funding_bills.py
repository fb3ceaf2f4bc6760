"""Invoices for the money that a brand pays in: who asks for it, their numbers, and what they say, sealed."""

from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_BILLER = "SELECT sealed FROM funding_biller WHERE programme_id = %(programme_id)s"
_SET = """
INSERT INTO funding_biller (programme_id, sealed, set_by, set_at) VALUES (%(programme_id)s, %(sealed)s, %(by)s, %(now)s)
ON CONFLICT (programme_id) DO UPDATE
   SET sealed = excluded.sealed, set_by = excluded.set_by, set_at = excluded.set_at
"""
_NEXT = """
INSERT INTO funding_bill_series (programme_id, year, last) VALUES (%(programme_id)s, %(year)s, 1)
ON CONFLICT (programme_id, year) DO UPDATE SET last = funding_bill_series.last + 1 RETURNING last
"""
_ADD = """
INSERT INTO funding_bill (programme_id, year, serial, currency, amount, cancels, made_by, made_at)
VALUES (%(programme_id)s, %(year)s, %(serial)s, %(currency)s, %(amount)s, %(cancels)s, %(by)s, %(now)s) RETURNING id
"""
_ADD_PAPER = """
INSERT INTO funding_bill_paper (programme_id, bill_id, sealed, keep_until)
VALUES (%(programme_id)s, %(bill)s, %(sealed)s, %(until)s)
"""
_BILLS: LiteralString = """
SELECT b.id, b.year, b.serial, b.currency, b.amount, b.cancels, b.made_at, p.sealed,
       EXISTS (SELECT FROM funding_bill c WHERE c.programme_id = b.programme_id AND c.cancels = b.id)
  FROM funding_bill b
  LEFT JOIN funding_bill_paper p ON p.programme_id = b.programme_id AND p.bill_id = b.id
 WHERE b.programme_id = %(programme_id)s
"""
_NEWEST = _BILLS + " ORDER BY b.id DESC LIMIT %(limit)s"
_ONE = _BILLS + " AND b.id = %(bill)s"
# Invoices that stand, and what came in, in their order.
_EVENTS = """
SELECT amount FROM (
    SELECT b.made_at AS at, 0 AS place, b.id, b.amount::bigint AS amount FROM funding_bill b
     WHERE b.programme_id = %(programme_id)s AND b.currency = %(currency)s AND b.cancels IS NULL
       AND NOT EXISTS (SELECT FROM funding_bill c WHERE c.programme_id = b.programme_id AND c.cancels = b.id)
    UNION ALL
    SELECT e.at, 1, e.id, -e.amount FROM funding_entry e
     WHERE e.programme_id = %(programme_id)s AND e.currency = %(currency)s AND e.amount > 0) one
 ORDER BY at, place, id
"""
_FORGET_OLD = "DELETE FROM funding_bill_paper WHERE programme_id = %(programme_id)s AND keep_until <= %(now)s"


class Bill(NamedTuple):
    """A document as a row: it may take another one back (``cancels``), and be taken back itself (``cancelled``).

    ``sealed`` is what it says, ``None`` when no law asks for it any more.
    """

    id: int
    year: int
    serial: int
    currency: str
    amount: Micros
    cancels: int | None
    made_at: Instant
    sealed: bytes | None = None
    cancelled: bool = False


def biller(access: Access) -> bytes | None:
    """Who asks whom, sealed."""
    found = access.value(_BILLER)
    return None if found is None else bytes(found)


def set_biller(access: Access, sealed: bytes, by: str, now: Instant) -> None:
    """This from now on."""
    access.execute(_SET, {"sealed": sealed, "by": by[:200], "now": now})


def next_serial(access: Access, year: int) -> int:
    """The next number of a year; nobody else gets it before this transaction ends."""
    return int(access.value(_NEXT, {"year": year}))


def add(access: Access, bill: Bill, by: str) -> int:
    """Write a row; its id."""
    values = {name: getattr(bill, name) for name in ("year", "serial", "currency", "amount", "cancels")}
    return int(access.value(_ADD, {**values, "by": by[:200], "now": bill.made_at}))


def add_paper(access: Access, bill: int, sealed: bytes, until: Instant) -> None:
    """What it says, and until when it is kept."""
    access.execute(_ADD_PAPER, {"bill": bill, "sealed": sealed, "until": until})


def newest(access: Access, limit: int) -> list[Bill]:
    """The newest documents."""
    return [_bill(row) for row in access.fetch(_NEWEST, {"limit": limit})]


def one(access: Access, bill: int) -> Bill | None:
    """A document, if there is one of that id."""
    row = access.fetch_one(_ONE, {"bill": bill}) if 0 < bill < 1 << 62 else None
    return None if row is None else _bill(row)


def events(access: Access, currency: str) -> list[Micros]:
    """Invoices that stand (above zero) and what came in (below), in their order."""
    return [row[0] for row in access.fetch(_EVENTS, {"currency": currency})]


def forget_old(access: Access, now: Instant) -> None:
    """What no law asks for any more."""
    access.execute(_FORGET_OLD, {"now": now})


def _bill(row: tuple[object, ...]) -> Bill:
    found = Bill(*row)  # type: ignore[arg-type]
    return found if found.sealed is None else found._replace(sealed=bytes(found.sealed))
