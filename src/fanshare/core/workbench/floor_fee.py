"""The fee below which a deal costs her money: a range with its parts, never one number that claims to know.

``(hours x wage + costs) / (1 - fees and taxes)`` is what the work has to bring. What is given away besides (advertising
rights, exclusivity) is added as guides price it, from the least to the most they name.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from fanshare.core.errors import BadInputError
from fanshare.core.money import BASIS, Micros, from_minor_units, minor_units
from fanshare.core.workbench.clause_rules import Extra, Source

_HOUR = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """What she knows: minutes of work at least and at most, what an hour shall bring, what she spends, and how much
    of the fee goes away as fees and taxes (basis points). ``lost`` is what exclusivity would cost her, where she knows.
    """

    least: int
    most: int
    wage: Micros
    costs: Micros = 0
    away: int = 0
    ads: bool = False
    everywhere: bool = False
    whitelisting_months: int = 0
    exclusivity_days: int = 0
    lost: Micros = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a floor: ``id`` is work or an extra; ``source`` says who names it (``None``: she does)."""

    id: str
    least: Micros
    most: Micros
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """The parts in order. Together they are the floor, at least and at most."""

    parts: tuple[Part, ...]

    @property
    def least(self) -> Micros:
        """Below it she pays for the deal herself, even if everything goes quickly."""
        return sum(part.least for part in self.parts)

    @property
    def most(self) -> Micros:
        """The same where everything takes long and guides name the most."""
        return sum(part.most for part in self.parts)


def floor_fee(wanted: Wanted, extras: Sequence[Extra], currency: str) -> Floor:
    """The floor in whole minor units, every part rounded up.

    Raises ``BadInputError``: ``nothing_left`` where fees and taxes take all, ``bad_time`` where the least is more than
    the most, ``long_exclusivity`` where no guide prices it and nothing was typed.
    """
    if not 0 <= wanted.away < BASIS:
        raise BadInputError("nothing_left", "Fees and taxes have to leave something: write less than 100 percent.")
    if not 0 < wanted.least <= wanted.most:
        raise BadInputError("bad_time", "Write hours above zero, the fewest first.")
    low, high = (_work(wanted, minutes) for minutes in (wanted.least, wanted.most))
    parts = [Part("work", _up(low, currency), _up(high, currency))]
    for extra, times in _given(wanted, extras):
        least, most = (Fraction(work * bps * times, BASIS) for work, bps in ((low, extra.least), (high, extra.most)))
        parts.append(Part(extra.id, _up(least, currency), _up(most, currency), extra.source))
    if wanted.lost:
        parts.append(Part("exclusivity", wanted.lost, wanted.lost))
    return Floor(tuple(parts))


def _work(wanted: Wanted, minutes: int) -> Fraction:
    return (Fraction(wanted.wage * minutes, _HOUR) + wanted.costs) * BASIS / (BASIS - wanted.away)


def _given(wanted: Wanted, extras: Iterable[Extra]) -> Iterator[tuple[Extra, int]]:
    """The extras that are asked for, and how many times."""
    known = list(extras)
    times = {"ads": wanted.ads, "everywhere": wanted.everywhere, "whitelisting": wanted.whitelisting_months}
    for extra in known:
        if asked := int(times.get(extra.id, 0)):
            yield extra, asked
    if wanted.exclusivity_days and not wanted.lost:
        steps = [extra for extra in known if extra.id == "exclusivity" and int(extra.per) >= wanted.exclusivity_days]
        if not steps:
            raise BadInputError(
                "long_exclusivity",
                "No guide we know prices exclusivity for longer than three months: write what you would lose by it.",
            )
        yield min(steps, key=lambda one: int(one.per)), 1


def _up(amount: Fraction, currency: str) -> Micros:
    return from_minor_units(-minor_units(-ceil(amount), currency), currency)
