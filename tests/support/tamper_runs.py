"""Payout runs in the books that are edited behind their back."""

from fanshare.core.instants import HOUR, Instant
from fanshare.core.payout_item import Answer, Said
from fanshare.core.payout_runs import Planned
from fanshare.flows import payout_runs
from fanshare.flows.context import Programme
from fanshare.flows.payout_runs import Told
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries import payout_steps


def runs_are_paid(programme: Programme, now: Instant) -> None:
    """Two runs: paid to the cent, on its way, back, one who was stopped before sending, and one that was decided."""
    paid = [(1, "EUR", 1_000_000), (1, "USD", 2_000_000), (11, "EUR", 300_000), (21, "EUR", 200_000)]
    first = _a_run(programme, paid, now, stopped=11)
    arrived = Told(first[1, "EUR"], Answer(Said.ARRIVED, now, 1_000_000, "EUR"))
    back = Told(first[21, "EUR"], Answer(Said.CAME_BACK, now), "account closed")
    accepted = Told(first[1, "USD"], Answer(Said.ACCEPTED, now))
    payout_runs.tell(programme, 1, [arrived, accepted], "Bea", now + 3 * HOUR)
    payout_runs.tell(programme, 1, [back], "Bea", now + 4 * HOUR)
    second = _a_run(programme, [(11, "EUR", 150_000), (21, "EUR", 110_000)], now + 5 * HOUR)
    other = Told(second[21, "EUR"], Answer(Said.ARRIVED, now, 100_000, "EUR"))
    accepted = Told(second[11, "EUR"], Answer(Said.ACCEPTED, now))
    payout_runs.tell(programme, 2, [other, accepted], "Bea", now + 8 * HOUR)
    payout_runs.decide(programme, 2, second[21, "EUR"], True, "the bank took a cent", "Bea", now + 9 * HOUR)


def _a_run(
    programme: Programme, paid: list[tuple[int, str, int]], now: Instant, *, stopped: int = 0
) -> dict[tuple[int, str], str]:
    """A run that pays parts of what is ready, planned, approved and sent within two hours; its references."""
    access = programme.access
    run = payout_steps.add(access, payout_runs.MANUAL, "Bea", [Planned(*one, 0) for one in paid], now)
    payout_runs.approve(programme, run, "Otto", now + HOUR)
    if stopped:
        rows.stop(access, stopped, "asks for another account", now + HOUR)
    sent = payout_runs.send(programme, run, "Otto", now + 2 * HOUR)
    rows.go_on(access, stopped)
    return {(row.party, row.item.currency): row.item.frozen.key for row in sent if row.item.frozen}
