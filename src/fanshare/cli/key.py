"""``fanshare key``: the public key of a programme's log, and changing keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from fanshare.cli.session import Session, group, session

if TYPE_CHECKING:
    from fanshare.store.server import Database

app = group("The keys: the public key of a programme's log, and changing keys.")


@app.command()
def show(ctx: typer.Context) -> None:
    """The key that signs the log: publish it, so that everybody can compare (fanshare verify --key)."""
    this = session(ctx)
    with this.desk() as desk:
        signer = desk.installation.signer(desk.tenant)
    document = {"key": str(signer.key), "earlier": [str(key) for key in signer.keys[:-1]]}
    this.out.result(document, [str(signer.key)])


@app.command()
def rotate(ctx: typer.Context) -> None:
    """Change the key that signs the log. The old key hands over, so statements that people have still fit."""
    from fanshare.upkeep import log_key

    this = session(ctx)
    with this.desk() as desk:
        opened = desk.installation
        known = opened.signer(desk.tenant)
        signer = log_key.rotate(desk.access, opened.settings.home / "keys", known.key.name, desk.now)
    document = {"key": str(signer.key), "replaces": str(known.key), "rotation": signer.rotations[-1]}
    lines = [f"The log is signed by {signer.key} from now on.", "Publish it beside the old one, and make a backup."]
    this.out.result(document, lines)


@app.command("rotate-master")
def rotate_master(ctx: typer.Context) -> None:
    """Change the master key, while nothing runs. After an interruption run it again: it goes on where it was."""
    from fanshare.config.clock import system_clock
    from fanshare.store.access import connect
    from fanshare.upkeep import master_key

    this = session(ctx)
    with _alone(this) as database, connect(database.dsn(), name="fanshare key") as conn:
        done = master_key.change(conn, this.settings.home, this.settings.environ, system_clock())
    lines = [
        f"{done.values} values are sealed under the new master key; the old one opens nothing here any more.",
        "Earlier backups still hold the old key: make a new backup, and remove those you do not need.",
    ]
    this.out.result({"values": done.values, "resumed": done.resumed}, lines)


@contextmanager
def _alone(this: Session) -> "Iterator[Database]":
    """The database, used by nobody else."""
    from fanshare.cli.upgrade import nobody_else
    from fanshare.config.wiring import bring_up_to_date, refuse_unfinished_restore
    from fanshare.store.server import Server, embedded_database
    from fanshare.upkeep.upgrade import IN_USE

    refuse_unfinished_restore(this.settings)
    if this.settings.external_database:
        with nobody_else(this) as database:
            bring_up_to_date(database)
            yield database
        return
    server = Server(this.settings.home)
    server.acquire_alone(IN_USE)
    try:
        database = embedded_database(server)
        bring_up_to_date(database)
        yield database
    finally:
        server.release()
