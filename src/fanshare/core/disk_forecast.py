"""When a disk will be full, from what was measured on each of the last days.

The pace is the median of the paces between all pairs of days (Theil 1950, Sen 1968): a backup that was made or thrown
away, a day of sales, moves it hardly. Whole numbers throughout.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from fanshare.core.instants import DAY, Instant

#: Fewer days than this say nothing about a habit.
SHORTEST = 3 * DAY
#: What is further back says nothing about now.
LONGEST = 30 * DAY


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found at one time: bytes of the database, bytes free and in all where it lies."""

    at: Instant
    database: int
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """How the database grows and how the disk fills, in bytes a day; either may be negative.

    ``full_in`` is how long, in whole days, the free space lasts at the faster of the two paces; ``None`` while neither
    takes anything.
    """

    growth: int
    filling: int
    full_in: int | None


def forecast(measured: Sequence[Measured], free: int) -> Forecast | None:
    """Where it leads, with ``free`` bytes left now; ``None`` before three days are known of this disk."""
    known = _of_this_disk(measured)
    if not known or known[-1].at - known[0].at < SHORTEST:
        return None
    growth = _pace((one.at, one.database) for one in known)
    filling = -_pace((one.at, one.free) for one in known)
    fastest = max(growth, filling)
    return Forecast(growth, filling, max(0, free) // fastest if fastest > 0 else None)


def _of_this_disk(measured: Sequence[Measured]) -> list[Measured]:
    """The last month, as far back as it is the same disk: another size is another disk, or another machine."""
    ordered = sorted(measured, key=lambda one: one.at)
    kept: list[Measured] = []
    for one in reversed(ordered):
        if one.total != ordered[-1].total or ordered[-1].at - one.at > LONGEST:
            break
        kept.append(one)
    return kept[::-1]


def _pace(points: Iterable[tuple[Instant, int]]) -> int:
    """Bytes a day: the lower median over all pairs, each rounded down."""
    paces = sorted((b[1] - a[1]) * DAY // (b[0] - a[0]) for a, b in combinations(points, 2) if b[0] > a[0])
    return paces[(len(paces) - 1) // 2] if paces else 0
