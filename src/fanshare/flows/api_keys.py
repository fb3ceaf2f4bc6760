"""Keys of the public API: made for one programme with scopes, shown once, kept as a hash, ended at any time.

A key reads ``fsk_<programme>_<id>_<secret>``. The secret has 200 random bits, so a plain SHA-256 keeps it as well as a
slow hash would; whoever reads the database can act as nobody.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import MINUTE, Instant
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Scope
from fanshare.store import directory
from fanshare.store.access import Access, Connection
from fanshare.store.directory import Programme as Tenant

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SECRET_LENGTH = 40
_KEY = re.compile(r"fsk_([0-9a-z]{1,40})_([0-9a-z]{12})_([0-9a-z]{40})", re.ASCII)
_PREFIX = "fsk_"

_INSERT = """
INSERT INTO api_key (programme_id, public_id, name, secret_hash, scopes, made_by, made_at)
VALUES (%(programme_id)s, %(public_id)s, %(name)s, %(hash)s, %(scopes)s, %(made_by)s, %(now)s)
"""
_FIND = """
SELECT id, secret_hash, scopes, coalesce(used_at, 0) FROM api_key
 WHERE programme_id = %(programme_id)s AND public_id = %(public_id)s AND ended_at IS NULL
"""
_USED = "UPDATE api_key SET used_at = %(now)s WHERE programme_id = %(programme_id)s AND id = %(id)s"
_END = """
UPDATE api_key SET ended_at = %(now)s
 WHERE programme_id = %(programme_id)s AND public_id = %(public_id)s AND ended_at IS NULL
"""
_ALL = """
SELECT public_id, name, scopes, made_by, made_at, used_at, ended_at FROM api_key
 WHERE programme_id = %(programme_id)s ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the bearer of a valid key may do, and where."""

    tenant: Tenant
    key: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class KeyListed:
    """A key without its secret."""

    public_id: str
    name: str
    scopes: tuple[str, ...]
    made_by: str
    made_at: Instant
    used_at: Instant | None
    ended_at: Instant | None


def make_key(access: Access, programme: str, name: str, scopes: Iterable[str], now: Instant) -> tuple[str, str]:
    """A new key of the programme with public id ``programme``: its id, and the key itself, which is never shown again.

    Raises ``BadInputError`` (``bad_name``, ``bad_scope``).
    """
    named = name.strip()
    if not 1 <= len(named) <= 100 or not named.isprintable():
        raise BadInputError("bad_name", "Give the key a name of 1 to 100 characters, so that you know it again.")
    wanted = sorted({_scope(one) for one in scopes})
    if not wanted:
        raise BadInputError("bad_scope", "Say what the key may do: %(known)s.", known=", ".join(Scope))
    public_id, secret = directory.public_id(12), "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))
    values = {"public_id": public_id, "name": named, "hash": _hash(secret), "scopes": wanted, "now": now}
    with access.transaction():
        access.execute(_INSERT, {**values, "made_by": access.actor})
        noted(access, "key.make", now, f"key {public_id}: {', '.join(wanted)}")
    return public_id, f"{_PREFIX}{programme}_{public_id}_{secret}"


def end_key(access: Access, public_id: str, now: Instant) -> None:
    """End a key at once. Raises ``BadInputError`` (``unknown_key``) for one that there is not, or no more."""
    with access.transaction():
        if not access.execute(_END, {"public_id": public_id, "now": now}).rowcount:
            raise BadInputError(
                "unknown_key", "There is no key %(public_id)s that could be ended.", 404, public_id=repr(public_id[:40])
            )
        noted(access, "key.end", now, f"key {public_id}")


def keys(access: Access) -> Sequence[KeyListed]:
    """All keys of the programme, ended ones too, oldest first."""
    return [KeyListed(row[0], row[1], tuple(row[2]), *row[3:]) for row in access.fetch(_ALL)]


def authenticate(conn: Connection, key: str, now: Instant) -> Grant:
    """What a key lets its bearer do. Raises ``FanshareError`` (``bad_key``, 401), which never says why."""
    refused = FanshareError("bad_key", "This needs a key that is valid: Authorization: Bearer fsk_...", 401)
    parts = _KEY.fullmatch(key)
    tenant = directory.programme_of(conn, parts[1]) if parts is not None else None
    if parts is None or tenant is None:
        raise refused
    access = Access(conn, tenant.id, "api")
    row = access.fetch_one(_FIND, {"public_id": parts[2]})
    if row is None or not hmac.compare_digest(bytes(row[1]), _hash(parts[3])):
        raise refused
    if now - row[3] >= MINUTE:
        access.execute(_USED, {"id": row[0], "now": now})
    return Grant(tenant, parts[2], frozenset(Scope(one) for one in row[2]))


def _scope(text: str) -> Scope:
    try:
        return Scope(text)
    except ValueError:
        raise BadInputError(
            "bad_scope", "%(text)s is no scope; there are %(known)s.", text=repr(text[:40]), known=", ".join(Scope)
        ) from None


def _hash(secret: str) -> bytes:
    return hashlib.sha256(b"fanshare api key\0" + secret.encode()).digest()
