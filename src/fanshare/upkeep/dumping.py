"""``pg_dump`` and ``pg_restore`` of the brought PostgreSQL, as streams. A password never becomes an argument."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from fanshare.core.errors import FanshareError
from fanshare.store.server.account import CLEAN_ENVIRONMENT, server_account
from fanshare.store.server.place import MAJOR, find_programs
from fanshare.store.server.supervisor import SHARED

_PART = 1 << 20

#: Fast and small enough: what is random in the database (hashes, sealed values) does not shrink anyway.
_COMPRESS = "gzip:1"


def programs() -> Path:
    """The folder of ``pg_dump`` and ``pg_restore``; they can read every older server."""
    return find_programs(server_account(), SHARED, MAJOR)


def dump(dsn: str, snapshot: str, take: Callable[[bytes], object], *, compress: str = _COMPRESS) -> None:
    """Dump a database in the custom format, as the exported ``snapshot`` sees it, and hand it over piece by piece.

    Raises ``FanshareError`` (``dump_failed``) with the words of ``pg_dump``.
    """
    arguments = [f"--snapshot={snapshot}", "--format=custom", f"--compress={compress}", "--no-password"]
    with _running("pg_dump", dsn, arguments, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        while part := child.stdout.read(_PART):
            take(part)


@contextmanager
def restoring(dsn: str) -> Iterator[IO[bytes]]:
    """Where to write a dump that goes into the empty database ``dsn``, which belongs to that role afterwards.

    All of it is one transaction. Raises ``FanshareError`` (``dump_failed``) at the end when it did not go in.
    """
    arguments = ["--format=custom", "--no-owner", "--exit-on-error", "--single-transaction", "--no-password"]
    with _running("pg_restore", dsn, arguments, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        try:
            yield child.stdin
            child.stdin.close()
        except BrokenPipeError:
            return  # pg_restore has ended already: what it said is raised below


@contextmanager
def _running(
    program: str, dsn: str, arguments: list[str], *, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL
) -> "Iterator[subprocess.Popen[bytes]]":
    parts = conninfo_to_dict(dsn)
    password = parts.pop("password", None)
    environment = CLEAN_ENVIRONMENT | ({} if password is None else {"PGPASSWORD": str(password)})
    command = [str(programs() / program), *arguments, f"--dbname={make_conninfo('', **parts)}"]
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, env=environment, stdin=stdin, stdout=stdout, stderr=said)  # noqa: S603
        try:
            yield child
        except BaseException:
            child.kill()
            raise
        finally:
            for pipe in (child.stdin, child.stdout):
                if pipe is not None and not pipe.closed:
                    _close(pipe)
            code = child.wait()
        if code != 0:
            said.seek(0)
            lines = said.read(4000).decode("utf-8", "replace").strip().splitlines()
            raise FanshareError("dump_failed", f"{program} failed: {lines[0] if lines else f'exit code {code}'}", 500)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return
