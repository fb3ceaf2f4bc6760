"""Attribution policies, one a file: how the credit for an order is divided between distinct creators.

Every policy takes the valid touches of one order (ordered by time, then click id, at least one) and its terms, and
returns for each creator who earns her exact fraction and the touch that earned it. Fractions are positive and sum to
exactly 1.
"""

from collections.abc import Callable, Mapping, Sequence

from fanshare.core.attribution import code_first, decay, first, last, linear, position
from fanshare.core.attribution.collapse import Credit, Credits
from fanshare.core.terms import Policy, Terms
from fanshare.core.touches import Touch

__all__ = ["POLICIES", "Credit", "Credits", "PolicyFunction"]

type PolicyFunction = Callable[[Sequence[Touch], Terms], Credits]

POLICIES: Mapping[Policy, PolicyFunction] = {
    Policy.CODE_FIRST: code_first.credit,
    Policy.LAST: last.credit,
    Policy.FIRST: first.credit,
    Policy.LINEAR: linear.credit,
    Policy.POSITION: position.credit,
    Policy.DECAY: decay.credit,
}
