"""Opens an installation: its database brought up to date, its keys, its clock, and the programmes in it."""

import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from fanshare import store
from fanshare.config.clock import Clock, FileClock, system_clock
from fanshare.config.keys import Keys
from fanshare.config.settings_env import Settings
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import Instant
from fanshare.store import directory, signing
from fanshare.store.access import Access, Connection, connect
from fanshare.store.directory import Programme as Tenant
from fanshare.store.migrate import migrate
from fanshare.store.server import Database, open_database, verify_settings

if TYPE_CHECKING:
    from fanshare.flows.context import Programme

LOG_HOST = "log_host"
DEMO = "demo"
#: Lies in a home while a restore into it is under way, or was interrupted.
RESTORING = "restore-unfinished"


@dataclass(frozen=True, slots=True)
class Foundation:
    """What every process of an installation stands on. ``log_host`` begins the names of the logs."""

    settings: Settings
    database: Database
    keys: Keys
    clock: Clock
    log_host: str


@dataclass(frozen=True, slots=True)
class Installation:
    """An open installation. Belongs to one thread, like its connection."""

    base: Foundation
    conn: Connection

    @property
    def settings(self) -> Settings:
        """What the environment says."""
        return self.base.settings

    @property
    def keys(self) -> Keys:
        """The installation's keys."""
        return self.base.keys

    @property
    def clock(self) -> Clock:
        """The time."""
        return self.base.clock

    def tenants(self) -> list[Tenant]:
        """All programmes, oldest first."""
        return directory.programmes(self.conn)

    def tenant(self, slug: str = "") -> Tenant:
        """The programme of that short name, or the only one. Raises ``BadInputError``."""
        known = {one.slug: one for one in self.tenants()}
        if slug in known:
            return known[slug]
        listed = ", ".join(list(known)[:20])
        if slug:
            raise BadInputError("unknown_programme", f"There is no programme {slug[:60]!r} here.", 404)
        if not known:
            raise BadInputError("no_programme", "There is no programme yet: fanshare programme create NAME.", 404)
        if len(known) > 1:
            raise BadInputError("which_programme", f"There are several programmes ({listed}): say --programme.")
        return next(iter(known.values()))

    def access(self, tenant: Tenant, actor: str) -> Access:
        """The door to a programme's data."""
        return Access(self.conn, tenant.id, actor)

    def programme(self, tenant: Tenant, actor: str) -> "Programme":
        """A programme as the flows see it. Raises ``FanshareError`` (``no_terms``)."""
        from fanshare.flows.context import open_programme  # what only keeps the database needs none of the rules

        return open_programme(self.access(tenant, actor), tenant.public_id, self.keys)

    def signer(self, tenant: Tenant) -> signing.LogSigner:
        """Who signs a programme's log."""
        return signing.load_or_create(self.settings.home / "keys", f"{self.base.log_host}/log/{tenant.public_id}")


@contextmanager
def open_foundation(settings: Settings, *, hold: Callable[[], object] = lambda: None) -> Iterator[Foundation]:
    """The database, brought up to date and kept alive for as long as the ``with`` block lasts; keys and clock.

    ``hold`` is called when the database runs and before it is asked for anything. Raises ``FanshareError``.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    refuse_unfinished_restore(settings)
    keys = Keys.load_or_create(settings.home, settings.environ)
    with open_database(settings.home, settings.environ) as database:
        hold()
        bring_up_to_date(database)
        with reach(database, "fanshare start") as conn:
            clock = clock_of(settings, conn)
            host = log_host(conn, settings, clock())
        yield Foundation(settings, database, keys, clock, host)


@contextmanager
def open_installation(settings: Settings, *, name: str = "fanshare") -> Iterator[Installation]:
    """The installation of these settings, for as long as the ``with`` block lasts. Raises ``FanshareError``."""
    with open_foundation(settings) as base, reach(base.database, name) as conn:
        yield Installation(base, conn)


def refuse_unfinished_restore(settings: Settings) -> None:
    """Half an installation is none. Raises ``FanshareError`` (``restore_unfinished``)."""
    if (settings.home / RESTORING).exists():
        said = f"A restore into {settings.home} was interrupted: run it again, it begins anew."
        raise FanshareError("restore_unfinished", said, 409)


def reach(database: Database, name: str) -> Connection:
    """A connection, or a sentence that says why there is none."""
    try:
        return connect(database.dsn(), name=name)
    except psycopg.OperationalError as error:
        raise unreachable(error) from None


def unreachable(error: Exception) -> FanshareError:
    """The same for whoever has caught the database's own error."""
    lines = str(error).strip().splitlines()
    return FanshareError("database_unreachable", f"The database does not answer: {lines[-1] if lines else ''}", 503)


def bring_up_to_date(database: Database) -> bool:
    """Apply the migrations that a database lacks; whether there were any.

    Raises ``FanshareError`` (``database_outdated``) where the role at hand may not change tables, ``database_newer``
    where the database has taken steps that this program does not know.
    """
    missing = _missing(database)
    if not missing:
        return False
    try:
        migrate(database.dsn(owner=True), database.app_role)
    except FanshareError as error:
        if database.embedded or database.owner_role != database.app_role:
            raise
        raise FanshareError(
            "database_outdated",
            f"The database lacks {len(missing)} migrations, and the role of DATABASE_URL may not apply them: name the "
            f"owner of the tables in DATABASE_OWNER_URL. {error.message}",
            500,
        ) from error
    return True


def known_migrations() -> frozenset[str]:
    """The steps of the schema that this program knows."""
    modules = pkgutil.iter_modules([f"{store.__path__[0]}/migrations"])
    return frozenset(module.name for module in modules if module.name[0].isdigit())


def _missing(database: Database) -> set[str]:
    """The migrations that a database lacks."""
    wanted = set(known_migrations())
    try:
        with connect(database.dsn(owner=True), name="fanshare start") as conn:
            verify_settings(conn)
            if conn.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
                return wanted
            done = {row[0] for row in conn.execute("SELECT name FROM django_migrations WHERE app = 'store'")}
            if done - wanted:
                raise FanshareError(
                    "database_newer",
                    f"A newer fanshare has changed this database ({min(done - wanted)}): start that version, or a "
                    "newer one. Nothing was changed.",
                    409,
                )
            return wanted - done
    except psycopg.errors.InsufficientPrivilege:
        return set()  # somebody else migrates here; what is missing shows at the first statement
    except psycopg.OperationalError as error:
        raise unreachable(error) from None


def clock_of(settings: Settings, conn: Connection) -> Clock:
    """Real time; or the clock of ``FANSHARE_CLOCK``, which only a database marked as a demonstration may have.

    Raises ``BadInputError`` (``clock_refused``).
    """
    if settings.clock_file is None:
        return system_clock
    if directory.fact(conn, DEMO) is None:
        raise BadInputError(
            "clock_refused", "FANSHARE_CLOCK moves time, and this database is not marked as a demonstration: unset it."
        )
    return FileClock(settings.clock_file)


def mark_as_demo(conn: Connection, at: Instant) -> None:
    """Mark an empty database as a demonstration. Raises ``FanshareError`` where real programmes live in it."""
    if any(not one.demo for one in directory.programmes(conn)):
        raise FanshareError("not_a_demo", "This database holds real programmes and can't become a demonstration.", 409)
    directory.set_fact(conn, DEMO, "yes", at)


def log_host(conn: Connection, settings: Settings, at: Instant) -> str:
    """The name in the origin of the logs: chosen once, for a log never changes its name."""
    known = directory.fact(conn, LOG_HOST)
    if known is None:
        known = settings.host_name
        directory.set_fact(conn, LOG_HOST, known, at)
    return known
