"""What somebody has besides her mailbox: an authenticator app, passkeys (``passkeys``), and recovery codes for both.

Asked before what concerns money or identity: whoever has any shows a code (or a recovery code, each good once) or her
passkey within the ten minutes before; whoever has none has come by a fresh link within half an hour. The app's secret
is sealed, recovery codes are kept as hashes. There is a row as long as there is an app or a passkey.
"""

import hashlib
import hmac
import secrets

from fanshare.config.keys import Keys
from fanshare.core import one_time_code
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import MINUTE, Instant
from fanshare.flows import safety_mail
from fanshare.flows.audit import note
from fanshare.flows.signed_in import Factor, Owner
from fanshare.store.access import Connection
from fanshare.store.queries import workbench

PURPOSE = "second factor"
PROVED_FOR, CAME_FOR = 10 * MINUTE, 30 * MINUTE
RECOVERY_CODES = 10
_MOST_WRONG, _WRONG_WITHIN = 10, 10 * MINUTE
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

_LOCK = """
SELECT sealed_secret, used_step, recovery, wrong, wrong_since_at FROM second_factor WHERE account = %s FOR UPDATE
"""
_STATE = """
SELECT f.sealed_secret IS NOT NULL, cardinality(f.recovery),
       (SELECT count(*) FROM passkey p WHERE p.account = f.account AND p.stopped_at IS NULL)
  FROM second_factor f WHERE f.account = %s
"""
_ADD = """
INSERT INTO second_factor (account, recovery, made_at, codes_at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_ADD_APP = """
UPDATE second_factor SET sealed_secret = %s, used_step = %s, app_at = %s WHERE account = %s AND sealed_secret IS NULL
"""
_DROP_APP = "UPDATE second_factor SET sealed_secret = NULL, app_at = NULL, used_step = -1 WHERE account = %s"
_DROP_EMPTY = """
DELETE FROM second_factor f
 WHERE account = %s AND sealed_secret IS NULL AND NOT EXISTS (SELECT FROM passkey p WHERE p.account = f.account)
"""
_RENEW = "UPDATE second_factor SET recovery = %s, codes_at = %s WHERE account = %s"
_USED = "UPDATE second_factor SET used_step = %s, recovery = %s, wrong = 0 WHERE account = %s"
_WRONG = "UPDATE second_factor SET wrong = %s, wrong_since_at = %s WHERE account = %s"


def fresh(factor: Factor, came_at: Instant, proved_at: Instant, now: Instant) -> bool:
    """Whether somebody has shown recently enough that it is she. An instant that lies ahead shows nothing."""
    at, lasts = (proved_at, PROVED_FOR) if factor.on else (came_at, CAME_FOR)
    return 0 <= now - at < lasts


def state_of(conn: Connection, account: bytes) -> Factor:
    """What an account has."""
    row = conn.execute(_STATE, [account]).fetchone()
    return Factor(on=False) if row is None else Factor(on=True, app=row[0], recovery_left=row[1], passkeys=row[2])


def turn_on(conn: Connection, keys: Keys, owner: Owner, secret: bytes, typed: str, now: Instant) -> list[str]:
    """Take an app whose code was shown; returns recovery codes, unless there are some already. They are shown once.

    Raises ``BadInputError`` (``wrong_code``) and ``ConflictError`` (``has_factor``).
    """
    step = one_time_code.matching_step(secret, typed, now, -1)
    if step is None:
        raise BadInputError("wrong_code", "This is not the code that the app shows now.")
    sealed = keys.seal(PURPOSE, secret, owner.account)
    with conn.transaction():
        codes = begin(conn, owner.account, now)
        if not conn.execute(_ADD_APP, [sealed, step, now, owner.account]).rowcount:
            raise ConflictError("has_factor", "There is an app for this account already.")
        note(conn, owner.actor, "factor.on", now)
        safety_mail.tell(conn, keys, owner, "factor.on", now)
    return codes


def begin(conn: Connection, account: bytes, now: Instant) -> list[str]:
    """Fresh recovery codes where there were none; the row is there afterwards, locked until the transaction ends."""
    codes, hashes = _fresh_codes()
    if conn.execute(_ADD, [account, hashes, now, now]).rowcount:
        return codes
    conn.execute(_LOCK, [account])
    return []


def renew_codes(conn: Connection, keys: Keys, owner: Owner, now: Instant) -> list[str]:
    """Fresh recovery codes in the place of those that are left; none where there is nothing to recover."""
    codes, hashes = _fresh_codes()
    with conn.transaction():
        if not conn.execute(_RENEW, [hashes, now, owner.account]).rowcount:
            return []
        note(conn, owner.actor, "factor.codes", now)
        safety_mail.tell(conn, keys, owner, "factor.codes", now)
    return codes


def prove(conn: Connection, keys: Keys, owner: Owner, typed: str, now: Instant) -> bool:
    """Whether a code is the app's, or a recovery code that is left; either is used up. Of the latter she is told.

    Raises ``FanshareError`` (``too_many_codes``, 429) after ten wrong ones in ten minutes.
    """
    with conn.transaction():
        row = conn.execute(_LOCK, [owner.account]).fetchone()
        if row is None:
            return False
        sealed, used, recovery, wrong, since = row
        if not 0 <= now - since < _WRONG_WITHIN:
            wrong, since = 0, now
        if wrong >= _MOST_WRONG:
            raise FanshareError("too_many_codes", "Too many wrong codes; wait ten minutes.", 429)
        secret = None if sealed is None else keys.unseal(PURPOSE, bytes(sealed), owner.account)
        step = None if secret is None else one_time_code.matching_step(secret, typed, now, used)
        left = [bytes(one) for one in recovery]
        found = next((one for one in left if hmac.compare_digest(one, _hash(_folded(typed)))), None)
        if step is not None:
            conn.execute(_USED, [step, left, owner.account])
        elif found is not None:
            conn.execute(_USED, [used, [one for one in left if one != found], owner.account])
            note(conn, owner.actor, "factor.recovery", now)
            safety_mail.tell(conn, keys, owner, "factor.recovery", now)
        else:
            conn.execute(_WRONG, [wrong + 1, since, owner.account])
        return step is not None or found is not None


def turn_off(conn: Connection, keys: Keys, owner: Owner, now: Instant) -> None:
    """Take the app away; whoever asks has just shown that it is she. Recovery codes stay as long as passkeys do."""
    with conn.transaction():
        if conn.execute(_DROP_APP + " AND sealed_secret IS NOT NULL", [owner.account]).rowcount:
            drop_empty(conn, owner.account)
            note(conn, owner.actor, "factor.off", now)
            safety_mail.tell(conn, keys, owner, "factor.off", now)


def drop_empty(conn: Connection, account: bytes) -> None:
    """Recovery codes go with the last thing that they stand in for."""
    conn.execute(_DROP_EMPTY, [account])


def drop_since(conn: Connection, account: bytes, since: Instant) -> None:
    """Take away what was set up since an instant: an app, passkeys, recovery codes."""
    conn.execute("DELETE FROM passkey WHERE account = %s AND made_at > %s", [account, since])
    conn.execute(_DROP_APP + " AND app_at > %s", [account, since])
    conn.execute("UPDATE second_factor SET recovery = '{}' WHERE account = %s AND codes_at > %s", [account, since])
    drop_empty(conn, account)


def forget(conn: Connection, account: bytes) -> bool:
    """Take everything away; whether there was anything."""
    conn.execute("DELETE FROM passkey WHERE account = %s", [account])
    return bool(conn.execute("DELETE FROM second_factor WHERE account = %s", [account]).rowcount)


def take_all(conn: Connection, keys: Keys, owner: Owner, now: Instant) -> None:
    """Take everything away from somebody who lost it, as an operator does who knows that it is she."""
    with conn.transaction():
        if forget(conn, owner.account):
            workbench.turn(conn, owner.account)  # whoever has the lost device may have her books open
            note(conn, owner.actor, "factor.lost", now)
            safety_mail.tell(conn, keys, owner, "factor.lost", now)


def _fresh_codes() -> tuple[list[str], list[bytes]]:
    """Recovery codes, and their hashes."""
    made = [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]
    return made, [_hash(one) for one in made]


def _folded(typed: str) -> str:
    """A recovery code as it was made, however it is typed."""
    letters = "".join(typed.casefold().replace("-", " ").split())
    return f"{letters[:5]}-{letters[5:]}"


def _hash(code: str) -> bytes:
    """Each has 49 random bits and can be tried ten times in ten minutes: a plain hash is enough."""
    return hashlib.sha256(f"fanshare recovery\0{code}".encode("utf-8", "surrogatepass")).digest()
