"""What ``fanshare serve`` serves: everything, or one part in a process of its own."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fanshare.cli.addresses import RUNNING, running
from fanshare.cli.call import Session
from fanshare.config import logs as _logs  # noqa: F401 - first of all that logs: it keeps rich out

if TYPE_CHECKING:
    import socket


#: How much nicer than the edge the pages are where processors are short (nice(2)).
_AFTER_CLICKS = 10


class Part(StrEnum):
    """What to serve."""

    ALL = "all"
    EDGE = "edge"
    WEB = "web"
    DATABASE = "database"


def serve(this: Session, part: Part, host: str, port: int, *, as_child: bool) -> None:
    """Serve a part until SIGTERM or SIGINT."""
    from fanshare.cli.supervision import end_with_parent, exit_on_signals
    from fanshare.config.logs import configure_logs

    configure_logs(json=this.logs_as_json)
    exit_on_signals()
    if as_child:
        end_with_parent()
    if part is Part.DATABASE:
        _database(this)
        return
    {Part.ALL: _all, Part.EDGE: _edge, Part.WEB: _web}[part](this, host, port)


def _all(this: Session, host: str, port: int) -> None:
    from fanshare.cli.supervision import Keeper, worker_command
    from fanshare.config import serving
    from fanshare.config.serving_pages import pages
    from fanshare.config.wiring import open_foundation

    settings = this.settings
    # The socket first: a port in use is said before anything is started.
    command = worker_command(str(settings.home), log_json=this.logs_as_json)
    with (
        serving.listen(host, port) as listener,
        Keeper(command) as keeper,
        open_foundation(settings, hold=keeper.start) as base,
        _announced(this, listener, RUNNING) as ready,
    ):
        keeper.begin(base.database)
        try:
            checks = {"worker": keeper.trouble, "database": keeper.database_trouble}
            fallback = pages(base, listener)
            app = serving.edge_app(settings, base.keys, base.clock, fallback=fallback, checks=checks)
            serving.serve(app, settings, listener, ready)
        finally:
            keeper.stop()  # before the database, which would otherwise be left to it


def _edge(this: Session, host: str, port: int) -> None:
    """Only links and webhooks. Needs the keys and the snapshot of this home, and no database."""
    from fanshare.config import serving
    from fanshare.config.clock import system_clock
    from fanshare.config.keys import Keys

    settings = this.settings
    clock = system_clock
    if settings.clock_file is not None:
        from fanshare.config.wiring import open_foundation

        # Whether time may be moved here only the database can say.
        with open_foundation(settings) as base:
            clock = base.clock
    settings.home.mkdir(parents=True, exist_ok=True)
    keys = Keys.load_or_create(settings.home, settings.environ)
    with serving.listen(host, port) as listener, _announced(this, listener, "serve-edge.json") as ready:
        serving.serve(serving.edge_app(settings, keys, clock, checks={}), settings, listener, ready)


def _web(this: Session, host: str, port: int) -> None:
    """Only the pages."""
    from fanshare.config import serving
    from fanshare.config.serving_pages import pages
    from fanshare.config.wiring import open_foundation

    settings = this.settings
    with (
        serving.listen(host, port) as listener,
        open_foundation(settings) as base,
        _announced(this, listener, "serve-web.json") as ready,
    ):
        # Whoever clicks waits for nobody who reads: an edge on this machine comes first, and so does the database.
        os.nice(_AFTER_CLICKS)
        serving.serve(pages(base, listener), settings, listener, ready)


def _database(this: Session) -> None:
    """Only the included database, up to date and kept alive, for the other parts of the same home."""
    from fanshare.cli.notify import ready
    from fanshare.cli.supervision import keep_database
    from fanshare.config.keys import Keys
    from fanshare.config.wiring import bring_up_to_date, refuse_unfinished_restore
    from fanshare.core.errors import BadInputError
    from fanshare.store.server import Server, embedded_database

    settings = this.settings
    if settings.external_database:
        raise BadInputError("database_elsewhere", "DATABASE_URL names a database that others run: nothing to serve.")
    settings.home.mkdir(parents=True, exist_ok=True)
    refuse_unfinished_restore(settings)
    Keys.load_or_create(settings.home, settings.environ)  # made before the parts that start together need it
    server = Server(settings.home)
    server.acquire()
    try:
        database = embedded_database(server)
        bring_up_to_date(database)
        this.out.result({"home": str(settings.home)}, [f"The database of {settings.home} runs; stop it with Ctrl-C."])
        ready()
        keep_database(database)
    finally:
        server.shut()


@contextmanager
def _announced(this: Session, listener: "socket.socket", name: str) -> "Iterator[Callable[[], None]]":
    """Says where to look as soon as requests are answered, to people and in a file of the home."""
    from fanshare.cli import notify
    from fanshare.cli.files import write_text
    from fanshare.config.serving import address

    file = this.settings.home / name
    host, port, url = address(listener)
    document: dict[str, Any] = {"url": url, "host": host, "port": port, "pid": os.getpid()}

    def ready() -> None:
        write_text(file, json.dumps(document), private=False)
        shown = this.settings.public_url or url
        lines = [f"fanshare answers at {shown}", f"It lives in {this.settings.home}; stop it with Ctrl-C."]
        this.out.result(document, lines)
        notify.ready()

    try:
        yield ready
    finally:
        if (found := running(this.settings.home, name)) is not None and found["pid"] == os.getpid():
            file.unlink(missing_ok=True)
