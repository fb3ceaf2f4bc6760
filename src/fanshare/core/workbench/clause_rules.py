"""The rules of the clause checker, as their file writes them (``core/data/clauses.toml``)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

LANGUAGES = ("en", "de")
_WORD = re.compile(r"@([a-z]+)")


class Level(IntEnum):
    """What to make of a passage, from harmless to not as it stands."""

    USUAL = 1
    ASK = 2
    STOP = 3

    @property
    def word(self) -> str:
        """As the file and the labelled passages write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Source:
    """Where something comes from: ``kind`` is law, guide or estimate."""

    words: str
    address: str
    kind: str

    @property
    def language(self) -> str:
        """In which language it is named: German laws in German, everything else in English."""
        return "de" if self.words.startswith("§") else "en"


@dataclass(frozen=True, slots=True)
class Said:
    """What a topic says in one language."""

    name: str
    says: str
    missing: str
    counter: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A pattern that speaks of a topic. Without a ``level`` the measure that stands nearest decides, else ``bare``."""

    id: str
    find: re.Pattern[str]
    but: re.Pattern[str] | None
    level: Level | None
    bare: Level | None


@dataclass(frozen=True, slots=True)
class Topic:
    """What a contract should say something about. ``measure`` is days, count or nothing; up to ``usual`` it is usual,
    up to ``ask`` one asks, above that it is not as it should stand.
    """

    id: str
    measure: str
    usual: int
    ask: int
    covered_by: tuple[str, ...]
    said: Mapping[str, Said]
    sources: tuple[Source, ...]
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A kind of thing that is made, with an estimate of the minutes it takes."""

    id: str
    find: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Extra:
    """What is added to a fee, in basis points of the work: ``per`` is once, month, or the most days it holds for."""

    id: str
    per: str
    least: int
    most: int
    source: Source


@dataclass(frozen=True, slots=True)
class Price:
    """What guides name for one piece, in whole US dollars."""

    piece: str
    least: int
    most: int
    source: Source


@dataclass(frozen=True, slots=True)
class Rules:
    """All of it. ``cues`` finds passages that are worth reading though no sign took them."""

    topics: tuple[Topic, ...]
    pieces: tuple[Piece, ...]
    cues: re.Pattern[str]
    extras: tuple[Extra, ...]
    prices: tuple[Price, ...]
    sources: Mapping[str, Source]


def rules_of(document: Mapping[str, Any]) -> Rules:
    """The rules of a file. Raises ``KeyError``, ``TypeError``, ``re.error`` where it is not as it should be."""
    sources = {name: Source(**one) for name, one in document["sources"].items()}
    words = document["words"]
    topics = tuple(_topic(one, sources, words) for one in document["topics"])
    return Rules(
        topics,
        tuple(Piece(**one) for one in document["pieces"]),
        _pattern(document["cues"]["find"], words),
        tuple(Extra(**one | {"source": sources[one["source"]]}) for one in document["extras"]),
        tuple(Price(**one | {"source": sources[one["source"]]}) for one in document["prices"]),
        sources,
    )


def _topic(written: Mapping[str, Any], sources: Mapping[str, Source], words: Mapping[str, str]) -> Topic:
    return Topic(
        written["id"],
        written.get("measure", ""),
        written.get("usual", 0),
        written.get("ask", 0),
        tuple(written.get("covered_by", ())),
        {language: Said(**written[language]) for language in LANGUAGES},
        tuple(sources[name] for name in written["sources"]),
        tuple(_sign(one, words) for one in written["signs"]),
    )


def _sign(written: Mapping[str, str], words: Mapping[str, str]) -> Sign:
    level = None if written["level"] == "steps" else _level(written["level"])
    but = _pattern(written["but"], words) if "but" in written else None
    return Sign(written["id"], _pattern(written["find"], words), but, level, _level(written.get("bare")))


def _level(word: str | None) -> Level | None:
    return Level[word.upper()] if word else None


def _pattern(text: str, words: Mapping[str, str]) -> re.Pattern[str]:
    """A pattern with its ``@words`` written out."""
    return re.compile(_WORD.sub(lambda match: words[match[1]], text), re.IGNORECASE)
