"""A command line over a real database, called in this process."""

import json
import logging
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from fanshare.cli.main import app
from fanshare.store.server import Database, Server
from tests.support.postgres import create_database, drop_database
from tests.support.schema import database, schema_template

__all__ = ["database", "schema_template"]

TERMS = Path("examples/terms/simple.toml").absolute()
LABEL = ("--country", "DE", "--platform", "instagram", "--label", "Werbung")
SHIRT = "https://shop.example/shirt"


@dataclass
class Terminal:
    """Where Otto types. Every call is a whole run of the program, but for the new process."""

    env: dict[str, str]
    runner: CliRunner = field(default_factory=CliRunner)

    def call(self, *args: str, text: str | None = None) -> Result:
        """Run a command, whatever becomes of it. Nothing may end in a traceback."""
        result = self.runner.invoke(app, list(args), env=self.env, input=text)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        assert "fault of fanshare" not in result.output, result.output
        return result

    def say(self, *args: str) -> str:
        """What a command that goes well prints for people."""
        result = self.call(*args)
        assert result.exit_code == 0, result.output
        return result.stdout

    def ask(self, *args: str, exit_code: int = 0) -> Any:
        """The document that a command prints for machines."""
        result = self.call("--json", *args)
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)

    def refused(self, *args: str, exit_code: int = 2) -> str:
        """The sentence of a command that is refused, the same for people and machines."""
        result = self.call(*args)
        assert result.exit_code == exit_code, result.output
        assert result.stdout == ""
        error = self.ask(*args, exit_code=exit_code)["error"]
        assert _timeless(error["message"]) == _timeless(result.stderr)
        return str(error["code"])


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command sets up the logs of its process, which here is the process of all tests."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


def _timeless(sentence: str) -> str:
    """A sentence without the seconds in it, for it is asked for twice."""
    return re.sub(r":[0-9]{2}\.[0-9]+Z", "", sentence.strip())


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home with a short path (the database's socket lies in it)."""
    made = Path(tempfile.mkdtemp(prefix="fsc-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def terminal_on(database: Database, home: Path) -> Terminal:
    """A terminal whose installation has this database."""
    return Terminal(
        {
            "FANSHARE_HOME": str(home),
            "DATABASE_URL": database.dsn(),
            "DATABASE_OWNER_URL": database.dsn(owner=True),
            "FANSHARE_PROGRAMME": "",
            "FANSHARE_URL": "https://share.example",
            "FANSHARE_CLOCK": "",
            "COLUMNS": "200",
        }
    )


@pytest.fixture
def empty(database: Database, home: Path) -> Terminal:
    """Over a database with the schema and nothing in it."""
    return terminal_on(database, home)


@pytest.fixture(scope="module")
def module_terminal(schema_template: str, pg_server: Server) -> Iterator[Terminal]:
    """One database for a module, in which each test founds a programme of its own."""
    made, home = create_database(pg_server, schema_template), Path(tempfile.mkdtemp(prefix="fsc-"))
    yield terminal_on(made, home)
    shutil.rmtree(home, ignore_errors=True)
    drop_database(pg_server, made)


@pytest.fixture
def bea(module_terminal: Terminal) -> Terminal:
    """Bea's programme, with terms."""
    slug = f"bea-{secrets.token_hex(5)}"
    terminal = Terminal({**module_terminal.env, "FANSHARE_PROGRAMME": slug})
    terminal.say("programme", "create", "Bea's linen", "--slug", slug, "--currency", "EUR", "--terms", str(TERMS))
    return terminal


@pytest.fixture
def cleo(bea: Terminal) -> Terminal:
    """Bea's programme with Cleo in it."""
    bea.say("creator", "add", "Cleo", "--email", "cleo@example.test")
    return bea
