"""What a creator shows of how she works with brands: a copy of what she chose out of her books, on the day of showing.

It holds no earnings, no brand she worked with, no reason why she never wants something, and nothing that she did not
tick or write for it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Never, Post, Trusted
from fanshare.core.workbench.trust import Share, share

#: So many values, and of so many letters each, stand on a page at most.
MOST, LONGEST = 12, 300


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on the page. Of ``all`` posts of ``days`` days ``paid`` were paid for (no posts: it is not shown).

    ``limit`` is her own in basis points, 0 where she set none.
    """

    day: date
    name: str = ""
    values: tuple[str, ...] = ()
    nevers: tuple[str, ...] = ()
    labels: str = ""
    paid: int = 0
    all: int = 0
    days: int = 0
    limit: int = 0

    @property
    def share(self) -> Share:
        """How much was paid for."""
        return Share(self.paid, self.all, self.day)

    @property
    def empty(self) -> bool:
        """Whether nothing but a name stands on it."""
        return not (self.values or self.nevers or self.labels or self.all)


def values_of(text: str) -> tuple[str, ...]:
    """What she stands for, one a line. Raises ``BadInputError`` (``too_long``)."""
    found = tuple(line for part in text.splitlines() if (line := " ".join(part.split())))
    if len(found) > MOST or any(len(one) > LONGEST for one in found):
        raise BadInputError("too_long", "Write at most twelve lines, of 300 letters each.")
    return found


def copied(shelf: Shelf, chosen: Trusted, today: date) -> Shown:
    """What she chose, as it stands in her books today. Nothing else is taken out of them."""
    ticked = set(chosen.nevers.split(","))
    nevers = sorted((one.words for one in shelf.of(Never) if one.id in ticked), key=str.casefold)
    found = Shown(today, chosen.name, values_of(chosen.values), tuple(nevers), chosen.labels)
    if not chosen.share:
        return found
    settings = shelf.settings
    now = share(shelf.of(Post), today, settings.window)
    return Shown(
        today, found.name, found.values, found.nevers, found.labels, now.paid, now.all, settings.window, settings.limit
    )


def document(shown: Shown) -> dict[str, Any]:
    """What is kept of it, as JSON can hold it."""
    return asdict(shown) | {"day": shown.day.isoformat()}


def read(kept: Mapping[str, Any]) -> Shown:
    """What was kept. Raises ``KeyError``, ``TypeError``, ``ValueError`` for what is none."""
    lists = {name: tuple(kept[name]) for name in ("values", "nevers")}
    return Shown(**{**kept, **lists, "day": date.fromisoformat(kept["day"])})
