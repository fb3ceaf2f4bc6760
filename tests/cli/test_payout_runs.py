"""Payout runs from the command line: planned, approved by two, sent as a file, paid by a file."""

import csv
from pathlib import Path

import psycopg
import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.payout_item import Frozen, Item, Said, State
from fanshare.flows.payout_files import answers, written
from fanshare.store.queries.payout_runs import Row
from tests.cli.conftest import Terminal
from tests.cli.test_asking import OLD, Shop, shop

__all__ = ["shop"]

SENT = Row(1, 1, 7, "abc", Item(1_410_000, "EUR", State.SUBMITTED, Frozen("k-1", b"k-1,abc,1.41,EUR"), 1, 1), 1, "", 1)


def test_a_run_is_planned_approved_sent_and_paid(shop: Shop, tmp_path: Path) -> None:
    term, file, paid = shop.terminal, tmp_path / "run.csv", tmp_path / "paid.csv"
    assert term.ask("payout", "run", "list") == {"runs": []}
    assert term.refused("payout", "run", "plan", exit_code=1) == "empty_run"
    assert "Nothing is ready" in term.say("payout", "run", "preview")
    shop.sell("1007", ago=OLD)
    looked = term.ask("payout", "run", "preview")
    assert looked["totals"] == "7.07 EUR"
    assert {(one["party"], one["now"], one["change"]) for one in looked["differences"]} == {
        ("cleo", "5.66", "new"), (shop.finn, "1.41", "new")}  # fmt: skip
    term.say("payout", "run", "rule", "EUR", "--two-above", "7.00")
    run = str(term.ask("payout", "run", "plan", "--by", "Bea")["run"])
    assert term.refused("payout", "run", "approve", run) == "not_confirmed"
    assert term.refused("payout", "run", "approve", run, "--by", "Bea", "--yes", exit_code=1) == "second_person"
    assert term.ask("payout", "run", "approve", run, "--by", "Otto", "--yes")["state"] == "approved"
    frozen = ("payout", "run", "freeze", run, "--by", "Cleo of accounts", "--why", "one account looks odd")
    assert term.ask(*frozen)["state"] == "frozen"
    assert term.refused("payout", "run", "send", run, "--to", str(file), "--yes", exit_code=1) == "wrong_state"
    assert not file.exists()
    assert term.ask("payout", "run", "resume", run, "--yes")["state"] == "approved"
    assert term.refused("payout", "run", "send", run, "--to", str(file)) == "not_confirmed"
    term.say("payout", "run", "send", run, "--to", str(file), "--yes")
    first = file.read_bytes()
    term.say("payout", "run", "send", run, "--to", str(file), "--yes")
    assert file.read_bytes() == first
    with file.open(newline="", encoding="utf-8") as opened:
        lines = list(csv.DictReader(opened))
    assert sorted((one["amount"], one["currency"]) for one in lines) == [("1.41", "EUR"), ("5.66", "EUR")]
    by_payee = {one["payee"]: one["reference"] for one in lines}
    finns = by_payee.pop(shop.finn)
    [cleos] = by_payee.values()
    paid.write_text(f"reference,said,amount,reason\n{finns},,1.40,\n{cleos},returned,,account closed\n", "utf-8")
    assert term.refused("payout", "run", "tell", run, "--from", str(paid)) == "not_confirmed"
    told = term.ask("payout", "run", "tell", run, "--from", str(paid), "--yes")["payments"]
    assert [one["state"] for one in told] == ["mismatch", "returned"]
    decided = term.ask(
        "payout", "run", "decide", run, finns, "--arrived", "--reason", "the bank took a cent", "--yes"
    )  # fmt: skip
    assert decided["payments"][0]["state"] == "final"
    shown = term.ask("payout", "run", "show", run)
    assert (shown["state"], shown["planned_by"], shown["approved_by"]) == ("sent", "Bea", "Otto")
    assert "account closed" in term.say("payout", "run", "show", run)
    assert term.refused("payout", "run", "show", "99") == "unknown_run"
    assert term.ask("check")["ok"]
    assert done(term)[:3] == [
        ("command line: Bea", "payout.plan", f"run {run}"), ("command line: Otto", "payout.approve", f"run {run}"),
        ("command line: Cleo of accounts", "payout.freeze", f"run {run}"),
    ]  # fmt: skip


def done(term: Terminal) -> list[tuple[str, str, str]]:
    """Who did what with runs, the first first; rules apart."""
    query = "SELECT actor, what, about FROM audit WHERE what LIKE 'payout.%' AND what <> 'payout.rule' ORDER BY id"
    with psycopg.connect(term.env["DATABASE_OWNER_URL"]) as conn:
        return conn.execute(query).fetchall()


def test_somebody_is_stopped_and_paid_again_and_a_run_is_given_up(shop: Shop) -> None:
    shop.sell("1007", ago=OLD)
    term = shop.terminal
    assert term.refused("payout", "run", "stop", "cleo", "--reason", " ") == "bad_reason"
    term.say("payout", "run", "stop", "cleo", "--reason", "asks for another account")
    assert "Not paid: cleo, 5.664 EUR (stopped)" in term.say("payout", "run", "preview")
    made = term.ask("payout", "run", "plan")
    assert (made["payments"], made["totals"], made["state"]) == (1, "1.41 EUR", "planned")
    assert term.say("payout", "run", "go-on", "cleo") == "She is paid again.\n"
    assert term.say("payout", "run", "go-on", "cleo") == "She was not stopped.\n"
    term.say("payout", "run", "drop", str(made["run"]), "--yes")
    assert term.ask("payout", "run", "plan")["payments"] == 2
    assert term.refused("payout", "run", "rule", "EUR", "--minimum", "-1") == "bad_amount"
    assert term.refused("payout", "run", "rule", "XXQ") == "unknown_currency"
    assert term.refused("payout", "run", "plan", "--by", "x" * 201) == "bad_name"


def test_days_of_paying_are_told_and_taken_back(shop: Shop) -> None:
    term, run = shop.terminal, ("payout", "run")
    assert term.ask(*run, "days", "month", "1", "--by", "Bea") == {"every": "month", "day": 1}
    assert term.refused(*run, "days", "month", "29") == "bad_schedule"
    assert term.refused(*run, "days", "year", "1") == "bad_schedule"
    assert term.ask(*run, "days", "week", "5")["day"] == 5
    assert term.ask(*run, "days", "never") == {"every": "never", "day": None}
    shop.sell("1007", ago=OLD)
    made = str(term.ask(*run, "plan", "--by", "Bea")["run"])
    assert term.refused(*run, "take-over", made, "--by", "Otto", exit_code=1) == "taken"
    assert [row[2] for row in done(term) if row[1] == "payout.schedule"] == ["month 1", "week 5", "never"]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1+cmd", "@x", "-2+3", "\t=1"])
def test_no_cell_of_a_run_s_file_is_a_formula(name: str) -> None:
    [_, line] = csv.reader(written([SENT], {7: name}).splitlines())
    assert line == ["k-1", "abc", "1.41", "EUR", f"'{name}"]


def test_a_payment_that_was_not_sent_is_not_in_the_file() -> None:
    kept = SENT._replace(item=Item(1_410_000, "EUR", State.FAILED))
    assert written([kept], {}).splitlines() == ["reference,payee,amount,currency,name"]


def test_the_file_that_was_sent_says_when_it_is_given_back_that_all_was_paid() -> None:
    [told] = answers(written([SENT], {7: "finn"}).encode(), 1000, 5)
    assert (told.key, told.answer.said, told.answer.amount, told.answer.currency) == (
        "k-1",
        Said.ARRIVED,
        1_410_000,
        "EUR",
    )


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "bad_file"),
        (b"payee\nx\n", "bad_file"),
        (b"reference,reference\na,b\n", "bad_file"),
        (b"reference,iban\na,b\n", "bad_file"),
        (b"reference\n\xff\n", "bad_file"),
        (b'reference\n"a\n', "bad_file"),
        (b"reference\n" + b"a" * 1000, "bad_file"),
        (b"reference,said\na,perhaps\n", "bad_row"),
        (b"reference,said\n,paid\n", "bad_row"),
        (b"reference\na,b\n", "bad_row"),
        (b"reference,said\na,returned\n", "bad_row"),
        (b"reference,said,reason\na,returned,\x00\n", "bad_row"),
        (b"reference,amount\na,1e3\n", "bad_amount"),
        (b"reference,amount\na,-0.01\n", "bad_amount"),
    ],
)
def test_a_file_that_says_nothing_clear_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        answers(raw, 1000, 5)
    assert caught.value.code == code
