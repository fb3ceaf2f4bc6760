"""Everything that comes to somebody from one programme: what waits, what is ready, and what a run has taken.

Parts come to exactly what stands on the accounts: what no share explains, such as an amount that moved in, is a part
without a day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial

from fanshare.core.coming import Coming, day_of_run, days_late, passed
from fanshare.core.instants import Instant, from_datetime, local_date, zone
from fanshare.core.money import Micros
from fanshare.core.payment_clock import Clock, Days, Share, Step, Wait, Waiting, clock, payee_clock
from fanshare.core.payout_item import State
from fanshare.core.payout_runs import Ready
from fanshare.core.rails import least
from fanshare.flows import payment_clock
from fanshare.store.access import Access, Connection
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import coming as rows
from fanshare.store.queries import tenants
from fanshare.store.queries.coming import Found, InRun

#: Not sent yet: the money still stands on the account of what is ready.
_UNSENT = frozenset({State.PLANNED, State.APPROVED})
type Standing = Mapping[tuple[int, str], tuple[Ready, Micros]]


def coming(access: Access, tenant: Tenant, party: int, now: Instant) -> list[Coming]:
    """In at most six statements, however many shares there are."""
    found = rows.read(access, party, tenant.time_zone)
    currencies = sorted({currency for currency, _ in found.stands} | {one.currency for one in found.runs})
    if not currencies:
        return []
    standing = payment_clock.standing_next(access, [(party, one) for one in currencies], now)
    today, days = local_date(now, zone(tenant.time_zone)), partial(tenant.pays, now=now)
    parts = [*_waiting(found, standing, party, days), *_ready(access, found, standing, party, tenant, now)]
    parts += [_in_run(one, standing.get((party, one.currency)), tenant, days, today) for one in found.runs]
    smallest = {currency: max(rule, least(one.kind)) for (_, currency), (one, rule) in standing.items()}
    return [_whole(one, tenant, smallest.get(one.currency, 0)) for one in parts if one.amount > 0]


def of_creator(conn: Connection, programme: int, party: int, now: Instant) -> tuple[Tenant, list[Coming]]:
    """Of one of the programmes that somebody is in: which one it is, and what comes from it."""
    tenant = tenants.by_id(conn, programme)
    return tenant, coming(Access(conn, programme, f"creator:{party}"), tenant, party, now)


def late(access: Access, tenant: Tenant, party: int, now: Instant) -> list[Coming]:
    """What of it a day of paying has passed by."""
    return [] if tenant.schedule is None else [one for one in coming(access, tenant, party, now) if one.late]


def _waiting(found: Found, standing: Standing, party: int, days: Days) -> Iterator[Coming]:
    """What becomes ready later, a part a day, and what no share explains."""
    rest = {place: amount for place, amount in found.stands.items() if place[1] != "available"}
    for one in found.waits:
        payee, _ = standing.get((party, one.currency)) or (Ready(party, one.currency, 0), 0)
        share = Share(one.amount, one.bucket, one.matures_at, one.held_until)
        yield Coming(one.currency, one.amount, clock(share, payee, {}, (), days))
        rest[one.currency, one.bucket] = rest.get((one.currency, one.bucket), 0) - one.amount
    for (currency, kind), amount in sorted(rest.items()):
        yield Coming(currency, amount, Clock(Step.CHECKED if kind == "held" else Step.WAITING))


def _ready(
    access: Access, found: Found, standing: Standing, party: int, tenant: Tenant, now: Instant
) -> Iterator[Coming]:
    """What is ready and in no run; split where a day of paying passed by what was ready before it alone."""
    tz, days = zone(tenant.time_zone), partial(tenant.pays, now=now)
    today = local_date(now, tz)
    since = None if tenant.pays_since is None else date.fromisoformat(tenant.pays_since)
    for currency in sorted({one for one, kind in found.stands if kind == "available"}):
        taken = sum(one.amount for one in found.runs if one.currency == currency and one.taker.state in _UNSENT)
        amount = found.stands[currency, "available"] - taken
        payee, rule = standing.get((party, currency)) or (Ready(party, currency, 0), 0)
        waits, day = payee_clock(payee, {payee.currency: rule}, now, days)
        known = Clock(Step.READY, None, day, waits=waits or (Waiting(Wait.RUN if day is None else Wait.DAY),))
        missed = passed(tenant.schedule, since, today)
        if missed is not None and amount > 0 and days_late(known, missed, today):
            begins = from_datetime(datetime.combine(missed, time(0), tz))
            old = max(0, amount - rows.came_since(access, party, begins).get(currency, 0))
            yield Coming(currency, old, known, missed, days_late(known, missed, today))
            amount -= old
        yield Coming(currency, amount, known)


def _in_run(one: InRun, standing: tuple[Ready, Micros] | None, tenant: Tenant, days: Days, today: date) -> Coming:
    payee = Ready(0, one.currency, 0) if standing is None else standing[0]
    since = one.taker.planned_at
    known = clock(Share(one.amount, "available", None, None, since), payee, {}, [one.taker], days)
    planned = local_date(since, zone(tenant.time_zone))
    day = day_of_run(tenant.schedule, planned, by_schedule=one.by_schedule)
    return Coming(one.currency, one.amount, known, day, days_late(known, day, today))


def _whole(one: Coming, tenant: Tenant, smallest: Micros) -> Coming:
    ready = one.clock.ready_at
    day = one.day or one.clock.day or (None if ready is None else local_date(ready, zone(tenant.time_zone)))
    return replace(one, day=day, least=smallest)
