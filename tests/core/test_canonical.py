import json
import math
from enum import StrEnum

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.canonical import SAFE_INTEGER, CanonicalError, alike, canonical, parse_canonical, parse_json


class Word(StrEnum):
    A = "a"


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE_INTEGER, SAFE_INTEGER) | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


def test_the_example_of_the_standard_is_written_as_the_standard_says() -> None:
    value = {
        "€": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew",
        "1": "One",
        "\x80": "Control",
        "😀": "Smile",
    }
    assert list(json.loads(canonical(value))) == ["\r", "1", "\x80", "€", "😀", "\ufb33"]
    assert canonical({"s": '€$\x0f\nA\'B"\\\\"/'}) == '{"s":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'.encode()


@given(VALUES)
def test_another_implementation_of_the_standard_writes_the_same_bytes(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(VALUES)
def test_reading_and_writing_again_changes_nothing(value: object) -> None:
    assert parse_canonical(canonical(value)) == value


@pytest.mark.parametrize("value", [1.0, math.nan, math.inf, 2**53, -(2**53), b"x", {1: "x"}, {"x": {2}}, "\ud800"])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(CanonicalError):
        canonical({"value": value})


def test_a_lone_surrogate_in_a_key_is_refused() -> None:
    with pytest.raises(CanonicalError):
        canonical({"\udfff": 1})


def test_deep_nesting_is_refused_with_a_sentence_instead_of_a_crash() -> None:
    value: object = 1
    for _ in range(100):
        value = [value]
    with pytest.raises(CanonicalError, match="deeply"):
        canonical(value)
    with pytest.raises(CanonicalError):
        parse_json("[" * 100_000 + "]" * 100_000)


@pytest.mark.parametrize(
    "text",
    [
        "1.5",
        "1e3",
        "NaN",
        "Infinity",
        '{"a":1,"a":1}',
        "9007199254740993000",
        "9007199254740992",
        "-9007199254740992",
        "[1,]",
        '"\x01"',
        "",
        b"\xff\xfe",
    ],
)
def test_json_outside_the_subset_is_refused(text: str | bytes) -> None:
    with pytest.raises(CanonicalError):
        parse_json(text)


@pytest.mark.parametrize("data", [b'{"a": 1}', b'{"b":1,"a":1}', b'"\\u0041"', b"-0"])
def test_json_in_another_form_is_read_but_is_not_canonical(data: bytes) -> None:
    parse_json(data)
    with pytest.raises(CanonicalError):
        parse_canonical(data)


@given(VALUES, VALUES)
def test_values_are_alike_when_their_canonical_forms_are(one: object, other: object) -> None:
    assert alike(one, other) == (canonical(one) == canonical(other))
    assert alike(one, parse_json(canonical(one)))


@pytest.mark.parametrize(("one", "other"), [(True, 1), (0, False), ([1], [True]), ({"a": 1}, {"a": True})])
def test_a_truth_value_is_not_like_a_number(one: object, other: object) -> None:
    assert one == other
    assert not alike(one, other)


def test_another_kind_of_text_or_list_is_alike_where_it_is_written_alike() -> None:
    assert alike({"a": Word.A, "b": (1, 2)}, {"b": [1, 2], "a": "a"})


@pytest.mark.parametrize("text", ["9007199254740991", "-9007199254740991"])
def test_the_largest_integers_are_read(text: str) -> None:
    assert parse_json(text) == int(text)
