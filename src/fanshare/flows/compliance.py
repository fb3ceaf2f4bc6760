"""What a shop's customers ask of us through it: to see what is held about them, or to be forgotten.

Books and log know customers by keyed hashes only. What names them is the raw deliveries, which go after 30 days in
any case: to forget somebody is to drop the ones that name her now. To show what is held takes a person, who answers
the shop; until then the request is open and the doctor says so.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import DAY, Instant
from fanshare.flows import connection_changes
from fanshare.flows.connections import Connection
from fanshare.flows.context import Programme
from fanshare.flows.day_keys import KEPT, DayKeys
from fanshare.flows.remarks import counted
from fanshare.store.queries import compliance
from fanshare.store.queries.compliance import Body, HeldOrder, Request

#: What the law of most places and Shopify allow.
DUE = 30 * DAY
BATCH = 500

DATA_REQUEST, REDACT_CUSTOMER, REDACT_SHOP = "data_request", "redact_customer", "redact_shop"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a shop passes on. ``customer``, ``email`` and ``orders`` are in clear text and kept sealed until done."""

    kind: str
    request: str
    customer: str = ""
    email: str = ""
    orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What is held about a customer: orders under pseudonyms, who she is here, raw messages that name her."""

    request: Request
    orders: Sequence[HeldOrder]
    parties: Sequence[tuple[str, str]]
    raw_messages: int


def record(programme: Programme, shop: Connection, wish: Wish, received_at: Instant) -> None:
    """Write a wish down, due in 30 days. Repetitions are one."""
    if wish.kind not in {DATA_REQUEST, REDACT_CUSTOMER, REDACT_SHOP}:
        raise BadInputError("unknown_wish", "%(kind)s is nothing a customer can ask for.", kind=repr(wish.kind[:40]))
    hashes = (
        programme.pseudonym("customer", wish.customer) if wish.customer else "",
        programme.pseudonym("email", wish.email.strip().casefold()) if wish.email else "",
    )
    clear = json.dumps([wish.customer, wish.email, wish.orders]).encode()
    access = programme.access
    with access.transaction():
        # Under the key of the day: when that goes, so have the deliveries that this could find.
        sealed = DayKeys(access.conn, programme.keys).seal(received_at, clear, _place(shop.id, wish.request))
        due = received_at + DUE
        compliance.record(access, shop.id, wish.kind, wish.request, hashes, sealed, received_at, due)


def app_removed(programme: Programme, shop: Connection, at: Instant) -> bool:
    """The shop removed our app at ``at``: it is asked no more. Whether that is a change.

    A repetition of an old removal, after somebody switched the connection on again, changes nothing.
    """
    switched_on = compliance.switched_on_at(programme.access, shop.id)
    if switched_on is not None and at <= switched_on:
        return False
    return connection_changes.uninstalled(programme, shop, at)


def work_off(programme: Programme, now: Instant) -> int:
    """Forget whom the open requests ask to forget; returns how many were finished. Never inside a transaction.

    A delivery that names somebody and still waits to be read is read first: its request stays open until then.
    """
    finished = 0
    for request in compliance.requests(programme.access):
        if request.kind == DATA_REQUEST:
            continue
        outcome = _forget(programme, request, now)
        finished += bool(outcome) and compliance.finish(programme.access, request.id, outcome, now)
    return finished


def held(programme: Programme, number: int, now: Instant) -> Held:
    """What is held about whoever a request is about. Raises ``BadInputError`` ``unknown_request``."""
    request = _known(programme, number)
    wish = _opened(programme, request)
    orders = wish.orders if wish is not None else ()
    found = compliance.orders_of(programme.access, request.connection_id, request.customer, request.email, orders)
    parties = compliance.parties_of(programme.access, [request.customer, request.email])
    named = 0 if wish is None else sum(1 for _ in _naming(programme, request, _mention(wish), now))
    return Held(request, found, parties, named)


def answered(programme: Programme, number: int, now: Instant) -> None:
    """A person has answered a request to see data. Raises ``unknown_request``, ``not_yours_to_close``, ``done``."""
    request = _known(programme, number)
    if request.kind != DATA_REQUEST:
        raise BadInputError("not_yours_to_close", "fanshare finishes this kind of request by itself.")
    if not compliance.finish(programme.access, number, "Answered by a person.", now):
        raise ConflictError("done", "This request was done before.")


def _known(programme: Programme, number: int) -> Request:
    request = compliance.request(programme.access, number)
    if request is None:
        raise BadInputError("unknown_request", "There is no such request; fanshare compliance list shows them.", 404)
    return request


def _forget(programme: Programme, request: Request, now: Instant) -> str:
    """Drop what names her; what was done as a sentence, or nothing while something waits to be read."""
    wish = _opened(programme, request)
    if wish is None:
        return "Nothing was left to drop: the raw messages of that time have gone."
    mentions = _mention(wish) if request.kind == REDACT_CUSTOMER else _everything
    dropped = unread = waiting = 0
    for found in _naming(programme, request, mentions, now):
        waiting += found.state == "new"
        unread += found.state == "parked"
        dropped += compliance.drop(programme.access, [found])
    if waiting:
        return ""
    besides = f", {unread} of them not read before" if unread else ""
    return (
        f"{counted(dropped, 'raw message')} dropped{besides}. Orders stay under pseudonyms, without names or addresses."
    )


def _opened(programme: Programme, request: Request) -> Wish | None:
    """The wish in clear text; ``None`` when it is done or too old."""
    if request.sealed is None:
        return None
    keys = DayKeys(programme.access.conn, programme.keys)
    try:
        place = _place(request.connection_id, request.request)
        customer, email, orders = json.loads(keys.unseal(request.received_at, bytes(request.sealed), place))
    except FanshareError as error:
        if error.code != "body_dropped":
            raise
        return None
    return Wish(request.kind, request.request, customer, email, tuple(orders))


def _naming(programme: Programme, request: Request, mentions: Callable[[bytes], bool], now: Instant) -> Iterator[Body]:
    """The raw deliveries of the request's connection that are still held and mention her."""
    keys = DayKeys(programme.access.conn, programme.keys)
    after = None
    while page := compliance.bodies(programme.access, request.connection_id, max(0, now - KEPT), after, BATCH):
        for one in page:
            try:
                text = keys.unseal(one.received_at, one.sealed, one.id)
            except FanshareError:
                continue
            if mentions(text):
                yield one
        after = page[-1]


def _mention(wish: Wish) -> Callable[[bytes], bool]:
    """Whether bytes hold her number, her e-mail or one of her orders. Too much rather than too little."""
    numbers = [re.escape(one) for one in (wish.customer, *wish.orders) if one]
    parts = [rf"(?<![0-9])(?:{'|'.join(numbers)})(?![0-9])"] if numbers else []
    if wish.email:
        # JSON may write any character as an escape; the at sign and the dot are the only ones worth expecting.
        parts.append(re.escape(wish.email).replace("@", r"(?:@|\\u0040)"))
    if not parts:
        return lambda _: False
    wanted = re.compile("|".join(parts).encode(), re.IGNORECASE)
    return lambda text: wanted.search(text) is not None


def _everything(_: bytes) -> bool:
    return True


def _place(connection: int, request: str) -> bytes:
    return f"wish {connection} {request}".encode()
