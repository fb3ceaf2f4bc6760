"""A list as a file: CSV that no spreadsheet takes for a formula, and JSON.

A cell that begins with ``= + - @``, a tab or a return is a formula to a spreadsheet (OWASP, CSV injection). Such text
gets an apostrophe in front; numbers of ours are left alone, for they hold digits, a point and perhaps a minus only.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse

from fanshare.web.language import gettext as _

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
            "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def safe_cell(value: object) -> str:
    """One cell: text that a spreadsheet would run is marked as text."""
    text = "" if value is None else str(value)
    if text.lstrip(" ").startswith(_FORMULA) and _NUMBER.fullmatch(text) is None:
        return f"'{text}"
    return text


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
