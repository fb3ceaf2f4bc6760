"""What a way driven for work costs: flat rates by country, vehicle and date, with their sources.

Some countries pay less, or nothing, beyond a distance a year. So the cost of a way is ``C(before + way) - C(before)``
with what was driven in the same tax year before it: in whatever order ways are typed, a year comes to one sum.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fanshare.core.money import Micros
from fanshare.core.workbench.entries import Trip

#: A distance is counted in thousandths of a kilometre or mile.
THOUSAND = 1_000
#: The table in which a creator's own rate stands: any vehicle, no limit.
OWN = "own"


@dataclass(frozen=True, slots=True)
class Rate:
    """From ``since`` on: what a unit costs, and what it costs beyond ``limit`` units of a year (0: no limit)."""

    since: date
    rate: Micros
    limit: int = 0
    beyond: Micros = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A country's rates by vehicle, oldest first, in its currency. A tax year begins on (month, day).

    ``together`` says that the limit of a year is one for all vehicles.
    """

    country: str
    currency: str
    unit: str
    year_begins: tuple[int, int]
    rates: Mapping[str, Sequence[Rate]]
    source: str
    together: bool = False


TABLES: Mapping[str, Table] = {
    "DE": Table(
        "DE", "EUR", "km", (1, 1),
        {"car": (Rate(date(2014, 1, 1), 300_000),), "motorcycle": (Rate(date(2014, 1, 1), 200_000),)},
        "§ 5 BRKG with § 9 Abs. 1 Satz 3 Nr. 4a EStG and H 4.12 EStH",
    ),
    "AT": Table(
        "AT", "EUR", "km", (1, 1),
        {
            "car": (Rate(date(2011, 1, 1), 420_000, 30_000), Rate(date(2025, 1, 1), 500_000, 30_000)),
            "motorcycle": (
                Rate(date(2011, 1, 1), 240_000, 30_000),
                Rate(date(2025, 1, 1), 500_000, 30_000),
                Rate(date(2025, 7, 1), 250_000, 30_000),
            ),
        },
        "§ 10 Reisegebührenvorschrift; BGBl. I Nr. 144/2024; BGBl. I Nr. 26/2025",
        together=True,
    ),
    "GB": Table(
        "GB", "GBP", "mile", (4, 6),
        {
            "car": (Rate(date(2011, 4, 6), 450_000, 10_000, 250_000),),
            "motorcycle": (Rate(date(2011, 4, 6), 240_000),),
        },
        "HMRC, simplified expenses: vehicles (ITTOIA 2005 s. 94F)",
    ),
    "US": Table(
        "US", "USD", "mile", (1, 1),
        {
            "car": (
                Rate(date(2023, 1, 1), 655_000),
                Rate(date(2024, 1, 1), 670_000),
                Rate(date(2025, 1, 1), 700_000),
                Rate(date(2026, 1, 1), 725_000),
            ),
        },
        "IRS standard mileage rates for business: Notices 2023-03, 2024-08, 2025-5, and the notice of 29 December 2025",
    ),
}  # fmt: skip


def own_table(rate: Micros, currency: str) -> Table:
    """A table that holds one rate of her own."""
    return Table("", currency, "km", (1, 1), {"car": (Rate(date.min, rate),)}, "")


def costs(trips: Iterable[Trip], table: Table) -> dict[str, Micros]:
    """What each way costs, floored to a micro, by its id. One before the first rate costs nothing, nor does one by a
    vehicle that the table does not know.
    """
    found: dict[str, Micros] = {}
    driven: dict[tuple[str, int], int] = defaultdict(int)
    for trip in sorted(trips, key=lambda one: (one.day, one.id)):
        year = ("" if table.together else trip.vehicle, _tax_year(trip.day, table))
        rate = _rate(table.rates.get(trip.vehicle, ()), trip.day)
        before, driven[year] = driven[year], driven[year] + trip.distance
        found[trip.id] = 0 if rate is None else _upto(rate, driven[year]) - _upto(rate, before)
    return found


def _upto(rate: Rate, distance: int) -> Micros:
    """What a distance of one year costs, floored."""
    near = min(distance, rate.limit * THOUSAND) if rate.limit else distance
    return (near * rate.rate + (distance - near) * rate.beyond) // THOUSAND


def _rate(rates: Sequence[Rate], day: date) -> Rate | None:
    return next((rate for rate in reversed(rates) if rate.since <= day), None)


def _tax_year(day: date, table: Table) -> int:
    return day.year if (day.month, day.day) >= table.year_begins else day.year - 1
