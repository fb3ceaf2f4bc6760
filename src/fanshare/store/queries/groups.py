"""Which group of creators who is in since when: an append-only, dated history."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_ADD = """
INSERT INTO creator_group (programme_id, creator_party_id, name, from_at, leaf_index)
VALUES (%(programme_id)s, %(creator)s, %(name)s, %(since)s, %(leaf)s)
"""
_HISTORY = """
SELECT creator_party_id, name, from_at FROM creator_group
 WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(creators)s) ORDER BY from_at
"""
_NOW = """
SELECT DISTINCT ON (creator_party_id) creator_party_id, name, from_at FROM creator_group
 WHERE programme_id = %(programme_id)s ORDER BY creator_party_id, from_at DESC
"""
_LOGGED = """
SELECT g.id, g.creator_party_id, g.name, g.from_at, l.body FROM creator_group g
  LEFT JOIN log_leaf l ON l.programme_id = g.programme_id AND l.index = g.leaf_index
 WHERE g.programme_id = %(programme_id)s ORDER BY g.id
"""


class Membership(NamedTuple):
    """A creator is in the group ``name`` (empty: in none) from an instant on."""

    creator: int
    name: str
    since: Instant


def add(access: Access, new: Membership, leaf: int) -> None:
    """Write a change down; its leaf is in the log already."""
    access.execute(_ADD, {**new._asdict(), "leaf": leaf})


def history(access: Access, creators: Iterable[int]) -> list[Membership]:
    """Every membership that some creators ever had, oldest first."""
    return [Membership(*row) for row in access.fetch(_HISTORY, {"creators": sorted(creators)})]


def present(access: Access) -> dict[int, Membership]:
    """The newest membership of every creator who ever had one."""
    return {row[0]: Membership(*row) for row in access.fetch(_NOW)}


def logged(access: Access) -> Iterator[tuple[int, Membership, str | None]]:
    """Every change: its row, what it says, and the leaf that records it."""
    for id_, creator, name, since, body in access.fetch(_LOGGED):
        yield id_, Membership(creator, name, since), body
