"""When an account that somebody named is paid to: a change waits, can be undone meanwhile, and nothing leaves then.

There is at most one account that stands, and the changes since, of which the newest counts. While one waits nothing is
paid at all, neither to the new account nor to the old one: whoever changes it because the old one is closed would see
her money lost, and whoever steals a session gains nothing either way. Undoing gives up everything that waits, also what
was changed after the change that is undone: what stood before stands again.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from fanshare.core.errors import ConflictError
from fanshare.core.instants import HOUR, Instant

#: How long a change waits, the first one too.
WAIT = 72 * HOUR


class Stage(StrEnum):
    """What there is at an instant."""

    NONE = "none"
    WAITING = "waiting"
    USABLE = "usable"


@dataclass(frozen=True, slots=True)
class Payee:
    """Accounts by their references: ``standing`` and the ``waiting`` ones, newest last, the last one ``until`` when."""

    standing: int | None = None
    waiting: tuple[int, ...] = ()
    until: Instant = 0


def at(payee: Payee, now: Instant) -> Payee:
    """The same at an instant: what has waited long enough stands, and what it replaced is gone."""
    if payee.waiting and payee.until <= now:
        return Payee(payee.waiting[-1])
    return payee


def changed(payee: Payee, account: int, now: Instant, usable_at: Instant | None = None) -> Payee:
    """Another account is named; it waits from now on, however long an earlier change has waited already."""
    before = at(payee, now)
    return replace(before, waiting=(*before.waiting, account), until=now + WAIT if usable_at is None else usable_at)


def undone(payee: Payee, account: int, now: Instant) -> Payee:
    """Give up all that waits, as the change to ``account`` does; what stood stands again, without waiting anew.

    Raises ``ConflictError``: ``in_force`` for the account that stands, ``not_waiting`` for one that is gone.
    """
    before = at(payee, now)
    if account == before.standing:
        raise ConflictError("in_force", "This change has waited its time and counts; name another account instead.")
    if account not in before.waiting:
        raise ConflictError("not_waiting", "This change was undone or replaced; there is nothing to undo.")
    return Payee(before.standing)


def stage(payee: Payee, now: Instant) -> Stage:
    """What there is now."""
    found = at(payee, now)
    if found.waiting:
        return Stage.WAITING
    return Stage.NONE if found.standing is None else Stage.USABLE


def usable(payee: Payee, now: Instant) -> int | None:
    """The account that money may leave to at this instant; ``None`` while there is none or a change waits."""
    found = at(payee, now)
    return None if found.waiting else found.standing
