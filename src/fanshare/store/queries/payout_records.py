"""The records of a run that are held against each other: its payments, its file, the books, and what was said."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fanshare.core.bank_files import Booked
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payout_item import State
from fanshare.core.reconciliation import Event, Line, Payment, Word
from fanshare.store.access import Access

_STATES = {str(state): state for state in State}
_FILE = "SELECT file FROM payout_run WHERE programme_id = %(programme_id)s AND id = %(run)s"
_PAYMENTS = """
SELECT i.id, i.key, y.public_id, i.amount, i.currency, i.account_id, i.state, z.public_id, o.amount, o.currency
  FROM payout_item i JOIN party y ON y.programme_id = i.programme_id AND y.id = i.party_id
  LEFT JOIN payout o ON o.programme_id = i.programme_id AND o.id = i.payout_id
  LEFT JOIN party z ON z.programme_id = o.programme_id AND z.id = o.party_id
 WHERE i.programme_id = %(programme_id)s AND i.run_id = %(run)s AND i.key IS NOT NULL ORDER BY i.id
"""
_TO_BANK = """
SELECT i.id, i.key, i.amount, i.currency, i.state, i.account_id, CASE WHEN p.erased_at IS NULL THEN p.person_id END
  FROM payout_item i JOIN party p ON p.programme_id = i.programme_id AND p.id = i.party_id
  JOIN payee_account n ON n.programme_id = i.programme_id AND n.id = i.account_id
 WHERE i.programme_id = %(programme_id)s AND i.run_id = %(run)s AND n.kind = %(kind)s ORDER BY i.id
"""
_WORDS = """
SELECT e.item_id, e.said, e.amount, e.currency FROM payout_item_event e
  JOIN payout_item i ON i.programme_id = e.programme_id AND i.id = e.item_id
 WHERE e.programme_id = %(programme_id)s AND i.run_id = %(run)s AND e.amount IS NOT NULL ORDER BY e.id
"""
_EVENTS = """
SELECT item_id, id, state, said, amount, currency, reason, at, actor, remote FROM payout_item_event
 WHERE programme_id = %(programme_id)s ORDER BY item_id, id
"""
_ADD = """
INSERT INTO payout_report (programme_id, run_id, hash, told, actor, at)
VALUES (%(programme_id)s, %(run)s, %(hash)s, %(told)s, %(actor)s, %(now)s)
ON CONFLICT (programme_id, run_id, hash) DO NOTHING RETURNING id
"""
_ADD_ODD = """
INSERT INTO payout_odd (programme_id, report_id, reference, what)
SELECT %(programme_id)s, %(report)s, reference, what
  FROM unnest(%(references)s::text[], %(whats)s::text[]) AS given (reference, what)
"""
_KNOWN = "SELECT id FROM payout_report WHERE programme_id = %(programme_id)s AND run_id = %(run)s AND hash = %(hash)s"
# A file that is read again beside statements that were read since may say more than it did.
_ADD_MORE = (
    _ADD_ODD
    + """
 WHERE NOT EXISTS (SELECT FROM payout_odd o
                     JOIN payout_report r ON r.programme_id = o.programme_id AND r.id = o.report_id
                    WHERE o.programme_id = %(programme_id)s AND r.run_id = %(run)s
                      AND (o.reference, o.what) = (given.reference, given.what))
"""
)
_ODD = """
SELECT o.reference, o.what, r.at FROM payout_odd o
  JOIN payout_report r ON r.programme_id = o.programme_id AND r.id = o.report_id
 WHERE o.programme_id = %(programme_id)s AND r.run_id = %(run)s ORDER BY o.id LIMIT %(limit)s
"""
_BOOKINGS = """
SELECT i.key, b.entry, b.back, b.amount, b.currency, b.reason, coalesce(b.opens, ''), coalesce(b.closes, '')
  FROM payout_booking b
  JOIN payout_item i ON i.programme_id = b.programme_id AND i.id = b.item_id
 WHERE b.programme_id = %(programme_id)s AND i.run_id = %(run)s ORDER BY b.item_id, b.back, b.entry
"""
_ADD_BOOKINGS = """
INSERT INTO payout_booking (programme_id, item_id, entry, back, amount, currency, reason, opens, closes)
SELECT %(programme_id)s, item, entry, back, amount, currency, reason, nullif(opens, ''), nullif(closes, '')
  FROM unnest(%(items)s::bigint[], %(entries)s::bytea[], %(backs)s::boolean[], %(amounts)s::bigint[],
              %(currencies)s::text[], %(reasons)s::text[], %(opens)s::bytea[], %(closes)s::bytea[])
       AS given (item, entry, back, amount, currency, reason, opens, closes)
"""


class ToBank(NamedTuple):
    """A payment that goes to an account; ``person`` is ``None`` where whoever it belongs to was erased."""

    id: int
    key: str
    amount: Micros
    currency: str
    state: State
    account: int
    person: int | None


class Odd(NamedTuple):
    """What a bank's file said that fits no payment, and when that file was read."""

    reference: str
    what: str
    at: Instant


def file(access: Access, run: int) -> str:
    """The lines of a run as they were sent; empty for one that was not."""
    return str(access.value(_FILE, {"run": run}) or "")


def to_bank(access: Access, run: int, kind: str) -> list[ToBank]:
    """The payments of a run that was sent that go to accounts of a kind, in their order."""
    rows = access.fetch(_TO_BANK, {"run": run, "kind": kind})
    return [
        ToBank(id_, key, amount, currency, _STATES[state], account, person)
        for id_, key, amount, currency, state, account, person in rows
    ]


def payments(access: Access, run: int) -> list[Payment]:
    """The payments of a run that were sent, in their order."""
    words: dict[int, list[Word]] = defaultdict(list)
    for item, said, amount, currency in access.fetch(_WORDS, {"run": run}):
        words[item].append(Word(said, amount, currency))
    found = []
    for id_, key, payee, amount, currency, account, state, *booked in access.fetch(_PAYMENTS, {"run": run}):
        line = None if booked[1] is None else Line(key, booked[0] or "", booked[1], booked[2])
        mine = Line(key, payee, amount, currency, account)
        found.append(Payment(mine, State(state), line, tuple(words.get(id_, ()))))
    return found


def events(access: Access) -> dict[int, list[Event]]:
    """Everything that was done or said about every payment, by payment."""
    found: dict[int, list[Event]] = defaultdict(list)
    for item, *event in access.fetch(_EVENTS):
        found[item].append(Event(*event))
    return found


def add_report(
    access: Access, run: int, hash_: bytes, told: int, odd: Sequence[tuple[str, str]], by: str, now: Instant
) -> bool:
    """Keep that a bank's file was read, and what of it fits nothing; ``False`` where it was read before.

    Then what it says now and nothing said of the run before is kept with it.
    """
    report = access.value(_ADD, {"run": run, "hash": hash_, "told": told, "actor": by, "now": now})
    columns = {"references": [one[0][:100] for one in odd], "whats": [one[1][:40] for one in odd]}
    if report is not None:
        access.execute(_ADD_ODD, {"report": report, **columns})
    elif odd:
        known = access.value(_KNOWN, {"run": run, "hash": hash_})
        access.execute(_ADD_MORE, {"report": known, "run": run, **columns})
    return report is not None


def bookings(access: Access, run: int) -> list[Booked]:
    """What banks' statements told of the payments of a run, by payment."""
    rows = access.fetch(_BOOKINGS, {"run": run})
    return [
        Booked(key, bytes(entry), back, amount, currency, reason, bytes(opens), bytes(closes))
        for key, entry, back, amount, currency, reason, opens, closes in rows
    ]


def add_bookings(access: Access, booked: Sequence[Booked], items: Mapping[str, int]) -> None:
    """Keep what a statement told that no earlier one did; ``items`` are the payments by their references."""
    if booked:
        columns = {
            "items": [items[one.key] for one in booked],
            "entries": [one.entry for one in booked],
            "backs": [one.back for one in booked],
            "amounts": [one.amount for one in booked],
            "currencies": [one.currency[:10] for one in booked],
            "opens": [one.opens for one in booked],
            "closes": [one.closes for one in booked],
            "reasons": [one.reason[:40] for one in booked],
        }
        access.execute(_ADD_BOOKINGS, columns)


def odd(access: Access, run: int, limit: int = 200) -> list[Odd]:
    """What banks' files said of a run that fits nothing, in the order in which it was read."""
    return [Odd(*row) for row in access.fetch(_ODD, {"run": run, "limit": limit})]
