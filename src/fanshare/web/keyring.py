"""Keys of creators' books that are open: in the memory of this process, for half an idle hour, each for one session.

Nothing of it is ever written down. A second process knows nothing of it, and asks for the passphrase itself. A key is
wiped when it is dropped, as far as the language lets one; a thread does so when nobody comes back.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock, Timer

from fanshare.core.instants import MINUTE, SECOND, Instant

IDLE = 30 * MINUTE
_IDLE_SECONDS = IDLE / SECOND


@dataclass(slots=True)
class _Held:
    account: bytes
    turn: int
    key: bytearray = field(repr=False)
    used_at: Instant
    used: float


class Keyring:
    """Safe between threads. ``clock`` counts seconds and never runs back: moving the date keeps nothing open."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._held: dict[bytes, _Held] = {}
        self._timer: Timer | None = None

    def hold(self, session: str, account: bytes, turn: int, key: bytes, now: Instant) -> None:
        """Keep a key for a session, in the place of the one before."""
        with self._lock:
            self._wipe(_name(session))
            self._held[_name(session)] = _Held(account, turn, bytearray(key), now, self._clock())
            self._watch()

    def key(self, session: str, account: bytes, turn: int, now: Instant) -> bytes | None:
        """The key of an account's books, if this session opened them and they were not locked since; it is used."""
        with self._lock:
            held = self._held.get(_name(session))
            if held is None:
                return None
            if (
                (held.account, held.turn) != (account, turn)
                or self._is_over(held)
                or not 0 <= now - held.used_at < IDLE
            ):
                self._wipe(_name(session))
                return None
            held.used_at, held.used = now, self._clock()
            return bytes(held.key)

    def peek(self, session: str, account: bytes, turn: int, now: Instant) -> bytes | None:
        """The same key, without counting as use: a page that brings itself up to date keeps no books open."""
        with self._lock:
            held = self._held.get(_name(session))
            used = None if held is None else (held.used_at, held.used)
        found = self.key(session, account, turn, now)
        if found is not None and used is not None:
            with self._lock:
                if (held := self._held.get(_name(session))) is not None:
                    held.used_at, held.used = used
        return found

    def drop(self, session: str | None) -> None:
        """Lock what a session opened."""
        if session:
            with self._lock:
                self._wipe(_name(session))

    def sweep(self) -> int:
        """Wipe what nobody used for half an hour; how many keys are left."""
        with self._lock:
            for name in [name for name, held in self._held.items() if self._is_over(held)]:
                self._wipe(name)
            self._timer = None
            self._watch()
            return len(self._held)

    def _watch(self) -> None:
        """Come back when the first key may be over, as long as there are keys."""
        if self._held and self._timer is None:
            first = min(held.used for held in self._held.values())
            wait = max(1.0, first + _IDLE_SECONDS - self._clock())
            self._timer = Timer(wait, self.sweep)
            self._timer.daemon = True
            self._timer.start()

    def _is_over(self, held: _Held) -> bool:
        return self._clock() - held.used >= _IDLE_SECONDS

    def _wipe(self, name: bytes) -> None:
        held = self._held.pop(name, None)
        if held is not None:
            held.key[:] = bytes(len(held.key))


def _name(session: str) -> bytes:
    """A session's key is not kept here a second time."""
    return sha256(session.encode("utf-8", "surrogatepass")).digest()
