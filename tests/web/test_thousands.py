"""Amounts and counts have a sign between thousands wherever people read them, and never where a machine does."""

import csv
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from fanshare.core.errors import ConflictError
from fanshare.core.instants import DAY
from fanshare.core.marks import Figure, say
from fanshare.core.money import grouped
from fanshare.core.typed_amount import typed_amount
from fanshare.flows import news
from fanshare.store.queries.payout_runs import set_rule
from fanshare.store.server import Server
from fanshare.web import language, wording
from fanshare.web.said import in_her_words, plain
from fanshare.web.templating import environment
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded, order, tell
from tests.web.test_signed_in_browser import PAGES

__all__ = ["schema_template"]

BIG = 12_345_600_000
SPACE = "\N{NO-BREAK SPACE}"
#: Four figures or more before the cents, without a sign between them; not a part of a longer number or of a word.
BARE = re.compile(r"(?<![\w.,-])[0-9]{4,}[.,][0-9]{2}(?![\w.])")
GROUPED = re.compile(r"[0-9]{1,3}[.,][0-9]{3}[.,][0-9]{2}(?![0-9])")
#: Attributes that people read or hear.
READ = {"aria-label", "alt", "title", "placeholder", "data-name"}


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("12345.60", "12,345.60"),
        ("-1234567", "-1,234,567"),
        ("999.99", "999.99"),
        ("1000", "1,000"),
        ("0.05", "0.05"),
        ("12,345.60", "12,345.60"),
        ("none", "none"),
    ],
)
def test_a_comma_stands_between_thousands_and_said_twice_nothing_changes(number: str, said: str) -> None:
    assert grouped(number) == said
    assert grouped(said) == said


@pytest.mark.parametrize(
    ("spoken", "amount", "whole", "count"),
    [("en", "12,345.60", "12,345.605", "1,204"), ("de", "12.345,60", "12.345,605", "1.204")],
)
def test_each_language_has_its_signs_and_a_field_has_none_between_thousands(
    spoken: str, amount: str, whole: str, count: str
) -> None:
    with language.speaking(spoken):
        assert wording.shown(BIG, "EUR") == f"{amount}{SPACE}€"
        assert wording.exact(BIG + 5_000, "EUR") == f"{whole}{SPACE}€"
        assert wording.shown(BIG, "JPY") == f"{amount[:-3]}{SPACE}JPY"
        assert wording.writable(BIG, "EUR").replace(",", ".") == "12345.60"
        page = environment(spoken).from_string(
            "{{ n | counted }} {{ ngettext('%(num)s click', '%(num)s clicks', n) }}"
            "{% trans n=n %}{{ n }} mail is on its way.{% pluralize %}{{ n }} mails are on their way.{% endtrans %}"
        )
        assert page.render(n=1204).count(count) == 3


def test_sentences_that_are_made_below_the_pages_have_them_too() -> None:
    said = say("it was %(amount)s", amount=Figure("12345.60"))
    error = ConflictError(
        "out_of_stock", "No code of %(amount)s %(currency)s is left.", amount=Figure("1000.00"), currency="EUR"
    )
    assert (str(said), in_her_words(said)) == ("it was 12345.60", "it was 12,345.60")
    assert "1,000.00 EUR" in plain(error)
    with language.speaking("de"):
        assert "12.345,60" in in_her_words(said)


@pytest.mark.parametrize(("spoken", "said"), [("en", "1,234,567.80 EUR"), ("de", "1.234.567,80 EUR")])
def test_letters_have_them(spoken: str, said: str) -> None:
    with language.speaking(spoken):
        assert news.amount(language.gettext, 1_234_567_800_000, "EUR") == said


class Parts(HTMLParser):
    """What of a page people read, and what goes back or is for scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.machine: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = [tag] if tag in {"script", "textarea", "style"} else []
        for name, value in attrs:
            (self.read if name in READ else self.machine).append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._inside = []

    def handle_data(self, data: str) -> None:
        (self.machine if self._inside else self.read).append(data)


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """An installation in which somebody sold for large amounts, some of it ready, some waiting."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("thousands")) as made:
        brand = made.brand
        tell(
            brand,
            order(brand, "B9001", brand.link, 987_654_300_000),
            order(brand, "B9002", brand.fan_link, 876_543_200_000, ago=38 * DAY),
            order(brand, "B9003", brand.link, 765_432_100_000, ago=38 * DAY),
        )
        made.house.later(DAY)  # fans read figures as of the beginning of the day
        made.house.work()
        yield made


def paths(company: Company, who: str) -> list[str]:
    known = {"creator": company.brand.cleo, "code": company.brand.code, "order": 1}
    return [path.format(**known) for path in PAGES[who].values() if set(re.findall(r"{(\w+)}", path)) <= known.keys()]


@pytest.mark.parametrize("spoken", ["en", "de"])
@pytest.mark.parametrize("who", ["cleo", "bea", "finn", "otto"])
def test_no_page_shows_a_bare_amount_and_none_sends_back_a_grouped_one(company: Company, who: str, spoken: str) -> None:
    device, large = company.device(who), 0
    for path in paths(company, who):
        page = device.get(path, HTTP_ACCEPT_LANGUAGE=spoken)
        assert page.status in {200, 404}, path
        parts = Parts()
        parts.feed(page.text)
        assert [text for text in parts.read if BARE.search(text)] == [], path
        assert [text for text in parts.machine if GROUPED.search(text)] == [], path
        large += sum(bool(GROUPED.search(text)) for text in parts.read)
    assert large > 3 or who == "otto", "there is something to look at"


def test_a_bare_amount_would_be_found() -> None:
    """The negative control of the look above."""
    parts = Parts()
    parts.feed('<p>You have 12345.60</p><input value="12,345.60"><td data-name="1234.50"></td>')
    assert [bool(BARE.search(text)) for text in parts.read] == [True, True]
    assert any(GROUPED.search(text) for text in parts.machine)


@pytest.mark.parametrize("path", ["/brand/linen/orders", "/brand/linen/money?by=who"])
def test_files_for_machines_have_none(company: Company, path: str) -> None:
    device, joint = company.device("bea"), "&" if "?" in path else "?"
    told = device.get(f"{path}{joint}as=csv", HTTP_ACCEPT_LANGUAGE="de").text
    cells = [cell for row in csv.reader(io.StringIO(told)) for cell in row]
    assert any(re.fullmatch(r"-?[0-9]{4,}\.[0-9]{6}", cell) for cell in cells)
    assert not any(GROUPED.search(cell) for cell in cells)
    assert not GROUPED.search(json.dumps(json.loads(device.get(f"{path}{joint}as=json").text)))


@pytest.mark.parametrize(("spoken", "value"), [("en", "12345.60"), ("de", "12345,60")])
def test_what_stands_in_a_field_for_a_large_amount_is_taken_back_as_the_same(
    company: Company, spoken: str, value: str
) -> None:
    set_rule(company.brand.access, "EUR", BIG, None)
    page = company.device("bea").get("/brand/linen/payouts/rules", HTTP_ACCEPT_LANGUAGE=spoken).text
    assert f'value="{value}"' in page
    assert typed_amount(value, "EUR") == BIG
