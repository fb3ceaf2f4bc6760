"""Looks for the orders of claims: here first, and then at the shops that can be asked for one order by its number.

The claimant is told nothing of it, neither at once nor later: what came of it stands with the claim, for the brand. An
order that is found is accepted as one that a walk over the shop's changes lists, so that the shop's own message about
it, before or after, changes nothing.
"""

import time
from dataclasses import dataclass, field

import structlog

from fanshare.core.claims import MOST_TRIES, may_be_asked, next_try
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import MINUTE, SECOND, Instant
from fanshare.core.payments import Report
from fanshare.flows import claims
from fanshare.flows.accept import Accepted, Shop, accept_together
from fanshare.flows.connections import Connection, connections
from fanshare.flows.context import Programme
from fanshare.flows.rulings import find_order
from fanshare.integrations.registry import connector
from fanshare.integrations.types import ByNumber
from fanshare.jobs.take import OpenFetch
from fanshare.store.queries import asking
from fanshare.store.queries import claim_fetches as rows
from fanshare.store.queries.claim_fetches import Turn

log = structlog.get_logger(__name__)

#: Claims of one programme in one turn, and the seconds after which no further one is begun.
BATCH, PATIENCE = 5, 20.0
#: Longer than the few questions for one number can take at all of the shops asked.
LEASE = 15 * MINUTE
#: Shops that are asked about one claim.
MOST_SHOPS = 3
#: Why a shop could not tell, so that it is asked again. Everything else is an answer.
_LATER = frozenset({"shop_unreachable", "shop_refused", "order_hidden"})


@dataclass(slots=True)
class Looked:
    """What one turn brought: how many claims came to which end."""

    claims: int = 0
    by_state: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Answers:
    """What the shops said about one number."""

    found: list[tuple[Connection, Report]] = field(default_factory=list)
    failures: list[FanshareError] = field(default_factory=list)


def look_for_orders(programme: Programme, open_fetch: OpenFetch, now: Instant, *, batch: int = BATCH) -> Looked:
    """Take the claims of a programme whose turn it is, one after the other. Never called inside a transaction."""
    done, shops, until = Looked(), list[tuple[Connection, ByNumber]](), time.monotonic() + PATIENCE
    for turn in iter(lambda: rows.lease(programme.access, now, now + LEASE), None):
        if not done.claims:
            shops = _shops(programme, open_fetch)
        state = _take(programme, turn, shops, now)
        done.claims += 1
        done.by_state[state] = done.by_state.get(state, 0) + 1
        if done.claims >= batch or time.monotonic() > until:
            break
    return done


def _shops(programme: Programme, open_fetch: OpenFetch) -> list[tuple[Connection, ByNumber]]:
    """The shops that can be asked for a number."""
    found: list[tuple[Connection, ByNumber]] = []
    for shop in connections(programme):
        try:
            fetch = open_fetch(programme, shop) if shop.on else None
        except FanshareError as error:
            log.warning("shop_not_asked", endpoint=shop.endpoint, code=error.code)
            continue
        by_number = _by_number(fetch)
        found += [] if by_number is None else [(shop, by_number)]
    return found


def _by_number(fetch: object) -> ByNumber | None:
    return fetch if isinstance(fetch, ByNumber) else None


def _take(programme: Programme, turn: Turn, shops: list[tuple[Connection, ByNumber]], now: Instant) -> str:
    """One claim; the state that it is in afterwards."""
    said = claims.said_by(programme, turn.claim, turn.person)
    number = said.sought
    if turn.answered or not (number or said.paper):
        return _end(programme, turn, "gone")
    if not number:
        return _end(programme, turn, "unasked", "no_number")
    if turn.tries > MOST_TRIES:
        return _end(programme, turn, "failed", "crashed")
    try:
        return _end(programme, turn, "known", order=find_order(programme.access, number))
    except BadInputError as error:
        if error.code != "unknown_order":
            return _end(programme, turn, "known", error.code)
    named = [one for one in shops if number.startswith(f"{one[0].endpoint}/")]
    if named:
        number, shops = number.partition("/")[2], named
    if not may_be_asked(number):
        return _end(programme, turn, "unasked", "odd_number")
    if not shops:
        return _end(programme, turn, "unasked", "no_shop")
    return _conclude(programme, turn, _ask(programme, shops[:MOST_SHOPS], number, now), now)


def _ask(programme: Programme, shops: list[tuple[Connection, ByNumber]], number: str, now: Instant) -> _Answers:
    answers = _Answers()
    for shop, fetch in shops:
        try:
            if not asking.may_ask(programme.access, shop.id, now):
                raise FanshareError("shop_unreachable", "The shop asked us to wait.", 503)
            report = fetch.numbered(number)
        except FanshareError as error:
            answers.failures.append(error)
            _heed(programme, shop, error, now)
        else:
            answers.found += [] if report is None else [(shop, report)]
    return answers


def _heed(programme: Programme, shop: Connection, error: FanshareError, now: Instant) -> None:
    """A shop that asks us to wait is left alone by everybody."""
    wait = getattr(error, "retry_after", None)
    if wait:
        asking.trouble(programme.access, shop.id, error.code, error.message, now, wait * SECOND)
    log.info("claim_not_told", endpoint=shop.endpoint, code=error.code)


def _conclude(programme: Programme, turn: Turn, answers: _Answers, now: Instant) -> str:
    if answers.found:
        return _accepted(programme, turn, answers.found, now)
    if not answers.failures:
        return _end(programme, turn, "none")
    soon = [error for error in answers.failures if error.code in _LATER]
    wish = max((getattr(error, "retry_after", None) or 0 for error in soon), default=0)
    again = next_try(turn.tries, now, wish * SECOND) if soon else None
    code = (soon or answers.failures)[0].code
    return _end(programme, turn, "failed" if again is None else "waiting", code, again=again)


def _accepted(programme: Programme, turn: Turn, found: list[tuple[Connection, Report]], now: Instant) -> str:
    """Take what was found as any order that was asked for. A number of two shops is left to the person who looks.

    All of it is one transaction, so that nobody sees the order of one of two shops alone; the log is its last lock.
    """
    access, state = programme.access, ""
    found = sorted(found, key=lambda one: one[0].id)
    told = [(Shop(shop.id, shop.endpoint, connector(shop.kind).news), [report]) for shop, report in found]

    def then(taken: list[Accepted]) -> None:
        nonlocal state
        state = _concluded(programme, turn, found, here, taken, now)

    with access.transaction():
        here = [bool(asking.known(access, shop.id, [report.order_id])) for shop, report in found]
        accept_together(access, told, programme.book, programme.secrets, now, then=then)
    return state


def _concluded(
    programme: Programme,
    turn: Turn,
    found: list[tuple[Connection, Report]],
    here: list[bool],
    taken: list[Accepted],
    now: Instant,
) -> str:
    """What the orders that were taken mean for the claim; ``here`` are those that were known before."""
    access, orders, refusals = programme.access, list[int](), list[str]()
    for (shop, report), known, one in zip(found, here, taken, strict=True):
        missed = report.placed_at >= asking.connected_at(access, shop.id) and not known and not one.refused
        asking.fetched_first(access, shop.id, [report.order_id] * missed, now)
        order = rows.order_of(access, shop.id, report.order_id)
        refusals += [error.code for error in one.refused.values()]
        orders += [] if order is None or one.refused else [order]
    if not orders:
        return _end(programme, turn, "failed", next(iter(refusals), "not_an_order"))
    if len(orders) > 1:
        return _end(programme, turn, "found", "several_orders")
    return _end(programme, turn, "found", order=orders[0])


def _end(
    programme: Programme,
    turn: Turn,
    state: str,
    reason: str = "",
    *,
    order: int | None = None,
    again: Instant | None = None,
) -> str:
    rows.finish(programme.access, turn, state, reason, order=order, again=again)
    return state
