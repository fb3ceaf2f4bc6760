"""Operators, who run the installation, and brand people, who look after a programme: added, listed, removed."""

import re
from dataclasses import dataclass

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.flows.audit import note, noted
from fanshare.flows.authorisation import Post
from fanshare.flows.context import pseudonym
from fanshare.store.access import Access, Connection
from fanshare.store.vault import Vault

PURPOSE = "sign in"

_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,190}\.[^@\s.\x00-\x1f\x7f]{2,63}")

_ADD_OPERATOR = """
INSERT INTO operator (account, sealed_address, added_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING id
"""
_ADD_BRAND = """
INSERT INTO brand_person (programme_id, person_id, email_hash, post, added_at)
VALUES (%(programme_id)s, %(person)s, %(hash)s, %(post)s, %(now)s) RETURNING id
"""
_FIND_BRAND = "SELECT id, person_id FROM brand_person WHERE programme_id = %(programme_id)s AND email_hash = %(hash)s"
_DROP_BRAND = "DELETE FROM brand_person WHERE programme_id = %(programme_id)s AND id = %(id)s"
_ALL_BRAND = """
SELECT id, person_id, added_at, post FROM brand_person WHERE programme_id = %(programme_id)s ORDER BY id LIMIT 500
"""
_SOME_BRAND = """
SELECT id, person_id, added_at, post FROM brand_person
 WHERE programme_id = %(programme_id)s AND id > %(after)s AND (%(post)s::text = '' OR post = %(post)s)
   AND (%(since)s::bigint IS NULL OR added_at >= %(since)s) AND (%(until)s::bigint IS NULL OR added_at < %(until)s)
 ORDER BY id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a list: the number, the address, since when; for a brand's people also what they do."""

    id: int
    address: str
    added_at: Instant
    post: str = ""


def clean(address: str) -> str:
    """An address without what surrounds it. Raises ``BadInputError`` (``bad_email``)."""
    text = address.strip()
    if _ADDRESS.fullmatch(text) is None:
        raise BadInputError("bad_email", "%(address)s is not an e-mail address.", address=repr(address[:80]))
    return text


def folded(address: str) -> str:
    """The form in which addresses are compared."""
    return clean(address).casefold()


def account_of(keys: Keys, address: str) -> bytes:
    """32 bytes that stand for an address in this installation: HMAC-SHA-256, so that nobody can try guesses."""
    return keys.fingerprint(PURPOSE, folded(address).encode())


def known_account(keys: Keys, address: bytes | None) -> bytes | None:
    """The account of an address as the vault keeps it; ``None`` for none, or for what nobody can sign in with."""
    try:
        return None if address is None else account_of(keys, address.decode())
    except (BadInputError, UnicodeDecodeError):
        return None


def add_operator(conn: Connection, keys: Keys, address: str, now: Instant, actor: str = "cli") -> bool:
    """Let somebody run this installation; whether she did not already. Raises ``BadInputError``."""
    account = account_of(keys, address)
    sealed = keys.seal(PURPOSE, clean(address).encode(), account)
    with conn.transaction():
        row = conn.execute(_ADD_OPERATOR, [account, sealed, now]).fetchone()
        if row is not None:
            note(conn, actor, "operator.add", now, about=f"operator {row[0]}")
    return row is not None


def remove_operator(conn: Connection, keys: Keys, address: str, now: Instant, actor: str = "cli") -> None:
    """She may no longer; whoever is signed in is refused at once. Raises ``BadInputError`` (``unknown_address``)."""
    with conn.transaction():
        row = conn.execute(
            "DELETE FROM operator WHERE account = %s RETURNING id", [account_of(keys, address)]
        ).fetchone()
        if row is None:
            raise BadInputError("unknown_address", "There is no operator with this address.", 404)
        note(conn, actor, "operator.remove", now, about=f"operator {row[0]}")


def operators(conn: Connection, keys: Keys) -> list[Member]:
    """All operators, oldest first."""
    rows = conn.execute("SELECT id, account, sealed_address, added_at FROM operator ORDER BY id")
    return [Member(row[0], keys.unseal(PURPOSE, bytes(row[2]), bytes(row[1])).decode(), row[3]) for row in rows]


def add_brand_person(
    access: Access, public_id: str, keys: Keys, address: str, now: Instant, *, post: Post = Post.OWNER
) -> bool:
    """Let somebody look after a programme; whether she did not already. Raises ``BadInputError``."""
    known = pseudonym(keys, public_id, "email", folded(address))
    with access.transaction():
        if access.fetch_one(_FIND_BRAND, {"hash": known}) is not None:
            return False
        [person] = Vault(access, keys).add_people([{"email": clean(address).encode()}], now)
        made = access.value(_ADD_BRAND, {"person": person, "hash": known, "post": post.value, "now": now})
        noted(access, "person.add", now, f"brand person {made}, {post}")
        return True


def remove_brand_person(access: Access, public_id: str, keys: Keys, address: str, now: Instant) -> None:
    """She may no longer, and her address is forgotten. Raises ``BadInputError`` (``unknown_address``)."""
    known = pseudonym(keys, public_id, "email", folded(address))
    with access.transaction():
        row = access.fetch_one(_FIND_BRAND, {"hash": known})
        if row is None:
            raise BadInputError("unknown_address", "Nobody with this address looks after this programme.", 404)
        access.execute(_DROP_BRAND, {"id": row[0]})
        Vault(access, keys).erase(row[1])
        noted(access, "person.remove", now, f"brand person {row[0]}")


def brand_people(access: Access, keys: Keys) -> list[Member]:
    """Who looks after a programme, oldest first."""
    vault = Vault(access, keys)
    return [
        Member(row[0], (vault.get(row[1], "email") or b"").decode(), row[2], row[3]) for row in access.fetch(_ALL_BRAND)
    ]


def some_brand_people(
    access: Access,
    keys: Keys,
    *,
    post: str = "",
    text: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    after: int = 0,
    limit: int,
) -> list[Member]:
    """Those behind a row of that list, let in at ``since`` <= t < ``until``, with ``text`` in their address.

    Addresses are sealed, so that whoever looks for a part of one has all of this programme opened.
    """
    asked = {"post": post, "since": since, "until": until, "after": after, "limit": None if text else limit}
    rows = access.fetch(_SOME_BRAND, asked)
    addresses = Vault(access, keys).get_many((row[1], "email") for row in rows)
    found = [Member(row[0], addresses.get((row[1], "email"), b"").decode(), row[2], row[3]) for row in rows]
    return [one for one in found if text.casefold() in one.address.casefold()][:limit]
