"""How often things come back: whether creators may see it, which the brand says, and what there is to see."""

from fanshare.core.instants import DAY, Instant
from fanshare.core.returns import Counted, count
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.store.access import Access
from fanshare.store.queries import returns

#: How far back is looked, and at how many orders at most: the newest.
YEAR = 365 * DAY
MOST_ORDERS = 10_000


def show(access: Access, shown: bool, now: Instant) -> None:
    """Let creators see how often things come back, or end it. Saying the same again changes nothing."""
    with access.transaction():
        if returns.are_shown(access) != shown:
            returns.say(access, shown, now)
            noted(access, "returns.show", now, "yes" if shown else "no")


def counted(programme: Programme, until: Instant, most: int = MOST_ORDERS) -> Counted:
    """Of orders of a year whose time to come back was over at ``until``: the hold of the newest terms."""
    over = until - programme.book.newest.hold
    return count(returns.pieces(programme.access, over - YEAR, over, most))
