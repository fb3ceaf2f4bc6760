"""``fanshare check`` of a large programme: one consistent view of the data, its checks shared out among processes."""

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from psycopg import sql

from fanshare.config.collector import look_seldom
from fanshare.config.keys import Keys
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.core.notes import VerifierKey
from fanshare.flows.check import CHECKS, Finding, check, one_finding
from fanshare.flows.context import Programme, open_programme
from fanshare.store import log_store
from fanshare.store.access import Access, connect
from fanshare.store.directory import Programme as Tenant

#: Below so many records in its log a programme is proved before further processes have started.
WORTH_SHARING = 20_000
#: The checks that take longest go first, so that no process ends long after the others.
LONGEST_FIRST = ("settlements", "shares", "order states", "clicks", "evidence", "caps", "facts in the log", "postings")

type Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Reach:
    """How a process reaches a programme: the database, the installation's home and environment, and which it is."""

    dsn: str
    home: Path
    environ: Mapping[str, str]
    tenant: Tenant
    log_keys: tuple[VerifierKey, ...]

    def programme(self, access: Access) -> Programme:
        """The programme as its checks see it. Raises ``FanshareError`` (``no_terms``)."""
        keys = Keys.load_or_create(self.home, self.environ)
        return replace(open_programme(access, self.tenant.public_id, keys), log_keys=self.log_keys)


def prove(reach: Reach, now: Instant, *, processes: int, progress: Progress | None = None) -> list[Finding]:
    """Run every check on one programme by up to ``processes`` processes; findings in the order of ``CHECKS``.

    All of them look at one snapshot of the data. Raises ``FanshareError``: ``no_terms`` where there is nothing to prove
    yet, ``check_interrupted`` when a process was ended before it had an answer.
    """
    with connect(reach.dsn, name="fanshare check") as conn:
        access = Access(conn, reach.tenant.id, "check")
        programme = reach.programme(access)
        if processes < 2 or log_store.tree(access).frontier.size < WORTH_SHARING:
            return check(programme, now, progress=progress)
        with access.transaction():
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            row = conn.execute("SELECT pg_export_snapshot()").fetchone()
            assert row is not None
            return _shared_out(reach, row[0], now, processes, progress)


def _shared_out(reach: Reach, snapshot: str, now: Instant, processes: int, progress: Progress | None) -> list[Finding]:
    names = [name for name, *_ in CHECKS]
    found: dict[str, Finding] = {}
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, (reach, snapshot, now)) as pool:
        waiting = {pool.submit(_prove, name): name for name in sorted(names, key=_turn)}
        try:
            for job in as_completed(waiting):
                found[waiting[job]] = job.result()
                if progress is not None:
                    progress(waiting[job], len(found), len(names))
        except BrokenProcessPool as error:
            said = "A process of the check was ended from outside, perhaps for want of memory: try --processes 1."
            raise FanshareError("check_interrupted", said, 503) from error
        finally:
            pool.shutdown(cancel_futures=True)
    return [found[name] for name in names]


def _turn(name: str) -> int:
    return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)


@dataclass(slots=True)
class _Desk:
    """What a process of the pool works on until it ends, and its connection with it."""

    programme: Programme
    now: Instant


_desks: list[_Desk] = []


def _begin(reach: Reach, snapshot: str, now: Instant) -> None:
    look_seldom()
    access = Access(connect(reach.dsn, name="fanshare check"), reach.tenant.id, "check")
    access.conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    access.conn.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))
    _desks.append(_Desk(reach.programme(access), now))


def _prove(name: str) -> Finding:
    return one_finding(name, _desks[-1].programme, _desks[-1].now)
