"""Drain: spool records become rows, exactly once. The position in the segment commits with the rows it produced."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import structlog

from fanshare.config.keys import Keys
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant, utc_day
from fanshare.flows.accept import resolve_again
from fanshare.flows.context import Programme
from fanshare.flows.day_keys import DayKeys
from fanshare.flows.retention import REFUSED
from fanshare.spool.format import Record
from fanshare.spool.reader import Batch, SpoolReader
from fanshare.spool.records import ClickRecord, DeliveryRecord, RefusedRecord, decode
from fanshare.store.access import Access, Connection, wait_for_the_disk
from fanshare.store.queries import edge

log = structlog.get_logger(__name__)

BATCH = 2_000
_TOPICS = ("x-wc-webhook-topic", "x-shopify-topic", "shopify-topic")

type OpenProgramme = Callable[[int], Programme]


@dataclass(slots=True)
class Drained:
    """What was moved. ``damaged`` records could not be read; they are counted, never guessed. ``strays`` belong to a
    programme that this database does not know, as after a restore of an older state."""

    clicks: int = 0
    deliveries: int = 0
    refused: int = 0
    damaged: int = 0
    strays: int = 0
    #: Whose records these were.
    moved: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Sorted:
    """One batch by programme and kind."""

    clicks: dict[int, list[ClickRecord]] = field(default_factory=lambda: defaultdict(list))
    deliveries: dict[int, list[tuple[bytes, DeliveryRecord]]] = field(default_factory=lambda: defaultdict(list))
    refused: list[tuple[bytes, RefusedRecord]] = field(default_factory=list)
    damaged: int = 0

    @property
    def programmes(self) -> set[int]:
        """Whose records these are."""
        return {*self.clicks, *self.deliveries, *(one.programme_id for _, one in self.refused)}

    @property
    def size(self) -> int:
        """How many records."""
        return sum(map(len, self.clicks.values())) + sum(map(len, self.deliveries.values())) + len(self.refused)


def drain(conn: Connection, reader: SpoolReader, stream: str, open_programme: OpenProgramme, now: Instant) -> Drained:
    """Move everything that can be read now of one stream. Safe beside other drains and after any crash."""
    result = Drained()
    positions = edge.positions(conn, stream)
    for batch in reader.batches(BATCH, positions):
        if batch.segment_id in positions and positions[batch.segment_id] > batch.start:
            continue
        drained = _drain_batch(conn, stream, batch, open_programme, now, result)
        # A worker that died between its commit and this line left the file behind.
        if batch.finished and (drained or edge.is_finished(conn, batch.segment_id)):
            reader.discard(batch.segment_id)
    if result.damaged or result.strays:
        log.error("spool_records_left_out", stream=stream, damaged=result.damaged, strays=result.strays)
    return result


def _drain_batch(
    conn: Connection, stream: str, batch: Batch, open_programme: OpenProgramme, now: Instant, result: Drained
) -> bool:
    """One batch in one transaction; false when another drain has taken it already."""
    found = _sort(batch.records)
    strays = _leave_out_strays(found, open_programme)
    with conn.transaction():
        wait_for_the_disk(conn)
        if not edge.advance(conn, batch.segment_id, stream, batch.start, batch.end, batch.finished, now):
            return False
        for programme_id in sorted(found.clicks):
            _write_clicks(open_programme(programme_id), found.clicks[programme_id], now)
        for programme_id in sorted(found.deliveries):
            _write_deliveries(open_programme(programme_id), found.deliveries[programme_id])
        _write_refused(conn, found.refused, open_programme)
    result.moved |= found.programmes
    result.clicks += sum(map(len, found.clicks.values()))
    result.deliveries += sum(map(len, found.deliveries.values()))
    result.refused += len(found.refused)
    result.damaged += found.damaged
    result.strays += strays
    return True


def _leave_out_strays(found: _Sorted, open_programme: OpenProgramme) -> int:
    """Take out what belongs to no programme that can be opened here: it must not hold up the others' records."""
    before = found.size
    unknown = {one for one in found.programmes if not _can_open(one, open_programme)}
    for programme_id in unknown:
        found.clicks.pop(programme_id, None)
        found.deliveries.pop(programme_id, None)
    found.refused = [entry for entry in found.refused if entry[1].programme_id not in unknown]
    return before - found.size


def _can_open(programme_id: int, open_programme: OpenProgramme) -> bool:
    try:
        open_programme(programme_id)
    except FanshareError as error:
        if error.code not in ("unknown_programme", "no_terms"):
            raise
        return False
    return True


def _sort(records: Sequence[Record]) -> _Sorted:
    found = _Sorted()
    for record in records:
        try:
            value = decode(record.kind, record.payload)
        except (ValueError, msgspec.DecodeError, msgspec.ValidationError):
            found.damaged += 1
            continue
        if isinstance(value, ClickRecord):
            found.clicks[value.programme_id].append(value)
        elif isinstance(value, DeliveryRecord):
            found.deliveries[value.programme_id].append((record.record_id, value))
        else:
            found.refused.append((record.record_id, value))
    return found


def _write_clicks(programme: Programme, clicks: Sequence[ClickRecord], now: Instant) -> None:
    access = programme.access
    fresh = edge.insert_clicks(access, [_row(click) for click in clicks if click.click_id], now)
    counts = Counter(
        (click.link_id, utc_day(click.at), str(click.verdict))
        for click in clicks
        if not click.click_id or click.click_id in fresh
    )
    edge.count_clicks(access, counts)
    waiting = edge.orders_waiting_for(access, fresh)
    if waiting:
        resolve_again(access, waiting, programme.book, programme.secrets, now)


def _row(click: ClickRecord) -> edge.NewClick:
    return edge.NewClick(
        click.click_id,
        click.at,
        click.link_id,
        str(click.verdict),
        click.visitor,
        click.referrer_kind,
        click.user_activation,
        click.checkout_referrer,
        click.platform,
    )


def _write_deliveries(programme: Programme, deliveries: Sequence[tuple[bytes, DeliveryRecord]]) -> None:
    access = programme.access
    sealer = DayKeys(access.conn, programme.keys)
    rows = [
        edge.NewDelivery(
            id=record_id,
            received_at=one.received_at,
            connection_id=one.connection_id,
            endpoint=one.endpoint,
            topic=topic_of(one.headers),
            sealed=sealer.seal(one.received_at, msgspec.msgpack.encode((one.headers, one.body)), record_id),
            body_hash=hashlib.sha256(one.body).digest(),
        )
        for record_id, one in deliveries
    ]
    fresh = edge.insert_deliveries(access, rows)
    newest: dict[int, Instant] = {}
    for row in rows:
        newest[row.connection_id] = max(row.received_at, newest.get(row.connection_id, 0))
    accepted = Counter((row.connection_id, utc_day(row.received_at)) for row in rows if row.id in fresh)
    edge.took_in(access, newest, accepted)


def topic_of(headers: Mapping[str, str]) -> str:
    """What a shop calls its delivery: only to be shown; connectors read the headers themselves."""
    return next((headers[name][:100] for name in _TOPICS if headers.get(name)), "")


def _write_refused(
    conn: Connection, refused: Sequence[tuple[bytes, RefusedRecord]], open_programme: OpenProgramme
) -> None:
    if not refused:
        return
    keys: Keys = open_programme(refused[0][1].programme_id).keys
    sealer = DayKeys(conn, keys)
    edge.insert_refused(
        conn,
        [
            (
                record_id,
                one.received_at,
                one.endpoint,
                one.programme_id,
                one.reason,
                sealer.seal(one.received_at, msgspec.msgpack.encode((one.headers, one.body)), record_id),
                len(one.body),
            )
            for record_id, one in refused
        ],
    )
    by_programme: dict[int, Counter[tuple[int, str]]] = defaultdict(Counter)
    for _, one in refused:
        by_programme[one.programme_id][one.connection_id, utc_day(one.received_at)] += 1
    for programme_id, counts in by_programme.items():
        edge.count_deliveries(open_programme(programme_id).access, counts, "refused")


def forget_refused(conn: Connection, now: Instant) -> int:
    """Refused deliveries are kept for 7 days, so that a wrong secret loses nothing, and then forgotten."""
    return edge.forget_refused(conn, max(0, now - REFUSED))


def opener(open_one: Callable[[Access], Programme], conn: Connection) -> OpenProgramme:
    """Open programmes by id, each once per batch of work."""
    opened: dict[int, Programme] = {}

    def open_programme(programme_id: int) -> Programme:
        if programme_id not in opened:
            opened[programme_id] = open_one(Access(conn, programme_id, "job:drain"))
        return opened[programme_id]

    return open_programme
