"""The outbox: mail that waits to be sent, sealed, each under a key by which it is there only once.

What is put in says *what* to send to whom, not the text: a link to sign in is made only when its mail is sent, and an
address is read from the vault only then. The sealed part goes with the delivery; the key stays for a month.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fanshare.config.keys import Keys
from fanshare.core.instants import DAY, HOUR, MINUTE, Instant
from fanshare.flows.staff import account_of, clean
from fanshare.store.access import Connection

SIGN_IN = "sign_in"
CHECKPOINT = "checkpoint"
JOIN = "join"
ANSWER = "answer"
BUDGET = "budget"
LETTER = "letter"
NEWS = "news"
ADDRESS = "address"
PAYEE = "payee"
SAFETY = "safety"
TAX = "tax"
DESK = "desk"
BOOKS = "books"
INVITED = "invited"
ATTEMPTS = 9

_PURPOSE = "outbox"
#: How long it is known that a mail was dealt with.
KEPT = 30 * DAY
_ONE_WISH_PER = MINUTE
_SET_ASIDE = 5 * MINUTE

_PUT = """
INSERT INTO outbox (kind, key, sealed, made_at, due_at) VALUES (%s, %s, %s, %s, %s) ON CONFLICT (kind, key) DO NOTHING
"""
_TAKE = """
UPDATE outbox SET due_at = %(until)s
 WHERE id IN (SELECT id FROM outbox WHERE state = 'due' AND due_at <= %(now)s
               ORDER BY due_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id, kind, key, sealed, attempts, made_at
"""
_WAITING = "SELECT count(*) FROM outbox WHERE state = 'due' AND kind = %s AND starts_with(key, %s)"
_DONE = "UPDATE outbox SET state = %s, sealed = NULL, reason = %s, attempts = attempts + 1, done_at = %s WHERE id = %s"
_LATER = "UPDATE outbox SET attempts = attempts + 1, reason = %s, due_at = %s WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One mail that is due: its kind, and what its kind needs to write it."""

    id: int
    kind: str
    ident: str
    content: Mapping[str, str | int]
    attempts: int
    made_at: Instant


def put(conn: Connection, keys: Keys, kind: str, key: str, content: Mapping[str, str | int], now: Instant) -> bool:
    """Put one in; whether it was not there already."""
    sealed = keys.seal(_PURPOSE, json.dumps(dict(content)).encode(), _place(kind, key))
    return conn.execute(_PUT, [kind, key, sealed, now, now]).rowcount == 1


def wish_link(conn: Connection, keys: Keys, address: str, now: Instant, language: str = "", wanted: str = "") -> None:
    """A link to sign in for an address, known or not, in a language; pressing twice within a minute is once.

    ``wanted`` is the page that it leads to; empty for the first one.
    """
    key = f"{account_of(keys, address).hex()}/{now // _ONE_WISH_PER}"
    put(conn, keys, SIGN_IN, key, {"address": clean(address), "language": language, "wanted": wanted}, now)


def waiting(conn: Connection, kind: str, beginning: str) -> int:
    """How many of a kind wait whose key begins so."""
    row = conn.execute(_WAITING, [kind, beginning]).fetchone()
    return 0 if row is None else int(row[0])


def take(conn: Connection, keys: Keys, now: Instant, most: int) -> list[Waiting]:
    """Mail that is due, oldest first, set aside for five minutes, so that two workers do not send the same.

    What a worker that died had set aside is due again afterwards: rather twice than never, and its ``ident`` lets a
    mail program see that it is the same.
    """
    rows = conn.execute(_TAKE, {"now": now, "until": now + _SET_ASIDE, "most": most}).fetchall()
    return [
        Waiting(id_, kind, _ident(keys, kind, key), _content(keys, kind, key, sealed), attempts, made_at)
        for id_, kind, key, sealed, attempts, made_at in sorted(rows)
    ]


def give_back(conn: Connection, rest: Sequence[Waiting], now: Instant) -> None:
    """What was set aside and not tried is due again."""
    conn.execute(
        "UPDATE outbox SET due_at = %s WHERE state = 'due' AND id = ANY(%s::bigint[])", [now, [one.id for one in rest]]
    )


def postponed(conn: Connection, one: Waiting, until: Instant) -> None:
    """Whoever it is for wants no mail before an instant; that is no failure."""
    conn.execute("UPDATE outbox SET due_at = %s WHERE id = %s", [until, one.id])


def sent(conn: Connection, one: Waiting, now: Instant) -> None:
    """It was handed over."""
    conn.execute(_DONE, ["sent", "", now, one.id])


def dropped(conn: Connection, one: Waiting, reason: str, now: Instant) -> None:
    """There is nobody to send it to, or no sense in it any more."""
    conn.execute(_DONE, ["dropped", reason[:200], now, one.id])


def failed(conn: Connection, one: Waiting, reason: str, now: Instant, *, for_good: bool) -> None:
    """It could not be handed over: again after a minute, two, four, up to four hours, nine times in all."""
    if for_good or one.attempts + 1 >= ATTEMPTS:
        conn.execute(_DONE, ["failed", reason[:200], now, one.id])
    else:
        conn.execute(_LATER, [reason[:200], now + min(4 * HOUR, MINUTE << one.attempts), one.id])


def forget_old(conn: Connection, now: Instant) -> None:
    """What was dealt with a month ago."""
    conn.execute("DELETE FROM outbox WHERE state <> 'due' AND done_at < %s", [max(0, now - KEPT)])


def _content(keys: Keys, kind: str, key: str, sealed: bytes) -> Mapping[str, str | int]:
    found: Mapping[str, str | int] = json.loads(keys.unseal(_PURPOSE, bytes(sealed), _place(kind, key)))
    return found


def _ident(keys: Keys, kind: str, key: str) -> str:
    """A name for the mail that tells nothing: the same again for the same mail."""
    return keys.fingerprint(_PURPOSE, _place(kind, key)).hex()[:32]


def _place(kind: str, key: str) -> bytes:
    return f"{kind}/{key}".encode()
