"""A new form asks again who sends it, or says why it need not: found in the source, without running it."""

import ast
from collections.abc import Iterator

from fanshare.flows.authorisation import MATRIX, Role
from tests.support.tree import ROOT
from tests.support.unasked import UNASKED

WEB = ROOT / "src" / "fanshare" / "web"
PAGES = {"seated", "operated", "benched"}


def careless(source: str) -> Iterator[str]:
    """Views of one module that take a form and do not ask."""
    for view in ast.parse(source).body:
        if isinstance(view, ast.FunctionDef) and _takes_a_form(view) and not _asks(view):
            yield view.name


def _takes_a_form(view: ast.FunctionDef) -> bool:
    plain = {one.id for one in view.decorator_list if isinstance(one, ast.Name)}
    return any(_given(one, "form") for one in _pages(view)) or ("form" in plain and not _public(view))


def _asks(view: ast.FunctionDef) -> bool:
    names = {one.id for one in ast.walk(view) if isinstance(one, ast.Name)}
    return "unproved" in names or any(_given(one, "fresh") for one in _pages(view))


def _pages(view: ast.FunctionDef) -> list[ast.Call]:
    calls = [one for one in view.decorator_list if isinstance(one, ast.Call)]
    return [one for one in calls if isinstance(one.func, ast.Name) and one.func.id in PAGES]


def _given(call: ast.Call, name: str) -> bool:
    return any(one.arg == name and ast.unparse(one.value) == "True" for one in call.keywords)


def _public(view: ast.FunctionDef) -> bool:
    asked = [one.args[0] for one in view.decorator_list if isinstance(one, ast.Call) and one.args]
    return any(isinstance(one, ast.Constant) and Role.ANYBODY in MATRIX.get(str(one.value), ()) for one in asked)


def test_every_form_asks_again_or_has_a_reason_not_to() -> None:
    found = set()
    for path in WEB.rglob("*.py"):
        module = ".".join(path.relative_to(WEB).with_suffix("").parts)
        found |= {f"{module}.{name}" for name in careless(path.read_text("utf-8"))}
    assert found == set(UNASKED)


def test_a_form_that_does_not_ask_would_be_found() -> None:
    planted = '@seated("credit.keep", Role.FAN, form=True{})\ndef pay(here): {}\n'
    assert list(careless(planted.format("", "pass"))) == ["pay"]
    assert list(careless(planted.format(", fresh=True", "pass"))) == []
    assert list(careless(planted.format("", "unproved(here)"))) == []
    assert list(careless('@require("home")\n@form\ndef home(request): pass\n')) == ["home"]
    assert list(careless('@require("sign_in")\n@form\ndef enter(request): pass\n')) == []
