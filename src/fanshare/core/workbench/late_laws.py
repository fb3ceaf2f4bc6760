"""Laws of interest on what a business pays late, by country, as dated tables with where they are written.

Directive 2011/7/EU lets a creditor ask for the ECB's rate for main refinancing operations of the first day of a
half-year and at least eight points, and for at least 40 euro once. Countries round it, add more, or take a rate of
their own; Switzerland has five percent for everybody. What is usual where a law leaves it open is taken so that less
is asked for: days of 365, and nothing on top that is not owed without being proved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fanshare.core.money import MICROS, Micros


@dataclass(frozen=True, slots=True)
class Law:
    """A country's law. ``references`` are reference rates (basis points) by the day they begin, up to ``known_until``.

    ``fixed``: the rate of the day on which a debt became late holds. ``leap``: a year of 366 days is counted as one.
    ``sums`` are what may be asked once on top, by the least debt, rising. ``yearly``: after each year of being late
    its interest is owed interest on as well.
    """

    country: str
    currency: str
    points: int
    references: Sequence[tuple[date, int]]
    known_until: date
    fixed: bool
    leap: bool
    sums: Sequence[tuple[Micros, Micros]]
    source: str
    yearly: bool = False


_KNOWN_UNTIL = date(2026, 6, 30)
_FORTY = ((0, 40 * MICROS),)
#: Main refinancing operations of the ECB on the first day of each half-year (ecb.europa.eu, key ECB interest rates).
_ECB = (
    (date(2014, 1, 1), 25),
    (date(2014, 7, 1), 15),
    (date(2015, 1, 1), 5),
    (date(2016, 7, 1), 0),
    (date(2023, 1, 1), 250),
    (date(2023, 7, 1), 400),
    (date(2024, 1, 1), 450),
    (date(2024, 7, 1), 425),
    (date(2025, 1, 1), 315),
    (date(2025, 7, 1), 215),
)
#: The same so that with eight points it is whole or half a percent, rounded up.
_ECB_TO_HALVES = tuple((day, -(-bps // 50) * 50) for day, bps in _ECB)


def _by_ecb(country: str, source: str, **more: object) -> Law:
    """Eight points above the ECB's rate, and forty euro."""
    usual = {"points": 800, "references": _ECB, "fixed": False, "leap": False, "sums": _FORTY}
    return Law(country, "EUR", known_until=_KNOWN_UNTIL, source=source, **{**usual, **more})  # type: ignore[arg-type]


LAWS: Mapping[str, Law] = {
    "DE": Law(
        "DE", "EUR", 900,
        (
            (date(2016, 7, 1), -88),
            (date(2023, 1, 1), 162),
            (date(2023, 7, 1), 312),
            (date(2024, 1, 1), 362),
            (date(2024, 7, 1), 337),
            (date(2025, 1, 1), 227),
            (date(2025, 7, 1), 127),
        ),
        date(2026, 6, 30), False, True, ((0, 40 * MICROS),),
        "§ 288 Abs. 2 und 5, § 247 BGB; Deutsche Bundesbank, Basiszinssatz",
    ),
    "GB": Law(
        "GB", "GBP", 800,
        (
            (date(2020, 1, 1), 75),
            (date(2020, 7, 1), 10),
            (date(2022, 1, 1), 25),
            (date(2022, 7, 1), 125),
            (date(2023, 1, 1), 350),
            (date(2023, 7, 1), 500),
            (date(2024, 1, 1), 525),
            (date(2025, 1, 1), 475),
            (date(2025, 7, 1), 425),
            (date(2026, 1, 1), 375),
        ),
        date(2026, 6, 30), True, False,
        ((0, 40 * MICROS), (1_000 * MICROS, 70 * MICROS), (10_000 * MICROS, 100 * MICROS)),
        "Late Payment of Commercial Debts (Interest) Act 1998, s. 5A and 6; S.I. 2002/1675; Bank of England, Bank Rate",
    ),
    "AT": Law(
        "AT", "EUR", 920,
        (
            (date(2016, 7, 1), -62),
            (date(2023, 1, 1), 188),
            (date(2023, 7, 1), 338),
            (date(2024, 1, 1), 388),
            (date(2025, 1, 1), 253),
            (date(2025, 7, 1), 153),
        ),
        _KNOWN_UNTIL, False, False, _FORTY,
        "§ 456, § 458 UGB; Oesterreichische Nationalbank, Basiszinssatz",
    ),
    "BE": _by_ecb(
        "BE", "Loi du 2 août 2002 concernant la lutte contre le retard de paiement, art. 5, 6",
        references=_ECB_TO_HALVES,
    ),
    "ES": _by_ecb("ES", "Ley 3/2004, art. 7, 8"),
    "FR": _by_ecb("FR", "Code de commerce, art. L441-10, D441-5", points=1_000),
    "IE": _by_ecb(
        "IE", "S.I. 580/2012, European Communities (Late Payment in Commercial Transactions) Regulations, reg. 5, 9",
        fixed=True, sums=((0, 40 * MICROS), (1_000 * MICROS + 1, 70 * MICROS), (10_000 * MICROS + 1, 100 * MICROS)),
    ),
    "IT": _by_ecb("IT", "D.Lgs. 9 ottobre 2002, n. 231, art. 5, 6"),
    "NL": _by_ecb("NL", "Burgerlijk Wetboek, art. 6:119a, 6:120 lid 2, 6:96 lid 4", leap=True, yearly=True),
    "CH": Law(
        "CH", "CHF", 500, ((date(2000, 1, 1), 0),), date(2026, 12, 31), False, False, (),
        "Obligationenrecht (OR), Art. 104 Abs. 1, Art. 105 Abs. 3",
    ),
}  # fmt: skip
