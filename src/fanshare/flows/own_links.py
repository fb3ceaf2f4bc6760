"""What a creator or fan does with links of her own: make one by pasting an address, pause, resume, end, choose a part.

Somebody else's link is answered like one that does not exist.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fanshare.core import ad_labels
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.work_stops import Side
from fanshare.flows import links, work_stops
from fanshare.flows.context import Programme
from fanshare.store.queries import selling
from fanshare.store.queries.selling import LinkRow

#: Links one person may own; a real person has dozens.
MOST_LINKS = 2_000
_LONGEST_NAME = 100

#: Refuses an address that does not lead to one of these hosts (second argument); the third allows plain http.
type Destinations = Callable[[str, Iterable[str], bool], object]


@dataclass(frozen=True, slots=True)
class Wish:
    """A link as somebody wishes for it: where it leads, where it is shared, and a name of hers."""

    address: str
    country: str
    platform: str
    name: str = ""


def make(programme: Programme, owner: int, creator: int, wish: Wish, now: Instant, check: Destinations) -> str:
    """Make a live link with the label of its country; returns its code.

    Raises ``BadInputError``: ``no_shop``, ``bad_destination``, ``destination_not_allowed``, ``unknown_country``,
    ``unknown_platform``, ``bad_name``, ``too_many_links``.
    """
    label = ad_labels.country(wish.country)
    if wish.platform not in ad_labels.PLATFORMS:
        raise BadInputError("unknown_platform", "Say where you will share the link.")
    if len(wish.name) > _LONGEST_NAME or "\x00" in wish.name:
        raise BadInputError("bad_name", "A name has at most %(most)s characters.", most=_LONGEST_NAME)
    hosts, plain = selling.shops(programme.access)
    if not hosts:
        raise BadInputError("no_shop", "No shop is connected here yet, so there is nowhere a link could lead.", 409)
    check(wish.address, hosts, plain)
    if len(selling.links(programme.access, owner, limit=MOST_LINKS)) >= MOST_LINKS:
        raise BadInputError(
            "too_many_links", "You have %(most)s links, which is as many as anybody may have.", most=MOST_LINKS
        )
    what = links.Label(label.code, wish.platform, label.label)
    _, code = links.add_link(programme, links.NewLink(creator, owner, wish.address, what, wish.name), now)
    return code


def own(programme: Programme, owner: int, code: str) -> LinkRow:
    """A link of one's own. Raises ``BadInputError`` (``unknown_link``, 404)."""
    found = selling.links(programme.access, owner, code=code, limit=1) if code else []
    if not found:
        raise BadInputError("unknown_link", "You have no such link.", 404)
    return found[0]


def set_state(programme: Programme, owner: int, code: str, state: str, now: Instant) -> None:
    """Pause, resume or end a link of one's own. An ended one stays so; what the brand paused the brand resumes.

    Raises ``BadInputError`` (``unknown_link``, ``bad_state``) and what ``flows.work_stops`` raises.
    """
    link = own(programme, owner, code)
    if link.state == state == "active":
        return
    match state:
        case "paused":
            work_stops.pause(programme, "link", link.id, Side.OWNER, None, now)
        case "active":
            work_stops.resume(programme, "link", link.id, Side.OWNER, now)
        case "ended":
            work_stops.end(programme, "link", link.id, Side.OWNER, None, now)
        case _:
            raise BadInputError("bad_state", "A %(name)s can be active, paused or ended.", name="link")


def choose_part(programme: Programme, creator: int, code: str, percent: str, now: Instant) -> None:
    """What fans who bring a buyer get (percent of the commission): of one link, or of all where ``code`` is empty.

    Raises ``BadInputError``: ``bad_percent``, ``fan_part_out_of_limits``, ``unknown_link``.
    """
    link = own(programme, creator, code).id if code else None
    links.choose_fan_part(programme, creator, percent_of(percent), now, link_id=link)


def percent_of(text: str) -> int:
    """Basis points of a percentage as people type it: ``12``, ``12,5``. Raises ``BadInputError`` (``bad_percent``)."""
    whole, _, part = text.strip().removesuffix("%").strip().replace(",", ".").partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 3 and len(part) <= 2 and (part or "0").isdigit()):
        raise BadInputError("bad_percent", "Write a percentage such as 20 or 12.5.")
    return int(whole) * 100 + int(part.ljust(2, "0") if part else "0")
