"""Collects the words of the pages and compiles what was translated (make words).

Marked in the code are ``_("...")``, ``gettext``, ``ngettext`` and ``later``; in templates ``_``, ``ngettext`` and
``{% trans %}``. Sentences of errors need no mark: whatever is said by one in the rooms whose errors pages show is
collected (decision 123). Nothing is thrown away silently: a translation whose words are gone is listed.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).resolve().parent.parent / "src" / "fanshare"
FOLDER = WEB / "web" / "locale"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext.babel_extract")]
KEYWORDS = {"_": (1,), "gettext": (1,), "ngettext": (1, 2), "later": (1,), "say": (1,), "say_n": (1, 2)}
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
#: The rooms whose errors reach pages, by themselves or kept in a column.
ROOMS = ("web", "core", "flows", "integrations", "store", "jobs", "edge")
#: Rooms whose marked sentences reach them.
SAYING = (*ROOMS, "config", "world")
#: What the demonstration tells of itself on a page; the rest of the command line speaks English.
ALSO = {"cli": [("demo_*.py", "python")]}
#: The errors that they raise, and which of their arguments is the sentence. Other subclasses say their own sentences,
#: mostly about damaged proofs.
ERRORS = {
    **dict.fromkeys(("FanshareError", "BadInputError", "ConflictError"), 1),
    **dict.fromkeys(("ShopUnreachableError", "ShopRefusedError", "OrderHiddenError"), 0),
    **dict.fromkeys(("RefusedPermissionError", "TooCostlyError", "NotFetchedError", "TargetRefusedError"), 0),
}
#: Said to programs and to whoever writes them or runs the server, on the command line and in its log, never by a page
#: (decision 135): what a transfer is, what a salt is; rows of files that a command reads; a database that does not run.
NEVER_SHOWN = {
    "core/ledger.py",
    "core/commitments.py",
    "core/order_documents.py",
    "integrations/ecb",
    "integrations/mail",
    "integrations/orders_file/cells.py",
    "integrations/orders_file/csv_rows.py",
    "integrations/orders_file/mapping.py",
    "integrations/orders_file/parquet_rows.py",
    "integrations/orders_file/rows.py",
    "integrations/orders_file/source.py",
    "store/log_store.py",
    "store/migrate.py",
    "store/server",
    "store/signing.py",
}
#: Whose marked sentences are kept in columns, beside those of errors.
KEPT = ("integrations", "jobs", "core/discounts.py")
#: Tables of reasons that banks give, whose first sentence is kept with a payment.
REASONS = ("integrations/sepa/reasons.py", "integrations/nacha/reasons.py")
#: Fewer letters of ours make no sentence that could be known again.
FEWEST = 6
#: A date in the file would make every run a change.
MADE = datetime(2026, 11, 25, tzinfo=UTC)


def collected() -> Catalog:
    """Every message of the pages, in the order of the files."""
    found = Catalog(project="fanshare", version="1", charset="utf-8", creation_date=MADE, revision_date=MADE)
    for root, methods in ((WEB / room, ALSO.get(room, METHODS)) for room in (*SAYING, *ALSO)):
        names = extract_from_dir(root, methods, OPTIONS, keywords=KEYWORDS)
        for name, _line, message, comments, _context in sorted(names, key=lambda one: (one[0], one[1])):
            found.add(message, locations=[(str(Path(root.name) / name), 0)], auto_comments=comments)
    return found


def of_errors() -> Iterator[tuple[str, str | None]]:
    """Each sentence of an error that a page can show, and where it is raised; ``None`` for one made with ``f"..."``.

    A sentence without its figures can't be looked up once they are in it: they come beside it, as values.
    """
    for room in ROOMS:
        for path in sorted((WEB / room).rglob("*.py")):
            name = str(path.relative_to(WEB))
            if not name.startswith(tuple(NEVER_SHOWN)):
                yield from ((f"{name}:{line}", said) for line, said in said_by(path.read_text(encoding="utf-8")))


def said_by(source: str) -> Iterator[tuple[int, str | None]]:
    """The sentences of the errors of one module, with their lines; also of those that a name stands for."""
    tree = ast.parse(source)
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(tree):
        place = ERRORS.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and place is not None and len(node.args) > place:
            yield from ((node.lineno, said) for said in _meant(node.args[place], named))


def _meant(node: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str | None]:
    """What an argument may be: itself, either side of a choice, or what was given to its name in this module."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield None
    for part in _parts(node, named):
        yield from _meant(part, {} if isinstance(node, ast.Name) else named)


def _parts(node: ast.expr, named: dict[str, list[ast.expr]]) -> list[ast.expr]:
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.Dict):
        return node.values
    if isinstance(node, ast.Subscript):
        return [node.value]
    return named.get(node.id, []) if isinstance(node, ast.Name) else []


def of_banks() -> Iterator[str]:
    """What a page says of a payment that a bank did not carry out: the first sentence of each reason."""
    for name in REASONS:
        tree = ast.parse((WEB / name).read_text(encoding="utf-8"))
        tables = [node.values for node in ast.walk(tree) if isinstance(node, ast.Dict)]
        tables += [node.args for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for node in (one for table in tables for one in table):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith("."):
                yield f"{node.value.partition('. ')[0].rstrip('.')}."


def kept() -> list[tuple[str, str]]:
    """The sentences with figures that may stand in a column, as (one, many): ``web/kept.py`` knows them again."""
    marked = [
        (message.id, "") if isinstance(message.id, str) else (message.id[0], message.id[1])
        for message in collected()
        if message.id and any(name.startswith(KEPT) for name, _line in message.locations)
    ]
    said = [(one, "") for _place, one in of_errors() if one]
    return sorted({one for one in (*marked, *said) if "%(" in one[0] and _letters(one[0]) >= FEWEST})


def _letters(template: str) -> int:
    return sum(letter.isalpha() for letter in re.sub(r"%\([a-z_0-9]+\)s", "", template))


def kept_file() -> str:
    """``kept.json`` as it has to be."""
    told = {"sentences": kept(), "banks": sorted(set(of_banks()))}
    return json.dumps(told, indent=0, ensure_ascii=False) + "\n"


def translated(language: str) -> Catalog:
    """What was translated, brought up to the words of today."""
    with (FOLDER / language / "LC_MESSAGES" / "fanshare.po").open("rb") as file:
        known = read_po(file, locale=language)
    wanted = collected()
    for said in (*(one for _place, one in of_errors()), *of_banks()):
        if said:
            wanted.add(said)
    known.update(wanted, no_fuzzy_matching=True)
    known.revision_date = known.creation_date = MADE
    return known


def main() -> int:
    """Write ``kept.json``, ``fanshare.po`` and ``fanshare.mo``; fail where something is not translated."""
    missing = 0
    (FOLDER / "kept.json").write_text(kept_file(), encoding="utf-8")
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        known = translated(folder.name)
        place = folder / "LC_MESSAGES"
        with (place / "fanshare.po").open("wb") as file:
            write_po(file, known, width=110, no_location=True, omit_header=False)
        with (place / "fanshare.mo").open("wb") as file:
            write_mo(file, known)
        open_ = [message.id for message in known if message.id and not all(_texts(message.string))]
        for one in open_:
            print(f"{folder.name}: not translated: {one}")  # noqa: T201
        missing += len(open_)
    return 1 if missing else 0


def _texts(string: object) -> tuple[str, ...]:
    return tuple(one or "" for one in string) if isinstance(string, (tuple, list)) else (str(string or ""),)


if __name__ == "__main__":
    sys.exit(main())
