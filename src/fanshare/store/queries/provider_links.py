"""The provider by which people may sign in, and whom it signs in. Global, as all signing in."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.oidc import Provider
from fanshare.store.access import Connection

_PROVIDER = """
SELECT name, issuer, client_id, authorize_url, token_url, keys_url, basic, algorithms, sealed_secret
  FROM sign_in_provider
"""
_PUT = """
INSERT INTO sign_in_provider (name, issuer, client_id, authorize_url, token_url, keys_url, basic, algorithms,
                              sealed_secret, set_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (one) DO UPDATE SET name = excluded.name, issuer = excluded.issuer, client_id = excluded.client_id,
   authorize_url = excluded.authorize_url, token_url = excluded.token_url, keys_url = excluded.keys_url,
   basic = excluded.basic, algorithms = excluded.algorithms, sealed_secret = excluded.sealed_secret,
   set_at = excluded.set_at
"""
_LINK = """
INSERT INTO provider_link (subject, account, sealed, linked_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (subject) DO UPDATE SET sealed = excluded.sealed WHERE provider_link.account = excluded.account
"""
_USED = "UPDATE provider_link SET used_at = %s WHERE subject = %s RETURNING account, sealed"


class Kept(NamedTuple):
    """The provider with this site's secret there, sealed."""

    provider: Provider
    sealed_secret: bytes


class Linked(NamedTuple):
    """Which account an identity opens; its address is sealed."""

    account: bytes
    sealed: bytes


def provider(conn: Connection) -> Kept | None:
    """The provider, if there is one."""
    row = conn.execute(_PROVIDER).fetchone()
    if row is None:
        return None
    name, issuer, client_id, authorize, token, keys, basic, algorithms, sealed = row
    known = Provider(name, issuer, client_id, authorize, token, keys, basic, tuple(algorithms))
    return Kept(known, bytes(sealed))


def put_provider(conn: Connection, known: Provider, sealed_secret: bytes, now: Instant) -> None:
    """Keep a provider in the place of the one before."""
    values = [known.name, known.issuer, known.client_id, known.authorize_at, known.token_at, known.keys_at]
    conn.execute(_PUT, [*values, known.basic, list(known.algorithms), sealed_secret, now])


def drop_provider(conn: Connection) -> bool:
    """Take the provider away; whether there was one."""
    return conn.execute("DELETE FROM sign_in_provider").rowcount == 1


def forget_links(conn: Connection) -> None:
    """Nobody is connected any more."""
    conn.execute("DELETE FROM provider_link")


def used(conn: Connection, subject: bytes, now: Instant) -> Linked | None:
    """Which account an identity opens, and that it did so now."""
    row = conn.execute(_USED, [now, subject]).fetchone()
    return None if row is None else Linked(bytes(row[0]), bytes(row[1]))


def link(conn: Connection, subject: bytes, account: bytes, sealed: bytes, now: Instant) -> bool:
    """Connect an identity with an account, in the place of another one; ``False`` where it is somebody else's."""
    conn.execute("DELETE FROM provider_link WHERE account = %s AND subject <> %s", [account, subject])
    return conn.execute(_LINK, [subject, account, sealed, now]).rowcount == 1


def unlink(conn: Connection, account: bytes) -> bool:
    """An account is connected no more; whether it was."""
    return conn.execute("DELETE FROM provider_link WHERE account = %s", [account]).rowcount > 0


def linked_at(conn: Connection, account: bytes) -> Instant | None:
    """Since when an account is connected, if it is."""
    row = conn.execute("SELECT linked_at FROM provider_link WHERE account = %s", [account]).fetchone()
    return None if row is None else int(row[0])
