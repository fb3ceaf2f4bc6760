"""Headings and paragraphs as a PDF to download: made each time it is asked for, and kept nowhere.

It is written by a process of its own (``plain_paper``), for its library is large.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from threading import BoundedSemaphore

from fanshare.core.errors import BadInputError, FanshareError

#: What a block can be, and its words.
type Block = tuple[str, str]

_SECONDS = 30
_UNKNOWN_LETTERS = 3
_turn = BoundedSemaphore(2)


def paper(title: str, language: str, day: str, blocks: Sequence[Block]) -> bytes:
    """The PDF of blocks: ``title``, ``heading``, ``text`` or ``small``, each with its words.

    Raises ``BadInputError`` (``paper_letters``) where the font lacks letters, ``FanshareError`` (``paper_file``, 503)
    where it could not be written.
    """
    failed = FanshareError("paper_file", "This file could not be written just now; try again.", 503)
    asked = {"title": title, "language": language, "day": day, "blocks": [list(one) for one in blocks]}
    with _turn:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-m", "fanshare.flows.plain_paper"],
                input=json.dumps(asked).encode(),
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                env={"PATH": os.defpath},
                cwd="/",
            )
        except (OSError, subprocess.TimeoutExpired):
            raise failed from None
    if done.returncode == _UNKNOWN_LETTERS:
        raise BadInputError(
            "paper_letters", "The font of the PDF lacks letters that stand here; print the page instead."
        )
    if done.returncode or not done.stdout:
        raise failed
    return done.stdout
