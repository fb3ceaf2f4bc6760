"""The worker: one round after another of drain, take, settle, and now and then the rest.

All work is found in the state of the database and the spool, never in a queue, so nothing can be lost with a worker
and two of them only share the work. Programmes take turns, one batch each, so that a flood at one does not hold up
the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from psycopg import errors

from fanshare.config.clock import Clock
from fanshare.config.keys import SPOOL_HOOKS, Keys
from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND, Instant
from fanshare.flows import close, day_keys, seal
from fanshare.flows.accept import resolve_again
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.settle import settle
from fanshare.jobs import drain, poll, publish, take
from fanshare.jobs.fetches import Fetches
from fanshare.spool.reader import SpoolReader
from fanshare.spool.records import CLICKS, HOOKS
from fanshare.store import directory, log_store
from fanshare.store.access import RETRYABLE, Access, Connection
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import edge
from fanshare.store.signing import load_or_create

log = structlog.get_logger(__name__)

#: How often the slower work runs.
_PERIODS: Mapping[str, int] = {
    "publish": SECOND,
    "poll": MINUTE,
    "recheck": MINUTE,
    "seal": 10 * MINUTE,
    "close": HOUR,
    "checkpoint": HOUR,
    "partitions": HOUR,
    "retention": HOUR,
}


@dataclass(slots=True)
class Round:
    """What one round did; ``busy`` says that there may be more at once."""

    clicks: int = 0
    deliveries: int = 0
    refused: int = 0
    taken: int = 0
    settled: int = 0
    transfers: int = 0
    failures: int = 0

    @property
    def busy(self) -> bool:
        return bool(self.clicks or self.deliveries or self.taken or self.settled)


@dataclass(slots=True)
class Worker:
    """One worker on one connection. Not thread-safe; run several processes instead."""

    conn: Connection
    home: Path
    keys: Keys
    clock: Clock
    host: str = "localhost"
    _fetches: Fetches = field(default_factory=Fetches)
    _last: dict[str, Instant] = field(default_factory=dict)
    _publisher: publish.Publisher | None = None

    def round(self) -> Round:
        """One round of everything that is due. A failure in one programme is logged and does not stop the others."""
        done = Round()
        self._guard("drain", lambda: self._drain(done), done)
        for programme_id in directory.programmes_with_deliveries(self.conn, self.clock()):
            self._guard("take", lambda id_=programme_id: self._take(id_, done), done)  # type: ignore[misc]
        for programme_id in directory.programmes_to_settle(self.conn, self.clock()):
            self._guard("settle", lambda id_=programme_id: self._settle(id_, done), done)  # type: ignore[misc]
        for name, period in _PERIODS.items():
            if self.clock() - self._last.get(name, -period) >= period:
                self._last[name] = self.clock()
                self._guard(name, lambda job=name: getattr(self, f"_{job}")(), done)  # type: ignore[misc]
        return done

    def until_quiet(self, *, rounds: int = 10_000) -> Round:
        """Rounds until nothing is left to do now; the sum of them."""
        total = Round()
        for _ in range(rounds):
            one = self.round()
            for name in Round.__slots__:
                setattr(total, name, getattr(total, name) + getattr(one, name))
            if not one.busy:
                break
        return total

    def housekeeping(self) -> None:
        """Run the slower work now, whenever it ran last."""
        self._last.clear()
        self.round()

    def shut(self) -> None:
        """Let go of the shops."""
        self._fetches.close()

    def _guard(self, job: str, work: Callable[[], None], done: Round) -> None:
        try:
            work()
        except RETRYABLE as error:
            log.info("retried", job=job, reason=type(error).__name__)
        except (FanshareError, errors.Error, OSError) as error:
            if self.conn.closed:
                raise
            done.failures += 1
            log.error("job_failed", job=job, error=str(error), kind=type(error).__name__)

    def _programme(self, programme_id: int, actor: str) -> Programme:
        tenant = self._tenant(programme_id)
        return open_programme(Access(self.conn, programme_id, actor), tenant.public_id, self.keys)

    def _tenant(self, programme_id: int) -> Tenant:
        return next(one for one in directory.programmes(self.conn) if one.id == programme_id)

    def _drain(self, done: Round) -> None:
        spool = self.home / "spool"
        opened = drain.opener(lambda access: self._programme(access.programme_id, "job:drain"), self.conn)
        for stream, key in ((CLICKS, None), (HOOKS, self.keys.derive(SPOOL_HOOKS))):
            found = drain.drain(self.conn, SpoolReader(spool, stream, key=key), stream, opened, self.clock())
            done.clicks += found.clicks
            done.deliveries += found.deliveries
            done.refused += found.refused

    def _take(self, programme_id: int, done: Round) -> None:
        found = take.take(self._programme(programme_id, "job:take"), self._fetches, self.clock())
        done.taken += found.deliveries

    def _settle(self, programme_id: int, done: Round) -> None:
        programme = self._programme(programme_id, "job:settle")
        found = settle(programme.access, programme.book, programme.holders, self.clock())
        done.settled += found.orders
        done.transfers += found.transfers

    def _each(self, actor: str) -> list[tuple[Programme, Tenant]]:
        found = []
        for tenant in directory.programmes(self.conn):
            try:
                found.append((self._programme(tenant.id, actor), tenant))
            except FanshareError as error:
                if error.code != "no_terms":
                    raise
        return found

    def _publish(self) -> None:
        if self._publisher is None:
            base, overlay = self.home / publish.BASE, self.home / publish.OVERLAY
            self._publisher = publish.Publisher(self.home, self.keys, base, overlay)
        self._publisher.publish([(one, tenant.name) for one, tenant in self._each("job:publish")], self.clock())

    def _poll(self) -> None:
        for programme, _ in self._each("job:poll"):
            poll.poll(programme, self._fetches, self.clock())

    def _recheck(self) -> None:
        """A click and its order that arrived at the very same moment may have missed each other."""
        for programme, _ in self._each("job:recheck"):
            with programme.access.transaction():
                waiting = edge.orders_waiting_for(programme.access, edge.arrived_meanwhile(programme.access))
                if waiting:
                    resolve_again(programme.access, waiting, programme.book, programme.secrets, self.clock())

    def _seal(self) -> None:
        for programme, _ in self._each("job:seal"):
            seal.seal(programme, self.clock())

    def _close(self) -> None:
        for programme, _ in self._each("job:close"):
            close.close_all(programme, self.clock())

    def _checkpoint(self) -> None:
        for programme, tenant in self._each("job:checkpoint"):
            signer = load_or_create(self.home / "keys", log_name(self.host, tenant))
            log_store.write_checkpoint(programme.access, signer.sign_checkpoint, self.clock())

    def _partitions(self) -> None:
        now = self.clock()
        directory.ensure_partitions(self.conn, max(0, now - 40 * DAY), now + 62 * DAY)

    def _retention(self) -> None:
        now = self.clock()
        day_keys.drop_old(self.conn, now)
        drain.forget_refused(self.conn, now)
        directory.drop_deliveries_before(self.conn, max(0, now - day_keys.KEPT))


def log_name(host: str, tenant: Tenant) -> str:
    """The name of a programme's log, as its key and checkpoints carry it."""
    return f"{host}/log/{tenant.public_id}"
