"""How much a text asks for: pieces by kind, the hours they take by estimate, and what a fee makes of an hour."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor

from fanshare.core.money import Micros
from fanshare.core.workbench.clause_rules import Piece
from fanshare.core.workbench.measures import NUMBER, Amount, amounts, number_of
from fanshare.core.workbench.passages import Passage

_MOST = 60
_HOUR = 60
#: Words between a number and what it counts.
_BETWEEN = (
    r"(?:[\s\u00a0]*[x×]\s*|[\s-]+)(?:\(?[0-9]{1,2}\)?\s*)?"
    r"(?:(?:additional|weitere\w*|new|neue\w*|short|kurze\w*|vertical|sponsored|dedicated|organic|high-quality|different)\s+){0,2}"
)
_FEE = re.compile(
    r"\b(fee|pay|paid|pays|payment|compensation|budget|flat|remunerat\w*|rate|offer|honorar|vergütung|vergütet|pauschal\w*"
    r"|bezahl\w*|zahlen|zahlt|gage|für|for)\b",
    re.IGNORECASE,
)
_NO_FEE = re.compile(
    r"\b(worth|value|valued|retail|rrp|off|discount|penalty|per hour|rabatt|wert|warenwert|uvp|vertragsstrafe"
    r"|je weitere|jede weitere|pro stunde|deposit|voucher|gutschein)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b((last|previous|earlier) (campaign|year|month|collab\w*|time)|(her|his) "
    r"|began|had|did well|letzte\w*|vorige\w*|hatte\w*|storeys?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """So many pieces of a kind."""

    piece: Piece
    number: int


@dataclass(frozen=True, slots=True)
class Volume:
    """What is asked for, where it stands, and the fee that was named for it (``None``: none)."""

    asked: tuple[Asked, ...] = ()
    passages: tuple[Passage, ...] = ()
    fee: Amount | None = None

    @property
    def minutes(self) -> tuple[int, int]:
        """Minutes of work, at least and at most, by the estimates."""
        return sum(one.number * one.piece.least for one in self.asked), sum(
            one.number * one.piece.most for one in self.asked
        )

    def an_hour(self, fee: Micros) -> tuple[Micros, Micros] | None:
        """What an hour brings, at least and at most, rounded down; ``None`` where nothing is counted."""
        least, most = self.minutes
        return (_hourly(fee, most), _hourly(fee, least)) if least else None


def volume(parts: Sequence[Passage], pieces: Sequence[Piece]) -> Volume:
    """What a text asks for. The same passage twice counts once; of fees the first counts."""
    counted: dict[str, int] = {}
    where: list[Passage] = []
    for part in {one.text: one for one in parts}.values():
        found = [] if _PAST.search(part.text) else list(_pieces(part.text, pieces))
        for one in found:
            counted[one.piece.id] = counted.get(one.piece.id, 0) + one.number
        if found:
            where.append(part)
    asked = tuple(Asked(piece, counted[piece.id]) for piece in pieces if piece.id in counted)
    return Volume(asked, tuple(where), next(_fees(parts), None))


def _pieces(text: str, pieces: Sequence[Piece]) -> Iterator[Asked]:
    """Pieces of one passage; of kinds that overlap the one that comes first in the rules is meant."""
    taken: list[tuple[int, int]] = []
    for piece in pieces:
        for match in _counted(piece.find).finditer(text):
            number = number_of(match["number"])
            if 0 < number <= _MOST and not any(begin < match.end() and match.start() < end for begin, end in taken):
                taken.append(match.span())
                yield Asked(piece, number)


@lru_cache(maxsize=64)
def _counted(find: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,])\(?(?P<number>[0-9]{{1,2}}|{NUMBER})\)?{_BETWEEN}(?:{find})\b", re.IGNORECASE)


def _fees(parts: Iterable[Passage]) -> Iterator[Amount]:
    for part in parts:
        text = f"{part.heading} {part.text}"
        if _FEE.search(text) and not _NO_FEE.search(part.text):
            yield from amounts(part.text)


def _hourly(fee: Micros, minutes: int) -> Micros:
    return floor(Fraction(fee * _HOUR, minutes))
