"""Money leaves: by runs, and by single payouts as earlier versions made them."""

from dataclasses import replace

from fanshare.core.errors import ConflictError
from fanshare.core.instants import Instant
from fanshare.core.money import from_minor_units, minor_units
from fanshare.core.payout_item import Answer, Said, State
from fanshare.flows import payout_runs, payouts
from fanshare.flows.context import Programme
from fanshare.flows.payout_runs import Told
from fanshare.flows.payouts import Payout, Step
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries import payout_standing


def pay_what_is_ready(programme: Programme, now: Instant) -> None:
    """Take every run that stands open to its end, then what is ready by a new one. It may be killed anywhere."""
    for run in rows.listed(programme.access):
        _end(programme, run, now)
    if payout_runs.preview(programme.access, now).plan.items:
        made, _ = payout_runs.plan(programme, "Bea", now)
        _end(programme, payout_runs.find(programme.access, made), now)


def _end(programme: Programme, run: rows.Run, now: Instant) -> None:
    if run.state == "planned":
        payout_runs.approve(programme, run.id, "Bea", now)
    sent = payout_runs.send(programme, run.id, "Bea", now)
    told = [
        Told(row.item.frozen.key, Answer(Said.ARRIVED, now))
        for row in sent
        if row.item.frozen and row.item.state is State.SUBMITTED
    ]
    if told:
        payout_runs.tell(programme, run.id, told, "Bea", now)


def plan(programme: Programme, now: Instant) -> list[int]:
    """A payout for everybody who has whole minor units ready; their ids."""
    access = programme.access
    with access.transaction():
        return [
            payouts.begin(access, row.party, row.currency, from_minor_units(units, row.currency), now).id
            for row in payout_standing.ready(access, now)
            if not (row.erased or row.stopped or row.underway) and (units := minor_units(row.balance, row.currency)) > 0
        ]


def send(programme: Programme, payout_id: int, now: Instant) -> Payout:
    """Take a planned payout into transit, never more than is ready now.

    Raises ``ConflictError``: ``wrong_state`` where it is not planned any more, ``nothing_ready``.
    """
    with programme.access.transaction():
        payout = payouts.find(programme.access, payout_id)
        if payout.state != "planned":
            raise ConflictError("wrong_state", f"This payout is {payout.state}.")
        payout_standing.lock_payees(programme.access, [payout.party])
        [found] = [
            row
            for row in payout_standing.ready(programme.access, now, run=0, parties=[payout.party])
            if row.currency == payout.currency
        ]
        amount = min(
            payout.amount, from_minor_units(max(0, minor_units(found.balance, found.currency)), found.currency)
        )
        if not amount:
            raise ConflictError("nothing_ready", "Nothing is ready any more.")
        payouts.walk(programme, [Step(replace(payout, amount=amount), "in_transit")], now)
        return payouts.find(programme.access, payout_id)
