"""Text that a person types becomes blocks, and no word of it is lost."""

import re

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.plain_text import Block, blocks


def test_paragraphs_headings_and_lists() -> None:
    text = "# Who\r\n\r\nBea\nGhent\n \n- one\n- two\n\n\n- a\nmixed"
    assert blocks(text) == (
        Block("heading", ("Who",)),
        Block("paragraph", ("Bea", "Ghent")),
        Block("list", ("one", "two")),
        Block("paragraph", ("- a", "mixed")),
    )
    assert blocks(" \n\n\t") == ()


@given(st.text(alphabet="ab #-\n\r\t<>&", max_size=200))
def test_no_word_is_lost_or_added(text: str) -> None:
    said = re.findall(r"[ab<>&]+", text)
    assert re.findall(r"[ab<>&]+", "\n".join(line for block in blocks(text) for line in block.lines)) == said
