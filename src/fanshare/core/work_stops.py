"""Who paused a link or a code, and who may let it count again: each side takes back its own word and no other's.

What is paused by both sides goes on when both let it. What is written down of no side is older than that rule, and
either may take it back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fanshare.core.errors import ConflictError


class Side(StrEnum):
    """Whose word it is."""

    BRAND = "brand"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause in force. ``whole``: of all that a creator does here, which only a brand pauses."""

    by: Side
    whole: bool = False


def resumes(pauses: Iterable[Pause], by: Side) -> bool:
    """Whether one link or code counts again once this side has taken its own pause of it back.

    Raises ``ConflictError`` where that side has none to take back and the other's word stands: ``work_paused``,
    ``paused_by_brand``, ``paused_by_owner``.
    """
    known = set(pauses)
    own = Pause(by)
    others = known - {own}
    if not others or own in known:
        return not others
    if Pause(Side.BRAND, whole=True) in others:
        raise ConflictError(
            "work_paused", "The brand has paused everything of this creator; only it can let that go on, as a whole."
        )
    if by is Side.OWNER:
        raise ConflictError("paused_by_brand", "The brand has paused this; only the brand can let it count again.")
    raise ConflictError("paused_by_owner", "Whose it is has paused this herself; only she can let it count again.")
