"""Publish: what the edge must know goes into its snapshot whenever it has changed, so that it needs no database."""

import fcntl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from fanshare.config.keys import Keys
from fanshare.core.budget import stopped_at
from fanshare.core.instants import HOUR, MINUTE, Instant
from fanshare.edge.snapshot import (
    EndpointRow,
    LinkRow,
    LinkState,
    ProgrammeRow,
    Snapshot,
    SnapshotError,
    write_overlay,
    write_snapshot,
)
from fanshare.flows.connections import Connection, connections
from fanshare.flows.context import Programme
from fanshare.store.queries import budgets, snapshot

BASE = Path("snapshot") / "base"
OVERLAY = Path("snapshot") / "overlay"


@dataclass(slots=True)
class Publisher:
    """Writes the snapshot of one installation. Keeps what it wrote last, so that nothing is written twice."""

    home: Path
    keys: Keys
    base_path: Path
    overlay_path: Path
    base_at: Instant | None = None
    _stamp: tuple[object, ...] | None = None
    _base: int = 0
    _generation: int = 0
    _lock: BinaryIO | None = None

    def publish(self, programmes: Iterable[tuple[Programme, str]], now: Instant) -> bool:
        """Publish what changed (programmes with their names); whether anything was written.

        The base is written anew at the first time and an hour after it was last; in between changes go into the
        overlay, which is small.
        """
        if not self._is_mine():
            return False
        opened = list(programmes)
        stopped = {one.access.programme_id for one, _ in opened if stopped_at(budgets.stretches_of(one.access), now)}
        facts = tuple((one.access.programme_id, name, *snapshot.stamp(one.access)) for one, name in opened)
        stamp = (facts, frozenset(stopped))
        if stamp == self._stamp:
            return False
        shops = {one.access.programme_id: connections(one) for one, _ in opened}
        programme_rows = [
            _programme(one, name, shops[one.access.programme_id], stopped=one.access.programme_id in stopped)
            for one, name in opened
        ]
        endpoints = [_endpoint(one, shop) for one, _ in opened for shop in shops[one.access.programme_id]]
        generation = self._generation = max(now, (self._generation or self._on_disk()) + 1)
        if self.base_at is None or not 0 <= now - self.base_at <= HOUR:
            write_snapshot(
                self.base_path,
                links=_links(opened, 0),
                programmes=programme_rows,
                endpoints=endpoints,
                keys=self.keys,
                generation=generation,
            )
            self.base_at, self._base = now, generation
        else:
            write_overlay(
                self.overlay_path,
                base=self._base,
                generation=generation,
                keys=self.keys,
                links=_links(opened, self.base_at - MINUTE),
                programmes=programme_rows,
                endpoints=endpoints,
            )
        self._stamp = stamp
        return True

    def close(self) -> None:
        """Leave the snapshot to another worker."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _on_disk(self) -> int:
        """The generation that an edge may be using: it refuses to go back, even where the clock did."""
        try:
            generation: int = Snapshot.open(self.base_path, self.keys, self.overlay_path).generation
            return generation
        except SnapshotError:
            return 0

    def _is_mine(self) -> bool:
        """One worker of a home writes its snapshot, as long as it lives: an overlay fits the base of its writer."""
        if self._lock is None:
            path = self.base_path.with_name("writer.lock")
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = path.open("ab")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                return False
            self._lock = lock
        return True


def _links(programmes: Iterable[tuple[Programme, str]], since: Instant) -> Iterator[LinkRow]:
    for programme, _ in programmes:
        for link in snapshot.links(programme.access, since):
            yield LinkRow(
                code=link.code,
                link_id=link.id,
                programme_id=programme.access.programme_id,
                state=LinkState(link.state) if link.label else LinkState.UNLABELLED,
                medium="fan" if link.by_fan else "creator",
                campaign=link.campaign,
                destination=link.destination,
                label=link.label,
            )


def _programme(programme: Programme, name: str, shops: Iterable[Connection], *, stopped: bool) -> ProgrammeRow:
    hosts = dict.fromkeys(host for shop in shops for host in shop.settings.get("hosts", ()))
    plain = any(urlsplit(shop.base_url).scheme == "http" for shop in shops)
    return ProgrammeRow(programme.access.programme_id, tuple(hosts), allow_http=plain, name=name, stopped=stopped)


def _endpoint(programme: Programme, shop: Connection) -> EndpointRow:
    return EndpointRow(shop.endpoint, programme.access.programme_id, shop.id, shop.kind, shop.secrets, shop.paused)
