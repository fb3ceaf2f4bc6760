"""Planned steps as pages show them: of what, when, and what an hour of the deal brings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fanshare.core.money import Micros
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Work
from fanshare.core.workbench.results import Result, by_deal, what_if
from fanshare.core.workbench.schedule import Block
from fanshare.core.workbench.works import left_of
from fanshare.flows import workbench_books
from fanshare.flows.authorisation import Hat
from fanshare.web.desk import Connection
from fanshare.web.workbench import words


@dataclass(frozen=True, slots=True)
class Row:
    """A step on the page: what it is of, when, and what an hour of its deal will have brought once it is all done."""

    block: Block
    step: str
    deal: str
    an_hour: Micros | None = None

    @property
    def span(self) -> str:
        """``18:00–19:30``."""
        return f"{self.block.begin:%H:%M}–{self.block.end:%H:%M}"

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return self.block.minutes


def rows_of(conn: Connection, worn: Iterable[Hat], shelf: Shelf, planned: Sequence[Block], today: date) -> list[Row]:
    """The steps to show. What an hour brings is the deal's result with the hours of all its steps that are left."""
    if not planned:
        return []
    earned = workbench_books.earned(conn, worn, shelf.settings.currency)
    last = max([today, *(one.day for one in shelf.deals.values())])
    results = by_deal(shelf.books(earned.counted), last)
    left: dict[str, int] = {}
    for work in shelf.of(Work):
        left[work.deal] = left.get(work.deal, 0) + sum(step.minutes for step in left_of(work))
    named, found = words.steps(), []
    for one in planned:
        deal = shelf.deals.get(one.work.deal)
        hour = None
        if deal is not None:
            hour = what_if(results.get(deal.id, Result()), minutes=left[deal.id]).an_hour
        found.append(Row(one, named.get(one.step, one.step), "" if deal is None else deal.name, hour))
    return found
