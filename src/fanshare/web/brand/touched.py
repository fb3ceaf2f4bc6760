"""Every click and code that an order names, in words: what counted, what did not, and why."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.touches import Skip, Touch, TouchKind
from fanshare.flows.touched import Seen
from fanshare.store.queries import listing
from fanshare.store.queries.listing import PartyRow
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later

_SKIPPED = {
    Skip.OUT_OF_WINDOW: later("did not count: it is older than the time for which a click counts"),
    Skip.NOT_HUMAN: later("did not count: it was a preview or a machine, not a person"),
    Skip.STOOD_DOWN: later("did not count: it only jumped in at the checkout"),
    Skip.OWN_PURCHASE: later("did not count: whoever owns it paid for this order herself"),
    Skip.NOT_LIVE: later("did not count: it was not live then"),
    Skip.MOMENT_UNKNOWN: later(
        "did not count: nobody knows when it was followed, and something else is known to have happened"
    ),
}


class Line(NamedTuple):
    """One click or code: when, what it was, whose, and what came of it."""

    when: str
    what: str
    whose: str
    outcome: str
    counted: bool


def parties(found: Sequence[Seen]) -> set[int]:
    """Of whom the lines speak."""
    return {party for one in found for party in (one.touch.creator, one.touch.owner)}


def lines(here: Here, found: Sequence[Seen], people: dict[int, PartyRow]) -> list[Line]:
    """What an order names, in the order of time; a click with its moment, a code with that of the order."""
    links = listing.campaigns(here.access, {one.touch.asset for one in found if one.touch.kind is TouchKind.LINK})
    told = []
    for one in found:
        if one.skip is not None and not one.decided:
            outcome = _(_SKIPPED[one.skip])
        else:
            outcome = _("decided") if one.decided else _("counted, but by the terms another one decides")
        counted = one.skip is None or one.decided
        told.append(Line(_when(here, one.touch), _what(one.touch, links), _whose(one.touch, people), outcome, counted))
    return told


def _when(here: Here, touch: Touch) -> str:
    return f"{here.calendar.day(touch.at)}, {here.calendar.time(touch.at)}"


def _what(touch: Touch, links: dict[int, str]) -> str:
    if touch.kind is TouchKind.CODE:
        return _("code %(code)s") % {"code": touch.id.removeprefix("code:").upper()}
    if touch.kind is TouchKind.OLD_LINK:
        return _("an old link")
    name = links.get(touch.asset, "")
    return _("click on “%(name)s”") % {"name": name} if name else _("click on a link")


def _whose(touch: Touch, people: dict[int, PartyRow]) -> str:
    creator, owner = people.get(touch.creator), people.get(touch.owner)
    if creator is None or owner is None:
        return _("somebody who left")
    name = named(creator.kind, creator.name, creator.public_id)
    if not touch.by_fan:
        return name
    return _("%(fan)s for %(name)s") % {"fan": named(owner.kind, owner.name, owner.public_id), "name": name}
