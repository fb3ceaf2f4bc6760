"""Durations, numbers and amounts in sentences of contracts, in digits and in words, English and German."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from fanshare.core.errors import BadInputError
from fanshare.core.money import Micros, parse_amount

_ENGLISH = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_GERMAN = (
    *("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    *("dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn", "zwanzig"),
)
NUMBERS: Mapping[str, int] = {
    **{word: number for number, word in enumerate(_ENGLISH, start=1)},
    **{word: number for number, word in enumerate(_GERMAN, start=1)},
    **dict.fromkeys(("a", "an", "eine", "einen", "einem", "einer", "eines"), 1),
    "a couple of": 2, "zweier": 2, "thirty": 30, "dreißig": 30, "forty-five": 45, "sixty": 60, "sechzig": 60,
    "ninety": 90, "neunzig": 90, "twenty-four": 24, "vierundzwanzig": 24, "thirty-six": 36,
}  # fmt: skip
NUMBER = "|".join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))

#: Days of a unit as a fraction: a working day is seven fifths of a day.
_UNITS = (
    (re.compile(r"hour|stunde", re.IGNORECASE), 1, 24),
    (re.compile(r"(business|working) day|werktag|arbeitstag|bankarbeitstag", re.IGNORECASE), 7, 5),
    (re.compile(r"day|tag", re.IGNORECASE), 1, 1),
    (re.compile(r"week|woche", re.IGNORECASE), 7, 1),
    (re.compile(r"month|monat", re.IGNORECASE), 61, 2),
    (re.compile(r"year|jahr", re.IGNORECASE), 365, 1),
)
_DURATION = re.compile(
    rf"(?<![\w.,])(?P<number>[0-9]{{1,4}}|{NUMBER})[\s-]*(\([0-9]{{1,4}}\)[\s-]*)?"
    r"(?P<unit>(calendar |business |working )?(hours?|days?|weeks?|months?|years?)"
    r"|Stunden?|(Kalender|Werk|Arbeits|Bankarbeits)?tage?n?|Wochen?|monat\w*|Monate?n?|jahr\w*|Jahre?n?s?)\b",
    re.IGNORECASE,
)
#: "net 60", "netto 120".
_NET = re.compile(r"\b(?:net|netto)[\s-]*(?P<number>[0-9]{1,3})\b", re.IGNORECASE)
_COUNT = re.compile(rf"(?<![\w.,])(?P<number>[0-9]{{1,3}}|{NUMBER})\b(?!\s*(hours?|days?|stunden|tage))", re.IGNORECASE)
_SIGNS = {"€": "EUR", "EURO": "EUR", "EUR": "EUR", "$": "USD", "USD": "USD", "US$": "USD", "£": "GBP", "GBP": "GBP",
          "CHF": "CHF", "DOLLARS": "USD", "POUNDS": "GBP"}  # fmt: skip
_SIGN = r"US\$|€|\$|£|EUR(?:O)?\b|USD\b|GBP\b|CHF\b|dollars\b|pounds\b"
_FIGURE = r"[0-9]{1,3}(?:[.,'\u2019 ][0-9]{3})+(?:[.,][0-9]{2})?|[0-9]{1,7}(?:[.,][0-9]{2})?"
_AMOUNT = re.compile(
    rf"(?:(?P<before>{_SIGN})\s?(?P<first>{_FIGURE})|(?P<second>{_FIGURE})\s?(?P<after>{_SIGN}))(?![\w%])",
    re.IGNORECASE,
)

_CENTS = re.compile(r"[.,][0-9]{2}$")
_NOT_DIGITS = re.compile(r"[^0-9]")


class Measure(NamedTuple):
    """A number and where it stands: days of a duration, or a count."""

    value: int
    begin: int
    end: int


class Amount(NamedTuple):
    """Micros of a currency (ISO 4217) and where they stand."""

    micros: Micros
    currency: str
    begin: int


def number_of(word: str) -> int:
    """A number in digits or words. Raises ``KeyError`` for none."""
    return int(word) if word.isdigit() else NUMBERS[word.lower()]


def durations(text: str) -> Iterator[Measure]:
    """Durations in whole days: a month is 30.5 days, a working day 1.4, an hour a part of a day, rounded up."""
    for match in _DURATION.finditer(text):
        over, under = next((over, under) for unit, over, under in _UNITS if unit.search(match["unit"]))
        yield Measure(-(-number_of(match["number"]) * over // under), match.start(), match.end())
    for match in _NET.finditer(text):
        yield Measure(int(match["number"]), match.start(), match.end())


def counts(text: str) -> Iterator[Measure]:
    """Numbers of things, without those that count hours or days."""
    for match in _COUNT.finditer(text):
        yield Measure(number_of(match["number"]), match.start(), match.end())


def amounts(text: str) -> Iterator[Amount]:
    """Amounts of money with their currency, however their thousands are parted."""
    for match in _AMOUNT.finditer(text):
        sign = _SIGNS[(match["before"] or match["after"]).upper()]
        try:
            yield Amount(parse_amount(_figure(match["first"] or match["second"])), sign, match.start())
        except BadInputError:
            continue


def _figure(text: str) -> str:
    """``1.234,50``, ``1,234.50`` and ``1 234`` as ``1234.50`` and ``1234``."""
    whole, point, rest = text.rpartition(text[-3:-2] or ".") if _CENTS.search(text) else (text, "", "")
    return _NOT_DIGITS.sub("", whole) + ("." + rest if point else "")
