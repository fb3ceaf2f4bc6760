"""Plain words: bounded, without control characters and addresses, and otherwise as they were typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.plain_words import lines, one_line


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", "words_missing"),
        (" \n\u200b\u200b ", "words_missing"),
        ("x" * 31, "bad_words"),
        ("a\x00b", "bad_words"),
        ("a\x1b[31m", "bad_words"),
        ("http:x", "address_in_words"),
        ("see HTTPS://x.example", "address_in_words"),
        ("ftp://x", "address_in_words"),
        ("www.x.example", "address_in_words"),
        ("go to /r/abcdEF12", "address_in_words"),
    ],
)
def test_words_that_cannot_stand_say_why(said: str, code: str) -> None:
    for check in (one_line, lines):
        with pytest.raises(BadInputError) as refused:
            check(said, 30)
        assert refused.value.code == code


def test_what_is_typed_stays_but_for_its_gaps() -> None:
    assert one_line("  Thank you,\n Łucja \u05d3 \U0001f642 ", 50) == "Thank you, Łucja \u05d3 \U0001f642"
    assert lines("a  b\r\n\r\n\r\n\r\nc \n", 50) == "a b\n\nc"


@given(st.text(max_size=60))
def test_words_are_kept_whole_or_refused(said: str) -> None:
    for check in (one_line, lines):
        try:
            kept = check(said, 50)
        except BadInputError:
            continue
        assert kept.split() == said.split()
        assert len(kept) <= 50
        assert check(kept, 50) == kept
