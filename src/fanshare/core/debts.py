"""A refund may take back more than is ready. Nobody is asked for it: later earnings make it good, and what is left of
it after a stated time the brand bears.
"""

from fanshare.core.instants import DAY
from fanshare.core.money import Micros

#: For how long later earnings make a debt good.
BORNE_AFTER = 180 * DAY


def borne(balance: Micros, taken: Micros) -> Micros:
    """What of a balance below zero is older than ``BORNE_AFTER``; ``taken`` is what was taken from it since then.

    What comes makes the oldest good first, so what is left of a debt is the newest of what was taken.
    """
    return max(0, -balance - taken)
