"""A process of its own that holds a lease of an embedded server, does what it is told, and can be killed.

Run as a program it is that process; :class:`Holder` is the handle in the test.
"""

import json
import os
import pwd
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

REPOSITORY = Path(__file__).parents[2]


class Holder:
    """A child process with a :class:`~fanshare.store.server.Server`. ``user`` (a name) needs root."""

    def __init__(self, home: Path, user: str | None = None, programs: Path | None = None) -> None:
        arguments = [str(home), user or "-", str(programs or "-")]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.pg_holder", *arguments],
            cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self._bury()

    def ask(self, *command: object) -> Any:
        """Send a command and return its answer; ``RuntimeError`` with the child's words if it failed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "the holder is gone"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]

    def leave(self) -> None:
        """Let it give back its lease in good order."""
        self.ask("release")
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(60)

    def kill(self) -> None:
        """kill -9, and bury it."""
        self.process.kill()
        self._bury()

    def _bury(self) -> None:
        self.process.wait(60)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()


def become(user: str) -> None:
    """Drop every right of root and be ``user`` from here on."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def main(home: str, user: str, programs: str) -> None:
    """Answer one JSON line for each JSON line: acquire, ensure, release, query, connect, pid.

    ``blind`` makes it take a process for the postmaster because its id exists, as a naive supervisor would.
    """
    import psutil
    import psycopg

    from fanshare.store.server import Server, process, supervisor

    if programs != "-":
        setattr(supervisor, "find_programs", lambda *_: Path(programs))  # noqa: B010
    if user != "-":
        become(user)
    server: Server | None = None

    def do(name: str, *arguments: Any) -> Any:
        nonlocal server
        if name == "connect":
            with psycopg.connect(arguments[0], connect_timeout=30) as conn:
                return conn.execute("SELECT current_user").fetchone()
        if name == "blind":
            setattr(process, "belongs", lambda found, *_: psutil.pid_exists(found.pid))  # noqa: B010
            return None
        server = server or Server(Path(home))
        if name == "pid":
            return process.read_pid_file(server.place)[0]
        if name == "query":
            with psycopg.connect(server.dsn("owner"), connect_timeout=30) as conn:
                return conn.execute(arguments[0]).fetchone()
        return getattr(server, name)()

    for line in sys.stdin:
        try:
            print(json.dumps({"ok": do(*json.loads(line))}), flush=True)  # noqa: T201
        except Exception as error:
            print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
