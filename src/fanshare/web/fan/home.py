"""Home: what a fan earned and whom she helped, as of the beginning of the day, and what is new for fans."""

from typing import Any

from fanshare.core.instants import DAY
from fanshare.flows import posts as writing
from fanshare.flows.authorisation import Role
from fanshare.store.queries import fan_days, fans, posts, sharing
from fanshare.web import her_currency
from fanshare.web.creator.links import address, shareable
from fanshare.web.desk import Here
from fanshare.web.seated import page, seated

#: With fewer buyers than this, amounts tell who bought what.
FEW = 5
#: How long a post is new, and how many of them stand here.
_NEW, _MOST_NEW = 14 * DAY, 3
#: Creators that stand here.
_AT_ONCE = 50


@seated("fan.home", Role.FAN, Role.YOUNG)
def home(here: Here) -> Any:
    """The first page of a fan."""
    if here.hat.role is Role.YOUNG:
        return _without_money(here)
    helped = fan_days.helped(here.access, here.me, here.midnight)
    news = posts.of_fan(here.access, here.me, since=here.now - _NEW, limit=_MOST_NEW)
    newest = next(iter(sharing.links(here.access, here.me)), None)
    context = {
        "posts": writing.read(here.programme, news) if news else [],
        "purses": her_currency.first(here.request, fan_days.purses(here.access, here.me, here.midnight)),
        "helped": helped,
        "few": 0 < sum(one.buyers for one in helped) < FEW,
        "ready": None if newest is None else shareable(newest, address(here, newest.code)),
        "ready_for": "" if newest is None else newest.creator_name,
    }
    return page(here, "fan/home.html", context)


def _without_money(here: Here) -> Any:
    """The first page of a fan under 18: what is new for fans, and whose fan she is."""
    news = posts.of_fan(here.access, here.me, limit=_MOST_NEW)
    context = {
        "posts": writing.read(here.programme, news) if news else [],
        "creators": fans.creators(here.access, here.me, here.midnight, limit=_AT_ONCE),
    }
    return page(here, "fan/young.html", context)
