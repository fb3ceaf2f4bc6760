"""Backup: one encrypted file with the database, the spool, the keys and the settings, taken while everything runs.

The order is what makes it whole. First the spool's segments are opened and their lengths noted, then one snapshot of
the database is taken. What was acknowledged before is then either still in those segments or already in that
snapshot; what is in both is told apart by the positions that the database commits with the rows, so nothing is lost
and nothing counts twice. The keys are read last: a key of the log that is newer than the books does no harm, an older
one would.
"""

import fcntl
import io
import json
import os
import re
import secrets
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.store.access import Connection, connect
from fanshare.store.directory import keep_partitions
from fanshare.store.queries import upkeep
from fanshare.store.server import Database
from fanshare.store.server.locks import sync_directory
from fanshare.upkeep.dumping import dump
from fanshare.upkeep.sealed_file import SealedWriter

type Progress = Callable[[str, int, int], None]

SUFFIX = ".fsbackup"
MANIFEST, SETTINGS, FILES, DUMP = "manifest.json", "settings.json", "home/", "database/"
MASTER = "keys/master"
KEY_CHANGE_LOCK = Path("keys") / "change.lock"
#: Where ``upgrade`` puts its backups.
BACKUPS = "backups"
#: What is made anew, belongs to the moment, or is taken otherwise. The salts of visitors must not outlive two days.
_LEFT_OUT = ("pg", "snapshot", "spool", BACKUPS, "keys/visitor")
_LEFT_OUT_NAMES = re.compile(r"serve.*\.json|.*\.lock|\..*|.*" + re.escape(SUFFIX))
_DATED = re.compile(r"fanshare-[0-9]{8}-[0-9]{6}" + re.escape(SUFFIX))
_PART = 4 << 20


class Source(NamedTuple):
    """An installation to be backed up. Nothing of it is changed, not even an old schema."""

    home: Path
    database: Database
    keys: Keys
    environ: Mapping[str, str]
    major: int


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup."""

    path: Path
    size: int
    taken_at: Instant
    logs: tuple[upkeep.LogAsOf, ...]
    segments: int


def backup(source: Source, path: Path, passphrase: str, now: Instant, *, progress: Progress | None = None) -> Made:
    """Write a backup to ``path``: under another name first, flushed to the disk, then named in one step.

    Raises ``ConflictError`` (``backup_exists``) rather than writing over anything.
    """
    _refuse_existing(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    descriptor = _create(draft)
    try:
        with os.fdopen(descriptor, "wb") as file:
            made = _write(source, file, path, passphrase, now, progress)
            file.flush()
            os.fsync(file.fileno())
        _name(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return made


def dated(directory: Path, at: Instant) -> Path:
    """The name of a backup in a directory of dated ones."""
    stamp = format_rfc3339(at)[:19].replace("-", "").replace(":", "").replace("T", "-")
    return directory / f"fanshare-{stamp}{SUFFIX}"


def prune(directory: Path, keep: int) -> list[Path]:
    """Remove the oldest dated backups until ``keep`` are left; returns those that are gone."""
    found = sorted(path for path in directory.iterdir() if _DATED.fullmatch(path.name))
    surplus = found[: max(0, len(found) - keep)]
    for path in surplus:
        path.unlink()
    return surplus


@contextmanager
def keys_unchanged(home: Path, *, by_me: bool = False) -> Iterator[None]:
    """While this lasts the master key is not changed by anybody; with ``by_me`` not by anybody else.

    Raises ``FanshareError`` (``keys_busy``).
    """
    path = home / KEY_CHANGE_LOCK
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if by_me else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise FanshareError(
            "keys_busy", "A backup or a change of the master key is under way: wait until it is done.", 409
        ) from None
    finally:
        os.close(descriptor)


def _write(
    source: Source, file: IO[bytes], path: Path, passphrase: str, now: Instant, progress: Progress | None
) -> Made:
    header = {"fanshare": version("fanshare"), "postgresql": source.major, "taken_at": format_rfc3339(now)}
    sealed = SealedWriter(file, header, passphrase)
    with ExitStack() as stack:
        stack.enter_context(keys_unchanged(source.home))
        segments = _open_segments(source.home / "spool", stack)
        conn, snapshot = stack.enter_context(_snapshot(source.database))
        logs = upkeep.logs(conn)
        archive = stack.enter_context(tarfile.open(fileobj=cast(Any, sealed), mode="w|", format=tarfile.PAX_FORMAT))
        manifest = {
            **header,
            "logs": [log._asdict() for log in logs],
            "migrations": upkeep.migrations(conn),
            "app_role": source.database.app_role,
            "segments": len(segments),
        }
        _add(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
        _add(archive, SETTINGS, json.dumps(_settings(source.environ), indent=1).encode())
        for segment in segments:
            _add(archive, f"{FILES}spool/{segment.name}", segment.content())
        show = _Shown(progress, upkeep.database_bytes(conn))
        _dump(source, snapshot, archive, show)
        _add_files(source, archive)
    sealed.close()
    return Made(path, sealed.written, now, tuple(logs), len(segments))


class _Segment(NamedTuple):
    """A segment as long as it was when it was opened."""

    name: str
    descriptor: int
    size: int

    def content(self) -> bytes:
        # A failed write may have cut a torn end off since; zeros then stand for what was never acknowledged.
        return os.pread(self.descriptor, self.size, 0).ljust(self.size, b"\0")


def _open_segments(spool: Path, stack: ExitStack) -> list[_Segment]:
    """Every segment, open: one that the drain deletes meanwhile can still be read."""
    found = []
    for path in sorted(spool.glob("*/*")):
        if path.is_symlink() or not path.is_file() or path.suffix not in (".seg", ".bad"):
            continue
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # drained, and so in the database before its snapshot is taken
        stack.callback(os.close, descriptor)
        found.append(_Segment(str(path.relative_to(spool)), descriptor, os.fstat(descriptor).st_size))
    return found


@contextmanager
def _snapshot(database: Database) -> Iterator[tuple[Connection, str]]:
    """A connection that sees one moment, and the name under which ``pg_dump`` sees the same."""
    with connect(database.dsn(owner=True), name="fanshare backup") as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # Before the snapshot, so that no day that it shows is dropped before pg_dump comes to it.
        keep_partitions(conn)
        row = conn.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        yield conn, str(row[0])


def _dump(source: Source, snapshot: str, archive: tarfile.TarFile, show: "_Shown") -> None:
    """The dump in parts, because an archive wants to know sizes in advance."""
    pending = bytearray()
    count = 0

    def take(data: bytes, *, last: bool = False) -> None:
        nonlocal count
        pending.extend(data)
        show.add(len(data))
        while len(pending) >= _PART or (last and pending):
            _add(archive, f"{DUMP}{count:08d}", bytes(pending[:_PART]))
            del pending[:_PART]
            count += 1

    dump(source.database.dsn(owner=True), snapshot, take)
    take(b"", last=True)
    show.finish()


def _add_files(source: Source, archive: tarfile.TarFile) -> None:
    """Whatever else the home keeps, and the master key, wherever it comes from."""
    for path in _files(source.home):
        name = str(path.relative_to(source.home))
        if name != MASTER:
            _add(archive, FILES + name, path.read_bytes())
    _add(archive, FILES + MASTER, source.keys.exported())


def _files(home: Path) -> Iterator[Path]:
    for directory, names, files in os.walk(home):
        at = Path(directory)
        names[:] = sorted(name for name in names if str((at / name).relative_to(home)) not in _LEFT_OUT)
        for name in sorted(files):
            path = at / name
            if not _LEFT_OUT_NAMES.fullmatch(name) and path.is_file() and not path.is_symlink():
                yield path


def _settings(environ: Mapping[str, str]) -> dict[str, str]:
    """What the environment says about fanshare; whoever restores looks it up here."""
    never = ("FANSHARE_BACKUP_PASSPHRASE", "FANSHARE_MASTER_KEY", "FANSHARE_CLOCK")
    return {name: environ[name] for name in sorted(environ) if name.startswith("FANSHARE_") and name not in never}


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))


class _Shown:
    """Progress of the dump. The database is larger than its dump, so the bar may jump at the end, never wait."""

    def __init__(self, progress: Progress | None, expected: int) -> None:
        self._progress, self._expected, self._done = progress, max(1, expected), 0

    def add(self, size: int) -> None:
        self._done += size
        if self._progress is not None:
            self._progress("database", min(self._done, self._expected), self._expected)

    def finish(self) -> None:
        self.add(self._expected)


def _refuse_existing(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise ConflictError("backup_exists", f"{path} exists; a backup is never written over. Choose another name.")


def _create(draft: Path) -> int:
    try:
        return os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BadInputError("no_file", f"{draft.parent} can't be written to: {error.strerror}.") from None


def _name(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        _refuse_existing(path)
    except OSError:  # a file system without second names
        _refuse_existing(path)
        draft.rename(path)
    sync_directory(path.parent)


def document(made: Made) -> dict[str, Any]:
    """A finished backup, for machines."""
    return {
        "file": str(made.path),
        "bytes": made.size,
        "taken_at": format_rfc3339(made.taken_at),
        "segments": made.segments,
        "logs": [log._asdict() for log in made.logs],
    }
