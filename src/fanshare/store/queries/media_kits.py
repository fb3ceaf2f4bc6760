"""Media kits: who shows one under which address, and what the statements said whose results stand in it."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.media_kit import Sold, Source
from fanshare.store.access import Access

_OF = """
SELECT k.party_id, k.token, k.named, k.goods, k.listed, k.made_at FROM media_kit k
 WHERE k.programme_id = %(programme_id)s AND k.party_id = %(party)s
"""
_UNDER = """
SELECT k.party_id, k.token, k.named, k.goods, k.listed, k.made_at FROM media_kit k
 WHERE k.programme_id = %(programme_id)s AND k.token = %(token)s
"""
_KEEP = """
INSERT INTO media_kit (programme_id, party_id, token, named, goods, listed, made_at)
VALUES (%(programme_id)s, %(party)s, %(token)s, %(named)s, %(goods)s, %(listed)s, %(now)s)
ON CONFLICT (programme_id, party_id) DO UPDATE
   SET token = excluded.token, named = excluded.named, goods = excluded.goods, listed = excluded.listed
"""
_SOURCES = """
SELECT id, own, log, log_key, programme_name, party, log_size, log_root, as_of, checked_at, clicks, clicked, sold::text
  FROM media_kit_source WHERE programme_id = %(programme_id)s AND party_id = %(party)s ORDER BY own DESC, id
"""
_PUT = """
INSERT INTO media_kit_source (programme_id, party_id, own, log, log_key, programme_name, party, log_size, log_root,
                              as_of, checked_at, clicks, clicked, sold)
VALUES (%(programme_id)s, %(holder)s, %(own)s, %(log)s, %(key)s, %(programme)s, %(party)s, %(size)s, %(root)s,
        %(as_of)s, %(now)s, %(clicks)s, %(clicked)s, %(sold)s::jsonb)
ON CONFLICT (programme_id, party_id, log) DO UPDATE
   SET own = excluded.own, log_key = excluded.log_key, programme_name = excluded.programme_name,
       party = excluded.party, log_size = excluded.log_size, log_root = excluded.log_root, as_of = excluded.as_of,
       checked_at = excluded.checked_at, clicks = excluded.clicks, clicked = excluded.clicked, sold = excluded.sold
"""
_DROP = """
DELETE FROM media_kit_source
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND id = %(id)s AND NOT own RETURNING id
"""
_DROP_ALL = "DELETE FROM media_kit_source WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s)"
_OFF = "DELETE FROM media_kit WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s)"
_NAME = """
SELECT coalesce(display_name, '') FROM party
 WHERE programme_id = %(programme_id)s AND id = %(party)s AND erased_at IS NULL
"""


class Kit(NamedTuple):
    """A media kit: whether her name and the worth of goods stand in it, and whether search engines may list it."""

    party: int
    token: str
    named: bool
    goods: bool
    listed: bool
    made_at: Instant


class Kept(NamedTuple):
    """A source of a kit. ``clicks`` and ``clicked`` are ``None`` where another installation counts."""

    id: int
    own: bool
    source: Source
    checked_at: Instant
    clicks: int | None
    clicked: int | None


def of(access: Access, party: int) -> Kit | None:
    """A creator's kit, if she shows one."""
    row = access.fetch_one(_OF, {"party": party})
    return None if row is None else Kit(*row)


def under(access: Access, token: str) -> Kit | None:
    """The kit under an address."""
    row = access.fetch_one(_UNDER, {"token": token})
    return None if row is None else Kit(*row)


def name(access: Access, party: int) -> str:
    """Her name; empty where she was erased."""
    row = access.fetch_one(_NAME, {"party": party})
    return "" if row is None else str(row[0])


def keep(access: Access, kit: Kit) -> None:
    """Write a kit down, in the place of the one before; ``made_at`` stays the first one."""
    access.execute(_KEEP, {**kit._asdict(), "now": kit.made_at})


def sources(access: Access, party: int) -> list[Kept]:
    """What stands in a kit: this programme first, then in the order they were added."""
    return [_kept(*row) for row in access.fetch(_SOURCES, {"party": party})]


def put(
    access: Access, holder: int, source: Source, now: Instant, *, own: bool, counted: tuple[int, int] | None = None
) -> None:
    """Put the results of a statement into a kit, in the place of older ones of the same log."""
    clicks, clicked = counted or (None, None)
    values = {name: getattr(source, name) for name in ("log", "key", "programme", "party", "size", "root", "as_of")}
    sold = json.dumps([list(one) for one in source.sold])
    told = {"holder": holder, "own": own, "now": now, "clicks": clicks, "clicked": clicked, "sold": sold}
    access.execute(_PUT, values | told)


def drop(access: Access, party: int, id_: int) -> bool:
    """Take a source of another installation out. Returns whether it was there."""
    return access.fetch_one(_DROP, {"party": party, "id": id_}) is not None


def forget(access: Access, parties: Iterable[int]) -> None:
    """Take kits away with all that stands in them."""
    access.execute(_DROP_ALL, {"parties": [*parties]})
    access.execute(_OFF, {"parties": [*parties]})


def _kept(
    id_: int, own: bool, log: str, key: str, programme: str, party: str, size: int, root: str, as_of: Instant,
    checked_at: Instant, clicks: int | None, clicked: int | None, sold: str,
) -> Kept:  # fmt: skip
    found = Source(log, key, programme, party, size, root, as_of, tuple(Sold(*one) for one in json.loads(sold)))
    return Kept(id_, own, found, checked_at, clicks, clicked)
