"""What is kept about a brand's people and operators, and who of them can let others in."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access, Connection

_BRAND_PERSON = """
SELECT person_id, post, added_at, language, mail_stopped_at, time_zone, currency FROM brand_person
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_SEALED = """
SELECT kind, written_at FROM vault_item WHERE programme_id = %(programme_id)s AND person_id = %(person)s ORDER BY kind
"""
_OWNERS = """
SELECT id FROM brand_person WHERE programme_id = %(programme_id)s AND post = 'owner' ORDER BY id FOR UPDATE
"""
_BY_HASH = "SELECT id FROM brand_person WHERE programme_id = %(programme_id)s AND email_hash = %(hash)s"
_OPERATOR = "SELECT account, sealed_address, added_at FROM operator WHERE id = %s"
_OPERATORS = "SELECT id FROM operator ORDER BY id FOR UPDATE"
_DONE = """
SELECT at, what, about FROM audit
 WHERE actor = %s AND (%s::bigint IS NULL OR programme_id = %s) ORDER BY id DESC LIMIT %s
"""


class BrandPersonRow(NamedTuple):
    """Somebody of a brand; ``person`` is whom her vault belongs to, ``post`` what she does."""

    person: int
    post: str
    since: Instant
    language: str
    mail_stopped: Instant | None
    zone: str
    currency: str


class OperatorRow(NamedTuple):
    """An operator, with her address as it is sealed."""

    account: bytes
    sealed: bytes
    since: Instant


def brand_person(access: Access, id_: int) -> BrandPersonRow | None:
    """One of a brand's people."""
    row = access.fetch_one(_BRAND_PERSON, {"id": id_})
    return None if row is None else BrandPersonRow(*row)


def sealed(access: Access, person: int) -> list[tuple[str, Instant]]:
    """What lies in a person's vault, and since when."""
    return [(row[0], row[1]) for row in access.fetch(_SEALED, {"person": person})]


def locked_owners(access: Access) -> list[int]:
    """The owners of a programme, locked until the transaction ends: whoever ends one of them waits."""
    return [row[0] for row in access.fetch(_OWNERS)]


def with_hash(access: Access, hash_: str) -> int | None:
    """Whose address has this keyed hash."""
    found: int | None = access.value(_BY_HASH, {"hash": hash_})
    return found


def operator(conn: Connection, id_: int) -> OperatorRow | None:
    """One of the operators."""
    row = conn.execute(_OPERATOR, [id_]).fetchone()
    return None if row is None else OperatorRow(bytes(row[0]), bytes(row[1]), row[2])


def locked_operators(conn: Connection) -> list[int]:
    """The operators, locked until the transaction ends."""
    return [row[0] for row in conn.execute(_OPERATORS)]


def done(conn: Connection, actor: str, programme: int | None, most: int) -> list[tuple[Instant, str, str]]:
    """What an actor did (when, what, about what), the newest first."""
    return [(row[0], row[1], row[2]) for row in conn.execute(_DONE, [actor, programme, programme, most])]
