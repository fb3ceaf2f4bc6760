"""A year of what was paid, by payee: of which kinds, what was held for the tax authority, how near each report is.

Years are those of the country of who pays, wherever the payee is and whichever days she reads else.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from fanshare.core.instants import Instant, from_datetime
from fanshare.core.money import Micros
from fanshare.core.tax.kinds import TaxKind
from fanshare.core.tax.paid import Payment, payments
from fanshare.core.tax.rules import Country, Level
from fanshare.core.tax.year import Standing, of_year, standing, sums
from fanshare.flows.withholding import home
from fanshare.store.access import Access
from fanshare.store.queries import tax_payees
from fanshare.store.queries import tax_years as rows

#: The first year that can be asked for; there was no fanshare before.
FIRST = 2026


class Year(NamedTuple):
    """What a payee got in a year. ``sums`` by currency and kind, in micros, with what was ``withheld`` of them."""

    party: int
    payments: tuple[Payment, ...]
    sums: Mapping[str, Mapping[TaxKind, Micros]]
    withheld: Mapping[str, Micros]
    standings: tuple[Standing, ...]

    def paid(self, currency: str) -> Micros:
        """All of it, with what was withheld."""
        return sum(self.sums[currency].values())


def bounds(country: Country, year: int) -> tuple[Instant, Instant]:
    """From when on and until when it lasts there."""
    since, until = (from_datetime(datetime(one, 1, 1, tzinfo=country.tz)) for one in (year, year + 1))
    return since, until


def page(access: Access, year: int, *, text: str = "", after: int = 0, limit: int) -> list[Year]:
    """Payees who may have got something in a year, in their order; behind ``after``, of those whose name or id holds
    ``text``.
    """
    country = home(access)
    since, until = bounds(country, year)
    return of_parties(access, year, tax_payees.found(access, since, until, text=text, after=after, limit=limit))


def of_parties(access: Access, year: int, parties: Sequence[int]) -> list[Year]:
    """The year of each of these, in their order; of who got nothing too."""
    if not parties:
        return []
    country, several = home(access), rows.home(access).several_brands
    moves, of = rows.movements(access, parties), rows.beside(access, parties)
    ways = rows.ways(access, parties)
    asked = [one for one in country.asked(several_brands=several) if one.kinds]
    found = []
    for party in parties:
        paid = payments(party, moves.get(party, []), of)
        mine = of_year(paid, country, year)
        standings = tuple(
            one
            for report in asked
            if (one := standing(report, country, year, paid, ways)).level is not Level.BELOW or one.amount
        )
        found.append(Year(party, tuple(mine), sums(mine), _withheld(mine), standings))
    return found


def _withheld(mine: Sequence[Payment]) -> dict[str, Micros]:
    found: dict[str, Micros] = {}
    for one in mine:
        if one.withheld:
            found[one.currency] = found.get(one.currency, 0) + one.amount
    return found
