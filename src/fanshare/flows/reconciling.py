"""A run reconciled: its payments, the file that was sent, the books and what was said, held against each other."""

from typing import NamedTuple

from fanshare.core.errors import BadInputError
from fanshare.core.reconciliation import Reconciled, reconcile
from fanshare.store.access import Access
from fanshare.store.queries import payout_records as rows
from fanshare.store.queries import payout_runs
from fanshare.store.queries.payout_records import Odd


class Run(NamedTuple):
    """What the records of a run say together, and what banks' files said that fits none of its payments."""

    found: Reconciled
    odd: list[Odd]


def of_run(access: Access, run: int) -> Run:
    """A run that was sent, reconciled. Raises ``BadInputError``: ``unknown_run``, ``not_sent``."""
    head = payout_runs.seen(access, run) if 0 < run < 1 << 62 else None
    if head is None:
        raise BadInputError("unknown_run", "There is no such payout run in this programme.", 404)
    if head.submitted_at is None:
        raise BadInputError("not_sent", "This run was not sent yet; there is nothing to compare.", 409)
    return Run(reconcile(rows.payments(access, run), rows.file(access, run)), rows.odd(access, run))
