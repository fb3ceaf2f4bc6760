"""Pages: ``limit`` and ``cursor`` go in, ``next_cursor`` comes out, and is absent behind the last page."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from ninja import Field, Schema

from fanshare.core.errors import BadInputError

DEFAULT, MOST = 50, 200


class PageAsked(Schema):
    """Where a page begins and how long it is at most."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="How many at most.")] = DEFAULT
    cursor: Annotated[str, Field(max_length=400, description="`next_cursor` of the page before.")] = ""


class Page[T](Schema):
    """One page of a list. Without ``next_cursor`` it is the last one."""

    data: list[T]
    next_cursor: str | None = None


def page[R](
    asked: PageAsked,
    first: Sequence[int | str],
    load: Callable[[Any, int], list[R]],
    place: Callable[[R], Sequence[int | str]],
    show: Callable[[list[R]], list[Any]],
) -> dict[str, Any]:
    """The page: ``load(after, limit)`` gives rows behind a place, ``place(row)`` says where a row stands,
    ``show(rows)`` makes documents of them.

    ``first`` is the place before all rows. Raises ``BadInputError`` (``bad_cursor``).
    """
    after = read_cursor(asked.cursor, first) if asked.cursor else list(first)
    rows = load(after if len(first) > 1 else after[0], asked.limit + 1)
    more = len(rows) > asked.limit
    shown = rows[: asked.limit]
    return {"data": show(shown), "next_cursor": cursor(place(shown[-1])) if more else None}


def cursor(place: Sequence[int | str]) -> str:
    """A place as an opaque text."""
    return base64.urlsafe_b64encode(json.dumps(list(place)).encode()).decode().rstrip("=")


def read_cursor(text: str, first: Sequence[int | str]) -> list[int | str]:
    """The place in a cursor, of the same types as ``first``. Raises ``BadInputError`` (``bad_cursor``)."""
    refused = BadInputError("bad_cursor", "This cursor is none of ours: take next_cursor of the page before as it is.")
    try:
        found = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise refused from None
    if not isinstance(found, list) or [type(one) for one in found] != [type(one) for one in first]:
        raise refused
    if any(isinstance(one, int) and not 0 <= one < 1 << 62 for one in found) or "\x00" in "".join(map(str, found)):
        raise refused
    return found
