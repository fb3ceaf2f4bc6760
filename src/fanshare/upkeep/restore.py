"""Restore: a backup becomes an installation again, in an empty home, as a new epoch of every log.

Nothing is touched before the passphrase fits, every byte is authenticated, this program knows the schema, and the
target is empty. While the work is under way a mark lies in the home: no command starts there, and restoring again
begins anew. The new epoch says from which size the log goes on and why, so that an honest restore and a rewritten log
can be told apart by everybody who has an older statement.
"""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fanshare.config.keys import Keys, write_secret_once
from fanshare.config.settings_env import Settings
from fanshare.config.wiring import RESTORING, bring_up_to_date, clock_of, known_migrations
from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.flows import payees, payout_calls, payout_holds, payout_runs
from fanshare.flows.audit import noted
from fanshare.flows.check import Finding, check
from fanshare.flows.context import open_programme
from fanshare.jobs.worker import log_name
from fanshare.store import directory, log_store
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import upkeep
from fanshare.store.server import Database, Server, embedded_database, external_database
from fanshare.store.signing import load_or_create
from fanshare.upkeep.archive import Backup, Manifest
from fanshare.upkeep.sealed_file import BackupError
from fanshare.upkeep.witness import Compared, Witness, compare

#: What the environment said when the backup was taken; it may hold secrets, so only its owner may read it.
SETTINGS_FILE = "restored-settings.json"
#: How far numbers jump, so that none that was given since the backup gets another meaning.
ID_GAP = 1_000_000
_ACTOR = "restore"
_STEPS = 4

type Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore found, and what the world outside may know that these books do not."""

    home: Path
    taken_at: Instant
    restored_at: Instant
    logs: tuple[upkeep.LogAsOf, ...]
    segments: int
    payouts: tuple[upkeep.Underway, ...]
    runs: tuple[upkeep.Unsent, ...]
    shops: tuple[upkeep.ShopAsOf, ...]
    compared: Compared | None
    settings: tuple[str, ...]


def restore(
    backup: Backup, settings: Settings, *, witness: Witness | None = None, progress: Progress | None = None
) -> Restored:
    """Restore into ``settings.home``. Raises ``FanshareError`` before anything is touched, or with the mark left."""
    manifest, home = backup.manifest, settings.home
    _check_known(manifest)
    _check_master(manifest, settings)
    _check_database(manifest, settings)
    _make_room(home)
    show = progress or (lambda *_: None)
    with _marked(home):
        show("restore", 1, _STEPS)
        with _target(settings) as database:
            _fill(backup, home, database)
            show("restore", 2, _STEPS)
            with connect(database.dsn(), name="fanshare restore") as conn:
                compared = None if witness is None else compare(conn, home, witness)
                restored = _reopen(conn, database, settings, manifest)
            show("restore", 3, _STEPS)
        if manifest.settings:
            text = json.dumps(dict(manifest.settings), indent=1) + "\n"
            write_secret_once(home / SETTINGS_FILE, text.encode())
    show("restore", _STEPS, _STEPS)
    return replace(restored, compared=compared)


def verify(backup: Backup, *, progress: Progress | None = None) -> dict[str, list[Finding]]:
    """Really restore into a scratch database, prove every invariant there, and remove it again.

    Returns the findings by programme. Raises ``FanshareError`` when the backup does not even become a database.
    """
    _check_known(backup.manifest)
    scratch = Path(tempfile.mkdtemp(prefix="fsv-"))
    try:
        scratch.chmod(0o711)  # the database runs as a user of its own
        home = scratch / "h"
        home.mkdir()
        server = Server(home)
        try:
            with server:
                database = embedded_database(server)
                _fill(backup, home, database)
                with connect(database.dsn(), name="fanshare verify") as conn:
                    return _proved(conn, home, backup.manifest, progress)
        finally:
            shutil.rmtree(server.place.root, ignore_errors=True)  # may lie elsewhere, behind a link
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _fill(backup: Backup, home: Path, database: Database) -> None:
    """Files and rows; then the schema of this program, and the proof that the logs are those of the backup."""
    backup.unpack(home, database.dsn(owner=True))
    with connect(database.dsn(owner=True), name="fanshare restore") as conn:
        found = tuple(upkeep.logs(conn))
    if found != backup.manifest.logs:
        raise BackupError("backup_differs", "The restored logs are not those that the backup names: use another one.")
    bring_up_to_date(database)


def _reopen(conn: Connection, database: Database, settings: Settings, manifest: Manifest) -> Restored:
    """Open the next epoch of every log and sign it; let all numbers jump; gather what may have happened outside."""
    now = clock_of(settings, conn)()
    underway, shops = tuple(upkeep.payouts_underway(conn)), tuple(upkeep.shops(conn))
    cause = f"restored from the backup of {format_rfc3339(manifest.taken_at)}"
    unsent = _frozen(conn, cause, now)
    with connect(database.dsn(owner=True), name="fanshare restore") as owner:
        upkeep.spread_ids(owner, ID_GAP)
    host = directory.fact(conn, "log_host") or settings.host_name
    for tenant in directory.programmes(conn):
        access = Access(conn, tenant.id, _ACTOR)
        signer = load_or_create(settings.home / "keys", log_name(host, tenant))
        log_store.open_epoch(access, cause, now)
        log_store.write_checkpoint(access, signer.sign_checkpoint, now)
        payees.give_up_fresh(access, manifest.taken_at, now)
        payout_calls.after_restore(access)
        payout_holds.hold(access, manifest.taken_at, now)
    directory.set_fact(conn, "restored", format_rfc3339(manifest.taken_at), now)
    return Restored(
        settings.home, manifest.taken_at, now, manifest.logs, manifest.segments, underway, unsent, shops, None,
        tuple(manifest.settings),
    )  # fmt: skip


def _frozen(conn: Connection, cause: str, now: Instant) -> tuple[upkeep.Unsent, ...]:
    """Freeze what may have been sent since the backup: sent again, its people would be paid twice."""
    found = tuple(upkeep.runs_unsent(conn))
    for one in found:
        if not one.frozen:
            access = Access(conn, one.programme_id, _ACTOR)
            payout_runs.freeze(access, one.run, _ACTOR, now, cause)
            noted(access, "payout.freeze", now, f"run {one.run}")
    return found


def _proved(conn: Connection, home: Path, manifest: Manifest, progress: Progress | None) -> dict[str, list[Finding]]:
    keys = Keys.load_or_create(home, {})
    host = directory.fact(conn, "log_host") or ""
    found: dict[str, list[Finding]] = {}
    for tenant in directory.programmes(conn):
        access = Access(conn, tenant.id, _ACTOR)
        try:
            programme = open_programme(access, tenant.public_id, keys)
        except FanshareError as error:
            if error.code != "no_terms":
                raise
            found[tenant.slug] = []
            continue
        known = replace(programme, log_keys=load_or_create(home / "keys", log_name(host, tenant)).keys)
        found[tenant.slug] = check(known, manifest.taken_at, progress=progress)
    return found


@contextmanager
def _target(settings: Settings) -> Iterator[Database]:
    if settings.external_database:
        yield external_database(settings.environ["DATABASE_URL"], settings.environ.get("DATABASE_OWNER_URL"))
        return
    with Server(settings.home) as server:
        yield embedded_database(server)


def _check_known(manifest: Manifest) -> None:
    unknown = manifest.migrations - known_migrations()
    if unknown:
        raise BackupError(
            "backup_version",
            f"This backup was made by fanshare {manifest.fanshare}, whose database this one does not know "
            f"({min(unknown)}): restore it with that version or a newer one. Nothing was changed.",
        )


def _check_master(manifest: Manifest, settings: Settings) -> None:
    """A master key in the environment would win over the one of the backup, and open nothing."""
    named = {name: settings.environ[name] for name in ("FANSHARE_MASTER_KEY", "FANSHARE_MASTER_KEY_FILE")
             if settings.environ.get(name)}  # fmt: skip
    if named and Keys.present(settings.home, named).exported() != manifest.master:
        raise ConflictError(
            "other_master_key",
            f"{' and '.join(named)} is not the master key of this backup: unset it to use the backup's own.",
        )


def _check_database(manifest: Manifest, settings: Settings) -> None:
    """A database of somebody else's must be empty, and have the role that the backup's rights are for."""
    if not settings.external_database:
        return
    with _target(settings) as database:
        if database.app_role != manifest.app_role:
            raise ConflictError(
                "other_role",
                f"The backup gives its rights to the role {manifest.app_role!r}: restore with a DATABASE_URL of that "
                "role.",
            )
        with connect(database.dsn(owner=True), name="fanshare restore") as conn:
            if upkeep.row_counts(conn):
                raise ConflictError("not_empty", "The database of DATABASE_URL is not empty. Nothing was changed.")


def _make_room(home: Path) -> None:
    """An empty home; what an interrupted restore left there is removed."""
    if (home / RESTORING).exists():
        _remove_unfinished(home)
    if home.is_dir() and any(path for path in home.iterdir() if path.name != "lost+found"):
        raise ConflictError(
            "not_empty", f"{home} is not empty: restore --into another place, or move it away. Nothing was changed."
        )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)


def _remove_unfinished(home: Path) -> None:
    link = home / "pg"
    if link.exists():
        server = Server(home)
        with contextlib.suppress(FanshareError), server:
            pass  # whatever still runs there is stopped by its last user
        shutil.rmtree(server.place.root)
        if link.is_symlink():
            link.unlink()
    for path in home.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != RESTORING:
            path.unlink()
    (home / RESTORING).unlink()


@contextmanager
def _marked(home: Path) -> Iterator[None]:
    mark = home / RESTORING
    mark.write_text("A restore is under way here. If it was interrupted, run it again.\n", "utf-8")
    _sync(home)
    yield
    mark.unlink()
    _sync(home)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
