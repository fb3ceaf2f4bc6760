"""Reads by the programme's public name, for the pages: who there is, and under which terms."""

from typing import Any

import psycopg

from fanshare.core.instants import Instant
from fanshare.store import directory
from fanshare.store.access import Access
from fanshare.store.directory import Programme as Tenant

__all__ = [
    "Access",
    "Tenant",
    "access",
    "all_tenants",
    "all_terms",
    "by_id",
    "demo_report",
    "founded_at",
    "newest_terms",
    "newest_version",
    "tenant",
]

type Connection = psycopg.Connection[tuple[Any, ...]]
type TermsRow = tuple[int, str, Instant]

_TERMS = """
SELECT version, document, effective_at FROM terms WHERE programme_id = %(programme_id)s ORDER BY version
"""
_NEWEST = "SELECT coalesce(max(version), 0) FROM terms WHERE programme_id = %(programme_id)s"


def all_tenants(conn: Connection) -> list[Tenant]:
    """All programmes, oldest first."""
    return directory.programmes(conn)


def tenant(conn: Connection, slug: str) -> Tenant | None:
    """The programme of that short name."""
    return next((one for one in directory.programmes(conn) if one.slug == slug), None)


def by_id(conn: Connection, programme_id: int) -> Tenant:
    """The programme of a number that is known to exist."""
    return directory.programme_with_id(conn, programme_id)


def access(conn: Connection, one: Tenant) -> Access:
    """The pages' access to a programme."""
    return Access(conn, one.id, "pages")


def all_terms(conn: Connection, one: Tenant) -> list[TermsRow]:
    """Every version of a programme's terms (number, document, effective from), oldest first."""
    return [(row[0], row[1], row[2]) for row in access(conn, one).fetch(_TERMS)]


def newest_terms(conn: Connection, one: Tenant) -> TermsRow | None:
    """The version that was published last."""
    rows = all_terms(conn, one)
    return rows[-1] if rows else None


def newest_version(access: Access) -> int:
    """The number of the version that was published last; 0 where there is none."""
    return int(access.value(_NEWEST))


def founded_at(conn: Connection) -> dict[int, Instant]:
    """When each programme was founded, by its row id."""
    return {row[0]: row[1] for row in conn.execute("SELECT id, created_at FROM programme")}


def demo_report(conn: Connection) -> str | None:
    """What a demonstration left to show, on an installation that is marked as one."""
    return directory.fact(conn, "demo report") if directory.fact(conn, "demo") else None
