"""What the programmes of an installation offer creators, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import psycopg

from fanshare.config.keys import Keys
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.returns import CameBack
from fanshare.core.terms import Terms
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.outlook import Outlook, outlook
from fanshare.flows.returns import counted
from fanshare.store import directory
from fanshare.store.access import Access
from fanshare.store.queries import returns

#: The newest orders of a programme that are looked at for what comes back of all of them.
_RETURNS_OF = 1_000


@dataclass(frozen=True, slots=True)
class Offer:
    """A programme, by row id and short name, and what it offers under the terms of now."""

    id: int
    slug: str
    name: str
    outlook: Outlook
    #: The version in force.
    terms: Terms
    #: What came back of all orders: ``None`` where the brand doesn't show it, else empty where they are too few.
    came_back: tuple[CameBack, ...] | None = None


def offers(conn: psycopg.Connection[tuple[object, ...]], keys: Keys, now: Instant) -> list[Offer]:
    """Those of all programmes that have terms, by name. Raises nothing of a programme that has none."""
    found = []
    for tenant in directory.programmes(conn):
        try:
            programme = open_programme(Access(conn, tenant.id, "visitor"), tenant.public_id, keys)
        except FanshareError as error:
            if error.code != "no_terms":
                raise
            continue
        found.append(
            Offer(
                tenant.id,
                tenant.slug,
                tenant.name,
                outlook(programme, tenant.currency, now),
                programme.book.at(now),
                _returns(programme, now),
            )
        )
    return sorted(found, key=lambda one: (one.name.casefold(), one.slug))


def _returns(programme: Programme, now: Instant) -> tuple[CameBack, ...] | None:
    if not returns.are_shown(programme.access):
        return None
    whole = counted(programme, now, _RETURNS_OF).whole
    return () if whole is None else (whole,)


def still_shown(conn: psycopg.Connection[tuple[object, ...]], found: Sequence[Offer]) -> list[Offer]:
    """The same without what came back where the brand has stopped showing it since."""
    shown = directory.programmes_showing_returns(conn)
    return [one if one.slug in shown else replace(one, came_back=None) for one in found]


def beside(offer: Offer, found: Sequence[Offer], slug: str) -> Micros | None:
    """How much more the example order brings its creator there than in the programme ``slug``; below zero is less.

    ``None`` for that programme itself and where the currencies differ: nothing here knows a rate between them.
    """
    mine = next((one for one in found if one.slug == slug), None)
    if mine is None or mine.slug == offer.slug or mine.outlook.currency != offer.outlook.currency:
        return None
    return offer.outlook.shares.creator_alone - mine.outlook.shares.creator_alone
