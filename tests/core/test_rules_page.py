"""docs/rules.md says how well the rules read today."""

import importlib.util
from types import ModuleType

from tests.support import labelled
from tests.support.tree import ROOT


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rules", ROOT / "scripts" / "rules.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_page_is_what_the_rules_do_now() -> None:
    assert (ROOT / "docs" / "rules.md").read_text("utf-8") == _script().page(), "run make rules"


def test_scores_are_counted_by_topic() -> None:
    known = [
        labelled.Passage("tuned", "en", {"a": "x"}, "1"),
        labelled.Passage("tuned", "en", {"a": "x", "b": "y"}, "2"),
        labelled.Passage("tuned", "en", {}, "3"),
    ]
    said = {"1": {"a": "x"}, "2": {"a": "z"}, "3": {"a": "x"}}
    scores = labelled.scored(known, lambda one: said[one.text])
    assert scores == {"a": labelled.Score(2, 1, 0, 1), "b": labelled.Score(0, 0, 1, 0)}
    assert labelled.total(scores.values()) == labelled.Score(2, 1, 1, 1)
