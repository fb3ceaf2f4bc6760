"""What a seller is told of what is reported about her: what she got by quarter, and what of it was reported when.

Each sees what is of her own party, also where a report puts several together: who knows another's number must not
see her money by typing it into a form.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from fanshare.config.keys import Keys
from fanshare.core.instants import Instant
from fanshare.core.tax.dpi.figures import QUARTERS, Figures, Year
from fanshare.flows import dpi, dpi_sellers
from fanshare.store.access import Access
from fanshare.store.queries import dpi as rows
from fanshare.store.queries import tax_years


class Line(NamedTuple):
    """A quarter: what she got, fees, taxes (micros), and of how many sales."""

    consideration: int
    activities: int
    fees: int
    taxes: int


class Told(NamedTuple):
    """What was reported of her in a currency: under which reference and when."""

    currency: str
    ref: str
    at: Instant
    lines: tuple[Line, ...]


class Copy(NamedTuple):
    """Her copy of a year. ``lines`` by currency are as of now; ``told`` is what the authority knows. ``operator``
    reports, by ``due``.
    """

    operator: str
    due: date
    lines: Mapping[str, tuple[Line, ...]]
    told: tuple[Told, ...]

    @property
    def stands(self) -> bool:
        """Whether what was reported is what is so now."""
        return {one.currency: one.lines for one in self.told} == self.lines


def of_year(access: Access, keys: Keys, party: int, year: int) -> Copy | None:
    """Her copy; ``None`` where nobody reports by DAC7, and where there is nothing in the year."""
    who = dpi.operator(access.conn, keys) if tax_years.home(access).several_brands else None
    if who is None:
        return None
    country, report = dpi.law(who)
    got = dpi_sellers.of_parties(access, country, report, year, [party])[party]
    told = tuple(_told(access, party, year))
    if not got and not told:
        return None
    return Copy(who.party.name, dpi.due_on(who, year), _lines(got), told)


def _lines(figures: Figures) -> dict[str, tuple[Line, ...]]:
    return {currency: _of(year) for currency, year in sorted(figures.items())}


def _of(year: Year) -> tuple[Line, ...]:
    return tuple(Line(one.consideration, one.activities, one.fees, one.taxes) for one in year)


def _told(access: Access, party: int, year: int) -> list[Told]:
    shares = {one.record: one for one in rows.shares(access, year, [party])}
    found = []
    for record in rows.told(access.conn, shares):
        mine = shares[record.id]
        lines = [
            Line(mine.considerations[place], mine.activities[place], mine.fees[place], mine.taxes[place])
            for place in range(QUARTERS)
        ]
        found.append(Told(mine.currency, record.ref, record.at, tuple(lines)))
    return sorted(found)
