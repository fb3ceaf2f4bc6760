"""What holds of every test of pages: no page shows a sentence of these rooms that has no German (decision 135)."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest

from fanshare.core.errors import FanshareError
from fanshare.web import errors, language, said
from tests.support.tree import PACKAGE

#: The rooms whose sentences reach pages without being a page's.
ROOMS = ("integrations", "store", "jobs", "edge")
#: Says what whoever repairs the program needs, within a sentence of the page that is translated.
WITHIN = {"integrations/bank_rules.py"}


def raised_in(error: FanshareError) -> str:
    """The module of ours that raised an error, ``integrations/http.py``; empty where none did."""
    trace: TracebackType | None = error.__traceback__
    last = ""
    while trace is not None:
        last, trace = trace.tb_frame.f_code.co_filename, trace.tb_next
    path = Path(last)
    return path.relative_to(PACKAGE).as_posix() if last and path.is_relative_to(PACKAGE) else ""


def foreign(error: FanshareError) -> str:
    """Where a sentence without German comes from; empty where it has some, or is none of these rooms."""
    place = raised_in(error)
    known = language.words_in("de")(error.template) != error.template
    return "" if known or place in WITHIN or not place.startswith(ROOMS) else place


@pytest.fixture(autouse=True)
def _no_sentence_of_the_rooms_below_stays_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    shown, translated = [], said.translated

    def looked_at(error: FanshareError) -> str | None:
        if place := foreign(error):
            shown.append(f"{place}: {error.template}")
        return translated(error)

    monkeypatch.setattr(said, "translated", looked_at)
    monkeypatch.setattr(errors, "translated", looked_at)
    yield
    assert shown == [], "a page shows this in English only: make words, or decision 135"
