"""Keys of the raw deliveries, one a UTC day: dropping a day's key after 30 days makes its bodies unreadable at once."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fanshare.config.keys import DELIVERY, Keys
from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, Instant, format_rfc3339
from fanshare.store import directory
from fanshare.store.access import Connection

KEPT = 30 * DAY
_NONCE = 12


class DayKeys:
    """Seals and unseals with the key of a record's day; a missing key is drawn at the first record of the day."""

    def __init__(self, conn: Connection, keys: Keys) -> None:
        self._conn = conn
        self._keys = keys
        self._ciphers: dict[str, AESGCM] = {}

    def seal(self, at: Instant, plaintext: bytes, place: bytes) -> bytes:
        """Encrypt (AES-256-GCM) under the key of ``at``'s UTC day, tied to ``place``."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher(at, create=True).encrypt(nonce, plaintext, place)

    def unseal(self, at: Instant, sealed: bytes, place: bytes) -> bytes:
        """Undo ``seal``. Raises ``FanshareError`` (``body_dropped``) when the day's key is gone or nothing fits."""
        try:
            return self._cipher(at, create=False).decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
        except InvalidTag as error:
            raise FanshareError("cannot_unseal", "A stored delivery can't be opened: it was changed.", 500) from error

    def knows(self, at: Instant) -> bool:
        """Whether the key of ``at``'s UTC day is still here."""
        day = format_rfc3339(at)[:10]
        return self._conn.execute("SELECT FROM day_key WHERE day = %s", [day]).fetchone() is not None

    def _cipher(self, at: Instant, *, create: bool) -> AESGCM:
        day = format_rfc3339(at)[:10]
        if day not in self._ciphers:
            if create:
                fresh = self._keys.seal(DELIVERY, os.urandom(32), day.encode())
                self._conn.execute(
                    "INSERT INTO day_key (day, wrapped) VALUES (%s, %s) ON CONFLICT DO NOTHING", [day, fresh]
                )
            row = self._conn.execute("SELECT wrapped FROM day_key WHERE day = %s", [day]).fetchone()
            if row is None:
                raise FanshareError(
                    "body_dropped", "Raw deliveries of %(day)s were dropped after 30 days.", 410, day=day
                )
            self._ciphers[day] = AESGCM(self._keys.unseal(DELIVERY, bytes(row[0]), day.encode()))
        return self._ciphers[day]


def drop_old(conn: Connection, now: Instant) -> int:
    """Drop the keys of days that ended more than 30 days ago; returns how many.

    The key of a day stays while a delivery of it was not even looked at: a spool that was away for longer, or a clock
    that is ahead, must not make unreadable what a shop was thanked for.
    """
    before = format_rfc3339(max(0, now - KEPT))[:10]
    unread = [format_rfc3339(day * DAY)[:10] for day in directory.days_not_looked_at(conn)]
    return conn.execute("DELETE FROM day_key WHERE day < %s AND day <> ALL(%s)", [before, unread]).rowcount
