"""``decay``: the nearer to the order, the more; half as much for every half-life further back.

Weights are the integers ``round(2^32 x 2^(-(t_last - t) / h))`` relative to the last valid touch, so that every
machine computes the same fractions. The last touch of each creator earns.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal

from fanshare.core.attribution.collapse import Credits, in_parts, last_per_creator
from fanshare.core.terms import Terms
from fanshare.core.touches import Touch

_CONTEXT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_ONE = Decimal(2**32)


def weight(age: int, half_life: int) -> int:
    """``round(2^32 x 2^(-age / half_life))``; both in microseconds, ``age >= 0``, ``half_life > 0``."""
    if age >= 40 * half_life:
        return 0
    exponent = _CONTEXT.divide(Decimal(-age), Decimal(half_life))
    return int(_CONTEXT.multiply(_ONE, _CONTEXT.power(Decimal(2), exponent)).to_integral_value(ROUND_HALF_EVEN))


def credit(touches: Sequence[Touch], terms: Terms) -> Credits:
    """In proportion to the decayed weight of each creator's last touch; what rounds to nothing earns nothing."""
    chosen = last_per_creator(touches)
    newest = touches[-1].at
    return in_parts(chosen, [weight(newest - touch.at, terms.half_life) for touch in chosen])
