"""Sentences that a page can say in another language: marked where they are made, looked up where they are shown.

``scripts/words.py`` collects what is marked. Wherever no page is at hand (the command line, the API, mails of a log) a
sentence is what it is in English.
"""

from collections.abc import Iterable
from typing import Any


def later(message: str) -> str:
    """The message itself, translated where it is shown."""
    return message


class Word(str):
    """A value of a sentence that is one of our own words, such as a state: a page translates it too."""

    __slots__ = ()


class Kept(str):
    """A value of a sentence that is itself one of ours, kept as English words: a page looks for how it was made."""

    __slots__ = ()


class Figure(str):
    """A value of a sentence that is a number, ``12.5`` or ``1,234.50``: a page writes the signs of its language."""

    __slots__ = ()


class Day(str):
    """A value of a sentence that is a day, ``14 Nov``, and which one: a page names it as its language does."""

    __slots__ = ("iso",)
    iso: str

    def __new__(cls, iso: str, words: str) -> "Day":
        """``iso`` is ``2026-11-14``; the year is named where ``words`` end with it."""
        made = super().__new__(cls, words)
        made.iso = iso
        return made


class Said(str):
    """A sentence in English that keeps how it was made: a page makes it again in another language.

    ``template`` holds places such as ``%(n)s``, filled from ``values``; where ``many`` is set it holds for another
    number ``n`` than one. Values may be such sentences themselves.
    """

    __slots__ = ("many", "n", "template", "values")
    template: str
    many: str
    n: int
    values: dict[str, object]


def say(template: str, **values: object) -> Said:
    """A sentence with its values; without any, ``%`` is a sign like another."""
    made = Said(template % values if values else template)
    made.template, made.many, made.n, made.values = template, "", 0, values
    return made


def say_n(one: str, many: str, n: int, **values: object) -> Said:
    """One of two sentences, by a number that may stand in both as ``%(num)s``."""
    return _said(one, many, n, {"num": n, **values})


def together(parts: Iterable[str], by: str = "") -> str:
    """Parts of a sentence behind each other, each of which may be a sentence of its own."""
    given = list(parts)
    if len(given) == 1 and isinstance(given[0], Said):
        return given[0]
    named = {f"p{number}": part for number, part in enumerate(given)}
    between = by.replace("%", "%%")
    return say(between.join(f"%({name})s" for name in named), **named) if named else ""


def recipe(text: str) -> Any:
    """How a sentence was made, as JSON: its words where it is no such sentence, else template and values."""
    if isinstance(text, Figure):
        return {"figure": str(text)}
    if not isinstance(text, Said):
        return str(text)
    values = {name: recipe(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return {"one": text.template, "many": text.many, "n": text.n, "values": values}


def of_recipe(told: Any) -> str:
    """The sentence that was written down by ``recipe``."""
    if not isinstance(told, dict):
        return str(told)
    if "figure" in told:
        return Figure(told["figure"])
    values = {name: of_recipe(value) if isinstance(value, dict) else value for name, value in told["values"].items()}
    return _said(told["one"], told["many"], told["n"], values)


def _said(one: str, many: str, n: int, values: dict[str, object]) -> Said:
    template = many if many and n != 1 else one
    made = Said(template % values if values else template)
    made.template, made.many, made.n, made.values = one, many, n, values
    return made
