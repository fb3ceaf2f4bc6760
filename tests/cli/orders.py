"""Orders for tests, brought in as a shop would have and settled by the worker."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from fanshare.config.keys import Keys
from fanshare.core import clickid
from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Refund, Status
from fanshare.flows.accept import Shop, accept
from fanshare.flows.context import Programme, open_programme
from fanshare.store import directory
from fanshare.store.access import Access, Connection, connect
from tests.cli.conftest import Terminal


def state(number: str, at: Instant, *clicks: str, **changes: Any) -> OrderState:
    """A paid order of one shirt for 59.00."""
    made = OrderState(
        number,
        f"birth of {number}",
        at,
        at,
        Status.CAPTURED,
        "EUR",
        (Line("1", 59_000_000),),
        total=59_000_000,
        buyer=Buyer(email=number.encode().hex().ljust(32, "0")[:32]),
        evidence=Evidence(clicks),
    )
    return replace(made, **changes)


def refund(money: int, at: Instant) -> Refund:
    """Some money went back."""
    return Refund("r1", at, money)


def click(terminal: Terminal, link: str, at: Instant) -> str:
    """The id of a click on a link, as the edge would have made it."""
    with _open(terminal) as conn:
        target = directory.find(conn, "link", link)
        assert target is not None
        return clickid.mint(target.target_id, at, os.urandom(6), _programme(terminal, conn).secrets.click_id)


def bring(terminal: Terminal, endpoint: str, *states: OrderState) -> None:
    """The shop has told these states, and the worker has done its work."""
    with _open(terminal) as conn:
        programme = _programme(terminal, conn)
        target = directory.find(conn, "hook", endpoint)
        assert target is not None
        shop = Shop(target.target_id, endpoint)
        now = max(one.modified_at for one in states)
        with programme.access.transaction():
            accept(programme.access, shop, states, programme.book, programme.secrets, now)
    terminal.say("work", "--once")


def _open(terminal: Terminal) -> Connection:
    return connect(terminal.env["DATABASE_URL"])


def _programme(terminal: Terminal, conn: Connection) -> Programme:
    tenant = directory.programme(conn, terminal.env["FANSHARE_PROGRAMME"])
    keys = Keys.load_or_create(Path(terminal.env["FANSHARE_HOME"]), {})
    return open_programme(Access(conn, tenant.id, "test"), tenant.public_id, keys)


__all__ = ["DAY", "HOUR", "bring", "click", "refund", "state"]
