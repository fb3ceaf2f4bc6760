"""An authenticator app besides the mailbox: set up, asked before what concerns money or identity, taken away again.

Whoever has one shows its code (or a recovery code, each good once) within the ten minutes before; whoever has none has
come by a fresh link within half an hour. The secret is sealed, recovery codes are kept as hashes.
"""

import hashlib
import hmac
import secrets

from fanshare.config.keys import Keys
from fanshare.core import one_time_code
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import MINUTE, Instant
from fanshare.flows.audit import note
from fanshare.flows.signed_in import Factor
from fanshare.store.access import Connection

PURPOSE = "second factor"
PROVED_FOR, CAME_FOR = 10 * MINUTE, 30 * MINUTE
RECOVERY_CODES = 10
_MOST_WRONG, _WRONG_WITHIN = 10, 10 * MINUTE
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

_LOCK = """
SELECT sealed_secret, used_step, recovery, wrong, wrong_since_at FROM second_factor WHERE account = %s FOR UPDATE
"""
_ADD = """
INSERT INTO second_factor (account, sealed_secret, used_step, recovery, made_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_USED = "UPDATE second_factor SET used_step = %s, recovery = %s, wrong = 0 WHERE account = %s"
_WRONG = "UPDATE second_factor SET wrong = %s, wrong_since_at = %s WHERE account = %s"


def fresh(factor: Factor, came_at: Instant, proved_at: Instant, now: Instant) -> bool:
    """Whether somebody has shown recently enough that it is she. An instant that lies ahead shows nothing."""
    at, lasts = (proved_at, PROVED_FOR) if factor.on else (came_at, CAME_FOR)
    return 0 <= now - at < lasts


def state_of(conn: Connection, account: bytes) -> Factor:
    """What an account has."""
    row = conn.execute("SELECT cardinality(recovery) FROM second_factor WHERE account = %s", [account]).fetchone()
    return Factor(on=False) if row is None else Factor(on=True, recovery_left=row[0])


def turn_on(
    conn: Connection, keys: Keys, account: bytes, secret: bytes, typed: str, now: Instant, actor: str
) -> list[str]:
    """Take an app whose code was shown; returns the recovery codes, which are never shown again.

    Raises ``BadInputError`` (``wrong_code``) and ``ConflictError`` (``has_factor``).
    """
    step = one_time_code.matching_step(secret, typed, now, -1)
    if step is None:
        raise BadInputError("wrong_code", "This is not the code that the app shows now.")
    made = [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]
    sealed = keys.seal(PURPOSE, secret, account)
    with conn.transaction():
        if not conn.execute(_ADD, [account, sealed, step, [_hash(one) for one in made], now]).rowcount:
            raise ConflictError("has_factor", "There is an app for this account already.")
        note(conn, actor, "factor.on", now)
    return made


def prove(conn: Connection, keys: Keys, account: bytes, typed: str, now: Instant) -> bool:
    """Whether a code is the app's, or a recovery code that is left; either is used up.

    Raises ``FanshareError`` (``too_many_codes``, 429) after ten wrong ones in ten minutes.
    """
    with conn.transaction():
        row = conn.execute(_LOCK, [account]).fetchone()
        if row is None:
            return False
        sealed, used, recovery, wrong, since = row
        if not 0 <= now - since < _WRONG_WITHIN:
            wrong, since = 0, now
        if wrong >= _MOST_WRONG:
            raise FanshareError("too_many_codes", "Too many wrong codes; wait ten minutes.", 429)
        step = one_time_code.matching_step(keys.unseal(PURPOSE, bytes(sealed), account), typed, now, used)
        left = [bytes(one) for one in recovery]
        found = next((one for one in left if hmac.compare_digest(one, _hash(_folded(typed)))), None)
        if step is None and found is None:
            conn.execute(_WRONG, [wrong + 1, since, account])
            return False
        kept = [one for one in left if step is not None or one != found]
        conn.execute(_USED, [used if step is None else step, kept, account])
        return True


def turn_off(conn: Connection, account: bytes, now: Instant, actor: str) -> None:
    """Take the app away; whoever asks has just proved it."""
    with conn.transaction():
        if conn.execute("DELETE FROM second_factor WHERE account = %s", [account]).rowcount:
            note(conn, actor, "factor.off", now)


def _folded(typed: str) -> str:
    """A recovery code as it was made, however it is typed."""
    letters = "".join(typed.casefold().replace("-", " ").split())
    return f"{letters[:5]}-{letters[5:]}"


def _hash(code: str) -> bytes:
    """Each has 49 random bits and can be tried ten times in ten minutes: a plain hash is enough."""
    return hashlib.sha256(f"fanshare recovery\0{code}".encode("utf-8", "surrogatepass")).digest()
