"""The one way into PostgreSQL: the embedded server, or the one that ``DATABASE_URL`` names."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.store.server.supervisor import Server

#: Set where ``fanshare serve database`` keeps the embedded server, so that no other process starts or stops it.
KEPT = "FANSHARE_DATABASE_KEPT"

#: Without these a crash can lose or tear what was acknowledged, and no ledger can be proved on top.
_REQUIRED = {"fsync": "on", "full_page_writes": "on", "server_encoding": "UTF8"}


@dataclass(frozen=True)
class Database:
    """Where to connect, as the restricted application or as the owner who migrates."""

    app: str
    owner: str
    server: Server | None = None

    @property
    def embedded(self) -> bool:
        """Whether fanshare runs the server itself."""
        return self.server is not None

    @property
    def name(self) -> str:
        return str(conninfo_to_dict(self.app).get("dbname", ""))

    @property
    def app_role(self) -> str:
        """The role that migrations grant the rights of the application to."""
        return str(conninfo_to_dict(self.app).get("user", ""))

    @property
    def owner_role(self) -> str:
        return str(conninfo_to_dict(self.owner).get("user", ""))

    def dsn(self, *, owner: bool = False) -> str:
        """A libpq connection string; it may hold a password, so it is for connecting and not for printing."""
        return self.owner if owner else self.app

    def ensure(self) -> None:
        """Restart a dead embedded server; nothing to do for a server that others run."""
        if self.server is not None:
            self.server.ensure()

    def named(self, name: str) -> "Database":
        """The same server and roles, another database."""
        return replace(self, app=make_conninfo(self.app, dbname=name), owner=make_conninfo(self.owner, dbname=name))

    def __repr__(self) -> str:
        return f"Database({self.name!r}, app_role={self.app_role!r}, embedded={self.embedded})"


@contextmanager
def open_database(home: Path, env: Mapping[str, str]) -> Iterator[Database]:
    """The database of an installation for as long as the ``with`` block lasts.

    Without ``DATABASE_URL`` in ``env`` this leases (and starts, if need be) the embedded server of ``home``. With it
    nothing is started; ``DATABASE_OWNER_URL`` may name the role that migrates. ``FANSHARE_DATABASE_KEPT`` says that
    another process keeps the embedded server. Raises ``FanshareError``.
    """
    if env.get("DATABASE_URL"):
        yield external_database(env["DATABASE_URL"], env.get("DATABASE_OWNER_URL"))
        return
    with Server(home, kept=bool(env.get(KEPT))) as server:
        yield embedded_database(server)


def embedded_database(server: Server) -> Database:
    """The main database of a leased embedded server."""
    return Database(server.dsn("app"), server.dsn("owner"), server)


def external_database(url: str, owner_url: str | None = None) -> Database:
    """The database that ``DATABASE_URL`` (and ``DATABASE_OWNER_URL``, default the same) describes."""
    app = _checked("DATABASE_URL", url)
    return Database(app, _checked("DATABASE_OWNER_URL", owner_url) if owner_url else app)


def verify_settings(conn: psycopg.Connection[Any]) -> None:
    """Refuse a server that does not keep its word through a crash, or that is not UTF-8."""
    for name, wanted in _REQUIRED.items():
        row = conn.execute("SELECT current_setting(%s)", (name,)).fetchone()
        found = row[0] if row else None
        if found != wanted:
            raise FanshareError(
                "database_unsafe",
                f"The PostgreSQL server has {name} = {found}, and fanshare needs {wanted}: change it on the server.",
                500,
            )


def _checked(variable: str, url: str) -> str:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # The error of libpq may quote the password.
        raise BadInputError(
            "database_url", f"{variable} is not a PostgreSQL address such as postgresql://user@host/name."
        ) from None
    if not parts.get("dbname") or not parts.get("user"):
        raise BadInputError("database_url", f"{variable} must name a user and a database.")
    if not re.fullmatch(r"[0-9,]*", str(parts.get("port") or "")):
        raise BadInputError("database_url", f"{variable} has a port that is not a number.")
    return make_conninfo(url)
