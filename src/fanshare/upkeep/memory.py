"""What an installation holds of this machine's memory: its processes, each page counted once among those who share it.

The measure is PSS, the proportional set size of proc_pid_smaps(5): a page that four processes share counts a quarter in
each. The sum over processes is therefore what would be free without them. RSS would count PostgreSQL's shared memory
in every one of its processes.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from fanshare.flows.doctor import MemoryFacts


def memory_facts(home: Path, *, without: frozenset[int] = frozenset()) -> MemoryFacts | None:
    """What the processes of a home hold, but for ``without`` and whoever asks; ``None`` where nobody can tell."""
    skipped = without | {os.getpid()}
    sizes = []
    for one in processes(home):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if one.pid not in skipped:
                found = getattr(one.memory_full_info(), "pss", None)
                if found is None:
                    return None  # not Linux
                sizes.append(found)
    return MemoryFacts(len(sizes), sum(sizes), psutil.virtual_memory().available)


def processes(home: Path) -> Iterator[psutil.Process]:
    """The processes that work for a home: fanshare's own, and its database's. Those of other users are not seen."""
    place, data, serving = str(home.resolve()), str((home / "pg").resolve()), _serving(home)
    for one in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if one.pid in serving or _works_for(one, place, data):
                yield one


def _works_for(process: psutil.Process, home: str, data: str) -> bool:
    if process.name() == "postgres":
        return process.cwd().startswith(f"{data}/")
    words = process.cmdline()
    is_ours = any(Path(word).name == "fanshare" for word in words[:4])
    return is_ours and (home in words or process.environ().get("FANSHARE_HOME") == home)


def _serving(home: Path) -> set[int]:
    """Who says in the home that it serves. A note may be left over: its number must still be a fanshare."""
    found = set()
    for note in home.glob("serve*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError, psutil.Error):
            process = psutil.Process(int(json.loads(note.read_bytes())["pid"]))
            if "fanshare" in " ".join(process.cmdline()):
                found.add(process.pid)
    return found
