"""Who the server runs as. PostgreSQL refuses to run as root, so root lends it a system user of its own."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from fanshare.core.errors import FanshareError

SYSTEM_USER = "fanshare"

#: Programs of the server see nothing of the caller's environment: PGDATA, PGPORT, LC_* or LD_* would change them.
CLEAN_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class Identity(TypedDict, total=False):
    """The keywords of :class:`subprocess.Popen` that change who the child is."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The operating-system user of the server, and whether we must switch to it."""

    uid: int
    gid: int
    name: str
    switch: bool

    @property
    def identity(self) -> Identity:
        """What to pass to ``subprocess`` so that the child is this user."""
        return Identity(user=self.uid, group=self.gid, extra_groups=[]) if self.switch else Identity()

    def can(self, mode: str, path: Path) -> bool:
        """Whether this user passes ``test -x`` (or ``-r``, ``-w``) on ``path``, asked of the kernel, not guessed."""
        command = ["/bin/sh", "-c", f'test -{mode} "$0"', str(path)]
        done = subprocess.run(command, cwd="/", env=CLEAN_ENVIRONMENT, check=False, **self.identity)  # noqa: S603
        return done.returncode == 0

    def own(self, path: Path) -> None:
        """Give ``path``, which we just made, to this user."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def server_account() -> Account:
    """The calling user; for root the system user ``fanshare``, made when it is missing."""
    uid = os.geteuid()
    if uid != 0:
        return _account(_entry(uid), switch=False)
    return _account(_system_user(SYSTEM_USER), switch=True)


def _account(entry: pwd.struct_passwd, *, switch: bool) -> Account:
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, switch)


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise FanshareError(
            "database_user",
            f"User id {uid} has no name on this system, and PostgreSQL needs one: add it to /etc/passwd, "
            "or set DATABASE_URL to a server that runs elsewhere.",
            500,
        ) from None


def _system_user(name: str) -> pwd.struct_passwd:
    for command in ([], *_ways_to_add(name)):
        if command and shutil.which(command[0], path=CLEAN_ENVIRONMENT["PATH"]):
            # A second process may add the same user at this moment: what counts is whether it is there afterwards.
            subprocess.run(command, cwd="/", env=CLEAN_ENVIRONMENT, check=False, capture_output=True)  # noqa: S603
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise FanshareError(
        "database_user",
        f"PostgreSQL does not run as root and the system user {name!r} could not be added: "
        f"add it (useradd --system {name}), run fanshare as an ordinary user, or set DATABASE_URL.",
        500,
    )


def _ways_to_add(name: str) -> Sequence[list[str]]:
    useradd = "useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin"
    return (
        [*useradd.split(), name],
        ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", name],
    )
