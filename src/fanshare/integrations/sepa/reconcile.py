"""Statements beside the files that were sent: what was paid to the cent, what twice, what came back, what is not there.

Pure comparison. What a finding leads to is decided elsewhere; nothing here concludes from silence.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from fanshare.core.money import Micros
from fanshare.integrations.sepa.amounts import read_amount
from fanshare.integrations.sepa.document import Order, Payment
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
    """Something booked for one transfer. ``reason`` is the bank's code for a return."""

    reference: str
    micros: Micros
    currency: str
    day: date | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A finding and the reference or statement it is about. ``micros`` is what was booked, or the difference."""

    finding: Finding
    reference: str
    micros: Micros


@dataclass(slots=True)
class Reconciliation:
    """``debits`` and ``returns`` by end-to-end id, in the order of the statements; ``open`` are those never debited."""

    debits: dict[str, list[Booking]] = field(default_factory=dict)
    returns: dict[str, list[Booking]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def paid(self, reference: str) -> bool:
        """Whether it was debited more often than it came back."""
        return len(self.debits.get(reference, ())) > len(self.returns.get(reference, ()))


def reconcile(statements: Iterable[Statement], orders: Sequence[Order]) -> Reconciliation:
    """Compare booked entries with the transfers of the files.

    A statement that is given twice, or is marked as a duplicate of one that is there, counts once; so does a booking
    of the same bank reference, day and amount on two statements. A sum without parts stands for all transfers of its
    payment if message or payment id and total are the payment's.
    """
    book = _Book(orders)
    for statement in _once(statements):
        if statement.missing:
            book.note(Finding.STATEMENT_SUM, statement.statement_id, statement.missing)
        for entry in statement.entries:
            if entry.booked and book.is_new(entry, statement):
                book.enter(entry)
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
    def __init__(self, orders: Sequence[Order]) -> None:
        payments = [(order, payment) for order in orders for payment in order.payments]
        transfers = [transfer for _, payment in payments for transfer in payment.transfers]
        self.expected = {one.end_to_end_id: (read_amount(one.amount), one.currency) for one in transfers}
        self.result = Reconciliation()
        self._payments = payments
        self._ids = {text for order, payment in payments for text in (order.message_id, payment.payment_id)}
        self._seen: dict[tuple[str, date | None, Micros, bool], tuple[str, str, str, str]] = {}

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
        for reference in self.expected:
            gone, back = debits.get(reference, []), returns.get(reference, [])
            if len(gone) > len(back) + 1:
                self.note(Finding.PAID_TWICE, reference, gone[-1].micros)
            elif len(gone) > 1:
                self.note(Finding.DEBITED_AGAIN, reference, gone[-1].micros)
            if len(back) > len(gone):
                self.note(Finding.RETURN_WITHOUT_DEBIT, reference, back[-1].micros)

    def enter(self, entry: Entry) -> None:
        if entry.lines:
            for line in entry.lines:
                self._line(line, entry.day)
            if any(line.end_to_end_id for line in entry.lines):
                return
        if entry.batch:
            self._sum(entry, entry.batch)
        elif len(entry.lines) == 1:
            self._sum(entry, Batch(entry.lines[0].message_id, entry.lines[0].payment_id, None))

    def _line(self, line: Line, day: date | None) -> None:
        reference = line.end_to_end_id
        if reference not in self.expected:
            if reference and not line.credit and {line.message_id, line.payment_id} & self._ids:
                self.note(Finding.STRANGER, reference, line.micros or 0)
            return
        if line.micros is None:
            self.note(Finding.NO_AMOUNT, reference, 0)
            return
        booking = Booking(reference, line.micros, line.currency, day, line.reason)
        if line.returned:
            self._return(booking)
        elif line.credit:
            self.note(Finding.CREDIT_UNCLEAR, reference, line.micros)
        else:
            self._debit(booking)

    def _debit(self, booking: Booking) -> None:
        self._compare(booking)
        self.result.debits.setdefault(booking.reference, []).append(booking)

    def _return(self, booking: Booking) -> None:
        self._compare(booking)
        self.result.returns.setdefault(booking.reference, []).append(booking)

    def _compare(self, booking: Booking) -> None:
        if (booking.micros, booking.currency) != self.expected[booking.reference]:
            self.note(Finding.OTHER_AMOUNT, booking.reference, booking.micros)

    def _sum(self, entry: Entry, batch: Batch) -> None:
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
                (self._return if entry.credit else self._debit)(booking)

    def _payment_of(self, batch: Batch) -> Payment | None:
        """By its own id; by the file's id only where that leaves no choice."""
        named = [one for _, one in self._payments if one.payment_id == batch.payment_id]
        if not named:
            named = [one for order, one in self._payments if order.message_id == batch.message_id]
        return named[0] if len(named) == 1 else None
