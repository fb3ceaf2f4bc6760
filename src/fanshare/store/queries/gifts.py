"""Gifts: who gave which creator how much, where each stands, and its records in the log."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_COLUMNS = """
SELECT g.id, g.giver_party_id, g.creator_party_id, g.currency, g.amount, g.state, g.given_at, g.changed_at FROM gift g
"""
_ALL = _COLUMNS + " WHERE g.programme_id = %(programme_id)s ORDER BY g.id"
_OF_GIVER = """
SELECT g.id, g.giver_party_id, g.creator_party_id, g.currency, g.amount, g.state, g.given_at, g.changed_at,
       coalesce(c.display_name, '')
  FROM gift g JOIN party c ON c.programme_id = g.programme_id AND c.id = g.creator_party_id
 WHERE g.programme_id = %(programme_id)s AND g.giver_party_id = %(party)s
   AND (%(before)s::bigint IS NULL OR g.id < %(before)s) ORDER BY g.id DESC LIMIT %(limit)s
"""
_OF_CREATOR = """
SELECT g.id, g.giver_party_id, g.creator_party_id, g.currency, g.amount, g.state, g.given_at, g.changed_at,
       CASE WHEN s.id IS NULL THEN NULL ELSE f.person_id END
  FROM gift g
  JOIN party f ON f.programme_id = g.programme_id AND f.id = g.giver_party_id
  LEFT JOIN fan_shown s ON s.programme_id = g.programme_id AND s.fan_party_id = g.giver_party_id
       AND s.creator_party_id = g.creator_party_id
 WHERE g.programme_id = %(programme_id)s AND g.creator_party_id = %(party)s
   AND (%(before)s::bigint IS NULL OR g.id < %(before)s) ORDER BY g.id DESC LIMIT %(limit)s
"""
_ADD = """
INSERT INTO gift (programme_id, giver_party_id, creator_party_id, currency, amount, state, given_at, changed_at)
VALUES (%(programme_id)s, %(giver)s, %(creator)s, %(currency)s, %(amount)s, %(state)s, %(now)s, %(now)s) RETURNING id
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
    """One gift: micros of whole minor units, its state (``given``, ``kept``, ``back``) and since when."""

    id: int
    giver: int
    creator: int
    currency: str
    amount: Micros
    state: str
    given_at: Instant
    changed_at: Instant


class Sent(NamedTuple):
    """A gift as its giver reads it, with the creator's name."""

    gift: GiftRow
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
    return int(access.value(_ADD, values))


def add_events(access: Access, entered: Sequence[tuple[int, str, int]], now: Instant) -> None:
    """Write down that gifts came to a state: (gift, state, index of the record)."""
    gifts, states, leaves = zip(*entered, strict=True)
    access.execute(_EVENT, {"gifts": list(gifts), "states": list(states), "leaves": list(leaves), "now": now})


def all_gifts(access: Access) -> list[GiftRow]:
    """All gifts, oldest first."""
    return [GiftRow(*row) for row in access.fetch(_ALL)]


def sent(access: Access, giver: int, *, before: int | None = None, limit: int) -> list[Sent]:
    """What somebody gave, newest first."""
    rows = access.fetch(_OF_GIVER, {"party": giver, "before": before, "limit": limit})
    return [Sent(GiftRow(*row[:-1]), row[-1]) for row in rows]


def received(access: Access, creator: int, *, before: int | None = None, limit: int) -> list[Received]:
    """What a creator was given, newest first."""
    rows = access.fetch(_OF_CREATOR, {"party": creator, "before": before, "limit": limit})
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
