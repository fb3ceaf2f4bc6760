"""Rates of exchange from the command line: taken whole and once, corrected when told to, used while they are fresh."""

from pathlib import Path

import psycopg

from fanshare.config.clock import FileClock
from fanshare.config.wiring import mark_as_demo
from fanshare.core.instants import parse_rfc3339
from fanshare.store.access import connect
from tests.cli.conftest import Terminal
from tests.integrations.ecb.samples import HISTORY, XML, envelope


def put(tmp_path: Path, raw: bytes) -> str:
    file = tmp_path / "rates"
    file.write_bytes(raw)
    return str(file)


def at(terminal: Terminal, day: str) -> Terminal:
    """A terminal on a day: the database is marked as a demonstration, whose time may be moved."""
    noon = parse_rfc3339(f"{day}T12:00:00Z")
    with connect(terminal.env["DATABASE_URL"], name="test") as conn:
        mark_as_demo(conn, noon)
    file = Path(terminal.env["FANSHARE_HOME"]) / "clock"
    clock = FileClock(file)
    clock.freeze(noon)
    clock.close()
    terminal.env["FANSHARE_CLOCK"] = str(file)
    return terminal


def test_a_file_is_taken_once_and_shown(empty: Terminal, tmp_path: Path) -> None:
    otto = at(empty, "2026-11-27")
    assert "There are no rates of ECB yet" in otto.say("rates", "show")
    file = put(tmp_path, HISTORY)
    told = otto.ask("rates", "import", file)
    assert told == {
        "days": 4, "rates": 16, "new": 16, "corrected": 0, "known": 0, "first": "2007-12-31", "last": "2026-11-26",
        "missing": 5, "left_out": ["BGN", "CYP"],
    }  # fmt: skip
    assert otto.ask("rates", "import", file)["known"] == 16
    assert "0 new, 0 corrected, 3 known before" in otto.say("rates", "import", put(tmp_path, XML))
    shown = otto.ask("rates", "show")
    assert (shown["days"], shown["day"], shown["per"]["KRW"]) == (4, "2026-11-26", "1693.35")
    assert "USD 1.1583" in otto.say("rates", "show")
    with psycopg.connect(otto.env["DATABASE_URL"]) as conn:
        assert conn.execute("SELECT about FROM audit WHERE what = 'rates.import'").fetchall() == [("ECB 2026-11-26",)]


def test_rates_are_used_for_five_days(empty: Terminal, tmp_path: Path) -> None:
    at(empty, "2026-11-26").say("rates", "import", put(tmp_path, XML))
    assert at(empty, "2026-12-01").ask("rates", "show")["day"] == "2026-11-26"
    late = at(empty, "2026-12-02")
    assert late.ask("rates", "show")["day"] is None
    assert "more than 5 days before 2026-12-02" in late.say("rates", "show")


def test_another_rate_for_a_known_day_is_refused_unless_the_file_is_said_to_be_right(
    empty: Terminal, tmp_path: Path
) -> None:
    otto = at(empty, "2026-11-27")
    otto.say("rates", "import", put(tmp_path, XML))
    other = put(tmp_path, envelope(("2026-11-26", {"USD": "1.15830", "JPY": "180.94"}), ("2026-11-25", {"USD": "1.1"})))
    assert otto.refused("rates", "import", other, exit_code=1) == "rates_differ"
    assert otto.ask("rates", "show")["rates"] == 3
    told = otto.ask("rates", "import", other, "--correct")
    assert (told["new"], told["corrected"], told["known"]) == (1, 1, 1)
    assert otto.ask("rates", "show")["per"] == {"HUF": "381.63", "JPY": "180.94", "USD": "1.1583"}


def test_days_to_come_and_strange_files_are_refused(empty: Terminal, tmp_path: Path) -> None:
    otto = at(empty, "2026-11-25")
    assert otto.refused("rates", "import", put(tmp_path, XML)) == "rates_to_come"
    assert otto.refused("rates", "import", put(tmp_path, b"Datum;USD")) == "bad_rates"
    assert otto.refused("rates", "import", str(tmp_path / "nothing")) == "no_file"
    assert otto.ask("rates", "show")["days"] == 0


def test_what_a_law_replaced_is_changed_by_a_command_for_a_shop_that_was_off(bea: Terminal) -> None:
    told = bea.ask("rates", "replace")
    assert told["changed"] == 0
    assert "BGN" in told["replaced"]
