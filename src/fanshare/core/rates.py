"""Rates of exchange: decimals as a source published them, exact fractions between currencies, and one rounding.

A source publishes, for a day, how much of each currency one unit of its base is worth; the ECB's base is the euro. From
one currency to another goes through the base by the two rates of one day, as an exact fraction of integers: nothing is
rounded on the way, and both published rates stay readable.

What is converted is paid out, so what comes out is whole minor units, rounded down; what goes in is the least amount
that is worth them, rounded up by less than a micro. What is not worth a minor unit stays where it was.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fanshare.core.currencies import REPLACED
from fanshare.core.errors import BadInputError
from fanshare.core.money import MAX_MICROS, Micros, from_minor_units, minor_units

#: The European Central Bank's euro foreign exchange reference rates, one set for each working day of TARGET.
ECB = "ECB"
#: What the rates of a source are per one of.
BASES: Mapping[str, str] = {ECB: "EUR"}
#: A rate is used until this many days after its day: from a Thursday before Easter to the Tuesday after it are five.
OLDEST_DAYS = 5
_RATE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class DayRates:
    """What a source published for ``day`` (ISO): of each currency so much, as it was written, for one of the base."""

    day: str
    per: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Quote:
    """From ``origin`` to ``target`` by the rates of one day: of each so much for one of the source's base."""

    source: str
    day: str
    origin: str
    target: str
    origin_per: str
    target_per: str

    def fraction(self) -> tuple[int, int]:
        """How much of ``target`` one of ``origin`` is worth, as numerator and denominator (not reduced)."""
        above, above_scale = scaled(self.target_per)
        below, below_scale = scaled(self.origin_per)
        return above * below_scale, below * above_scale


@dataclass(frozen=True, slots=True)
class Converted:
    """What goes in, in ``quote.origin``, and what comes out, in ``quote.target``: both micros above zero."""

    quote: Quote
    given: Micros
    got: Micros


def is_rate(text: str) -> bool:
    """Whether a text is a decimal above zero, of at most 12 digits before and after the point."""
    return _RATE.fullmatch(text) is not None and text.strip("0.") != ""


def quote(source: str, rates: DayRates, origin: str, target: str) -> Quote:
    """The rate between two currencies on a day. Raises ``BadInputError``: ``same_currency``, ``no_rate``."""
    if origin == target:
        raise BadInputError("same_currency", "%(currency)s is not converted into itself.", currency=origin)
    return Quote(source, rates.day, origin, target, *(_per(source, rates, each) for each in (origin, target)))


def most(of: Quote, ready: Micros, step: Micros = 1) -> Converted | None:
    """As much as ``ready`` micros of the origin are worth in whole minor units, and in multiples of ``step`` micros
    where who carries it moves nothing finer; ``None`` if that is nothing.
    """
    above, below = of.fraction()
    worth = max(0, ready) * above // below
    got = from_minor_units(minor_units(worth, of.target), of.target) // step * step
    return exactly(of, got) if 0 < got <= MAX_MICROS else None


def exactly(of: Quote, got: Micros) -> Converted:
    """The least that has to be given for ``got`` micros of the target."""
    above, below = of.fraction()
    return Converted(of, -(-got * below // above), got)


def is_sound(one: Converted) -> bool:
    """Whether a conversion follows from its rate, whoever wrote it down."""
    of = one.quote
    told = is_rate(of.origin_per) and is_rate(of.target_per) and of.origin != of.target and of.source in BASES
    if not told:
        return False
    base = {of.origin: of.origin_per, of.target: of.target_per}.get(BASES[of.source], "1")
    return base == "1" and one.got > 0 and exactly(of, one.got).given == one.given


def day_for(days: Iterable[str], today: str) -> str | None:
    """The day whose rates are used ``today``: the last published one that is not older than ``OLDEST_DAYS``."""
    first = (date.fromisoformat(today) - timedelta(days=OLDEST_DAYS)).isoformat()
    return max((day for day in days if first <= day <= today), default=None)


def too_old(source: str, today: str, last: str | None) -> BadInputError:
    """Why nothing can be converted today."""
    if last is None:
        return BadInputError("no_rates", "There are no rates of %(source)s yet: import its file.", source=source)
    return BadInputError(
        "rates_too_old",
        "The last rates of %(source)s are of %(last)s, more than %(most)s days before %(today)s: import its newest"
        " file.",
        source=source,
        last=last,
        most=OLDEST_DAYS,
        today=today,
    )


def _per(source: str, rates: DayRates, currency: str) -> str:
    if currency == BASES[source]:
        return "1"
    found = rates.per.get(currency)
    if found is None or currency in REPLACED:
        raise BadInputError(
            "no_rate",
            "%(source)s published no rate of %(currency)s for %(day)s.",
            source=source,
            currency=currency,
            day=rates.day,
        )
    return found


def scaled(text: str) -> tuple[int, int]:
    """A decimal, as ``is_rate`` has it, as an integer and the power of ten that it is too large by."""
    whole, _, rest = text.partition(".")
    return int(whole + rest), 10 ** len(rest)
