"""Codes for many at once: looked at first, asked for in handfuls, and made at the shop by the worker.

Everybody who has no code of the plan gets one, so that doing it again goes on where it stopped and gives nobody two.
"""

from collections import Counter
from dataclasses import dataclass

from fanshare.core import ad_labels
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import Instant
from fanshare.flows import audit, shop_codes
from fanshare.flows.code_plans import plan_now
from fanshare.flows.context import Programme
from fanshare.flows.links import Label
from fanshare.store.queries import bulk_codes as rows
from fanshare.store.queries.bulk_codes import Candidate

#: So many are asked for at once; the others by asking again.
MOST = 200
_MOST_NAMES = 500
CREATORS, FANS = "creators", "fans"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Codes of which plan for whom. ``names`` are creators' short names: these alone, or the fans of these alone."""

    plan: str
    whom: str
    country: str
    platform: str
    group: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """Who would get a code now, how many have one, how many come later, which short names nobody has."""

    now: tuple[Candidate, ...]
    has: int
    later: int
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """How many codes were asked for, how many people are left, and what was refused how often."""

    asked: int
    later: int
    refused: tuple[tuple[FanshareError, int], ...] = ()


def read_names(text: str) -> tuple[str, ...]:
    """Short names, one a line or with commas between. Raises ``BadInputError`` (``too_many_names``)."""
    found = tuple(dict.fromkeys(name.casefold() for name in text.replace(",", " ").split()))
    if len(found) > _MOST_NAMES:
        raise BadInputError("too_many_names", "Name at most %(most)s creators at once.", most=_MOST_NAMES)
    return found


def look(programme: Programme, wanted: Wanted) -> Looked:
    """What asking would do; nothing is asked for.

    Raises ``BadInputError``: ``unknown_plan``, ``unknown_country``, ``unknown_platform``, ``nobody_named``.
    """
    _label(wanted)
    plan_now(programme, wanted.plan)
    if wanted.whom == CREATORS:
        found = rows.creators(programme.access, wanted.plan, group=wanted.group, names=wanted.names)
    elif wanted.whom == FANS:
        found = rows.fans(programme.access, wanted.plan, names=wanted.names)
    else:
        raise BadInputError("nobody_named", "Say whether creators or fans get the codes.")
    without = [one for one in found if not one.has]
    known = {one.slug for one in found}
    return Looked(
        tuple(without[:MOST]),
        len(found) - len(without),
        max(0, len(without) - MOST),
        tuple(name for name in wanted.names if name not in known),
    )


def ask(programme: Programme, wanted: Wanted, now: Instant) -> Asked:
    """Ask for a code for each of the next ``MOST``; what one of them is refused keeps nobody else from hers.

    Sent twice, also at the same moment, nobody gets two. Raises as ``look``.
    """
    access, label = programme.access, _label(wanted)
    refused: list[FanshareError] = []
    with access.transaction():
        rows.lock(access)
        looked = look(programme, wanted)
        for one in looked.now:
            try:
                shop_codes.ask(programme, shop_codes.Wish(wanted.plan, one.creator, one.owner, label), now)
            except FanshareError as error:
                refused.append(error)
        asked = len(looked.now) - len(refused)
        if asked:
            audit.noted(access, "codes.ask", now, f"{asked} of the plan {wanted.plan}")
    said = {error.message: error for error in refused}
    counts = Counter(error.message for error in refused)
    return Asked(asked, looked.later, tuple((said[message], count) for message, count in counts.most_common()))


def _label(wanted: Wanted) -> Label:
    found = ad_labels.country(wanted.country)
    if wanted.platform not in ad_labels.PLATFORMS:
        raise BadInputError("unknown_platform", "Say where the codes will be shared.")
    return Label(found.code, wanted.platform, found.label)
