"""Why money is being checked, in the language spoken."""

from collections.abc import Collection

from fanshare.core.settlement import SHARED
from fanshare.web.language import gettext as _


def hold_reason(said: str, reasons: Collection[str]) -> str:
    """The words of the person who decided so, or else of the rule among the ``reasons`` of a settlement."""
    if said:
        return said
    if SHARED in reasons:
        return _(
            "Orders of several buyers name the same click. A leaked link is usually nobody's fault; a person looks at "
            "it."
        )
    return _("A person is looking at this order.")
