"""What the books know of people, links, codes and balances that another tool's files name, and writing down what came.

People are looked up by keyed hashes: of their id in the other tool, and of their e-mail.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_SOURCES = """
SELECT m.source, m.party_id, p.erased_at IS NOT NULL FROM moved_person m
  JOIN party p ON p.programme_id = m.programme_id AND p.id = m.party_id
 WHERE m.programme_id = %(programme_id)s AND m.tool = %(tool)s AND m.source = ANY(%(sources)s)
"""
_EMAILS = """
SELECT i.hash, min(i.party_id) FROM party_identity i
  JOIN party p ON p.programme_id = i.programme_id AND p.id = i.party_id
 WHERE i.programme_id = %(programme_id)s AND i.kind = 'email' AND i.hash = ANY(%(hashes)s)
   AND p.kind = 'creator' AND p.erased_at IS NULL GROUP BY i.hash
"""
_YOUNG = """
SELECT DISTINCT i.hash FROM party_identity i
  JOIN party p ON p.programme_id = i.programme_id AND p.id = i.party_id
 WHERE i.programme_id = %(programme_id)s AND i.kind = 'email' AND i.hash = ANY(%(hashes)s)
   AND p.kind = 'young' AND p.erased_at IS NULL
"""
_SLUGS = "SELECT slug FROM party WHERE programme_id = %(programme_id)s AND slug IS NOT NULL"
_OLD_LINKS = """
SELECT n.param, n.value, w.owner_party_id
  FROM old_link n JOIN unnest(%(params)s::text[], %(values)s::text[]) AS k (param, value) USING (param, value)
  JOIN LATERAL (SELECT owner_party_id FROM link_owner
                 WHERE programme_id = n.programme_id AND link_id = n.link_id ORDER BY from_at DESC LIMIT 1) w ON true
 WHERE n.programme_id = %(programme_id)s
"""
_ADDRESSES = """
SELECT n.param, n.value, l.code
  FROM old_link n JOIN unnest(%(params)s::text[], %(values)s::text[]) AS k (param, value) USING (param, value)
  JOIN link l ON l.programme_id = n.programme_id AND l.id = n.link_id
 WHERE n.programme_id = %(programme_id)s
"""
_CODES = """
SELECT c.folded, w.owner_party_id FROM code c
  JOIN LATERAL (SELECT owner_party_id FROM code_owner
                 WHERE programme_id = c.programme_id AND code_id = c.id ORDER BY from_at DESC LIMIT 1) w ON true
 WHERE c.programme_id = %(programme_id)s AND c.folded = ANY(%(folded)s) ORDER BY c.id
"""
_OPENED = """
SELECT party_id, currency, sum(amount)::bigint FROM opening
 WHERE programme_id = %(programme_id)s AND tool = %(tool)s GROUP BY party_id, currency
"""
_NTH = """
SELECT source, currency, max(nth) FROM opening
 WHERE programme_id = %(programme_id)s AND tool = %(tool)s AND source = ANY(%(sources)s) GROUP BY source, currency
"""
_PERSONS = "SELECT id, person_id FROM party WHERE programme_id = %(programme_id)s AND id = ANY(%(parties)s)"
_MOVED = """
INSERT INTO moved_person (programme_id, tool, source, party_id, moved_at)
SELECT %(programme_id)s, %(tool)s, source, party, %(now)s
  FROM unnest(%(sources)s::text[], %(parties)s::bigint[]) AS fresh (source, party)
ON CONFLICT (programme_id, tool, source) DO NOTHING
"""
_OLD_LINK = """
INSERT INTO old_link (programme_id, param, value, link_id, from_at, leaf_index)
SELECT %(programme_id)s, param, value, link, %(now)s, leaf
  FROM unnest(%(params)s::text[], %(values)s::text[], %(links)s::bigint[], %(leaves)s::bigint[])
       AS fresh (param, value, link, leaf)
"""
_OPENING = """
INSERT INTO opening (programme_id, party_id, tool, source, nth, file_hash, currency, amount, moved_on, moved_at,
                     matures_at, leaf_index)
SELECT %(programme_id)s, party, %(tool)s, source, nth, %(file)s, currency, amount, %(day)s, %(now)s, matures_at, leaf
  FROM unnest(%(parties)s::bigint[], %(sources)s::text[], %(nths)s::int[], %(currencies)s::text[],
              %(amounts)s::bigint[], %(matures)s::bigint[], %(leaves)s::bigint[])
       AS fresh (party, source, nth, currency, amount, matures_at, leaf)
"""
_RUN = """
INSERT INTO import_run (programme_id, what, source, file_name, file_hash, file_size, counts, state, started_by,
                        started_at, finished_at)
VALUES (%(programme_id)s, 'moving in', %(tool)s, %(name)s, %(file)s, %(size)s, %(counts)s::jsonb, 'done', %(by)s,
        %(now)s, %(now)s)
"""
_READY = """
INSERT INTO opening_ready (programme_id, opening_id, at)
SELECT o.programme_id, o.id, %(now)s FROM opening o
 WHERE o.programme_id = %(programme_id)s AND o.matures_at <= %(now)s AND NOT EXISTS (
       SELECT FROM opening_ready r WHERE r.programme_id = o.programme_id AND r.opening_id = o.id)
 ORDER BY o.id LIMIT 1000
ON CONFLICT DO NOTHING RETURNING opening_id
"""
_NEWEST = """
SELECT id, moved_at, tool, amount, currency, matures_at FROM opening
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s
   AND (%(before)s::bigint IS NULL OR moved_at < %(before)s)
 ORDER BY id DESC LIMIT %(limit)s
"""
_OPENINGS = """
SELECT o.id, o.party_id, o.tool, o.source, o.nth, o.file_hash, o.currency, o.amount, o.moved_on, o.moved_at,
       o.matures_at, o.leaf_index, y.public_id, l.body
  FROM opening o JOIN party y ON y.programme_id = o.programme_id AND y.id = o.party_id
  LEFT JOIN log_leaf l ON l.programme_id = o.programme_id AND l.index = o.leaf_index
 WHERE o.programme_id = %(programme_id)s AND (%(party)s::bigint IS NULL OR o.party_id = %(party)s)
   AND (%(ids)s::bigint[] IS NULL OR o.id = ANY(%(ids)s)) ORDER BY o.id
"""


class OpeningRow(NamedTuple):
    """One opening balance as it was moved in. ``body`` is its record in the log, as text."""

    id: int
    party: int
    tool: str
    source: str
    nth: int
    file_hash: bytes
    currency: str
    amount: Micros
    moved_on: str
    moved_at: Instant
    matures_at: Instant | None
    leaf_index: int
    public_id: str
    body: str | None


class Opened(NamedTuple):
    """An opening balance as its party reads it: when, of which kind, micros, ready when (``None``: at once).

    ``nth`` of its kind and currency, whose, and the opening; 0 where that was not asked.
    """

    at: Instant
    tool: str
    amount: Micros
    currency: str
    ready_at: Instant | None
    nth: int = 0
    person: int = 0
    id: int = 0


def lock(access: Access) -> None:
    """One import of a programme at a time; taken before any other lock."""
    name = hashlib.sha256(f"moving in {access.programme_id}".encode()).digest()[:8]
    access.conn.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(name, "big", signed=True)])


def by_source(access: Access, tool: str, sources: Iterable[str]) -> dict[str, tuple[int, bool]]:
    """The parties of people who came from a tool before, and whether they were erased since."""
    rows = access.fetch(_SOURCES, {"tool": tool, "sources": list(sources)})
    return {source: (party, erased) for source, party, erased in rows}


def by_email(access: Access, hashes: Iterable[str]) -> dict[str, int]:
    """The creators who are known by an e-mail."""
    return dict(access.fetch(_EMAILS, {"hashes": list(hashes)}))


def young(access: Access, hashes: Iterable[str]) -> frozenset[str]:
    """Of these keyed hashes of addresses those of people who said that they are under 18."""
    return frozenset(row[0] for row in access.fetch(_YOUNG, {"hashes": list(hashes)}))


def slugs(access: Access) -> frozenset[str]:
    """The short names that are taken."""
    return frozenset(row[0] for row in access.fetch(_SLUGS))


def old_link_owners(access: Access, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Whose the links are that old ones have become, by (param, value)."""
    columns = {"params": [param for param, _ in keys], "values": [value for _, value in keys]}
    return {(param, value): owner for param, value, owner in access.fetch(_OLD_LINKS, columns)}


def link_codes(access: Access, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The codes of the links that old ones have become, by (param, value)."""
    columns = {"params": [param for param, _ in keys], "values": [value for _, value in keys]}
    return {(param, value): code for param, value, code in access.fetch(_ADDRESSES, columns)}


def code_owners(access: Access, folded: Iterable[str]) -> dict[str, int]:
    """Whose discount codes are."""
    return dict(access.fetch(_CODES, {"folded": list(folded)}))


def taken_links(access: Access, codes: Iterable[str]) -> frozenset[str]:
    """Which link codes are in use, in whatever programme: all of them share one address space."""
    rows = access.conn.execute("SELECT key FROM directory WHERE kind = 'link' AND key = ANY(%s)", [list(codes)])
    return frozenset(row[0] for row in rows)


def opened(access: Access, tool: str) -> dict[tuple[int, str], Micros]:
    """What was moved in from a tool so far, by party and currency."""
    return {(party, currency): amount for party, currency, amount in access.fetch(_OPENED, {"tool": tool})}


def last_nth(access: Access, tool: str, sources: Iterable[str]) -> dict[tuple[str, str], int]:
    """How many opening balances there are of each (source, currency)."""
    rows = access.fetch(_NTH, {"tool": tool, "sources": list(sources)})
    return {(source, currency): nth for source, currency, nth in rows}


def persons(access: Access, parties: Iterable[int]) -> dict[int, int]:
    """The people behind some parties."""
    return {party: person for party, person in access.fetch(_PERSONS, {"parties": list(parties)}) if person}


def insert_people(access: Access, tool: str, people: Mapping[str, int], now: Instant) -> None:
    """Remember who came from a tool: source to party."""
    columns = {"sources": list(people), "parties": list(people.values())}
    access.execute(_MOVED, {**columns, "tool": tool, "now": now})


def insert_old_links(access: Access, rows: Sequence[tuple[str, str, int, int]], now: Instant) -> None:
    """Old links (param, value, link id, leaf)."""
    params, values, links, leaves = zip(*rows, strict=True)
    columns = {"params": list(params), "values": list(values), "links": list(links), "leaves": list(leaves)}
    access.execute(_OLD_LINK, {**columns, "now": now})


def insert_openings(access: Access, rows: Sequence[OpeningRow]) -> None:
    """Opening balances of one import; the rows' own ids are not read."""
    first = rows[0]
    columns: dict[str, Any] = {
        "parties": [row.party for row in rows],
        "sources": [row.source for row in rows],
        "nths": [row.nth for row in rows],
        "currencies": [row.currency for row in rows],
        "amounts": [row.amount for row in rows],
        "matures": [row.matures_at for row in rows],
        "leaves": [row.leaf_index for row in rows],
    }
    same = {"tool": first.tool, "file": first.file_hash, "day": first.moved_on, "now": first.moved_at}
    access.execute(_OPENING, {**columns, **same})


def insert_run(
    access: Access, tool: str, file: str, names: Sequence[str], size: int, counts: Mapping[str, int], now: Instant
) -> None:
    """Write down that an import was made."""
    values = {"tool": tool, "name": ", ".join(names)[:255], "file": bytes.fromhex(file), "size": size}
    access.execute(_RUN, {**values, "counts": json.dumps(dict(counts)), "by": access.actor, "now": now})


def claim_ready(access: Access, now: Instant) -> list[OpeningRow]:
    """Opening balances whose day has come, marked as ready by this transaction and no other."""
    ids = [row[0] for row in access.fetch(_READY, {"now": now})]
    return openings(access, ids=ids) if ids else []


def openings(access: Access, party: int | None = None, ids: Sequence[int] | None = None) -> list[OpeningRow]:
    """All opening balances, or those of a party, or some of them, oldest first."""
    rows = access.fetch(_OPENINGS, {"party": party, "ids": None if ids is None else list(ids)})
    return [OpeningRow._make((*row[:5], bytes(row[5]), *row[6:])) for row in rows]


def newest(access: Access, party: int, before: Instant | None, limit: int) -> list[Opened]:
    """A party's newest opening balances."""
    rows = access.fetch(_NEWEST, {"party": party, "before": before, "limit": limit})
    return [Opened(at, tool, amount, currency, ready, id=id_) for id_, at, tool, amount, currency, ready in rows]
