"""Of whom pages of a brand speak, and what they offer to whom."""

from fanshare.flows.authorisation import MATRIX, Post, fits
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _


def named(kind: str, name: str, public_id: str) -> str:
    """A creator by her name; fans and buyers are nobody's business: a pseudonym that stays the same."""
    if kind == "creator" and name:
        return name
    names = {"creator": _("creator %(id)s"), "fan": _("fan %(id)s"), "buyer": _("buyer %(id)s")}
    return names[kind] % {"id": public_id[:6]}


def posts() -> dict[str, str]:
    """What somebody can do for a brand, and what that is called."""
    return {
        Post.OWNER: _("owner"),
        Post.MANAGER: _("manager"),
        Post.FINANCE: _("finance"),
        Post.READER: _("reader"),
    }


def may(here: Here, operation: str) -> bool:
    """Whether whoever is here may do something: what she may not is not offered."""
    return fits(here.hat, MATRIX[operation])
