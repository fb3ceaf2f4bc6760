"""The payment clock: what is open, how late it is, and what may be asked on top."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fanshare.core.errors import BadInputError
from fanshare.core.workbench.entries import Invoice
from fanshare.core.workbench.late import LAWS, Late, late

#: So many days late a friendly word is no longer enough.
FIRM_AFTER = 14
_NOTHING = Late(0, 0, 0, ())


@dataclass(frozen=True, slots=True)
class Claim:
    """An invoice as it stands on a day: ``days`` late (below zero: due in so many), and what the law adds.

    ``unknown``: the law's table ends before that day, and no reference rate was typed.
    """

    invoice: Invoice
    days: int
    extra: Late
    unknown: bool = False

    @property
    def is_open(self) -> bool:
        """Not paid yet."""
        return self.invoice.paid == date.max

    @property
    def firm(self) -> bool:
        """Whether the time of friendly reminders is over."""
        return self.is_open and self.days > FIRM_AFTER


def claim(invoice: Invoice, today: date) -> Claim:
    """How an invoice stands today, or stood when it was paid."""
    until = min(invoice.paid, today)
    days = (until - invoice.due).days
    law = LAWS.get(invoice.law)
    if law is None:
        return Claim(invoice, days, _NOTHING)
    try:
        return Claim(invoice, days, late(law, invoice.amount, invoice.due, until, invoice.reference))
    except BadInputError:
        return Claim(invoice, days, _NOTHING, unknown=True)


def open_claims(invoices: Iterable[Invoice], today: date) -> list[Claim]:
    """What is not paid, the longest due first."""
    found = [claim(one, today) for one in invoices if one.paid == date.max]
    return sorted(found, key=lambda one: (one.invoice.due, one.invoice.id))
