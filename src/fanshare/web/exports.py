"""A list as a file: CSV that no spreadsheet takes for a formula, and JSON."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse

from fanshare.core.csv_cells import safe_cell
from fanshare.core.errors import BadInputError
from fanshare.web.language import gettext as _


def wished(query: Mapping[str, str]) -> str:
    """In which form a list without a search is asked for: ``csv``, ``json`` or, for the page itself, nothing.

    Raises ``BadInputError`` (``bad_filter``).
    """
    form = query.get("as", "")
    if form not in ("", "csv", "json"):
        raise BadInputError("bad_filter", "This list has no such filter or order; start from the list itself.")
    return form


def exported(form: str, name: str, rows: Iterable[Mapping[str, Any]], columns: Iterable[str], *, cut: bool) -> Any:
    """A file of rows in one of two forms. ``cut`` says in the file that there are more rows than it may hold."""
    found, heads = list(rows), list(columns)
    if form == "json":
        content = json.dumps({"rows": found, "complete": not cut}, ensure_ascii=False, indent=1)
        kind = "application/json"
    else:
        content, kind = _csv(found, heads, cut=cut), "text/csv; charset=utf-8"
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _csv(rows: list[Mapping[str, Any]], heads: list[str], *, cut: bool) -> str:
    out = io.StringIO()
    out.write("\N{ZERO WIDTH NO-BREAK SPACE}")  # so that spreadsheets read UTF-8
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([safe_cell(row[head]) for head in heads] for row in rows)
    if cut:
        writer.writerow([_("only the first %(n)s rows: narrow the list by dates for the others") % {"n": len(rows)}])
    return out.getvalue()
