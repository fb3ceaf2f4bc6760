"""A programme's days of paying: chosen by a person, told to everybody, and met by a run that waits for a person."""

from datetime import date
from typing import NamedTuple

from psycopg import errors

from fanshare.core import payout_schedule as core
from fanshare.core.errors import ConflictError
from fanshare.core.instants import Instant, local_date, zone
from fanshare.core.payout_runs import SCHEDULE
from fanshare.core.payout_schedule import Schedule
from fanshare.flows import payout_runs
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.payout_holds import refuse_if_held
from fanshare.store.access import RETRYABLE, Access
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import payout_schedule as rows

_BUSY = ConflictError("busy", "Somebody else was working on the payouts at that moment.")


class Late(NamedTuple):
    """A day of paying that has come, and why its run is not planned yet: an English sentence, as errors say it."""

    day: date
    why: str


def choose(access: Access, tenant: Tenant, schedule: Schedule | None, now: Instant) -> None:
    """Pay on these days from tomorrow on, or on none. What a run has planned stays planned."""
    rows.put(access, schedule, local_date(now, zone(tenant.time_zone)).isoformat())


def plan_due(programme: Programme, tenant: Tenant, now: Instant) -> int | None:
    """Plan the run of a day of paying that has come, once; no money moves until a person approves it.

    ``None`` where no day is due, and where nothing is ready on it: then the day is over without a run. Whatever else is
    in the way (payouts are held, somebody else works on them) passes: the day stays due, and why it waits is kept.
    """
    day = _due(tenant, now)
    if day is None:
        return None
    try:
        refuse_if_held(programme.access)
        return _plan(programme, day, now)
    except ConflictError as error:
        rows.put_problem(programme.access, day.isoformat(), error.message)
    except (*RETRYABLE, errors.LockNotAvailable):
        rows.put_problem(programme.access, day.isoformat(), _BUSY.message)
        raise
    return None


def _plan(programme: Programme, day: date, now: Instant) -> int | None:
    """The run of a day that is due: planned and the day over, or nothing of both."""
    with programme.access.transaction():
        if not rows.mark(programme.access, day.isoformat()):
            return None
        try:
            with programme.access.transaction():
                run, _ = payout_runs.plan(programme, SCHEDULE, now)
        except ConflictError as error:
            if error.code != "empty_run":
                raise
            return None
        noted(programme.access, "payout.plan", now, f"run {run}")
        return run


def late(tenant: Tenant, now: Instant) -> Late | None:
    """The day whose run could not be planned yet, and why; ``None`` where nothing is in its way."""
    day = _due(tenant, now)
    return Late(day, tenant.pays_problem) if day is not None and tenant.pays_problem else None


def _due(tenant: Tenant, now: Instant) -> date | None:
    if tenant.schedule is None or tenant.pays_since is None:
        return None
    return core.due(tenant.schedule, date.fromisoformat(tenant.pays_since), now, zone(tenant.time_zone))
