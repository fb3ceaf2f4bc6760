"""A creator's goal as everybody may see it: as of the beginning of the day, and how many gave only from twenty up."""

from datetime import datetime, time

from fanshare.core.instants import Instant, from_datetime, local_date, zone
from fanshare.store.queries import goals
from fanshare.store.queries.tenants import Access, Tenant
from fanshare.web.pages_port import PublicGoal

#: With fewer people than this nothing is said about how many they are.
FEWEST = 20


def public_goal(access: Access, tenant: Tenant, creator: int, now: Instant) -> PublicGoal | None:
    """The goal that still takes something; none for most creators."""
    tz = zone(tenant.time_zone)
    day = from_datetime(datetime.combine(local_date(now, tz), time(0), tz))
    found = goals.running(access, [creator], now, day=day)
    if not found:
        return None
    (goal,) = found
    givers = goals.givers(access, goal.id, day)
    told = givers if givers >= FEWEST else None
    return PublicGoal(goal.title, goal.words, goal.target, goal.currency, goal.percent, goal.ends_at - 1, told)
