"""Who speaks to tenant tables: a look at the syntax trees of modules. Each function lists its offences."""

import ast
import re
from collections.abc import Iterator

from fanshare.store.access import PARAMETER
from fanshare.store.tables import TENANT

_SPEAKS = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE|USING|COPY|TRUNCATE|TABLE)\s+\"?(" + "|".join(sorted(TENANT)) + r")\b"
)
_SENDING = frozenset({"execute", "executemany", "copy", "stream"})
#: Work lists that are read across programmes to learn which programme to turn to, and nothing else.
ACROSS = frozenset(
    {
        "programmes_to_settle",
        "programmes_with_deliveries",
        "programmes_with_payments",
        "programmes_with_codes",
        "programmes_with_credit_notes",
        "programmes_with_credits",
        "programmes_with_goals",
        "programmes_with_calls",
        "programmes_with_targets",
        "programmes_with_claims_to_ask",
        "programmes_that_bear",
        "programmes_with_budgets",
        "programmes_with_leavers",
        "programmes_with_letters",
        "programmes_with_uploads",
        # A programme's own row says whether its budget has stopped it.
        "programme_with_id",
    }
)
#: What is said of the whole installation, as of a backup or before a restore: there is no programme to turn to.
WHOLE = frozenset({"keep_partitions", "logs", "payouts_underway", "runs_unsent", "shops"})


def sql_outside(source: str) -> list[str]:
    """Texts of a module that speak SQL to tenant tables."""
    tree = ast.parse(source)
    return [f"line {line}: {' '.join(text.split())[:80]}" for line, text in _texts(tree) if _SPEAKS.search(text)]


def around_the_door(source: str) -> list[str]:
    """Statements on tenant tables that a module of the store sends without an ``Access``."""
    tree = ast.parse(source)
    constants = {
        target.id: text
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and (text := _text(node.value)) is not None
    }
    offences = []
    for function, call in _calls(tree):
        if function in ACROSS | WHOLE or not isinstance(call.func, ast.Attribute) or call.func.attr not in _SENDING:
            continue
        argument = call.args[0] if call.args else None
        text = constants.get(argument.id) if isinstance(argument, ast.Name) else _text(argument)
        if text and _SPEAKS.search(text) and not _is_access(call.func.value):
            offences.append(f"line {call.lineno}: {' '.join(text.split())[:80]}")
    return offences


def statements(source: str) -> list[str]:
    """The whole statements of a module that are meant for an ``Access``: they bind its programme."""
    starts = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
    return [text for _, text in _texts(ast.parse(source)) if PARAMETER in text and text.split()[0] in starts]


def _is_access(receiver: ast.expr) -> bool:
    ending = receiver.attr if isinstance(receiver, ast.Attribute) else getattr(receiver, "id", "")
    return ending.lstrip("_") == "access"


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts of a module without its docstrings."""
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and id(node) not in prose and (text := _text(node)) is not None:
            yield node.lineno, text


def _text(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return node.value if isinstance(node.value, str) else node.value.decode("utf-8", "replace")
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or " ? " for part in node.values)
    return None


def _calls(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.Call]]:
    """Every call with the name of the function around it."""
    for node in ast.iter_child_nodes(tree):
        inside = node.name if isinstance(node, ast.FunctionDef) else function
        if isinstance(node, ast.Call):
            yield inside, node
        yield from _calls(node, inside)
