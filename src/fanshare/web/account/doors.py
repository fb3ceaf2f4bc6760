"""What pages show of the doors of a demonstration: nothing on any other installation, or on another machine."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from fanshare.core.errors import FanshareError
from fanshare.core.marks import later
from fanshare.flows import demo_doors
from fanshare.web import site

#: Whom each door makes of a visitor, and what there is to try.
WORDS = {
    demo_doors.SHOP: (later("The shop owner"), later("Creators, orders, terms, and the money that goes out.")),
    demo_doors.SECOND: (
        later("A second person of the shop"),
        later("Looks after its money, and approves what the owner planned."),
    ),
    demo_doors.CREATOR: (later("A creator"), later("Her links, her fans, and what she earned.")),
    demo_doors.FAN: (later("A fan"), later("What her links brought, and what becomes of it.")),
    demo_doors.OTHER_SHOP: (later("The owner of the other shop"), later("Who has paid in nothing yet.")),
    demo_doors.OTHER_CREATOR: (
        later("A creator of the other shop"),
        later("A bonus that is ready, and a shop that makes codes for it."),
    ),
    demo_doors.OPERATOR: (later("The operator"), later("Runs the machine, for all programmes.")),
}
#: Names of this machine as its own browser says them: a demonstration lets nobody in from elsewhere.
_HERE = frozenset({"127.0.0.1", "localhost", "[::1]"})

type Door = tuple[str, str, str]


def shown(request: Any) -> Sequence[Door]:
    """The doors that stand open for a visitor: door, who, what for; none too while the database is away."""
    host, _, port = request.get_host().rpartition(":")
    if (host if port.isdigit() and host else request.get_host()) not in _HERE:
        return ()
    with suppress(FanshareError):
        return [(door, *WORDS[door]) for door in site.of(request).accounts.doors()]
    return ()
