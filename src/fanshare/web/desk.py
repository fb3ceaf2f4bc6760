"""Where the pages of signed-in people work: one programme, opened for one request, on one connection.

There is one desk an installation. It hands out a ``Here``: the programme as the flows see it, the hat of whoever asks,
and the time. Nothing is kept between requests.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from fanshare.config.keys import Keys
from fanshare.core.bank_files import BankFiles
from fanshare.core.errors import FanshareError
from fanshare.core.instants import MINUTE, Instant, from_datetime, local_date, zone
from fanshare.core.rails import Drivers
from fanshare.core.returns import Counted
from fanshare.core.typical import Typical
from fanshare.flows import terms_draft
from fanshare.flows.authorisation import Hat, Role
from fanshare.flows.connecting import Systems
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.offers import Offer, offers, still_shown
from fanshare.flows.own_links import Destinations
from fanshare.flows.provider_sign_in import Providers
from fanshare.flows.remarks import Remark
from fanshare.flows.returns import counted
from fanshare.store.queries import tenants, typical
from fanshare.store.queries.tenants import Access, Tenant
from fanshare.web import her_zone
from fanshare.web.wording import Calendar

type Connection = psycopg.Connection[tuple[Any, ...]]
_OFFERED_FOR = 10 * MINUTE

type Statement = Callable[[Programme, Tenant, int, Instant, Instant | None], bytes]


@dataclass(frozen=True, slots=True)
class Here:
    """One request of somebody at work in a programme. ``hat`` is what she is here, ``others`` her other hats."""

    request: Any
    hat: Hat
    others: tuple[Hat, ...]
    tenant: Tenant
    programme: Programme
    now: Instant
    desk: "Desk"

    @property
    def access(self) -> Access:
        """The door to the programme's data."""
        return self.programme.access

    @property
    def me(self) -> int:
        """The row behind the hat: a party, or a brand's person."""
        return self.hat.seat.id

    @property
    def zone(self) -> ZoneInfo:
        """Where days begin for whoever reads: where she chose, else where the programme is; there for every fan."""
        own = None if self.hat.role in (Role.FAN, Role.YOUNG) else her_zone.chosen(self.request)
        return own or zone(self.tenant.time_zone)

    @property
    def calendar(self) -> Calendar:
        """Dates as she reads them."""
        return Calendar(self.zone, self.now)

    @property
    def midnight(self) -> Instant:
        """The beginning of today, where the programme is: what a fan sees is as of then."""
        return _midnight(self.tenant, self.now)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who wants to join a programme."""

    request: Any
    tenant: Tenant
    programme: Programme
    now: Instant

    @property
    def access(self) -> Access:
        """The door to the programme's data."""
        return self.programme.access


def _midnight(tenant: Tenant, now: Instant) -> Instant:
    tz = zone(tenant.time_zone)
    return from_datetime(datetime.combine(local_date(now, tz), time(0), tz))


@dataclass(frozen=True, slots=True)
class Desk:
    """What opens a programme, with what only the wiring has.

    ``statement`` makes the bytes of a party's statement as of now, or as of an earlier instant (it takes the log's
    key); ``destinations`` refuses an address that the edge would not redirect to. ``examine`` says what
    is wrong with the whole installation, ``settings`` what its environment says (what, how, name of the variable).
    ``systems`` are the kinds of shop that can be connected.
    ``banks`` writes and reads the files of banks; ``rails`` calls the providers that money is paid by.
    """

    lend: Callable[[], AbstractContextManager[Connection]]
    keys: Keys
    clock: Callable[[], Instant]
    statement: Statement
    destinations: Destinations
    examine: Callable[[Connection], list[Remark]]
    settings: tuple[tuple[str, str, str], ...]
    systems: Systems
    banks: BankFiles
    rails: Drivers
    #: Calls a provider by which people sign in, where the operator configured one.
    providers: Providers | None = None
    #: What all programmes offered creators, and when that was looked up.
    offered: list[tuple[Instant, list[Offer]]] = field(default_factory=list)
    #: Figures of a whole programme that hold for a day: programme -> the day's beginning and what was found.
    figures: dict[int, tuple[Instant, dict[str, Typical | None]]] = field(default_factory=dict)
    #: What came back of the orders of a programme, the same way.
    came_back: dict[int, tuple[Instant, Counted]] = field(default_factory=dict)

    @contextmanager
    def at(self, request: Any, hat: Hat, others: tuple[Hat, ...], *, proposed: bool = False) -> Iterator[Here]:
        """Open the programme of a hat. Raises ``FanshareError``: ``database_away``, ``no_terms``.

        With ``proposed`` a programme without terms is opened with those that are proposed to it, which bind nobody.
        """
        with self.open() as conn:
            tenant = hat.tenant or tenants.by_id(conn, hat.seat.programme_id)
            access = Access(conn, tenant.id, f"{hat.role}:{hat.seat.id}")
            programme = self._programme(access, tenant, proposed=proposed)
            yield Here(request, hat, others, tenant, programme, self.clock(), self)

    def _programme(self, access: Access, tenant: Tenant, *, proposed: bool) -> Programme:
        try:
            return open_programme(access, tenant.public_id, self.keys, tenant.newest_terms)
        except FanshareError as error:
            if error.code != "no_terms" or not proposed:
                raise
            return Programme(access, tenant.public_id, self.keys, terms_draft.proposed(tenant.time_zone))

    def visiting(self, hat: Hat, slug: str) -> Hat | None:
        """An operator's hat as it is good for one programme; ``None`` where there is no such programme."""
        with self.open() as conn:
            tenant = tenants.tenant(conn, slug)
        if tenant is None:
            return None
        seat = replace(hat.seat, programme_id=tenant.id)
        return replace(hat, seat=seat, programme=tenant.slug, programme_name=tenant.name)

    @contextmanager
    def visited(self, request: Any, slug: str) -> Iterator[Visit]:
        """Open a programme for somebody who is nobody yet. Raises ``FanshareError`` too: ``unknown_programme``."""
        with self.open() as conn:
            tenant = tenants.tenant(conn, slug)
            if tenant is None:
                raise FanshareError("unknown_programme", "There is no page here", 404)
            programme = open_programme(Access(conn, tenant.id, "visitor"), tenant.public_id, self.keys)
            yield Visit(request, tenant, programme, self.clock())

    def typical(self, visit: Visit) -> dict[str, Typical | None]:
        """What creators and fans of a programme typically earned, as of midnight; looked up once a day."""
        day = _midnight(visit.tenant, visit.now)
        known = self.figures.get(visit.tenant.id)
        if known is None or known[0] != day:
            known = (day, typical.earned(visit.access, visit.tenant.currency, day))
            self.figures[visit.tenant.id] = known
        return known[1]

    def returns(self, programme: Programme, tenant: Tenant, now: Instant) -> Counted:
        """What came back of the orders of a programme, as of midnight; looked up once a day."""
        day = _midnight(tenant, now)
        known = self.came_back.get(tenant.id)
        if known is None or known[0] != day:
            known = self.came_back[tenant.id] = (day, counted(programme, day))
        return known[1]

    def offers(self, conn: Connection) -> list[Offer]:
        """What the programmes here offer creators, as of at most ten minutes ago: each takes some statements.

        Whether a brand shows what comes back is asked each time: it ends at once (decision 90).
        """
        now = self.clock()
        if not self.offered or not 0 <= now - self.offered[0][0] < _OFFERED_FOR:
            self.offered[:] = [(now, offers(conn, self.keys, now))]
        return still_shown(conn, self.offered[0][1])

    @contextmanager
    def open(self) -> Iterator[Connection]:
        """A connection for as long as the block lasts."""
        try:
            with self.lend() as conn:
                yield conn
        except (psycopg.OperationalError, OSError) as error:
            raise FanshareError(
                "database_away", "The books can't be reached at the moment; nothing is lost. Try again soon.", 503
            ) from error
