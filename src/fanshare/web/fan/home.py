"""Home: what a fan earned and whom she helped, as of the beginning of the day."""

from typing import Any

from fanshare.flows.authorisation import Role
from fanshare.store.queries import fan_days, sharing
from fanshare.web.desk import Here
from fanshare.web.seated import page, seated

#: With fewer buyers than this, amounts tell who bought what.
FEW = 5


@seated("fan.home", Role.FAN)
def home(here: Here) -> Any:
    """The first page of a fan."""
    helped = fan_days.helped(here.access, here.me, here.midnight)
    context = {
        "purses": fan_days.purses(here.access, here.me, here.midnight),
        "helped": helped,
        "few": 0 < sum(one.buyers for one in helped) < FEW,
        "shares": bool(sharing.links(here.access, here.me)),
    }
    return page(here, "fan/home.html", context)
