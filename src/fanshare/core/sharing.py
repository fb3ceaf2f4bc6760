"""The fair share: one creator's commission on an order, divided among creator, fan and buyer.

DESIGN section 6. With the pool ``P`` in micros and the frozen ``b`` (fan) and ``g`` (buyer) in basis points::

    fan     = floor(P * b / 10000)   if this part has an introducer, else 0
    buyer   = floor(P * g / 10000)   if a fan's link or code decided this part, else 0
    creator = P - fan - buyer        the creator is the residual claimant

Floors to fans and the residue to the creator never reward a split (F5); where no fan is involved, the fan's part is
the creator's (F4); there is no second level (F2) and no rate that depends on the amount (F3).
"""

from typing import NamedTuple

from fanshare.core.money import Micros, basis_points
from fanshare.core.terms import MAX_BUYER_BPS, MAX_FAN_BPS


class Shares(NamedTuple):
    """Micros per role; they sum to the pool exactly and none is negative."""

    creator: Micros
    fan: Micros
    buyer: Micros


def share(pool: Micros, fan_bps: int, buyer_bps: int, *, introduced: bool, by_fan: bool) -> Shares:
    """Divide a pool (micros, not negative). Raises ``ValueError`` for rates outside the hard limits."""
    if pool < 0 or not 0 <= fan_bps <= MAX_FAN_BPS or not 0 <= buyer_bps <= MAX_BUYER_BPS:
        raise ValueError("pool or rates outside their limits")
    fan = basis_points(pool, fan_bps) if introduced else 0
    buyer = basis_points(pool, buyer_bps) if by_fan else 0
    return Shares(pool - fan - buyer, fan, buyer)
