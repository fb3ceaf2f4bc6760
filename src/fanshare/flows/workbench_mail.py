"""A mail that something is due in a creator's own books: asked for, in the morning, and never what it is.

The books belong to an account and to no programme, so the mail does as well: no programme learns that she keeps any.
The site knows where to only sealed, and on which days only where she lets it know them. A day on which she looked
herself is not told, and a mail that several days wait for is one.
"""

import json
from dataclasses import dataclass

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, Instant, format_rfc3339, local_date, to_datetime, zone
from fanshare.flows import outbox
from fanshare.flows.mail_choice import books_token
from fanshare.flows.staff import account_of, clean
from fanshare.store.access import Connection
from fanshare.store.queries import workbench_due
from fanshare.store.queries import workbench_mail as rows

PURPOSE = "workbench mail"
#: The hour from which on a morning's mail goes, on her own clock.
MORNING = 8
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Where:
    """Where and how somebody is told: her address, the language (empty: not chosen), the zone of her books."""

    address: str
    language: str = ""
    zone: str = "UTC"


def wish(conn: Connection, keys: Keys, account: bytes, where: Where, now: Instant) -> None:
    """Mail her from the next day on. Raises ``BadInputError`` (``not_her_address``, and what ``clean`` raises)."""
    if account_of(keys, where.address) != account:
        raise BadInputError("not_her_address", "Write the address with which you sign in here.")
    today = local_date(now, zone(where.zone)).isoformat()
    rows.put(conn, account, sealed(keys, account, where), today)


def known(conn: Connection, keys: Keys, account: bytes) -> Where | None:
    """Where she is mailed; ``None`` where she did not ask for it."""
    kept = rows.of(conn, account)
    return None if kept is None else opened(keys, account, kept)


def plan(conn: Connection, keys: Keys, now: Instant) -> int:
    """Put the mails of this morning into the outbox; how many."""
    until, after, planned = format_rfc3339(now + DAY)[:10], b"", 0
    while found := rows.due(conn, until, after, _AT_ONCE):
        planned += sum(_plan(conn, keys, one, now) for one in found)
        after = found[-1].account
    return planned


def still(conn: Connection, keys: Keys, account: bytes, day: str) -> tuple[Where, str] | None:
    """Where to, and the token that stops it, at the moment of sending; ``None`` where it is to be told no more."""
    where = known(conn, keys, account)
    if where is None or not workbench_due.count(conn, account, day):
        return None
    return where, books_token(keys, account)


def sealed(keys: Keys, account: bytes, where: Where) -> bytes:
    """As it is kept."""
    content = {"address": clean(where.address), "language": where.language, "zone": where.zone}
    return keys.seal(PURPOSE, json.dumps(content).encode(), account)


def opened(keys: Keys, account: bytes, kept: bytes) -> Where:
    """As it was sealed."""
    return Where(**json.loads(keys.unseal(PURPOSE, kept, account)))


def _plan(conn: Connection, keys: Keys, one: rows.Reader, now: Instant) -> bool:
    tz = zone(opened(keys, one.account, one.sealed).zone)
    today = local_date(now, tz).isoformat()
    if one.days[0] > today or to_datetime(now).astimezone(tz).hour < MORNING:
        return False
    with conn.transaction():
        if not rows.told(conn, one.account, today):  # another worker was faster
            return False
        content = {"account": one.account.hex(), "day": today}
        return outbox.put(conn, keys, outbox.BOOKS, f"{one.account.hex()}/{today}", content, now)
