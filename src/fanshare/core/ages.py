"""From which age somebody may join: 18 for money, and where the law allows from an earlier one without any.

The ages under 18 come from a file with dates and sources; a row that has not begun counts as the strictest one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

#: For money, and for what money can become.
ADULT = 18
#: Nobody younger joins anywhere: 16 CFR 312.
YOUNGEST = 13
_ELSEWHERE = "elsewhere"
#: The kind of party of somebody who said that she is under 18, and the kinds that earn.
YOUNG = "young"
_EARNING = frozenset({"creator", "fan", "buyer"})


@dataclass(frozen=True, slots=True)
class Least:
    """The age from which somebody joins by herself in a country, since when, and by which law."""

    age: int
    since: date
    source: str


type Ages = Mapping[str, Least]


def ages_of(document: Mapping[str, Any]) -> Ages:
    """The ages of a document: a table for each country, and ``elsewhere``. Raises ``ValueError`` for what is none."""
    found = {code: Least(row["age"], row["since"], row["source"]) for code, row in document.items()}
    if _ELSEWHERE not in found or not all(YOUNGEST <= one.age < ADULT and one.source for one in found.values()):
        raise ValueError("ages lie between the youngest and 18, each with its source, and there is one for elsewhere")
    return found


def may_become(kind: str, known: Collection[str]) -> bool:
    """Whether somebody may become a party of a kind who is of these kinds already, by the same proved address.

    What somebody said of her age stands until she says herself that she is 18, and is ``young`` no more: whatever she
    asked for before, and whoever else lets her in.
    """
    return not _EARNING & {*known} if kind == YOUNG else YOUNG not in known


def least(ages: Ages, country: str, day: date) -> Least:
    """From which age somebody who lives in a country may join on a day, without money."""
    found = ages.get(country.upper(), ages[_ELSEWHERE]) if len(country) == 2 else ages[_ELSEWHERE]
    return found if found.since <= day else ages[_ELSEWHERE]
