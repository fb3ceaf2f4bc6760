"""How sure a count or a rate is: intervals that hold in 19 of 20 cases, in integers, rounded outwards.

Of a rate by the score interval of E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
Inference", JASA 22 (1927) 209-212, which Brown, Cai and DasGupta (Statistical Science 16, 2001) recommend. Of a count
by Byar's approximation of the exact Poisson interval (Breslow and Day, "Statistical Methods in Cancer Research" II,
IARC 1987, page 69).
"""

from dataclasses import dataclass
from math import isqrt

#: A rate is counted in parts per million.
MILLION = 1_000_000
#: Below this many orders nothing is compared: a few lucky ones say nothing about a creator.
FEWEST = 20

#: 1.959964, the 97.5 % point of the normal distribution, and its square, in millionths and rounded up.
_Z = 1_959_964
_Z_SQUARED = 3_841_459
#: 3.617364: as good for all 168 hours of a week together (O. J. Dunn, "Multiple Comparisons Among Means", JASA 56
#: (1961) 52-64, after Bonferroni), rounded up.
OF_A_WEEK = 3_617_364


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``, both included."""

    low: int
    high: int


def rate(hits: int, trials: int) -> Interval:
    """Between what rates (parts per million) the true one lies after ``hits`` of ``trials``; all of them after none.

    Raises ``ValueError`` for fewer than no hits or for more hits than trials.
    """
    if not 0 <= hits <= trials:
        raise ValueError("a rate needs from no hits up to as many as there were trials")
    if not trials:
        return Interval(0, MILLION)
    middle = trials * (2 * hits * MILLION + _Z_SQUARED)
    inside = trials * (trials * _Z_SQUARED**2 + 4 * _Z_SQUARED * MILLION * hits * (trials - hits))
    spread, whole = _root_up(inside * MILLION**2), 2 * trials * (trials * MILLION + _Z_SQUARED)
    low, high = (middle * MILLION - spread) // whole, -((-middle * MILLION - spread) // whole)
    return Interval(max(0, low), min(MILLION, high))


def count(seen: int) -> Interval:
    """Between which numbers the expected one lies where ``seen`` happened. Raises ``ValueError`` below zero."""
    fine = count_finely(seen)
    return Interval(fine.low // MILLION, -(-fine.high // MILLION))


def count_finely(seen: int, z: int = _Z) -> Interval:
    """The same in millionths of one; ``z`` is another point of the normal distribution, in millionths.

    Whoever looks at so many counts and names those that stand out needs a point further out (``OF_A_WEEK``).
    """
    if seen < 0:
        raise ValueError("nothing happens less than never")
    low = _byar(seen, -z) if seen else 0
    return Interval(max(0, low), _byar(seen + 1, z))


def apart(one: Interval, other: Interval) -> bool:
    """Whether two intervals have nothing in common, so that the data can tell which is higher."""
    return one.high < other.low or other.high < one.low


def _byar(seen: int, z: int) -> int:
    """``seen (1 - 1 / (9 seen) + z / (3 sqrt(seen)))^3`` in millionths, away from ``seen`` by less than two of them."""
    root = isqrt(seen * MILLION**2)
    inner = MILLION - MILLION // (9 * seen) + z * MILLION // (3 * root)
    return seen * inner**3 // MILLION**2


def _root_up(square: int) -> int:
    root = isqrt(square)
    return root if root * root == square else root + 1
