"""The house rules as functions: each takes the text of one Python module and returns the offences in it.

``tests/project`` runs them over the tree, and over planted offences to see that each can fail.
"""

import ast
import re
import sys
from collections.abc import Iterator
from typing import TypeGuard

MODULE_LINES = 400
FUNCTION_LINES = 60

#: What would let a clock, chance or the outside into the core. Time zones are read through ``zoneinfo``: calendars
#: are data, and no other way to them is exact.
_IMPURE_MODULES = frozenset(
    re.findall(
        r"\w+",
        "asyncio concurrent glob http io logging multiprocessing os pathlib random secrets select shutil signal "
        "socket sqlite3 ssl subprocess tempfile threading time urllib uuid",
    )
)
_IMPURE_BUILTINS = frozenset({"open", "print", "input", "exec", "eval", "compile", "breakpoint"})
_CLOCKS = frozenset({"now", "utcnow", "today"})
_CALENDAR = frozenset({"datetime", "date"})
_LATER = re.compile("|".join((r"\b(TO" + r"DO|FIX" + r"ME)\b", r"#.*\bXX" + r"X\b")))

_NAMED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

type Function = ast.FunctionDef | ast.AsyncFunctionDef


def long_modules(source: str) -> list[str]:
    """One offence if the module has more than ``MODULE_LINES`` lines."""
    lines = source.count("\n")
    return [f"{lines} lines; split it, {MODULE_LINES} is the limit"] if lines > MODULE_LINES else []


def long_functions(source: str) -> list[str]:
    """Functions of more than ``FUNCTION_LINES`` lines, docstring included, decorators not."""
    return [
        f"line {function.lineno}: {function.name} has {length} lines; {FUNCTION_LINES} is the limit"
        for function in _functions(ast.parse(source))
        if (length := (function.end_lineno or function.lineno) - function.lineno + 1) > FUNCTION_LINES
    ]


def undocumented(source: str) -> list[str]:
    """The module and its public top-level functions and classes that have no docstring."""
    tree = ast.parse(source)
    offences = [] if ast.get_docstring(tree) else ["the module has no docstring"]
    public = [node for node in tree.body if isinstance(node, _NAMED) and not node.name.startswith("_")]
    bare = [node for node in public if not ast.get_docstring(node)]
    return offences + [f"line {node.lineno}: {node.name} has no docstring" for node in bare]


def postponed(source: str) -> list[str]:
    """Lines that promise work for later instead of doing it or leaving it out."""
    return [
        f"line {number}: work put off: {line.strip()[:60]}"
        for number, line in enumerate(source.splitlines(), 1)
        if _LATER.search(line)
    ]


def floats(source: str) -> list[str]:
    """Float literals and mentions of ``float``, except where ``isinstance`` asks whether somebody else's value is one.

    True division of integers is mypy's part: its result is a float.
    """
    tree = ast.parse(source)
    asked = {id(part) for node in ast.walk(tree) if _is_type_question(node) for part in ast.walk(node)}
    return [f"line {node.lineno}: a float" for node in ast.walk(tree) if _is_float(node) and id(node) not in asked]


def impure(source: str) -> list[str]:
    """Imports and calls that read a clock, draw chance or touch the outside."""
    tree = ast.parse(source)
    modules = [
        f"line {line}: imports {name}"
        for name, line in _imports(tree)
        if _top(name) in _IMPURE_MODULES and name != "urllib.parse"
    ]
    return modules + [f"line {node.lineno}: calls {ast.unparse(node.func)}" for node in _impure_calls(tree)]


def foreign(source: str) -> list[str]:
    """Imports from outside the standard library and ``fanshare.core``; relative ones too, they hide where they go."""
    return [
        f"line {line}: imports {name}"
        for name, line in _imports(ast.parse(source))
        if _top(name) not in sys.stdlib_module_names and name.split(".")[:2] != ["fanshare", "core"]
    ]


def _functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _is_type_question(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"


def _is_float(node: ast.AST) -> TypeGuard[ast.Constant | ast.Name]:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float | complex)
    return isinstance(node, ast.Name) and node.id == "float"


def _imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            # `from fanshare import store` reaches into a room just as `import fanshare.store` does.
            names = [f"{base}.{alias.name}" for alias in node.names] if base == "fanshare" else [base]
            yield from ((name, node.lineno) for name in names)


def _impure_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in _IMPURE_BUILTINS:
            yield node
        elif isinstance(called, ast.Attribute) and called.attr in _CLOCKS:
            owner = called.value.attr if isinstance(called.value, ast.Attribute) else ast.unparse(called.value)
            if owner in _CALENDAR:
                yield node


def _top(name: str) -> str:
    return name.split(".")[0]
