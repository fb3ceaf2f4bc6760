"""Credit notes over a wrong amount are put right: one that takes the wrong one back, and one over what was earned.

Earlier versions wrote some over gifts, too. What somebody has in her books is never changed: the wrong document stays,
the one that cancels it names it, and both new ones have numbers of their own, without gaps, in one transaction.
"""

from datetime import date
from typing import NamedTuple

from fanshare.core.errors import ConflictError
from fanshare.core.instants import Instant, local_date, zone
from fanshare.core.invoices import self_billing as core
from fanshare.core.invoices.checks import check
from fanshare.core.invoices.model import Invoice, cancelling
from fanshare.core.money import Micros
from fanshare.core.payout_item import State
from fanshare.flows import self_billing
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.earned import earned
from fanshare.flows.self_billing import Document
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import self_bills as rows


class Wrong(NamedTuple):
    """A document that stands over something else than ``due``, which was earned of its payment."""

    document: Document
    due: Micros


class Corrected(NamedTuple):
    """The numbers of what was written: what takes the wrong one back, and the right one, 0 where nothing was earned."""

    cancelling: int
    right: int


def look(programme: Programme, bill: int) -> Wrong:
    """A document that is wrong. Nothing is changed.

    Raises ``BadInputError`` (``unknown_bill``, ``bill_forgotten``) and ``ConflictError``: ``bill_cancelled``,
    ``bill_back`` (its payment came back: the worker cancels it), ``bill_right``.
    """
    found = self_billing.one_of(programme, bill)
    known = found.bill
    if known.cancels is not None or rows.is_cancelled(programme.access, bill):
        raise ConflictError("bill_cancelled", "This document is taken back already, or takes another one back.")
    if rows.locked_state(programme.access, known.item) != State.FINAL:
        raise ConflictError("bill_back", "This payment came back; its document is taken back by itself.")
    due = earned(programme.access, {known.party}).get(rows.payout_of(programme.access, known.item), 0)
    if due == known.amount:
        raise ConflictError("bill_right", "This document is over what was earned; there is nothing to put right.")
    return Wrong(found, due)


def correct(programme: Programme, tenant: Tenant, bill: int, now: Instant) -> Corrected:
    """Take a wrong document back, and write the right one where something was earned. Raises as ``look``.

    The payment is held until both are written: of two who press at once, the second is told that it is done.
    """
    access = programme.access
    with access.transaction():
        known = rows.one(access, bill) if 0 < bill < 1 << 62 else None
        if known is not None:
            rows.locked_state(access, known.item)
        wrong, day = look(programme, bill), local_date(now, zone(tenant.time_zone))
        paper = wrong.document.paper
        assert paper is not None  # what was forgotten is refused before
        made = Corrected(_taken_back(programme, wrong, paper, day, now), _right(programme, wrong, paper, day, now))
        noted(access, "billing.correct", now, f"bill {bill}: {made.cancelling} takes it back, {made.right or 'none'}")
    return made


def _taken_back(programme: Programme, wrong: Wrong, paper: Invoice, day: date, now: Instant) -> int:
    serial, number = _next(programme, wrong, paper, day)
    bill = self_billing.taking_back(wrong.document.bill, day.year, serial, now)
    return self_billing.put(programme, cancelling(paper, day, number), bill)


def _right(programme: Programme, wrong: Wrong, paper: Invoice, day: date, now: Instant) -> int:
    if not wrong.due:
        return 0
    check(core.instead(paper, wrong.due, day, "1"))  # before a number is taken
    serial, number = _next(programme, wrong, paper, day)
    known = wrong.document.bill
    right = known._replace(year=day.year, serial=serial, amount=wrong.due, replaces=known.id, made_at=now)
    return self_billing.put(programme, core.instead(paper, wrong.due, day, number), right)


def _next(programme: Programme, wrong: Wrong, paper: Invoice, day: date) -> tuple[int, str]:
    known, serial = wrong.document.bill, rows.next_serial(programme.access, day.year)
    return serial, core.number_of(core.prefix_of(paper.number, known.year, known.serial), day.year, serial)
