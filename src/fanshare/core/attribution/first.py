"""``first``: the creator of the first valid touch earns the whole."""

from collections.abc import Sequence

from fanshare.core.attribution.collapse import WHOLE, Credit, Credits
from fanshare.core.terms import Terms
from fanshare.core.touches import Touch


def credit(touches: Sequence[Touch], terms: Terms) -> Credits:  # noqa: ARG001  every policy has one shape
    """All to the creator of the first touch."""
    return {touches[0].creator: Credit(WHOLE, touches[0])}
