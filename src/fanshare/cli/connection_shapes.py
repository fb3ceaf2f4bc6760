"""How connections and their health are written, for machines and for people."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.flows.connections import Connection
    from fanshare.flows.health import ConnectionHealth


def document(desk: "Desk", one: "Connection") -> dict[str, Any]:
    """A connection without its secrets."""
    from fanshare.cli.shapes import when

    return {
        "id": str(one.id),
        "kind": one.kind,
        "endpoint": one.endpoint,
        "delivery_url": desk.address(f"/hooks/{one.endpoint}"),
        "shop": one.base_url,
        "hosts": list(one.settings.get("hosts", ())),
        "on": one.on,
        "can_be_asked": one.can_fetch,
        "last_heard_at": when(one.last_heard_at),
    }


def health(one: "ConnectionHealth") -> dict[str, Any]:
    """The health of a connection: the line, the findings, the counts of seven days, and each day."""
    from fanshare.cli.shapes import when

    facts = one.facts
    return {
        "endpoint": one.endpoint,
        "kind": one.kind,
        "level": one.health.level.name.lower(),
        "summary": one.health.summary,
        "last_heard_at": when(facts.heard_at),
        "last_asked_at": when(facts.asked_at),
        "missed_today": facts.missed_today,
        "missed": facts.missed,
        "refused": facts.refused,
        "retaken": facts.retaken,
        "parked": facts.parked,
        "off_seconds": facts.off_seconds,
        "webhooks_checked_at": when(facts.webhooks_checked_at),
        "relisted_at": when(one.listed_at),
        "relisted": one.listed,
        "findings": [
            {"level": each.level.name.lower(), "code": each.code, "sentence": each.sentence}
            for each in one.health.findings
        ],
        "days": [
            {
                "day": day.day,
                "accepted": day.accepted,
                "missed": day.missed,
                "refused": day.refused,
                "off_seconds": day.off_seconds,
            }
            for day in one.days
        ],
    }
