"""Drafts of those who join, applications, and who is behind an address in one programme."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_DRAFTS = """
SELECT count(*) FROM joining
 WHERE programme_id = %(programme_id)s AND account = %(account)s AND expires_at > %(now)s
"""
_KEEP = """
INSERT INTO joining (programme_id, token_hash, account, sealed, made_at, expires_at)
VALUES (%(programme_id)s, %(token)s, %(account)s, %(sealed)s, %(now)s, %(until)s)
"""
_DRAFT = """
SELECT sealed FROM joining WHERE programme_id = %(programme_id)s AND token_hash = %(token)s AND expires_at > %(now)s
"""
_TAKE = """
DELETE FROM joining WHERE programme_id = %(programme_id)s AND token_hash = %(token)s RETURNING sealed, expires_at
"""
_PARTIES = """
SELECT DISTINCT p.id, p.person_id FROM party_identity i
  JOIN party p ON p.programme_id = i.programme_id AND p.id = i.party_id
 WHERE i.programme_id = %(programme_id)s AND i.kind = 'email' AND i.hash = %(hash)s AND p.kind = %(kind)s
   AND p.erased_at IS NULL AND p.person_id IS NOT NULL ORDER BY p.id
"""
_KINDS = """
SELECT DISTINCT i.hash, p.kind, p.person_id FROM party_identity i
  JOIN party p ON p.programme_id = i.programme_id AND p.id = i.party_id
 WHERE i.programme_id = %(programme_id)s AND i.kind = 'email' AND i.hash = ANY(%(hashes)s)
   AND p.erased_at IS NULL AND p.person_id IS NOT NULL ORDER BY i.hash, p.person_id
"""
_LINK = """
SELECT l.code FROM link l
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM link_owner
                 WHERE programme_id = l.programme_id AND link_id = l.id ORDER BY from_at DESC LIMIT 1) o
       ON o.owner_party_id = %(fan)s AND o.creator_party_id = %(creator)s
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s
       ON s.state = 'active'
       OR (s.state = 'paused' AND EXISTS (
              SELECT FROM work_stop w WHERE w.programme_id = l.programme_id AND w.kind = 'pause' AND w.by_brand
                 AND w.until_at IS NULL AND (w.link_id = l.id OR w.creator_party_id = o.creator_party_id)))
 WHERE l.programme_id = %(programme_id)s AND (%(source)s::bigint IS NULL OR l.from_link_id = %(source)s)
   AND l.id IN (SELECT link_id FROM link_owner WHERE programme_id = %(programme_id)s AND owner_party_id = %(fan)s)
 ORDER BY s.state, l.id LIMIT 1
"""
_APPLY = """
INSERT INTO application (programme_id, account, sealed, made_at)
VALUES (%(programme_id)s, %(account)s, %(sealed)s, %(now)s)
ON CONFLICT (programme_id, account) WHERE state = 'waiting' DO UPDATE SET sealed = excluded.sealed
"""
_WAITING = """
SELECT id, account, sealed, state, made_at FROM application
 WHERE programme_id = %(programme_id)s AND state = 'waiting' AND (%(after)s::bigint IS NULL OR id > %(after)s)
 ORDER BY id LIMIT %(limit)s
"""
_APPLICANT = """
SELECT account FROM application WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_ONE = """
SELECT id, account, sealed, state, made_at FROM application
 WHERE programme_id = %(programme_id)s AND id = %(id)s FOR UPDATE
"""
_DECIDE = """
UPDATE application SET state = %(state)s, party_id = %(party)s, decided_by = %(by)s, decided_at = %(now)s, sealed = NULL
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_WITHDRAW = """
DELETE FROM application WHERE programme_id = %(programme_id)s AND account = %(account)s AND state = 'waiting'
"""
_FORGET = "DELETE FROM joining WHERE programme_id = %(programme_id)s AND expires_at <= %(now)s"
_BOUGHT = """
SELECT DISTINCT o.id FROM position p
  JOIN shop_order o ON o.programme_id = p.programme_id AND o.id = p.order_id AND o.buyer_party_id IS NULL
 WHERE p.programme_id = %(programme_id)s AND p.party_id IS NULL AND p.bucket = 'unclaimed' AND p.role = 'buyer'
   AND p.amount > 0 AND o.view->'buyer'->>'email' = %(hash)s
 ORDER BY o.id LIMIT %(limit)s
"""
_NAME = """
SELECT coalesce(display_name, '') FROM party
 WHERE programme_id = %(programme_id)s AND id = %(party)s AND erased_at IS NULL FOR NO KEY UPDATE
"""
_RENAME = """
UPDATE party SET display_name = nullif(%(name)s, '') WHERE programme_id = %(programme_id)s AND id = %(party)s
"""
_PERSON = "SELECT person_id FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s"
# Many may be let in side by side; whoever says that she is under 18 waits for all of them, and they for her.
_AGES = "SELECT pg_advisory_xact_lock_shared(hashtextextended('ages', %(programme_id)s))"
_AGES_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('ages', %(programme_id)s))"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(account)s, %(programme_id)s))"


class ApplicationRow(NamedTuple):
    """An application; what was written is sealed under the keyed hash of the address."""

    id: int
    account: bytes
    sealed: bytes | None
    state: str
    made_at: Instant


def drafts(access: Access, account: bytes, now: Instant) -> int:
    """How many drafts of an address wait."""
    return int(access.value(_DRAFTS, {"account": account, "now": now}))


def keep_draft(access: Access, token: bytes, account: bytes, sealed: bytes, now: Instant, until: Instant) -> None:
    """Keep what somebody typed."""
    access.execute(_KEEP, {"token": token, "account": account, "sealed": sealed, "now": now, "until": until})


def draft(access: Access, token: bytes, now: Instant) -> bytes | None:
    """What a token stands for, sealed."""
    found = access.value(_DRAFT, {"token": token, "now": now})
    return None if found is None else bytes(found)


def take_draft(access: Access, token: bytes, now: Instant) -> bytes | None:
    """The same, used up."""
    row = access.fetch_one(_TAKE, {"token": token})
    return None if row is None or row[1] <= now else bytes(row[0])


def forget_old(access: Access, now: Instant) -> int:
    """Drop what nobody confirmed in time."""
    return access.execute(_FORGET, {"now": now}).rowcount


def bought(access: Access, hash_: str, *, limit: int) -> list[int]:
    """Orders with an unclaimed buyer's part whose buyer is known by a keyed hash of an address, oldest first."""
    return [row[0] for row in access.fetch(_BOUGHT, {"hash": hash_, "limit": limit})]


def person_of(access: Access, party: int) -> int:
    """The person behind a living party."""
    return int(access.value(_PERSON, {"party": party}))


def lock_name(access: Access, party: int) -> str | None:
    """The name by which a party is seen, locked; empty where there is none, ``None`` after her erasure."""
    found: str | None = access.value(_NAME, {"party": party})
    return found


def rename(access: Access, party: int, name: str) -> None:
    """Write another name down; empty: none."""
    access.execute(_RENAME, {"party": party, "name": name})


def one_at_a_time(access: Access, account: bytes) -> None:
    """Whoever else confirms something for this address waits until this transaction ends."""
    access.execute(_LOCK, {"account": account.hex()})


def hold_ages(access: Access, *, alone: bool) -> None:
    """Nobody says that she is under 18 until this transaction ends; ``alone``: and nobody else is let in."""
    access.execute(_AGES_ALONE if alone else _AGES)


def kinds_of(access: Access, hashes: Sequence[str]) -> list[tuple[str, str, int]]:
    """Keyed hash of an address, kind and person of every living party that is known by one of these."""
    return [(row[0], row[1], row[2]) for row in access.fetch(_KINDS, {"hashes": list(hashes)})]


def withdraw(access: Access, account: bytes) -> None:
    """Take back an application that waits, and what it says."""
    access.execute(_WITHDRAW, {"account": account})


def parties_of(access: Access, hash_: str, kind: str) -> list[tuple[int, int]]:
    """Parties (with the person behind each) of a kind that are known by a keyed hash of an address."""
    return [(row[0], row[1]) for row in access.fetch(_PARTIES, {"hash": hash_, "kind": kind})]


def link_of_fan(access: Access, fan: int, creator: int, source: int | None = None) -> str | None:
    """The code of a fan's oldest link for a creator that is live, else of one that the brand pauses: another one would
    begin paused as well. With ``source`` of those made from that link of the creator's."""
    found: str | None = access.value(_LINK, {"fan": fan, "creator": creator, "source": source})
    return found


def apply(access: Access, account: bytes, sealed: bytes, now: Instant) -> None:
    """Keep an application; a later one of the same address replaces one that waits."""
    access.execute(_APPLY, {"account": account, "sealed": sealed, "now": now})


def waiting(access: Access, *, after: int | None, limit: int) -> list[ApplicationRow]:
    """Applications without an answer, oldest first."""
    return [_row(*row) for row in access.fetch(_WAITING, {"after": after, "limit": limit})]


def applicant(access: Access, id_: int) -> bytes | None:
    """The account behind an application, which is not locked; ``None`` where there is none."""
    account: bytes | None = access.value(_APPLICANT, {"id": id_})
    return None if account is None else bytes(account)


def application(access: Access, id_: int) -> ApplicationRow | None:
    """One application, locked."""
    row = access.fetch_one(_ONE, {"id": id_})
    return None if row is None else _row(*row)


def decide(access: Access, id_: int, state: str, party: int | None, now: Instant) -> None:
    """Write an answer down, and forget what was written."""
    access.execute(_DECIDE, {"id": id_, "state": state, "party": party, "by": access.actor, "now": now})


def _row(id_: int, account: bytes, sealed: bytes | None, state: str, made_at: Instant) -> ApplicationRow:
    return ApplicationRow(id_, bytes(account), None if sealed is None else bytes(sealed), state, made_at)
