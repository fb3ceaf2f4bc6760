"""The health of the shop connections of a programme, for the command line, the doctor and the pages."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from fanshare.core.health import GRACE, Facts, Health, judge
from fanshare.core.instants import DAY, Instant, utc_day
from fanshare.core.off_time import off_seconds
from fanshare.flows.off_time import histories
from fanshare.store.access import Access
from fanshare.store.queries import health, numbers
from fanshare.store.queries.health import ConnectionRow, DayRow

DAYS = 7
#: Kinds whose webhooks we can make ourselves, with the keys for it.
LOOKED_AFTER = frozenset({"woocommerce", "shopify"})
#: The kind that sends nothing: a person brings its orders.
FROM_FILES = "import"


@dataclass(frozen=True, slots=True)
class ConnectionDay:
    """One UTC day: messages accepted, orders that no message told of, messages refused, seconds switched off."""

    day: str
    accepted: int = 0
    missed: int = 0
    refused: int = 0
    off_seconds: int = 0


@dataclass(frozen=True, slots=True)
class ConnectionHealth:
    """A connection, how it does, and its last seven days, today first."""

    id: int
    kind: str
    endpoint: str
    shop: str
    facts: Facts
    health: Health
    days: tuple[ConnectionDay, ...]
    webhooks_repaired_at: Instant | None
    listed_at: Instant | None
    listed: dict[str, Any]


def connection_health(access: Access, now: Instant) -> list[ConnectionHealth]:
    """Every connection of a programme, oldest first."""
    names = [utc_day(max(0, now - number * DAY)) for number in range(DAYS)]
    rows = health.days(access, names[-1])
    missed = health.missed(access, max(0, now - now % DAY - (DAYS - 1) * DAY))
    history = histories(access)
    gaps = numbers.gaps(access, max(0, now - DAYS * DAY), max(0, now - GRACE))
    return [
        _one(
            row,
            [day for day in rows if day.connection == row.id],
            [at for connection, at in missed if connection == row.id],
            tuple((gap.first, gap.last) for gap in gaps if gap.connection == row.id),
            off_seconds(history.get(row.id, ()), now) if row.id in history else {},
            names,
            now,
        )
        for row in health.connection_rows(access)
    ]


def _one(
    row: ConnectionRow,
    rows: list[DayRow],
    missed: list[Instant],
    never_came: tuple[tuple[int, int], ...],
    off: dict[str, int],
    names: list[str],
    now: Instant,
) -> ConnectionHealth:
    known = {day.day: day for day in rows}
    found: dict[str, int] = {}
    for at in missed:
        found[utc_day(at)] = found.get(utc_day(at), 0) + 1
    days = tuple(
        ConnectionDay(
            name,
            known[name].accepted if name in known else 0,
            found.get(name, 0),
            known[name].refused if name in known else 0,
            off.get(name, 0),
        )
        for name in names
    )
    facts = replace(_facts(row, rows, missed, days, now), never_came=never_came)
    return ConnectionHealth(
        id=row.id,
        kind=row.kind,
        endpoint=row.endpoint,
        shop=row.base_url,
        facts=facts,
        health=judge(facts, now),
        days=days,
        webhooks_repaired_at=row.webhooks_repaired_at,
        listed_at=row.deep_done_at,
        listed=row.deep_found,
    )


def _facts(
    row: ConnectionRow, rows: list[DayRow], missed: list[Instant], days: tuple[ConnectionDay, ...], now: Instant
) -> Facts:
    return Facts(
        endpoint=row.endpoint,
        created_at=row.created_at,
        asks=row.asks,
        sends=row.kind != FROM_FILES,
        looks_after=row.asks and row.kind in LOOKED_AFTER,
        on=row.on,
        uninstalled=not row.on and row.cause == "uninstalled",
        off_since=None if row.on else row.switched_at,
        heard_at=row.heard_at,
        asked_at=row.asked_at,
        problem_code=row.problem_code,
        problem=row.problem,
        problem_at=row.problem_at,
        missed_today=days[0].missed,
        missed=len(missed),
        lost=sum(at < now - GRACE for at in missed),
        refused=sum(day.refused for day in rows),
        retaken=sum(day.retaken for day in rows),
        parked=row.parked,
        off_seconds=sum(day.off_seconds for day in days),
        webhooks_checked_at=row.webhooks_checked_at,
        webhooks_problem=row.webhooks_problem,
    )


def as_reported(access: Access) -> Collection[str]:
    """Endpoints whose orders nobody can ask for: what they say is all there is."""
    return [row.endpoint for row in health.connection_rows(access) if not row.asks]
