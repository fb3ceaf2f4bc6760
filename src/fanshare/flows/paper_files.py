"""Headings and paragraphs as a PDF to download: never on a disk.

It is written by a process of its own (``plain_paper``), for its library is large.
"""

import json
from functools import lru_cache

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows.own_process import OwnProcess

#: What a block can be, and its words.
type Block = tuple[str, str]

_UNKNOWN_LETTERS = 3
#: Anybody may ask for one: one is made at a time, and nobody holds a thread for waiting.
_program = OwnProcess("-m", "fanshare.flows.plain_paper", seconds=30, at_once_or_not=True)


@lru_cache(maxsize=16)
def paper(title: str, language: str, day: str, blocks: tuple[Block, ...]) -> bytes:
    """The PDF of blocks: ``title``, ``heading``, ``text`` or ``small``, each with its words. The last few are kept.

    Raises ``BadInputError`` (``paper_letters``) where the font lacks letters, ``FanshareError`` (``paper_file``, 503)
    or ``busy`` (503) where it could not be written.
    """
    asked = {"title": title, "language": language, "day": day, "blocks": [list(one) for one in blocks]}
    done = _program(json.dumps(asked).encode())
    if done is not None and done.code == _UNKNOWN_LETTERS:
        raise BadInputError(
            "paper_letters", "The font of the PDF lacks letters that stand here; print the page instead."
        )
    if done is None or done.code or not done.out:
        raise FanshareError("paper_file", "This file could not be written just now; try again.", 503)
    return done.out
