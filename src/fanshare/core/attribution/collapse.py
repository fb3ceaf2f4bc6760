"""What the policies share: a credit, and a creator's touches collapsed to one."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from fanshare.core.touches import Touch


class Credit(NamedTuple):
    """A creator's exact part of an order and the touch that earned it (whose terms give rate and hold)."""

    fraction: Fraction
    touch: Touch


type Credits = dict[int, Credit]

WHOLE = Fraction(1)


def first_per_creator(touches: Sequence[Touch]) -> list[Touch]:
    """Each creator's first touch, in order of time."""
    found: dict[int, Touch] = {}
    for touch in touches:
        found.setdefault(touch.creator, touch)
    return list(found.values())


def last_per_creator(touches: Sequence[Touch]) -> list[Touch]:
    """Each creator's last touch, in order of time."""
    return sorted({touch.creator: touch for touch in touches}.values(), key=lambda touch: touch.order_key)


def in_parts(touches: Sequence[Touch], weights: Sequence[int]) -> Credits:
    """Credits in proportion to positive integer weights: exact fractions that sum to 1."""
    whole = sum(weights)
    return {
        touch.creator: Credit(Fraction(weight, whole), touch)
        for touch, weight in zip(touches, weights, strict=True)
        if weight > 0
    }
