"""Writes a plan onto a machine, as often as one likes: what is right already stays, what an operator edited stays too.

The checksum of every file is kept. A file that is no longer what was written last was edited by somebody: the new text
then goes beside it (``NAME.new``), as packages of Debian do it.
"""

import grp
import hashlib
import json
import os
import pwd
import secrets
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from fanshare.core.errors import FanshareError
from fanshare.store.server.account import CLEAN_ENVIRONMENT
from fanshare.upkeep.installing.choice import USER
from fanshare.upkeep.installing.plan import Command, Directory, File, Line, record


@dataclass(slots=True)
class Machine:
    """Where to write: ``root`` is ``/``, or a directory that stands for it. ``said`` is what was done, in sentences."""

    root: Path = Path("/")
    said: list[str] = field(default_factory=list)
    #: What stood in a file before, for taking a step back.
    before: dict[Path, bytes | None] = field(default_factory=dict)

    def at(self, path: Path) -> Path:
        """Where a path of the plan lies."""
        return self.root / path.relative_to("/")

    @property
    def real(self) -> bool:
        """Whether this is the machine itself and not a picture of it."""
        return self.root == Path("/")


class Recorded(NamedTuple):
    """What was written: the checksum of each file, and the lines put into files of others."""

    files: dict[str, str]
    lines: dict[str, str]


def write(machine: Machine, things: Sequence[Directory | File | Line]) -> list[Path]:
    """Make everything be as planned; returns what was changed. What only an earlier plan wrote goes."""
    recorded, changed = _recorded(machine), []
    for path in orphans(machine, things):
        _drop(machine, path, recorded)
        changed.append(path)
    for thing in things:
        path = machine.at(thing.path)
        if isinstance(thing, Directory):
            done = _directory(machine, path, thing)
        elif isinstance(thing, Line):
            done = _line(machine, path, thing, recorded)
        else:
            done = _file(machine, path, thing, recorded)
        if done:
            changed.append(thing.path)
    _remember(machine, recorded)
    return changed


def orphans(machine: Machine, things: Iterable[Directory | File | Line]) -> list[Path]:
    """What an earlier plan wrote and this one does not."""
    recorded, planned = _recorded(machine), {str(thing.path) for thing in things}
    return [Path(name) for name in (*recorded.files, *recorded.lines) if name not in planned]


def run(commands: Iterable[Command]) -> None:
    """Run commands. Raises ``FanshareError`` (``install_step``) at the first that fails, with what it said."""
    for command in commands:
        if command.unless is not None and command.unless.exists():
            continue
        done = _run(command.words)
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())[-600:]
            raise FanshareError("install_step", f"`{command.text}` failed: {said}", 500)


def take_back(machine: Machine, paths: Iterable[Path]) -> None:
    """Put back what stood in files before ``write`` of this run."""
    recorded = _recorded(machine)
    for path in paths:
        content, at = machine.before.get(path), machine.at(path)
        ours = recorded.files.pop(str(path), None)
        recorded.lines.pop(str(path), None)
        if content is None:
            at.unlink(missing_ok=True)
        else:
            _replace(at, content, at.stat().st_mode & 0o7777 if at.exists() else 0o644)
            if ours is not None:
                recorded.files[str(path)] = _sum(content)
    _remember(machine, recorded)


def remove(machine: Machine) -> list[Path]:
    """Take away what was written and never edited; returns what stays because somebody edited it."""
    recorded = _recorded(machine)
    edited = [path for path in written(machine) if not _drop(machine, path, recorded)]
    machine.at(record()).unlink(missing_ok=True)
    return edited


def written(machine: Machine) -> list[Path]:
    """What was written, or got a line."""
    recorded = _recorded(machine)
    return [Path(name) for name in (*recorded.files, *recorded.lines)]


def _drop(machine: Machine, path: Path, recorded: Recorded) -> bool:
    """Take one away; whether it could be."""
    at = machine.at(path)
    present = at.read_bytes() if at.exists() else None
    machine.before[path] = present
    known, line = recorded.files.pop(str(path), None), recorded.lines.pop(str(path), None)
    if present is None:
        return True
    if line is not None:
        left = [one for one in present.splitlines(keepends=True) if one.strip() != line.encode()]
        _replace(at, b"".join(left), at.stat().st_mode & 0o7777)
        machine.said.append(f"Took a line out of {path}: {line}")
        return True
    if known != _sum(present):
        return False
    at.unlink()
    machine.said.append(f"Removed {path}.")
    return True


def _directory(machine: Machine, path: Path, thing: Directory) -> bool:
    fresh = not path.is_dir()
    if fresh:
        path.mkdir(parents=True)
        path.chmod(thing.mode)
        machine.said.append(f"Made {thing.path}.")
    if machine.real and path.owner() != thing.owner:
        entry = pwd.getpwnam(thing.owner)
        os.chown(path, entry.pw_uid, entry.pw_gid)
        path.chmod(thing.mode)
    return fresh


def _file(machine: Machine, path: Path, thing: File, recorded: Recorded) -> bool:
    known, wanted = recorded.files, thing.text.encode()
    present = path.read_bytes() if path.exists() else None
    machine.before[thing.path] = present
    if present is not None and (thing.once or present == wanted):
        if not thing.once:
            known[str(thing.path)] = _sum(wanted)
        return False
    if present is not None and known.get(str(thing.path)) != _sum(present):
        beside = path.with_name(path.name + ".new")
        if not beside.exists() or beside.read_bytes() != wanted:
            _replace(beside, wanted, thing.mode)
        machine.said.append(f"{thing.path} was edited and stays; the new one is {thing.path}.new: compare them.")
        return False
    _replace(path, wanted, thing.mode, group=USER if thing.shared and machine.real else None)
    if not thing.once:
        known[str(thing.path)] = _sum(wanted)
    machine.said.append(f"Wrote {thing.path}.")
    return True


def _line(machine: Machine, path: Path, thing: Line, recorded: Recorded) -> bool:
    present = path.read_bytes() if path.exists() else b""
    machine.before[thing.path] = present if path.exists() else None
    recorded.lines[str(thing.path)] = thing.text
    if thing.text.encode() in present.splitlines():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o644
    glue = b"" if not present or present.endswith(b"\n") else b"\n"
    _replace(path, present + glue + thing.text.encode() + b"\n", mode)
    machine.said.append(f"Added a line to {thing.path}: {thing.text}")
    return True


def _replace(path: Path, content: bytes, mode: int, *, group: str | None = None) -> None:
    """In one step, with its rights from the first moment on: a crash leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if group is not None:
                os.fchown(file.fileno(), 0, grp.getgrnam(group).gr_gid)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def _recorded(machine: Machine) -> Recorded:
    try:
        found = json.loads(machine.at(record()).read_bytes())
        return Recorded(dict(found["files"]), dict(found["lines"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Recorded({}, {})


def _remember(machine: Machine, recorded: Recorded) -> None:
    text = json.dumps(recorded._asdict(), indent=1, sort_keys=True) + "\n"
    path = machine.at(record())
    if not path.exists() or path.read_text("utf-8") != text:
        _replace(path, text.encode(), 0o644)


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(words, cwd="/", env=CLEAN_ENVIRONMENT, check=False, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError:
        return subprocess.CompletedProcess(words, 127, "", f"{words[0]} is not installed.")
