"""A worker that does nothing but send payments, in a process of its own that can be killed: see test_payouts_killed.

Its clock is fast: what it waits for a provider's memory and for the lease of whoever died takes no time of the tests.
"""

import sys
import time
from dataclasses import replace
from secrets import token_hex

from fanshare.core.instants import SECOND, Instant
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import Frozen
from fanshare.core.rails import Driver
from fanshare.flows.context import open_programme
from fanshare.integrations.rails import Called, Secret
from fanshare.integrations.stripe.transfers import StripeRail
from fanshare.jobs.payout_calls import work_calls
from fanshare.store.access import Access, connect
from fanshare.store.directory import programme_with_id
from tests.support.pg_books import KEYS

#: Microseconds of the story in a microsecond of ours.
FAST = 1_000


def clock(start: Instant, began: float) -> Instant:
    """The story's time: ``start`` was when it was ``began``, in seconds since 1970."""
    return start + int((time.time() - began) * FAST * SECOND)


class Careless(Called):
    """Whoever gives each attempt a key of its own, and looks for nothing before."""

    def open(self, kind: Kind, secret: Secret, now: object) -> Driver:
        driver = super().open(kind, secret, now)  # type: ignore[arg-type]
        assert isinstance(driver, StripeRail)
        submit = driver.submit
        driver.finds = False
        driver.submit = lambda frozen: submit(Frozen(token_hex(8), frozen.body))  # type: ignore[method-assign]
        return driver


def main(dsn: str, url: str, programme_id: int, start: Instant, began: float, kind: str) -> None:
    """Work until killed."""
    drivers = (Careless if kind == "careless" else Called)({Kind.STRIPE: url})
    with connect(dsn) as conn:
        tenant = programme_with_id(conn, programme_id)
        access = Access(conn, programme_id, "job:calls")
        programme = open_programme(access, tenant.public_id, KEYS)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            work_calls(replace(programme, access=access), drivers, lambda: clock(start, began))
            time.sleep(0.01)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(given[0], given[1], int(given[2]), int(given[3]), float(given[4]), given[5])
