"""``fanshare bank``: files for a bank and of a bank, told in words without a database."""

from dataclasses import replace
from pathlib import Path

import pytest

from fanshare.integrations.nacha.write import write as write_ach
from fanshare.integrations.sepa.write import write
from tests.cli.conftest import Terminal
from tests.integrations.nacha import samples as ach
from tests.integrations.sepa import bank
from tests.integrations.sepa.samples import CLEO, order

TODAY = ("--today", "2026-11-26")


@pytest.fixture
def outside(tmp_path: Path) -> Terminal:
    return Terminal({"FANSHARE_HOME": str(tmp_path / "home"), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})


def put(tmp_path: Path, raw: bytes, name: str = "file") -> str:
    file = tmp_path / name
    file.write_bytes(raw)
    return str(file)


def test_a_right_file_breaks_no_rule_and_needs_no_home(outside: Terminal, tmp_path: Path) -> None:
    file = put(tmp_path, write(order()))
    said = outside.ask("bank", file, *TODAY)
    assert said == {
        "ok": True,
        "kind": "pain.001.001.09",
        "message_id": "fs-run-1",
        "transfers": "2",
        "sum": "1416.37",
        "broken": [],
    }
    assert "This file breaks no rule." in outside.say("bank", file, *TODAY)
    assert not (tmp_path / "home").exists()


def test_a_broken_file_is_told_what_to_do_without_names(outside: Terminal, tmp_path: Path) -> None:
    file = put(tmp_path, write(order()).replace(CLEO.iban.encode(), b"NL91ABNA0417164301"))
    result = outside.call("bank", file, *TODAY)
    assert result.exit_code == 1
    assert "Transfer 1: Check the payee's IBAN: a character is wrong or two are exchanged." in result.stdout
    assert "This file must not be sent." in result.stdout
    assert not [secret for secret in ("Cleo", "NL91") if secret in result.stdout]


def test_the_day_counts(outside: Terminal, tmp_path: Path) -> None:
    file = put(tmp_path, write(order()))
    assert outside.ask("bank", file, "--today", "2026-11-28", exit_code=1)["broken"][0]["rule"] == "execution-past"
    assert outside.refused("bank", file, "--today", "28.11.2026") == "bad_day"


def test_an_answer_is_told_by_what_it_says_or_by_what_it_means_for_a_file(outside: Terminal, tmp_path: Path) -> None:
    answer = put(tmp_path, bank.status_report(order(), payment="ACCP", each=[("fs-1-cleo", "RJCT", "AC04")]))
    assert "fs-1-cleo: RJCT. The account is closed. Ask the payee for another one." in outside.say("bank", answer)
    sent = put(tmp_path, write(order()), "sent")
    told = outside.ask("bank", answer, "--sent", sent)["told"]
    assert [(one["reference"], one["what"]) for one in told] == [("fs-1-cleo", "rejected"), ("fs-1-finn", "accepted")]


def test_a_statement_tells_what_was_paid_twice_and_returned(outside: Terminal, tmp_path: Path) -> None:
    sent = put(tmp_path, write(order()), "sent")
    back = bank.returned(order().payments[0].transfers[0])
    fine = put(tmp_path, bank.statement([bank.booked_file(order()), back]))
    said = outside.ask("bank", fine, "--sent", sent)
    assert (said["paid"], said["not_seen"], said["told"][0]["what"]) == (1, 0, "returned")
    twice = put(tmp_path, bank.statement([bank.booked_file(order()), bank.booked_file(order())]))
    assert {one["what"] for one in outside.ask("bank", twice, "--sent", sent, exit_code=1)["told"]} == {"paid twice"}


def test_ids_of_a_file_do_not_steer_a_terminal(outside: Terminal, tmp_path: Path) -> None:
    odd = bank.status_report(order(), each=[("fs\u009b2J\u202e", "RJCT", "AC04")])
    said = outside.say("bank", put(tmp_path, odd))
    assert "fs?2J?: RJCT" in said


def test_an_ach_file_is_judged_and_its_returns_are_told(outside: Terminal, tmp_path: Path) -> None:
    today = ("--today", "2026-12-01")
    assert outside.ask("bank", put(tmp_path, write_ach(ach.file())), *today)["kind"] == "nacha"
    broken = put(tmp_path, write_ach(replace(ach.file(), modifier="a")))
    assert outside.ask("bank", broken, *today, exit_code=1)["broken"][0]["rule"] == "modifier"
    back = put(tmp_path, ach.answered(ach.file(), [("fs-1-cleo", "R02")]))
    assert "fs-1-cleo: R02. The account is closed." in outside.say("bank", back)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "ach_length"),
        (b"hello", "ach_length"),
        (b"<a/>", "not_a_payment_file"),
        (b"<!DOCTYPE a><a/>", "xml_document_type"),
        (b"<a>camt.053</a>", "not_a_statement"),
        (b"<a>pain.002</a>", "not_a_status_report"),
    ],
)
def test_what_is_none_of_these_files_is_refused(outside: Terminal, tmp_path: Path, raw: bytes, code: str) -> None:
    assert outside.refused("bank", put(tmp_path, raw)) == code
