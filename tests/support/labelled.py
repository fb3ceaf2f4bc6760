"""Passages that a person has labelled, and how often rules find what she found."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).resolve().parent.parent / "core" / "data"


class Passage(NamedTuple):
    """A passage with what it says: label by topic. ``part`` is tuned or unseen, ``about`` what else the file holds."""

    part: str
    language: str
    labels: dict[str, str]
    text: str
    about: tuple[str, ...] = ()


@dataclass(slots=True)
class Score:
    """How often a topic was found rightly, wrongly, not; and how often rightly with the right label."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    exact: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)


def passages(name: str, about: int = 0) -> Iterator[Passage]:
    """The passages of a file: part | language | labels | so many things more | text, in which ⏎ ends a line."""
    for line in (DATA / name).read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("# "):
            part, language, labels, *rest = (piece.strip() for piece in line.split(" | ", 3 + about))
            pairs = (one.strip().partition(":") for one in labels.split(",") if one.strip())
            text = rest.pop().replace(" ⏎ ", "\n")
            yield Passage(part, language, {topic: label for topic, _, label in pairs}, text, tuple(rest))


def scored(found: Iterable[Passage], rules: Callable[[Passage], dict[str, str]]) -> dict[str, Score]:
    """The scores of some passages by topic."""
    scores: dict[str, Score] = {}
    for passage in found:
        said = rules(passage)
        for topic in said.keys() | passage.labels.keys():
            score = scores.setdefault(topic, Score())
            score.right += topic in said and topic in passage.labels
            score.wrong += topic not in passage.labels
            score.missed += topic not in said
            score.exact += said.get(topic) == passage.labels.get(topic)
    return scores


def total(scores: Iterable[Score]) -> Score:
    """All topics together."""
    whole = Score()
    for one in scores:
        whole.right += one.right
        whole.wrong += one.wrong
        whole.missed += one.missed
        whole.exact += one.exact
    return whole
