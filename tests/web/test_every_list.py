"""Every list of every role: found, narrowed, paged, exported; refused in a sentence; and empty with a next action."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest

import fanshare.web
from fanshare.core.csv_cells import safe_cell
from fanshare.core.instants import DAY
from fanshare.core.terms_text import parse
from fanshare.flows import programmes
from fanshare.flows.people import Joiner, add_creator
from fanshare.flows.publish_terms import publish_terms
from fanshare.store.access import Access
from fanshare.store.server import Server
from fanshare.web import exports, lists
from tests.edge.running import KEYS
from tests.jobs.house import TERMS
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.every_list import LISTS, NO_LISTS, Listing
from tests.web.support.filling_books import reader

__all__ = ["schema_template"]
WEB = Path(fanshare.web.__file__).parent
TEMPLATES = WEB / "templates"
every_list = pytest.mark.parametrize("listing", LISTS, ids=lambda one: one.ident)


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Linen with rows in every list, added on two days; Silk, which Nell founded and nobody has entered yet; and Nora,
    who is in Wool and has done nothing there.
    """
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("lists")) as made:
        house = made.house
        new = programmes.checked("Silk", "EUR", "DE", "Europe/Berlin", contact="silk@shop.example")
        silk = programmes.found(house.conn, KEYS, new, house.now, "test", owner="nell@example.test")
        publish_terms(Access(house.conn, silk.id, "test"), parse(TERMS, "toml"), house.now, effective_at=house.now)
        add_creator(made.other.programme, Joiner("Nora", "nora@example.test"), house.now)
        for day in range(2):
            for add in dict.fromkeys(one.add for one in LISTS):
                add(made, day)
            house.later(DAY)
        yield made


@pytest.fixture
def page_of(monkeypatch: pytest.MonkeyPatch) -> "Paging":
    return Paging(monkeypatch)


class Paging:
    """Sets how many rows a page has; all lists take it from one place."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def __call__(self, rows: int) -> None:
        self.monkeypatch.setattr(lists, "PAGE", rows)


def loops(text: str) -> bool:
    return re.search(r"{%-? *for ", text) is not None


def test_every_template_that_repeats_something_is_a_list_or_says_why_not() -> None:
    repeating = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if loops(path.read_text())}
    known = {one.template for one in LISTS}
    assert repeating == known | set(NO_LISTS), "write it into tests/web/support/every_list.py"
    assert not known & set(NO_LISTS)
    assert loops("{%- for one in rows %}")
    assert not loops("{% if rows %}")


def test_the_rows_of_a_page_are_one_number_in_one_place() -> None:
    """Lists take it from what was asked of them; those that are no lists may read it, and nobody sets another."""
    set_here = [path.name for path in WEB.rglob("*.py") if re.search(r"^PAGE\b.*=", path.read_text(), re.MULTILINE)]
    assert set_here == ["lists.py"]


def at(listing: Listing, query: str = "", path: str = "") -> str:
    parts = "&".join(part for part in (listing.around, query.removeprefix("?")) if part)
    return f"{path or listing.path}?{parts}"


def under(text: str) -> str:
    return text.partition('<div class="under">')[2].partition("</div>")[0]


def rows_of(text: str) -> list[str]:
    """The rows of the list above its tools for pages and files; a page without any has none."""
    if '<div class="under">' not in text:
        return []
    above = re.sub(
        r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>', "", text.partition('<div class="under">')[0]
    )
    return re.findall(r"<(?:tr|li)[ >].*?</(?:tr|li)>", re.split(r"<tbody>|<[uo]l class=", above)[-1], re.DOTALL)


def hrefs(text: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="(\?[^"]*)"', under(text))]


def further(text: str) -> str:
    return next((href for href in hrefs(text) if "after=" in href), "")


def walk(device: Device, listing: Listing, query: str = "", *, most: int = 400) -> list[str]:
    """All rows, page by page, by the link under each page."""
    found: list[str] = []
    path = at(listing, query)
    for _ in range(most):
        answer = device.get(path)
        assert answer.status == 200, path
        found += rows_of(answer.text)
        query = further(answer.text)
        if not query:
            return found
        path = f"{listing.path}{query}"
    raise AssertionError("the pages do not end")


def as_json(device: Device, listing: Listing, query: str = "") -> list[dict[str, object]]:
    answer = device.get(at(listing, f"{query}&as=json"))
    assert answer.status == 200, answer.text
    told = json.loads(answer.text)
    assert told["complete"] is True
    rows: list[dict[str, object]] = told["rows"]
    return rows


def as_csv(device: Device, listing: Listing) -> list[list[str]]:
    answer = device.get(at(listing, "as=csv"))
    assert answer.status == 200
    return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"), newline="")))


def asks(listing: Listing) -> list[str]:
    """Everything that can be asked of it, one by one."""
    sought = [f"q={listing.search}"] if listing.search else []
    return [*sought, *listing.filters, *([f"from={_day(listing)}"] if listing.days else [])]


def _holds(listing: Listing, row: dict[str, object]) -> bool:
    """Whether a search has to find this row."""
    if listing.exactly:
        return row[listing.exactly] == listing.search
    return listing.search.lower() in " ".join(map(str, row.values())).lower()


def _day(listing: Listing) -> str:
    """The day on which the second rows were added: linen's clock stands two days after the first."""
    return (datetime(2026, 11, 22, 12, tzinfo=ZoneInfo(listing.zone)) + timedelta(days=1)).date().isoformat()


@every_list
def test_pages_walk_every_row_once_in_every_order(company: Company, page_of: Paging, listing: Listing) -> None:
    device = reader(company, listing.who, books=listing.books)
    for query in ("", *(f"sort={sort}" for sort in listing.sorts), *asks(listing)):
        page_of(1_000)
        whole = walk(device, listing, query, most=1)
        page_of(3)
        paged = walk(device, listing, query)
        assert paged == whole, query
        assert whole, query
    page_of(1_000)
    assert len(walk(device, listing)) >= 6


@every_list
def test_rows_that_come_in_meanwhile_repeat_and_hide_none(company: Company, page_of: Paging, listing: Listing) -> None:
    device = reader(company, listing.who, books=listing.books)
    page_of(1_000)
    before = walk(device, listing)
    page_of(2)
    first = device.get(at(listing)).text
    if not listing.fixed:
        listing.add(company, 500 + LISTS.index(listing))
    behind = further(first)
    assert behind
    rest = walk(device, listing, behind.removeprefix(f"?{listing.around}"))
    seen = [row for row in rows_of(first) + rest if row in set(before)]
    assert seen == before
    page_of(1_000)
    assert (len(walk(device, listing)) > len(before)) == (not listing.fixed)


@every_list
def test_files_hold_exactly_what_the_page_shows(company: Company, page_of: Paging, listing: Listing) -> None:
    device = reader(company, listing.who, books=listing.books)
    page_of(1_000)
    everything = as_json(device, listing)
    for query in ("", *asks(listing)):
        rows = as_json(device, listing, query)
        assert len(rows) == len(walk(device, listing, query, most=1)), query
        assert all(row in everything for row in rows), query
    heads, *cells = as_csv(device, listing)
    assert heads == list(everything[0])
    assert cells == [[safe_cell(row[head]) for head in heads] for row in everything]


@every_list
def test_search_and_days_leave_out_what_does_not_fit(company: Company, listing: Listing) -> None:
    device = reader(company, listing.who, books=listing.books)
    rows = as_json(device, listing, f"from={listing.early}" if listing.days else "")
    if listing.search:
        sought = as_json(device, listing, f"q={listing.search}")
        fits = [row for row in rows if _holds(listing, row)]
        assert sought == fits
        assert 0 < len(fits) < len(rows)
    if listing.days:
        day, zone = _day(listing), ZoneInfo(listing.zone)

        def on(row: dict[str, object]) -> str:
            told = str(row[listing.days])  # a moment, a day, or nothing yet
            return told if len(told) <= 10 else datetime.fromisoformat(told).astimezone(zone).date().isoformat()

        late, early = (
            as_json(device, listing, f"from={day}"),
            as_json(device, listing, f"from={listing.early}&to={day}"),
        )
        assert late == [row for row in rows if on(row) >= day]
        assert early == [row for row in rows if "" < on(row) <= day]
        assert as_json(device, listing, "from=2100-01-01") == []


@every_list
def test_what_was_asked_survives_paging_sorting_and_exporting(
    company: Company, page_of: Paging, listing: Listing
) -> None:
    device = reader(company, listing.who, books=listing.books)
    page_of(1)
    orders = [f"sort={listing.sorts[0]}"] if listing.sorts else []
    for query in asks(listing):
        asked = parse_qsl("&".join([listing.around, query, *orders]))
        text = device.get(at(listing, "&".join([query, *orders]))).text
        links = hrefs(text)
        assert len([href for href in links if "as=csv" in href or "as=json" in href]) == 2
        for href in links:
            assert set(asked) <= set(parse_qsl(href.removeprefix("?"))), href
        form = text.partition('<form class="tools"')[2].partition("</form>")[0]
        for name, value in asked:
            said = re.search(
                rf'name="{name}"[^>]*value="([^"]*)"|name="{name}".*?value="([^"]*)" selected', form, re.DOTALL
            )
            assert said, (name, query)
            assert unescape(said[1] or said[2]) == value, (name, query)


@every_list
def test_what_a_list_does_not_know_is_refused_in_a_sentence(company: Company, listing: Listing) -> None:
    device = reader(company, listing.who, books=listing.books)
    wrong = ["sort=random()", "as=exe", "after=!!!", "after=WzFd", "stat=held", "from=yesterday", "to=9999-12-31"]
    wrong += [f"{one.partition('=')[0]}=nothing-known" for one in listing.filters]
    wrong += ["q=" + "x" * 201, "q=%00"]
    for query in wrong:
        answer = device.get(at(listing, query))
        assert answer.status == 400, query
        assert re.search(r"list|not a day|fewer|no such filter", answer.text), query
        assert "Traceback" not in answer.text


@every_list
def test_nothing_found_is_told_apart_from_nothing_yet(company: Company, listing: Listing) -> None:
    device = reader(company, listing.who, books=listing.books)
    query = "q=no-such-thing-anywhere" if listing.search else "from=2100-01-01"
    empty = _empty(device.get(at(listing, query)).text)
    assert "Nothing fits this search." in empty
    assert re.search(r'<a class="button" href="\?[^"]*">', empty)
    path, who = listing.empty
    assert bool(path) != bool(listing.never_empty)
    if path:
        empty = _empty(reader(company, who, books=listing.books).get(at(listing, path=path)).text)
        assert "Nothing fits" not in empty
        assert re.search(r'<a class="button" href="/[^"]+"|<button', empty), "it names the next action"


def _empty(text: str) -> str:
    found = re.search(r'<div class="empty">.*?</div>', text, re.DOTALL)
    assert found is not None
    return found[0]


def test_no_cell_of_any_file_is_a_formula_and_one_would_be_seen(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def formulas(listing: Listing) -> list[str]:
        found = as_csv(reader(company, listing.who, books=listing.books), listing)
        return [cell for row in found for cell in row if cell.lstrip(" ").startswith(("=", "+", "@"))]

    for listing in LISTS:
        assert formulas(listing) == [], listing.ident
    monkeypatch.setattr(exports, "safe_cell", str)
    assert [one.ident for one in LISTS if not one.wordless and not formulas(one)] == [], (
        "the rows hold something to defuse"
    )


def test_a_page_that_took_its_size_from_elsewhere_would_be_seen(company: Company, page_of: Paging) -> None:
    """The control of the walks: a list that shows all rows at once has no link to follow."""
    page_of(3)
    device = company.device(LISTS[0].who)
    assert len(rows_of(device.get(at(LISTS[0])).text)) == 3
    page_of(1_000)
    assert further(device.get(at(LISTS[0])).text) == ""
