"""Whom somebody means who types into the search of a list that speaks of parties.

A creator is found by part of her name; fans and buyers, whom pages of a brand call by how their public id begins, by
that alone: a search by name would say what the page does not.
"""

from typing import LiteralString

#: Conditions on a party ``y``; they take the values of ``meant``.
MEANT: LiteralString = """(
    (y.kind = 'creator' AND strpos(lower(coalesce(y.display_name, '')), lower(%(text)s)) > 0)
    OR starts_with(y.public_id, %(begins)s))"""


_FEWEST = 4


def meant(text: str) -> dict[str, str]:
    """The values for ``MEANT``: what was typed, and the beginning of a public id.

    Pages write "fan 1a2b3c": the last word counts, if it is long enough to be no number or name by chance.
    """
    word = text.lower().split()[-1] if text.split() else ""
    return {"text": text, "begins": word if word.isascii() and word.isalnum() and len(word) >= _FEWEST else " "}
