"""The page after joining: her page, her first link with its label, and what one order will bring her."""

from typing import Any

from fanshare.flows.authorisation import Role
from fanshare.flows.outlook import outlook
from fanshare.store.queries import selling
from fanshare.web.creator.links import address, shareable
from fanshare.web.desk import Here
from fanshare.web.joining.looking import bars, promises
from fanshare.web.language import gettext as _
from fanshare.web.seated import page, seated


@seated("creator.welcome", Role.CREATOR)
def welcome(here: Here) -> Any:
    """What she has now, and what comes."""
    live = selling.links(here.access, here.me, state="active", limit=1)
    behind = [live[0].id] if live else []
    found = outlook(here.programme, here.tenant.currency, here.now, creator=here.me, links=behind)
    context = {
        "looks": bars(found, _("you"), me="creator"),
        "promises": promises(found),
        "part": found.fan_bps,
        "link": live[0] if live else None,
        "share": shareable(live[0], address(here, live[0].code)) if live else None,
    }
    return page(here, "creator/welcome.html", context)
