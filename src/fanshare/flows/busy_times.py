"""When she is busy, taken from a calendar that she exported: kept as times alone, sealed in her books."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import batched

from fanshare.core.errors import BadInputError
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Busy
from fanshare.flows import ical_reader, workbench_books
from fanshare.flows.own_process import OwnProcess
from fanshare.flows.workbench_books import Open

MOST_BYTES = 4_000_000
#: So many days are read: what is planned, and two months more, so that a file lasts a while.
DAYS = 92
#: Calendars at most, and times in one sealed row.
MOST_CALENDARS, _IN_A_ROW = 5, 300
_program = OwnProcess(ical_reader.__file__, seconds=2 * ical_reader.SECONDS)


def read(content: bytes, first: date, zone: str, *, whole_days: bool) -> list[tuple[str, int]]:
    """The times that a file takes, each a beginning on her own clock (ISO 8601) and minutes.

    Raises ``BadInputError``: ``calendar_missing``, ``calendar_too_large``, ``not_a_calendar``.
    """
    if not content:
        raise BadInputError("calendar_missing", "Choose the file of a calendar first.")
    if len(content) > MOST_BYTES:
        raise BadInputError("calendar_too_large", "A calendar has at most 4 MB here; export fewer years of it.")
    refused = BadInputError(
        "not_a_calendar", "This file can't be read as a calendar (iCalendar, .ics); export it anew."
    )
    how = [first.isoformat(), str(DAYS), zone, "1" if whole_days else "0"]
    done = _program(content, *how)
    if done is not None and done.code == ical_reader.TOO_MUCH:
        raise BadInputError("calendar_too_large", "More than 3,000 entries lie in three months of it; export fewer.")
    if done is None or done.code:
        raise refused
    return [(at, minutes) for at, minutes in json.loads(done.out)]


def keep(books: Open, shelf: Shelf, name: str, times: Sequence[tuple[str, int]]) -> None:
    """Keep the times of a calendar in the place of what was kept by that name. Raises ``BadInputError``."""
    others = {one.name for one in shelf.of(Busy)} - {name}
    if len(others) >= MOST_CALENDARS:
        raise BadInputError("too_many_calendars", "Five calendars are kept already; remove one first.")
    with books.conn.transaction():
        drop(books, shelf, name)
        for line in _lines(times):
            workbench_books.put(books, Busy(workbench_books.new_id(), name, line))


def drop(books: Open, shelf: Shelf, name: str) -> None:
    """Remove what was kept of a calendar."""
    with books.conn.transaction():
        for one in shelf.of(Busy):
            if one.name == name:
                workbench_books.drop(books, one.id)


def _lines(times: Sequence[tuple[str, int]]) -> Iterator[str]:
    """At least one, so that a calendar in which nothing is taken is there all the same."""
    yield from (",".join(f"{at}+{minutes}" for at, minutes in some) for some in batched(times, _IN_A_ROW))
    if not times:
        yield ""
