"""Rows for the lists about money: runs and their payments, what is owed, credit notes, forms and credit."""

import hashlib

from fanshare.core.instants import DAY, Instant
from fanshare.core.payout_item import Answer, Said
from fanshare.flows import payout_runs
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.flows.payout_runs import Told
from fanshare.flows.people import Joiner, add_creator
from fanshare.store.queries import payout_runs as run_rows
from tests.web.support.company import Company
from tests.web.support.filling_lists import AT_ONCE, EVIL

#: Payees of the first run, whose list is walked.
_MANY = 7


def owed(company: Company, name: str, amount: int = 30_000_000, ready_at: Instant | None = None) -> int:
    """Somebody new to whom money is owed, ready now or later."""
    programme, now = company.brand.programme, company.house.now
    who = add_creator(programme, Joiner(f"{EVIL} {name}", f"{hash_of(name)}@example.test"), now)
    news = [NewOpening(who, hash_of(name)[:32], "EUR", amount, ready_at)]
    with programme.access.transaction():
        post_openings(programme, "refersion", hash_of(f"file {name}"), news, now)
    return who


def hash_of(text: str) -> str:
    """A file or a row of another tool."""
    return hashlib.sha256(text.encode()).hexdigest()


def payees(company: Company, n: int) -> None:
    """Payees with the same amount."""
    for i in range(AT_ONCE):
        owed(company, f"owed {n}{i}")


def days(company: Company, n: int) -> None:
    """Days on which something becomes ready, each with the same amount."""
    for i in range(AT_ONCE):
        owed(company, f"ready {n}{i}", ready_at=company.house.now + (40 + 5 * n + i) * DAY)


def runs(company: Company, n: int) -> None:
    """Runs of one moment, each for somebody new; the very first one for many, and paid."""
    brand, now = company.brand, company.house.now
    for i in range(AT_ONCE):
        first = not company.house.value("SELECT count(*) FROM payout_run")
        for k in range(_MANY if first else 1):
            owed(company, f"paid {k}" if first else f"run {n}{i}", 30_000_000 + (k % 3 + i) * 10_000)
        run, _plan = payout_runs.plan(brand.programme, EVIL, now)
        if first:
            payout_runs.approve(brand.programme, run, EVIL, now)
            payout_runs.send(brand.programme, run, EVIL, now)
            keys = [row.item.frozen.key for row in run_rows.items_of(brand.access, run) if row.item.frozen is not None]
            told = [Told(key, Answer(Said.ARRIVED, now)) for key in keys]
            payout_runs.tell(brand.programme, run, told, EVIL, now)
