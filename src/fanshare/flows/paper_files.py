"""Headings and paragraphs as a PDF to download: made each time it is asked for, and kept nowhere.

It is written by a process of its own (``plain_paper``), for its library is large.
"""

from collections.abc import Sequence

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows.paper_process import file_by

#: What a block can be, and its words.
type Block = tuple[str, str]


def paper(title: str, language: str, day: str, blocks: Sequence[Block]) -> bytes:
    """The PDF of blocks: ``title``, ``heading``, ``text`` or ``small``, each with its words.

    Raises ``BadInputError`` (``paper_letters``) where the font lacks letters, ``FanshareError`` (``paper_file``, 503)
    where it could not be written.
    """
    asked = {"title": title, "language": language, "day": day, "blocks": [list(one) for one in blocks]}
    lacks = BadInputError("paper_letters", "The font of the PDF lacks letters that stand here; print the page instead.")
    failed = FanshareError("paper_file", "This file could not be written just now; try again.", 503)
    return file_by(("fanshare.flows.plain_paper",), asked, failed=failed, unknown_letters=lacks)
