"""German as a visitor meets it: whole pages, errors too; what stays English says so, and caches are told."""

import re

import pytest

from fanshare.web import language
from tests.web.support import sample
from tests.web.support.serving import Answer, app, ask

WISH = "de-AT,de;q=0.9,en;q=0.8"


def german(path: str, **more: str) -> Answer:
    return ask(app(), path, HTTP_ACCEPT_LANGUAGE=WISH, **more)


@pytest.mark.parametrize("path", sample.PAGES.values())
def test_every_public_page_is_german_for_who_wishes_it_and_caches_are_told(path: str) -> None:
    page = german(path)
    assert '<html lang="de">' in page.text
    assert "Zum Inhalt springen" in page.text
    assert {"Accept-Language", "Cookie"} <= set(page.headers["vary"].replace(" ", "").split(","))
    assert '<html lang="en">' in ask(app(), path).text


def test_sentences_that_a_statement_proves_stay_english_and_say_so() -> None:
    page = german("/why/fan-line-token-000000001").text
    assert "Warum" in page
    assert "wartet bis Di" in page
    assert '<p lang="en">' in page
    assert 'lang="en"' not in re.sub(r"<html[^>]*>", "", ask(app(), "/why/fan-line-token-000000001").text)


def test_an_error_is_german_too() -> None:
    page = german("/no/such/page")
    assert page.status == 404
    assert "Hier ist keine Seite" in page.text
    assert "Fehler 404" in page.text


def test_the_cookie_is_stronger_than_the_wish_of_the_browser() -> None:
    assert '<html lang="en">' in german("/", HTTP_COOKIE=f"{language.COOKIE}=en").text


def test_no_page_leaves_its_language_behind() -> None:
    german("/")
    assert language.spoken() == "en"
