"""Reading a backup: what it says of itself, whether all of it is whole, and putting its parts where they belong."""

import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, parse_rfc3339
from fanshare.store.queries.upkeep import LogAsOf
from fanshare.store.server.locks import sync_directory
from fanshare.store.server.place import MAJOR
from fanshare.upkeep.backup import DUMP, FILES, MANIFEST, MASTER, SETTINGS
from fanshare.upkeep.dumping import restoring
from fanshare.upkeep.sealed_file import BackupError, read_header, unlock

_LARGEST_NOTE = 8 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``master`` is the master key as its file holds it."""

    fanshare: str
    postgresql: int
    taken_at: Instant
    logs: tuple[LogAsOf, ...]
    migrations: frozenset[str]
    app_role: str
    segments: int
    settings: Mapping[str, str]
    master: bytes


class Backup:
    """An open backup whose passphrase fits. ``manifest`` is known once all of it was authenticated."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        self._file = file
        self._header = read_header(file)
        self._start = file.tell()
        _check_major(self._header)
        self._unlocked = unlock(file, self._header, passphrase)
        self.manifest = self._read_through()

    def unpack(self, home: Path, database: str) -> None:
        """Write the files below ``home`` (durably) and the dump into the empty database of this connection string."""
        with ExitStack() as stack:
            archive = stack.enter_context(self._archive())
            restore: IO[bytes] | None = None
            for entry, content in _entries(archive):
                if entry.startswith(DUMP):
                    restore = restore or stack.enter_context(restoring(database))
                    restore.write(content.read())
                elif entry.startswith(FILES):
                    _place(home, entry.removeprefix(FILES), content.read())

    def plain(self) -> bytes:
        """The whole archive in clear, for looking into it."""
        self._file.seek(self._start)
        return self._unlocked.from_here().read()

    def _read_through(self) -> Manifest:
        """Authenticate every chunk, and keep what matters from the small entries."""
        notes: dict[str, bytes] = {}
        with self._archive() as archive:
            for entry, content in _entries(archive):
                if entry in (MANIFEST, SETTINGS, FILES + MASTER):
                    notes[entry] = content.read(_LARGEST_NOTE)
        self._reader.drain()
        try:
            return _manifest(notes)
        except (ValueError, KeyError, TypeError):
            raise BackupError("not_a_backup", "The backup does not say what it holds.") from None

    @contextmanager
    def _archive(self) -> Iterator[tarfile.TarFile]:
        self._file.seek(self._start)
        self._reader = self._unlocked.from_here()
        try:
            with tarfile.open(fileobj=cast(Any, self._reader), mode="r|") as archive:
                yield archive
        except tarfile.TarError as error:
            raise BackupError("backup_damaged", f"The backup can't be read: {error}.") from None


@contextmanager
def open_backup(path: Path, passphrase: str) -> Iterator[Backup]:
    """A backup, read through once and found whole. Raises ``BackupError`` or ``BadInputError`` (``no_file``)."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadInputError("no_file", f"{path} can't be read: {error.strerror}.") from None
    with file:
        yield Backup(file, passphrase)


def taken_at(path: Path) -> str:
    """When a backup says that it was taken; readable without the passphrase, and not authenticated."""
    with path.open("rb") as file:
        return str(read_header(file).get("taken_at", ""))


def _check_major(header: Mapping[str, Any]) -> None:
    major = header.get("postgresql")
    if type(major) is not int or major > MAJOR:
        raise BackupError(
            "backup_version",
            f"This backup was made by fanshare {header.get('fanshare')} with PostgreSQL {major}, and this fanshare "
            f"brings PostgreSQL {MAJOR}: restore it with the newer one. Nothing was changed.",
        )


def _manifest(notes: Mapping[str, bytes]) -> Manifest:
    found = json.loads(notes[MANIFEST])
    return Manifest(
        fanshare=str(found["fanshare"]),
        postgresql=int(found["postgresql"]),
        taken_at=parse_rfc3339(found["taken_at"]),
        logs=tuple(LogAsOf(**log) for log in found["logs"]),
        migrations=frozenset(found["migrations"]),
        app_role=str(found["app_role"]),
        segments=int(found["segments"]),
        settings=json.loads(notes[SETTINGS]),
        master=notes[FILES + MASTER],
    )


def _entries(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for entry in archive:
        path = PurePosixPath(entry.name)
        content = archive.extractfile(entry) if entry.isreg() else None
        if content is None or path.is_absolute() or ".." in path.parts:
            raise BackupError("not_a_backup", f"The backup holds {entry.name[:80]!r}, which no backup of ours does.")
        yield entry.name, content


def _place(home: Path, name: str, content: bytes) -> None:
    path = home / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_directory(path.parent)
