"""What the brand bears for claims that came late follows their orders, as every other share of them does.

Like settlement it is found in the state: what it should be now, less what was booked, is booked. A refund takes its
part back, what was paid out already is made good by later sales, and an undone cancellation brings it again; it never
grows beyond what was granted. An order that changed its currency is left as it was: what was granted names another one.
"""

import hashlib

from fanshare.core.claims import borne_now, late_amount
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.moving import CLAIM_ORDER
from fanshare.flows.accept import NOTICE
from fanshare.flows.claims import source_of
from fanshare.flows.context import Programme
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.store.queries import borne
from fanshare.store.queries.borne import BorneRow
from fanshare.store.queries.orders import OrderRows

#: Claims in one run; the rest waits for the next one.
MOST = 200


def follow(programme: Programme, now: Instant, most: int = MOST) -> int:
    """Work out anew what changed, each claim in a transaction of its own; how many of them moved money."""
    moved = 0
    for _ in range(most):
        with programme.access.transaction():
            row = borne.changed(programme.access, max(0, now - NOTICE))
            if row is None:
                break
            moved += _follow(programme, row, now)
            borne.looked(programme.access, row)
    return moved


def _follow(programme: Programme, row: BorneRow, now: Instant) -> bool:
    source = source_of(programme, row.claim)
    currency, granted, stands = borne.booked(programme.access, source)
    worth = _worth(programme, row, currency)
    rest = 0 if worth is None else borne_now(granted, worth) - stands
    if rest:
        file = hashlib.sha256(row.seen.encode()).hexdigest()
        post_openings(programme, CLAIM_ORDER, file, [NewOpening(row.party, source, currency, rest)], now)
    return rest != 0


def _worth(programme: Programme, row: BorneRow, currency: str) -> Micros | None:
    """What the claim is worth as its order is now; ``None`` in another currency."""
    view = OrderRows(programme.access).views([row.order])[row.order][1]
    if view.currency != currency:
        return None
    if row.twin:
        return 0
    return late_amount(view, programme.book.at(view.placed_at), as_fan=row.kind == "fan", has=row.has)
