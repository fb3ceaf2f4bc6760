"""Templates are compiled once for each language: what a page always says is text by then, not a call.

A page of lines asked for two hundred messages and made a hundred and fifty icons, addresses and dates by calls that
Jinja resolves, wraps and escapes one by one. Here a message becomes its translation while the template is compiled, and
a call of a plain function becomes a filter: Jinja calls those directly, and works out at once what does not change.
What is written out is looked at first: most of it holds no sign that HTML knows, and needs no wrapping to stand there.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

_SIGN_OF_HTML = re.compile(r"[&<>'\"]").search
#: The names under which templates ask for a message, ``{% trans %}`` included.
_MESSAGES = ("_", "gettext")


def written(value: Any) -> str:
    """A value as it stands in a page: escaped unless it is markup. As ``markupsafe.escape``, for writing alone.

    Text that needs no escaping comes back as it is, not as markup: this is for what is joined into a page at once.
    """
    kind = type(value)
    if kind is Markup or (kind is str and _SIGN_OF_HTML(value) is None):
        return value  # type: ignore[no-any-return]
    return str(value) if kind is int else escape(value)


class FoldedTemplates(CodeGenerator):
    """Writes the code of a template after its messages and plain calls are folded."""

    def _output_child_pre(self, node: nodes.Expr, frame: Any, finalize: Any) -> None:
        """Before a value that is written out."""
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.written(")

    def visit_Template(self, node: nodes.Template, frame: Any = None) -> None:  # noqa: N802  # Jinja's name
        """Fold, then write."""
        environment: Any = self.environment
        own = _names(node)
        plain = {name: called for name, called in environment.plain.items() if name not in own}
        super().visit_Template(_Folding(environment, environment.words, plain).visit(node), frame)


def _names(template: nodes.Template) -> set[str]:
    """The names a template gives itself: variables, macros, what it takes from others."""
    own = {name.name for name in template.find_all(nodes.Name) if name.ctx in {"store", "param"}}
    own |= {macro.name for macro in template.find_all(nodes.Macro)}
    own |= {taken.target for taken in template.find_all(nodes.Import)}
    for taken in template.find_all(nodes.FromImport):
        own |= {name if isinstance(name, str) else name[1] for name in taken.names}
    return own


class _Folding(NodeTransformer):
    def __init__(self, environment: Environment, words: Callable[[str], str], plain: Mapping[str, Any]) -> None:
        self._environment, self._words, self._plain = environment, words, plain

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  # Jinja's name
        """A message as its translation, a call of a plain function as a filter, another call as it is."""
        self.generic_visit(node)
        called = node.node.name if isinstance(node.node, nodes.Name) else ""
        if not node.args or node.dyn_args or node.dyn_kwargs:
            return node
        first, *rest = node.args
        if called in _MESSAGES and isinstance(first, nodes.Const) and not rest:
            return self._message(first, node.kwargs)
        if called in self._plain:
            folded = nodes.Filter(first, called, rest, node.kwargs, None, None, lineno=node.lineno)
            folded.set_environment(self._environment)
            return folded
        return node

    def _message(self, message: nodes.Const, named: list[nodes.Keyword]) -> nodes.Node:
        """As Jinja's new-style gettext: markup in which ``%(name)s`` is replaced and ``%%`` is one sign."""
        text, line = self._words(message.value), message.lineno
        if not named:
            return nodes.MarkSafe(nodes.Const(text % {}, lineno=line), lineno=line).set_environment(self._environment)
        pairs = [nodes.Pair(nodes.Const(one.key, lineno=line), one.value, lineno=line) for one in named]
        safe = nodes.MarkSafe(nodes.Const(text, lineno=line), lineno=line)
        return nodes.Mod(safe, nodes.Dict(pairs, lineno=line), lineno=line).set_environment(self._environment)


class Spoken(Environment):
    """An environment of one language.

    ``words`` translates a message while a template is compiled; ``plain`` are functions of at least one argument that
    templates call and that ask nothing of the page they are on. What they say must never change while the process lives
    where all their arguments are written in the template.
    """

    code_generator_class = FoldedTemplates
    written = staticmethod(written)

    def __init__(self, words: Callable[[str], str], plain: Mapping[str, Callable[..., Any]], **options: Any) -> None:
        super().__init__(**options)
        self.words, self.plain = words, plain
        self.globals.update(plain)
        self.filters.update(plain)
