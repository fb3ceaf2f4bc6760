"""Share: a fan's links, each with the message that is ready to send, and the honest sentence about it."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponseRedirect
from markupsafe import Markup

from fanshare.core import ad_labels
from fanshare.core.errors import BadInputError
from fanshare.flows import joining, work_stops
from fanshare.flows.authorisation import Role
from fanshare.flows.outlook import Outlook, outlook, part_in_force, under_part
from fanshare.store.queries import joining_codes, selling, sharing
from fanshare.store.queries import work_stops as stop_rows
from fanshare.web.creator.links import Shareable, address, picture, qr, shareable
from fanshare.web.desk import Here
from fanshare.web.lists import beside
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated
from fanshare.web.stop_words import Said, said

#: Creators on one page; each costs a few queries. Links of a creator's of which a fan may want one of her own.
AT_ONCE, MOST_OFFERED = 20, 50


@dataclass(frozen=True, slots=True)
class Ready:
    """A link of hers, what is ready to send, and what an order by it would bring."""

    link: sharing.FanLink
    share: Shareable
    qr: Markup
    found: Outlook


@dataclass(frozen=True, slots=True)
class Sharing:
    """One creator of hers, her links for it, and links of the creator's of which she has none yet."""

    name: str
    slug: str
    links: tuple[Ready, ...]
    others: tuple[tuple[selling.Source, int], ...]


@dataclass(frozen=True, slots=True)
class Paused:
    """A link or code of hers that the brand has paused, since when and why."""

    thing: sharing.Stopped
    words: Sequence[Said]


@seated("fan.share", Role.FAN, form=True)
def share(here: Here) -> Any:
    """Her links by creator, with a way to get one of another link of a creator's, and her codes."""
    found = sharing.links(here.access, here.me)
    if here.request.GET.get("as") == "svg":
        wished = here.request.GET.get("link", "")
        return picture(here, next((one.code for one in found if one.code == wished), ""))
    problem = ""
    if here.request.method == "POST":
        try:
            _another(here, found)
        except BadInputError as error:
            problem = plain(error)
        else:
            return HttpResponseRedirect(here.request.path)
    creators = list(dict.fromkeys((link.creator, link.creator_name, link.creator_slug) for link in found))[:AT_ONCE]
    stopped = sharing.stopped(here.access, here.me, limit=AT_ONCE)
    has = {one.source for one in found} | {one.source for one in stopped}
    shown = [
        Sharing(name, slug, _ready(here, creator, found), _others(here, creator, has))
        for creator, name, slug in creators
    ]
    codes, older = beside(here.request.GET, partial(sharing.codes, here.access, here.me))
    context = {
        "creators": shown,
        "paused": [Paused(one, _words(here, one)) for one in stopped],
        "codes": codes,
        "older": older,
        "coming": joining_codes.on_its_way(here.access, here.me),
        "later": bool(here.request.GET.get("codes")),
        "countries": ad_labels.COUNTRIES.values(),
        "problem": problem,
    }
    return page(here, "fan/share.html", context, status=422 if problem else 200)


def _another(here: Here, found: list[sharing.FanLink]) -> None:
    """A link of her own, made from one of a creator for whom she shares already."""
    slug, of = field(here, "creator"), field(here, "of")
    creator = next((one.creator for one in found if slug and one.creator_slug == slug), None)
    if creator is None or not of:
        raise BadInputError("unknown_link", "There is no such link here any more; choose another one.", 404)
    if not selling.sources(here.access, creator, code=of, limit=1):
        raise BadInputError("unknown_link", "There is no such link here any more; choose another one.", 404)
    joining.share_link(here.programme, here.me, creator, field(here, "country"), here.now, of)


def _ready(here: Here, creator: int, found: list[sharing.FanLink]) -> tuple[Ready, ...]:
    base = outlook(here.programme, here.tenant.currency, here.now, creator=creator)
    made = []
    for one in found:
        if one.creator == creator:
            part = part_in_force(here.programme, creator, here.now, one.chain)
            about = base if part == base.fan_bps else under_part(here.programme, base, part, here.now)
            url = address(here, one.code)
            made.append(Ready(one, shareable(one, url), qr(url), about))
    return tuple(made)


def _words(here: Here, one: sharing.Stopped) -> Sequence[Said]:
    """What the brand said about it to her; what it said about all that the creator does is for the creator."""
    thing = stop_rows.thing(here.access, one.kind, one.id)
    words = [] if thing is None else work_stops.words_of(here.programme, one.kind, thing)
    return said([word for word in words if not word.whole], here.calendar.day, hers=True)


def _others(here: Here, creator: int, has: Set[int | None]) -> tuple[tuple[selling.Source, int], ...]:
    """Live links of a creator's of which this fan has none yet, with the part that each gives."""
    own = [one for one in selling.sources(here.access, creator, limit=MOST_OFFERED) if one.id not in has]
    return tuple((one, part_in_force(here.programme, creator, here.now, (one.id,))) for one in own)
