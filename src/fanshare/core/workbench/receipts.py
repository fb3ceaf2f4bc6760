"""What a receipt probably says: amount, currency, day, tax. Proposals for a form, which a person looks at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fanshare.core.errors import BadInputError
from fanshare.core.money import Micros, parse_amount
from fanshare.core.workbench.measures import amounts

_FIGURE = re.compile(r"(?<![\w.,])([0-9]{1,3}(?:[.,' ][0-9]{3})*|[0-9]{1,6})[.,]([0-9]{2})(?![\w%]|[.,][0-9])")
_TOTAL = re.compile(
    r"\b(total|amount due|balance due|summe|gesamt\w*|endbetrag|rechnungsbetrag|zu zahlen|zahlbetrag|betrag)\b",
    re.IGNORECASE,
)
_NOT_TOTAL = re.compile(
    r"\b(sub-?total|zwischensumme|netto\w*|net (amount|total)|rückgeld|change|gegeben|cash)\b", re.IGNORECASE
)
_TAX = re.compile(r"\b(vat|mwst|ust|umsatzsteuer|mehrwertsteuer|tva|iva|tax)\b", re.IGNORECASE)
_ISO = re.compile(r"\b(20[0-9]{2})-([01][0-9])-([0-3][0-9])\b")
_DOTTED = re.compile(r"\b([0-3]?[0-9])\.\s?([01]?[0-9])\.\s?(20[0-9]{2}|[0-9]{2})\b")
_NAMED = re.compile(r"\b([0-3]?[0-9])\.?\s+([A-Za-zä]{3,9})\.?\s+(20[0-9]{2})\b")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_GERMAN = {"mär": "mar", "mai": "may", "okt": "oct", "dez": "dec"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was made out; nothing where nothing was."""

    amount: Micros = 0
    currency: str = ""
    day: date | None = None
    tax: Micros = 0


def propose(text: str, today: date) -> Proposal:
    """What a receipt probably says. A day after today is no day of a receipt."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()]
    named = next((one.currency for line in lines for one in amounts(line)), "")
    total = _total(lines)
    tax = max(
        (one for line in lines if _TAX.search(line) for one in list(_figures(line))[-1:] if one < total), default=0
    )
    return Proposal(total, named if total else "", _day(text, today), tax)


def _total(lines: list[str]) -> Micros:
    """The greatest figure of the lines that name a total, else of all: where a total is named it stands there."""
    meant = [line for line in lines if _TOTAL.search(line) and not _NOT_TOTAL.search(line)]
    for chosen in (meant, lines):
        found = [figure for line in chosen for figure in _figures(line)]
        if found:
            return max(found)
    return 0


def _figures(line: str) -> Iterator[Micros]:
    for match in _FIGURE.finditer(line):
        try:
            yield parse_amount(f"{re.sub('[^0-9]', '', match[1])}.{match[2]}")
        except BadInputError:
            continue


def _day(text: str, today: date) -> date | None:
    found = [*_iso(text), *_dotted(text), *_named(text)]
    return next((day for day in found if date(2000, 1, 1) <= day <= today), None)


def _iso(text: str) -> Iterator[date]:
    for match in _ISO.finditer(text):
        yield from _made(int(match[1]), int(match[2]), int(match[3]))


def _dotted(text: str) -> Iterator[date]:
    for match in _DOTTED.finditer(text):
        year = int(match[3])
        yield from _made(year if year > 99 else 2000 + year, int(match[2]), int(match[1]))


def _named(text: str) -> Iterator[date]:
    for match in _NAMED.finditer(text):
        short = match[2].lower()[:3]
        short = _GERMAN.get(short, short)
        if short in _MONTHS:
            yield from _made(int(match[3]), _MONTHS.index(short) + 1, int(match[1]))


def _made(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
