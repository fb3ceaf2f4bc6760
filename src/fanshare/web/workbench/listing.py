"""Lists of what stands in open books: everything lies sealed, so it is found, narrowed and paged after it was opened.

It is bounded by what books may hold, and happens in memory alone. A page begins behind the key of the row before it:
a day or an amount and a part of a random id, which is also what keeps the order when rows come in or go meanwhile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fanshare.core.instants import zone
from fanshare.core.workbench.documents import Shelf
from fanshare.web.exports import exported
from fanshare.web.lists import Asked, Spec, Taken, asked, taken
from fanshare.web.workbench.bench import Bench

#: Bits of an id that stand in a key: two of 20,000 are the same once in 2e10 books.
_BITS = 62


@dataclass(frozen=True, slots=True)
class Row[T]:
    """One row. ``document`` is what a file holds of it, and ``words`` what a search looks through besides.

    ``keys`` are numbers by the name of an order, ``day`` what the days of the list go by.
    """

    entry: T
    number: int
    day: date | None
    keys: Mapping[str, int]
    document: Mapping[str, Any]
    words: str = ""


def number_of(entry_id: str) -> int:
    """What tells rows of the same day or amount apart."""
    return UUID(entry_id).int >> (128 - _BITS)


def wish_of(bench: Bench, shelf: Shelf, spec: Spec) -> Asked:
    """What the address asks for. Raises what ``lists.asked`` raises."""
    return asked(bench.request.GET, spec, zone(shelf.settings.zone))


def found[T](wish: Asked, rows: Iterable[Row[T]], rising: Iterable[str] = ()) -> Taken[Row[T]]:
    """The page or file of what fits. Orders are from the greatest key down, but for those that are ``rising``."""
    sign = 1 if wish.sort in rising else -1

    def key(row: Row[T]) -> tuple[int, int]:
        return sign * row.keys[wish.sort], sign * row.number

    fitting = sorted((row for row in rows if _fits(wish, row)), key=key)
    behind = [row for row in fitting if wish.after is None or key(row) > wish.after]
    return taken(wish, behind, key)


def file_of[T](wish: Asked, name: str, shown: Taken[Row[T]], columns: Iterable[str]) -> Any:
    """The rows of a list as a file."""
    return exported(wish.form, name, [row.document for row in shown.rows], columns, cut=shown.cut)


def _fits(wish: Asked, row: Row[Any]) -> bool:
    if wish.from_day or wish.to_day:
        day = "" if row.day is None else row.day.isoformat()
        if not day or day < wish.from_day or (wish.to_day and day > wish.to_day):
            return False
    text = wish.text.casefold()
    return not text or text in " ".join([*map(str, row.document.values()), row.words]).casefold()
