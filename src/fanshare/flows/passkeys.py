"""Passkeys: added to an account, named, removed; signing in by one, and showing by one that it is she.

A question (challenge) is made without writing anything down: it says when it was asked, and its MAC binds it to what it
is for and to one session or browser. It is answered once, within ten minutes; what was answered is remembered that
long. Every answer needs the person (fingerprint, face, PIN), not the device alone. A passkey that counts backwards is
stopped, since there may be a copy of it.
"""

import hashlib
import hmac
import json
import secrets
from typing import NamedTuple

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import MINUTE, Instant
from fanshare.flows import passkey_answers, safety_mail, second_factor
from fanshare.flows.audit import note
from fanshare.flows.authorisation import Role, Seat
from fanshare.flows.passkey_answers import Answer
from fanshare.flows.sign_in import noted_in, seats_of
from fanshare.flows.signed_in import Asking, Entered, Offer, Owner, Passkey
from fanshare.flows.staff import known_account
from fanshare.store.access import Connection
from fanshare.store.queries import workbench, workbench_passkeys

PURPOSE = "passkey"
LIVES = 10 * MINUTE
MOST = 10
LONGEST_NAME = 60
#: What a question can be for.
ENTER, PROVE, ADD, OPEN, LET = "enter", "prove", "add", "open books", "let open books"

_STAMP, _RANDOM, _MAC = 8, 16, 32
_ANSWERED = "INSERT INTO passkey_answer (challenge, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_LOCK = """
SELECT account, handle, attested, sealed, signs, stopped_at FROM passkey WHERE credential = %s FOR UPDATE
"""
_USED = "UPDATE passkey SET signs = %s, used_at = %s WHERE credential = %s"
_STOP = "UPDATE passkey SET stopped_at = %s WHERE credential = %s"
_ADD = """
INSERT INTO passkey (credential, account, handle, attested, sealed, signs, made_at) VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_OF_ACCOUNT = """
SELECT credential, sealed, made_at, used_at, stopped_at,
       EXISTS (SELECT FROM workbench_passkey k WHERE k.credential = passkey.credential)
  FROM passkey WHERE account = %s ORDER BY made_at, credential
"""
_ONE = "SELECT credential, sealed FROM passkey WHERE account = %s AND encode(credential, 'hex') = %s FOR UPDATE"
_REMOVE = "DELETE FROM passkey WHERE account = %s AND encode(credential, 'hex') = %s RETURNING attested"
_SEAL = "UPDATE passkey SET sealed = %s, account = %s WHERE credential = %s"


class Row(NamedTuple):
    """A passkey that has just answered: whose it is, and what is sealed with it."""

    credential: bytes
    account: bytes
    handle: bytes
    attested: bytes
    address: str
    signs: int
    stopped_at: Instant | None


def question(keys: Keys, asking: Asking, now: Instant) -> Offer:
    """A fresh question to whoever has a passkey here; nothing is written down."""
    return Offer(_question(keys, asking, now))


def offer(conn: Connection, keys: Keys, asking: Asking, account: bytes, now: Instant) -> Offer:
    """A fresh question about the passkeys of an account; nothing is written down."""
    fresh = _question(keys, asking, now)
    rows = conn.execute(
        "SELECT attested, handle FROM passkey WHERE account = %s ORDER BY made_at", [account]
    ).fetchall()
    known = tuple(passkey_answers.credential_id(bytes(row[0])) for row in rows)
    return Offer(fresh, bytes(rows[-1][1]) if rows else _fresh_handle(keys, fresh), known)


def of_account(conn: Connection, keys: Keys, account: bytes) -> list[Passkey]:
    """An account's passkeys, the oldest first."""
    rows = conn.execute(_OF_ACCOUNT, [account]).fetchall()
    return [Passkey(bytes(row[0]).hex(), _read(keys, row[1], row[0])["name"], *row[2:]) for row in rows]


def add(conn: Connection, keys: Keys, owner: Owner, asking: Asking, sent: str, name: str, now: Instant) -> list[str]:
    """Take a passkey that was just made; returns recovery codes where there were none yet, shown once.

    Raises ``BadInputError`` (``bad_passkey``, ``bad_name``) and ``ConflictError`` (``has_passkey``,
    ``too_many_passkeys``).
    """
    called = _name(name)
    answer = _asked(conn, keys, asking, sent, now)
    made = passkey_answers.made(answer, asking.relying)
    sealed = _sealed(keys, owner.address, called, made.credential)
    with conn.transaction():
        codes = second_factor.begin(conn, owner.account, now)
        rows = conn.execute(
            "SELECT handle FROM passkey WHERE account = %s ORDER BY made_at", [owner.account]
        ).fetchall()
        if len(rows) >= MOST:
            raise ConflictError(
                "too_many_passkeys", "There are %(most)s passkeys already; remove one first.", most=MOST
            )
        handle = bytes(rows[-1][0]) if rows else _fresh_handle(keys, answer.challenge)
        values = [made.credential, owner.account, handle, made.attested, sealed, made.signs, now]
        if not conn.execute(_ADD, values).rowcount:
            raise ConflictError("has_passkey", "This passkey is here already.")
        note(conn, owner.actor, "passkey.add", now)
        safety_mail.tell(conn, keys, owner, "passkey.add", now, made.credential.hex())
    return codes


def rename(conn: Connection, keys: Keys, owner: Owner, id_: str, name: str, now: Instant) -> None:
    """Call a passkey of hers otherwise. Raises ``BadInputError`` (``bad_name``)."""
    called = _name(name)
    with conn.transaction():
        for credential, sealed in conn.execute(_ONE, [owner.account, id_]).fetchall():
            content = _read(keys, sealed, credential)
            fresh = _sealed(keys, content["address"], called, bytes(credential))
            conn.execute(_SEAL, [fresh, owner.account, credential])
            note(conn, owner.actor, "passkey.name", now)


def remove(conn: Connection, keys: Keys, owner: Owner, id_: str, now: Instant) -> bytes:
    """Remove a passkey of hers; whoever asks has just shown that it is she.

    Where it opened her own books it does so no longer, and they are locked everywhere. Returns the id by which her
    device knows it, so that it can be forgotten there; empty if there was no such one.
    """
    with conn.transaction():
        workbench_passkeys.drop(conn, owner.account, id_)
        row = conn.execute(_REMOVE, [owner.account, id_]).fetchone()
        if row is None:
            return b""
        second_factor.drop_empty(conn, owner.account)
        note(conn, owner.actor, "passkey.remove", now)
        safety_mail.tell(conn, keys, owner, "passkey.remove", now, id_)
        return passkey_answers.credential_id(bytes(row[0]))


def prove(conn: Connection, keys: Keys, account: bytes, asking: Asking, sent: str, now: Instant) -> bool:
    """Whether an answer is that of a passkey of this account."""
    return _answered(conn, keys, asking, sent, now, account) is not None


def shown(conn: Connection, keys: Keys, account: bytes, asking: Asking, sent: str, now: Instant) -> bytes:
    """Which passkey of this account (the hash of its id) an answer is of; empty where it is of none."""
    row = _answered(conn, keys, asking, sent, now, account)
    return b"" if row is None else row.credential


def enter(conn: Connection, keys: Keys, asking: Asking, sent: str, now: Instant) -> Entered:
    """Sign in: what a passkey opens; nothing where anything about its answer is wrong, without saying what."""
    row = _answered(conn, keys, asking, sent, now)
    if row is None:
        return Entered()
    seats = _seats(conn, keys, row)
    noted_in(conn, seats, "sign_in.passkey", now)
    return Entered(seats, row.account if seats else b"")


def forget_old(conn: Connection, now: Instant) -> None:
    """Questions that nobody could answer any more."""
    conn.execute("DELETE FROM passkey_answer WHERE expires_at <= %s", [now])


def move(conn: Connection, keys: Keys, old: bytes, new: bytes, address: str) -> None:
    """Have an account's passkeys belong to another address."""
    _seal_anew(conn, keys, old, new, address)


def forget_address(conn: Connection, keys: Keys, account: bytes) -> None:
    """Keep an account's passkeys without her address, which is known by a hash alone from now on."""
    _seal_anew(conn, keys, account, account, "")


def _seal_anew(conn: Connection, keys: Keys, old: bytes, new: bytes, address: str) -> None:
    rows = conn.execute("SELECT credential, sealed FROM passkey WHERE account = %s FOR UPDATE", [old]).fetchall()
    for credential, sealed in rows:
        name = _read(keys, sealed, credential)["name"]
        conn.execute(_SEAL, [_sealed(keys, address, name, bytes(credential)), new, credential])


def _answered(
    conn: Connection, keys: Keys, asking: Asking, sent: str, now: Instant, account: bytes = b""
) -> Row | None:
    """The passkey that answered rightly, of this account if one is given; it takes as long if there is no such one."""
    try:
        answer = _asked(conn, keys, asking, sent, now)
    except BadInputError:
        return None
    with conn.transaction():
        row = _locked(conn, keys, answer)
        try:
            signs = passkey_answers.signs_of(
                answer, row.attested if row else passkey_answers.nobodys(answer), asking.relying
            )
        except BadInputError:
            return None
        if row is None or row.stopped_at is not None or not _fits(row, answer, account):
            return None
        if not (signs == row.signs == 0 or signs > row.signs):
            _stop(conn, keys, row, now)
            return None
        conn.execute(_USED, [signs, now, row.credential])
        return row


def _asked(conn: Connection, keys: Keys, asking: Asking, sent: str, now: Instant) -> Answer:
    """An answer to a question of ours that lives and was not answered before; now it was.

    Raises ``BadInputError`` (``bad_passkey``).
    """
    answer = passkey_answers.read(sent)
    stamp, rest, mac = _parts(answer.challenge)
    asked_at = int.from_bytes(stamp, "big")
    ours = hmac.compare_digest(mac, _mac(keys, asking, stamp + rest))
    if ours and 0 <= now - asked_at < LIVES:
        mark = hashlib.sha256(answer.challenge).digest()
        if conn.execute(_ANSWERED, [mark, asked_at + LIVES]).rowcount:
            return answer
    raise BadInputError("bad_passkey", "This passkey did not work here.", 422)


def _fits(row: Row, answer: Answer, account: bytes) -> bool:
    """Whether it is the account's, and the device means the same account; who signs in by it has to say which."""
    named = answer.handle or (row.handle if account else b"")
    return hmac.compare_digest(named, row.handle) and account in (b"", row.account)


def _stop(conn: Connection, keys: Keys, row: Row, now: Instant) -> None:
    conn.execute(_STOP, [now, row.credential])
    workbench_passkeys.drop(conn, row.account, row.credential.hex())  # a copy of it would open them too
    seats = _seats(conn, keys, row)
    actor = f"{seats[0].role}:{seats[0].id}" if seats else "passkey"
    note(conn, actor, "passkey.stop", now)
    safety_mail.tell(conn, keys, Owner(row.account, actor, row.address), "passkey.stop", now, row.credential.hex())


def _seats(conn: Connection, keys: Keys, row: Row) -> tuple[Seat, ...]:
    if row.address:
        return seats_of(conn, keys, row.address) if known_account(keys, row.address.encode()) == row.account else ()
    bench = workbench.seat(conn, row.account)
    return () if bench is None else (Seat(Role.BENCH, 0, bench),)


def _locked(conn: Connection, keys: Keys, answer: Answer) -> Row | None:
    row = conn.execute(_LOCK, [answer.credential]).fetchone()
    if row is None:
        return None
    account, handle, attested, sealed, signs, stopped_at = row
    address = _read(keys, sealed, answer.credential)["address"]
    return Row(answer.credential, bytes(account), bytes(handle), bytes(attested), address, signs, stopped_at)


def _question(keys: Keys, asking: Asking, now: Instant) -> bytes:
    said = now.to_bytes(_STAMP, "big") + secrets.token_bytes(_RANDOM)
    return said + _mac(keys, asking, said)


def _parts(asked: bytes) -> tuple[bytes, bytes, bytes]:
    return asked[:_STAMP], asked[_STAMP : _STAMP + _RANDOM], asked[_STAMP + _RANDOM :]


def _mac(keys: Keys, asking: Asking, said: bytes) -> bytes:
    meant = json.dumps([asking.relying.origin, asking.purpose, asking.bound, said.hex()])
    return keys.fingerprint(PURPOSE, meant.encode())[:_MAC]


def _fresh_handle(keys: Keys, asked: bytes) -> bytes:
    """What devices call an account that has no passkey yet: as random as the question, which the answer brings back."""
    return keys.fingerprint(f"{PURPOSE} handle", asked)


def _name(name: str) -> str:
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        raise BadInputError("bad_name", "Give it a name of at most %(most)s characters.", most=LONGEST_NAME)
    return called


def _sealed(keys: Keys, address: str, name: str, credential: bytes) -> bytes:
    return keys.seal(PURPOSE, json.dumps({"address": address, "name": name}).encode(), credential)


def _read(keys: Keys, sealed: bytes, credential: bytes) -> dict[str, str]:
    found: dict[str, str] = json.loads(keys.unseal(PURPOSE, bytes(sealed), bytes(credential)))
    return found
