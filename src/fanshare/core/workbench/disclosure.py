"""Whether a draft says that it is advertising, in a word that is enough in its country, and where people see it.

A word is a label only where it stands as one: as a hashtag, in brackets, at the beginning of a line before a stop, or
in a sentence that says so. "I hate ads" labels nothing. Only the text is read, not what a video says and shows.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.workbench.clause_rules import LANGUAGES, Source

MOST = 20_000
_HASHTAG = re.compile(r"#[\w]+")
#: So many other hashtags right before a label hide it.
_HIDING = 2
_RUN = re.compile(r"(?:#\w+[\s,]*)+\Z")
_LINK = re.compile(
    r"https?://|\bwww\.|\b[\w-]+\.(?:com|de|net|shop|ly|me|co\.uk|at|ch|org)/\S"
    r"|\blink in (?:der )?bio\b",
    re.IGNORECASE,
)
#: Signs that something is earned or was given, whatever she ticked.
_EARNS = re.compile(
    r"\b(?:(?:discount |promo |rabatt)?code[:\s]+[A-Z0-9]{3,}"
    r"|(?:mit|with|use) (?:dem |my |the )?(?:rabatt|discount)?\s?code\b|affiliate|provision|commission|utm_|gifted me"
    r"|pr[- ]?sample|geschenkt bekommen|zugeschickt)",
    re.IGNORECASE,
)
#: What follows a word that stands as a label.
_STOP = r"(?=\s*(?:[:|\-–—/.)\]!*•,]|\n|$|\W*(?:mit|für|wegen|with|for|by|wg)\b|\s*[^\w\s]))"


class Verdict(StrEnum):
    """What there is to say: enough and in its place; enough but too late; hidden among hashtags; a word that is too
    weak; none at all; none needed.
    """

    WELL = "well"
    LATE = "late"
    HIDDEN = "hidden"
    WEAK = "weak"
    MISSING = "missing"
    NOT_NEEDED = "not-needed"


#: What she got for a post: money, something for nothing, a part of what is sold, her own goods, nothing.
RELATIONS = ("paid", "gift", "commission", "own", "nothing")


@dataclass(frozen=True, slots=True)
class Country:
    """A country's words: patterns of labels that are enough, and of such as are too weak."""

    code: str
    label: str
    enough: re.Pattern[str]
    weak: re.Pattern[str]
    says: Mapping[str, str]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Platform:
    """Where a post stands: so many letters are seen at once."""

    id: str
    seen: int
    says: Mapping[str, str]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Disclosures:
    """All of it, by code and id."""

    countries: Mapping[str, Country]
    platforms: Mapping[str, Platform]


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, the word that decided (empty: none), after how many letters it begins, and how many are seen."""

    verdict: Verdict
    word: str
    at: int
    seen: int


def disclosures_of(document: Mapping[str, Any]) -> Disclosures:
    """The rules of a file. Raises ``KeyError``, ``TypeError``, ``re.error`` where it is not as it should be."""
    sources = {name: Source(**one) for name, one in document["sources"].items()}
    countries = {one["code"]: _country(one, sources) for one in document["countries"]}
    platforms = {
        one["id"]: Platform(one["id"], one["seen"], _says(one), tuple(sources[name] for name in one["sources"]))
        for one in document["platforms"]
    }
    return Disclosures(countries, platforms)


def judge(text: str, country: Country, platform: Platform, relation: str) -> Judged:
    """What a draft says. Raises ``BadInputError`` (``words_missing``, ``bad_choice``)."""
    draft = text[:MOST].strip()
    if not draft:
        raise BadInputError("words_missing", "Write something first.")
    if relation not in RELATIONS:
        raise BadInputError("bad_choice", "Choose one of the list.")
    seen = _seen(draft, platform)
    labels = list(_labels(country.enough, draft))
    for word, at in labels:
        if at <= seen and not _hidden(draft, at):
            return Judged(Verdict.WELL, word, at, seen)
    if labels:
        word, at = labels[0]
        return Judged(Verdict.HIDDEN if _hidden(draft, at) else Verdict.LATE, word, at, seen)
    return _without(draft, country, relation, seen)


def mended(text: str, country: Country) -> str:
    """The draft with the label as its first words."""
    return f"{country.label}: {text[:MOST].strip()}"


def _without(draft: str, country: Country, relation: str, seen: int) -> Judged:
    if relation == "nothing" and _EARNS.search(draft) is None:
        return Judged(Verdict.NOT_NEEDED, "", 0, seen)
    weak = next(_labels(country.weak, draft), None)
    if weak is not None:
        return Judged(Verdict.WEAK, weak[0], weak[1], seen)
    return Judged(Verdict.MISSING, "", 0, seen)


def _labels(pattern: re.Pattern[str], draft: str) -> Iterator[tuple[str, int]]:
    for match in pattern.finditer(draft):
        word = match[0].strip(" \n[](){}*|:-–—.!/•")
        yield word, match.start() + match[0].index(word)


def _seen(draft: str, platform: Platform) -> int:
    """After how many letters a label comes too late: where the platform cuts, or at the first link before that."""
    link = _LINK.search(draft)
    return min(platform.seen, link.start()) if link is not None else platform.seen


def _hidden(draft: str, at: int) -> bool:
    """Whether a hashtag comes behind others, where nobody reads it."""
    if draft[at : at + 1] != "#":
        return False
    run = _RUN.search(draft[:at])
    return run is not None and len(_HASHTAG.findall(run[0])) >= _HIDING


def _country(written: Mapping[str, Any], sources: Mapping[str, Source]) -> Country:
    named = tuple(sources[name] for name in written["sources"])
    enough = _standing(written["enough"], written["phrases"])
    return Country(written["code"], written["label"], enough, _standing(written["weak"], ()), _says(written), named)


def _says(written: Mapping[str, Any]) -> dict[str, str]:
    return {language: written[language]["says"] for language in LANGUAGES}


def _standing(words: Iterable[str], phrases: Iterable[str]) -> re.Pattern[str]:
    """Words where they stand as a label: a hashtag, in brackets, first on a line before a stop, or a phrase."""
    any_of = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    joined = any_of.replace(r"\ ", "")
    forms = [
        rf"#(?:{joined})(?!\w)",
        rf"[\[(*|]\s*(?:{any_of})\s*[\])*|]",
        rf"(?:^|\n)\W{{0,4}}\b(?:{any_of})\b{_STOP}",
        *phrases,
    ]
    return re.compile("|".join(forms), re.IGNORECASE)
