"""Changing the master key: everything sealed under it is sealed anew, and the old key opens nothing any more.

It is done while nothing else runs. The new key lies beside the old one until the last value is sealed under it; every
value tells by itself under which of the two it is (authenticated encryption), so an interrupted change is simply run
again, and until it is finished no other command starts. What lives on outside (click ids), or stands in the log (the
salts of its commitments), keeps its own derived key, sealed under the new master key.
"""

import fcntl
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fanshare.config.keys import (
    FILE_VARIABLE,
    KEY_BYTES,
    SPOOL_HOOKS,
    UNFINISHED,
    VARIABLE,
    Keys,
    read_key,
    write_secret_once,
)
from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.instants import Instant
from fanshare.flows.context import Programme, open_programme
from fanshare.jobs import drain
from fanshare.jobs.publish import BASE, OVERLAY, Publisher
from fanshare.spool.reader import SpoolReader
from fanshare.spool.records import CLICKS, HOOKS
from fanshare.store import directory, idempotency
from fanshare.store.access import Access, Connection
from fanshare.store.queries import sealed
from fanshare.store.queries.sealed import SEALED, Sealed, Value
from fanshare.store.server.locks import sync_directory
from fanshare.upkeep.backup import keys_unchanged

#: What is looked up by a keyed hash of its content, which must stay the same.
FINGERPRINTED = ("sign in", "outbox", "mail choice", "endpoint secret", idempotency.PURPOSE)
_ACTOR = "key"

type Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Changed:
    """How many values were sealed anew by this run; ``resumed`` when an interrupted one was finished."""

    values: int
    resumed: bool


def change(
    conn: Connection, home: Path, environ: Mapping[str, str], now: Instant, *, reached: Step = lambda _: None
) -> Changed:
    """Change the master key of a home whose database nobody else uses. Raises ``FanshareError``.

    ``key_elsewhere`` where the key is given by the environment, ``edge_runs`` or ``spool_not_empty`` where the edge
    still writes.
    """
    _check_own(environ)
    with keys_unchanged(home, by_me=True), _edge_stopped(home):
        old = Keys.present(home, {})
        following = home / "keys" / UNFINISHED
        resumed = following.exists()
        if not resumed:
            _empty_spool(conn, home, old, now)
            write_secret_once(following, secrets.token_hex(KEY_BYTES).encode() + b"\n")
        reached("key made")
        new = Keys(read_key(following))
        count = sum(_seal_anew(conn, one, old, new, reached) for one in SEALED)
        sealed.end_sessions(conn)
        reached("sealed anew")
        _put_in_use(conn, home, old, new, reached)
        _publish(conn, home, now)
    return Changed(count, resumed)


def _seal_anew(conn: Connection, of: Sealed, old: Keys, new: Keys, reached: Step) -> int:
    count = 0
    for batch in sealed.values(conn, of):
        changed = [Value(one.key, again, one.place) for one in batch if (again := _again(of, one, old, new))]
        with conn.transaction():
            sealed.put(conn, of, changed)
        count += len(changed)
        reached(of.table)
    return count


def _again(of: Sealed, value: Value, old: Keys, new: Keys) -> bytes | None:
    """The value under the new key; ``None`` when it is there already. Raises ``FanshareError`` (``cannot_unseal``)."""
    try:
        plain = old.unseal(of.purpose, value.sealed, value.place)
    except FanshareError:
        new.unseal(of.purpose, value.sealed, value.place)
        return None
    return new.seal(of.purpose, plain, value.place)


def _put_in_use(conn: Connection, home: Path, old: Keys, new: Keys, reached: Step) -> None:
    """The rename is the moment of the change; what the new key needs lies ready before it."""
    purposes = [f"salts of {tenant.public_id}" for tenant in directory.programmes(conn)]
    purposes += [f"{purpose} fingerprint" for purpose in FINGERPRINTED]
    kept = new.kept_file(home)
    kept.unlink(missing_ok=True)
    write_secret_once(kept, old.kept_for(new, purposes))
    reached("kept")
    keys = home / "keys"
    (keys / UNFINISHED).rename(keys / "master")
    sync_directory(keys)
    reached("in use")
    old.kept_file(home).unlink(missing_ok=True)


def _publish(conn: Connection, home: Path, now: Instant) -> None:
    """The edge's snapshot under the new key, so that an edge that starts first can read it."""
    keys = Keys.load_or_create(home, {})
    for name in (BASE, OVERLAY):
        (home / name).unlink(missing_ok=True)
    publisher = Publisher(home, keys, home / BASE, home / OVERLAY)
    try:
        publisher.publish([(one, tenant.name) for one, tenant in _programmes(conn, keys)], now)
    finally:
        publisher.close()


def _empty_spool(conn: Connection, home: Path, keys: Keys, now: Instant) -> None:
    """Webhooks in the spool are sealed under the old key: they move into the database first."""
    known = {one.access.programme_id: one for one, _ in _programmes(conn, keys)}

    def opened(programme_id: int) -> Programme:
        if programme_id not in known:
            raise FanshareError("unknown_programme", f"This database knows no programme {programme_id}.", 404)
        return known[programme_id]

    for stream, key in ((CLICKS, None), (HOOKS, keys.derive(SPOOL_HOOKS))):
        drain.drain(conn, SpoolReader(home / "spool", stream, key=key), stream, opened, now)
    left = list((home / "spool" / HOOKS).glob("*.seg"))
    if left:
        raise ConflictError(
            "spool_not_empty", f"{len(left)} segments of webhooks wait in the spool: run `fanshare work`."
        )


def _programmes(conn: Connection, keys: Keys) -> Iterator[tuple[Programme, directory.Programme]]:
    for tenant in directory.programmes(conn):
        try:
            yield open_programme(Access(conn, tenant.id, _ACTOR), tenant.public_id, keys), tenant
        except FanshareError as error:
            if error.code != "no_terms":
                raise


def _check_own(environ: Mapping[str, str]) -> None:
    given = [name for name in (VARIABLE, FILE_VARIABLE) if environ.get(name)]
    if given:
        raise ConflictError(
            "key_elsewhere",
            f"{given[0]} gives the master key: put that key into keys/master of the home (chmod 600), unset the "
            "variable, and run this again.",
        )


@contextmanager
def _edge_stopped(home: Path) -> Iterator[None]:
    """No edge writes into the spool, and none begins to."""
    with ExitStack() as stack:
        for stream in (CLICKS, HOOKS):
            path = home / "spool" / stream / "writer.lock"
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = stack.enter_context(path.open("ab"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                said = "An edge is running here: stop `fanshare serve` (systemctl stop fanshare) first."
                raise ConflictError("edge_runs", said) from None
        yield
