"""What a seller got by quarter and currency, of how many sales, and what was kept back of it for a tax authority.

Figures of the same person add up, in any order. They are exact; only a file has whole units.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fanshare.core.money import MICROS, Micros
from fanshare.core.tax.paid import Payment
from fanshare.core.tax.rules import Country, Report
from fanshare.core.tax.year import way_of

QUARTERS = 4


class Sale(NamedTuple):
    """One activity: an order of a programme; where money belongs to none, the payment itself (``order`` is 0)."""

    programme: int
    order: int
    payment: str = ""


@dataclass(frozen=True, slots=True)
class Quarter:
    """``consideration`` is net of ``fees`` and ``taxes`` (Annex V, section I, part A, point 10), all in micros.

    ``first``: the sales of which the first money arrived in this quarter; ``later``: those of which more arrived.
    """

    consideration: Micros = 0
    fees: Micros = 0
    taxes: Micros = 0
    first: frozenset[Sale] = frozenset()
    later: frozenset[Sale] = frozenset()

    def __add__(self, other: "Quarter") -> "Quarter":
        return Quarter(
            self.consideration + other.consideration,
            self.fees + other.fees,
            self.taxes + other.taxes,
            self.first | other.first,
            self.later | other.later,
        )

    @property
    def activities(self) -> int:
        """How many sales were paid: each once, with its first money; where there was later money alone, those."""
        return len(self.first or self.later)

    @property
    def paid(self) -> Micros:
        """All that left for her: with what was kept back."""
        return self.consideration + self.fees + self.taxes


type Year = tuple[Quarter, Quarter, Quarter, Quarter]
#: By currency: an amount is reported in the currency in which it was paid.
type Figures = Mapping[str, Year]

NOTHING: Year = (Quarter(), Quarter(), Quarter(), Quarter())


def added(*several: Figures) -> Figures:
    """All of them together."""
    found: dict[str, Year] = {}
    for figures in several:
        for currency, year in figures.items():
            one, two, three, four = (a + b for a, b in zip(found.get(currency, NOTHING), year, strict=True))
            found[currency] = (one, two, three, four)
    return found


def figures(
    programme: int,
    payments: Iterable[Payment],
    report: Report,
    country: Country,
    year: int,
    ways: Mapping[int, str],
) -> Figures:
    """A calendar year of a party, counted where whoever reports is at home.

    ``payments`` are all that ever left for her: a sale counts with its first money, which may have come years before.
    What came back is in no quarter: it is taken out of the one in which it had counted. Nothing is charged to her, so
    there are no fees; what was kept back for an authority is a tax, of the quarter in which the rest arrived.
    """
    found: dict[str, list[Quarter]] = {}
    seen: set[Sale] = set()
    arrived = [(one.paid_at, one) for one in payments if one.counts and one.paid_at is not None]
    for at, one in sorted(arrived, key=lambda pair: pair[0]):
        if not report.covers(way_of(one, ways)):
            continue
        amount = sum(part for kind, part in one.kinds.items() if kind in report.kinds)
        sales = frozenset(
            Sale(programme, order, "" if order else _named(one))
            for (kind, order), part in one.sales.items()
            if kind in report.kinds and part
        )
        taxes = one.amount if one.withheld else 0
        if country.year(at) == year and (amount or taxes):
            quarters = found.setdefault(one.currency, [*NOTHING])
            quarters[country.quarter(at) - 1] += Quarter(amount - taxes, 0, taxes, sales - seen, sales & seen)
        seen |= sales
    return {currency: (a, b, c, d) for currency, (a, b, c, d) in found.items()}


def _named(payment: Payment) -> str:
    return f"payout {payment.payout}" if payment.payout is not None else f"gift {payment.gift}"


def whole(amount: Micros) -> int:
    """Whole units of a currency, a half up, as the structure wants them: each amount by itself."""
    return (2 * amount + MICROS) // (2 * MICROS)
