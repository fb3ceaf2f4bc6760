"""Gifts: who gave which creator how much, where each stands, and its records in the log."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString, NamedTuple, Unpack

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access
from fanshare.store.queries.seeking import Numbered, numbered

_COLUMNS = """
SELECT g.id, g.giver_party_id, g.creator_party_id, g.currency, g.amount, g.state, g.given_at, g.changed_at,
       g.goal_id, g.taken_back_at
  FROM gift g
"""
_ALL = _COLUMNS + " WHERE g.programme_id = %(programme_id)s ORDER BY g.id"
_OF_GIVER = """
SELECT g.id, g.giver_party_id, g.creator_party_id, g.currency, g.amount, g.state, g.given_at, g.changed_at,
       g.goal_id, g.taken_back_at, o.title, o.ends_at, coalesce(c.display_name, '')
  FROM gift g JOIN party c ON c.programme_id = g.programme_id AND c.id = g.creator_party_id
  LEFT JOIN goal o ON o.programme_id = g.programme_id AND o.id = g.goal_id
 WHERE g.programme_id = %(programme_id)s AND g.giver_party_id = %(party)s
   AND (%(before)s::bigint IS NULL OR g.id < %(before)s) AND (%(state)s = '' OR g.state = %(state)s)
   AND (%(text)s = '' OR strpos(lower(concat_ws(' ', c.display_name, o.title)), lower(%(text)s)) > 0)
   AND (%(since)s::bigint IS NULL OR g.given_at >= %(since)s) AND (%(until)s::bigint IS NULL OR g.given_at < %(until)s)
 ORDER BY g.id DESC LIMIT %(limit)s
"""
_OF_CREATOR: LiteralString = """
SELECT g.id, g.giver_party_id, g.creator_party_id, g.currency, g.amount, g.state, g.given_at, g.changed_at,
       g.goal_id, g.taken_back_at, CASE WHEN s.id IS NULL THEN NULL ELSE f.person_id END
  FROM gift g
  JOIN party f ON f.programme_id = g.programme_id AND f.id = g.giver_party_id
  LEFT JOIN fan_shown s ON s.programme_id = g.programme_id AND s.fan_party_id = g.giver_party_id
       AND s.creator_party_id = g.creator_party_id
 WHERE g.programme_id = %(programme_id)s AND g.creator_party_id = %(party)s
   AND (%(goal)s::bigint IS NULL OR g.goal_id = %(goal)s)
   AND (%(state)s::text = '' OR g.state = %(state)s)
   AND (%(since)s::bigint IS NULL OR g.given_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR g.given_at < %(until)s)
   AND (%(at)s::bigint IS NULL OR (g.amount, g.id) < (%(at)s, %(id)s))
 ORDER BY g.amount DESC, g.id DESC LIMIT %(limit)s
"""
_SORTED: Mapping[bool, LiteralString] = {
    False: _OF_CREATOR.replace("(g.amount, g.id) < (%(at)s, %(id)s)", "g.id < %(at)s").replace("g.amount DESC, ", ""),
    True: _OF_CREATOR,
}
_ADD = """
INSERT INTO gift (programme_id, giver_party_id, creator_party_id, currency, amount, state, given_at, changed_at,
                  goal_id)
VALUES (%(programme_id)s, %(giver)s, %(creator)s, %(currency)s, %(amount)s, %(state)s, %(now)s, %(now)s, %(goal)s)
RETURNING id
"""
_PUT = """
UPDATE gift SET state = %(state)s, changed_at = %(now)s, taken_back_at = %(taken_back_at)s
 WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s)
"""
_NEWEST = """
SELECT e.gift_id, count(*), (array_agg(e.state ORDER BY e.id DESC))[1], (array_agg(l.hash ORDER BY e.id DESC))[1]
  FROM gift_event e JOIN log_leaf l ON l.programme_id = e.programme_id AND l.index = e.leaf_index
 WHERE e.programme_id = %(programme_id)s AND e.gift_id = ANY(%(gifts)s) GROUP BY e.gift_id
"""
_EVENT = """
INSERT INTO gift_event (programme_id, gift_id, state, at, leaf_index)
SELECT %(programme_id)s, gift, state, %(now)s, leaf
  FROM unnest(%(gifts)s::bigint[], %(states)s::text[], %(leaves)s::bigint[]) WITH ORDINALITY
    AS e (gift, state, leaf, n) ORDER BY n
"""
_LOCK_PARTIES = """
SELECT id FROM party WHERE programme_id = %(programme_id)s AND id = ANY(%(parties)s) AND erased_at IS NULL
 ORDER BY id FOR NO KEY UPDATE
"""
_LOCK_READY = """
SELECT party_id, balance FROM account
 WHERE programme_id = %(programme_id)s AND kind = 'available' AND party_id = ANY(%(parties)s)
   AND currency = %(currency)s ORDER BY id FOR NO KEY UPDATE
"""
_CHAINS = """
SELECT e.gift_id, g.giver_party_id, e.leaf_index, l.body FROM gift g
  JOIN gift_event e ON e.programme_id = g.programme_id AND e.gift_id = g.id
  JOIN log_leaf l ON l.programme_id = e.programme_id AND l.index = e.leaf_index
 WHERE g.programme_id = %(programme_id)s AND %(party)s IN (g.giver_party_id, g.creator_party_id)
   AND l.index < %(size)s
 ORDER BY e.gift_id, e.id DESC
"""


class GiftRow(NamedTuple):
    """One gift: micros of whole minor units, its state (``given``, ``kept``, ``back``) and since when.

    ``goal`` is what it is for, ``taken_back_at`` when its giver herself took it back.
    """

    id: int
    giver: int
    creator: int
    currency: str
    amount: Micros
    state: str
    given_at: Instant
    changed_at: Instant
    goal: int | None = None
    taken_back_at: Instant | None = None


class Sent(NamedTuple):
    """A gift as its giver reads it: to a goal, with its title and end, or to the creator of that name."""

    gift: GiftRow
    title: str | None
    ends_at: Instant | None
    creator: str


class Received(NamedTuple):
    """A gift as the creator reads it. ``person`` is who gave it, where she lets the creator see a name."""

    gift: GiftRow
    person: int | None


class Chain(NamedTuple):
    """The records of a gift, newest first, each as (place in the log, body); and who gave it."""

    giver: int
    leaves: list[tuple[int, dict[str, Any]]]


def add(access: Access, values: dict[str, Any]) -> int:
    """Write a new gift down; returns its number."""
    return int(access.value(_ADD, {"goal": None, **values}))


def put(access: Access, ids: Sequence[int], state: str, now: Instant, *, taken_back: bool = False) -> None:
    """Write down the state of gifts; ``taken_back``: by their giver herself."""
    values = {"ids": list(ids), "state": state, "now": now, "taken_back_at": now if taken_back else None}
    access.execute(_PUT, values)


class Newest(NamedTuple):
    """The newest record of a gift: its number, the state it told, its hash in hexadecimal digits."""

    seq: int
    state: str
    hash: str


def newest(access: Access, gifts: Sequence[int]) -> dict[int, Newest]:
    """The newest record of each of these gifts that has one."""
    rows = access.fetch(_NEWEST, {"gifts": list(gifts)})
    return {row[0]: Newest(row[1], row[2], bytes(row[3]).hex()) for row in rows}


def add_events(access: Access, entered: Sequence[tuple[int, str, int]], now: Instant) -> None:
    """Write down that gifts came to a state: (gift, state, index of the record)."""
    gifts, states, leaves = zip(*entered, strict=True)
    access.execute(_EVENT, {"gifts": list(gifts), "states": list(states), "leaves": list(leaves), "now": now})


def all_gifts(access: Access) -> list[GiftRow]:
    """All gifts, oldest first."""
    return [GiftRow(*row) for row in access.fetch(_ALL)]


def sent(access: Access, giver: int, **asked: Unpack[Numbered]) -> list[Sent]:
    """What somebody gave, newest first; to creators or for goals whose names hold ``text``.

    ``state`` as in ``GiftRow``, given at ``since`` <= t < ``until``.
    """
    rows = access.fetch(_OF_GIVER, {"party": giver, **numbered(asked)})
    return [Sent(GiftRow(*row[:-3]), *row[-3:]) for row in rows]


def received(
    access: Access,
    creator: int,
    *,
    goal: int | None = None,
    state: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    largest: bool = False,
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[Received]:
    """What a creator was given (for a ``goal``) at ``since`` <= t < ``until``, the newest or the ``largest`` first.

    ``after`` is the place of the last one shown: its number, or its amount and its number.
    """
    at, number = after or (None, None)
    asked = {"party": creator, "goal": goal, "state": state, "since": since, "until": until}
    rows = access.fetch(_SORTED[largest], {**asked, "at": at, "id": number, "limit": limit})
    return [Received(GiftRow(*row[:-1]), row[-1]) for row in rows]


def lock_parties(access: Access, parties: Sequence[int]) -> set[int]:
    """Hold these people until the transaction ends, in one order for all; those who are there."""
    return {row[0] for row in access.fetch(_LOCK_PARTIES, {"parties": list(parties)})}


def lock_ready(access: Access, parties: Sequence[int], currency: str) -> dict[int, Micros]:
    """What is ready of these people, held; in the order in which everybody holds accounts."""
    return {row[0]: row[1] for row in access.fetch(_LOCK_READY, {"parties": list(parties), "currency": currency})}


def chains(access: Access, party: int, size: int) -> dict[int, Chain]:
    """The records of the gifts that somebody gave or was given, in a log of ``size`` records, by gift."""
    found: dict[int, Chain] = {}
    told: dict[int, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for gift, giver, index, body in access.fetch(_CHAINS, {"party": party, "size": size}):
        told[gift].append((index, json.loads(body)))
        found[gift] = Chain(giver, told[gift])
    return found
