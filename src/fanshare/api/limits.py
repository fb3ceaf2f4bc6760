"""How many requests a key may make: counted in memory, per process, in fixed windows of a minute."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from fanshare.core.instants import MINUTE, SECOND, Instant

WINDOW = MINUTE
MOST = 1_200
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a window: ``left`` requests (below 0: none), ``reset`` seconds to the next one."""

    most: int
    window: int
    left: int
    reset: int


class Limiter:
    """Fixed windows per name; the one that was quiet for longest is forgotten first. Safe between threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._seen: OrderedDict[str, tuple[Instant, int]] = OrderedDict()

    def enter(self, name: str, now: Instant, times: int = 1) -> Room:
        """Count one request, or one that costs as much as several."""
        window = now - now % WINDOW
        with self._lock:
            began, count = self._seen.pop(name, (window, 0))
            count = (count if began == window else 0) + times
            self._seen[name] = (window, count)
            if len(self._seen) > _MOST_REMEMBERED:
                self._seen.popitem(last=False)
        reset = -(-(window + WINDOW - now) // SECOND)
        return Room(self._most, WINDOW // SECOND, self._most - count, reset)
