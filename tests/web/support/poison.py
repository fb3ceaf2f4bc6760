"""What people typed, made hostile where it is read: limits of fields keep nobody safe who escapes too late.

A place where somebody types gets a mark of its own (``mark``), through the real form or, for what machines bring in,
in the database. ``expanded`` makes of each mark, wherever the program reads it from the database, the vault or sealed
books, the mark and the whole corpus. So the longest attack stands in the shortest field, past every check of input;
and the mark that a page shows tells which place it came from.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg.types.json import JsonbLoader
from psycopg.types.string import TextLoader

from fanshare.config.keys import Keys
from fanshare.flows import workbench_books, workbench_keys
from fanshare.store.vault import Vault
from tests.web.support.corpus import PAYLOADS

_MARK = re.compile(r"zqx[0-9]{3}z", re.IGNORECASE)
#: All of it, without what PostgreSQL could not have kept.
CORPUS = " ".join(PAYLOADS).replace("\x00", "\N{REPLACEMENT CHARACTER}")
_PLACES: list[str] = []


def mark(place: str) -> str:
    """The word that stands for a place where somebody types; the same again for the same place."""
    if place not in _PLACES:
        _PLACES.append(place)
    return f"Zqx{_PLACES.index(place):03d}z"


def places() -> set[str]:
    """All places that were given a mark."""
    return set(_PLACES)


def shown_in(text: str) -> set[str]:
    """Which places a page shows something of."""
    return {_PLACES[int(found[3:6])] for found in _MARK.findall(text) if int(found[3:6]) < len(_PLACES)}


def deep[T](value: T) -> T:
    """A value as JSON has them, in which every mark became the corpus."""
    changed: Any = value
    if isinstance(value, str):
        changed = _MARK.sub(lambda found: f"{found[0]} {CORPUS}", value)
    elif isinstance(value, dict):
        changed = {name: deep(one) for name, one in value.items()}
    elif isinstance(value, list | tuple):
        changed = type(value)(deep(one) for one in value)
    return changed  # type: ignore[no-any-return]


class _Text(TextLoader):
    def load(self, data: Any) -> Any:
        return deep(super().load(data))


class _Json(JsonbLoader):
    def load(self, data: Any) -> Any:
        return deep(super().load(data))


def reading(conn: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """A connection whose texts are hostile."""
    for name in ("text", "varchar"):
        conn.adapters.register_loader(name, _Text)
    for name in ("json", "jsonb"):
        conn.adapters.register_loader(name, _Json)
    return conn


def _bytes(content: bytes) -> bytes:
    if _MARK.search(content.decode("utf-8", "replace")) is None:
        return content
    text = content.decode()
    try:
        return json.dumps(deep(json.loads(text))).encode()
    except ValueError:
        return deep(text).encode()


@contextmanager
def expanded() -> Iterator[None]:
    """What was sealed is hostile too, in the vault, under the keys of the installation and in a creator's books."""
    keys, vault, books = Keys.unseal, Vault._unseal, workbench_keys.unseal
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Keys, "unseal", lambda *args, **more: _bytes(keys(*args, **more)))
        patch.setattr(Vault, "_unseal", lambda *args: _bytes(vault(*args)))
        patch.setattr(workbench_books, "unseal", lambda *args: deep(books(*args)))
        yield
