"""Since when each payee of a plan waits: the day of her oldest unpaid money, whatever brought it."""

from fanshare.core import turns as core
from fanshare.core.instants import Instant
from fanshare.core.payout_runs import Plan
from fanshare.store.access import Access
from fanshare.store.queries import turns as rows
from fanshare.store.queries.turns import Pair

#: How many of the newest shares of a payee are read first, and how many times more where these were not enough.
FIRST, WIDER = 20, 5


def since(access: Access, plan: Plan, first: int = FIRST) -> dict[Pair, Instant]:
    """The beginning of that day, of whoever is paid by a plan."""
    went = rows.went(access, sorted({one.party for one in plan.items}))
    wanted = {one[:2]: core.reach(one.amount + one.rest, went.get(one[:2], ())) for one in plan.items}
    found: dict[Pair, Instant] = {}
    asked, most = sorted(wanted), first
    while asked:
        again = []
        for pair, known in rows.came(access, asked, most).items():
            place = core.oldest_unpaid(known, wanted[pair])
            if not place.sure:
                again.append(pair)
            elif place.at is not None:
                found[pair] = place.at
        asked, most = again, most * WIDER
    return found
