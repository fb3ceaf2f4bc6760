"""A text cut into passages: a sentence or a line of a list each, with the place where it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

#: What is read of a text; contracts of micro-influencers are far below it.
MOST = 100_000
#: A sentence is judged in pieces of at most so many characters.
LONGEST = 600
#: A line of at most so many characters without an end of a sentence is the heading of what follows.
_HEADING = 60

_PAGE = "\f"
_END = re.compile(r"(?<=[.!?;])\s+(?=[\"„“'(]?[A-ZÄÖÜ0-9•–-])")
#: What ends with a point and not a sentence.
_SHORT = re.compile(
    r"(\b(e\.g|i\.e|z\. ?B|d\. ?h|u\. ?a|bzw|ca|inkl|zzgl|ggf|evtl|vgl|max|min|mind|St|Dr|Mr|Ms|Mrs|Inc|Ltd|Co|No"
    r"|Nr|Abs|Art|approx|incl|excl|etc|usw|lit|Ziff|sec|para|u)|\b[A-Z]|^\s*[0-9]{1,2}|[0-9])\.$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\s*(§ ?[0-9]{1,2}\.?|\(?([0-9]{1,2}(\.[0-9]{1,2})*|[a-z])[.)])\s+")
_POINT = re.compile(r"^\s*[-–—•*▪·]\s+")
_NO_HEADING = re.compile(r"^\s*[-–—•*▪·]|[0-9]|: \S|\b(no|kein\w*)\b", re.IGNORECASE)
_QUOTED = re.compile(r"^(>\s?)+")
#: A word that was cut at the end of a line.
_CUT = re.compile(r"(?<=[a-zäöüß])-\n(?=[a-zäöüß])")
_SPACES = re.compile(r"[^\S\n\f]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """Some words, the line on which they begin (from 1), their page (from 1) and the heading above them."""

    text: str
    line: int
    page: int
    heading: str = ""


def passages(text: str) -> list[Passage]:
    """The passages of a text in their order. Pages are parted by form feeds; an e-mail's ``>`` is left out."""
    found: list[Passage] = []
    line, heading = 1, ""
    for number, page in enumerate(_clean(text).split(_PAGE), start=1):
        for first, block in _blocks(page, line):
            if _is_heading(block):
                heading = block.rstrip(": ")
                continue
            found += (Passage(one, first, number, heading) for one in _sentences(_POINT.sub("", block)))
        line += page.count("\n")
    return found


def _clean(text: str) -> str:
    whole = text[:MOST].replace("\r\n", "\n").replace("\r", "\n").replace("\u00ad", "").replace("\x00", "")
    return _SPACES.sub(" ", _CUT.sub("", whole))


def _blocks(page: str, first: int) -> Iterator[tuple[int, str]]:
    """Lines that belong together, each block with the number of its first line."""
    block: list[str] = []
    begin = first
    for number, raw in enumerate(page.split("\n"), start=first):
        line = _QUOTED.sub("", raw).strip()
        if block and (not line or _NUMBER.match(line) or _POINT.match(line) or not _goes_on(block[-1], line)):
            yield begin, " ".join(block)
            block = []
        if line:
            begin = begin if block else number
            block.append(line if block else _NUMBER.sub("", line))
    if block:
        yield begin, " ".join(block)


def _goes_on(before: str, line: str) -> bool:
    """Whether a line carries on the one before: it was long, or this one begins with a small letter."""
    return line[:1].islower() or (len(before) > _HEADING and before[-1:] not in ".:!?")


def _is_heading(block: str) -> bool:
    return len(block) <= _HEADING and block[-1:] not in ".!?;," and _NO_HEADING.search(block) is None


def _sentences(block: str) -> Iterator[str]:
    cuts = [0]
    for match in _END.finditer(block):
        if _SHORT.search(block[cuts[-1] : match.start()]) is None:
            cuts.append(match.end())
    for begin, end in pairwise([*cuts, len(block)]):
        sentence = block[begin:end].strip()
        for start in range(0, len(sentence), LONGEST):
            yield sentence[start : start + LONGEST]
