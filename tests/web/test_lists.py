"""Addresses of lists: read, refused, written again; and files that no spreadsheet takes for formulas."""

import contextlib
import csv
import io
import json
import re
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fanshare.web
from fanshare.config.django import configure
from fanshare.core import csv_cells
from fanshare.core.csv_cells import safe_cell
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY
from fanshare.web import exports, lists, sealed_lists
from fanshare.web.lists import Spec, asked, behind, place, read_place
from fanshare.web.sealed_lists import sought

BERLIN = ZoneInfo("Europe/Berlin")
SPEC = Spec({"state": ("state", {"held": "held"})}, {"newest": "newest", "largest": "largest"}, search="search")


def test_an_empty_address_asks_for_everything_in_the_usual_order() -> None:
    wish = asked({}, SPEC, BERLIN)
    assert (wish.text, wish.sort, wish.after, wish.since, wish.until, wish.form) == ("", "newest", None, None, None, "")
    assert not wish.narrowed
    assert wish.address() == "?"


def test_what_is_set_of_a_list_is_told_in_the_words_of_its_tools() -> None:
    wish = asked({"q": "tee", "state": "held", "from": "2026-11-14", "sort": "largest"}, SPEC, BERLIN)
    assert wish.told == ["“tee”", "held", "from 2026-11-14", "largest"]
    assert asked({"sort": "newest"}, SPEC, BERLIN).told == []


class _Row(NamedTuple):
    id: int


def test_a_list_beside_the_one_of_a_page_is_walked_by_a_name_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)

    def read(*, before: int | None, limit: int) -> list[_Row]:
        return [_Row(n) for n in range(5, 0, -1) if before is None or n < before][:limit]

    seen, older = lists.beside({}, read)
    while older:
        rows, older = lists.beside({"codes": older}, read)
        seen += rows
    assert [row.id for row in seen] == [5, 4, 3, 2, 1]
    with pytest.raises(BadInputError):
        lists.beside({"codes": "x"}, read)


def test_days_are_those_of_the_programme_and_the_last_one_is_included() -> None:
    wish = asked({"from": "2026-11-14", "to": "2026-11-14"}, SPEC, BERLIN)
    assert wish.since is not None
    assert wish.until is not None
    assert wish.until - wish.since == DAY
    assert wish.since % DAY == 23 * DAY // 24, "midnight in Berlin is 23:00 UTC in winter"
    assert wish.narrowed


def test_an_address_is_written_as_it_was_read_and_a_new_search_begins_at_the_first() -> None:
    query = {"q": "a&b", "state": "held", "sort": "largest", "from": "2026-11-01", "after": place((5, 6))}
    wish = asked(query, SPEC, BERLIN)
    assert wish.after == (5, 6)
    assert wish.address() == "?q=a%26b&from=2026-11-01&state=held&sort=largest"
    assert wish.address(q="") == "?from=2026-11-01&state=held&sort=largest"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"state": "other"}, "bad_filter"),
        ({"sort": "random()"}, "bad_filter"),
        ({"as": "exe"}, "bad_filter"),
        ({"q": "x" * 201}, "bad_filter"),
        ({"q": "a\x00"}, "bad_filter"),
        ({"stat": "held"}, "bad_filter"),
        ({"utm": "x"}, "bad_filter"),
        ({"from": "yesterday"}, "bad_date"),
        ({"to": "9999-12-31"}, "bad_date"),
        ({"from": "0001-01-01"}, "bad_date"),
        ({"after": "WzFd"}, "bad_place"),
        ({"after": "!!!"}, "bad_place"),
        ({"after": lists.place((2**70, 1))}, "bad_place"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_sentence(query: dict[str, str], code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        asked(query, SPEC, BERLIN)
    assert caught.value.code == code


def test_what_others_write_behind_an_address_is_passed_over_and_not_written_again() -> None:
    """A link to a list that was sent on through a mail tool or a social network still opens."""
    wish = asked({"utm_source": "newsletter", "fbclid": "x", "gclid": "y", "state": "held"}, SPEC, BERLIN)
    assert wish.address() == "?state=held"


def test_what_pages_say_once_after_a_form_is_known_to_every_list() -> None:
    """Where a form leads on to its page with ``?kept=1``, the page may hold a list, which refuses strange names."""
    said = set()
    for path in Path(fanshare.web.__file__).parent.rglob("*.py"):
        said |= set(re.findall(r"\?([a-z_]+)=1\b", path.read_text(encoding="utf-8")))
    assert "kept" in said
    assert said <= lists.SAID_ONCE


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_refused(text: str) -> None:
    with contextlib.suppress(BadInputError):
        assert (read_place(text) is None) is (text == "")


@given(st.tuples(st.integers(-(2**63) + 1, 2**63 - 1), st.integers(0, 2**63 - 1)))
def test_a_place_is_read_as_it_was_written(key: tuple[int, int]) -> None:
    assert read_place(place(key)) == key


def test_a_list_that_is_held_whole_goes_on_behind_a_row_and_refuses_one_that_is_gone() -> None:
    rows = [30, 10, 20]
    assert list(behind(asked({}, SPEC, BERLIN), rows, int)) == rows
    assert list(behind(asked({"after": place((10, 0))}, SPEC, BERLIN), rows, int)) == [20]
    with pytest.raises(BadInputError) as caught:
        behind(asked({"after": place((40, 0))}, SPEC, BERLIN), rows, int)
    assert caught.value.code == "bad_place"


@given(
    st.lists(st.sampled_from(["", "Ann", "anna", "Bo"]), max_size=40), st.integers(1, 5), st.sampled_from(["", "AN"])
)
def test_what_lies_sealed_is_found_in_any_lots_and_what_shows_no_name_is_not(
    names: list[str], size: int, text: str
) -> None:
    rows = list(enumerate(names, 1))[::-1]
    fits = [row for row in rows if text.casefold() in row[1].casefold()]
    found: list[tuple[int, str]] = []
    query = {"q": text}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lists, "PAGE", size)
        patched.setattr(sealed_lists, "_LOT", 2)
        while True:
            shown = sought(
                asked(query, SPEC, BERLIN),
                lambda after, limit: [row for row in rows if after is None or row[0] < after[0]][:limit],
                list,
                lambda row: row[1],
                lambda row: (row[0], 0),
            )
            found += shown.rows
            if not shown.next:
                break
            query["after"] = shown.next
    assert found == fits
    assert not text or all(name for _, name in found)


DANGEROUS = ["=1+1", "+1", "-1+cmd|'/c calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\N{FULLWIDTH EQUALS SIGN}1"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_cell_that_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1.20", "0", "1042", "Shirt = good", "a@b.example", ""])
def test_numbers_and_words_are_left_alone(text: str) -> None:
    assert safe_cell(text) == text


@given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20), max_size=5))
def test_whatever_people_typed_comes_back_from_the_file(texts: list[str]) -> None:
    configure()
    rows = [{"a": text, "b": text} for text in texts]
    answer = exports.exported("csv", "x", rows, ["a", "b"], cut=False)
    read = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert read[0] == ["a", "b"]
    assert [row[0] for row in read[1:]] == [safe_cell(text) for text in texts]
    assert not any(row[0].lstrip(" ").startswith(csv_cells._FORMULA) for row in read[1:] if not _number(row[0]))
    found = json.loads(exports.exported("json", "x", rows, ["a"], cut=True).content)
    assert found == {"rows": rows, "complete": False}


def _number(text: str) -> bool:
    return csv_cells._NUMBER.fullmatch(text) is not None


def test_a_file_that_was_cut_says_so() -> None:
    configure()
    answer = exports.exported("csv", "x", [{"a": "1"}], ["a"], cut=True)
    assert "only the first 1 rows" in answer.content.decode()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="x.csv"'
