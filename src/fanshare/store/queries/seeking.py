"""Whom somebody means who types into the search of a list that speaks of parties.

A creator is found by part of her name; fans and buyers, whom pages of a brand call by how their public id begins, by
that alone: a search by name would say what the page does not.
"""

from typing import LiteralString, Required, TypedDict

from fanshare.core.instants import Instant

#: Conditions on a party ``y``; they take the values of ``meant``.
MEANT: LiteralString = """(
    (y.kind = 'creator' AND strpos(lower(coalesce(y.display_name, '')), lower(%(text)s)) > 0)
    OR starts_with(y.public_id, %(begins)s))"""


_FEWEST = 4
#: Bytes of a message's id that are its place among those of one moment.
PREFIX = 7


class Narrowed(TypedDict, total=False):
    """What a page leaves of a list: by words, by a state, by days (``since`` <= t < ``until``); at most ``limit``."""

    text: str
    state: str
    since: Instant | None
    until: Instant | None
    limit: Required[int]


class Sought(Narrowed, total=False):
    """The same of a list in an order of its own; ``after`` is (value, id) of the last one of the page before."""

    sort: str
    after: tuple[int, int] | None


class Numbered(Narrowed, total=False):
    """The same of a list whose newest come first; ``before`` is the number of the last one of the page before."""

    before: int | None


def sought(asked: Sought) -> dict[str, object]:
    """The values of a statement: ``at_value`` and ``after`` for the place, and whom the words mean."""
    at, id_ = asked.get("after") or (None, None)
    whole = {"state": "", "since": None, "until": None, "sort": "waiting", **asked}
    return {**whole, **meant(asked.get("text", "")), "at_value": at, "after": id_}


def numbered(asked: Numbered) -> dict[str, object]:
    """The values of a statement whose place is one number."""
    return {"text": "", "state": "", "since": None, "until": None, "before": None, **asked}


def among_messages(after: tuple[int, int] | None) -> dict[str, object]:
    """The place of a message: its moment, and the beginning of its id as bytes."""
    at, prefix = after or (None, 0)
    return {"at": at, "prefix": max(0, min(prefix, 2 ** (8 * PREFIX) - 1)).to_bytes(PREFIX)}


def meant(text: str) -> dict[str, str]:
    """The values for ``MEANT``: what was typed, and the beginning of a public id.

    Pages write "fan 1a2b3c": the last word counts, if it is long enough to be no number or name by chance.
    """
    word = text.lower().split()[-1] if text.split() else ""
    return {"text": text, "begins": word if word.isascii() and word.isalnum() and len(word) >= _FEWEST else " "}
