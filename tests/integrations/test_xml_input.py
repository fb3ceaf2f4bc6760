"""XML from strangers is a plain tree or refused: bombs, foreign files, wrong encodings, depth and size."""

import pytest

from fanshare.core.errors import BadInputError
from fanshare.integrations import xml_input
from fanshare.integrations.xml_input import read_xml

BOMB = (
    '<!DOCTYPE d [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]><d>&j;</d>"
)


def refused(raw: bytes) -> str:
    with pytest.raises(BadInputError) as caught:
        read_xml(raw)
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        '<!DOCTYPE d SYSTEM "http://127.0.0.1:1/d.dtd"><d/>',
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
        '<!DOCTYPE d [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><d/>',
        "<!DOCTYPE d><d/>",
    ],
)
def test_a_document_type_is_refused_whatever_it_declares(text: str) -> None:
    assert refused(text.encode()) == "xml_document_type"


@pytest.mark.parametrize("code", ["utf-16", "utf-32", "utf-16-le"])
def test_what_is_not_utf8_is_refused(code: str) -> None:
    assert refused("<d>Müller</d>".encode(code)) == "xml_encoding"


@pytest.mark.parametrize("name", ["ISO-8859-1", "windows-1252", "UTF-16", "utf-7", "no-such"])
def test_a_file_that_says_it_is_in_another_encoding_is_refused(name: str) -> None:
    assert refused(f'<?xml version="1.0" encoding="{name}"?><d>M</d>'.encode()) == "xml_encoding"


def test_latin_bytes_and_halves_of_characters_are_refused() -> None:
    assert refused("<d>Müller</d>".encode("latin-1")) == "xml_encoding"
    assert refused(b"<d>\xed\xa0\x80</d>") == "xml_encoding"


@pytest.mark.parametrize(
    "text", ["", " ", "<d>", "<d></e>", "<d/><d/>", "no", "<d>&x;</d>", "<d>&#0;</d>", "<d a='1' a='1'/>", "{}"]
)
def test_what_is_no_whole_document_is_refused(text: str) -> None:
    assert refused(text.encode()) == "xml_unreadable"


def test_too_deep_too_many_and_too_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(b"<d>" * 50_000 + b"</d>" * 50_000) == "xml_too_deep"
    assert refused(b"<d>" + b"x" * 100_001 + b"</d>") == "xml_too_large"
    monkeypatch.setattr(xml_input, "MAX_ELEMENTS", 10)
    assert refused(b"<d>" + b"<e/>" * 10 + b"</d>") == "xml_too_large"
    with pytest.raises(BadInputError, match="shorter periods"):
        read_xml(b"<d/>", max_bytes=3)


def test_names_are_read_without_their_namespace_and_texts_without_blanks() -> None:
    text = '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<p:d xmlns:p="urn:x" p:b="2" a="1"><p:e>\n Mü </p:e></p:d>'
    document = read_xml(text.encode())
    assert document.namespace == "urn:x"
    assert document.root.attributes == {"a": "1"}
    assert document.root.said("e") == "Mü"
    assert document.root.said("e/f") == ""


def test_sections_comments_and_references_are_read_as_the_text_they_are() -> None:
    assert read_xml(b"<d>a<!-- b --><![CDATA[&c;]]>&amp;&#65;<?p i?></d>").root.text == "a&c;&A"
