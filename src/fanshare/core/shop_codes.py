"""The way of a code that is made in a shop: wanted, asked, confirmed, ending, ended; or failed.

Only a confirmed code is shown as one that works. A code that may exist at the shop is never given up on its own: a
question without an answer is asked again, and what is not wanted any more is ended at the shop first.
"""

from collections.abc import Mapping

from fanshare.core.errors import ConflictError
from fanshare.core.instants import HOUR, MINUTE, Instant
from fanshare.core.marks import later

WANTED, ASKED, CONFIRMED = later("wanted"), later("asked"), later("confirmed")
ENDING, ENDED, FAILED = later("ending"), later("ended"), later("failed")

#: From each state where it may go. A wanted code that nobody asked the shop for ends without the shop; one whose text
#: turns out to be somebody else's there is wanted again, with another text.
WAYS: Mapping[str, frozenset[str]] = {
    WANTED: frozenset({ASKED, ENDED}),
    ASKED: frozenset({CONFIRMED, WANTED, FAILED, ENDING}),
    CONFIRMED: frozenset({ENDING}),
    ENDING: frozenset({ENDED}),
    ENDED: frozenset(),
    FAILED: frozenset(),
}
#: States with something left to do at the shop, and those in which a code stands in the way of another one.
OPEN = frozenset({WANTED, ASKED, ENDING})
LIVE = frozenset({WANTED, ASKED, CONFIRMED, ENDING})

#: While one worker asks the shop nobody else does; longer than any question may take.
LEASE = 10 * MINUTE
_WAITS = (MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR)
_LONGEST = 6 * HOUR


def move(state: str, to: str) -> str:
    """The next state. Raises ``ConflictError`` ``bad_code_state`` where no way leads there."""
    if to not in WAYS[state]:
        raise ConflictError("bad_code_state", "A code that is %(state)s can't become %(to)s.", state=state, to=to)
    return to


def ended_from(state: str) -> str:
    """Where ending leads: at once to its end where no shop knows the code. Raises ``ConflictError``."""
    return move(state, ENDED if state == WANTED else ENDING)


def ask_again_at(now: Instant, attempts: int, told: int | None = None) -> Instant:
    """When a shop is asked again after so many attempts without an answer; ``told`` is what it asked for, in seconds.

    The waits grow and never stop: whether the code exists is only known from the shop.
    """
    wait = _WAITS[attempts - 1] if 1 <= attempts <= len(_WAITS) else _LONGEST
    return now + max(wait, (told or 0) * 1_000_000)
