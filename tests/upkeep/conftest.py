"""An installation with a history, its backup, and what happened after it; made once for all tests of this room."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fanshare.config.clock import system_clock
from fanshare.config.keys import CLICK_ID, Keys
from fanshare.core import clickid
from fanshare.core.instants import DAY, HOUR
from fanshare.spool.records import CLICK, CLICKS, ClickRecord, ClickVerdict, encode
from fanshare.spool.writer import SpoolWriter
from fanshare.store.access import connect
from fanshare.store.server import Database, Server
from fanshare.upkeep import sealed_file
from tests.cli.conftest import LABEL, SHIRT, TERMS, Terminal, terminal_on
from tests.cli.orders import bring, click, state
from tests.support.postgres import create_database, drop_database
from tests.support.schema import database, schema_template

__all__ = ["database", "schema_template"]

PASSPHRASE = "a horse, a battery and a staple"
#: Planted where personal data and secrets are kept; nothing that leaves the machine may show them.
NAME, EMAIL, BRAND = "Cleo Canaria-Vogel", "canary.cleo@nest.example", "Bea Canarybird Linen"


@dataclass
class Told:
    """Bea's shop and what was done there, step by step."""

    terminal: Terminal
    endpoint: str
    secret: str
    link: str
    now: int
    folder: Path

    @property
    def home(self) -> Path:
        """Where the installation lives."""
        return Path(self.terminal.env["FANSHARE_HOME"])

    def sell(self, number: str, ago: int = 0) -> None:
        """An order by Cleo's link, settled."""
        proof = click(self.terminal, self.link, self.now - ago - HOUR)
        bring(self.terminal, self.endpoint, state(number, self.now - ago, proof))

    def statement(self, name: str, terminal: Terminal | None = None, *more: str) -> Path:
        """Cleo's statement as a file."""
        file = self.folder / name
        (terminal or self.terminal).say("statement", "cleo", "-o", str(file), *more)
        return file

    def spool(self, count: int, writer: SpoolWriter | None = None) -> list[str]:
        """Clicks that the edge has acknowledged and nobody has drained."""
        keys = Keys.load_or_create(self.home, {})
        with connect(self.terminal.env["DATABASE_URL"]) as conn:
            row = conn.execute("SELECT id, programme_id FROM link WHERE code = %s", [self.link]).fetchone()
        assert row is not None
        return write_clicks(self.home, keys, row[0], row[1], self.now, count, writer)

    def backup(self, file: Path) -> Any:
        """Back up into a file."""
        return self.terminal.ask("backup", str(file))


def write_clicks(
    home: Path, keys: Keys, link: int, programme: int, at: int, count: int, writer: SpoolWriter | None = None
) -> list[str]:
    """Append clicks to the spool of a home and sync; returns their ids."""
    mine = writer or SpoolWriter(home / "spool", CLICKS)
    ids = [clickid.mint(link, at, os.urandom(6), keys.derive(CLICK_ID)) for _ in range(count)]
    for one in ids:
        record = ClickRecord(one, link, programme, at, ClickVerdict.COUNTED, os.urandom(16))
        mine.append(CLICK, encode(record), os.urandom(16))
    mine.sync()
    if writer is None:
        mine.close()
    return ids


def _arranged(terminal: Terminal, now: int) -> tuple[str, str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fanshare.config.wiring.system_clock", lambda: now - 60 * DAY)
        terminal.say("programme", "create", BRAND, "--slug", terminal.env["FANSHARE_PROGRAMME"],
                     "--currency", "EUR", "--terms", str(TERMS))  # fmt: skip
        terminal.say("creator", "add", NAME, "--slug", "cleo", "--email", EMAIL)
        shop = terminal.ask("connection", "add", "generic", "--shop", "https://shop.example")
        link = terminal.ask("link", "add", "--creator", "cleo", "--to", SHIRT, *LABEL)["code"]
    return shop["endpoint"], shop["secret"], link


@pytest.fixture(scope="session", autouse=True)
def _quick_derivation() -> Iterator[None]:
    """Guessing a passphrase is made dear, which every honest use pays too; here it is cheap."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed_file, "COST", 1 << 10)
        yield


@pytest.fixture(scope="session")
def upkeep_folder() -> Iterator[Path]:
    """Where the files of this room lie."""
    made = Path(tempfile.mkdtemp(prefix="fsk-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@contextmanager
def telling(schema_template: str, pg_server: Server, folder: Path) -> Iterator[Told]:
    """An installation with a creator, a shop and a link, all of them two months old."""
    made, home = create_database(pg_server, schema_template), folder / "home"
    home.mkdir()
    terminal = terminal_on(made, home)
    terminal.env |= {"FANSHARE_PROGRAMME": f"bea-{secrets.token_hex(4)}", "FANSHARE_BACKUP_PASSPHRASE": PASSPHRASE}
    now = system_clock()
    yield Told(terminal, *_arranged(terminal, now), now, folder)
    drop_database(pg_server, made)


@pytest.fixture(scope="session")
def told(schema_template: str, pg_server: Server, upkeep_folder: Path) -> Iterator[Told]:
    """The one that the tests of this room share."""
    with telling(schema_template, pg_server, upkeep_folder) as made:
        yield made


@pytest.fixture(scope="session")
def another(pg_server: Server, upkeep_folder: Path) -> Iterator[Callable[[], Terminal]]:
    """``another()``: a terminal at an empty home with an empty database, gone at the end."""
    made: list[Database] = []

    def make() -> Terminal:
        made.append(create_database(pg_server))
        terminal = terminal_on(made[-1], upkeep_folder / secrets.token_hex(4))
        terminal.env["FANSHARE_BACKUP_PASSPHRASE"] = PASSPHRASE
        return terminal

    yield make
    for one in made:
        drop_database(pg_server, one)
