"""The data directory: made whole or not at all, its settings, who may connect, its two roles."""

import re
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from fanshare.core.errors import FanshareError
from fanshare.store.server.account import CLEAN_ENVIRONMENT, Account
from fanshare.store.server.locks import sync_directory
from fanshare.store.server.place import MAJOR, PORT, Place

ADMIN = "fanshare_admin"
OWNER = "fanshare_owner"
APP = "fanshare_app"
DATABASE = "fanshare"

#: Written into ``postgresql.conf`` once: a small machine's sizes, which an operator may edit there.
SIZES = {
    "max_connections": "60",
    "shared_buffers": "64MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",  # bounds the time a crash recovery takes
    "max_wal_senders": "4",
    "max_logical_replication_workers": "0",
    "max_locks_per_transaction": "128",  # a query over many partitions locks each of them
    "max_parallel_workers_per_gather": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

#: Sizes that exist only since a major version.
_SINCE = {18: {"io_method": "sync"}}
#: Since when the locale C.UTF-8 comes with the server and not from the operating system.
_BUILTIN_LOCALES = 17


def settings(place: Place) -> dict[str, str]:
    """Given on the command line, where neither ``postgresql.conf`` nor ``ALTER SYSTEM`` can undo them."""
    directory = str(place.run).replace('"', '""')
    return {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": f'"{directory}"',
        "unix_socket_permissions": "0700",
        "hba_file": str(place.hba),
        "ident_file": str(place.ident),
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "wal_level": "replica",
        # Not POSIX: containers give 64 MB of that, and systemd takes it away when a user logs out (RemoveIPC).
        "dynamic_shared_memory_type": "mmap",
        "autovacuum": "on",
        "cluster_name": "fanshare",
        "logging_collector": "on",
        "log_directory": str(place.log),
        "log_filename": "postgresql-%a.log",  # a week of logs, each day written over after seven
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_checkpoints": "off",
        # Statements and row values may hold personal data, which belongs into the vault and not into a log.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
    }


def initialise(place: Place, programs: Path, account: Account, alive: int, major: int = MAJOR) -> None:
    """Make the data directory beside its place, flushed to disk, then move it there in one step.

    ``alive`` is the descriptor of the held ``alive`` lock: initdb inherits it, so that nobody takes an initdb whose
    starter died for gone.
    """
    shutil.rmtree(place.fresh_data, ignore_errors=True)
    place.fresh_data.mkdir(mode=0o700)
    account.own(place.fresh_data)
    command = [str(programs / "initdb"), "-D", str(place.fresh_data), "-U", ADMIN, "--auth=reject", "--data-checksums"]
    command += ["--encoding=UTF8", "--locale=C"]
    if major >= _BUILTIN_LOCALES:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    for name, value in sizes(major).items():
        command += ["-c", f"{name}={value}"]
    done = subprocess.run(  # noqa: S603
        command, cwd=place.root, env=CLEAN_ENVIRONMENT, check=False, capture_output=True, text=True,
        pass_fds=(alive,), **account.identity,
    )  # fmt: skip
    if done.returncode:
        reason = " ".join(done.stderr.split())
        raise FanshareError("database_init", f"PostgreSQL could not make its data directory: {reason}", 500)
    place.fresh_data.rename(place.data)
    sync_directory(place.root)


def sizes(major: int) -> dict[str, str]:
    """What a new data directory of a major version gets into its ``postgresql.conf``."""
    return SIZES | {name: value for since, more in _SINCE.items() if major >= since for name, value in more.items()}


def refuse_lost_data(place: Place) -> None:
    """Refuse to make an empty database where there was one. Raises ``FanshareError`` (``database_missing``)."""
    former = sorted(place.root.glob("data.[0-9]*"))
    if former and not place.data.exists():
        raise FanshareError(
            "database_missing",
            f"{place.data} is gone, and {former[-1].name} beside it is older: restore a backup, or bring it back.",
            500,
        )


def undo_half_switch(place: Place) -> bool:
    """Put the data directory back that an interrupted upgrade had moved away; whether there was one.

    The switch to a new major version is two renames. Between them there is no ``data``, and starting would make an
    empty database. The new one then still waits in ``next``; without it, ``data`` was lost in another way, and years
    of books must not silently give way to old ones.
    """
    if place.data.exists() or not (place.next / "data").exists():
        return False
    former = sorted(place.root.glob("data.[0-9]*"), key=lambda path: int(path.suffix[1:]))
    if not former:
        return False
    former[-1].rename(place.data)
    sync_directory(place.root)
    return True


def found_version(place: Place) -> int:
    """The major version that wrote the data directory. Raises ``FanshareError`` (``database_damaged``)."""
    try:
        return int((place.data / "PG_VERSION").read_text().strip())
    except (FileNotFoundError, ValueError):
        raise FanshareError(
            "database_damaged", f"{place.data} holds no PostgreSQL database: restore it from a backup.", 500
        ) from None


def check_version(place: Place, major: int = MAJOR) -> None:
    """Refuse the data directory of another major version: its files mean something else."""
    found = found_version(place)
    if found > major:
        raise FanshareError(
            "database_newer",
            f"The database in {place.data} was written by PostgreSQL {found} and this fanshare brings PostgreSQL "
            f"{major}: use the newer fanshare that wrote it. Nothing was changed.",
            500,
        )
    if found != major:
        raise FanshareError(
            "database_version",
            f"The database in {place.data} was written by PostgreSQL {found} and this fanshare brings PostgreSQL "
            f"{major}: run `fanshare upgrade` to convert it. Nothing was changed.",
            500,
        )


def write_access(place: Place, account: Account, caller: str) -> None:
    """Who may connect: the caller and the server's own user, told apart by the kernel (peer), and nobody else."""
    roles = ",".join((ADMIN, OWNER, APP))
    replace(place.hba, f"local all {roles} peer map=fanshare\nlocal replication {ADMIN} peer map=fanshare\n")
    names = sorted({"root", caller, account.name})
    replace(place.ident, "".join(f"fanshare {_quoted(name)} all\n" for name in names))


def prepare(admin_dsn: str) -> None:
    """Make the two roles and the database unless they are there; each step stands alone and may be repeated."""
    try:
        _prepare(admin_dsn)
    except psycopg.Error as error:
        raise FanshareError("database_start", f"PostgreSQL runs, but refuses its supervisor: {error}", 500) from error


def _prepare(admin_dsn: str) -> None:
    with psycopg.connect(admin_dsn, autocommit=True) as conn:
        roles = {name for (name,) in conn.execute("SELECT rolname FROM pg_roles")}
        if OWNER not in roles:
            conn.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(OWNER)))
        if APP not in roles:
            conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APP)))
        query = "SELECT datacl IS NOT NULL FROM pg_database WHERE datname = %s"
        found = conn.execute(query, (DATABASE,)).fetchone()
        names = {"db": sql.Identifier(DATABASE), "owner": sql.Identifier(OWNER), "app": sql.Identifier(APP)}
        if found is None:
            conn.execute(sql.SQL("CREATE DATABASE {db} OWNER {owner}").format(**names))
        if found is None or not found[0]:
            with conn.transaction():
                conn.execute(sql.SQL("REVOKE ALL ON DATABASE {db} FROM PUBLIC").format(**names))
                conn.execute(sql.SQL("GRANT CONNECT ON DATABASE {db} TO {app}").format(**names))


def replace(path: Path, text: str) -> None:
    """Write a file readable by the server in one step; no reader sees a half."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.write_text(text)
    fresh.chmod(0o644)
    fresh.rename(path)


def _quoted(name: str) -> str:
    """An operating-system name for pg_ident.conf; a leading slash would make it a pattern."""
    if not re.fullmatch(r"[^/\"\s][^\"\n]*", name):
        raise FanshareError("database_user", f"The user name {name!r} can't be used with PostgreSQL.", 500)
    return f'"{name}"'
