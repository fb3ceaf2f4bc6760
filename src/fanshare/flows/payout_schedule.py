"""A programme's days of paying: chosen by a person, told to everybody, and met by a run that waits for a person."""

from datetime import date

from fanshare.core import payout_schedule as core
from fanshare.core.errors import ConflictError
from fanshare.core.instants import Instant, local_date, zone
from fanshare.core.payout_runs import SCHEDULE
from fanshare.core.payout_schedule import Schedule
from fanshare.flows import payout_runs
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.payout_holds import standing
from fanshare.store.access import Access
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import payout_schedule as rows


def choose(access: Access, tenant: Tenant, schedule: Schedule | None, now: Instant) -> None:
    """Pay on these days from tomorrow on, or on none. What a run has planned stays planned."""
    rows.put(access, schedule, local_date(now, zone(tenant.time_zone)).isoformat())


def plan_due(programme: Programme, tenant: Tenant, now: Instant) -> int | None:
    """Plan the run of a day of paying that has come, once; no money moves until a person approves it.

    ``None`` where no day is due, and where nothing is ready on it: then the day is over without a run. While books that
    were restored are compared the day waits.
    """
    if tenant.schedule is None or tenant.pays_since is None or standing(programme.access) is not None:
        return None
    day = core.due(tenant.schedule, date.fromisoformat(tenant.pays_since), now, zone(tenant.time_zone))
    if day is None:
        return None
    with programme.access.transaction():
        if not rows.mark(programme.access, day.isoformat()):
            return None
        try:
            with programme.access.transaction():
                run, _ = payout_runs.plan(programme, SCHEDULE, now)
        except ConflictError:
            return None
        noted(programme.access, "payout.plan", now, f"run {run}")
        return run
