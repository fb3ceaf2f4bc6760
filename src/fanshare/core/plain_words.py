"""What people write to each other: plain words, bounded, without control characters, and without addresses to follow.

A link that somebody earns by goes live with its advertising label, which a sentence can't carry; any other address is
the shortest way from a message to a fraud. So words have none.
"""

import re
import unicodedata

from fanshare.core.errors import BadInputError

_ADDRESS = re.compile(r"https?:|://|\bwww\.|/r/[\w-]{4,}", re.IGNORECASE)


def one_line(text: str, most: int) -> str:
    """A sentence on one line. Raises ``BadInputError``: ``words_missing``, ``bad_words``, ``address_in_words``."""
    return _checked(" ".join(text.split()), most)


def lines(text: str, most: int) -> str:
    """Words on several lines, with at most one empty line between two. Raises ``BadInputError`` as ``one_line``."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "\n".join(" ".join(line.split()) for line in whole.split("\n")).strip()
    return _checked(re.sub(r"\n{3,}", "\n\n", kept), most)


def _checked(text: str, most: int) -> str:
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in text):
        raise BadInputError("words_missing", "Write something first.")
    if len(text) > most:
        raise BadInputError("bad_words", "At most %(most)s characters; shorten it.", most=most)
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text if letter != "\n"):
        raise BadInputError("bad_words", "There is a character in it that can't be shown; write it without.")
    if _ADDRESS.search(text):
        raise BadInputError("address_in_words", "Write it without addresses: links have no place here.")
    return text
