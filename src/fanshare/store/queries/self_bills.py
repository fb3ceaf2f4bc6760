"""Credit notes of a programme: who agreed to them, which payments lack one, their numbers and what they say, sealed."""

from collections.abc import Iterable, Sequence
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access
from fanshare.store.queries.seeking import MEANT, meant

_ISSUER = "SELECT sealed FROM self_billing_issuer WHERE programme_id = %(programme_id)s"
_SET_ISSUER = """
INSERT INTO self_billing_issuer (programme_id, sealed, set_by, set_at)
VALUES (%(programme_id)s, %(sealed)s, %(by)s, %(now)s)
ON CONFLICT (programme_id) DO UPDATE
   SET sealed = excluded.sealed, set_by = excluded.set_by, set_at = excluded.set_at
"""
_END_ISSUER = "DELETE FROM self_billing_issuer WHERE programme_id = %(programme_id)s"
_ADD_WORD = """
INSERT INTO self_billing_word (programme_id, party_id, agreed, at)
VALUES (%(programme_id)s, %(party)s, %(agreed)s, %(now)s) RETURNING id
"""
_WORD = """
SELECT id, agreed, at FROM self_billing_word
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s ORDER BY id DESC LIMIT 1
"""
#: What was paid by a payment ``i``: what arrived, and what was held of it for a tax authority.
_WHOLE: LiteralString = """
(coalesce(i.from_amount, i.amount) + coalesce((SELECT h.amount FROM tax_withheld t
                        JOIN payout h ON h.programme_id = t.programme_id AND h.id = t.payout_id
                       WHERE t.programme_id = i.programme_id AND t.of_payout_id = i.payout_id), 0))::bigint
"""
#: A payment ``i`` of a run ``r`` to a party ``p`` with her newest word ``w``, since when she has agreed without a
#: break ``g`` (what she states anew is no new agreement), and the run that paid her before.
_PAYMENT: LiteralString = (
    """
SELECT i.id, i.run_id, i.party_id, coalesce(p.person_id, 0), p.erased_at IS NOT NULL,
       coalesce(i.from_currency, i.currency), """  # noqa: S608 - every part is a constant of this module
    + _WHOLE
    + """, coalesce(i.payout_id, 0), i.state, i.changed_at, r.planned_at,
       coalesce(w.id, 0), coalesce(w.agreed, false), coalesce(g.at, 0),
       coalesce((SELECT max(e.planned_at) FROM payout_item o
                   JOIN payout_run e ON e.programme_id = o.programme_id AND e.id = o.run_id
                  WHERE o.programme_id = i.programme_id AND o.party_id = i.party_id
                    AND coalesce(o.from_currency, o.currency) = coalesce(i.from_currency, i.currency)
                    AND o.state = 'final' AND o.run_id < i.run_id), p.created_at)::bigint
  FROM payout_item i
  JOIN payout_run r ON r.programme_id = i.programme_id AND r.id = i.run_id
  JOIN party p ON p.programme_id = i.programme_id AND p.id = i.party_id
  LEFT JOIN LATERAL (SELECT s.id, s.agreed FROM self_billing_word s
                      WHERE s.programme_id = i.programme_id AND s.party_id = i.party_id
                      ORDER BY s.id DESC LIMIT 1) w ON true
  LEFT JOIN LATERAL (SELECT s.at FROM self_billing_word s
                      WHERE s.programme_id = i.programme_id AND s.party_id = i.party_id
                        AND s.id > coalesce((SELECT max(n.id) FROM self_billing_word n
                                              WHERE n.programme_id = i.programme_id AND n.party_id = i.party_id
                                                AND NOT n.agreed), 0)
                      ORDER BY s.id LIMIT 1) g ON true
"""
)
_LACKING = (
    _PAYMENT
    + """
 WHERE i.programme_id = %(programme_id)s AND i.state = 'final' AND i.id > %(after)s AND w.agreed
   AND i.changed_at >= g.at AND p.erased_at IS NULL
   AND (%(party)s::bigint IS NULL OR i.party_id = %(party)s)
   AND NOT EXISTS (SELECT FROM self_bill b WHERE b.programme_id = i.programme_id AND b.item_id = i.id)
 ORDER BY i.id LIMIT %(limit)s
"""
)
_ARRIVED: LiteralString = (
    _PAYMENT  # noqa: S608 - every part is a constant of this module
    + """
 WHERE i.programme_id = %(programme_id)s AND i.run_id = %(run)s
   AND (i.state = 'final' OR EXISTS (
        SELECT FROM self_bill b WHERE b.programme_id = i.programme_id AND b.item_id = i.id))
   AND (%(state)s::text = '' OR (%(state)s = 'written') = EXISTS (
        SELECT FROM self_bill b WHERE b.programme_id = i.programme_id AND b.item_id = i.id))
   AND (%(since)s::bigint IS NULL OR i.changed_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR i.changed_at < %(until)s)
   AND (%(text)s::text = ''
        OR EXISTS (SELECT FROM self_bill b WHERE b.programme_id = i.programme_id AND b.item_id = i.id
                      AND %(text)s LIKE '%%' || b.year || '-' || lpad(b.serial::text, 5, '0'))
        OR EXISTS (SELECT FROM party y WHERE y.programme_id = i.programme_id AND y.id = i.party_id AND """
    + MEANT
    + "))"
)
_OF_ITEMS = {
    "run": _ARRIVED + " AND (%(at)s::bigint IS NULL OR i.id > %(at)s) ORDER BY i.id LIMIT %(limit)s",
    "amount": _ARRIVED
    + " AND (%(at)s::bigint IS NULL OR ("
    + _WHOLE
    + ", i.id) < (%(at)s, %(after)s)) ORDER BY "
    + _WHOLE
    + " DESC, i.id DESC LIMIT %(limit)s",
}
_LOCK = "SELECT state FROM payout_item WHERE programme_id = %(programme_id)s AND id = %(item)s FOR NO KEY UPDATE"
# What may arrive now, and what has arrived and lacks its document: in order, as whoever tells of payments takes them.
_HOLD = """
SELECT i.id FROM payout_item i
 WHERE i.programme_id = %(programme_id)s AND i.party_id = %(party)s
   AND i.state IN ('submitted', 'in_transit', 'unknown', 'mismatch', 'final')
   AND NOT EXISTS (SELECT FROM self_bill b WHERE b.programme_id = i.programme_id AND b.item_id = i.id)
 ORDER BY i.id FOR NO KEY UPDATE OF i
"""
_HAS = "SELECT FROM self_bill WHERE programme_id = %(programme_id)s AND item_id = %(item)s LIMIT 1"
_CANCELLED = "SELECT FROM self_bill WHERE programme_id = %(programme_id)s AND cancels = %(bill)s"
_BACK = """
SELECT b.id FROM self_bill b
  JOIN payout_item i ON i.programme_id = b.programme_id AND i.id = b.item_id
 WHERE b.programme_id = %(programme_id)s AND b.cancels IS NULL AND i.state = 'returned' AND b.id > %(after)s
   AND NOT EXISTS (SELECT FROM self_bill c WHERE c.programme_id = b.programme_id AND c.cancels = b.id)
 ORDER BY b.id LIMIT %(limit)s
"""
_NEXT = """
INSERT INTO self_bill_series (programme_id, year, last) VALUES (%(programme_id)s, %(year)s, 1)
ON CONFLICT (programme_id, year) DO UPDATE SET last = self_bill_series.last + 1 RETURNING last
"""
_ADD = """
INSERT INTO self_bill (programme_id, year, serial, party_id, item_id, currency, amount, cancels, replaces, made_at)
VALUES (%(programme_id)s, %(year)s, %(serial)s, %(party)s, %(item)s, %(currency)s, %(amount)s, %(cancels)s,
        %(replaces)s, %(now)s) RETURNING id
"""
_ADD_PAPER = """
INSERT INTO self_bill_paper (programme_id, bill_id, sealed, keep_until)
VALUES (%(programme_id)s, %(bill)s, %(sealed)s, %(until)s)
"""
_BILLS: LiteralString = """
SELECT b.id, b.year, b.serial, b.party_id, b.item_id, i.run_id, b.currency, b.amount, b.cancels, b.made_at, p.sealed,
       b.replaces
  FROM self_bill b
  JOIN payout_item i ON i.programme_id = b.programme_id AND i.id = b.item_id
  LEFT JOIN self_bill_paper p ON p.programme_id = b.programme_id AND p.bill_id = b.id
 WHERE b.programme_id = %(programme_id)s
"""
_ONE = _BILLS + " AND b.id = %(bill)s"
_OF_THESE = _BILLS + " AND b.item_id = ANY(%(items)s::bigint[]) ORDER BY b.id"
_OF_PARTY = _BILLS + " AND b.party_id = %(party)s ORDER BY b.id DESC LIMIT %(limit)s"
_ALL = _BILLS + " ORDER BY b.year, b.serial"
_PAID = """
SELECT i.id, i.party_id, coalesce(i.from_currency, i.currency), coalesce(i.payout_id, 0), i.state FROM payout_item i
  JOIN self_bill b ON b.programme_id = i.programme_id AND b.item_id = i.id
 WHERE i.programme_id = %(programme_id)s
"""
_PAYOUT = "SELECT payout_id FROM payout_item WHERE programme_id = %(programme_id)s AND id = %(item)s"
_FORGET_OLD = "DELETE FROM self_bill_paper WHERE programme_id = %(programme_id)s AND keep_until <= %(now)s"
_SERIES = "SELECT year, last FROM self_bill_series WHERE programme_id = %(programme_id)s ORDER BY year"


class Payment(NamedTuple):
    """A payment as a credit note needs it. ``amount`` is all of it, also what was no pay. ``word`` is 0 where she never
    said anything; ``agreed_at`` is since when she has agreed without a break; ``since_at`` is when the run before was
    planned that paid her in this currency, else when she joined. ``payout`` is 0 before it was sent.
    """

    id: int
    run: int
    party: int
    person: int
    erased: bool
    currency: str
    amount: Micros
    payout: int
    state: str
    changed_at: Instant
    planned_at: Instant
    word: int
    agreed: bool
    agreed_at: Instant
    since_at: Instant


class Bill(NamedTuple):
    """A document as a row; ``sealed`` is what it says, ``None`` when no law asked for it any more.

    It may take another one back (``cancels``), or stand in the place of a wrong one that was (``replaces``).
    """

    id: int
    year: int
    serial: int
    party: int
    item: int
    run: int
    currency: str
    amount: Micros
    cancels: int | None
    made_at: Instant
    sealed: bytes | None
    replaces: int | None = None


class Word(NamedTuple):
    """The newest word of a payee."""

    id: int
    agreed: bool
    at: Instant


def issuer(access: Access) -> bytes | None:
    """Who the brand is, sealed."""
    found = access.value(_ISSUER)
    return None if found is None else bytes(found)


def set_issuer(access: Access, sealed: bytes, by: str, now: Instant) -> None:
    """This from now on."""
    access.execute(_SET_ISSUER, {"sealed": sealed, "by": by, "now": now})


def end_issuer(access: Access) -> bool:
    """No more of them; whether there were any."""
    return access.execute(_END_ISSUER).rowcount > 0


def add_word(access: Access, party: int, agreed: bool, now: Instant) -> int:
    """She agrees, or takes it back; the number of her word."""
    return int(access.value(_ADD_WORD, {"party": party, "agreed": agreed, "now": now}))


def word(access: Access, party: int) -> Word | None:
    """What she said last."""
    row = access.fetch_one(_WORD, {"party": party})
    return None if row is None else Word(*row)


def lacking(access: Access, after: int, limit: int, party: int | None = None) -> list[Payment]:
    """Payments (with ``party`` hers) that arrived after their payee had agreed, and have no document, by number."""
    return [Payment(*row) for row in access.fetch(_LACKING, {"after": after, "limit": limit, "party": party})]


def payments(
    access: Access,
    run: int,
    *,
    text: str = "",
    state: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "run",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[Payment]:
    """Payments of a run that arrived or have a document, in its order or (``amount``) the largest first.

    ``text`` is the number of a document, or who is paid; ``state``: ``written`` or ``missing``; the span is when they
    arrived. ``after`` is (id, 0), or (amount, id), of the last one of the page before.
    """
    at, id_ = after or (None, None)
    wanted = {"run": run, "state": state, "since": since, "until": until, "at": at, "after": id_, "limit": limit}
    return [Payment(*row) for row in access.fetch(_OF_ITEMS[sort], {**wanted, **meant(text)})]


def hold_payments(access: Access, party: int) -> None:
    """No payment to her arrives, and none gets its document elsewhere, until the transaction ends."""
    access.execute(_HOLD, {"party": party})


def locked_state(access: Access, item: int) -> str:
    """Where a payment stands; it stays there until the transaction ends."""
    return str(access.value(_LOCK, {"item": item}))


def has_bill(access: Access, item: int) -> bool:
    """Whether a payment has its document."""
    return access.fetch_one(_HAS, {"item": item}) is not None


def is_cancelled(access: Access, bill: int) -> bool:
    """Whether a document was taken back."""
    return access.fetch_one(_CANCELLED, {"bill": bill}) is not None


def came_back(access: Access, after: int, limit: int) -> list[int]:
    """Documents whose money came back, and that nothing cancels yet."""
    return [row[0] for row in access.fetch(_BACK, {"after": after, "limit": limit})]


def next_serial(access: Access, year: int) -> int:
    """The next number of a year; whoever asks then waits until this transaction ends, and gets the same if it fails."""
    return int(access.value(_NEXT, {"year": year}))


def add(access: Access, bill: Bill) -> int:
    """Write a document; its id is given here. Raises where its number would leave a gap."""
    values = {"party": bill.party, "item": bill.item, "currency": bill.currency, "amount": bill.amount}
    values |= {"year": bill.year, "serial": bill.serial, "now": bill.made_at}
    return int(access.value(_ADD, {**values, "cancels": bill.cancels, "replaces": bill.replaces}))


def add_paper(access: Access, bill: int, sealed: bytes, keep_until: Instant) -> None:
    """What a document says."""
    access.execute(_ADD_PAPER, {"bill": bill, "sealed": sealed, "until": keep_until})


def one(access: Access, bill: int) -> Bill | None:
    """A document."""
    row = access.fetch_one(_ONE, {"bill": bill})
    return None if row is None else _bill(*row)


def of_items(access: Access, items: Iterable[int]) -> list[Bill]:
    """The documents of payments, in their order."""
    return [_bill(*row) for row in access.fetch(_OF_THESE, {"items": list(items)})]


def of_party(access: Access, party: int, limit: int) -> list[Bill]:
    """Those for a payee, the newest first."""
    return [_bill(*row) for row in access.fetch(_OF_PARTY, {"party": party, "limit": limit})]


def that_stand(bills: Sequence[Bill]) -> list[Bill]:
    """Those of these that nothing takes back, without what takes others back."""
    gone = {one.cancels for one in bills}
    return [one for one in bills if one.cancels is None and one.id not in gone]


def everything(access: Access) -> Sequence[Bill]:
    """All of them by their numbers."""
    return [_bill(*row) for row in access.fetch(_ALL)]


class PaidBy(NamedTuple):
    """A payment that has a document: to whom, in which currency, by which payout, and where it stands."""

    party: int = 0
    currency: str = ""
    payout: int = 0
    state: str = ""


def paid(access: Access) -> dict[int, PaidBy]:
    """The payments that have a document."""
    return {row[0]: PaidBy(*row[1:]) for row in access.fetch(_PAID)}


def payout_of(access: Access, item: int) -> int:
    """By which payout a payment was made; 0 before it was sent."""
    return int(access.value(_PAYOUT, {"item": item}) or 0)


def series(access: Access) -> dict[int, int]:
    """The last number of each year."""
    return {row[0]: row[1] for row in access.fetch(_SERIES)}


def forget_old(access: Access, now: Instant) -> None:
    """What no law asks for any more."""
    access.execute(_FORGET_OLD, {"now": now})


def _bill(
    id_: int, year: int, serial: int, party: int, item: int, run: int, currency: str, amount: int,
    cancels: int | None, made_at: int, sealed: memoryview | bytes | None, replaces: int | None,
) -> Bill:  # fmt: skip
    content = None if sealed is None else bytes(sealed)
    return Bill(id_, year, serial, party, item, run, currency, amount, cancels, made_at, content, replaces)
