"""Every word of the translated pages is there in German, with its placeholders, and compiled as it was written."""

import importlib.util
import io
import re
from functools import cache
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo

from fanshare.web import language
from fanshare.web.wording import Calendar, exact, percent, shown
from tests.support.tree import PACKAGE, ROOT


def _words() -> ModuleType:
    spec = importlib.util.spec_from_file_location("words", ROOT / "scripts" / "words.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


WORDS = _words()
#: Reading all modules and templates takes a while; nobody here changes what comes of it.
translated = cache(WORDS.translated)
OTHERS = [name for name in language.LANGUAGES if name != "en"]
_PLACEHOLDER = re.compile(r"%\([a-z_]+\)s|%%")


def texts(value: object) -> tuple[str, ...]:
    return tuple(one or "" for one in value) if isinstance(value, (tuple, list)) else (str(value or ""),)


@pytest.mark.parametrize("name", OTHERS)
def test_every_word_is_translated_with_its_placeholders(name: str) -> None:
    known = translated(name)
    messages = [message for message in known if message.id]
    assert len(messages) > 100
    for message in messages:
        assert all(texts(message.string)), message.id
        wanted = set(_PLACEHOLDER.findall(texts(message.id)[-1]))
        assert all(set(_PLACEHOLDER.findall(text)) == wanted for text in texts(message.string)), message.id
    assert list(known.obsolete) == [], "words that nobody says any more: make words"


def test_no_german_sentence_ends_with_a_day_whose_name_ends_with_a_point_already() -> None:
    ends = re.compile(r"%\((day|due|reported|since|until)\)s\.( |$)")
    assert ends.search("bis %(day)s.")
    pages = [text for message in translated("de") for text in texts(message.string) if "\n" not in text]
    assert [text for text in pages if ends.search(text)] == [], (
        "So 6. Dez.. is a point too many; a mail writes 06.12.2026"
    )


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_compiled_is_what_was_written(name: str) -> None:
    out = io.BytesIO()
    write_mo(out, translated(name))
    place = language.FOLDER / name / "LC_MESSAGES" / "fanshare.mo"
    assert place.read_bytes() == out.getvalue(), "run make words"


def test_a_word_that_is_not_translated_would_be_seen() -> None:
    assert not all(texts(Message("new").string))
    assert not all(texts(Message(("one", "two")).string or ("", "")))
    found = {message.id for message in WORDS.collected() if message.id}
    assert {"Today", "Earnings", ("%(num)s click", "%(num)s clicks"), "Creator"} <= found


def test_every_sentence_of_an_error_can_be_looked_up_without_its_figures() -> None:
    made = list(WORDS.of_errors())
    assert [place for place, said in made if said is None] == [], "give figures beside the sentence, not within it"
    assert len({said for _place, said in made}) > 500
    assert all((PACKAGE / name).exists() for name in WORDS.NEVER_SHOWN)


def test_a_sentence_of_an_error_that_is_forgotten_would_be_seen() -> None:
    raised = """
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
FAULTS = {"form": "This is no number."}
def check(n, kind):
    told = "Too many." if n > 9 else "Too few."
    if n: raise BadInputError("number", told)
    if kind: raise ConflictError("form", FAULTS[kind])
    if not n: raise FanshareError("none", "There is no %(kind)s.", kind=kind)
    raise BadInputError("figure", f"{n} is no number.")
    raise ValueError("never", "Nobody reads this.")
"""
    said = [one for _line, one in WORDS.said_by(raised)]
    assert set(said) == {"Too many.", "Too few.", "This is no number.", "There is no %(kind)s.", None}


def test_amounts_rates_and_days_follow_the_language() -> None:
    calendar = Calendar(ZoneInfo("UTC"), 0)
    christmas = 1_798_200_000_000_000
    assert (shown(1_416_000, "EUR"), exact(1_416_000, "EUR"), percent(1250)) == ("1.41\xa0€", "1.416\xa0€", "12.5\xa0%")
    with language.speaking("de"):
        assert (shown(1_416_000, "EUR"), exact(1_416_000, "EUR")) == ("1,41\xa0€", "1,416\xa0€")
        assert percent(1250) == "12,5\xa0%"
        assert calendar.day(christmas) == "Fr\xa025.\xa0Dez.\xa02026"
        assert language.gettext("Today") == "Heute"
    assert language.gettext("Today") == "Today"
    with language.speaking("xx"):
        assert language.spoken() == "en"


class _Request:
    def __init__(self, cookie: str, wishes: str) -> None:
        self.COOKIES = {language.COOKIE: cookie} if cookie else {}
        self.headers = {"Accept-Language": wishes}


@pytest.mark.parametrize(
    ("cookie", "wishes", "expected"),
    [
        ("", "", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "fr-FR,de;q=0.7", "de"),
        ("en", "de", "en"),
        ("xx", "*", "en"),
        ("../../etc", "tlh", "en"),
    ],
)
def test_the_visitor_is_spoken_to_as_she_wishes(cookie: str, wishes: str, expected: str) -> None:
    assert language.of_visitor(_Request(cookie, wishes)) == expected
