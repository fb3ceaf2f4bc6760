"""Another address for an account: asked for when fresh, confirmed by the new mailbox, undone by the old one.

A change that was asked for lives a day, a newer one replaces it. A done one can be undone for 72 hours by whoever has
the old mailbox; meanwhile the address is not changed again, and nothing of what she earned goes anywhere new.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from typing import Any, NamedTuple

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import DAY, MINUTE, Instant
from fanshare.flows import account_rows, outbox, second_factor
from fanshare.flows.account_rows import Move
from fanshare.flows.audit import note
from fanshare.flows.authorisation import Role, Seat
from fanshare.flows.sign_in import seats_of
from fanshare.flows.signed_in import Underway, Wish
from fanshare.flows.staff import PURPOSE, account_of, clean, folded, known_account
from fanshare.store.access import Access, Connection
from fanshare.store.queries import address_changes
from fanshare.store.queries.address_changes import UNDO_FOR
from fanshare.store.vault import Vault

ASKED_LIVES = DAY
#: What a mail of this kind says.
CONFIRM, CHANGED = "confirm", "changed"

_SEALED = "address change"
_PERSON_OF_PARTY = """
SELECT person_id FROM party
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND erased_at IS NULL AND person_id IS NOT NULL
"""
_PERSON_OF_BRAND = "SELECT person_id FROM brand_person WHERE programme_id = %(programme_id)s AND id = %(id)s"
_ASK = """
INSERT INTO address_change AS c (account, fresh_account, token_hash, sealed, made_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (account) DO UPDATE SET fresh_account = excluded.fresh_account, token_hash = excluded.token_hash,
       sealed = excluded.sealed, made_at = excluded.made_at, expires_at = excluded.expires_at
 WHERE c.done_at IS NULL
"""
_FOUND = """
SELECT account, fresh_account, sealed, done_at, expires_at FROM address_change
 WHERE token_hash = %s AND expires_at > %s AND (done_at IS NOT NULL) = %s
"""
_DONE = """
UPDATE address_change SET token_hash = %s, sealed = %s, done_at = %s, expires_at = %s WHERE account = %s
"""
_DROP = "DELETE FROM address_change WHERE account = %s"
_OF_ACCOUNT = """
SELECT account, sealed, done_at, expires_at FROM address_change
 WHERE expires_at > %(now)s AND ((account = %(account)s AND done_at IS NULL)
       OR (fresh_account = %(account)s AND done_at IS NOT NULL)) ORDER BY done_at LIMIT 1
"""


class Link(NamedTuple):
    """What a link of a mail would do: which addresses it is about."""

    old: str
    new: str


def address_changed_within(conn: Connection, account: bytes, now: Instant, span: int = UNDO_FOR) -> bool:
    """Whether an account got its address within a span (microseconds, at most ``UNDO_FOR``) and may lose it again."""
    return address_changes.changed_since(conn, account, now - span)


def refuse_if_changed(access: Access, keys: Keys, party: int, now: Instant) -> None:
    """Nothing that a party earned goes anywhere new while her change of address can be undone.

    Raises ``ConflictError`` (``address_changed``).
    """
    account = known_account(keys, _address(access, keys, _PERSON_OF_PARTY, party).encode())
    if account:
        refuse_if_account_changed(access.conn, account, now)


def refuse_if_account_changed(conn: Connection, account: bytes, now: Instant) -> None:
    """Nothing of an account ends for good while its change of address can be undone.

    Raises ``ConflictError`` (``address_changed``).
    """
    if address_changed_within(conn, account, now):
        said = "The address of this account was changed within 72 hours; until that can't be undone any more, wait."
        raise ConflictError("address_changed", said)


def address_of(conn: Connection, keys: Keys, seats: Iterable[Seat], account: bytes) -> str:
    """The address that somebody with these seats has; empty where none of them is this account's."""
    for seat in seats:
        if seat.role is Role.OPERATOR:
            row = conn.execute("SELECT sealed_address, account FROM operator WHERE id = %s", [seat.id]).fetchone()
            found = "" if row is None else keys.unseal(PURPOSE, bytes(row[0]), bytes(row[1])).decode()
        elif seat.role is Role.BENCH:
            continue  # what it is known by is a hash alone
        else:
            statement = _PERSON_OF_BRAND if seat.role is Role.BRAND else _PERSON_OF_PARTY
            found = _address(Access(conn, seat.programme_id, "address"), keys, statement, seat.id)
        if found and known_account(keys, found.encode()) == account:
            return found
    return ""


def underway(conn: Connection, keys: Keys, account: bytes, now: Instant) -> Underway | None:
    """What there is of an account: a change that was asked for, or one that was done and can be undone."""
    row = conn.execute(_OF_ACCOUNT, {"account": account, "now": now}).fetchone()
    if row is None:
        return None
    return Underway(_read(keys, row[1], row[0])["new"], row[2] is not None, row[3])


def ask(conn: Connection, keys: Keys, seats: tuple[Seat, ...], account: bytes, wish: Wish, now: Instant) -> None:
    """Have the link mailed that confirms another address. The same is done, whoever has that address already.

    Raises ``BadInputError`` (``bad_email``, ``same_address``), ``ConflictError`` (``address_changed``) and
    ``FanshareError`` (``no_account``).
    """
    old, new = address_of(conn, keys, seats, account) or _shown(keys, account, wish.current), clean(wish.new)
    if folded(new) == folded(old):
        raise BadInputError("same_address", "This is your address already.")
    token = secrets.token_urlsafe(32)
    content = {"old": old, "new": new, "language": wish.language}
    with conn.transaction():
        changed = address_changed_within(conn, account, now)
        values = [account, account_of(keys, new), _hash(token), _sealed(keys, content, account), now, now + ASKED_LIVES]
        if changed or not conn.execute(_ASK, values).rowcount:
            said = "Your address was changed within 72 hours; it can be changed again once that can't be undone."
            raise ConflictError("address_changed", said)
        note(conn, _actor(seats[0]), "address.ask", now, programme=seats[0].programme_id or None)
        letter = {"what": CONFIRM, "address": new, "token": token, "language": wish.language}
        outbox.put(conn, keys, outbox.ADDRESS, f"{account.hex()}/{now // MINUTE}", letter, now)


def look(conn: Connection, keys: Keys, token: str, now: Instant, *, undoes: bool) -> Link | None:
    """What a link would do; looking does nothing."""
    row = conn.execute(_FOUND, [_hash(token), now, undoes]).fetchone()
    if row is None:
        return None
    content = _read(keys, row[2], row[0])
    return Link(content["old"], content["new"])


def taken(conn: Connection, keys: Keys, address: str) -> bool:
    """Whether an address is somebody's here already."""
    return bool(seats_of(conn, keys, address)) or account_rows.there(conn, keys, address)


def confirm(conn: Connection, keys: Keys, token: str, now: Instant) -> Link | None:
    """Move the account to the address whose mailbox the link was in; ``None`` where that can't be.

    Everybody who was signed in to it is signed out, and the old mailbox is told, with a link that undoes it.
    """
    with conn.transaction():
        row = conn.execute(_FOUND + " FOR UPDATE", [_hash(token), now, False]).fetchone()
        if row is None:
            return None
        account = bytes(row[0])
        content = _read(keys, row[2], account)
        how = Move(content["old"], content["new"])
        _one_at_a_time(conn, row[1])
        seats = seats_of(conn, keys, how.old)
        if not seats or taken(conn, keys, how.new):
            conn.execute(_DROP, [account])
            return None
        added = account_rows.move(conn, keys, seats, how, now)
        undo_token = secrets.token_urlsafe(32)
        kept = {**content, "seats": [[one.role, one.programme_id, one.id] for one in seats], "added": added}
        conn.execute(_DONE, [_hash(undo_token), _sealed(keys, kept, account), now, now + UNDO_FOR, account])
        _note(conn, seats, "address.change", now)
        letter = {"what": CHANGED, "address": how.old, "token": undo_token, "language": content["language"]}
        outbox.put(conn, keys, outbox.ADDRESS, f"{account.hex()}/{now}/done", letter, now)
        return Link(how.old, how.new)


def undo(conn: Connection, keys: Keys, token: str, now: Instant) -> Link | None:
    """Move everything back to the old address; ``None`` where that can't be any more.

    An app, passkeys and recovery codes of since then go: whoever took the address may have made them.
    """
    with conn.transaction():
        row = conn.execute(_FOUND + " FOR UPDATE", [_hash(token), now, True]).fetchone()
        if row is None:
            return None
        content = _read(keys, row[2], row[0])
        seats = [Seat(Role(role), programme, id_) for role, programme, id_ in content["seats"]]
        how = Move(content["new"], content["old"])
        second_factor.drop_since(conn, bytes(row[1]), row[3])
        account_rows.move(conn, keys, seats, how, now)
        account_rows.forget_hashes(conn, keys, [(one[0], one[1]) for one in content["added"]], how.old, now)
        conn.execute(_DROP, [row[0]])
        _note(conn, seats, "address.undo", now)
        return Link(how.new, how.old)


def forget_old(conn: Connection, now: Instant) -> None:
    """Changes that nobody confirmed within a day, and those that can't be undone any more."""
    conn.execute("DELETE FROM address_change WHERE expires_at <= %s", [now])


def _shown(keys: Keys, account: bytes, current: str) -> str:
    """An address that somebody typed as hers, if it is the account's. Raises ``FanshareError`` (``no_account``)."""
    if not account or known_account(keys, current.encode()) != account:
        raise FanshareError("no_account", "This is not the address that you signed in with.", 409)
    return clean(current)


def _address(access: Access, keys: Keys, statement: Any, id_: int) -> str:
    person = access.value(statement, {"id": id_})
    kept = None if person is None else Vault(access, keys).get(person, "email")
    return "" if kept is None else kept.decode().strip()


def _note(conn: Connection, seats: Iterable[Seat], what: str, now: Instant) -> None:
    for seat in seats:
        note(conn, _actor(seat), what, now, programme=seat.programme_id or None)


def _actor(seat: Seat) -> str:
    return f"{seat.role}:{seat.id}"


def _one_at_a_time(conn: Connection, account: bytes) -> None:
    """Of two accounts that want one address at the same moment the second finds it taken."""
    conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [bytes(account).hex()])


def _sealed(keys: Keys, content: dict[str, Any], account: bytes) -> bytes:
    return keys.seal(_SEALED, json.dumps(content).encode(), account)


def _read(keys: Keys, sealed: bytes, account: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(keys.unseal(_SEALED, bytes(sealed), bytes(account)))
    return found


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
