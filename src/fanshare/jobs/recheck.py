"""Look again at what may have been missed: clicks that met their order too early, codes that a joiner could not get,
parts from before an upgrade."""

from fanshare.core.instants import Instant
from fanshare.flows import joining_codes
from fanshare.flows.accept import resolve_again
from fanshare.flows.brought import note_old
from fanshare.flows.context import Programme
from fanshare.store.queries import edge


def recheck(programme: Programme, now: Instant) -> bool:
    """Look again; whether more waits to be looked at right away."""
    with programme.access.transaction():
        # A click and its order that arrived at the very same moment may have missed each other.
        waiting = edge.orders_waiting_for(programme.access, edge.arrived_meanwhile(programme.access))
        if waiting:
            resolve_again(programme.access, waiting, programme.book, programme.secrets, now)
    joining_codes.give_missing(programme, now)
    return note_old(programme)
