"""Words that pages show and nobody can translate: literal English in templates, and sentences in the code of pages."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import Environment

#: What is called so in every language.
NAMES = {"fanshare", "CSV", "JSON", "PDF", "XML"}
#: Attributes that are read; ``data-name`` is the head of a column where a table is shown as a stack.
_SAID = {"aria-label", "title", "alt", "placeholder", "data-name"}
_SILENT = {"code", "pre", "script", "style"}
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = re.compile(r"[^\W\d_]{2,}[,;:]? [^\W\d_]+")
_CALLS = {"_", "gettext", "ngettext", "later"}
_COMMAND = "fanshare "
#: Blocks that stand inside a tag: a class, an attribute.
_INSIDE_TAGS = {"width", "listens"}
#: Stands for what a template puts there.
_HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"


class _Page(HTMLParser):
    """Collects what a reader sees or hears of literal HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        shown = _SAID | ({"content"} if known.get("name") == "description" else set())
        self.said += [value or "" for name, value in attrs if name in shown]
        self.silent += tag in _SILENT

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in _SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append(data)


def in_template(environment: Environment, source: str) -> list[str]:
    """Every literal text of a template with words in it, and every string of several words outside gettext."""
    html, strings = _taken_apart(environment, source)
    page = _Page()
    page.feed(html)
    page.close()
    found = [*page.said, *(text for text in strings if _SENTENCE.search(text) and not text.startswith(_COMMAND))]
    return [" ".join(text.split()) for text in found if set(_WORD.findall(text)) - NAMES]


def _taken_apart(environment: Environment, source: str) -> tuple[str, list[str]]:
    """The literal HTML without ``{% trans %}`` blocks, and the strings of expressions that nothing translates."""
    html: list[str] = []
    strings: list[str] = []
    inside: list[tuple[str, str]] = []
    left_out = ""
    for _line, kind, value in environment.lex(source):
        if kind == "data" and not left_out:
            html.append(value)
        elif kind in {"variable_begin", "block_begin"}:
            inside = []
        elif kind in {"variable_end", "block_end"}:
            html.append(_HOLE if kind == "variable_end" else "")
            strings += _untranslated(inside)
            left_out = _leaves_out([value for _kind, value in inside], left_out)
        elif kind not in {"whitespace", "data"}:
            inside.append((kind, value))
    return "".join(html), strings


def _leaves_out(block: list[str], until: str) -> str:
    """Which tag ends what is left out after this one, a translated part or a block inside a tag; empty: nothing is."""
    if until:
        return "" if block[:1] == [until] else until
    if block[:1] == ["trans"]:
        return "endtrans"
    return "endblock" if block[:1] == ["block"] and block[1] in _INSIDE_TAGS else ""


def _untranslated(tokens: list[tuple[str, str]]) -> Iterator[str]:
    """Strings outside the brackets of a translating call; what is only compared is not shown."""
    calls: list[bool] = []
    before = ("", "")
    for kind, value in tokens:
        if value == "(":
            calls.append(before[1] in _CALLS)
        elif value == ")" and calls:
            calls.pop()
        elif kind == "string" and not any(calls) and before[1] not in {"==", "!=", "in"}:
            yield value[1:-1]
        before = (kind, value)


def in_code(source: str) -> list[str]:
    """Sentences of a module outside docstrings, translating calls and raised errors."""
    return [text for text in _sentences(ast.parse(source)) if _SENTENCE.search(text)]


def _sentences(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
        return
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
        return
    for child in ast.iter_child_nodes(node):
        yield from _sentences(child)
