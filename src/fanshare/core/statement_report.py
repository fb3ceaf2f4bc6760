"""What a verification found: named checks with plain sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

type Status = Literal["ok", "failed", "open", "note"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, how it ended, a plain sentence, and both values where they differ."""

    name: str
    status: Status
    detail: str
    stated: str = ""
    computed: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All checks that could be made, in order."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing failed and nothing was left open."""
        return all(check.status in ("ok", "note") for check in self.checks)

    def check(self, name: str) -> Check:
        """The check of that name. Raises ``KeyError``."""
        return {check.name: check for check in self.checks}[name]


class Finding(Exception):  # noqa: N818 - an outcome, not an error
    """Ends a check with something else than ok; see ``Check`` for the meaning of the values."""

    def __init__(self, status: Status, detail: str, stated: object = "", computed: object = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.stated, self.computed = status, detail, str(stated), str(computed)


def run(name: str, check: Callable[[], str]) -> Check:
    """Run one check: it returns its sentence, or raises a ``Finding``."""
    try:
        return Check(name, "ok", check())
    except Finding as finding:
        return Check(name, finding.status, finding.detail, finding.stated, finding.computed)


def fail(detail: str, stated: object = "", computed: object = "") -> Finding:
    """The finding to raise where something is wrong."""
    return Finding("failed", detail, stated, computed)
