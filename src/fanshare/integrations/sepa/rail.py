"""A file of SEPA transfers as a rail: what may be sent, and what the bank's answers and statements say of each payment.

Nothing is sent by the program: a person or the bank's own software carries the file. So sending teaches nothing, and a
file is never sent again (``window`` is 0): a bank that is given it twice may pay it twice.
"""

from collections.abc import Sequence

from fanshare.core.bank_files import Booked
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payout_item import Answer, Frozen, Said
from fanshare.integrations.sepa.document import Order, Transfer
from fanshare.integrations.sepa.read_statement import Statement
from fanshare.integrations.sepa.read_status import Outcome, StatusReport, answers
from fanshare.integrations.sepa.reconcile import Booking, reconcile
from fanshare.integrations.sepa.write import transfer_text


def freeze(transfer: Transfer, version: str) -> Frozen:
    """What goes out for one transfer: its end-to-end id is the key, its piece of the file the bytes."""
    return Frozen(transfer.end_to_end_id, transfer_text(transfer, version).encode())


class SepaFileRail:
    """The rail of one file, with everything that the bank has said since. ``at`` is when that was read,
    ``before`` what statements that were read earlier told.

    Raises ``BadInputError`` ``other_file`` for a report that answers another file.
    """

    def __init__(
        self,
        order: Order,
        at: Instant,
        reports: Sequence[StatusReport] = (),
        statements: Sequence[Statement] = (),
        before: Sequence[Booked] = (),
    ) -> None:
        self.name = "sepa"
        self.window = 0
        self._at = at
        transfers = [transfer for payment in order.payments for transfer in payment.transfers]
        self._frozen = {one.end_to_end_id: freeze(one, order.version) for one in transfers}
        self._booked = reconcile(statements, [order], before)
        self._told = [answers(report, order) for report in reports]

    def submit(self, frozen: Frozen) -> Answer:  # noqa: ARG002 - every rail takes it
        """Silent: handing a file over teaches nothing. Ask ``holds`` before; a payment that another file pays may
        still arrive, so none is refused here.
        """
        return Answer(Said.SILENT, self._at)

    def holds(self, frozen: Frozen) -> bool:
        """Whether the file pays exactly this."""
        return self._frozen.get(frozen.key) == frozen

    def ask(self, key: str, remote: str = "") -> Answer:  # noqa: ARG002 - a bank gives it no other name
        """What is known of a payment: from the statements, and before there are any from the bank's answers.

        Debited once is arrived, until it is back. Twice, or with another amount, is said with what is really gone, so
        that it does not match. An answer "settled" is only accepted: what was debited stands in the statement.
        """
        debits, returns = self._booked.debits.get(key, []), self._booked.returns.get(key, [])
        if debits or returns:
            return self._from_bookings(debits, returns)
        outcomes = {told[key].outcome for told in self._told if key in told}
        return Answer(_said(outcomes), self._at)

    def _from_bookings(self, debits: Sequence[Booking], returns: Sequence[Booking]) -> Answer:
        gone, back = _sum(debits), _sum(returns)
        last = (returns or debits)[-1]
        if back and back >= gone:  # a statement may begin after the debit
            return Answer(Said.CAME_BACK, self._at, last.micros, last.currency)
        return Answer(Said.ARRIVED, self._at, gone - back, debits[-1].currency)


def _said(outcomes: set[Outcome]) -> Said:
    """Reports come one after another; a rejection beside a settlement, or anything unclear, teaches nothing."""
    if Outcome.UNCLEAR in outcomes or {Outcome.REJECTED, Outcome.SETTLED} <= outcomes:
        return Said.SILENT
    if Outcome.REJECTED in outcomes:
        return Said.REFUSED
    return Said.ACCEPTED if outcomes & {Outcome.ACCEPTED, Outcome.SETTLED} else Said.SILENT


def _sum(bookings: Sequence[Booking]) -> Micros:
    return sum(booking.micros for booking in bookings)
