"""Bytes from strangers: exact, bounded, or refused with a reason."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.integrations.json_input import MAX_DEPTH, read_json, read_object


def refusal(raw: bytes) -> str:
    with pytest.raises(BadInputError) as caught:
        read_json(raw)
    return caught.value.code


_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=20,
)


def _clean(value: Any) -> bool:
    return "\\u0000" not in json.dumps(value)


@given(_values.filter(_clean), st.booleans())
def test_any_honest_json_is_read_as_it_is(value: Any, ascii_only: bool) -> None:
    assert read_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


def test_numbers_keep_their_own_digits() -> None:
    assert read_json(b"[0.1, 1e2, 37.739496]") == [Decimal("0.1"), Decimal("1e2"), Decimal("37.739496")]
    assert read_json(b"[820982911946154508]") == [820_982_911_946_154_508]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "bad_json"),
        (b"{", "bad_json"),
        (b"{'a':1}", "bad_json"),
        (b"webhook_id=2", "bad_json"),
        (b"[1,]", "bad_json"),
        (b"\xef\xbb\xbf{}", "bad_json"),
        (b"1" * 5_000, "bad_json"),
        (b"[NaN]", "bad_amount"),
        (b"[-Infinity]", "bad_amount"),
        (b"[1e99999999999999999999]", "bad_amount"),
        (b'"\xff"', "bad_text"),
        (b'"\xed\xa0\x80"', "bad_text"),
        (b'["\\ud800"]', "bad_text"),
        (b'{"\\udfff":1}', "bad_text"),
        (b'{"a":{"b":["\\u0000"]}}', "bad_text"),
        (b'["\0"]', "bad_text"),
        (b'{"a":1,"a":1}', "duplicate_key"),
        (b'{"x":{"a":1,"a":2}}', "duplicate_key"),
        (b'{"a":1,"\\u0061":2}', "duplicate_key"),
        (b"[" * 65 + b"]" * 65, "too_deep"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "too_deep"),
        (b"[" * 500_000, "too_deep"),
        (b'"' + b"x" * 1_000_000 + b'"', "too_large"),
    ],
)
def test_everything_else_has_a_reason(raw: bytes, code: str) -> None:
    assert refusal(raw) == code


def test_depth_counts_brackets_and_not_text() -> None:
    assert read_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert read_json(json.dumps(["[" * 1_000, '\\"[[[' * 500]).encode())


def test_a_pair_of_surrogates_is_one_honest_character() -> None:
    assert read_json(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_a_body_of_another_shape_is_not_an_order() -> None:
    with pytest.raises(BadInputError) as caught:
        read_object(b"[]")
    assert caught.value.code == "not_an_order"


@pytest.mark.parametrize("raw", [b'"' + b'\\"' * 499_990, b'"' * 999_999, b'"\\' * 400_000, b"{}" * 499_999])
def test_no_input_takes_longer_than_its_length(raw: bytes) -> None:
    start = time.process_time()
    assert refusal(raw) == "bad_json"
    assert time.process_time() - start < 2
