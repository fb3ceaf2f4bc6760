"""Statements beside the files that were sent: what was paid to the cent, what twice, what came back, what is not there.

Pure comparison. What a finding leads to is decided elsewhere; nothing here concludes from silence. Statements come day
by day, so what earlier ones told is given again with the next.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from fanshare.core.bank_files import Booked
from fanshare.core.money import Micros
from fanshare.integrations.sepa.amounts import read_amount
from fanshare.integrations.sepa.document import Order, Payment
from fanshare.integrations.sepa.following import Chain, Ends, ends
from fanshare.integrations.sepa.read_statement import Batch, Entry, Line, Statement


class Finding(StrEnum):
    """What a person has to look at."""

    #: A transfer was debited more than once oftener than it came back.
    PAID_TWICE = "paid_twice"
    #: Debited, given back and debited again: a reference of ours is sent once, so nobody here asked for it.
    DEBITED_AGAIN = "debited_again"
    #: Debited or returned with another amount or currency than the file's.
    OTHER_AMOUNT = "other_amount"
    #: Came back oftener than it was debited on these statements.
    RETURN_WITHOUT_DEBIT = "return_without_debit"
    #: Money came in under a reference of ours, and the bank does not call it a return.
    CREDIT_UNCLEAR = "credit_unclear"
    #: Booked in a sum whose parts have no amounts: what was paid can't be told.
    NO_AMOUNT = "no_amount"
    #: Debited under a message or payment id of ours, with an end-to-end id that the file does not have.
    STRANGER = "stranger"
    #: The balances of a statement differ by something else than its entries.
    STATEMENT_SUM = "statement_sum"


@dataclass(frozen=True, slots=True)
class Booking:
    """Something booked for one transfer. ``reason`` is the bank's code for a return; ``entry`` as in ``Booked``.

    ``day`` is ``None`` where the bank told none, and for what an earlier statement told.
    """

    reference: str
    micros: Micros
    currency: str
    day: date | None
    reason: str = ""
    entry: bytes = field(default=b"", compare=False)


@dataclass(frozen=True, slots=True)
class Note:
    """A finding and the reference or statement it is about. ``micros`` is what was booked, or the difference."""

    finding: Finding
    reference: str
    micros: Micros


@dataclass(slots=True)
class Reconciliation:
    """``debits`` and ``returns`` by end-to-end id, in the order of the statements; ``open`` are those never debited.

    Both begin with what earlier statements told. ``told`` are the transfers that these ones speak of, ``booked`` what
    they add.
    """

    debits: dict[str, list[Booking]] = field(default_factory=dict)
    returns: dict[str, list[Booking]] = field(default_factory=dict)
    told: dict[str, None] = field(default_factory=dict)
    booked: list[Booked] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def paid(self, reference: str) -> bool:
        """Whether it was debited more often than it came back."""
        return len(self.debits.get(reference, ())) > len(self.returns.get(reference, ()))


def reconcile(
    statements: Iterable[Statement], orders: Sequence[Order], before: Iterable[Booked] = ()
) -> Reconciliation:
    """Compare booked entries with the transfers of the files; ``before`` is what earlier statements told of them.

    A statement that is given twice, or is marked as a duplicate of one that is there, counts once; so does a booking
    of the same bank reference, day and amount on two statements. A sum without parts stands for all transfers of its
    payment if message or payment id and total are the payment's. What an earlier statement told is told again by the
    same account, day, amount, direction and bank reference; the second such booking of a day is another one. Where the
    bank has no reference, such a booking on a statement that follows the one that told it is another one as well
    (``following``); on a statement that does not say so nobody can tell it from the same one told again, and it counts
    once.
    """
    once = [*_once(statements)]
    book = _Book(orders, before, once)
    for statement in once:
        if statement.missing:
            book.note(Finding.STATEMENT_SUM, statement.statement_id, statement.missing)
        for entry in statement.entries:
            if entry.booked and book.is_new(entry, statement):
                book.enter(entry, statement)
    found = book.result
    book.judge()
    found.open = [reference for reference in book.expected if reference not in found.debits]
    return found


def _once(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Originals before duplicates, each key once."""
    seen: set[tuple[str, str, str, str]] = set()
    for statement in sorted(statements, key=lambda one: one.duplicate):
        if statement.key not in seen:
            seen.add(statement.key)
            yield statement


class _Book:
    def __init__(self, orders: Sequence[Order], before: Iterable[Booked], statements: Iterable[Statement]) -> None:
        payments = [(order, payment) for order in orders for payment in order.payments]
        transfers = [transfer for _, payment in payments for transfer in payment.transfers]
        self.expected = {one.end_to_end_id: (read_amount(one.amount), one.currency) for one in transfers}
        self.result = Reconciliation()
        self._payments = payments
        self._ids = {text for order, payment in payments for text in (order.message_id, payment.payment_id)}
        self._seen: dict[tuple[str, date | None, Micros, bool], tuple[str, str, str, str]] = {}
        self._named = Counter[tuple[str, ...]]()
        self._known: dict[bytes, Ends] = {}
        self._chain = Chain()
        for statement in statements:
            self._chain.add(ends(statement))
        for one in before:
            self._chain.add(Ends(one.opens, one.closes))
            if one.key in self.expected:
                self._known[one.entry] = Ends(one.opens, one.closes)
                booking = Booking(one.key, one.amount, one.currency, None, one.reason, one.entry)
                self._side(one.back).setdefault(one.key, []).append(booking)

    def note(self, finding: Finding, reference: str, micros: Micros) -> None:
        self.result.notes.append(Note(finding, reference, micros))

    def is_new(self, entry: Entry, statement: Statement) -> bool:
        """Within one statement everything counts: a bank does not book one thing twice there, unless it paid twice."""
        if not entry.bank_reference:
            return True
        key = (f"{statement.iban} {entry.bank_reference}", entry.day, entry.micros, entry.credit)
        return self._seen.setdefault(key, statement.key) == statement.key

    def judge(self) -> None:
        """What the numbers of debits and returns say together, in whatever order a statement tells them."""
        debits, returns = self.result.debits, self.result.returns
        for reference in (one for one in self.expected if one in self.result.told):
            gone, back = debits.get(reference, []), returns.get(reference, [])
            if len(gone) > len(back) + 1:
                self.note(Finding.PAID_TWICE, reference, gone[-1].micros)
            elif len(gone) > 1:
                self.note(Finding.DEBITED_AGAIN, reference, gone[-1].micros)
            if len(back) > len(gone):
                self.note(Finding.RETURN_WITHOUT_DEBIT, reference, back[-1].micros)

    def enter(self, entry: Entry, at: Statement) -> None:
        if entry.lines:
            for line in entry.lines:
                self._line(line, entry, at)
            if any(line.end_to_end_id for line in entry.lines):
                return
        if entry.batch:
            self._sum(entry, entry.batch, at)
        elif len(entry.lines) == 1:
            self._sum(entry, Batch(entry.lines[0].message_id, entry.lines[0].payment_id, None), at)

    def _line(self, line: Line, entry: Entry, at: Statement) -> None:
        reference = line.end_to_end_id
        if reference not in self.expected:
            if reference and not line.credit and {line.message_id, line.payment_id} & self._ids:
                self.note(Finding.STRANGER, reference, line.micros or 0)
            return
        if line.micros is None:
            self.note(Finding.NO_AMOUNT, reference, 0)
            return
        if line.credit and not line.returned:
            self.note(Finding.CREDIT_UNCLEAR, reference, line.micros)
        else:
            self._add(Booking(reference, line.micros, line.currency, entry.day, line.reason), line.returned, entry, at)

    def _add(self, booking: Booking, back: bool, entry: Entry, at: Statement) -> None:
        """Enter a debit or a return, unless an earlier statement told it."""
        self._compare(booking)
        self.result.told[booking.reference] = None
        name = self._name(booking, back, entry, at)
        if name not in self._known:
            named = replace(booking, entry=name)
            self._side(back).setdefault(booking.reference, []).append(named)
            amount = (booking.micros, booking.currency)
            self.result.booked.append(Booked(booking.reference, name, back, *amount, booking.reason, *ends(at)))

    def _side(self, back: bool) -> dict[str, list[Booking]]:
        return self.result.returns if back else self.result.debits

    def _name(self, booking: Booking, back: bool, entry: Entry, at: Statement) -> bytes:
        """What tells this booking from others, on whichever statement; of those that are equal in it, which one."""
        when = (at.iban, booking.day.isoformat()) if booking.day else at.key
        money = (str(booking.micros), booking.currency, "back" if back else "gone")
        what = (*when, booking.reference, *money, entry.bank_reference)
        while True:
            self._named[what] += 1
            name = hashlib.sha256("\x00".join((*what, str(self._named[what]))).encode()).digest()
            followed = not entry.bank_reference and name in self._known
            if not followed or not self._chain.joins(self._known[name], ends(at)):
                return name

    def _compare(self, booking: Booking) -> None:
        if (booking.micros, booking.currency) != self.expected[booking.reference]:
            self.note(Finding.OTHER_AMOUNT, booking.reference, booking.micros)

    def _sum(self, entry: Entry, batch: Batch, at: Statement) -> None:
        payment = self._payment_of(batch)
        if payment is None:
            return
        total, count = read_amount(payment.control_sum), len(payment.transfers)
        if entry.micros != total or entry.currency != "EUR" or batch.count not in (None, count):
            self.note(Finding.OTHER_AMOUNT, payment.payment_id, entry.micros)
        elif entry.credit and not entry.reversal:
            self.note(Finding.CREDIT_UNCLEAR, payment.payment_id, entry.micros)
        else:
            for transfer in payment.transfers:
                micros = read_amount(transfer.amount)
                booking = Booking(transfer.end_to_end_id, micros, transfer.currency, entry.day)
                self._add(booking, entry.credit, entry, at)

    def _payment_of(self, batch: Batch) -> Payment | None:
        """By its own id; by the file's id only where that leaves no choice."""
        named = [one for _, one in self._payments if one.payment_id == batch.payment_id]
        if not named:
            named = [one for order, one in self._payments if order.message_id == batch.message_id]
        return named[0] if len(named) == 1 else None
