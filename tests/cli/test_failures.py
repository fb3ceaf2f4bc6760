"""Whatever is typed: one sentence, an exit code, no traceback; and ``--help`` before anybody gets impatient."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.cli import lean
from fanshare.cli.call import Session
from fanshare.cli.failures import guarded
from fanshare.cli.main import hoist
from fanshare.config.clock import FileClock
from fanshare.config.wiring import mark_as_demo
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import parse_rfc3339
from fanshare.store.access import connect
from fanshare.store.server import Database
from tests.cli.conftest import TERMS, Terminal

#: What may be loaded to explain the commands; Python by itself loads about 35.
MOST_MODULES = 220
COMMANDS = [
    "serve",
    "work",
    "programme",
    "connection",
    "terms",
    "creator",
    "fan",
    "link",
    "code",
    "choose-fan-part",
    "ruling",
    "payout",
    "order",
    "statement",
    "verify",
    "bank",
    "check",
    "doctor",
    "inbox",
    "key",
    "version",
]
VERBS = [
    "add",
    "list",
    "show",
    "create",
    "publish",
    "check",
    "explain",
    "retry",
    "plan",
    "send",
    "pause",
    "deny",
    "hold",
    "claim",
    "secret",
]
OPTIONS = [
    "--json",
    "--programme",
    "--of",
    "--to",
    "--creator",
    "--label",
    "--country",
    "--limit",
    "--yes",
    "-o",
    "--until",
    "--reason",
    "--help",
    "--",
]


@pytest.fixture
def nowhere(home: Path) -> Terminal:
    """An installation whose database does not answer: nothing typed here can do anything."""
    return Terminal({"FANSHARE_HOME": str(home), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})


def test_every_command_is_listed_and_explains_itself(nowhere: Terminal) -> None:
    listed = nowhere.say("--help")
    for command in COMMANDS:
        assert f"  {command} " in listed
        assert f" {command} " in nowhere.say(command, "--help").splitlines()[0]


def test_help_is_quick_and_loads_neither_database_nor_django() -> None:
    program = (
        "import sys; sys.argv = ['fanshare', '--help']\nfrom fanshare.cli.main import run\n"
        "try: run()\nexcept SystemExit: pass\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert not {"django", "psycopg", "rich", "uvicorn", "httpx", "cryptography"} & loaded
    # The number of modules, not the time: a busy machine is no slower program.
    assert len(loaded) < MOST_MODULES


def test_what_serves_never_loads_what_draws_on_a_terminal_and_a_command_still_may() -> None:
    program = (
        "import sys\nimport fanshare.cli.serve, fanshare.cli.work, fanshare.cli.supervision, fanshare.jobs.worker\n"
        "assert sys.modules.get('structlog') and not [one for one in sys.modules if one.partition('.')[0] == 'rich']\n"
        "import rich.table\nassert rich.table.Table"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    control = program.replace("import sys\n", "import sys, structlog\n")
    assert subprocess.run([sys.executable, "-c", control], check=False, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("line", "options"),
    [
        (["python", "/opt/bin/fanshare", "work"], []),
        (["python", "-m", "fanshare", "work"], []),
        (["python", "-W", "error", "-X", "dev", "-m", "fanshare", "work"], ["-W", "error", "-X", "dev"]),
    ],
)
def test_the_process_that_comes_after_is_told_what_the_interpreter_was_told(
    monkeypatch: pytest.MonkeyPatch, line: list[str], options: list[str]
) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, words: became.append(words))
    monkeypatch.setattr(lean, "_is_fanshare_itself", lambda: True)
    monkeypatch.setattr(sys, "orig_argv", line)
    monkeypatch.setattr(sys, "argv", line[-2:])
    monkeypatch.setenv(lean.READ, "nothing yet")
    lean.become(Session({}, Path("/srv/x"), log_json=True), {"as_child": False})
    assert became == [[sys.executable, *options, "-P", "-m", "fanshare", "work"]]
    read = json.loads(os.environ[lean.READ])
    assert (read["home"], read["log_json"], read["options"]) == ("/srv/x", True, {"as_child": False})


def test_a_program_that_wraps_fanshare_goes_on_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has changed would be lost: a test runner is such a program."""
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("it became another process"))
    lean.become(Session({}), {"as_child": False})
    assert lean.READ not in os.environ


def test_a_mistyped_command_is_named_with_a_suggestion(nowhere: Terminal) -> None:
    result = nowhere.call("programe", "list")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Did you mean 'programme'" in result.stderr


def test_a_database_that_does_not_answer_is_said_in_one_line(nowhere: Terminal) -> None:
    result = nowhere.call("programme", "list")
    assert (result.exit_code, result.stdout, len(result.stderr.strip().splitlines())) == (1, "", 1)
    assert nowhere.ask("programme", "list", exit_code=1)["error"]["code"] == "database_unreachable"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FANSHARE_URL", "share.example"),
        ("FANSHARE_WEB_THREADS", "many"),
        ("FANSHARE_WEB_THREADS", "0"),
        ("DATABASE_URL_FILE", "/no/such/file"),
    ],
)
def test_a_setting_with_a_mistake_is_named(home: Path, name: str, value: str) -> None:
    terminal = Terminal({"FANSHARE_HOME": str(home), "DATABASE_URL": "", name: value})
    assert terminal.refused("programme", "list") == "bad_setting"
    assert name in terminal.call("programme", "list").stderr


def test_the_address_of_the_database_may_come_from_a_file(empty: Terminal, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(empty.env["DATABASE_URL"] + "\n")
    empty.env |= {"DATABASE_URL": "", "DATABASE_URL_FILE": str(tmp_path / "url")}
    assert empty.ask("programme", "list") == {"programmes": []}


def test_the_role_of_the_application_needs_no_rights_over_tables(empty: Terminal) -> None:
    empty.env["DATABASE_OWNER_URL"] = ""
    assert empty.ask("programme", "list") == {"programmes": []}


def test_an_outdated_database_says_who_may_change_it(fresh_database: Callable[[], Database], home: Path) -> None:
    old = fresh_database()
    terminal = Terminal({"FANSHARE_HOME": str(home), "DATABASE_URL": old.dsn()})
    assert terminal.refused("programme", "list", exit_code=1) == "database_outdated"
    terminal.env["DATABASE_OWNER_URL"] = old.dsn(owner=True)
    assert terminal.ask("programme", "list") == {"programmes": []}


def test_a_demonstration_may_have_a_clock_of_its_own(empty: Terminal, tmp_path: Path) -> None:
    at = parse_rfc3339("2030-02-03T04:05:06Z")
    empty.env["FANSHARE_CLOCK"] = str(tmp_path / "clock")
    assert empty.refused("programme", "list") == "clock_refused"
    with connect(empty.env["DATABASE_URL"]) as conn:
        mark_as_demo(conn, at)
    FileClock(tmp_path / "clock").freeze(at)
    made = empty.ask("programme", "create", "Bea", "--currency", "EUR", "--terms", str(TERMS))
    assert made["demo"]
    assert empty.ask("creator", "add", "Cleo")["created_at"] == "2030-02-03T04:05:06Z"


def test_a_database_with_a_real_programme_never_becomes_a_demonstration(empty: Terminal) -> None:
    empty.say("programme", "create", "Bea", "--currency", "EUR")
    with connect(empty.env["DATABASE_URL"]) as conn, pytest.raises(FanshareError, match="real programmes"):
        mark_as_demo(conn, 0)


def test_global_options_may_stand_anywhere_before_two_hyphens() -> None:
    assert hoist(["link", "list", "--json", "--programme", "a"]) == ["--json", "--programme", "a", "link", "list"]
    assert hoist(["link", "--programme=a", "list"]) == ["--programme=a", "link", "list"]
    assert hoist(["creator", "add", "--", "--json"]) == ["creator", "add", "--", "--json"]
    assert hoist(["link", "--home"]) == ["--home", "link"]


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (BadInputError("bad", "No."), "bad", 2),
        (ConflictError("taken", "No."), "taken", 1),
        (PermissionError(13, "Permission denied", "/x"), "system", 1),
        (typer.Abort(), "aborted", 1),
        (ZeroDivisionError(), "internal", 1),
    ],
)
def test_every_error_has_its_code(
    error: Exception, code: str, exit_code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    assert guarded(fail, as_json=True) == exit_code
    printed = capsys.readouterr()
    assert (json.loads(printed.out)["error"]["code"], printed.err) == (code, "")
    assert guarded(fail, as_json=False) == exit_code
    said = capsys.readouterr()
    assert (said.out, len(said.err.strip().splitlines())) == ("", 1)


@settings(max_examples=40)
@given(st.lists(st.sampled_from(COMMANDS + VERBS + OPTIONS) | st.text(max_size=8), min_size=1, max_size=6))
def test_no_arguments_lead_to_a_traceback(args: list[str]) -> None:
    terminal = Terminal({"FANSHARE_HOME": "/proc/nowhere", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    given_args = [arg for arg in args if arg not in ("serve", "work")]
    assert terminal.call(*given_args).exit_code in (0, 1, 2)


@settings(max_examples=25)
@given(st.sampled_from(["creator", "fan", "link", "code", "order", "ruling", "statement"]), st.text(max_size=60))
def test_no_text_breaks_a_command(module_terminal: Terminal, noun: str, text: str) -> None:
    terminal = _with_terms(module_terminal)
    commands = {
        "creator": ("creator", "add", "--", text),
        "fan": ("fan", "add", f"--name={text}"),
        "link": ("link", "add", f"--creator={text}", "--to", f"https://shop.example/{text}"),
        "code": ("code", "add", f"--creator={text}", "--", text),
        "order": ("order", "explain", "--", text),
        "ruling": ("ruling", "deny", f"--reason={text}", "--", text),
        "statement": ("statement", "--", text),
    }
    assert terminal.call(*commands[noun]).exit_code in (0, 1, 2)


def _with_terms(terminal: Terminal) -> Terminal:
    """Bea's programme in this module's database, made by whoever comes first."""
    known = {one["slug"] for one in terminal.ask("programme", "list")["programmes"]}
    if "fuzz" not in known:
        terms = "examples/terms/simple.toml"
        terminal.say("programme", "create", "Bea", "--slug", "fuzz", "--currency", "EUR", "--terms", terms)
    return Terminal({**terminal.env, "FANSHARE_PROGRAMME": "fuzz"})
