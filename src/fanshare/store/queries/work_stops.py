"""Who paused or ended links, codes and all that a creator does: what is in force, and what of hers it concerns."""

from collections.abc import Collection, Sequence
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_THING: LiteralString = """
SELECT k.id, {key}, {shop}, k.{text}, o.owner_party_id, o.creator_party_id, s.state, s.from_at
  FROM {kind} k
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM {kind}_owner
                 WHERE programme_id = k.programme_id AND {kind}_id = k.id ORDER BY from_at DESC LIMIT 1) o ON true
  JOIN LATERAL (SELECT state, from_at FROM {kind}_state
                 WHERE programme_id = k.programme_id AND {kind}_id = k.id ORDER BY from_at DESC LIMIT 1) s ON true
 WHERE k.programme_id = %(programme_id)s
"""
_LINK = _THING.format(kind="link", key="k.code", shop="NULL::bigint", text="code")
_CODE = _THING.format(kind="code", key="k.folded", shop="k.connection_id", text="shown")
_ONE = {"link": _LINK + " AND k.id = %(id)s", "code": _CODE + " AND k.id = %(id)s"}
_BY_CODE = _LINK + " AND k.code = %(code)s"
_OF_CREATOR: LiteralString = """ AND o.creator_party_id = %(creator)s AND k.id IN (
   SELECT {0}_id FROM {0}_owner WHERE programme_id = %(programme_id)s AND creator_party_id = %(creator)s)
   AND s.state = %(state)s ORDER BY k.id"""
_OF = {"link": _LINK + _OF_CREATOR.format("link"), "code": _CODE + _OF_CREATOR.format("code")}
_STATE: LiteralString = """
INSERT INTO {0}_state (programme_id, {0}_id, state, from_at, leaf_index)
SELECT %(programme_id)s, id, %(state)s, %(now)s, leaf
  FROM unnest(%(ids)s::bigint[], %(leaves)s::bigint[]) AS n (id, leaf)
"""
_STATES = {"link": _STATE.format("link"), "code": _STATE.format("code")}
_IN_FORCE = """
SELECT id, kind, by_brand, link_id, code_id, creator_party_id, from_at, done_at FROM work_stop
 WHERE programme_id = %(programme_id)s AND until_at IS NULL
   AND (link_id = ANY(%(links)s::bigint[]) OR code_id = ANY(%(codes)s::bigint[])
        OR creator_party_id = ANY(%(creators)s::bigint[])) ORDER BY id
"""
_ADD = """
INSERT INTO work_stop (programme_id, kind, by_brand, link_id, code_id, creator_party_id, set_by, from_at, done_at)
VALUES (%(programme_id)s, %(kind)s, %(by_brand)s, %(link)s, %(code)s, %(creator)s, %(set_by)s, %(from)s, %(done)s)
ON CONFLICT DO NOTHING RETURNING id
"""
_OWNERS: LiteralString = """
INSERT INTO work_stop (programme_id, kind, by_brand, {0}_id, set_by, from_at)
SELECT %(programme_id)s, 'pause', false, id, %(set_by)s, %(now)s FROM unnest(%(ids)s::bigint[]) AS n (id)
ON CONFLICT DO NOTHING
"""
_TO_OWNERS = {"link": _OWNERS.format("link"), "code": _OWNERS.format("code")}
_TAKE_BACK = """
UPDATE work_stop SET until_at = %(now)s WHERE programme_id = %(programme_id)s AND id = %(id)s AND until_at IS NULL
"""
_DONE = "UPDATE work_stop SET done_at = %(now)s WHERE programme_id = %(programme_id)s AND id = %(id)s"
_DUE = """
SELECT id, creator_party_id FROM work_stop
 WHERE programme_id = %(programme_id)s AND kind = 'end' AND until_at IS NULL AND done_at IS NULL
   AND from_at <= %(now)s ORDER BY id
"""
_STANDING = """
SELECT from_at FROM work_stop WHERE programme_id = %(programme_id)s AND id = %(id)s AND until_at IS NULL
   AND done_at IS NULL FOR UPDATE
"""
_STOPPED = """
SELECT creator_party_id, kind FROM work_stop
 WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(parties)s::bigint[]) AND until_at IS NULL
   AND (kind = 'pause' OR done_at IS NOT NULL)
"""
_PARTIES: LiteralString = (
    "SELECT id FROM party WHERE programme_id = %(programme_id)s AND id = ANY(%(parties)s::bigint[]) ORDER BY id"
)
_HOLD = {
    False: _PARTIES + " FOR SHARE",
    True: _PARTIES + " FOR NO KEY UPDATE",
}
_PERSON = "SELECT person_id FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s AND erased_at IS NULL"


class Thing(NamedTuple):
    """A link or code as it is now. ``shop`` is the connection of a code that counts in one shop only."""

    id: int
    key: str
    shop: int | None
    text: str
    owner: int
    creator: int
    state: str
    since: Instant


class StopRow(NamedTuple):
    """A word in force. ``done_at``: the end of all that a creator does was carried out."""

    id: int
    kind: str
    by_brand: bool
    link: int | None
    code: int | None
    creator: int | None
    since: Instant
    done_at: Instant | None

    def of(self, kind: str) -> int | None:
        """The link, or the code, that it is about."""
        return self.link if kind == "link" else self.code


def thing(access: Access, kind: str, id_: int, *, lock: bool = False) -> Thing | None:
    """A link or code; ``lock`` until the transaction ends."""
    row = access.fetch_one(_ONE[kind] + (" FOR UPDATE OF k" if lock else ""), {"id": id_})
    return None if row is None else Thing(*row)


def link(access: Access, code: str) -> Thing | None:
    """A link by its code."""
    row = access.fetch_one(_BY_CODE, {"code": code.lower()})
    return None if row is None else Thing(*row)


def of_creator(access: Access, kind: str, creator: int, state: str, *, lock: bool = True) -> list[Thing]:
    """Links or codes that belong to a creator or to her fans for her and stand like this; locked unless not wished."""
    words = _OF[kind] + (" FOR UPDATE OF k" if lock else "")
    return [Thing(*row) for row in access.fetch(words, {"creator": creator, "state": state})]


def set_states(access: Access, kind: str, ids: Sequence[int], state: str, first_leaf: int, now: Instant) -> None:
    """Write the state of many from now on; their leaves are in the log, one behind the other."""
    leaves = list(range(first_leaf, first_leaf + len(ids)))
    access.execute(_STATES[kind], {"ids": [*ids], "leaves": leaves, "state": state, "now": now})


def in_force(
    access: Access, *, links: Collection[int] = (), codes: Collection[int] = (), creators: Collection[int] = ()
) -> list[StopRow]:
    """What is in force of these links, of these codes, and of all that these creators do."""
    values = {"links": sorted(links), "codes": sorted(codes), "creators": sorted(creators)}
    return [StopRow(*row) for row in access.fetch(_IN_FORCE, values)]


def add(
    access: Access,
    kind: str,
    since: Instant,
    *,
    by_brand: bool,
    link: int | None = None,
    code: int | None = None,
    creator: int | None = None,
) -> int | None:
    """Write a word down; ``None`` where the same is in force already."""
    done = since if kind == "end" and creator is None else None
    values = {"kind": kind, "by_brand": by_brand, "link": link, "code": code, "creator": creator, "from": since}
    found: int | None = access.value(_ADD, {**values, "done": done, "set_by": access.actor[:100]})
    return found


def leave_to_owners(access: Access, kind: str, ids: Sequence[int], now: Instant) -> None:
    """What was paused by nobody in particular stays so: whose it is may take it back."""
    if ids:
        access.execute(_TO_OWNERS[kind], {"ids": [*ids], "set_by": access.actor[:100], "now": now})


def take_back(access: Access, id_: int, now: Instant) -> bool:
    """A word is in force no more; whether it was until now."""
    return access.execute(_TAKE_BACK, {"id": id_, "now": now}).rowcount == 1


def due(access: Access, now: Instant) -> list[tuple[int, int]]:
    """Ends of all that a creator does whose day has come: (number, creator)."""
    return [(row[0], row[1]) for row in access.fetch(_DUE, {"now": now})]


def standing(access: Access, id_: int) -> bool:
    """Whether such an end still stands and was not carried out; locked."""
    return access.fetch_one(_STANDING, {"id": id_}) is not None


def done(access: Access, id_: int, now: Instant) -> None:
    """It was carried out."""
    access.execute(_DONE, {"id": id_, "now": now})


def stopped(access: Access, parties: Collection[int]) -> dict[int, set[str]]:
    """Creators among these whose work is paused (``pause``) or has ended (``end``)."""
    found: dict[int, set[str]] = {}
    for party, kind in access.fetch(_STOPPED, {"parties": sorted(parties)}):
        found.setdefault(party, set()).add(kind)
    return found


def hold(access: Access, parties: Collection[int], *, alone: bool = False) -> None:
    """Until the transaction ends nobody pauses or ends all that they do; ``alone``: nor any single link of theirs."""
    access.execute(_HOLD[alone], {"parties": sorted(set(parties))})


def person(access: Access, party: int) -> int | None:
    """Whose vault a party's words lie in."""
    found: int | None = access.value(_PERSON, {"party": party})
    return found
