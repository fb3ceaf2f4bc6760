"""Results: one JSON document for machines, sentences and tables for people. Progress goes to standard error."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

type Progress = Callable[[str, int, int], None]


class Out:
    """Where a command puts its result."""

    def __init__(self, as_json: bool) -> None:
        self.json = as_json

    def result(self, document: dict[str, Any], lines: Iterable[str] | Callable[[], Iterable[str]]) -> None:
        """The document, or the lines that say the same."""
        if self.json:
            self._print(json.dumps(document, ensure_ascii=False, indent=1))
            return
        for line in lines() if callable(lines) else lines:
            self._print(line)

    def rows(self, name: str, rows: Sequence[dict[str, Any]], columns: Sequence[str], empty: str = "") -> None:
        """A list of records; people see ``columns`` of it as a table, or ``empty`` where there are none."""
        if self.json:
            self._print(json.dumps({name: list(rows)}, ensure_ascii=False, indent=1))
        elif rows:
            self._table(rows, columns)
        else:
            self._print(empty or f"There are no {name}.")

    @contextmanager
    def progress(self) -> Iterator[Progress | None]:
        """A progress bar on standard error as ``(what, done, of)``, where a person is watching; else ``None``."""
        if self.json or not sys.stderr.isatty():
            yield None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            tasks: dict[str, Any] = {}

            def show(what: str, done: int, of: int) -> None:
                task = tasks.setdefault(what, None)
                if task is None:
                    task = tasks[what] = bar.add_task(what, total=of)
                bar.update(task, completed=done, total=of)

            yield show

    def _table(self, rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column.replace("_", " "), overflow="fold")
        for row in rows:
            table.add_row(*(Text(_shown(row[column])) for column in columns))
        # A pipe has no width: nothing is cut or folded there.
        Console(soft_wrap=False, width=None if sys.stdout.isatty() else 10_000).print(table)

    def _print(self, text: str) -> None:
        # Text from outside may hold lone surrogates, which no terminal can be told.
        print(text.encode("utf-8", "replace").decode("utf-8"))  # noqa: T201


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
