"""Two programmes' terms side by side: the sentences of both by topic, and which of them are the same."""

from typing import NamedTuple

from fanshare.core.terms import Terms
from fanshare.core.terms_sentences import Topic, by_topic


class Said(NamedTuple):
    """A sentence of one programme's terms; ``shared``: the other programme's say it with the same words and numbers."""

    sentence: str
    shared: bool


class Beside(NamedTuple):
    """What two programmes say about a topic, each in its own order; empty where one says nothing."""

    topic: Topic
    here: tuple[Said, ...]
    there: tuple[Said, ...]

    @property
    def differs(self) -> bool:
        """Whether one of them says something that the other does not."""
        return not all(one.shared for one in (*self.here, *self.there))


def beside(here: tuple[Terms, str], there: tuple[Terms, str]) -> list[Beside]:
    """The terms of two programmes, each with its currency, topic by topic; one that neither speaks of is left out."""
    mine, theirs = by_topic(*here), by_topic(*there)
    return [
        Beside(topic, _marked(mine[topic], theirs[topic]), _marked(theirs[topic], mine[topic]))
        for topic in Topic
        if mine[topic] or theirs[topic]
    ]


def _marked(some: list[str], others: list[str]) -> tuple[Said, ...]:
    known = set(others)
    return tuple(Said(one, one in known) for one in some)
