"""Codes of shop credit in a file: whole rows are taken, every other one is refused with its reason."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import credit_stock as stock
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, parse_rfc3339, zone
from fanshare.core.money import MICROS

NOW = parse_rfc3339("2026-11-22T02:20:00Z")
BERLIN = zone("Europe/Berlin")
HEAD = "code,value,currency,end\n"


def read(text: str) -> stock.Told:
    return stock.read(text.encode(), BERLIN, NOW)


def why(text: str) -> dict[int, str]:
    return {one.row: one.error.code for one in read(text).refused}


def test_each_row_is_a_code_or_is_refused_with_its_reason_and_the_first_of_two_counts() -> None:
    told = read(
        HEAD + "A1,10.00,EUR,\nB2,10,eur,2027-12-31\n\na1,5.00,EUR,\n,5.00,EUR,\nC 3,5.00,EUR,\nD4,0,EUR,\n"
        "E5,5.001,EUR,\nF6,-5,EUR,\nG7,ten,EUR,\nH8,5.00,EURO,\nI9,5.00,EUR,31.12.2027\nJ1,5.00,EUR,2026-12-20\n"
        "K2,1.5,JPY,\nL3,150,JPY,9999-12-31\n"
    )
    assert [(one.row, one.code, one.amount, one.currency) for one in told.pieces] == [
        (2, "A1", 10 * MICROS, "EUR"),
        (3, "B2", 10 * MICROS, "EUR"),
    ]
    assert told.pieces[0].ends_at is None
    assert told.pieces[1].ends_at == parse_rfc3339("2027-12-31T23:00:00Z"), "the whole last day is hers"
    assert {one.row: one.error.code for one in told.refused} == {
        5: "repeated_code",
        6: "bad_code",
        7: "bad_code",
        8: "bad_value",
        9: "bad_value",
        10: "bad_value",
        11: "bad_value",
        12: "bad_currency",
        13: "bad_end",
        14: "ends_soon",
        15: "bad_value",
        16: "bad_end",
    }
    assert all("A1" not in one.error.message for one in told.refused), "a code is money: no sentence holds one"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe", "not_text"),
        (b"", "no_header"),
        (b"A1,10.00,EUR\n", "no_header"),
        (b"code,value,currency\n", "no_codes"),
        (b'code,value,currency\n"A1,1,EUR', "bad_csv"),
        (b"code,value,currency\n" + b"A,1,EUR\n" * (stock.MOST_ROWS + 1), "too_many_codes"),
    ],
)
def test_what_is_no_file_of_codes_is_refused_whole(content: bytes, code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        stock.read(content, BERLIN, NOW)
    assert caught.value.code == code


def test_columns_may_stand_in_any_order_and_be_parted_as_a_spreadsheet_does() -> None:
    told = read("Value;Code;Note;Currency\n7.50;X1;for fans;EUR\n")
    assert [(one.code, one.amount) for one in told.pieces] == [("X1", 7_500_000)]
    assert why("\ufeffcode\tvalue\tcurrency\nX1\t1\n") == {2: "bad_currency"}


_TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)


@given(st.lists(st.tuples(_TEXTS, _TEXTS, st.sampled_from(["EUR", "JPY", "", "XX"]), _TEXTS), min_size=1, max_size=20))
def test_of_any_rows_each_is_taken_or_refused_once(rows: list[tuple[str, str, str, str]]) -> None:
    cells = [dict(zip(("code", "value", "currency", "end"), row, strict=True)) for row in rows]
    told = stock.take(enumerate(cells, 1), BERLIN, NOW)
    said = [one.row for one in told.pieces] + [one.row for one in told.refused]
    assert len(said) == len({*said}) == len(rows)
    assert len({one.code.casefold() for one in told.pieces}) == len(told.pieces)
    assert all(one.amount > 0 for one in told.pieces)


@given(
    st.dictionaries(st.integers(1, 100).map(lambda n: n * MICROS), st.integers(0, 3)),
    st.integers(-100 * MICROS, 100 * MICROS),
)
def test_values_that_are_there_and_covered_are_offered_and_no_other(values: dict[int, int], most: int) -> None:
    offered = stock.left(values, most)
    assert offered == sorted(offered)
    assert {*offered} == {one for one in values if values[one] and one <= most}


@given(st.integers(0, 400))
def test_a_code_that_ends_within_thirty_days_is_given_to_nobody(days: int) -> None:
    day = date(2026, 11, 22) + timedelta(days=days)
    refused = why(f"{HEAD}A1,1.00,EUR,{day}\n")
    assert (refused == {2: "ends_soon"}) is (days < 30)
    assert stock.lasts(None, NOW)
    assert stock.lasts(NOW + days * DAY, NOW) is (days >= 30)
