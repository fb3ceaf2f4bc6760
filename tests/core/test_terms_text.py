"""Terms as text: TOML and JSON are read exactly, and hostile documents are refused in a sentence."""

import contextlib
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.terms_document import TermsError, parse, read

SIMPLE: dict[str, Any] = {"commission": [{"id": "standard", "percent": "12"}]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = nan", "NaN and infinity"),
        ("x = -inf", "NaN and infinity"),
        ("x = 1e99999999999999999999", "beyond every limit"),
        ("x = " + "9" * 5000, "The document is not TOML"),
        ("x = 1\nx = 2", "The document is not TOML"),
        ("x = " + "[" * 50_000, "nested too deeply"),
        ("a.b.c.d.e.f.g.h = 1", "nested too deeply"),
        ("a." * 100_000 + "a = 1", "too many parts joined by dots"),
        ("'x' . " * 40_000 + "a = 1", "too many parts joined by dots"),
        ('"\\"".' * 40_000 + "a = 1", "too many parts joined by dots"),
        ("#" * 256_001, "larger than 256 kB"),
        (b"x = '\xff'", "not written in UTF-8"),
    ],
)
def test_hostile_toml_is_refused_in_a_sentence(text: str | bytes, said: str) -> None:
    with pytest.raises(TermsError, match=said):
        parse(text, "toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"x": NaN}', "NaN and infinity"),
        ('{"x": -Infinity}', "NaN and infinity"),
        ('{"x": 1e99999999999999999999}', "beyond every limit"),
        ('{"x": ' + "9" * 5000 + "}", "The document is not JSON"),
        ('{"x": 1, "x": 2}', "named twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 20 + "1" + "}" * 20, "nested too deeply"),
        ("[]", "must be a table"),
        ("", "The document is not JSON"),
    ],
)
def test_hostile_json_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(TermsError, match=said):
        parse(text, "json")


def test_percentages_written_as_fractions_are_read_exactly() -> None:
    tables = parse('[[commission]]\nid = "a"\npercent = 0.29\n', "toml")
    assert tables["commission"][0]["percent"] == Decimal("0.29")
    assert read(tables, version=1, effective_at=0).rules[0].bps == 29


def test_a_byte_order_mark_and_both_formats_are_fine() -> None:
    toml = parse(b'\xef\xbb\xbf[[commission]]\nid = "standard"\npercent = "12"\n', "toml")
    assert toml == parse(json.dumps(SIMPLE), "json") == SIMPLE


@given(st.text(max_size=60) | st.binary(max_size=60), st.sampled_from(["toml", "json"]))
def test_no_text_whatever_breaks_the_parser(text: str | bytes, form: Any) -> None:
    with contextlib.suppress(TermsError):
        assert isinstance(parse(text, form), dict)
