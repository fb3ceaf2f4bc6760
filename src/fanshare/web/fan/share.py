"""Share: a fan's links, each with the message that is ready to send, and the honest sentence about it."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from fanshare.flows.authorisation import Role
from fanshare.flows.outlook import Outlook, outlook
from fanshare.store.queries import sharing
from fanshare.web.creator.links import Shareable, address, shareable
from fanshare.web.desk import Here
from fanshare.web.lists import beside
from fanshare.web.seated import page, seated

#: Creators on one page; each costs a few queries.
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Sharing:
    """One creator of hers, her links for it, and what an order would bring."""

    name: str
    slug: str
    links: tuple[tuple[sharing.FanLink, Shareable], ...]
    found: Outlook


@seated("fan.share", Role.FAN)
def share(here: Here) -> Any:
    """Her links by creator, and her codes, the newest first."""
    found = sharing.links(here.access, here.me)
    creators = list(dict.fromkeys((link.creator, link.creator_name, link.creator_slug) for link in found))[:AT_ONCE]
    shown = [
        Sharing(
            name,
            slug,
            tuple((one, shareable(one, address(here, one.code))) for one in found if one.creator == creator),
            outlook(here.programme, here.tenant.currency, here.now, creator=creator),
        )
        for creator, name, slug in creators
    ]
    codes, older = beside(here.request.GET, partial(sharing.codes, here.access, here.me))
    later = bool(here.request.GET.get("codes"))
    return page(here, "fan/share.html", {"creators": shown, "codes": codes, "older": older, "later": later})
