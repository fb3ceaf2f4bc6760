"""When somebody who is asked for a second factor has to have one: after two weeks, and never before."""

from fanshare.core.instants import DAY, Instant

GRACE = 14 * DAY


def needed_from(asked_since: Instant, here_since: Instant) -> Instant:
    """From when on she does nothing about money and access without one.

    Two weeks after it was asked for, or after she came where that was later. Instants are microseconds since 1970, UTC.
    """
    return max(asked_since, here_since) + GRACE
