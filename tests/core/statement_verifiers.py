"""Both verifiers under one signature, so that one test speaks for both."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from fanshare.core.notes import parse_key
from fanshare.core.settlement_leaf import LineEntry
from fanshare.core.statement_check import verify
from fanshare.store.signing import verify as verify_signature
from fanshare.verifier import fanshare_verify

type Outcome = dict[str, str]
type Verifier = Callable[..., Outcome]


def by_core(statement: Any, older: Any = None, keys: list[str] | None = None) -> Outcome:
    trusted = None if keys is None else [parse_key(key) for key in keys]
    report = verify(statement, verify_signature, older=older, trusted_keys=trusted)
    return {check.name: check.status for check in report.checks} | {"ok": str(report.ok)}


def by_one_file(statement: Any, older: Any = None, keys: list[str] | None = None) -> Outcome:
    report = fanshare_verify.verify(statement, older, keys)
    return {check.name: check.status for check in report.checks} | {"ok": str(report.ok)}


VERIFIERS: list[Verifier] = [by_core, by_one_file]
each_verifier = pytest.mark.parametrize("check", VERIFIERS, ids=["core", "one file"])


def failed(outcome: Outcome) -> set[str]:
    return {name for name, status in outcome.items() if status == "failed"}


def worked(net: int, introduced: bool) -> dict[str, Any]:
    """The facts of the worked case: one line at 12 %, the fan's part 20 %, the buyer's 5 %."""
    pool = net * 1200 // 10_000
    return {
        "decided_by": "fan_link" if introduced else "creator_link",
        "decided_on": "2026-11-14",
        "introduced_by": "fan_link" if introduced else None,
        "introduced_on": "2026-11-14" if introduced else None,
        "credit": Fraction(1),
        "lines": (LineEntry("1", net, 59_000_000, pool, "percent", bps=1200),),
        "uncapped": pool,
        "caps": (),
        "pool": pool,
        "fan_bps": 2000 if introduced else 0,
        "buyer_bps": 500,
        "reasons": (),
    }
