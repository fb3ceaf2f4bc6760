"""Lists as PostgreSQL's array literals, quicker than psycopg's own: bulk statements carry thousands of values each.

Only what the statements here pass is written by hand (integers, texts, bytes, booleans, NULL, all of one type in a
list); every other list goes the usual way. The form is that of PostgreSQL's documentation, section 8.15 (arrays).

The type of a list is left to the statement, which says it (``::bigint[]``) or compares it with a column: psycopg would
take the narrowest one that holds the values, and the same statement would be prepared again for every width.
"""

from collections.abc import Callable, Sequence
from typing import Any

from psycopg import DataError
from psycopg.abc import AdaptContext, Buffer, DumperKey
from psycopg.adapt import Dumper, PyFormat
from psycopg.types.array import ListDumper


class QuickListDumper(ListDumper):
    """The list dumper for connections that write in bulk."""

    def get_key(self, obj: list[Any], format: PyFormat) -> DumperKey:  # noqa: A002, ARG002  # psycopg names them
        """One dumper serves all lists."""
        return self.cls

    def upgrade(self, obj: list[Any], format: PyFormat) -> "QuickListDumper":  # noqa: A002, ARG002  # likewise
        """This one."""
        return self

    def dump(self, obj: list[Any]) -> Buffer | None:
        """The array literal. Raises ``DataError`` for a text with a NUL, which PostgreSQL has no place for."""
        kinds = set(map(type, obj))
        kinds.discard(type(None))
        if obj and not kinds:
            return b"{" + b",".join([b"NULL"] * len(obj)) + b"}"
        write = _WRITERS.get(kinds.pop()) if len(kinds) == 1 else None
        if write is None:
            return super().dump(obj)
        literal = write(obj)
        if "\0" in literal:
            raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        return b"{" + literal.encode() + b"}"


class Written:
    """A list that is an array literal already."""

    __slots__ = ("literal",)

    def __init__(self, literal: Buffer) -> None:
        self.literal = literal


class WrittenDumper(Dumper):
    """Passes the literal on; its type is left to the statement, as that of a list."""

    def dump(self, obj: Written) -> Buffer:
        """What was written."""
        return obj.literal


def written(values: list[Any], context: AdaptContext) -> Written | None:
    """A list as it will be sent, so that whoever sends it has nothing to do but that. Raises as ``dump``."""
    literal = QuickListDumper(list, context).dump(values)
    return None if literal is None else Written(literal)


def register(context: AdaptContext) -> None:
    """Have a connection use it."""
    context.adapters.register_dumper(list, QuickListDumper)
    context.adapters.register_dumper(Written, WrittenDumper)


def _integers(values: Sequence[int | None]) -> str:
    return ",".join(["NULL" if value is None else str(value) for value in values])


def _booleans(values: Sequence[bool | None]) -> str:
    return ",".join(["NULL" if value is None else "t" if value else "f" for value in values])


def _texts(values: Sequence[str | None]) -> str:
    if None in values:
        return ",".join(["NULL" if value is None else f'"{_escaped(value)}"' for value in values])
    return '"' + '","'.join([_escaped(value) for value in values if value is not None]) + '"'


def _escaped(text: str) -> str:
    if "\\" in text or '"' in text:
        return text.replace("\\", "\\\\").replace('"', '\\"')
    return text


def _bytes(values: Sequence[bytes | None]) -> str:
    return ",".join(["NULL" if value is None else '"\\\\x' + value.hex() + '"' for value in values])


_WRITERS: dict[type, Callable[[Sequence[Any]], str]] = {int: _integers, bool: _booleans, str: _texts, bytes: _bytes}
