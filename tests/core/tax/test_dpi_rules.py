"""A report that is right passes every rule, and for each rule there is a file that breaks it and nothing else does."""

import ast
import inspect
import re
from collections.abc import Callable

import pytest

from fanshare.core.tax.dpi import rules as module
from fanshare.core.tax.dpi import structure
from fanshare.core.tax.dpi.changes import due
from fanshare.core.tax.dpi.contents import of_operator
from fanshare.core.tax.dpi.nodes import read, written
from fanshare.core.tax.dpi.rules import check
from tests.core.tax.reports import COMPANY, OPERATOR, UNION, WITHOUT_TIN, content, correction, file_of, first, numbered

RIGHT = file_of(first(content(), content(COMPANY), content(WITHOUT_TIN))).decode()
CORRECTION = file_of(correction(content(), content(amount=5_000_000))).decode()
NIL = file_of(numbered(due({}, of_operator(OPERATOR), {}))[0]).decode()
DELETION = file_of(correction(content(), None)).decode()


def codes(text: str) -> set[str]:
    return {fault.code for fault in check(text.encode(), UNION)}


@pytest.mark.parametrize("text", [RIGHT, CORRECTION, NIL, DELETION], ids=["new", "correction", "nil", "deletion"])
def test_what_is_written_keeps_every_rule_and_is_read_back_as_it_was(text: str) -> None:
    assert codes(text) == set()
    assert written(read(text.encode())).decode() == text


def once(before: str, after: str, text: str = RIGHT) -> Callable[[], str]:
    def spoiled() -> str:
        assert before in text
        return text.replace(before, after, 1)

    return spoiled


def without(name: str, text: str = RIGHT) -> Callable[[], str]:
    """An element less, with everything in it."""

    def spoiled() -> str:
        begin, end = text.index(f"<dpi:{name}"), text.index(f"</dpi:{name}>") + len(f"</dpi:{name}>")
        return text[:begin] + text[end:]

    return spoiled


SPOILED: dict[str, Callable[[], str]] = {
    "unreadable": once("</dpi:DPI_OECD>", ""),
    "root": once('version="1.0">', 'version="2.0">'),
    "namespace": once("stf:DocRefId>", "dpi:DocRefId>", RIGHT.replace("</stf:DocRefId>", "</dpi:DocRefId>", 1)),
    "unknown_element": once("<dpi:VAT>FR40303265045</dpi:VAT>", "<dpi:Nationality>FR</dpi:Nationality>"),
    "element_order": lambda: re.sub(r"(<dpi:FirstName>.*?>)(\s*)(<dpi:LastName>.*?>)", r"\3\2\1", RIGHT, count=1),
    "element_missing": without("BirthInfo"),
    "element_repeated": once("<dpi:VAT>", "<dpi:VAT>DE136695976</dpi:VAT><dpi:VAT>"),
    "text_beside": once("<dpi:BirthInfo>", "<dpi:BirthInfo>1990"),
    "text_missing": once("<dpi:City>Berlin<", "<dpi:City> <"),
    "text_too_long": once("<dpi:City>Berlin<", f"<dpi:City>{'B' * 201}<"),
    "message_type": once("<dpi:MessageType>DPI<", "<dpi:MessageType>CRS<"),
    "message_indic": once("<dpi:MessageTypeIndic>DPI401<", "<dpi:MessageTypeIndic>DPI409<"),
    "period": once("2026-12-31<", "2026-06-30<"),
    "timestamp": once("T10:00:00.000<", "T10:00:00Z<"),
    "message_ref": once("<dpi:MessageRefId>DE2026DE", "<dpi:MessageRefId>DE2025DE"),
    "not_in_union": once("<dpi:PermanentEstablishment>IT<", "<dpi:PermanentEstablishment>CH<"),
    "country": once("<dpi:CountryCode>FR<", "<dpi:CountryCode>FX<"),
    "birth": once("1990-05-31<", "1990-02-30<"),
    "number_type": once('INType="BRN"', 'INType="XYZ"'),
    "address_type": once('"OECD302"', '"OECD306"'),
    "tin": once('<dpi:TIN unknown="true">', "<dpi:TIN>"),
    "office": once('"OECD304"', '"OECD303"'),
    "nexus": once("RPONEX1", "RPONEX6"),
    "assumed": once("<dpi:AssumedReporting>false", "<dpi:AssumedReporting>true"),
    "operator_indic": once("OECD0<", "OECD1<", CORRECTION),
    "nil_with_sellers": once("DPI401<", "DPI403<"),
    "no_sellers": once("DPI403<", "DPI401<", NIL),
    "identity": without("IndividualSeller"),
    "mixed": once("DPI402<", "DPI401<", CORRECTION),
    "birth_place": without("BirthPlace"),
    "not_whole": once(">100</dpi:ConsQ2>", ">100.00</dpi:ConsQ2>"),
    "negative": once(">100</dpi:ConsQ2>", ">-100</dpi:ConsQ2>"),
    "currency": lambda: RIGHT.replace('currCode="EUR"', 'currCode="XEU"'),
    "currencies": once('<dpi:ConsQ2 currCode="EUR">', '<dpi:ConsQ2 currCode="SEK">'),
    "number_with_currency": once("<dpi:NumbQ2>", '<dpi:NumbQ2 currCode="EUR">'),
    "money_without_activity": once("<dpi:NumbQ2>1<", "<dpi:NumbQ2>0<"),
    "doc_ref": once("<stf:DocRefId>DE2026DE", "<stf:DocRefId>FR2026DE"),
    "doc_ref_twice": once("DE2026DE-x0-2<", "DE2026DE-x0-1<"),
    "corrects": once("<stf:CorrDocRefId>DE2026DE-older</stf:CorrDocRefId>", "", CORRECTION),
    "corrects_itself": once("<stf:CorrDocRefId>DE2026DE-older<", "<stf:CorrDocRefId>DE2026DE-x0-1<", CORRECTION),
}  # fmt: skip
#: Where a file can't break one rule alone: what else is wrong with it then.
BESIDE = {
    "message_indic": {"mixed", "operator_indic"},
    "nil_with_sellers": {"mixed"},
}


@pytest.mark.parametrize("code", SPOILED)
def test_each_rule_finds_the_file_that_breaks_it(code: str) -> None:
    assert codes(SPOILED[code]()) == {code} | BESIDE.get(code, set())


def test_no_rule_is_without_a_file_that_breaks_it() -> None:
    known = set()
    for one in (module, structure):
        for call in ast.walk(ast.parse(inspect.getsource(one))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Fault":
                first_argument = call.args[0]
                assert isinstance(first_argument, ast.Constant)
                known.add(first_argument.value)
    assert known == SPOILED.keys()
    assert len(known) >= 30


def test_a_fault_repeats_nothing_that_the_file_says() -> None:
    told = " ".join(str(fault) for spoil in SPOILED.values() for fault in check(spoil().encode(), UNION))
    for secret in ("Finn", "36574261809", "Berlin", "DE89370400440532013000", "Crate"):
        assert secret not in told


@pytest.mark.parametrize("raw", [b"", b"<a/>", b"\xff", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_what_is_no_report_is_refused_and_nothing_of_it_is_fetched(raw: bytes) -> None:
    assert {fault.code for fault in check(raw, UNION)} <= {"unreadable", "root"}
    assert check(raw, UNION)
