"""``fanshare upgrade``: back up, let the next PostgreSQL take over, bring the schema up to date."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanshare.cli.passphrase import PassphraseFile
from fanshare.cli.session import Session, session, single

if TYPE_CHECKING:
    from fanshare.store.server import Database
    from fanshare.upkeep.upgrade import BackUp, Upgraded

app = single()


@app.command()
def upgrade(
    ctx: typer.Context,
    without_backup: Annotated[bool, typer.Option("--without-backup", help="You have one of your own.")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Bring the database up to this version of fanshare. The old one is kept until you remove it."""
    from fanshare.config.wiring import refuse_unfinished_restore

    this = session(ctx)
    refuse_unfinished_restore(this.settings)
    made: list[Path] = []
    back_up = _nothing if without_backup else _backing_up(this, passphrase_file, made)
    if this.settings.external_database:
        _external(this, back_up, made)
        return
    from fanshare.upkeep.upgrade import upgrade as work

    with this.out.progress() as progress:
        steps = iter(range(1, 100))

        def reached(step: str) -> None:
            if progress is not None:
                progress("upgrade", next(steps), 9)
            del step

        done = work(this.settings.home, back_up, reached=reached)
    _say(this, done, made)


def _say(this: Session, done: "Upgraded", made: list[Path]) -> None:
    document = {
        "from": done.before,
        "to": done.after,
        "migrations": done.migrations,
        "former": None if done.former is None else str(done.former),
        "backup": str(made[0]) if made else None,
    }
    lines = [f"Backed up into {made[0]}."] if made else []
    if done.former is not None:
        lines.append(f"PostgreSQL {done.before} has handed over to {done.after}.")
        lines.append(f"The old data is kept in {done.former}: remove it when all is well.")
    if done.migrations:
        lines.append(f"The schema took {done.migrations} steps.")
    this.out.result(document, lines or ["Everything is up to date; nothing was changed."])


def _nothing(database: "Database", major: int) -> None:
    del database, major


def _backing_up(this: Session, passphrase_file: Path | None, made: list[Path]) -> "BackUp":
    """Asks for the passphrase when there is something to do, and not before."""

    def back_up(database: "Database", major: int) -> None:
        from fanshare.cli.passphrase import passphrase
        from fanshare.config.clock import system_clock
        from fanshare.config.keys import Keys
        from fanshare.upkeep import backup as work

        home = this.settings.home
        directory = home / work.BACKUPS
        directory.mkdir(mode=0o700, exist_ok=True)
        secret = passphrase(this.environ, passphrase_file, new=True)
        keys = Keys.load_or_create(home, this.settings.environ)
        source = work.Source(home, database, keys, this.settings.environ, major)
        now = system_clock()
        made.append(work.backup(source, work.dated(directory, now), secret, now).path)

    return back_up


def _external(this: Session, back_up: "BackUp", made: list[Path]) -> None:
    """A server that others run: its schema alone is ours."""
    from fanshare.config.wiring import bring_up_to_date
    from fanshare.upkeep.upgrade import Upgraded, lacking

    with nobody_else(this) as database:
        missing = lacking(database)
        major = _major(database)
        if missing:
            back_up(database, major)
            bring_up_to_date(database)
    _say(this, Upgraded(major, major, len(missing), None), made)


@contextmanager
def nobody_else(this: Session) -> "Iterator[Database]":
    """The database that others run, while no other process of ours uses it."""
    from fanshare.core.errors import FanshareError
    from fanshare.store.access import connect
    from fanshare.store.queries.upkeep import others
    from fanshare.store.server import open_database
    from fanshare.upkeep.upgrade import IN_USE

    with open_database(this.settings.home, this.settings.environ) as database:
        with connect(database.dsn(owner=True), name="fanshare upgrade") as conn:
            if others(conn):
                raise FanshareError("database_in_use", IN_USE, 409)
        yield database


def _major(database: "Database") -> int:
    from fanshare.store.access import connect

    with connect(database.dsn(owner=True), name="fanshare upgrade") as conn:
        return conn.info.server_version // 10_000
