"""Doors of a demonstration: who tries it signs in as one of the people in it by one button, as often as she likes.

They are a fact of the installation, and stand open only where the installation is marked as a demonstration: a
database with a real programme can't be (``config.wiring.mark_as_demo``).
"""

import json
from collections.abc import Mapping

from fanshare.config.keys import Keys
from fanshare.core.instants import Instant
from fanshare.flows import sign_in
from fanshare.flows.signed_in import Entered
from fanshare.store import directory
from fanshare.store.access import Connection

#: Whom a door makes of somebody, in the order in which they are shown.
DOORS = ("shop", "shop-second", "creator", "fan", "other-shop", "other-creator", "operator")
SHOP, SECOND, CREATOR, FAN, OTHER_SHOP, OTHER_CREATOR, OPERATOR = DOORS

_FACT = "demo doors"
_MANY = 1_000


def open_doors(conn: Connection, addresses: Mapping[str, str], now: Instant) -> None:
    """Keep by which address each door signs in."""
    directory.set_fact(conn, _FACT, json.dumps(dict(addresses)), now)


def addresses(conn: Connection) -> Mapping[str, str]:
    """The doors that stand open, with their addresses; none on an installation that is not marked."""
    if directory.fact(conn, "demo") is None:
        return {}
    kept: dict[str, str] = json.loads(directory.fact(conn, _FACT) or "{}")
    return {door: kept[door] for door in DOORS if door in kept}


def enter(conn: Connection, keys: Keys, door: str, now: Instant) -> Entered:
    """What a door opens, and for which account; nothing where it does not stand open."""
    address = addresses(conn).get(door)
    if address is None:
        return Entered()
    return sign_in.enter(conn, keys, sign_in.make_link(conn, keys, address, now, at_once=_MANY), now)
