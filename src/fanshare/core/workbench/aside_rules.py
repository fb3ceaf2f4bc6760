"""The tables of what to put aside, as their file writes them (``core/data/set_aside.toml``): dated, with sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from fanshare.core.money import MICROS, Micros, parse_amount

_STEP = 10_000 * MICROS


@dataclass(frozen=True, slots=True)
class Zone:
    """Income above an amount: ``(square * y + linear) * y + base``, y being what lies above it in ten thousands."""

    above: Micros
    square: Fraction
    linear: Fraction
    base: Fraction

    def tax(self, income: Micros) -> Fraction:
        """The exact tax in micros."""
        over = Fraction(income - self.above, _STEP)
        return ((self.square * over + self.linear) * over + self.base) * MICROS


@dataclass(frozen=True, slots=True)
class Surcharge:
    """A part of the tax on top of it: nothing up to ``free``, then at most ``ease`` of what lies above, if there is."""

    name: str
    least: Fraction
    most: Fraction
    free: Micros = 0
    ease: Fraction | None = None
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contribution:
    """Social insurance on profit; the file says what each figure means."""

    name: str
    rate: Fraction
    fixed: Micros
    factor: Fraction
    above: Micros
    most: Micros | None
    begins: Micros
    least: Micros
    off: Fraction
    shared: bool
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relief:
    """A part of the profit that is not taxed: of ``most`` at most, ``limit`` of the taxed income, ``until`` so much."""

    name: str
    rate: Fraction
    most: Micros | None
    limit: Fraction | None
    until: Micros | None
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Year:
    """A tax year, by the calendar year in which it begins. ``whole``: income and tax go down to whole units."""

    year: int
    source: str
    retrieved: date
    zones: tuple[Zone, ...]
    allowance: Micros
    taper: Micros | None
    whole: bool
    surcharges: tuple[Surcharge, ...]
    contributions: tuple[Contribution, ...]
    reliefs: tuple[Relief, ...]

    def tariff(self, taxed: Micros) -> Micros:
        """The tax on an income that is taxed, floored to a micro, or to whole units where the law does so."""
        unit = MICROS if self.whole else 1
        income = max(0, taxed) // unit * unit
        zone = next(one for one in reversed(self.zones) if income >= one.above)
        return floor(zone.tax(income)) // unit * unit


@dataclass(frozen=True, slots=True)
class Country:
    """A country's years. ``quarters`` and ``due`` are (month, day, years after that in which a tax year began)."""

    code: str
    currency: str
    quarters: tuple[tuple[int, int, int], ...]
    due: tuple[tuple[int, int, int], ...]
    moved: bool
    due_source: str
    asks: tuple[str, ...]
    years: Mapping[int, Year]

    def year_of(self, day: date) -> int:
        """The tax year of a day."""
        month, first, _ = self.quarters[0]
        return day.year if (day.month, day.day) >= (month, first) else day.year - 1

    def begins(self, year: int) -> list[date]:
        """The first days of its quarters, and of the year after."""
        month, first, _ = self.quarters[0]
        return [date(year + later, at, day) for at, day, later in self.quarters] + [date(year + 1, month, first)]

    def due_on(self, year: int) -> list[date]:
        """The days of prepayment; holidays are not known."""
        days = [date(year + later, at, day) for at, day, later in self.due]
        return [_workday(day) if self.moved else day for day in days]


def tables_of(document: Mapping[str, Any]) -> dict[str, Country]:
    """The tables of a file. Raises ``KeyError``, ``ValueError``, ``BadInputError`` where it is not as it should be."""
    return {code: _country(code, written) for code, written in document.items()}


def _country(code: str, written: Mapping[str, Any]) -> Country:
    years = {one["year"]: _year(one) for one in written["year"]}
    quarters, due = tuple(map(_day, written["quarters"])), tuple(map(_day, written["due"]))
    asks = tuple(written["asks"])
    return Country(code, written["currency"], quarters, due, written["moved"], written["due_source"], asks, years)


def _year(written: Mapping[str, Any]) -> Year:
    return Year(
        written["year"],
        written["source"],
        date.fromisoformat(written["retrieved"]),
        _zones(written["zones"]),
        parse_amount(written.get("allowance", "0")),
        _amount(written, "taper"),
        written.get("whole", False),
        tuple(map(_surcharge, written.get("surcharges", ()))),
        tuple(map(_contribution, written.get("contributions", ()))),
        tuple(map(_relief, written.get("reliefs", ()))),
    )


def _zones(rows: Sequence[Mapping[str, str]]) -> tuple[Zone, ...]:
    """A zone that says only a rate goes on from where the one below it ends."""
    zones: list[Zone] = []
    for row in rows:
        above = parse_amount(row["above"])
        if "square" in row:
            zones.append(Zone(above, Fraction(row["square"]), Fraction(row["linear"]), Fraction(row["base"])))
            continue
        rate = Fraction(row["rate"])
        below = zones[-1].tax(above) / MICROS if zones else Fraction(0)
        base = rate * Fraction(above, MICROS) - Fraction(row["minus"]) if "minus" in row else below
        zones.append(Zone(above, Fraction(0), rate * 10_000, base))
    return tuple(zones)


def _surcharge(row: Mapping[str, Any]) -> Surcharge:
    ease = Fraction(row["ease"]) if "ease" in row else None
    free, asks = parse_amount(row.get("free", "0")), tuple(row.get("asks", ()))
    return Surcharge(row["name"], Fraction(row["least"]), Fraction(row["most"]), free, ease, asks)


def _contribution(row: Mapping[str, Any]) -> Contribution:
    return Contribution(
        row["name"],
        Fraction(row.get("rate", "0")),
        parse_amount(row.get("fixed", "0")),
        Fraction(row.get("factor", "1")),
        parse_amount(row.get("above", "0")),
        _amount(row, "most"),
        parse_amount(row.get("from", "0")),
        parse_amount(row.get("least", "0")),
        Fraction(row["off"]),
        row.get("shared", False),
        tuple(row.get("asks", ())),
    )


def _relief(row: Mapping[str, Any]) -> Relief:
    limit = Fraction(row["limit"]) if "limit" in row else None
    asks = tuple(row.get("asks", ()))
    return Relief(row["name"], Fraction(row["rate"]), _amount(row, "most"), limit, _amount(row, "until"), asks)


def _amount(row: Mapping[str, Any], name: str) -> Micros | None:
    return parse_amount(row[name]) if name in row else None


def _day(text: str) -> tuple[int, int, int]:
    day, _, later = text.partition("+")
    return int(day[:2]), int(day[3:]), int(later or 0)


def _workday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day
