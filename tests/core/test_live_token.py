"""The token of a page that listens: it names its programme, ends by itself, and nobody makes one without the key."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import live_token

KEY, OTHER = b"k" * 32, b"o" * 32
NOW = 1_790_000_000_000_000


@given(st.integers(1, 2**63 - 1), st.integers(0, 2**62))
def test_a_token_names_its_programme_and_its_end(programme: int, now: int) -> None:
    token = live_token.make(KEY, programme, now)
    assert live_token.read(KEY, token) == (programme, now + live_token.LIVES)
    assert live_token.read(OTHER, token) is None


@given(st.integers(1, 10**9), st.integers(0, 60), st.integers(1, 63))
def test_a_token_with_one_letter_changed_is_none(programme: int, place: int, by: int) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = live_token.make(KEY, programme, NOW)
    at = place % len(token)
    other = letters[(letters.index(token[at]) + by) % 64]
    assert live_token.read(KEY, token[:at] + other + token[at + 1 :]) is None


@given(st.text(max_size=200))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert live_token.read(KEY, text) is None
