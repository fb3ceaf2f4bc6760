"""How often one visitor may do something: counted in memory, per process, forgotten within the window.

What counts is the network address as the server sees it; it is hashed under a key of this process alone and never
written down. A second process counts for itself, which doubles the limit and harms nothing.
"""

import secrets
from collections import OrderedDict
from hashlib import blake2b
from threading import Lock

from fanshare.core.instants import MINUTE, Instant

WINDOW = 10 * MINUTE
_MOST_REMEMBERED = 50_000


class Limiter:
    """Fixed windows; the visitor who came first is forgotten when too many are remembered. Safe between threads."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._lock = Lock()
        self._seen: OrderedDict[bytes, tuple[Instant, int]] = OrderedDict()

    def allows(self, what: str, visitor: str, most: int, now: Instant) -> bool:
        """Count one attempt; whether it is among the first ``most`` of this window."""
        name = blake2b(f"{what}\0{visitor}".encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()
        with self._lock:
            began, count = self._seen.pop(name, (now, 0))
            if not 0 <= now - began < WINDOW:
                began, count = now, 0
            self._seen[name] = (began, count + 1)
            if len(self._seen) > _MOST_REMEMBERED:
                self._seen.popitem(last=False)
        return count < most
