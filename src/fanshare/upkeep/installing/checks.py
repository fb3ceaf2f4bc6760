"""What may be wrong with a machine before anything is written to it: facts, then one sentence for each finding."""

import os
import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import psutil

import fanshare
from fanshare.flows.remarks import Remark
from fanshare.store.server.account import CLEAN_ENVIRONMENT
from fanshare.upkeep.installing.choice import HOME, Choice

_SPACE, _LITTLE_SPACE = 5 << 30, 1 << 30
_MEMORY = 900 << 20
_RELEASES = ("12", "13")
#: What ``ProtectHome=`` of the units hides, or what is gone after a reboot.
_HIDDEN = ("/root", "/home", "/run", "/tmp", "/var/tmp", "/dev", "/proc")  # noqa: S108 - compared, not used


class Program(NamedTuple):
    """Something that services run or read: where it really lies, whether anybody may, and who owns it."""

    path: Path
    open: bool
    owner: int


@dataclass(frozen=True, slots=True)
class Facts:
    """A machine as it is found. ``listeners`` are names of programs by the port they listen on."""

    root: bool
    system: str
    release: str
    systemd: bool
    space: int
    memory: int
    programs: tuple["Program", ...]
    proxies: tuple[str, ...]
    listeners: dict[int, str]
    addresses: frozenset[str]
    domain: frozenset[str]
    certificate: bool


def gather(choice: Choice) -> Facts:
    """Look at this machine. Nothing is changed, and nobody but the resolver of names is asked."""
    about = _os_release()
    return Facts(
        root=os.geteuid() == 0,
        system=about.get("ID", "") if about.get("ID") == "debian" else about.get("ID_LIKE", about.get("ID", "")),
        release=about.get("VERSION_ID", ""),
        systemd=Path("/run/systemd/system").is_dir(),
        space=shutil.disk_usage(_nearest(HOME)).free,
        memory=psutil.virtual_memory().total,
        programs=tuple(_program_at(one) for one in (choice.program, Path(sys.executable), Path(fanshare.__path__[0]))),
        proxies=tuple(one for one in ("caddy", "nginx") if shutil.which(one, path=CLEAN_ENVIRONMENT["PATH"])),
        listeners=_listeners(),
        addresses=frozenset(one.address for every in psutil.net_if_addrs().values() for one in every),
        domain=_resolved(choice.domain),
        certificate=choice.certificate is not None,
    )


def judge(facts: Facts, choice: Choice, *, start: bool) -> list[Remark]:
    """What is wrong; ``bad`` stops the installation before it has begun."""
    return [
        remark for look in (_system, _program, _room, _ports, _proxy, _domain) for remark in look(facts, choice, start)
    ]


def _system(facts: Facts, _: Choice, start: bool) -> Iterator[Remark]:
    if not facts.root:
        yield Remark("bad", "not_root", "An installation is made by root: run it with sudo.")
    if "debian" not in facts.system.split():
        said = "This is no Debian; the files it writes may not fit: look at --dry-run and write what fits yourself."
        yield Remark("bad", "other_system", said)
    elif facts.system == "debian" and facts.release not in _RELEASES:
        said = f"This is Debian {facts.release or 'of an unknown version'}; it is tried on {' and '.join(_RELEASES)}."
        yield Remark("warn", "other_release", said)
    if start and not facts.systemd:
        yield Remark("bad", "no_systemd", "No systemd runs here: say --no-start to write everything and start nothing.")


def _program(facts: Facts, _: Choice, __: bool) -> Iterator[Remark]:
    for path, is_open, owner in facts.programs:
        if any(str(path).startswith(f"{hidden}/") for hidden in _HIDDEN):
            said = f"{path} lies where no service may look: put the tree into /opt/fanshare and make it there."
            yield Remark("bad", "program_hidden", said)
        elif not is_open:
            said = f"Other users can't run {path}: chmod -R go+rX the tree that it lies in."
            yield Remark("bad", "program_closed", said)
        elif owner != 0:
            said = f"{path} does not belong to root, and whoever owns it becomes root: chown -R root:root its tree."
            yield Remark("bad", "program_owner", said)


def _room(facts: Facts, _: Choice, __: bool) -> Iterator[Remark]:
    if facts.space < _SPACE:
        level = "bad" if facts.space < _LITTLE_SPACE else "warn"
        said = f"{HOME} would have {facts.space >> 20} MB; a year of a small shop and its backups want 5 GB."
        yield Remark(level, "disk_low", said)  # type: ignore[arg-type]
    if facts.memory < _MEMORY:
        said = f"This machine has {facts.memory >> 20} MB of memory; fanshare needs about 400 of them, 1 GB is good."
        yield Remark("warn", "memory_low", said)


def _ports(facts: Facts, choice: Choice, _: bool) -> Iterator[Remark]:
    for port in (choice.edge_port, choice.web_port):
        if (owner := facts.listeners.get(port)) is not None and owner not in ("fanshare", "python", "python3"):
            yield Remark("bad", "port_taken", f"Port {port} is taken by {owner}: stop it, or choose another port.")
    for port in (80, 443):
        owner = facts.listeners.get(port)
        if choice.proxy != "none" and owner not in (None, choice.proxy):
            said = f"{owner} listens on port {port}, which {choice.proxy} needs: stop it, or use it with --proxy."
            yield Remark("bad", "port_taken", said)


def _proxy(facts: Facts, choice: Choice, _: bool) -> Iterator[Remark]:
    if choice.proxy != "none" and choice.proxy not in facts.proxies:
        said = f"There is no {choice.proxy} here: apt install {choice.proxy}, or say --proxy none and bring your own."
        yield Remark("bad", "no_proxy", said)
    if choice.proxy == "nginx" and not facts.certificate:
        said = (
            "There is no certificate yet, so nginx only lets one be fetched: apt install certbot, then `certbot"
            f" certonly --webroot -w /var/www/html -d {choice.domain}`, then run this again."
        )
        yield Remark("warn", "no_certificate", said)


def _domain(facts: Facts, choice: Choice, _: bool) -> Iterator[Remark]:
    if not facts.domain:
        said = f"{choice.domain} has no address yet: point its A and AAAA records to this machine, else no TLS."
        yield Remark("warn", "domain_unknown", said)
    elif not facts.domain & facts.addresses:
        found = min(facts.domain)
        said = f"{choice.domain} points to {found}, which is no address of this machine: right only behind a router."
        yield Remark("warn", "domain_elsewhere", said)


def _os_release() -> dict[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def _nearest(path: Path) -> Path:
    """The path, or the nearest directory above that is there."""
    return next(one for one in (path, *path.parents) if one.exists())


def _program_at(path: Path) -> Program:
    """A program; open when anybody may run it: it, and enter every directory above."""
    if not path.exists():
        return Program(path, False, -1)
    real = path.resolve()
    return Program(real, all(one.stat().st_mode & 0o001 for one in (real, *real.parents)), real.stat().st_uid)


def _listeners() -> dict[int, str]:
    """Who listens on which port, as far as we may see."""
    found: dict[int, str] = {}
    try:
        for one in psutil.net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr:
                found[one.laddr.port] = psutil.Process(one.pid).name() if one.pid else "another program"
    except psutil.Error:
        return found
    return found


def _resolved(domain: str) -> frozenset[str]:
    try:
        return frozenset(str(one[4][0]) for one in socket.getaddrinfo(domain, 443, type=socket.SOCK_STREAM))
    except OSError:
        return frozenset()
