"""Her own invoices in her sealed books: written once, under the next number of her series, with what is owed for them.

The row of a number has an id that follows from the number and the key of the books. So two that are written at once
can't get the same number: the second takes the next when the first is there, and the same when it is not. Nobody
without the key can tell such a row from another.
"""

from dataclasses import replace
from uuid import UUID

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.invoices.checks import check
from fanshare.core.invoices.model import Invoice as Paper
from fanshare.core.invoices.totals import totals
from fanshare.core.workbench.documents import Shelf, document
from fanshare.core.workbench.entries import Invoice
from fanshare.core.workbench.invoicing import (
    Issued,
    Sender,
    cancelled,
    next_serial,
    number_of,
    sealed,
    series_of,
)
from fanshare.flows import workbench_books
from fanshare.flows.workbench_books import MOST_ROWS, Open, new_id, place
from fanshare.flows.workbench_keys import seal
from fanshare.store.queries import workbench


def look(draft: Paper) -> None:
    """Whether a draft may be written. Raises what ``checks.check`` raises."""
    check(replace(draft, number="1"))


def write(books: Open, shelf: Shelf, draft: Paper, deal: str, law: str) -> Issued:
    """Write an invoice under the next number, and what is owed for it.

    Raises ``BadInputError``: ``no_sender``, ``books_full``, ``no_workbench``, and what ``checks.check`` raises.
    """
    sender = _ready(books, shelf)
    look(draft)
    owed, due = new_id(), draft.due or draft.issued
    amount = totals(draft).due
    with books.conn.transaction():
        issued = _next(books, shelf, sender, draft, deal, owed)
        claim = Invoice(owed, issued.invoice.number, draft.buyer.name, amount, draft.issued, due, law=law, deal=deal)
        workbench_books.put(books, claim, fresh=False)
    return issued


def cancel(books: Open, shelf: Shelf, known: Issued, draft: Paper) -> Issued:
    """Write what takes a document back; what was owed for it is owed no more. What was paid stays written down.

    ``draft`` is ``invoicing.cancelling`` of it. Raises ``BadInputError`` as ``write`` does, ``ConflictError``
    (``invoice_cancelled``) for what is taken back already, and for what itself took something back.
    """
    sender = _ready(books, shelf)
    look(draft)
    with books.conn.transaction():
        # Whoever cancels at the same moment waits here, and then reads what was written.
        workbench.hold(books.conn, books.account)
        now = workbench_books.load(books, shelf.settings)
        if known.invoice.kind.cancels or known.invoice.number in cancelled(now.of(Issued)):
            raise ConflictError("invoice_cancelled", "This was taken back already, and nothing of it is owed any more.")
        issued = _next(books, now, sender, draft, known.deal, "")
        claim = now.entries.get(known.owed)
        if isinstance(claim, Invoice) and claim.paid == claim.paid.max:
            workbench_books.drop(books, claim.id)
    return issued


def _ready(books: Open, shelf: Shelf) -> Sender:
    if shelf.sender is None:
        raise BadInputError("no_sender", "Say first who sends your invoices.")
    if workbench.count(books.conn, books.account) + 2 > MOST_ROWS:
        raise BadInputError("books_full", "These books hold 20,000 entries, and no more fit in.")
    return shelf.sender


def _next(books: Open, shelf: Shelf, sender: Sender, draft: Paper, deal: str, owed: str) -> Issued:
    series, serial = series_of(sender, draft.issued), next_serial(shelf.of(Issued), sender, draft.issued)
    while True:
        row = _row(books, number_of(series, serial))
        issued = sealed(str(row), series, serial, draft, deal, owed)
        if workbench.put_once(books.conn, books.account, row, seal(books.key, row, document(issued))):
            return issued
        if workbench.find(books.conn, books.account) is None:
            raise BadInputError("no_workbench", "There are no books yet; make some first.", 404)
        serial += 1  # somebody wrote it at the same moment, or it is there and can't be read


def _row(books: Open, number: str) -> UUID:
    return place(books, b"invoice\0" + number.encode())
