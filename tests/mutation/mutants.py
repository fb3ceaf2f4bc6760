"""Mutants of a module: its source with one thing changed that a test should notice.

Changed are comparisons, arithmetic, and/or, not, numbers, conditions, slices and what is returned. Left alone are
docstrings, annotations, the text of messages and what only a type checker reads.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitXor: ast.BitAnd,
}

type Change = Callable[[ast.AST], None]


@dataclass(frozen=True)
class Mutant:
    """One changed source. ``name`` says where and what, and stays the same while the function does."""

    name: str
    line: int
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """All mutants of a module, in the order of its lines. What comes to the same text is none."""
    tree = ast.parse(source)
    _forget_annotations(tree)
    unchanged = ast.unparse(tree)
    for at, (node, where) in enumerate(_walk(tree)):
        for what, change in _changes(node):
            other = copy.deepcopy(tree)
            change(_at(other, at))
            text = ast.unparse(ast.fix_missing_locations(other))
            if text == unchanged:
                continue
            yield Mutant(f"{where}: {_shown(node)}  ->  {what}", getattr(node, "lineno", 0), text)


def _forget_annotations(tree: ast.Module) -> None:
    """Take out the annotations of functions, which no test can see."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                argument.annotation = None


def _walk(tree: ast.AST, where: str = "module") -> Iterator[tuple[ast.AST, str]]:
    for child in ast.iter_child_nodes(tree):
        if _is_silent(tree, child):
            continue
        place = where
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            place = child.name if where == "module" else f"{where}.{child.name}"
        yield child, place
        yield from _walk(child, place)


def _is_silent(parent: ast.AST, child: ast.AST) -> bool:
    """Annotations, type aliases, docstrings, and the words of what is raised."""
    if isinstance(child, ast.TypeAlias | ast.Raise | ast.Import | ast.ImportFrom):
        return True
    if isinstance(parent, ast.AnnAssign) and child is parent.annotation:
        return True
    return isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)


def _at(tree: ast.AST, wanted: int) -> ast.AST:
    return next(node for at, (node, _) in enumerate(_walk(tree)) if at == wanted)


def _shown(node: ast.AST) -> str:
    return ast.unparse(node).split("\n")[0][:90]


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """(what it becomes, how) for every mutation of one node."""
    match node:
        case ast.Compare():
            yield from _of_comparison(node)
        case ast.BinOp() | ast.AugAssign() if type(node.op) in _ARITHMETIC:
            other = _ARITHMETIC[type(node.op)]
            yield other.__name__, lambda found: setattr(found, "op", other())
        case ast.BoolOp():
            swapped = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield swapped.__name__, lambda found: setattr(found, "op", swapped())
        case ast.UnaryOp(op=ast.Not()):
            yield "without not", _turn_round
        case ast.Constant(value=bool(value)):
            yield str(not value), lambda found: setattr(found, "value", not value)
        case ast.Constant(value=int(number)):
            yield str(number + 1), lambda found: setattr(found, "value", number + 1)
        case ast.If() | ast.IfExp() | ast.While():
            yield "never", lambda found: setattr(found, "test", ast.Constant(False))
            if not isinstance(node, ast.While):
                yield "always", lambda found: setattr(found, "test", ast.Constant(True))
        case ast.Return(value=ast.expr()):
            yield "return None", lambda found: setattr(found, "value", ast.Constant(None))


def _of_comparison(node: ast.Compare) -> Iterator[tuple[str, Change]]:
    for place, operator in enumerate(node.ops):
        for other in _COMPARISONS.get(type(operator), ()):

            def change(found: ast.AST, place: int = place, other: type[ast.cmpop] = other) -> None:
                assert isinstance(found, ast.Compare)
                found.ops[place] = other()

            yield f"{other.__name__} ({place + 1})", change


def _turn_round(found: ast.AST) -> None:
    """``not x`` becomes ``not not x``: its truth is turned round, its place in the tree stays."""
    assert isinstance(found, ast.UnaryOp)
    found.operand = ast.UnaryOp(ast.Not(), found.operand)
