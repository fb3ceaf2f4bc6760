"""Upgrade: back up, let the next PostgreSQL take over, bring the schema up to date.

The next major version grows beside the old one, from a dump, and is compared with it table by table and log by log
before two renames put it in its place. Until then the old data directory is not touched, and afterwards it is kept.
A crash between the renames is undone by whoever starts the database next. Every step has a name, so that tests can
end the process at each of them.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fanshare.config.wiring import bring_up_to_date, known_migrations
from fanshare.core.errors import ConflictError, FanshareError
from fanshare.store.access import Connection, connect
from fanshare.store.queries import upkeep
from fanshare.store.server import Database, Server, cluster, embedded_database
from fanshare.store.server.account import server_account
from fanshare.store.server.locks import sync_directory
from fanshare.store.server.place import MAJOR, Place, beside, find_place
from fanshare.store.server.supervisor import SHARED
from fanshare.upkeep.dumping import dump, restoring

#: The names of the steps, in their order.
STEPS = ("begun", "backed up", "next made", "copied", "compared", "stopped", "moved away", "switched", "migrated")
IN_USE = (
    "Something still uses this database: stop `fanshare serve` and `fanshare work` first (systemctl stop fanshare, or "
    "Ctrl-C where they run). Links and webhooks may go on with `fanshare serve edge`."
)

type Step = Callable[[str], None]
#: Backs up a database that is written by a server of this major version.
type BackUp = Callable[[Database, int], object]


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which version to which, how many steps of the schema were taken, and where the old data directory is."""

    before: int
    after: int
    migrations: int
    former: Path | None

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.before != self.after or self.migrations > 0


def upgrade(home: Path, back_up: BackUp, *, reached: Step = lambda _: None) -> Upgraded:
    """Upgrade the embedded database of a home. Safe to run again after a crash at any point.

    Raises ``FanshareError``: ``database_in_use``, ``database_newer``, or what stopped it; all is then as it was.
    """
    place = find_place(home, server_account(), SHARED)
    cluster.undo_half_switch(place)
    if not place.data.exists():
        raise FanshareError("no_database", f"There is no database in {home} yet: nothing to upgrade.", 404)
    before = cluster.found_version(place)
    if before > MAJOR:
        cluster.check_version(place)
    reached("begun")
    former = None
    if before == MAJOR:
        if not _is_due(home, back_up, reached):
            return Upgraded(before, MAJOR, 0, None)
    else:
        former = _next_major(home, place, before, back_up, reached)
    return Upgraded(before, MAJOR, _migrated(home, reached), former)


def _is_due(home: Path, back_up: BackUp, reached: Step) -> bool:
    """Whether the schema lacks anything; if so it is backed up."""
    server = Server(home)
    server.acquire_alone(IN_USE)
    try:
        database = embedded_database(server)
        missing = lacking(database)
        if missing:
            back_up(database, MAJOR)
            reached("backed up")
        return bool(missing)
    finally:
        server.release()


def lacking(database: Database) -> frozenset[str]:
    """The steps that the schema lacks. Raises ``ConflictError`` (``database_newer``) where it has others."""
    with connect(database.dsn(owner=True), name="fanshare upgrade") as conn:
        done = frozenset(upkeep.migrations(conn))
    known = known_migrations()
    if done - known:
        raise ConflictError(
            "database_newer",
            f"A newer fanshare has changed this database ({min(done - known)}): use that version. Nothing was changed.",
        )
    return known - done


def _next_major(home: Path, place: Place, before: int, back_up: BackUp, reached: Step) -> Path:
    former = place.former_data(before)
    if former.exists():
        raise ConflictError(
            "former_exists", f"{former} is left from an earlier upgrade: remove it once you need it no more."
        )
    _clear_next(home, place)
    old = Server(home, major=before)
    old.acquire_alone(IN_USE)
    try:
        source = embedded_database(old)
        lacking(source)
        back_up(source, before)
        reached("backed up")
        _grow(home, source, reached)
    finally:
        old.release()
    reached("stopped")
    _switch(place, former, reached)
    return former


def _grow(home: Path, source: Database, reached: Step) -> None:
    """The same database in a server of the next version, compared and stopped again."""
    with Server(home, second=True) as server:
        target = embedded_database(server)
        reached("next made")
        _copy(source, target)
        reached("copied")
        _compare(source, target)
        reached("compared")


def _copy(source: Database, target: Database) -> None:
    with connect(source.dsn(owner=True), name="fanshare upgrade") as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = conn.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        with restoring(target.dsn(owner=True)) as into:
            dump(source.dsn(owner=True), str(row[0]), into.write, compress="none")


def _compare(source: Database, target: Database) -> None:
    """Nobody writes meanwhile, so both must say the same."""
    with (
        connect(source.dsn(owner=True), name="fanshare upgrade") as old,
        connect(target.dsn(owner=True), name="fanshare upgrade") as new,
    ):
        for what in (_counts, _logs):
            if what(old) != what(new):
                raise FanshareError("upgrade_differs", f"The copy differs from the original: {what.__doc__}", 500)


def _counts(conn: Connection) -> object:
    """the number of rows of a table."""
    return upkeep.row_counts(conn)


def _logs(conn: Connection) -> object:
    """the root of a log."""
    return upkeep.logs(conn)


def _switch(place: Place, former: Path, reached: Step) -> None:
    """Two renames; between them there is no data directory, which ``cluster.undo_half_switch`` undoes."""
    place.data.rename(former)
    sync_directory(place.root)
    reached("moved away")
    Place(place.next).data.rename(place.data)
    sync_directory(place.root)
    reached("switched")
    shutil.rmtree(place.next, ignore_errors=True)


def _clear_next(home: Path, place: Place) -> None:
    """Remove what an interrupted upgrade left beside the old database, and end what still runs there."""
    if not place.next.exists():
        return
    if Place(beside(place, server_account()).root).data.exists():
        with Server(home, second=True):
            pass  # its last user stops it
    shutil.rmtree(place.next)


def _migrated(home: Path, reached: Step) -> int:
    """Bring the schema up to date with the present server; returns how many steps that took."""
    server = Server(home)
    server.acquire_alone(IN_USE)
    try:
        database = embedded_database(server)
        missing = len(lacking(database))
        bring_up_to_date(database)
    finally:
        server.release()
    reached("migrated")
    return missing
