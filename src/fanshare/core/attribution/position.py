"""``position``: 40 % to the first creator, 40 % to the last, 20 % shared equally by those between.

One creator earns the whole, two earn half each. Creators are placed by their first touch.
"""

from collections.abc import Sequence

from fanshare.core.attribution.collapse import Credits, first_per_creator, in_parts
from fanshare.core.terms import Terms
from fanshare.core.touches import Touch


def credit(touches: Sequence[Touch], terms: Terms) -> Credits:  # noqa: ARG001  every policy has one shape
    """40/20/40 over distinct creators."""
    chosen = first_per_creator(touches)
    between = len(chosen) - 2
    if between < 1:
        return in_parts(chosen, [1] * len(chosen))
    return in_parts(chosen, [2 * between, *([1] * between), 2 * between])
