"""Records as the edge writes them and the drain reads them."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.spool.records import (
    CLICK,
    DELIVERY,
    REFUSED,
    ClickRecord,
    ClickVerdict,
    DeliveryRecord,
    RefusedRecord,
    decode,
    encode,
)

numbers = st.integers(0, 2**62)
words = st.text(max_size=40)
headers = st.dictionaries(words, words, max_size=5)


@given(
    st.builds(
        ClickRecord,
        words,
        numbers,
        numbers,
        numbers,
        st.sampled_from(ClickVerdict),
        st.binary(min_size=16, max_size=16),
        words,
        st.none() | st.booleans(),
        st.booleans(),
        words,
    )
)
def test_a_click_comes_back(record: ClickRecord) -> None:
    assert decode(CLICK, encode(record)) == record


@given(st.builds(DeliveryRecord, numbers, numbers, words, words, numbers, headers, st.binary(max_size=200), words))
def test_a_delivery_comes_back(record: DeliveryRecord) -> None:
    assert decode(DELIVERY, encode(record)) == record


@given(st.builds(RefusedRecord, numbers, numbers, words, words, numbers, headers, st.binary(max_size=200), words))
def test_a_refused_delivery_comes_back(record: RefusedRecord) -> None:
    assert decode(REFUSED, encode(record)) == record


def test_fields_that_came_later_take_their_default() -> None:
    old = msgspec.msgpack.encode(["id", 1, 2, 3, "counted", b"v" * 16])
    click = decode(CLICK, old)
    assert isinstance(click, ClickRecord)
    assert (click.referrer_kind, click.user_activation, click.platform) == ("none", None, "other")


@pytest.mark.parametrize(("kind", "payload"), [(9, b"\x90"), (CLICK, b"\x90"), (DELIVERY, b"\xff"), (CLICK, b"")])
def test_what_is_no_record_is_a_value_error(kind: int, payload: bytes) -> None:
    with pytest.raises(ValueError):
        decode(kind, payload)
