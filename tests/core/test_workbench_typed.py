"""What is typed into books is read strictly, and an entry comes back from its document as it was."""

from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.money import MICROS
from fanshare.core.workbench import typed
from fanshare.core.workbench.documents import KINDS, Written, document, kind_of, read, shelf
from fanshare.core.workbench.entries import Cost, Deal, Running, Settings, Time

_VALUES: dict[object, st.SearchStrategy[Any]] = {str: st.text(max_size=20), date: st.dates()}


def _entry(made: type[Any]) -> st.SearchStrategy[Written]:
    """Any entry of a kind; what is neither text nor day is a whole number."""
    values = {field.name: _VALUES.get(field.type, st.integers(0, 10**14)) for field in fields(made)}
    return st.builds(made, **values)


@given(st.sampled_from(sorted(KINDS)).flatmap(lambda kind: _entry(KINDS[kind])))
def test_an_entry_comes_back_from_its_document(entry: Written) -> None:
    assert read(getattr(entry, "id", ""), document(entry)) == entry
    assert type(entry) is KINDS[kind_of(entry)]


def test_a_field_that_an_older_document_lacks_has_its_usual_value() -> None:
    old = {"kind": "deal", "name": "A", "day": "2026-01-01", "fee": 1, "product": 0, "platform": "", "odd": 3}
    assert read("x", old) == Deal("x", "A", date(2026, 1, 1), 1, 0, "")
    for none in ({"kind": "moon"}, {}, {"kind": "deal"}, {"kind": "time", "day": "never", "minutes": 1, "step": ""}):
        with pytest.raises((KeyError, TypeError, ValueError)):
            read("x", none)


def test_what_names_a_deal_that_is_gone_is_for_everything() -> None:
    day = date(2026, 1, 1)
    found = shelf(
        {
            "1": Deal("1", "A", day, 1, 0, ""),
            "2": Cost("2", day, 5, "other", "", "1"),
            "3": Time("3", day, 5, "shoot", "gone"),
            "4": Settings("GBP", "UTC"),
            "5": Running(7),
        },
        Settings("EUR"),
    )
    books = found.books()
    assert (books.currency, found.running) == ("GBP", Running(7))
    assert (books.costs[0].deal, books.times[0].deal) == ("1", "")
    assert shelf({}, Settings("EUR")).books().currency == "EUR"


@pytest.mark.parametrize(
    ("text", "minutes"), [("1:30", 90), ("1.5", 90), ("1,5", 90), (" 0:01 ", 1), ("24", 1440), ("24:00", 1440),
                          ("0.01", 1), ("2", 120), ("00:45", 45), ("0.0083", 0)],
)  # fmt: skip
def test_a_time_is_read_as_people_write_it(text: str, minutes: int) -> None:
    if minutes:
        assert typed.minutes(text) == minutes
    else:
        with pytest.raises(BadInputError):
            typed.minutes(text)


@pytest.mark.parametrize(
    "text", ["", "0", "0:00", "1:60", "24:01", "-1", "1e1", "one", "25", "1:3", "100:00", "٣", "1:"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadInputError):
        typed.minutes(text)


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("", 0),
        (" ", 0),
        ("150", 150 * MICROS),
        ("1.000,50", 1_000_500_000),
        ("1,000.50", 1_000_500_000),
        ("150,50", 150_500_000),
        ("0.000001", 1),
        ("100000000", typed.MOST),
    ],
)
def test_an_amount_is_read_as_hands_of_any_language_write_it(text: str, micros: int) -> None:
    assert typed.amount(text) == micros


@pytest.mark.parametrize("text", ["-1", "1.500", "1,500", "€5", "1e3", "100000000.01", "NaN", "١"])
def test_what_is_no_amount_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(BadInputError):
        typed.amount(text)


def test_days_distances_numbers_and_words_are_held_to_their_limits() -> None:
    usual = date(1, 1, 1)
    assert typed.day("", usual) == usual
    assert typed.day("2100-12-31") == date(2100, 12, 31)
    assert typed.thousandths("12,5") == 12_500
    assert typed.number("600", 1, 600) == 600
    assert typed.words("  a \n b ", 3) == "a b"
    for call in (
        lambda: typed.day(""),
        lambda: typed.day("2101-01-01"),
        lambda: typed.day("1999-12-31"),
        lambda: typed.day("2026-02-30"),
        lambda: typed.thousandths("10000.001"),
        lambda: typed.thousandths("0"),
        lambda: typed.thousandths("far"),
        lambda: typed.thousandths("1.500"),
        lambda: typed.number("601", 1, 600),
        lambda: typed.number("1.5", 1, 600),
        lambda: typed.words("abcd", 3),
        lambda: typed.words(" ", 3, needed=True),
        lambda: typed.words("a\0", 3),
        lambda: typed.one_of("c", {"a", "b"}),
    ):
        with pytest.raises(BadInputError):
            call()
