"""What a check found."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Offence(NamedTuple):
    """One thing that is not as it must be: where, what is recorded, what it should be."""

    where: str
    recorded: str
    expected: str


def compare(where: str, recorded: object, expected: object) -> Iterator[Offence]:
    """An offence where the two differ."""
    if recorded != expected:
        yield Offence(where, str(recorded), str(expected))


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check: what it proves, and the first offender if there is one."""

    name: str
    claim: str
    offence: Offence | None

    @property
    def ok(self) -> bool:
        """Whether the claim holds."""
        return self.offence is None

    @property
    def message(self) -> str:
        """One line for people."""
        if self.offence is None:
            return self.claim
        return f"{self.offence.where}: recorded {self.offence.recorded}, expected {self.offence.expected}"
