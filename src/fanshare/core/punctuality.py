"""How promptly a programme pays: half of what became ready was paid within so many days, or has waited longer."""

from collections.abc import Sequence
from dataclasses import dataclass

from fanshare.core.instants import DAY, Instant

#: Below this many shares nothing is said: a few lucky ones say nothing about a habit.
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Ripened:
    """A share that became ready, and when it was paid, if it was."""

    ready_at: Instant
    paid_at: Instant | None


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Half of ``shares`` shares were paid within ``days`` days; with ``unpaid`` half have waited at least that long."""

    days: int
    unpaid: bool
    shares: int


def punctuality(found: Sequence[Ripened], now: Instant) -> Punctuality | None:
    """The upper median of the waiting times; ``None`` below ``FEWEST``. Begun days count as days when paid.

    What is not paid has waited until now and stands behind everything paid: that is right while all shares looked at
    became ready at least as long ago as the answer says.
    """
    if len(found) < FEWEST:
        return None
    waited = sorted(
        (one.paid_at is None, (now if one.paid_at is None else one.paid_at) - one.ready_at) for one in found
    )
    unpaid, middle = waited[len(waited) // 2]
    days = middle // DAY if unpaid else -(-max(0, middle) // DAY)
    return Punctuality(days, unpaid, len(found))
