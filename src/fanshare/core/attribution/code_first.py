"""``code_first`` (the default): a creator's or fan's code typed at checkout decides, else the last touch.

A general promotion code belongs to nobody, is no touch, and so does not block a link.
"""

from collections.abc import Sequence

from fanshare.core.attribution import last
from fanshare.core.attribution.collapse import WHOLE, Credit, Credits
from fanshare.core.terms import Terms
from fanshare.core.touches import Touch, TouchKind


def credit(touches: Sequence[Touch], terms: Terms) -> Credits:
    """All to the creator of the typed code (of several, the first by code text), else as ``last``."""
    codes = [touch for touch in touches if touch.kind is TouchKind.CODE]
    if codes:
        return {codes[0].creator: Credit(WHOLE, codes[0])}
    return last.credit(touches, terms)
