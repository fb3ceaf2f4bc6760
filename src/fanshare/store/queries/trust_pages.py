"""What creators show of how they work with brands: in plain words, under an address."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Connection

# The lock makes an erasure at the same moment come wholly before or wholly after.
_PUT = """
INSERT INTO trust_page (account, token, listed, document, published_at)
SELECT account, %(token)s, %(listed)s, %(document)s::jsonb, %(now)s FROM workbench
 WHERE account = %(account)s FOR KEY SHARE
ON CONFLICT (account) DO UPDATE
   SET token = excluded.token, listed = excluded.listed, document = excluded.document,
       published_at = excluded.published_at
"""


class Page(NamedTuple):
    """A page that is shown; ``listed``: search engines may list it."""

    token: str
    listed: bool
    document: Mapping[str, Any]
    published_at: Instant


def of(conn: Connection, account: bytes) -> Page | None:
    """The page of an account, if it shows one."""
    found = "SELECT token, listed, document, published_at FROM trust_page WHERE account = %s"
    row = conn.execute(found, [account]).fetchone()
    return None if row is None else Page(*row)


def under(conn: Connection, token: str) -> Page | None:
    """The page under an address."""
    found = "SELECT token, listed, document, published_at FROM trust_page WHERE token = %s"
    row = conn.execute(found, [token]).fetchone()
    return None if row is None else Page(*row)


def put(conn: Connection, account: bytes, page: Page) -> None:
    """Show a page, in the place of the one before."""
    values = {**page._asdict(), "account": account, "now": page.published_at, "document": json.dumps(page.document)}
    conn.execute(_PUT, values)


def drop(conn: Connection, account: bytes) -> None:
    """Show it no more."""
    conn.execute("DELETE FROM trust_page WHERE account = %s", [account])
