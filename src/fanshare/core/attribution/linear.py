"""``linear``: every creator who touched the buyer earns the same.

Over distinct creators this is the simplified Shapley value of attribution (Zhao, Mahboobi, Bagheri 2018, "Shapley
Value Methods for Attribution Modeling in Online Advertising"). The first touch of each creator earns.
"""

from collections.abc import Sequence

from fanshare.core.attribution.collapse import Credits, first_per_creator, in_parts
from fanshare.core.terms import Terms
from fanshare.core.touches import Touch


def credit(touches: Sequence[Touch], terms: Terms) -> Credits:  # noqa: ARG001  every policy has one shape
    """Equal parts to all distinct creators."""
    chosen = first_per_creator(touches)
    return in_parts(chosen, [1] * len(chosen))
