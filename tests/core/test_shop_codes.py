"""The way of a code: what may follow what, and when a shop is asked again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import shop_codes
from fanshare.core.errors import ConflictError
from fanshare.core.instants import HOUR, MINUTE


def test_what_works_was_confirmed_and_what_was_asked_for_is_never_forgotten() -> None:
    assert {state for state, ways in shop_codes.WAYS.items() if shop_codes.CONFIRMED in ways} == {shop_codes.ASKED}
    for state in (shop_codes.ASKED, shop_codes.CONFIRMED):
        assert shop_codes.ENDED not in shop_codes.WAYS[state]
        assert shop_codes.ended_from(state) == shop_codes.ENDING
    assert shop_codes.ended_from(shop_codes.WANTED) == shop_codes.ENDED


@given(st.sampled_from(sorted(shop_codes.WAYS)), st.sampled_from(sorted(shop_codes.WAYS)))
def test_only_known_ways_are_gone(state: str, to: str) -> None:
    if to in shop_codes.WAYS[state]:
        assert shop_codes.move(state, to) == to
    else:
        with pytest.raises(ConflictError) as caught:
            shop_codes.move(state, to)
        assert caught.value.code == "bad_code_state"


@given(st.integers(1, 10**6), st.none() | st.integers(0, 86_400))
def test_waits_grow_up_to_a_limit_and_keep_what_the_shop_asked_for(attempts: int, told: int | None) -> None:
    wait = shop_codes.ask_again_at(0, attempts, told)
    assert MINUTE <= wait <= max(6 * HOUR, (told or 0) * 1_000_000)
    assert wait <= shop_codes.ask_again_at(0, attempts + 1, told)
    assert wait >= (told or 0) * 1_000_000
