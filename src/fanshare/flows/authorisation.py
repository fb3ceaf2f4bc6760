"""Who may do what: the one table. A route, a view and a command ask here and nowhere else.

An operation is a word such as ``connections.see``; the table says which roles may do it. Whoever signed in wears hats:
a role, in a programme (an operator's hat is good for every programme). Nobody without a hat may do anything but what
``Role.ANYBODY`` may, and an operation that is not in the table is nobody's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Whom an operation is for."""

    ANYBODY = "anybody"
    CREATOR = "creator"
    FAN = "fan"
    BRAND = "brand"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Seat:
    """Which row somebody is: a party, a brand person, an operator (whose programme is 0). What a session keeps."""

    role: Role
    programme_id: int
    id: int


@dataclass(frozen=True, slots=True)
class Hat:
    """A seat as it is now, with the names a page shows. ``slug`` is a creator's page, empty for others."""

    seat: Seat
    programme: str = ""
    programme_name: str = ""
    name: str = ""
    slug: str = ""

    @property
    def role(self) -> Role:
        """The role."""
        return self.seat.role


_EVERYBODY = frozenset({Role.ANYBODY})
_SIGNED_IN = frozenset({Role.CREATOR, Role.FAN, Role.BRAND, Role.OPERATOR})
_HOUSE = frozenset({Role.BRAND, Role.OPERATOR})

#: Operation -> roles. What concerns a programme is granted in that programme alone.
MATRIX: Mapping[str, frozenset[Role]] = {
    "public.start": _EVERYBODY,
    "public.creator": _EVERYBODY,
    "public.terms": _EVERYBODY,
    "public.why": _EVERYBODY,  # by a token that only the party holds
    "public.demo": _EVERYBODY,
    "sign_in": _EVERYBODY,
    "mail.stop": _EVERYBODY,  # by a token that only the recipient holds
    "home": _SIGNED_IN,
    "sign_out": _EVERYBODY,
    "connections.see": _HOUSE,
}


def allowed(operation: str, hats: Iterable[Hat], programme: str | None = None) -> bool:
    """Whether somebody with these hats may do it; ``programme`` is the short name of the one it concerns, if any.

    Raises ``KeyError`` for an operation that is not in the table: a fault of the program.
    """
    roles = MATRIX[operation]
    if Role.ANYBODY in roles:
        return True
    return any(
        hat.role in roles and (programme is None or hat.role is Role.OPERATOR or hat.programme == programme)
        for hat in hats
    )
