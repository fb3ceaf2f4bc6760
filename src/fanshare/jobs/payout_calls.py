"""Sends a programme's payments over the rails that are called, one by one, and asks what became of them."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from fanshare.core.instants import Instant
from fanshare.core.marks import say
from fanshare.core.payout_item import Answer, Said
from fanshare.core.rails import Driver, Drivers
from fanshare.flows import payout_calls, payout_rails
from fanshare.flows.context import Programme
from fanshare.flows.payout_rails import Connected
from fanshare.store.queries.payout_runs import Row

log = structlog.get_logger(__name__)

#: Payments of one rail in one turn: other work of the worker waits meanwhile.
MOST_AT_ONCE = 10

type Clock = Callable[[], Instant]


@dataclass(slots=True)
class CallsDone:
    """What one turn did; ``more``: some rail had as many as a turn takes."""

    looked: int = 0
    sent: int = 0
    more: bool = False


def work_calls(programme: Programme, drivers: Drivers, clock: Clock) -> CallsDone:
    """Look at the payments that are due. A provider that is in trouble is left alone for the rest of the turn."""
    done = CallsDone()
    for rail in payout_rails.connected(programme).values():
        driver = drivers.open(rail.kind, rail.secret, clock)
        try:
            _turn(programme, rail, driver, drivers, clock, done)
        finally:
            driver.close()
    return done


def _turn(
    programme: Programme, rail: Connected, driver: Driver, drivers: Drivers, clock: Clock, done: CallsDone
) -> None:
    for _ in range(MOST_AT_ONCE):
        row = payout_calls.lease(programme, rail.kind, clock())
        if row is None:
            return
        done.looked += 1
        answer = _asked(driver, row)
        if answer is None or answer.said is Said.NOT_FOUND:
            frozen = payout_calls.attempt(programme, row.id, rail.secret, drivers, clock())
            if frozen is not None:
                done.sent += 1
                answer = _believed(driver, row, driver.submit(frozen), clock())
        answer = answer or Answer(Said.SILENT, clock())
        payout_calls.heard(programme, row.id, answer, clock())
        if answer.trouble:
            log.warning("rail_in_trouble", rail=rail.kind, trouble=answer.trouble)
            return
    done.more = True


def _believed(driver: Driver, row: Row, answer: Answer, now: Instant) -> Answer:
    """A refusal, where nothing may have gone before it; a repeat's says nothing where the first can't be looked for."""
    if answer.said is Said.REFUSED and not driver.finds and row.tries > 1:
        return Answer(
            Said.SILENT,
            now,
            trouble=say("%(said)s Whether an earlier attempt went through isn't known.", said=answer.reason),
        )
    return answer


def _asked(driver: Driver, row: Row) -> Answer | None:
    """Asked before anything is sent: books that were restored may not know that it was. ``None`` where it can't be."""
    assert row.item.frozen is not None
    if not driver.finds and not row.item.remote:
        return None
    return driver.ask(row.item.frozen.key, row.item.remote)
