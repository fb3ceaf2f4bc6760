"""What a contract, a brief or an e-mail says about the things that cost a creator time, money or her face.

Rules find passages; they don't understand them. So a quote goes with everything that is found, and what is not found is
said to be not found, which is not the same as not being there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fanshare.core.workbench.clause_rules import Level, Rules, Sign, Topic
from fanshare.core.workbench.measures import Measure, counts, durations
from fanshare.core.workbench.passages import Passage, passages
from fanshare.core.workbench.volume import Volume, volume

#: So many passages of a topic are quoted, the gravest first.
MOST_QUOTES = 6
#: So many passages are pointed at that no rule took.
MOST_UNREAD = 30
_GERMAN = re.compile(
    r"\b(der|die|das|und|nicht|für|mit|wird|werden|ist|von|auf|dem|den|des|ein|eine|wir|du|nach)\b", re.IGNORECASE
)
_ENGLISH = re.compile(r"\b(the|and|of|to|is|for|with|shall|will|be|by|on|you|we|your|our|not|any|may)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that speaks of a topic. ``measure`` is what decided, in days or as a count; ``None`` where none did."""

    level: Level
    passage: Passage
    sign: str
    measure: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A topic with what was found of it, the gravest first. ``covered`` says that another topic speaks for it."""

    topic: Topic
    found: tuple[Found, ...]
    covered: bool = False

    @property
    def level(self) -> Level | None:
        """The gravest of what was found, ``None`` where nothing was."""
        return max((one.level for one in self.found), default=None)


@dataclass(frozen=True, slots=True)
class Checked:
    """A text that was read: its language, one answer for each topic in the order of the rules, and the work it asks.

    ``unread`` are passages that no rule took but that hold a word such as rights or fee: a person should read them.
    """

    language: str
    answers: tuple[Answer, ...]
    volume: Volume
    passages: int
    unread: tuple[Passage, ...] = ()


def check(text: str, rules: Rules) -> Checked:
    """Read a text by the rules."""
    parts = passages(text)
    work = volume(parts, rules.pieces)
    found = {topic.id: _of_topic(topic, parts, work) for topic in rules.topics}
    answers = tuple(
        Answer(topic, found[topic.id], not found[topic.id] and any(found.get(one) for one in topic.covered_by))
        for topic in rules.topics
    )
    taken = {one.passage for answer in answers for one in answer.found}
    unread = [part for part in parts if part not in taken and rules.cues.search(part.text)]
    return Checked(language_of(text), answers, work, len(parts), tuple(unread[:MOST_UNREAD]))


def language_of(text: str) -> str:
    """The language most of its small words are of: ``de`` or ``en``."""
    return "de" if len(_GERMAN.findall(text)) > len(_ENGLISH.findall(text)) else "en"


def judged(topic: Topic, passage: Passage, *, headed: bool = False) -> Found | None:
    """What a passage says about a topic, judged by its gravest sign; ``headed`` reads its heading along."""
    text = f"{passage.heading}: {passage.text}" if headed else passage.text
    found = [one for sign in topic.signs if (one := _judged(topic, sign, text, passage)) is not None]
    return max(found, key=lambda one: one.level, default=None)


def _of_topic(topic: Topic, parts: Sequence[Passage], work: Volume) -> tuple[Found, ...]:
    """What is found of a topic. A heading is read along only where nothing below it speaks of the topic by itself."""
    found = [one for part in parts if (one := judged(topic, part)) is not None]
    heard = {one.passage.heading for one in found} | {""}
    dumb = (part for part in parts if part.heading not in heard)
    found += [one for part in dumb if (one := judged(topic, part, headed=True)) is not None]
    if topic.id == "volume":
        known = {one.passage for one in found}
        found += [Found(Level.USUAL, part, "volume-pieces") for part in work.passages if part not in known]
    ordered = sorted(found, key=lambda one: (-one.level, one.passage.line))
    return tuple(ordered[:MOST_QUOTES])


def _judged(topic: Topic, sign: Sign, text: str, passage: Passage) -> Found | None:
    match = sign.find.search(text)
    if match is None or (sign.but is not None and sign.but.search(text)):
        return None
    if sign.level is not None:
        return Found(sign.level, passage, sign.id)
    nearest = min(_measures(topic, text), key=lambda one: _distance(one, match), default=None)
    if nearest is None:
        return None if sign.bare is None else Found(sign.bare, passage, sign.id)
    return Found(_step(topic, nearest.value), passage, sign.id, nearest.value)


def _measures(topic: Topic, text: str) -> Iterator[Measure]:
    return counts(text) if topic.measure == "count" else durations(text)


def _step(topic: Topic, value: int) -> Level:
    if value <= topic.usual:
        return Level.USUAL
    return Level.ASK if value <= topic.ask else Level.STOP


def _distance(measure: Measure, match: re.Match[str]) -> int:
    return max(0, measure.begin - match.end(), match.start() - measure.end)
