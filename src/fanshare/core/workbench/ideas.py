"""Ideas: their tags, and what becomes of one that is taken up."""

from collections.abc import Iterable
from datetime import date, timedelta

from fanshare.core.workbench.entries import Idea, Work

#: Days until something that was an idea has to be out, unless she says otherwise.
USUAL_DAYS = 14


def tags_of(text: str) -> list[str]:
    """The tags of a line, each once, as they were first written: ``Linen, autumn``."""
    found: dict[str, str] = {}
    for tag in text.split(","):
        if words := " ".join(tag.split()):
            found.setdefault(words.casefold(), words)
    return list(found.values())


def all_tags(ideas: Iterable[Idea]) -> list[str]:
    """Every tag that some idea bears, once, in order."""
    return sorted(tags_of(",".join(one.tags for one in ideas)), key=str.casefold)


def tagged(ideas: Iterable[Idea], tag: str) -> list[Idea]:
    """The ideas that bear a tag, whatever its letters; all of them where none is asked for."""
    wanted = tag.casefold()
    return [one for one in ideas if not tag or wanted in (own.casefold() for own in tags_of(one.tags))]


def made_of(idea: Idea, id_: str, today: date, steps: str) -> Work:
    """What is to be made of an idea; its days and steps can be changed like those of every other work."""
    return Work(id_, idea.words, today + timedelta(days=USUAL_DAYS), steps)
