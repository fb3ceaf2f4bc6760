"""What an error may repeat of what was wrong."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError, Word, quoted
from fanshare.core.instants import parse_rfc3339
from fanshare.core.money import exponent, parse_amount


@pytest.mark.parametrize("text", ["1.234,50", "2026-02-30", "14/11/2026 10:02", "EURO", "-5", "", "1'000"])
def test_figures_times_and_short_words_are_repeated(text: str) -> None:
    assert quoted(text) == repr(text)


@pytest.mark.parametrize("text", ["mira@example.test", "Quentin", "Mira B", "+49 171 1234567 Mira", "1" * 41])
def test_what_could_be_a_name_or_an_address_is_not(text: str) -> None:
    assert quoted(text) == "This"
    assert isinstance(quoted(text), Word), "ours, so that a page may translate it"


@pytest.mark.parametrize("read", [exponent, parse_amount, parse_rfc3339])
@given(text=st.from_regex(r"[a-zäöü.]{6,30}@[a-z]{2,10}\.[a-z]{2,5}", fullmatch=True))
def test_no_sentence_about_a_wrong_field_repeats_an_address(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read(text)
    assert caught.value.message.startswith("This is not ")
