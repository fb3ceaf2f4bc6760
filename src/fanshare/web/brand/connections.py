"""How the shop connections are doing: last heard, missed and fetched, what to look at. For the brand and the operator.

The sentences are those of the doctor, which speaks English.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.shortcuts import render

from fanshare.core.health import Level, ago
from fanshare.core.instants import HOUR, MINUTE, SECOND
from fanshare.flows.authorisation import Hat, Role
from fanshare.flows.health import ConnectionDay, ConnectionHealth, connection_health
from fanshare.store.queries import tenants
from fanshare.web import site
from fanshare.web.authorisation import hats, require
from fanshare.web.brand.who import may
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.exports import exported, wished
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.said import in_her_words
from fanshare.web.seated import page, seated

#: Programmes on one page; each costs a few queries.
AT_ONCE = 50

KINDS = {
    "woocommerce": "WooCommerce",
    "shopify": "Shopify",
    "stripe": "Stripe",
    "generic": later("Signed orders"),
    "postback": later("Postbacks"),
    "import": later("Orders from files"),
}
_STATES = {
    Level.OK: ("ready", "circle-check", later("all is well")),
    Level.WARN: ("waiting", "search-check", later("look at this")),
    Level.BAD: ("checked", "triangle-alert", later("needs you")),
}


#: Counts are of the days that the page shows.
_COLUMNS = ("kind", "shop", "deliveries_end_in", "state", "summary", "to_look_at", "accepted", "missed", "refused")


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day: its name, its counts, for how long the connection was off."""

    name: str
    counts: ConnectionDay
    off: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One connection as the page words it. ``days`` are those on which something happened."""

    id: int
    name: str
    place: str
    endpoint: str
    state: tuple[str, str, str]
    summary: str
    findings: tuple[str, ...]
    asks: bool
    asked: str
    webhooks: str
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One programme in the list of all."""

    slug: str
    name: str
    count: int
    state: str
    words: str


@seated("connections.see", Role.BRAND, Role.OPERATOR, proposed=True)
def connections(here: Here) -> Any:
    """The connections of one programme; as a file how each is doing."""
    healths = connection_health(here.access, here.now)
    if form := wished(here.request.GET):
        return exported(form, "connections", map(_document, healths), _COLUMNS, cut=False)
    found = [_shown(one, here) for one in healths]
    context = {
        "connections": found,
        "may_look": may(here, "brand.messages"),
        "may_software": may(here, "brand.software"),
        "may_change": may(here, "connections.change"),
        "has_terms": bool(here.programme.book.newest.version),
    }
    return page(here, "brand/connections.html", context)


def _document(one: ConnectionHealth) -> dict[str, Any]:
    counts = {name: sum(getattr(day, name) for day in one.days) for name in ("accepted", "missed", "refused")}
    return {
        "kind": one.kind,
        "shop": one.shop.partition("://")[2],
        "deliveries_end_in": one.endpoint,
        "state": one.health.level.name.lower(),
        "summary": one.health.summary,
        "to_look_at": " ".join(finding.sentence for finding in one.health.findings),
        **counts,
    }


@require("connections.see")
def everywhere(request: Any) -> Any:
    """All programmes the visitor looks after, each with what is worst about its connections."""
    if request.method not in {"GET", "HEAD"}:
        response = error_page(request, 405)
        response.headers["Allow"] = "GET, HEAD"
        return response
    desk = site.of(request).desk
    after = request.GET.get("after", "")
    with desk.open() as conn:
        mine = [one for one in tenants.all_tenants(conn) if _may_see(hats(request), one.slug)]
        first = 1 + next((place for place, one in enumerate(mine) if one.slug == after), -1)
        listed = mine[first : first + AT_ONCE]
        rows = [_row(one, connection_health(tenants.access(conn, one), desk.clock())) for one in listed]
    more = listed[-1].slug if first + AT_ONCE < len(mine) else ""
    return render(request, "brand/all_connections.html", {"rows": rows, "more": more, "after": after})


def _may_see(worn: tuple[Hat, ...], slug: str) -> bool:
    return any(hat.role is Role.OPERATOR or (hat.role is Role.BRAND and hat.programme == slug) for hat in worn)


def _row(tenant: tenants.Tenant, found: list[ConnectionHealth]) -> Row:
    worst = max(found, key=lambda one: one.health.level, default=None)
    level = worst.health.level if worst else Level.WARN
    words = in_her_words(worst.health.summary) if worst else _("no shop is connected yet")
    return Row(tenant.slug, tenant.name, len(found), _(_STATES[level][2]), words)


def _shown(one: ConnectionHealth, here: Here) -> Shown:
    facts, now = one.facts, here.now
    return Shown(
        id=one.id,
        name=_(KINDS.get(one.kind, one.kind)),
        place=one.shop.partition("://")[2],
        endpoint=one.endpoint,
        state=(*_STATES[one.health.level][:2], _(_STATES[one.health.level][2])),
        summary=_sentence(one.health.summary, ""),
        findings=tuple(_sentence(finding.sentence, one.endpoint) for finding in one.health.findings),
        asks=facts.asks,
        asked="" if facts.asked_at is None else in_her_words(ago(now - facts.asked_at)),
        webhooks="" if facts.webhooks_checked_at is None else in_her_words(ago(now - facts.webhooks_checked_at)),
        days=tuple(
            Day(here.calendar.name(date.fromisoformat(day.day)), day, _span(day.off_seconds))
            for day in one.days
            if _something(day)
        ),
    )


def _sentence(text: str, name: str) -> str:
    """In her language, with a capital letter, unless it begins with a name."""
    text = in_her_words(text)
    return text if name and text.startswith(name) else text[:1].upper() + text[1:]


def _something(day: ConnectionDay) -> bool:
    return bool(day.accepted or day.missed or day.refused or day.off_seconds)


def _span(seconds: int) -> str:
    """How long a connection was off on a day: ``-``, ``40 min``, ``3 h``."""
    if not seconds:
        return "-"
    return f"{seconds * SECOND // HOUR} h" if seconds * SECOND >= HOUR else f"{max(1, seconds * SECOND // MINUTE)} min"
