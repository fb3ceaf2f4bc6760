"""The words of the pages in the visitor's language: English in the code, other languages from gettext catalogues.

A middleware wraps every page in ``speaking``; outside of requests English is spoken. What stays English on a
German page says so by ``lang``. ``scripts/words.py`` collects the words and compiles what was translated.
"""

import gettext as catalogues
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from fanshare.core import marks

type View = Callable[..., Any]

#: What a visitor may choose, each in its own words.
LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
COOKIE = "fanshare_language"
FOLDER = Path(__file__).resolve().parent / "locale"

_spoken: ContextVar[str] = ContextVar("spoken", default="en")


def spoken() -> str:
    """The language of the page that is being made: ``en``, ``de``."""
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Any:
    """Speak a language until the block ends."""
    token = _spoken.set(language if language in LANGUAGES else "en")
    try:
        yield
    finally:
        _spoken.reset(token)


def gettext(message: str) -> str:
    """A message in the language spoken; itself where nobody has translated it."""
    return _catalogue(spoken()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """One of two messages, by a number."""
    return _catalogue(spoken()).ngettext(singular, plural, n)


def words_in(language: str) -> Callable[[str], str]:
    """What translates a message into a language; English where it is none of ours."""
    return _catalogue(language if language in LANGUAGES else "en").gettext


#: Marks a message that is translated where it is shown.
later = marks.later


def of_visitor(request: Any) -> str:
    """What the visitor chose, else the first language of hers that we speak, else English."""
    wishes = [request.COOKIES.get(COOKIE, "")]
    wishes += [wish.split(";")[0].strip()[:2].lower() for wish in request.headers.get("Accept-Language", "").split(",")]
    return next((wish for wish in wishes if wish in LANGUAGES), "en")


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    return catalogues.translation("fanshare", FOLDER, [language], fallback=language == "en")
