"""Exchanges: an order that exchanges goods of another one has that order's evidence instead of its own."""

from collections.abc import Iterable

from fanshare.store.access import Access
from fanshare.store.queries import exchanges
from fanshare.store.queries.orders import OrderRows, Updated
from fanshare.store.queries.touches import Named, Resolver


def inherit(access: Access, orders: Iterable[int], resolver: Resolver) -> None:
    """Resolve the evidence of exchanges anew that are among ``orders`` or go back to one of them.

    Whichever of the two came first, the exchange ends with the evidence of the first order of its chain, resolved at
    that order's time. An exchange of an order that is not known has its own evidence until it is.
    """
    rows = OrderRows(access)
    origins = exchanges.origins(access, exchanges.exchanging(access, orders))
    if not origins:
        return
    views = rows.views({*origins, *origins.values()})
    named = {}
    for heir, origin in origins.items():
        connection, first = views[origin]
        named[str(heir)] = Named(connection, first.placed_at, first.evidence)
    found = resolver.resolve(named)
    rows.inherit(
        [
            Updated(heir, views[heir][1], *found[str(heir)], evidence=views[origin][1].evidence)
            for heir, origin in origins.items()
            if heir in views
        ]
    )
    exchanges.share_scopes(access, origins)
