"""Doctor: what is wrong or waiting, one plain sentence each, and what to do about it. Changes nothing."""

import pkgutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from psycopg import errors

from fanshare import store
from fanshare.config.keys import Keys
from fanshare.core.errors import FanshareError
from fanshare.core.instants import HOUR, MINUTE, SECOND, Instant, format_rfc3339
from fanshare.core.marks import say, say_n
from fanshare.flows.disk import forecast_remark, room_remark
from fanshare.flows.doctor_programme import programme_remarks
from fanshare.flows.remarks import Remark, amount_of_time
from fanshare.flows.retention import retention_remarks
from fanshare.store import directory
from fanshare.store.access import Access, Connection
from fanshare.store.queries import doctor
from fanshare.store.server import verify_settings

__all__ = ["MemoryFacts", "Remark", "SpoolFacts", "examine"]

_BACKLOG = 64 << 20
_MEMORY_LOW = 100 << 20
_CLOCK_OFF, _CLOCK_FAR_OFF = 2 * SECOND, MINUTE
_PUBLISHED_WITHIN = MINUTE


@dataclass(frozen=True, slots=True)
class SpoolFacts:
    """What lies in a home beside the database, as whoever may open it found it.

    ``backlog`` is the bytes waiting per stream, ``oldest_age`` the microseconds since the oldest waiting segment was
    last written to, ``quarantined`` how many damaged pieces were put aside. ``generation`` is the instant at which
    the edge's snapshot was made, ``None`` where there is none that can be used.
    """

    backlog: dict[str, int] = field(default_factory=dict)
    oldest_age: int = 0
    quarantined: int = 0
    generation: Instant | None = None
    links: int = 0


@dataclass(frozen=True, slots=True)
class MemoryFacts:
    """What the running processes of an installation hold, in bytes, shared pages counted once (the sum of their PSS).

    ``available`` is what the machine could still give without swapping.
    """

    processes: int
    held: int
    available: int


def examine(
    conn: Connection,
    home: Path,
    keys: Keys,
    now: Instant,
    *,
    spool: SpoolFacts | None = None,
    memory: MemoryFacts | None = None,
) -> list[Remark]:
    """Everything there is to say about an installation, the worst first within its order.

    ``spool`` and ``memory`` are left out where nobody could look (another machine's home, another system). ``keys``
    proves that the master key fits this database.
    """
    found = [*_database(conn), *_clock(conn), *_mark(conn), room_remark(home), *_key_files(home)]
    if any(remark.code == "schema_missing" for remark in found):
        return found
    found += [
        *_memory(memory),
        forecast_remark(conn, home, now),
        *retention_remarks(conn, now),
        *_master_key(conn, keys),
    ]
    if spool is not None:
        found += [*_spool(spool), *_snapshot(conn, spool, now)]
    for tenant in directory.programmes(conn):
        found += programme_remarks(Access(conn, tenant.id, "doctor"), tenant.name, now)
    return found


def _database(conn: Connection) -> Iterator[Remark]:
    try:
        verify_settings(conn)
    except FanshareError as error:
        yield Remark("bad", "database_unsafe", say(error.template, **error.values))
    else:
        yield Remark("ok", "database", say("The database keeps what it has acknowledged, also through a crash."))
    missing = _missing_migrations(conn)
    if missing:
        said = say_n(
            "The database lacks %(num)s change of its tables: start any fanshare command as their owner.",
            "The database lacks %(num)s changes of its tables: start any fanshare command as their owner.",
            len(missing),
        )
        yield Remark("bad", "schema_missing", said)


def _missing_migrations(conn: Connection) -> set[str]:
    names = (module.name for module in pkgutil.iter_modules([f"{store.__path__[0]}/migrations"]))
    wanted = {name for name in names if name[0].isdigit()}
    try:
        with conn.transaction():
            done = conn.execute("SELECT name FROM django_migrations WHERE app = 'store'").fetchall()
    except errors.UndefinedTable:
        return wanted
    except errors.InsufficientPrivilege:
        return set()  # somebody else migrates here; what is missing shows at the first statement
    return wanted - {row[0] for row in done}


def _clock(conn: Connection) -> Iterator[Remark]:
    """The two clocks that every instant comes from: this machine's and the database's."""
    before = time.time_ns() // 1_000
    row = conn.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").fetchone()
    after = time.time_ns() // 1_000
    assert row is not None
    off = max(before - int(row[0]), int(row[0]) - after, 0)
    if off > _CLOCK_OFF:
        level: Literal["bad", "warn"] = "bad" if off > _CLOCK_FAR_OFF else "warn"
        said = say(
            "The clocks of this machine and of the database differ by %(time)s: let both follow NTP.",
            time=amount_of_time(off),
        )
        yield Remark(level, "clocks_differ", said)
    else:
        yield Remark("ok", "clocks", say("The clocks of this machine and of the database agree."))


def _mark(conn: Connection) -> Iterator[Remark]:
    try:
        with conn.transaction():
            is_demo = directory.fact(conn, "demo") is not None
    except errors.UndefinedTable:
        return
    if is_demo:
        said = say("This is a demonstration: its time can be moved, and nothing in it is real money.")
        yield Remark("ok", "demo", said)


def _memory(memory: MemoryFacts | None) -> Iterator[Remark]:
    if memory is None:
        return
    held = say_n(
        "What runs of this installation (%(num)s process) holds %(held)s MB of memory",
        "What runs of this installation (%(num)s processes) holds %(held)s MB of memory",
        memory.processes,
        held=memory.held >> 20,
    )
    left = memory.available >> 20
    if memory.available < _MEMORY_LOW:
        said = say(
            "%(held)s, and this machine has only %(left)s MB left: look what else takes it.", held=held, left=left
        )
        yield Remark("warn", "memory_low", said)
    elif memory.processes:
        yield Remark("ok", "memory", say("%(held)s; %(left)s MB are free.", held=held, left=left))


def _key_files(home: Path) -> Iterator[Remark]:
    folder = home / "keys"
    open_ones = [
        path.name
        for path in (sorted(folder.iterdir()) if folder.is_dir() else ())
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    if open_ones:
        said = say(
            "Other users of this machine can read %(files)s in %(folder)s: chmod 600 each of them.",
            files=", ".join(open_ones[:5]),
            folder=folder,
        )
        yield Remark("bad", "keys_open", said)
    else:
        yield Remark("ok", "keys", say("Only their owner can read the keys."))


def _master_key(conn: Connection, keys: Keys) -> Iterator[Remark]:
    row = conn.execute("SELECT day, wrapped FROM day_key ORDER BY day DESC LIMIT 1").fetchone()
    if row is None:
        return
    try:
        keys.unseal("delivery", bytes(row[1]), str(row[0]).encode())
    except FanshareError:
        said = say("The master key does not open what this database holds: put back the key that belongs to it.")
        yield Remark("bad", "wrong_master_key", said)


def _spool(spool: SpoolFacts) -> Iterator[Remark]:
    waiting, age = sum(spool.backlog.values()), spool.oldest_age
    if waiting > _BACKLOG or age > HOUR:
        said = say(
            "%(mb)s MB wait in the spool, the oldest for %(time)s: is `fanshare work` on?",
            mb=waiting >> 20,
            time=amount_of_time(age),
        )
        yield Remark("bad" if age > 6 * HOUR else "warn", "spool_backlog", said)
    else:
        yield Remark("ok", "spool", say("The spool is being drained."))
    if spool.quarantined:
        said = say_n(
            "%(num)s damaged piece lies in spool/quarantine: check the disk; it is kept, not guessed.",
            "%(num)s damaged pieces lie in spool/quarantine: check the disk; they are kept, not guessed.",
            spool.quarantined,
        )
        yield Remark("warn", "spool_damaged", said)


def _snapshot(conn: Connection, spool: SpoolFacts, now: Instant) -> Iterator[Remark]:
    if spool.generation is None:
        said = say(
            "The edge has no snapshot of links and shops that it can use: start `fanshare work`, which writes one."
        )
        yield Remark("bad", "no_snapshot", said)
        return
    programmes = directory.programmes(conn)
    changes = [doctor.newest_link_change(Access(conn, one.id, "doctor"), now) for one in programmes]
    newest = max((at for at in changes if at is not None), default=0)
    if newest > spool.generation and now - newest > _PUBLISHED_WITHIN:
        made, age = format_rfc3339(spool.generation), amount_of_time(now - newest)
        said = say(
            "The edge's snapshot is of %(made)s, and a link changed %(time)s ago: is `fanshare work` running here?",
            made=made,
            time=age,
        )
        yield Remark("bad", "snapshot_stale", said)
    else:
        made = format_rfc3339(min(now, spool.generation))
        said = say_n(
            "The edge knows %(num)s link, as of %(made)s.",
            "The edge knows %(num)s links, as of %(made)s.",
            spool.links,
            made=made,
        )
        yield Remark("ok", "snapshot", said)
