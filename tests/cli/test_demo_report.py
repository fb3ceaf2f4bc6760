"""The report of a demonstration says on a German page in German what the terminal says in English."""

import json
from collections import Counter
from types import SimpleNamespace

import pytest

from fanshare.cli import demo_report
from fanshare.cli.demo_figures import Trick
from fanshare.cli.demo_report import Report
from fanshare.core.marks import of_recipe, say
from fanshare.web import language
from fanshare.web.said import in_her_words

FACTS = {
    "creators": 3,
    "fans": 1200,
    "orders": 2000,
    "orders with several creators": 400,
    "refunds": 3,
    "cancellations": 4,
}


def report(monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.setattr(demo_report, "truth", lambda _world: SimpleNamespace(anyway=12))
    made = Report(
        world=SimpleNamespace(facts=lambda: FACTS, seed=1),  # type: ignore[arg-type]
        played=SimpleNamespace(visits=12345, posts=4000),  # type: ignore[arg-type]
        visits={"counted": 10, "bot": 1234, "preview": 3},
        orders=[SimpleNamespace(net=1_234_560_000)],  # type: ignore[list-item]
        shares=[SimpleNamespace(amount=5_000_000, role="fan", bucket="held")],  # type: ignore[list-item]
        months=2,
        paid=Counter({"payouts": 3, "arrived": 5_500_000}),
        tricks=[Trick("a fan buys through her own link", 3, 10_000_000, 0, 0, 0)],
        findings=[],
        statements={},
        recorded={"order 14 keeps": 1_000_000, "order 16 keeps": 0, "Mira earns": 5},
    )
    made.links = [("/demo", say("this report"), say("How the demonstration went."))]
    return made


def test_the_page_of_a_demonstration_is_german_to_the_last_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    made = report(monkeypatch)
    page = json.loads(made.page())
    told = [of_recipe(one) for row in page["figures"] for one in row]
    assert told[: len(made.figures()) * 2] == [one for row in made.figures() for one in row]
    told += [of_recipe(place[part]) for place in page["sections"][0]["links"] for part in ("text", "note")]
    with language.speaking("de"):
        said = [str(in_her_words(one)) for one in told]
    assert [one for one in said if "lang=" in one] == []
    assert {"1.234 Bot, 3 Vorschau", "1.234,56 EUR", "5,50 EUR in 3 Auszahlungen", "dieser Bericht"} <= set(said)
    assert "1,234 bot, 3 preview" in "\n".join(made.lines())
