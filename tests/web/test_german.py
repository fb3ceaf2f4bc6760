"""German as a visitor meets it: whole pages, errors too; what stays English says so, and caches are told."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from fanshare.core.errors import BadInputError
from fanshare.store.server import Server
from fanshare.web import language
from fanshare.web.said import plain
from tests.support.schema import schema_template
from tests.web.support import sample
from tests.web.support.company import Company, founded
from tests.web.support.serving import Answer, app, ask
from tests.web.support.weighing import asset, too_heavy
from tests.web.test_matrix import concrete, routes

__all__ = ["schema_template"]

WISH = "de-AT,de;q=0.9,en;q=0.8"


#: Short English words that no German sentence holds.
ENGLISH = {"the", "and", "of", "with", "your", "this", "is", "are", "you", "from", "until", "since", "at", "not", "by"}
_VOID = {"meta", "link", "input", "br", "img", "hr", "use", "rect", "path", "circle", "line"}


class _Heard(HTMLParser):
    """What is said in the page's own language: nothing in English parts, no commands, no words that somebody typed."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.texts += [] if self.skipped else [known.get(name) or "" for name in ("aria-label", "alt", "data-name")]
        other = known.get("lang") not in {None, "de"} or tag in {"code", "pre", "textarea", "script"}
        if tag not in _VOID and (self.skipped or other):
            self.skipped.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.skipped:
            self.skipped.pop()

    def handle_data(self, data: str) -> None:
        self.texts += [] if self.skipped else [data]


def english(html: str) -> list[str]:
    """Texts of a page that hold English words and do not say that they are English."""
    heard = _Heard()
    heard.feed(html)
    return [" ".join(text.split()) for text in heard.texts if ENGLISH & set(re.findall(r"[a-z]+", text.lower()))]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("german")) as made:
        yield made


def german(path: str, **more: str) -> Answer:
    return ask(app(), path, HTTP_ACCEPT_LANGUAGE=WISH, **more)


@pytest.mark.parametrize("path", sample.PAGES.values())
def test_every_public_page_is_german_for_who_wishes_it_and_caches_are_told(path: str) -> None:
    page = german(path)
    assert '<html lang="de">' in page.text
    assert "Zum Inhalt springen" in page.text
    assert {"Accept-Language", "Cookie"} <= set(page.headers["vary"].replace(" ", "").split(","))
    assert '<html lang="en">' in ask(app(), path).text


def test_a_sentence_of_why_that_keeps_not_how_it_was_made_says_that_it_is_english() -> None:
    """Those of the program do (``test_why_in_german``); these of the sample are words alone."""
    page = german("/why/fan-line-token-000000001").text
    assert "Warum" in page
    assert "wartet bis Di" in page
    assert '<span lang="en">Your link brought this buyer on Sat 14 Nov.</span>' in page
    assert 'lang="en"' not in re.sub(r"<html[^>]*>", "", ask(app(), "/why/fan-line-token-000000001").text)


def test_an_error_is_german_too() -> None:
    page = german("/no/such/page")
    assert page.status == 404
    assert "Hier ist keine Seite" in page.text
    assert "Fehler 404" in page.text


def test_a_fault_is_told_in_german_or_says_that_it_is_english() -> None:
    with language.speaking("de"):
        assert (
            plain(BadInputError("unknown_order", "There is no such order.")) == "Eine solche Bestellung gibt es nicht."
        )
        said = plain(BadInputError("bad_x", "No <b>x</b> of 7."))
        assert said == '<span lang="en">No &lt;b&gt;x&lt;/b&gt; of 7.</span>'
    assert plain(BadInputError("bad_x", "No x of 7.")) == "No x of 7."


def test_the_cookie_is_stronger_than_the_wish_of_the_browser() -> None:
    assert '<html lang="en">' in german("/", HTTP_COOKIE=f"{language.COOKIE}=en").text


def test_no_page_leaves_its_language_behind() -> None:
    german("/")
    assert language.spoken() == "en"


@pytest.mark.parametrize("who", ["bea", "cleo", "finn", "otto"])
def test_no_page_of_a_signed_in_person_mixes_english_in_or_is_heavy(company: Company, who: str) -> None:
    device, found, heavy, seen = company.device(who), {}, {}, 0
    for path in (concrete(route, company) for route, _view in routes()):
        page = device.get(path, HTTP_ACCEPT_LANGUAGE=WISH)
        if page.headers.get("content-type", "").startswith("text/html"):
            seen += page.status == 200
            found[path] = english(page.text)
            heavy[path] = too_heavy(page, asset)
    assert seen > 20
    assert {path: faults for path, faults in heavy.items() if faults} == {}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_english_words_on_a_german_page_are_found_unless_they_say_so() -> None:
    assert english('<p>the end<br>Ende</p><ul lang="en"><li>the end</li></ul>') == ["the end"]
    assert english('<a aria-label="End of it">Ende</a><code>fanshare is it</code>') == ["End of it"]
    assert english('<div lang="en"><p>this is it</p></div><p>das ist es</p>') == []
