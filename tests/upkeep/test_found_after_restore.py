"""A real backup, payments after it, a real restore: the bank's statement finds them, and nobody is paid twice."""

import csv
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from fanshare.core.instants import DAY, HOUR
from fanshare.store.server import Server
from tests.cli.conftest import Terminal
from tests.cli.orders import bring, click, state
from tests.integrations.sepa.bank import Booked, statement
from tests.upkeep.conftest import Told, telling

RUN, HOLD = ("payout", "run"), ("payout", "hold")


@pytest.fixture
def told(schema_template: str, pg_server: Server, upkeep_folder: Path) -> Iterator[Told]:
    """An installation of its own, for the one that is shared has its numbers of runs."""
    folder = upkeep_folder / secrets.token_hex(4)
    folder.mkdir()
    with telling(schema_template, pg_server, folder) as made:
        yield made


def sent(told: Told, name: str) -> tuple[str, str, str]:
    """Everything that is ready is planned, approved and sent by hand: the run, its one reference and the amount."""
    term, file = told.terminal, told.folder / name
    run = str(term.ask(*RUN, "plan", "--by", "Bea")["run"])
    term.say(*RUN, "approve", run, "--by", "Bea", "--yes")
    return (run, *paid(told, run, file))


def paid(told: Told, run: str, file: Path) -> tuple[str, str]:
    told.terminal.say(*RUN, "send", run, "--to", str(file), "--by", "Bea", "--yes")
    [row] = csv.DictReader(file.read_text().splitlines())
    return row["reference"], row["amount"]


def ready(terminal: Terminal) -> int:
    """All that is ready, in micros: Cleo is the only one here who earns."""
    with psycopg.connect(terminal.env["DATABASE_OWNER_URL"]) as conn:
        found = conn.execute(
            "SELECT coalesce(sum(balance), 0)::bigint FROM account WHERE kind = 'available'"
        ).fetchone()
    assert found is not None
    return int(found[0])


def test_payments_after_the_backup_are_found_after_a_real_restore_and_paid_once(
    told: Told, another: Callable[[], Terminal], tmp_path: Path
) -> None:
    term = told.terminal
    told.sell("3001", 40 * DAY)
    planned = str(term.ask(*RUN, "plan", "--by", "Bea")["run"])
    term.say(*RUN, "approve", planned, "--by", "Bea", "--yes")
    file = told.folder / "ahead.fsbackup"
    told.backup(file)
    known = paid(told, planned, told.folder / "known.csv")
    term.say(*RUN, "tell", planned, "--from", str(told.folder / "known.csv"), "--yes")
    at = told.now - 40 * DAY
    order = state("3002", at, click(term, told.link, at - HOUR))
    bring(term, told.endpoint, order)
    _run, *unknown = sent(told, "unknown.csv")
    assert ready(term) < 10_000, "all of it was paid, but what is smaller than a cent"

    restored = another()
    restored.say("restore", str(file))
    restored.env["FANSHARE_PROGRAMME"] = term.env["FANSHARE_PROGRAMME"]
    before = ready(restored)
    assert before > 5 * 10**6, "it looks as if nobody had been paid"
    told_of = tmp_path / "statement.xml"
    parts = [(known[0], known[1], ""), (unknown[0], unknown[1], ""), ("RENT-11", "12.00", "")]
    told_of.write_bytes(statement([Booked(amount, [(key, amount, why)]) for key, amount, why in parts]))
    find = (*HOLD, "find", "--statement", str(told_of), "--by", "Bea")
    looked = restored.ask(*find)
    assert (looked["booked"], looked["open"], looked["foreign"]) == (1, 1, 1)
    assert ready(restored) == before - cents(known[1]), "the run in the backup says whose that payment was"
    compared = ("--compared", "the statement of our bank since the backup", "--by", "Bea", "--yes")
    assert restored.refused(*HOLD, "release", *compared, exit_code=1) == "found_open"
    [open_] = [one for one in restored.ask(*HOLD, "found")["found"] if one["state"] == "open"]
    assert open_["reference"] == unknown[0]
    restored.say(*HOLD, "assign", open_["found"], "cleo", "--by", "Bea", "--yes")
    assert restored.ask(*find)["booked"] == 0, "told again it is booked once"
    restored.say(*HOLD, "release", *compared)
    assert ready(restored) < 0, "the order that it was paid for is not known here yet"
    bring(restored, told.endpoint, order)
    assert ready(restored) == ready(term), "once the shop has told of it the books are those of before"
    assert restored.refused(*RUN, "plan", "--by", "Bea", exit_code=1) == "empty_run"
    assert restored.ask("check")["ok"]


def cents(amount: str) -> int:
    """An amount with two decimals, in micros."""
    return int(amount.replace(".", "")) * 10_000
