"""People who leave and are paid first: who they are, and what is still to come for each."""

from collections.abc import Iterable, Sequence
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.leaving import Purse
from fanshare.store.access import Access

_ASKED = "SELECT asked_at, until_at FROM party_leaving WHERE programme_id = %(programme_id)s AND party_id = %(party)s"
_ANY = (
    "SELECT FROM party_leaving WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s::bigint[]) LIMIT 1"
)
_DUE = """
SELECT party_id FROM party_leaving WHERE programme_id = %(programme_id)s AND until_at <= %(now)s ORDER BY party_id
"""
_ADD = """
INSERT INTO party_leaving (programme_id, party_id, asked_at, until_at)
VALUES (%(programme_id)s, %(party)s, %(now)s, %(until)s)
"""
_FORGET = "DELETE FROM party_leaving WHERE programme_id = %(programme_id)s AND party_id = ANY(%(parties)s)"
_LOCK = """
SELECT id FROM account WHERE programme_id = %(programme_id)s AND party_id = %(party)s ORDER BY id FOR NO KEY UPDATE
"""
_PURSES = """
SELECT a.currency, coalesce(sum(a.balance) FILTER (WHERE a.kind IN ('pending', 'held')), 0)::bigint,
       coalesce(sum(a.balance) FILTER (WHERE a.kind = 'available'), 0)::bigint,
       coalesce(sum(a.balance) FILTER (WHERE a.kind = 'in_transit'), 0)::bigint,
       coalesce((SELECT n.kind FROM payee_account n
                  WHERE n.programme_id = %(programme_id)s AND n.party_id = %(party)s AND n.currency = a.currency
                    AND n.undone_at IS NULL AND n.left_at IS NULL ORDER BY n.id DESC LIMIT 1), '')
  FROM account a WHERE a.programme_id = %(programme_id)s AND a.party_id = %(party)s
 GROUP BY a.currency ORDER BY a.currency
"""
_UNDERWAY = """
SELECT count(*) FROM payout_item WHERE programme_id = %(programme_id)s AND party_id = %(party)s
   AND state IN ('submitted', 'in_transit', 'unknown', 'mismatch')
"""
_KEPT = """
DELETE FROM vault_item v USING party p
 WHERE v.programme_id = %(programme_id)s AND p.programme_id = v.programme_id AND p.id = %(party)s
   AND v.person_id = p.person_id AND NOT (v.kind = ANY(%(kinds)s) OR v.kind LIKE ANY(%(beginnings)s))
"""
_OWN: LiteralString = """
SELECT {1} FROM {0} k
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM {0}_owner
                 WHERE programme_id = k.programme_id AND {0}_id = k.id ORDER BY from_at DESC LIMIT 1) o
       ON %(party)s IN (o.owner_party_id, o.creator_party_id)
  JOIN LATERAL (SELECT state FROM {0}_state
                 WHERE programme_id = k.programme_id AND {0}_id = k.id ORDER BY from_at DESC LIMIT 1) s
       ON s.state <> 'ended'
 WHERE k.programme_id = %(programme_id)s
   AND k.id IN (SELECT {0}_id FROM {0}_owner WHERE programme_id = %(programme_id)s
                   AND %(party)s IN (owner_party_id, creator_party_id)) ORDER BY k.id
"""
_LINKS = _OWN.format("link", "k.code")
_CODES = _OWN.format("code", "k.folded, k.connection_id")


class Asked(NamedTuple):
    """When somebody said that she leaves, and until when orders may come by older clicks."""

    at: Instant
    until: Instant


def asked(access: Access, party: int) -> Asked | None:
    """Whether she leaves; ``None`` while she stays."""
    row = access.fetch_one(_ASKED, {"party": party})
    return None if row is None else Asked(*row)


def anybody(access: Access, parties: Iterable[int]) -> bool:
    """Whether one of them leaves."""
    return access.fetch_one(_ANY, {"parties": sorted(set(parties))}) is not None


def due(access: Access, now: Instant) -> list[int]:
    """Those for whom no order can come any more."""
    return [row[0] for row in access.fetch(_DUE, {"now": now})]


def add(access: Access, party: int, now: Instant, until: Instant) -> None:
    """She leaves."""
    access.execute(_ADD, {"party": party, "now": now, "until": until})


def forget(access: Access, parties: Sequence[int]) -> None:
    """She has left."""
    access.execute(_FORGET, {"parties": [*parties]})


def lock(access: Access, party: int) -> None:
    """Keep her balances from moving until the transaction ends."""
    access.execute(_LOCK, {"party": party})


def purses(access: Access, party: int) -> list[Purse]:
    """What she has, by currency; also where it is nothing."""
    return [Purse(*row) for row in access.fetch(_PURSES, {"party": party})]


def underway(access: Access, party: int) -> int:
    """How many payments to her are at no end."""
    return int(access.value(_UNDERWAY, {"party": party}))


def keep_only(access: Access, party: int, kinds: Sequence[str], beginnings: Sequence[str]) -> None:
    """Take everything out of her vault but these kinds, and those that begin so."""
    values = {"party": party, "kinds": [*kinds], "beginnings": [f"{one}%" for one in beginnings]}
    access.execute(_KEPT, values)


def links(access: Access, party: int) -> list[str]:
    """Links of hers, or of her fans for her, that have not ended."""
    return [row[0] for row in access.fetch(_LINKS, {"party": party})]


def codes(access: Access, party: int) -> list[tuple[str, int | None]]:
    """The same of codes, each with the shop where it counts, where it is one."""
    return [(row[0], row[1]) for row in access.fetch(_CODES, {"party": party})]
