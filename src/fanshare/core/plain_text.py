"""Text that a person types and a page shows: paragraphs, headings and lists, nothing else, and nothing is lost.

Paragraphs are parted by empty lines. A line of its own that begins with ``# `` is a heading; lines that all begin with
``- `` are a list. There are no links and no markup, so that there is nothing to clean.
"""

import re
from dataclasses import dataclass
from typing import Literal

type Kind = Literal["heading", "paragraph", "list"]

_GAP = re.compile(r"\n[ \t]*\n+")
_HEADING, _ITEM = "# ", "- "


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a text; ``lines`` are the lines of a paragraph, the items of a list, the one line of a heading."""

    kind: Kind
    lines: tuple[str, ...]


def blocks(text: str) -> tuple[Block, ...]:
    """The pieces of a text in their order."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    pieces = ([line.strip() for line in piece.split("\n") if line.strip()] for piece in _GAP.split(whole))
    return tuple(_block(lines) for lines in pieces if lines)


def _block(lines: list[str]) -> Block:
    if len(lines) == 1 and lines[0].startswith(_HEADING):
        return Block("heading", (lines[0].removeprefix(_HEADING).strip(),))
    if all(line.startswith(_ITEM) for line in lines):
        return Block("list", tuple(line.removeprefix(_ITEM).strip() for line in lines))
    return Block("paragraph", tuple(lines))
