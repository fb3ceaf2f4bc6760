"""Start, share, restart and stop the embedded server.

Three locks, none of which can go stale (see :mod:`fanshare.store.server.locks`):

* ``lease``: shared, one for every user of the server. Who can upgrade it to exclusive was the last, and stops.
* ``transition``: exclusive, held while somebody starts or stops. Always taken before the other two.
* ``alive``: exclusive, inherited by the postmaster and by every process it forks. Whoever gets it knows that not one
  process of the last server is left, be its id recycled, its zombie unreaped or its backends orphaned.
"""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import psutil
from psycopg.conninfo import make_conninfo

from fanshare.core.errors import FanshareError
from fanshare.store.server import cluster, process
from fanshare.store.server.account import CLEAN_ENVIRONMENT, server_account
from fanshare.store.server.locks import FileLock, sync_directory, until
from fanshare.store.server.place import MAJOR, PORT, Place, beside, find_place, find_programs

SHARED = Path("/var/lib/fanshare")
Role = Literal["admin", "owner", "app"]
_ROLES: dict[Role, str] = {"admin": cluster.ADMIN, "owner": cluster.OWNER, "app": cluster.APP}

_START_SECONDS = 300.0  # a crash recovery replays at most max_wal_size, on a slow disk
_STOP_SECONDS = 60.0
_KEEPER_SECONDS = 60.0
_ORPHAN_GRACE = 1.0
_ORPHAN_SECONDS = 20.0


class Server:
    """The embedded PostgreSQL of one home. Hold it by ``with``: a lease from entry to exit.

    ``major`` is the version of its programs; ``second`` is the server that grows beside the first one during an
    upgrade. ``kept`` says that another process starts and stops it: this one waits for it and uses it. Every method may
    be called from any thread. ``FanshareError`` says what a person can do about a failure.
    """

    def __init__(
        self, home: Path, shared: Path = SHARED, *, major: int = MAJOR, second: bool = False, kept: bool = False
    ) -> None:
        self.account = server_account()
        place = find_place(home, self.account, shared)
        self.place: Place = beside(place, self.account) if second else place
        self.major = major
        self._shared = shared
        self._kept = kept
        self._lease: FileLock | None = None
        self._holder = 0

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def dsn(self, role: Role = "app", database: str = cluster.DATABASE) -> str:
        """A libpq connection string. ``requirepeer`` makes the client check who answers, too."""
        return make_conninfo(
            host=str(self.place.run),
            port=PORT,
            user=_ROLES[role],
            dbname=database,
            requirepeer=self.account.name,
        )

    def programs(self) -> Path:
        """The folder of this server's programs."""
        return find_programs(self.account, self._shared, self.major)

    def acquire(self) -> None:
        """Take a lease and see to it that the server runs."""
        if self._lease is not None:
            raise RuntimeError("this Server already holds its lease")
        if self._kept:
            process.wait_for(self._is_ready, _KEEPER_SECONDS)
        with self._transition():
            lease = FileLock(self.place.lease)
            try:
                if not lease.try_shared():
                    raise FanshareError("database_busy", f"{self.place.lease} is locked by another program.", 503)
                self._bring_up()
            except BaseException:
                lease.close()
                raise
            self._lease, self._holder = lease, os.getpid()

    def acquire_alone(self, refusal: str) -> None:
        """Take a lease that nobody shares, and see to it that the server runs.

        Raises ``FanshareError`` (``database_in_use``, ``refusal``) while anybody else uses the server.
        """
        self.acquire()
        lease = self._lease
        assert lease is not None
        if not lease.try_exclusive():
            self.release()
            raise FanshareError("database_in_use", refusal, 409)

    def release(self) -> bool:
        """Give the lease back; the last one stops the server. Returns whether it did. Twice is once."""
        if self._lease is None:
            return False
        lease, self._lease = self._lease, None
        if self._holder != os.getpid() or self._kept:
            # A forked child shares its parent's lock: it may let go of its copy, but never decide to stop.
            lease.close()
            return False
        try:
            with self._transition():
                last = lease.try_exclusive()
                if last:
                    self._stop()
                return last
        finally:
            lease.close()

    def ensure(self) -> None:
        """Restart the server if it died. Cheap while it runs: call it whenever a connection fails."""
        if self._lease is None:
            raise RuntimeError("ensure() needs a lease: use the server inside its with block")
        if self._is_ready():
            return
        with self._transition():
            self._bring_up()

    def shut(self) -> None:
        """Stop the server whoever uses it: for its keeper, whose end takes it along anyway."""
        if not self.release():
            with self._transition():
                self._stop()

    def _is_ready(self) -> bool:
        return self._postmaster() is not None and process.read_pid_file(self.place)[1] == "ready"

    def _postmaster(self) -> psutil.Process | None:
        return process.find_postmaster(self.place, self.account.uid)

    @contextmanager
    def _transition(self) -> Iterator[None]:
        lock = FileLock(self.place.transition)
        try:
            lock.exclusive(_START_SECONDS, "Another process has been starting or stopping the database for too long.")
            yield
        finally:
            lock.close()

    def _bring_up(self) -> None:
        if self._kept and not self._is_ready():
            raise FanshareError(
                "database_away", "The database of this home does not run: systemctl start fanshare-database.", 503
            )
        postmaster = self._postmaster()
        if postmaster is not None and process.read_pid_file(self.place)[1] == "stopping":
            self._stop()
            postmaster = None
        started = postmaster is None
        postmaster = postmaster or self._start()
        try:
            self._await_ready(postmaster)
            # Also on a server that others started: its starter may have died before this step.
            cluster.prepare(self.dsn("admin", "postgres"))
        except BaseException:
            if started:
                self._stop()
            raise

    def _start(self) -> psutil.Process:
        claim = self._claim()
        if isinstance(claim, psutil.Process):
            return claim
        try:
            programs = self.programs()
            cluster.undo_half_switch(self.place)
            cluster.refuse_lost_data(self.place)
            if not self.place.data.exists():
                cluster.initialise(self.place, programs, self.account, claim.fd, self.major)
            cluster.check_version(self.place, self.major)
            self._sweep()
            return self._launch(programs, claim.fd)
        finally:
            claim.close()

    def _claim(self) -> FileLock | psutil.Process:
        """The ``alive`` lock, once nothing of an earlier server is left; or the postmaster that turned up."""
        lock = FileLock(self.place.alive)
        for waited in until(_ORPHAN_SECONDS):
            process.reap()
            if lock.try_exclusive():
                return lock
            if (postmaster := self._postmaster()) is not None:
                lock.close()
                return postmaster
            if waited > _ORPHAN_GRACE:
                # Without their postmaster they only finish what nobody will read, on memory nobody shares any more.
                for orphan in process.orphans(self.place, self.account.uid):
                    process.send(orphan, signal.SIGKILL)
        lock.close()
        raise FanshareError(
            "database_orphans",
            f"Processes of an earlier server still use {self.place.root} and can't be seen or ended from here "
            "(another container?): stop them first.",
            503,
        )

    def _sweep(self) -> None:
        """Clear what a killed server left. Only with the ``alive`` lock: a pid file means nothing then.

        PostgreSQL itself would refuse to start over a recycled or unreaped process id in one of these files.
        """
        (self.place.data / "postmaster.pid").unlink(missing_ok=True)
        shutil.rmtree(self.place.run, ignore_errors=True)
        for directory in (self.place.run, self.place.log):
            if not directory.exists():
                directory.mkdir(mode=0o700)
                self.account.own(directory)
        cluster.write_access(self.place, self.account, pwd.getpwuid(os.geteuid()).pw_name)
        sync_directory(self.place.root)

    def _launch(self, programs: Path, alive: int) -> psutil.Process:
        command = [str(programs / "postgres"), "-D", str(self.place.data)]
        for name, value in cluster.settings(self.place).items():
            command += ["-c", f"{name}={value}"]
        with (self.place.root / "start.log").open("wb") as log:
            child = subprocess.Popen(  # noqa: S603
                command, cwd=self.place.root, env=CLEAN_ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, pass_fds=(alive,), umask=0o077, **self.account.identity,
            )  # fmt: skip
        process.adopt(child)
        return psutil.Process(child.pid)

    def _await_ready(self, postmaster: psutil.Process) -> None:
        def settled() -> bool:
            return process.read_pid_file(self.place) == (postmaster.pid, "ready") or not process.is_living(postmaster)

        if not process.wait_for(settled, _START_SECONDS):
            raise FanshareError("database_start", f"PostgreSQL did not get ready.{self._last_words()}", 503)
        if not process.is_living(postmaster):
            raise FanshareError("database_start", f"PostgreSQL ended while starting.{self._last_words()}", 500)

    def _last_words(self) -> str:
        logs = [self.place.root / "start.log", *self.place.log.glob("*.log")]
        newest = sorted((log for log in logs if log.exists()), key=lambda log: log.stat().st_mtime)[-2:]
        lines = [line for log in newest for line in log.read_text(errors="replace").splitlines()[-5:]]
        return " It said: " + " | ".join(lines) if lines else ""

    def _stop(self) -> None:
        """Fast shutdown, and harder if it takes too long; returns when the last process is gone."""
        postmaster = self._postmaster()
        if postmaster is not None:
            for number, patience in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
                process.send(postmaster, number)
                if process.wait_for(lambda: not process.is_living(postmaster), patience):
                    break
        claim = self._claim()
        if isinstance(claim, FileLock):
            claim.close()
