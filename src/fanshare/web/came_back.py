"""How often something came back, in words: a count, never a rate of few."""

from collections.abc import Sequence

from fanshare.core.returns import CameBack
from fanshare.web.language import gettext as _
from fanshare.web.wording import counted


def told(found: CameBack | None) -> str:
    """``3 of 20 came back``, a range where a shop leaves it open, and that it can't be told where there are too few."""
    if found is None:
        return _("too few orders to tell what comes back")
    if found.unclear:
        words = _("%(least)s to %(most)s of %(orders)s came back")
        return words % {
            "least": counted(found.back),
            "most": counted(found.most),
            "orders": counted(found.orders),
        }
    return _("%(back)s of %(orders)s came back") % {"back": counted(found.back), "orders": counted(found.orders)}


def of_all(found: Sequence[CameBack] | None) -> list[str]:
    """What came back of all orders of a programme, as a sentence; none where its brand doesn't show it (``None``)."""
    return [] if found is None else [_("Of all orders: %(words)s.") % {"words": told(next(iter(found), None))}]
