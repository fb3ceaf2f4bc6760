"""Take: deliveries of the inbox become order states.

Claim (the attempt is counted and committed before anything is parsed, so that a delivery that kills the worker is
parked the third time), look (parse, and ask the shop where it can be asked; no transaction is open meanwhile), accept
(one transaction). A shop that does not answer delays its own deliveries only: what the body says is taken as reported
for now, and the look is repeated. A delivery over which a worker died is taken alone from then on.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import msgspec
import psycopg
import structlog
from psycopg import errors

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import HOUR, MINUTE, SECOND, Instant, format_rfc3339
from fanshare.core.order_join import tombstone
from fanshare.core.payments import Report
from fanshare.flows.accept import Accepted, Shop, accept
from fanshare.flows.connections import Connection, connections
from fanshare.flows.context import Programme
from fanshare.flows.day_keys import DayKeys
from fanshare.integrations.errors import ShopUnreachableError
from fanshare.integrations.registry import Connector, connector
from fanshare.integrations.types import RECEIVED_AT, Fetch, Notice, Reference
from fanshare.jobs.notices import hand_over
from fanshare.store.access import RETRYABLE
from fanshare.store.queries import asking, inbox
from fanshare.store.queries.inbox import Claimed

log = structlog.get_logger(__name__)

BATCH = 200
LEASE = 2 * MINUTE
CRASHES = 3
SUSPECTS = 20
#: What another worker kept from being taken is tried again after this.
IN_THE_WAY = SECOND
#: Seconds that one batch may spend on asking one shop; well below the lease. The rest is asked in the next round.
PATIENCE = 20.0

#: Opens a connector's fetch for a connection; ``None`` where the shop can't be asked.
type OpenFetch = Callable[[Programme, Connection], Fetch | None]


@dataclass(slots=True)
class Taken:
    """What one batch did."""

    deliveries: int = 0
    orders: int = 0
    parked: int = 0
    ignored: int = 0
    postponed: int = 0


@dataclass(slots=True)
class _Look:
    """What one delivery turned out to say."""

    delivery: Claimed
    states: list[Report] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    refusal: FanshareError | None = None
    again: bool = False
    pause: int = 0


def take(programme: Programme, open_fetch: OpenFetch, now: Instant, *, batch: int = BATCH) -> Taken:
    """Take up to ``batch`` deliveries of one programme. Never called inside a transaction."""
    result = Taken()
    _take_claimed(programme, inbox.claim(programme.access, now, now + LEASE, batch), open_fetch, now, result)
    for _ in range(SUSPECTS):
        suspect = inbox.claim_suspect(programme.access, now, now + LEASE)
        if not suspect:
            break
        _take_claimed(programme, suspect, open_fetch, now, result)
    return result


def _take_claimed(
    programme: Programme, claimed: Sequence[Claimed], open_fetch: OpenFetch, now: Instant, result: Taken
) -> None:
    result.deliveries += len(claimed)
    by_connection: dict[int, list[Claimed]] = {}
    for delivery in claimed:
        by_connection.setdefault(delivery.connection_id, []).append(delivery)
    shops = {shop.id: shop for shop in connections(programme)} if claimed else {}
    try:
        for connection_id, deliveries in by_connection.items():
            _take_from(programme, shops[connection_id], deliveries, open_fetch, now, result)
    except (*RETRYABLE, errors.LockNotAvailable):
        # Another worker was in the way: that is no crash over these deliveries.
        inbox.give_back(programme.access, claimed, now + IN_THE_WAY)
        raise


def _take_from(
    programme: Programme,
    shop: Connection,
    deliveries: Sequence[Claimed],
    open_fetch: OpenFetch,
    now: Instant,
    result: Taken,
) -> None:
    speaker = Shop(shop.id, shop.endpoint)
    try:
        kind, fetch = connector(shop.kind), open_fetch(programme, shop)
    except FanshareError as error:
        looks = [_Look(delivery, refusal=error) for delivery in deliveries]
    else:
        speaker = Shop(shop.id, shop.endpoint, kind.news)
        sealer = DayKeys(programme.access.conn, programme.keys)
        looks = [_look(programme, kind, delivery, sealer) for delivery in deliveries]
        if fetch is not None:
            _ask(fetch, looks, now)
        else:
            _bury(looks)
    with programme.access.transaction():
        for look in looks:
            for notice in look.notices:
                hand_over(programme, shop, notice, look.delivery.received_at)
        states = [state for look in looks for state in look.states]
        finish = partial(_settle_inbox, programme, shop, looks, now, result)
        accept(programme.access, speaker, states, programme.book, programme.secrets, now, then=finish)


def _look(programme: Programme, kind: Connector, delivery: Claimed, sealer: DayKeys) -> _Look:
    """Open and parse one delivery."""
    look = _Look(delivery)
    if delivery.crashes >= CRASHES:
        look.refusal = FanshareError("crashed", "Reading this delivery broke the worker three times; it is set aside.")
        return look
    try:
        opened = sealer.unseal(delivery.received_at, delivery.sealed_body, delivery.id)
        headers, body = msgspec.msgpack.decode(opened, type=tuple[dict[str, str], bytes])
        headers[RECEIVED_AT] = format_rfc3339(delivery.received_at)
        look.notices = kind.notices(body, headers) if kind.notices is not None else []
        look.references = kind.references(body, headers)
        look.states = list(kind.parse(body, headers, programme.pseudonym)) if look.references else []
    except FanshareError as error:
        look.refusal = error
    except RecursionError:
        look.refusal = FanshareError("too_deep", "This delivery is nested too deeply to be an order.")
    except psycopg.Error:
        raise
    except Exception as error:
        log.exception("connector_failed", kind=kind.kind)
        said = "The connector stumbled over this delivery (%(kind)s); retry it after an update."
        look.refusal = FanshareError("connector_failed", said, kind=type(error).__name__)
    return look


def _ask(fetch: Fetch, looks: Sequence[_Look], now: Instant) -> None:
    """Ask the shop once for every order that is spoken of; its answer is the state of record."""
    answers = _Answers(fetch, now)
    for look in looks:
        if look.refusal is not None:
            continue
        reported, look.states = look.states, []
        for reference in look.references:
            answer = answers.of(reference.order_id)
            if not isinstance(answer, FanshareError):
                look.states.append(answer)
            elif answer.code == "shop_unreachable":
                look.again = True
                look.pause = max(look.pause, (getattr(answer, "retry_after", None) or 0) * SECOND)
                look.states += [state for state in reported if state.order_id == reference.order_id]
            elif answer.code == "order_hidden" and reference.deleted:
                # The shop says that it deleted the order, and shows none: both together are a tombstone.
                look.states.append(tombstone(reference.order_id, now, fetched=True))
            else:
                look.refusal = answer


class _Answers:
    """What one shop says in one batch. After it has failed to answer once, or used up the patience, it is not asked
    again in this batch: a shop that is away must not hold up everybody else."""

    def __init__(self, fetch: Fetch, now: Instant) -> None:
        self._fetch, self._now = fetch, now
        self._known: dict[str, Report | FanshareError] = {}
        self._away: FanshareError | None = None
        self._until = time.monotonic() + PATIENCE

    def of(self, order_id: str) -> Report | FanshareError:
        """The order as it is now, a tombstone, or why there is no answer."""
        if order_id not in self._known:
            self._known[order_id] = self._away or self._ask(order_id)
        return self._known[order_id]

    def _ask(self, order_id: str) -> Report | FanshareError:
        if time.monotonic() > self._until:
            return ShopUnreachableError("The shop answers too slowly to be asked about all of these at once.")
        try:
            return self._fetch.order(order_id) or tombstone(order_id, self._now, fetched=True)
        except ShopUnreachableError as error:
            self._away = error
            return error
        except FanshareError as error:
            return error


def _bury(looks: Sequence[_Look]) -> None:
    """Where the shop can't be asked, its word that an order is gone is all there is, or too little."""
    for look in looks:
        for reference in look.references:
            if reference.needs_fetch:
                said = "This delivery only says that something changed: enter a key, so that we can ask what."
                look.refusal = BadInputError("needs_key", said)
            if reference.deleted and not any(state.order_id == reference.order_id for state in look.states):
                look.states.append(tombstone(reference.order_id, look.delivery.received_at, fetched=False))


def _settle_inbox(
    programme: Programme, shop: Connection, looks: Sequence[_Look], now: Instant, result: Taken, accepted: Accepted
) -> None:
    """Say of every delivery what became of it: done, ignored, parked with the reason, or to be looked at again."""
    outcomes = []
    for look in looks:
        refusal = look.refusal or next(
            (accepted.refused[state.order_id] for state in look.states if state.order_id in accepted.refused), None
        )
        if refusal is not None:
            outcomes.append(inbox.Outcome(look.delivery, "parked", refusal.code, refusal.message))
            result.parked += 1
        elif look.again:
            code, message = "shop_unreachable", "The shop did not answer; we ask again."
            outcomes.append(inbox.Outcome(look.delivery, "new", code, message, now + _pause(look, now)))
            result.postponed += 1
        elif not look.references and not look.notices:
            outcomes.append(inbox.Outcome(look.delivery, "ignored", "no_order", "This delivery speaks of no order."))
            result.ignored += 1
        else:
            outcomes.append(inbox.Outcome(look.delivery, "done"))
    result.orders += len(accepted.changed)
    inbox.finish(programme.access, shop.id, outcomes, now)
    if shop.can_fetch:
        # A message may name its order by another id, such as that of a refund: what was found behind it was heard of.
        heard = {each.order_id for look in looks for each in (*look.references, *look.states)}
        asking.heard_of(programme.access, shop.id, heard, now)


def _pause(look: _Look, now: Instant) -> int:
    """The longer a shop has been away, the less often it is asked: 30 seconds at first, an hour at most, or as the
    shop itself asks for."""
    return max(look.pause, min(HOUR, max(30 * SECOND, (now - look.delivery.received_at) // 4)))
