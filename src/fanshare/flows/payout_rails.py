"""The providers that a brand pays by: connected with a key that was tried, and ended."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import State
from fanshare.core.rails import CALLED, Drivers
from fanshare.flows import payout_runs
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.store.queries import payout_rails as rows
from fanshare.store.queries.payout_rails import Row

_PURPOSE = "payout rail"
#: Nobody knows yet whether these left: another account at the provider would know nothing of them, and pay them again.
_OPEN = (State.SUBMITTED, State.UNKNOWN)


class Connected(NamedTuple):
    """A provider with its secret. ``whose`` is the account there, as the provider calls it."""

    kind: Kind
    secret: Mapping[str, str]
    whose: str
    set_by: str
    set_at: Instant
    trouble: str
    trouble_at: Instant | None

    def __repr__(self) -> str:
        return f"Connected({self.kind})"


def connect(
    programme: Programme, kind: Kind, typed: Mapping[str, str], drivers: Drivers, by: str, now: Instant
) -> None:
    """Pay by this provider from now on; its key is tried first, by a call that moves nothing.

    Raises ``FanshareError``: ``bad_rail``, ``rail_refused``, what its form refuses, and ``payments_open`` while
    payments of another account there are open.
    """
    payout_runs.check_name(by)
    if kind not in CALLED:
        raise BadInputError("bad_rail", "There is no such provider to pay by.")
    secret = drivers.read(kind, typed)
    driver = drivers.open(kind, secret, lambda: now)
    try:
        whose = driver.check()
    finally:
        driver.close()
    access = programme.access
    with access.transaction():
        before = connected(programme).get(kind)
        if before is not None and before.whose != whose and rows.count(access, kind, _OPEN):
            raise ConflictError(
                "payments_open", "Payments of the other account are open; wait until it is known what became of them."
            )
        content = json.dumps({"secret": dict(secret), "whose": whose}).encode()
        rows.put(access, Row(kind, programme.keys.seal(_PURPOSE, content, _place(programme, kind)), by, now))
        noted(access, "payout.rail", now, f"{kind}: connected")


def end(programme: Programme, kind: Kind, now: Instant) -> None:
    """Pay by this provider no more. Raises ``ConflictError`` ``payments_open`` while payments by it are under way."""
    access = programme.access
    with access.transaction():
        if rows.count(access, kind, (*_OPEN, State.IN_TRANSIT)):
            raise ConflictError("payments_open", "Payments by it are under way; wait until it is known how they end.")
        if rows.end(access, kind):
            noted(access, "payout.rail", now, f"{kind}: ended")


def connected(programme: Programme) -> dict[Kind, Connected]:
    """The providers that the brand pays by."""
    found = {}
    for row in rows.listed(programme.access):
        kind = Kind(row.kind)
        known = json.loads(programme.keys.unseal(_PURPOSE, row.sealed, _place(programme, kind)))
        found[kind] = Connected(
            kind, known["secret"], known["whose"], row.set_by, row.set_at, row.trouble, row.trouble_at
        )
    return found


def _place(programme: Programme, kind: Kind) -> bytes:
    return f"{programme.access.programme_id}/{kind}".encode()
