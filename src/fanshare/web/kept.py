"""Sentences that were kept as English words, such as why a delivery was parked: how they were made, found again.

A column keeps what is read by whoever asks the database, the API and the command line. ``scripts/words.py`` writes
``locale/kept.json``: every sentence of an error, and of a provider, that figures are written into. Whatever stands in
one of its places is shown as it is; only a place called as in ``NESTED`` holds a sentence of ours itself.
"""

import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

from fanshare.core.marks import Said, say, say_n, together
from fanshare.web.language import FOLDER

#: Places that hold a sentence of ours, or a part of one.
NESTED = frozenset({"said", "wanted"})
#: How many letters of a sentence have to be ours: with fewer, anything would be such a sentence.
FEWEST = 6
#: Nothing longer is kept.
_LONGEST = 2_000
#: How deep sentences stand in sentences.
_DEEPEST = 3
_PLACE = re.compile(r"%\(([a-z_0-9]+)\)s")


class Form(NamedTuple):
    """One sentence: ``words`` stand before, between and behind its ``places``; ``many`` where it has two forms."""

    one: str
    many: str
    plural: bool
    words: tuple[str, ...]
    places: tuple[str, ...]

    def values(self, text: str) -> dict[str, str] | None:
        """What stands in its places, if the text is this sentence."""
        first, *between, last = self.words
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last) or end < len(first):
            return None
        at, found = len(first), []
        for part in between:
            next_ = text.find(part, at, end)
            if next_ < 0:
                return None
            found.append(text[at:next_])
            at = next_ + len(part)
        found.append(text[at:end])
        values = dict(zip(self.places, found, strict=True))
        same = all(values[place] == value for place, value in zip(self.places, found, strict=True))
        return values if same and all(found) else None


def again(text: str) -> Said | None:
    """A sentence as it was made, ``None`` where it is none that has figures: the one with most words of ours."""
    return _again(text, _DEEPEST) if len(text) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _again(text: str, deeper: int) -> Said | None:
    for form in _forms():
        values = form.values(text)
        if values is None:
            continue
        whole: dict[str, object] = {
            place: _part(value, deeper - 1) if deeper and place in NESTED else value for place, value in values.items()
        }
        if not form.many:
            return say(form.one, **whole)
        count = values.get("num", "1")
        if count.isascii() and count.isdecimal() and len(count) < 10 and (int(count) != 1) == form.plural:
            return say_n(form.one, form.many, int(count), **{k: v for k, v in whole.items() if k != "num"})
    return None


def _part(text: str, deeper: int) -> str:
    """A sentence within another one; one of several parts is each of them. What is not known stays as it is."""
    parts = text.split("; ")
    if len(parts) == 1 or len(parts) > 10:
        return _again(text, deeper) or say(text)
    return together((_part(part, deeper) for part in parts), "; ")


@cache
def banks() -> frozenset[str]:
    """What banks say of a payment that they did not carry out."""
    return frozenset(_read()["banks"])


@cache
def _read() -> dict[str, list[Any]]:
    read: dict[str, list[Any]] = json.loads((FOLDER / "kept.json").read_text(encoding="utf-8"))
    return read


@cache
def _forms() -> tuple[Form, ...]:
    forms = [form for one, many in _read()["sentences"] for form in _both(one, many)]
    return tuple(sorted(forms, key=lambda form: -sum(map(len, form.words))))


def _both(one: str, many: str) -> Iterator[Form]:
    for template in (one, many) if many else (one,):
        pieces = _PLACE.split(template)
        words = tuple(part.replace("%%", "%") for part in pieces[::2])
        if pieces[1::2]:
            yield Form(one, many, template == many, words, tuple(pieces[1::2]))
