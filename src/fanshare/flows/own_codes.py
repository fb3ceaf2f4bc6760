"""What somebody does with a code of her own: where it leads, where an address of the shop can bring a code along."""

from fanshare.core.errors import BadInputError
from fanshare.flows.connecting import SHOPIFY, Systems
from fanshare.flows.context import Programme
from fanshare.store.queries import selling
from fanshare.store.queries.selling import CodeRow

_INNER = ".myshopify.com"


def own(programme: Programme, owner: int, number: int) -> CodeRow:
    """A code of one's own. Raises ``BadInputError`` (``unknown_code``, 404)."""
    found = selling.codes(programme.access, owner, one=number, limit=1)
    if not found:
        raise BadInputError("unknown_code", "You have no such code.", 404)
    return found[0]


def address(programme: Programme, systems: Systems, code: CodeRow) -> str:
    """An address of the shop that sets the code; empty where its software takes no code from an address."""
    for door in selling.doors(programme.access):
        if code.connection in (None, door.id) and (host := _front(door)):
            found = systems.code_address(door.kind, host, code.text)
            if found:
                return found
    return ""


def _front(door: selling.Door) -> str:
    """The host that buyers know: a shop of Shopify has an inner one too."""
    known = [host for host in door.hosts if door.kind != SHOPIFY or not host.endswith(_INNER)]
    return next(iter([*known, *door.hosts]), "")
