"""Accept what a shop says of its orders: write the states down, join them, mark what is to be settled again.

Idempotent: a state that is known changes nothing. What can't be accepted is refused order by order, with a reason,
and does not hold up the others.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fanshare.core import commitments, leaves
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import HOUR, Instant
from fanshare.core.order_documents import from_document, state_hash, state_text
from fanshare.core.order_join import join
from fanshare.core.order_news import News
from fanshare.core.orders import OrderState, OrderView, Status
from fanshare.core.payments import Payment, Report
from fanshare.core.terms import TermsBook
from fanshare.core.twins import Role
from fanshare.flows.exchanges import inherit
from fanshare.flows.payment_reports import take_in
from fanshare.flows.twins import as_refusal, mark_twins
from fanshare.store import log_store
from fanshare.store.access import Access
from fanshare.store.queries import numbers, payments, sales, shop_credits
from fanshare.store.queries.orders import Fresh, Known, OrderRows, Updated
from fanshare.store.queries.sales import Places
from fanshare.store.queries.touches import Named, Resolver

#: A test flag, a deletion or a total of zero on a booked order takes effect this long after it was first seen.
NOTICE = 72 * HOUR
#: Why an order is settled again that has another place in time than before.
MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Shop:
    """The connection that speaks, as far as accepting needs it. ``news`` where it says no times of change."""

    connection_id: int
    public_id: str
    news: News | None = None


@dataclass(slots=True)
class Accepted:
    """What happened: orders that changed, states that were new, and refusals by order id."""

    changed: set[int] = field(default_factory=set)
    new_states: int = 0
    refused: dict[str, FanshareError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Secrets:
    """Keys that accepting needs: to read click ids, and to make the salts of commitments."""

    click_id: bytes
    salts: bytes


def accept(
    access: Access,
    shop: Shop,
    reports: Sequence[Report],
    book: TermsBook,
    secrets: Secrets,
    now: Instant,
    *,
    then: Callable[[Accepted], None] = lambda _: None,
) -> Accepted:
    """Accept states of orders (or reports of payments) of one connection, in one transaction of the caller.

    ``then`` does what else belongs into that transaction. It comes before the log is locked, which has to be the last
    lock: while somebody holds it nobody else can accept or settle.
    """
    told = [(shop, reports)]
    [result] = accept_together(access, told, book, secrets, now, then=lambda found: then(found[0]))
    return result


def accept_together(
    access: Access,
    told: Sequence[tuple[Shop, Sequence[Report]]],
    book: TermsBook,
    secrets: Secrets,
    now: Instant,
    *,
    then: Callable[[list[Accepted]], None] = lambda _: None,
) -> list[Accepted]:
    """The same of several connections in one transaction: what all of them say, then ``then``, and the log last."""
    results, fresh = [Accepted() for _ in told], list[tuple[Shop, int, OrderState]]()
    for (shop, reports), result in zip(told, results, strict=True):
        taken = _take(access, shop, reports, book, secrets, now, result)
        fresh += [(shop, order, state) for order, state in taken]
    then(results)
    _write_states(access, fresh, secrets, now)
    return results


def _take(
    access: Access,
    shop: Shop,
    reports: Sequence[Report],
    book: TermsBook,
    secrets: Secrets,
    now: Instant,
    result: Accepted,
) -> Sequence[tuple[int, OrderState]]:
    """All but the states themselves, which the log has to have: new ones by order, and in ``result`` what happened."""
    places = sales.places(access)
    if len(places) > 1 or places[shop.connection_id].role is Role.PAYMENT:
        # Sales are compared, and reports of one payment merged, by one worker at a time.
        sales.lock(access)
    by_order: dict[str, list[OrderState]] = {}
    for state in _orders(access, shop, reports, places, result, now):
        by_order.setdefault(state.order_id, []).append(state)
    rows = OrderRows(access)
    resolver = Resolver(access, book, secrets.click_id)
    fresh, views = _write_orders(rows, resolver, shop, by_order, result, now)
    if not views:
        return ()
    inherit(access, [order.id for order, _ in views.values()], resolver)
    numbers.note(access, {order: state.number for order, state in fresh if state.number})
    result.changed = {order.id for order, _ in views.values()}
    result.new_states = len(fresh)
    _compare(access, places, {order.id: key for key, (order, _) in views.items()}, result, now)
    rows.due(result.changed, now, "state")
    moved = {order.id for order, view in views.values() if order.view and order.view.placed_at != view.placed_at}
    rows.due(moved, now, MOVED)
    rows.due(_influenced(rows, views.values(), moved, now) - result.changed, now, "shared")
    shop_credits.orders_moved(access, result.changed, now)
    return fresh


def _orders(
    access: Access, shop: Shop, reports: Sequence[Report], places: Places, result: Accepted, now: Instant
) -> Sequence[OrderState]:
    """The states of orders among the reports and those that payments amount to.

    A payment provider forgets no payment: where it finds none it was asked with the wrong key, and nothing is gone.
    """
    states = [one for one in reports if isinstance(one, OrderState)]
    if places[shop.connection_id].role is not Role.PAYMENT:
        return states
    unknown = "The provider knows no such payment under our key: is it the key of this account?"
    result.refused |= {one.order_id: BadInputError("no_such_payment", unknown) for one in states}
    told = [one for one in reports if isinstance(one, Payment)]
    return take_in(access, shop.connection_id, told, places, now)


def _compare(access: Access, places: Places, orders: Mapping[int, str], result: Accepted, now: Instant) -> None:
    """Refuse what another connection counts already, and have payments looked at that may belong to the orders."""
    for order, twin in mark_twins(access, places, orders, now).items():
        result.refused.setdefault(orders[order], as_refusal(access, twin))
    if places.has(Role.PAYMENT):
        known, _ = sales.sales(access, places, orders)
        payments.wake(access, orders, {name for sale in known.values() for name in sale.names})


def _influenced(rows: OrderRows, views: Iterable[tuple[Known, OrderView]], moved: set[int], now: Instant) -> set[int]:
    """Other orders that read these: they heed the same click, or had the same buyer until now."""
    changed = {order.id for order, _ in views}
    left = {order.view.buyer.identity for order, view in views if order.view and order.view.buyer != view.buyer}
    heeding = rows.heeding(changed, now - NOTICE, moved=moved)
    return heeding | (rows.of_buyers(left - {""}) if left else set())


def resolve_again(
    access: Access, orders: Mapping[int, tuple[int, OrderView]], book: TermsBook, secrets: Secrets, now: Instant
) -> None:
    """Resolve the evidence of orders anew, after a click of theirs has arrived. ``orders``: id -> connection, view."""
    named = {str(key): Named(connection, view.placed_at, view.evidence) for key, (connection, view) in orders.items()}
    resolver = Resolver(access, book, secrets.click_id)
    resolved = resolver.resolve(named)
    rows = OrderRows(access)
    rows.update([Updated(key, view, *resolved[str(key)]) for key, (_, view) in orders.items()], now)
    inherit(access, orders, resolver)
    rows.due(orders, now, "click")


def _write_orders(
    rows: OrderRows,
    resolver: Resolver,
    shop: Shop,
    by_order: Mapping[str, Sequence[OrderState]],
    result: Accepted,
    now: Instant,
) -> tuple[list[tuple[int, OrderState]], dict[str, tuple[Known, OrderView]]]:
    """Write what is new of each order. Returns the new states by order, and the rows as they were with new views."""
    fresh: list[tuple[int, OrderState]] = []
    views: dict[str, tuple[Known, OrderView]] = {}
    while by_order:
        looks = _look(rows, shop, by_order)
        kept = _keep(rows, resolver, shop, looks, now)
        for external, (order, view) in kept.items():
            fresh += [(order.id, state) for state in looks[external].added]
            views[external] = (order, view)
        # What another worker has written meanwhile is known now, and joined with what it wrote.
        by_order = {one: by_order[one] for one, look in looks.items() if look.is_news and one not in kept}
        result.refused |= {one: look.error for one, look in looks.items() if look.error and one not in by_order}
    return fresh, views


@dataclass(frozen=True, slots=True)
class _Look:
    """What states make of an order: its row if it has one, what is new, the joined view, why something was refused."""

    order: Known | None
    added: list[OrderState]
    view: OrderView | None
    error: FanshareError | None

    @property
    def is_news(self) -> bool:
        # Without a currency nothing is left of what was said but the order's absence.
        return self.view is not None and bool(self.view.currency) and bool(self.added)


def _look(rows: OrderRows, shop: Shop, by_order: Mapping[str, Sequence[OrderState]]) -> dict[str, _Look]:
    """Join what is told with what is known. Of what has no row, and no currency, only its absence is known: nothing."""
    known = rows.lock(shop.connection_id, by_order)
    told = [order.id for order in known.values() if order.view is not None]
    kept, frozen = rows.states(told), rows.frozen(told)
    found = {}
    for external, newcomers in by_order.items():
        order = known.get(external)
        if order is None and not any(state.currency for state in newcomers):
            continue
        before = kept.get(order.id, {}) if order else {}
        added, view, error = _join(newcomers, before, order.view if order else None, shop.news)
        if order is not None and view is not None:
            view = _frozen_view(view, order, order.id in frozen)
        found[external] = _Look(order, added, view, error)
    return found


def _keep(
    rows: OrderRows, resolver: Resolver, shop: Shop, looks: Mapping[str, _Look], now: Instant
) -> dict[str, tuple[Known, OrderView]]:
    """Write what is new of the orders; what another worker has made a row of meanwhile is left out."""
    views = {one: look.view for one, look in looks.items() if look.view is not None and look.is_news}
    if not views:
        return {}
    named = {one: Named(shop.connection_id, view.placed_at, view.evidence) for one, view in views.items()}
    resolved = resolver.resolve(named)
    known = {one: order for one in views if (order := looks[one].order) is not None}
    rows.update([Updated(order.id, views[one], *resolved[one]) for one, order in known.items()], now)
    unknown = {one: Fresh(view, *resolved[one]) for one, view in views.items() if one not in known}
    made = rows.insert(shop.connection_id, unknown, now)
    known |= {one: Known(order, None, None) for one, order in made.items()}
    return {one: (order, views[one]) for one, order in known.items()}


def _join(
    newcomers: Iterable[OrderState], before: Mapping[bytes, str], view: OrderView | None, news: News | None
) -> tuple[list[OrderState], OrderView | None, FanshareError | None]:
    """The states among ``newcomers`` that are new, the joined view with them, and why one was refused."""
    states = {bytes.fromhex(state_hash(state)): state for state in newcomers}
    added = {key: state for key, state in states.items() if key not in before}
    if not added:
        return [], view, None
    known = [from_document(json.loads(document)) for document in before.values()]
    if _is_gone(known):
        added = {key: state for key, state in added.items() if not _is_tombstone(state)}
    fresh = sorted(added.values(), key=lambda state: (state.modified_at, state_hash(state)))
    fresh, old_news = news(known, fresh) if news else (fresh, None)
    if not fresh:
        return [], view, old_news
    try:
        return fresh, join([*known, *fresh]), old_news
    except FanshareError:
        return _join_what_fits(known, fresh, view)


def _join_what_fits(
    known: Sequence[OrderState], fresh: Sequence[OrderState], view: OrderView | None
) -> tuple[list[OrderState], OrderView | None, FanshareError | None]:
    """Take the states one by one and leave out those that can't be of this order."""
    error: FanshareError | None = None
    fitting: list[OrderState] = []
    for state in fresh:
        try:
            join([*known, *fitting, state])
        except FanshareError as refusal:
            error = refusal
        else:
            fitting.append(state)
    return fitting, join([*known, *fitting]) if fitting else view, error


def _is_gone(known: Iterable[OrderState]) -> bool:
    """Whether the newest look found nothing already: a further look in vain would be a state that says no more."""
    looks = [state for state in known if state.fetched]
    return bool(looks) and _is_tombstone(max(looks, key=lambda state: state.modified_at))


def _is_tombstone(state: OrderState) -> bool:
    return state.fetched and state.status is Status.DELETED


def _frozen_view(view: OrderView, order: Known, frozen: bool) -> OrderView:
    """Buyer identity and ``placed_at`` stand still once a period of the order has closed."""
    if not frozen or order.view is None:
        return view
    return replace(view, buyer=order.view.buyer, placed_at=order.view.placed_at)


def _write_states(
    access: Access, fresh: Sequence[tuple[Shop, int, OrderState]], secrets: Secrets, now: Instant
) -> None:
    if not fresh:
        return
    bodies, states = [], []
    for shop, order_id, state in fresh:
        digest, text = state_hash(state), state_text(state)
        salt = commitments.derive_salt(secrets.salts, "order_state", shop.public_id, state.order_id, digest)
        bodies.append(
            leaves.order_state(
                order=commitments.commit(
                    commitments.ORDER, salt, {"connection": shop.public_id, "order": state.order_id}
                ),
                state=commitments.commit_canonical(commitments.ORDER_STATE, salt, text.encode()),
                accepted_at=now,
            )
        )
        states.append((order_id, bytes.fromhex(digest), text))
    first = log_store.append(access, bodies)
    OrderRows(access).insert_states(states, first, now)
