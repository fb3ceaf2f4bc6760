"""The newest proof of each programme's books is kept: when, at which size of the log, and what did not hold."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.flows.checks.finding import Finding
from fanshare.store import log_store
from fanshare.store.access import Access

_KEEP = """
INSERT INTO proof (programme_id, at, log_size, checks, offences)
VALUES (%(programme_id)s, %(at)s, %(size)s, %(checks)s, %(offences)s::jsonb)
ON CONFLICT (programme_id) DO UPDATE
   SET at = excluded.at, log_size = excluded.log_size, checks = excluded.checks, offences = excluded.offences
"""
_NEWEST = "SELECT at, log_size, checks, offences FROM proof WHERE programme_id = %(programme_id)s"


class Proof(NamedTuple):
    """When the books were proved; ``offences`` names the checks that failed, each with what was found."""

    at: Instant
    log_size: int
    checks: int
    offences: dict[str, str]


def keep(access: Access, findings: Sequence[Finding], now: Instant) -> None:
    """Keep what ``check`` found; the one before is forgotten."""
    offences = {one.name: one.message[:1_000] for one in findings if not one.ok}
    values: dict[str, Any] = {"at": now, "checks": len(findings), "offences": json.dumps(offences)}
    access.execute(_KEEP, {**values, "size": log_store.tree(access).frontier.size})


def newest(access: Access) -> Proof | None:
    """The newest proof, ``None`` while there was none."""
    row = access.fetch_one(_NEWEST)
    return None if row is None else Proof(*row)
