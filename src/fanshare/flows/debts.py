"""What refunds took back beyond what was ready is borne by the brand once it is old: owed anew, on the statement."""

import hashlib

from fanshare.core.debts import BORNE_AFTER, borne
from fanshare.core.instants import Instant
from fanshare.core.moving import DEBT
from fanshare.flows.context import Programme
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.store.queries import debts as rows


def bear(programme: Programme, now: Instant) -> int:
    """Make good every debt that is older than ``BORNE_AFTER``; how many balances that were. Again it does nothing."""
    with programme.access.transaction():
        old = [
            NewOpening(party, programme.pseudonym("debt", f"{party} {currency}"), currency, amount)
            for party, currency, balance, taken in rows.below_zero(programme.access, now - BORNE_AFTER)
            if (amount := borne(balance, taken)) > 0
        ]
        return post_openings(programme, DEBT, hashlib.sha256(str(now).encode()).hexdigest(), old, now)
