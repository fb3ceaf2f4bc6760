"""Take one order that a program reports directly: accepted in the transaction of its request, settled by the worker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, utc_day
from fanshare.core.orders import OrderState
from fanshare.flows.accept import Accepted, Shop, accept
from fanshare.flows.connections import NewConnection, add_connection
from fanshare.flows.context import Programme
from fanshare.store.access import Access
from fanshare.store.queries import edge, paged

KIND = "generic"
#: What accepting needs of a connection; its secrets stay sealed.
_OF_KIND = """
SELECT id, endpoint FROM connection WHERE programme_id = %(programme_id)s AND kind = %(kind)s ORDER BY id
"""

#: Reads a body of the generic order document: (raw, headers, pseudonym) -> states.
type Read = Callable[[bytes, Mapping[str, str], Callable[[str, str], str]], list[OrderState]]


@dataclass(frozen=True, slots=True)
class Reported:
    """Which order it was, and whether the report said anything new."""

    order: int
    changed: bool


def report_order[T](
    programme: Programme, raw: bytes, endpoint: str, read: Read, now: Instant, show: Callable[[Reported], T]
) -> T:
    """Accept the one order of ``raw`` for the connection ``endpoint`` (or the only one of its kind, made if need be).

    ``show`` makes the answer, in the transaction and before the log is locked. Raises ``BadInputError`` for what is no
    order, and what ``accept`` refuses it with.
    """
    states = read(raw, {}, programme.pseudonym)
    if len(states) != 1:
        raise BadInputError("not_an_order", "Report one order in a request; a webhook may hold several.", 422)
    shop = _speaker(programme, endpoint, now)
    access, answers = programme.access, list[T]()

    def then(found: Accepted) -> None:
        done = _reported(access, shop, states[0].order_id, found)
        edge.took_in(access, {shop.connection_id: now}, {(shop.connection_id, utc_day(now)): 1})
        answers.append(show(done))

    with access.joined():
        accept(access, shop, states, programme.book, programme.secrets, now, then=then)
    return answers[0]


def _reported(access: Access, shop: Shop, name: str, found: Accepted) -> Reported:
    """Which order was accepted. Raises what it was refused with, and ``unknown_order`` for one that is not there."""
    if name in found.refused:
        raise found.refused[name]
    order = next(iter(found.changed), None) or paged.order_of(access, shop.connection_id, name)
    if order is None:
        raise BadInputError("unknown_order", "This order was never reported, so there is nothing to delete.", 404)
    return Reported(order, bool(found.changed))


def _speaker(programme: Programme, endpoint: str, now: Instant) -> Shop:
    known = [Shop(*row) for row in programme.access.fetch(_OF_KIND, {"kind": KIND})]
    if endpoint:
        found = next((one for one in known if one.public_id == endpoint), None)
        if found is None:
            said = "There is no connection %(endpoint)s for reported orders here."
            raise BadInputError("which_connection", said, 404, endpoint=repr(endpoint[:60]))
        return found
    if len(known) > 1:
        listed = ", ".join(one.public_id for one in known)
        raise BadInputError(
            "which_connection",
            "There are several connections for reported orders, name one: %(listed)s.",
            listed=listed,
        )
    if known:
        return known[0]
    made = add_connection(programme, NewConnection(KIND), now, can_fetch=False, reports_fulfilment=False)
    return Shop(made.id, made.endpoint)
