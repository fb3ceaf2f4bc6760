"""The quarantine of refused deliveries, and taking them after all once a secret was put right.

A delivery is judged again with the secrets of today and the time of its receipt. What verifies now moves into the inbox
under its own id, so it moves once, and is counted beside the refusal, which stays counted: it did happen.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant, utc_day
from fanshare.flows.connections import Connection, connections
from fanshare.flows.context import Programme
from fanshare.flows.day_keys import DayKeys
from fanshare.flows.retention import REFUSED
from fanshare.integrations.registry import connector
from fanshare.integrations.types import Verdict
from fanshare.jobs.drain import topic_of
from fanshare.store.queries import edge, quarantine
from fanshare.store.queries.quarantine import Refused

BATCH = 200


@dataclass(slots=True)
class Retaken:
    """How many deliveries were looked at and moved into the inbox."""

    looked: int = 0
    taken: int = 0


def retake(programme: Programme, now: Instant, *, endpoint: str = "", ids: Sequence[str] | None = None) -> Retaken:
    """Judge the quarantined deliveries of a programme again (of one endpoint, or some by id), oldest first."""
    shops = {shop.endpoint: shop for shop in connections(programme)}
    result = Retaken()
    after = quarantine.START
    while True:
        found = quarantine.kept(programme.access, max(0, now - REFUSED), after=after, endpoint=endpoint, limit=BATCH)
        if not found:
            return result
        after = found[-1].place
        wanted = [one for one in found if ids is None or one.id.hex() in ids]
        result.looked += len(wanted)
        result.taken += _retake(programme, shops, wanted)


def _retake(programme: Programme, shops: dict[str, Connection], refused: Sequence[Refused]) -> int:
    access = programme.access
    sealer = DayKeys(access.conn, programme.keys)
    with access.transaction():
        rows = [row for one in refused if (row := _judged(shops.get(one.endpoint), one, sealer)) is not None]
        moved = quarantine.remove(access, [row.id for row in rows])
        rows = [row for row in rows if row.id in moved]
        if not rows:
            return 0
        edge.insert_deliveries(access, rows)
        days = Counter((row.connection_id, utc_day(row.received_at)) for row in rows)
        edge.took_in(access, _newest(rows), days)
        quarantine.count_retaken(access, days)
        return len(rows)


def _judged(shop: Connection | None, one: Refused, sealer: DayKeys) -> edge.NewDelivery | None:
    """The row for the inbox, or ``None`` where the signature still fits no secret or the body is gone."""
    if shop is None:
        return None
    try:
        headers, body = msgspec.msgpack.decode(
            sealer.unseal(one.received_at, one.sealed_body, one.id), type=tuple[dict[str, str], bytes]
        )
        verdict = connector(shop.kind).verify(body, headers, shop.secrets, one.received_at).verdict
    except FanshareError:
        return None
    if verdict is not Verdict.ACCEPTED:
        return None
    digest = hashlib.sha256(body).digest()
    # Sealed under the same key and id as the inbox seals, so the body moves as it is.
    return edge.NewDelivery(one.id, one.received_at, shop.id, one.endpoint, topic_of(headers), one.sealed_body, digest)


def _newest(rows: Sequence[edge.NewDelivery]) -> dict[int, Instant]:
    newest: dict[int, Instant] = {}
    for row in rows:
        newest[row.connection_id] = max(row.received_at, newest.get(row.connection_id, 0))
    return newest
