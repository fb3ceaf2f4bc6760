"""The rules by country and year, as their file writes them (``core/data/tax.toml``): dated, each with its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

from fanshare.core.instants import Instant, local_date, zone
from fanshare.core.money import Micros, parse_amount
from fanshare.core.tax.kinds import TaxKind

#: From which part of a threshold on somebody is told, in hundredths.
NEAR = 80


class Level(IntEnum):
    """How near what was paid has come to a threshold."""

    BELOW = 0
    NEAR = 1
    REACHED = 2


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of a year. ``last``: the last year that it is known for, 0 where it holds until it is changed."""

    first: int
    amount: Micros = 0
    count: int = 0
    rate: int = 0
    last: int = 0

    def known(self, year: int) -> bool:
        """Whether it is the figure of this year, and not only the newest one there is."""
        return not self.last or year <= self.last


@dataclass(frozen=True, slots=True)
class Report:
    """A report: of which kinds, from or above which amount, and of which ways of paying.

    ``due`` is (month, day) of the year after. ``by_provider``: whoever moves the money reports, not whoever owes it.
    ``several_brands``: asked of platforms alone. ``either``: one of amount and count is enough.
    """

    name: str
    kinds: frozenset[TaxKind]
    at_least: bool
    due: tuple[int, int]
    source: str
    figures: tuple[Figure, ...]
    not_over: frozenset[str] = frozenset()
    only_over: frozenset[str] = frozenset()
    by_provider: bool = False
    several_brands: bool = False
    either: bool = False

    def figure(self, year: int) -> Figure | None:
        """The row of a year; ``None`` before there was the report."""
        return _newest(self.figures, year)

    def covers(self, way: str) -> bool:
        """Whether what is paid by a way of paying belongs in it."""
        return way not in self.not_over and (not self.only_over or way in self.only_over)

    def level(self, year: int, amount: Micros, count: int = 0) -> Level:
        """How near an amount and a number of payments come to it. Something of nothing is never reported."""
        figure = self.figure(year)
        if figure is None or amount <= 0:
            return Level.BELOW
        reached = [amount > figure.amount or (self.at_least and amount == figure.amount)]
        near = [100 * amount >= NEAR * figure.amount]
        if figure.count:
            reached.append(count > figure.count)
            near.append(100 * count >= NEAR * figure.count)
        enough = any if self.either else all
        return Level.REACHED if enough(reached) else Level.NEAR if enough(near) else Level.BELOW

    def due_on(self, year: int) -> date:
        """By when the report of a year has to be there."""
        return date(year + 1, *self.due)


@dataclass(frozen=True, slots=True)
class Withholding:
    """A part that is kept back for the authority once the report ``report`` reaches its amount."""

    name: str
    report: str
    source: str
    figures: tuple[Figure, ...]

    def rate(self, year: int) -> int:
        """In basis points; 0 before there was one."""
        figure = _newest(self.figures, year)
        return 0 if figure is None else figure.rate


@dataclass(frozen=True, slots=True)
class Country:
    """What holds where a brand is at home. ``currency`` is that of the amounts."""

    code: str
    zone: str
    currency: str
    reports: tuple[Report, ...] = ()
    withholdings: tuple[Withholding, ...] = ()
    european: bool = False

    @property
    def tz(self) -> ZoneInfo:
        """Where its years begin."""
        return zone(self.zone)

    def year(self, at: Instant) -> int:
        """The calendar year of an instant there."""
        return local_date(at, self.tz).year

    def quarter(self, at: Instant) -> int:
        """1 to 4."""
        return (local_date(at, self.tz).month + 2) // 3

    def report(self, name: str) -> Report | None:
        """One of its reports."""
        return next((one for one in self.reports if one.name == name), None)

    def asked(self, *, several_brands: bool) -> tuple[Report, ...]:
        """The reports that are asked of such an installation."""
        return tuple(one for one in self.reports if several_brands or not one.several_brands)


@dataclass(frozen=True, slots=True)
class Rules:
    """All countries that something is known of."""

    countries: Mapping[str, Country]

    @property
    def union(self) -> frozenset[str]:
        """The member states of the European Union."""
        return frozenset(code for code, one in self.countries.items() if one.european)

    def of(self, code: str, time_zone: str, currency: str) -> Country:
        """The rules of a country; of one that nothing is known of the years of ``time_zone``, and no reports."""
        return self.countries.get(code) or Country(code, time_zone, currency)


def rules_of(document: Mapping[str, Any]) -> Rules:
    """The rules of a file. Raises ``KeyError``, ``TypeError``, ``BadInputError`` where it is not as it should be."""
    found: dict[str, Country] = {}
    for code, written in document.items():
        reports = tuple(_report(one) for one in written.get("report", ()))
        withholdings = tuple(_withholding(one) for one in written.get("withholding", ()))
        members: Sequence[str] = written.get("members", ())
        for member in members or (f"{code} {written['zone']}",):
            name, _, where = member.partition(" ")
            found[name] = Country(name, where, written["currency"], reports, withholdings, european=bool(members))
    return Rules(found)


def _report(written: Mapping[str, Any]) -> Report:
    month, day = written["due"].split("-")
    return Report(
        written["name"],
        frozenset(map(TaxKind, written["kinds"])),
        written["at_least"],
        (int(month), int(day)),
        written["source"],
        _figures(written["years"]),
        frozenset(written.get("not_over", ())),
        frozenset(written.get("only_over", ())),
        written.get("by") == "provider",
        written.get("several_brands", False),
        written.get("either", False),
    )


def _withholding(written: Mapping[str, Any]) -> Withholding:
    return Withholding(written["name"], written["report"], written["source"], _figures(written["years"]))


def _figures(rows: Sequence[Mapping[str, Any]]) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            row["from"], parse_amount(row.get("amount", "0")), row.get("count", 0), row.get("rate", 0), row.get("to", 0)
        )
        for row in sorted(rows, key=lambda row: int(row["from"]))
    )


def _newest(figures: Sequence[Figure], year: int) -> Figure | None:
    return next((one for one in reversed(figures) if one.first <= year), None)
