"""A limit of memory for a program and all that it starts: the kernel's own where one can be set, else watched.

A memory cgroup (version 2 or 1) kills what goes beyond its limit, and counts the page cache as well. Where none can be
made, the sum of the proportional set sizes of all descendants is looked at ten times a second.
"""

import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_V1, _V2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
_JOIN = 'echo $$ >"$0/cgroup.procs" && exec "$@"'


@dataclass
class Limit:
    """What was allowed, by whom it is held, and what was taken at most. ``killed`` counts what the kernel ended."""

    allowed: int
    group: Path | None = None
    _watched: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def kind(self) -> str:
        """Who holds the limit."""
        return "watched PSS" if self.group is None else "a memory cgroup"

    def command(self, words: Sequence[str]) -> list[str]:
        """The command that runs under the limit. ``watch`` its process where nobody else does."""
        return list(words) if self.group is None else ["sh", "-c", _JOIN, str(self.group), *words]

    def watch(self, pid: int) -> None:
        """Look at a process and its descendants until the limit is left; for a cgroup there is nothing to do."""
        if self.group is None:
            threading.Thread(target=self._look, args=(pid,), daemon=True).start()

    @property
    def peak(self) -> int:
        """The most that was taken at one time, in bytes."""
        return self._watched if self.group is None else _first(self.group, "memory.peak", "memory.max_usage_in_bytes")

    @property
    def killed(self) -> int:
        """How many processes were ended for it."""
        if self.group is None:
            return int(self._watched > self.allowed)
        events = next(one for one in ("memory.events", "memory.oom_control") if (self.group / one).exists())
        lines = (line.split() for line in (self.group / events).read_text().splitlines())
        return int(dict(lines)["oom_kill"])

    def _look(self, pid: int) -> None:
        while not self._ended.wait(0.1):
            with suppress(psutil.Error):
                root = psutil.Process(pid)
                self._watched = max(self._watched, sum(map(_pss, [root, *root.children(recursive=True)])))


@contextmanager
def limited(allowed: int, *, by_kernel: bool = True) -> Iterator[Limit]:
    """A limit of ``allowed`` bytes. What runs under it has to be gone when it is left."""
    limit = Limit(allowed, _group(allowed) if by_kernel else None)
    try:
        yield limit
    finally:
        limit._ended.set()
        if limit.group is not None:
            _remove(limit.group)


def _group(allowed: int) -> Path | None:
    name = f"fanshare-test-{os.getpid()}-{secrets.token_hex(4)}"
    for root, file in ((_V2, "memory.max"), (_V1, "memory.limit_in_bytes")):
        group = root / name
        with suppress(OSError):
            group.mkdir()
            # The kernel fills a group with its files, if it holds limits there at all.
            with suppress(OSError), (group / file).open("r+") as limit:
                limit.write(str(allowed))
                limit.flush()
                return group
            group.rmdir()
    return None


def _remove(group: Path) -> None:
    """The kernel lets go of the dead a moment later."""
    for _ in range(100):
        with suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.1)
    group.rmdir()


def _first(group: Path, *names: str) -> int:
    return next(int((group / name).read_text()) for name in names if (group / name).exists())


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0
