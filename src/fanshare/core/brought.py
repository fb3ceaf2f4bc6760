"""What brought a sale: the one link or code by which a creator's part of an order is hers, and what that part came to.

A policy gives every creator of an order one part and one touch that earned it (``fanshare.core.attribution``), so each
part counts for exactly one link or code, or for the decision of a person. Where an order is divided between creators
each one's link or code shows her own part. A sum over all of them is therefore what she earned as a creator.
"""

from enum import StrEnum
from typing import NamedTuple

from fanshare.core.money import Micros
from fanshare.core.settlement import Part
from fanshare.core.touches import Touch, TouchKind


class By(StrEnum):
    """What a part is hers by. An old link of another tool is the link that it has become."""

    LINK = "link"
    CODE = "code"
    RULING = "ruling"
    NOTHING = "none"  # the credit was taken away


class Brought(NamedTuple):
    """What decided a part (``asset``: the id of the link or code, 0 for none), the commission on it (creator, fan and
    buyer together), and the creator's share, in micros."""

    by: By
    asset: int
    commission: Micros
    earned: Micros


NOTHING = Brought(By.NOTHING, 0, 0, 0)


def decided_by(touch: Touch) -> tuple[By, int]:
    """What stands behind the touch that earned a part; a ruling puts a touch without a link or code in its place."""
    if not touch.asset:
        return By.RULING, 0
    return (By.CODE if touch.kind is TouchKind.CODE else By.LINK), touch.asset


def brought(part: Part) -> Brought:
    """What a settled part says of it."""
    return Brought(*decided_by(part.credit.touch), part.pool, part.shares.creator)
