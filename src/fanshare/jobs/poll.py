"""Poll: ask every shop that can be asked what has changed, for webhooks get lost and are not repeated.

Two walks over what the shop lists, oldest change first. The *short* one, every ten minutes, goes on where it ended.
The *deep* one, once a day, lists the last days again and also asks about every order that is held here and was not
listed, for deletions get lost as well. Both go page by page: a page is booked and the cursor moved in one transaction,
so a walk that breaks off, or is broken off so that others get their turn, goes on from there.

The cursor of the short walk is a moment of the shop's clock, that of the last change it listed, and never one of our
own: under a clock of ours that is ahead for a while, "everything until now" would leave out what changes meanwhile.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial

import structlog

from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, MINUTE, SECOND, Instant
from fanshare.core.order_join import tombstone
from fanshare.core.payments import Report
from fanshare.flows.accept import Accepted, Shop, accept
from fanshare.flows.connections import Connection, connections
from fanshare.flows.context import Programme
from fanshare.integrations.types import Fetch
from fanshare.jobs.take import OpenFetch
from fanshare.store.access import Access
from fanshare.store.queries import asking
from fanshare.store.queries.asking import Turn

log = structlog.get_logger(__name__)

EVERY = 10 * MINUTE
#: A slow transaction in the shop: the next walk begins a little before the last change that this one listed.
OVERLAP = 5 * MINUTE
DEEP_EVERY = DAY
#: How far back the daily walk goes.
DEEP_SPAN = 3 * DAY
BATCH = 100
LEASE = 2 * MINUTE
#: Seconds that one shop may take before the others get their turn. A page is always finished.
PATIENCE = 10.0
#: For how long is kept which orders were found by asking.
REMEMBERED = 90 * DAY


@dataclass(slots=True)
class Found:
    """What asking brought. ``missed`` orders were not known here before, though they were placed since the shop was
    connected; ``gone`` ones are held here and no longer at the shop; ``refused`` ones could not be accepted."""

    listed: int = 0
    missed: int = 0
    changed: int = 0
    gone: int = 0
    refused: int = 0

    def as_dict(self) -> dict[str, int]:
        """By name."""
        return asdict(self)

    def copy(self) -> "Found":
        """The counts as they are now."""
        return replace(self)


@dataclass(slots=True)
class Polled:
    """What one turn of a programme's shops brought; ``more`` says that a walk was broken off to be gone on with."""

    found: Found
    more: bool = False


def poll(programme: Programme, open_fetch: OpenFetch, now: Instant, *, patience: float = PATIENCE) -> Polled:
    """Ask the shops of a programme whose turn it is.

    A shop that does not answer is asked again later; its cursor stays where it came to. Never called inside a
    transaction.
    """
    result = Polled(Found())
    for shop in connections(programme):
        if shop.on and shop.can_fetch:
            turn = asking.claim(
                programme.access,
                shop.id,
                now,
                now + LEASE,
                poll_before=now - EVERY,
                deep_before=now - DEEP_EVERY,
            )
            if turn is not None:
                _take_turn(programme, shop, open_fetch, turn, now, time.monotonic() + patience, result)
    return result


def reconcile(
    programme: Programme,
    shop: Connection,
    open_fetch: OpenFetch,
    since: Instant,
    now: Instant,
    told: Callable[[Instant, Found], None],
) -> Found:
    """List everything a shop changed since an instant again, at once; ``told`` how far it has come, page by page.

    Broken off, it is gone on with by the next turn of the worker. Raises ``FanshareError``: ``cannot_be_asked``,
    ``being_asked`` (somebody else is at it), and what the shop's answers raise.
    """
    access = programme.access
    fetch = open_fetch(programme, shop)
    if fetch is None:
        raise FanshareError("cannot_be_asked", "This shop can't be asked: it has no key to ask it with.", 409)
    turn = asking.claim(access, shop.id, now, now + LEASE, poll_before=now, deep_before=now, at_once=True)
    if turn is None:
        raise FanshareError("being_asked", "This shop is being asked at this moment; try again in two minutes.", 409)
    try:
        asking.begin_deep(access, shop.id, since, now)
        walk = _Deep(_Booking(programme, shop, turn.created_at), fetch, since, now)
        for reached in walk.pages(now):
            told(reached, walk.booking.found)
        asking.answered(access, shop.id, now)
    except FanshareError as error:
        _trouble(programme, shop, error, now)
        raise
    finally:
        asking.release(access, shop.id)
    return walk.booking.found


def _take_turn(
    programme: Programme,
    shop: Connection,
    open_fetch: OpenFetch,
    turn: Turn,
    now: Instant,
    deadline: float,
    result: Polled,
) -> None:
    booking = _Booking(programme, shop, turn.created_at, result.found)
    try:
        fetch = open_fetch(programme, shop)
        if fetch is not None:
            result.more |= not _walk(booking, fetch, turn, now, deadline)
    except FanshareError as error:
        _note_trouble(programme, shop, error, now)
    finally:
        asking.release(programme.access, shop.id)


def _walk(booking: "_Booking", fetch: Fetch, turn: Turn, now: Instant, deadline: float) -> bool:
    """The walks that are due; whether all of them came to their end."""
    if turn.poll_due:
        cursor = max(0, turn.created_at - OVERLAP) if turn.poll_cursor_at is None else min(turn.poll_cursor_at, now)
        if not _until(deadline, cursor, _short(booking, fetch, cursor, now)):
            return False
    if turn.deep_cursor_at is None and not turn.deep_due:
        return True
    since, began = turn.deep_cursor_at, turn.deep_began_at
    if since is None or began is None:
        since, began = max(turn.created_at - OVERLAP, now - DEEP_SPAN, 0), now
        asking.begin_deep(booking.access, booking.shop.id, since, now)
    return _until(deadline, since, _Deep(booking, fetch, since, began).pages(now))


def _until(deadline: float, start: Instant, pages: Iterator[Instant]) -> bool:
    """Go on page by page until the end or until time is up; whether it was the end.

    A turn gets somewhere beyond ``start``, however little time it has: a shop lists the second of the cursor again,
    and a second may fill more than a page.
    """
    return all(reached <= start or time.monotonic() <= deadline for reached in pages)


@dataclass(slots=True)
class _Booking:
    """Books what one shop lists, and counts."""

    programme: Programme
    shop: Connection
    created_at: Instant
    found: Found = field(default_factory=Found)

    @property
    def access(self) -> Access:
        return self.programme.access

    def book(self, states: list[Report], now: Instant, then: Callable[[], None]) -> None:
        """Accept a page in a transaction; ``then`` writes down how far that came, before the log is locked."""
        access, shop, programme = self.access, self.shop, self.programme
        with access.transaction():
            here = asking.known(access, shop.id, {state.order_id for state in states})

            def note(accepted: Accepted) -> None:
                self._note(states, here, accepted, now)
                then()

            speaker = Shop(shop.id, shop.endpoint)
            accept(access, speaker, states, programme.book, programme.secrets, now, then=note)

    def _note(self, states: list[Report], here: set[str], accepted: Accepted, now: Instant) -> None:
        """Count, and write down which orders no message had told of."""
        access, shop = self.access, self.shop
        left_out = here | set(accepted.refused)
        fresh = [one.order_id for one in states if one.placed_at >= self.created_at and one.order_id not in left_out]
        missed = list(dict.fromkeys(fresh))
        asking.fetched_first(access, shop.id, missed, now)
        for order, error in accepted.refused.items():
            log.warning("listed_order_refused", endpoint=shop.endpoint, order=order, code=error.code)
        self.found.missed += len(missed)
        self.found.changed += len(accepted.changed)
        self.found.refused += len(accepted.refused)


def _short(booking: _Booking, fetch: Fetch, since: Instant, now: Instant) -> Iterator[Instant]:
    """The walk from where the last one ended: books page after page; yields how far it came after each."""
    access, shop, reached = booking.access, booking.shop, None
    for states in _batches(fetch.modified_after(since)):
        reached = min(states[-1].modified_at, now)
        booking.book(states, now, partial(asking.advance, access, shop.id, reached))
        booking.found.listed += len(states)
        yield reached
    with access.transaction():
        if reached is not None:
            asking.rest(access, shop.id, max(0, reached - OVERLAP, since - OVERLAP))
        asking.answered(access, shop.id, now)


class _Deep:
    """The walk over the last days, which also finds what the shop no longer has."""

    def __init__(self, booking: _Booking, fetch: Fetch, cursor: Instant, began: Instant) -> None:
        self.booking, self._fetch, self._cursor, self._began = booking, fetch, cursor, began
        self._before = Found(**asking.deep_found(booking.access, booking.shop.id))
        self._start = booking.found.copy()

    def pages(self, now: Instant) -> Iterator[Instant]:
        """Book page after page; yields how far it came after each."""
        booking = self.booking
        for states in _batches(self._fetch.modified_after(self._cursor)):
            reached = max(self._cursor, min(states[-1].modified_at, self._began))
            gone = self._gone(reached, {state.order_id for state in states}, now)
            booking.found.listed += len(states)
            booking.book([*states, *gone], now, partial(self._advance, reached))
            self._cursor = reached
            yield reached
        gone = self._gone(self._began - OVERLAP, set(), now)
        booking.book(gone, now, partial(self._end, now))

    def _advance(self, reached: Instant) -> None:
        asking.advance_deep(self.booking.access, self.booking.shop.id, reached, self._total())

    def _end(self, now: Instant) -> None:
        access, shop = self.booking.access, self.booking.shop
        asking.end_deep(access, shop.id, now, self._total())
        asking.forget_fetched_first(access, shop.id, max(0, now - REMEMBERED))

    def _gone(self, until: Instant, listed: set[str], now: Instant) -> list[Report]:
        """What the shop says now of the orders of a span that it did not list: states, or tombstones."""
        states = []
        for order_id in asking.held_between(self.booking.access, self.booking.shop.id, self._cursor, until):
            if order_id not in listed:
                state = self._fetch.order(order_id)
                self.booking.found.gone += state is None
                states.append(state or tombstone(order_id, now, fetched=True))
        return states

    def _total(self) -> dict[str, int]:
        """What the whole walk has found, all its turns together."""
        now, before, start = (one.as_dict() for one in (self.booking.found, self._before, self._start))
        return {name: before[name] + now[name] - start[name] for name in now}


def _batches(states: Iterable[Report]) -> Iterator[list[Report]]:
    batch: list[Report] = []
    for state in states:
        batch.append(state)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _note_trouble(programme: Programme, shop: Connection, error: FanshareError, now: Instant) -> None:
    _trouble(programme, shop, error, now)
    log.warning("shop_not_polled", endpoint=shop.endpoint, code=error.code, error=error.message)


def _trouble(programme: Programme, shop: Connection, error: FanshareError, now: Instant) -> None:
    wait = (getattr(error, "retry_after", None) or 0) * SECOND
    asking.trouble(programme.access, shop.id, error.code, error.message, now, wait)
