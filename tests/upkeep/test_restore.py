"""Backup and restore for real: nothing lost, nothing doubled, an honest restore told apart from tampering."""

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fanshare.core.instants import DAY
from fanshare.spool.records import CLICKS
from fanshare.spool.writer import SpoolWriter
from fanshare.store.access import connect
from fanshare.upkeep import archive, restore
from fanshare.verifier import fanshare_verify
from tests.cli.conftest import Terminal
from tests.upkeep.conftest import BRAND, EMAIL, NAME, PASSPHRASE, Told

type Another = Callable[[], Terminal]


@dataclass
class After:
    """A restore, and what was true before and after its backup was taken."""

    told: Told
    terminal: Terminal
    report: Any
    file: Path
    then: Path
    newest: Path


@pytest.fixture(scope="module")
def file(told: Told) -> Path:
    """A backup with an order that matured, a payout on its way, and clicks that nobody drained."""
    told.sell("1001", 40 * DAY)
    run = ("payout", "run")
    assert told.terminal.ask(*run, "plan", "--by", "Bea")["run"] == 1
    told.terminal.say(*run, "approve", "1", "--by", "Bea", "--yes")
    told.terminal.say(*run, "send", "1", "--to", str(told.folder / "paid.csv"), "--by", "Bea", "--yes")
    told.sell("1000", 40 * DAY)
    assert told.terminal.ask(*run, "tell", "1", "--from", str(told.folder / "paid.csv"), "--yes")["payments"]
    assert told.terminal.ask(*run, "plan", "--by", "Bea")["run"] == 2
    told.terminal.say(*run, "approve", "2", "--by", "Bea", "--yes")
    with psycopg.connect(told.terminal.env["DATABASE_OWNER_URL"]) as conn:  # one that waits, and may be undone since
        conn.execute(
            "INSERT INTO payee_account (programme_id, party_id, kind, currency, set_at, usable_at)"
            " SELECT programme_id, id, 'us', 'USD', created_at, 253402300799999999 FROM party WHERE kind = 'creator'"
        )
    told.statement("then.json")
    told.spool(5)
    made = told.folder / "told.fsbackup"
    assert told.backup(made)["segments"] == 1
    return made


@pytest.fixture(scope="module")
def newest(told: Told, file: Path) -> Path:
    """Cleo's statement from after the backup, when another order had come."""
    told.sell("1002")
    size = json.loads((told.folder / "then.json").read_text())["checkpoint"].split("\n")[1]
    assert int(size) > 0
    return told.statement("newest.json", None, "--older", str(told.folder / "then.json"))


@pytest.fixture(scope="module")
def after(told: Told, file: Path, newest: Path, another: Another) -> After:
    """The backup, restored beside the original."""
    terminal = another()
    report = terminal.ask("restore", str(file), "--newest-checkpoint", str(newest))
    terminal.env["FANSHARE_PROGRAMME"] = told.terminal.env["FANSHARE_PROGRAMME"]
    return After(told, terminal, report, file, told.folder / "then.json", newest)


def rows(terminal: Terminal, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(terminal.env["DATABASE_OWNER_URL"]) as conn:
        return conn.execute(query.encode()).fetchall()


def test_an_honest_restore_holds_and_says_what_the_world_is_ahead_of(after: After) -> None:
    report, terminal = after.report, after.terminal
    assert report["newest_checkpoint"]["missing"] > 0
    assert report["payouts"] == []
    programme = terminal.env["FANSHARE_PROGRAMME"]
    assert report["runs"] == [{"programme": programme, "run": 2, "approved": True, "payments": 1}]
    assert [one["endpoint"] for one in report["shops"]] == [after.told.endpoint]
    assert rows(terminal, "SELECT undone_at IS NOT NULL FROM payee_account") == [(True,)]
    checked = terminal.ask("check", exit_code=1)
    assert checked["ok"], "the books hold; that payouts wait for a person is what the exit code says"
    held = [one["payouts_held"]["books_of"] for one in checked["programmes"]]
    assert held == [report["taken_at"]] * len(held)
    assert {one["number"] for one in terminal.ask("order", "list")["orders"]} == {"1000", "1001"}
    assert rows(terminal, "SELECT count(*) FROM click") == [(0,)]
    terminal.say("work", "--once")
    assert rows(terminal, "SELECT count(*) FROM click") == [(5,)]
    terminal.say("work", "--once")
    assert rows(terminal, "SELECT sum(n) FROM click_day WHERE verdict = 'counted'") == [(5,)]


def test_a_run_that_may_have_been_sent_since_is_frozen_by_a_restore(after: After, tmp_path: Path) -> None:
    """Else it would be sent again, with the same lines, and its people be paid twice."""
    term, run = after.terminal, ("payout", "run")
    assert term.ask(*run, "show", "1")["state"] == "sent", "what was sent is sent"
    assert term.ask(*run, "show", "2")["state"] == "frozen"
    sending = (*run, "send", "2", "--to", str(tmp_path / "again.csv"), "--yes")
    for verb in (("plan",), ("approve", "2", "--yes"), ("resume", "2", "--yes"), sending[2:]):
        assert term.refused(*run, *verb, exit_code=1) == "payouts_held"
    assert rows(term, "SELECT actor, about FROM audit WHERE what = 'payout.freeze'") == [("restore", "run 2")]
    [(by, why)] = rows(term, "SELECT frozen_by, frozen_why FROM payout_run WHERE id = 2")
    assert by == "restore"
    assert why.startswith("restored from the backup of ")
    told = after.told.terminal
    hold = ("payout", "hold")
    assert term.ask(*hold, "show")["books_of"] == after.report["taken_at"]
    [said] = [one for one in term.ask("doctor", exit_code=1)["remarks"] if one["code"] == "payouts_held"]
    assert said["level"] == "bad"
    assert term.refused(*hold, "release", "--compared", "yes", "--yes") == "compared_missing"
    with_what = ("--compared", "the statement of our bank, nothing else was paid", "--by", "Bea", "--yes")
    assert "WAITS  payouts and credits, for the books of" in term.call("check").output
    assert term.ask(*hold, "release", *with_what) == {"held": False}
    assert [one["payouts_held"] for one in term.ask("check")["programmes"]] == [None]
    assert term.refused(*hold, "release", *with_what, exit_code=1) == "not_held"
    assert rows(term, "SELECT released_by FROM payout_hold") == [("Bea",)]
    assert rows(term, "SELECT actor FROM audit WHERE what = 'payout.release'") == [("command line: Bea",)]
    assert term.refused(*sending, exit_code=1) == "wrong_state"
    told.say(*run, "send", "2", "--to", str(tmp_path / "before.csv"), "--yes")
    assert term.ask(*run, "resume", "2", "--by", "Bea", "--yes")["state"] == "approved"
    term.say(*sending)
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "before.csv").read_text(), "the bank knows the reference"


def test_a_statement_across_the_restore_tells_it_and_an_older_one_still_fits(after: After) -> None:
    since = after.told.statement("restored.json", after.terminal, "--older", str(after.then))
    assert after.terminal.ask("verify", str(since), str(after.then))["ok"]
    found = after.terminal.ask("verify", str(since), str(after.newest))
    [told] = [one for one in found["checks"] if one["name"] == "consistency"]
    assert told["status"] == "note"
    assert "restore from backup" in told["detail"]
    assert f"lost {after.report['newest_checkpoint']['missing']} of" in told["detail"]
    for older, lost in ((after.then, False), (after.newest, True)):
        report = fanshare_verify.verify(json.loads(since.read_text()), older=json.loads(older.read_text()))
        assert report.ok
        assert any("estore" in str(check) and "lost" in str(check) for check in report.checks) is lost


def test_numbers_given_since_the_backup_get_no_second_meaning(after: After) -> None:
    link = after.terminal.ask("link", "add", "--creator", "cleo", "--to", "https://shop.example/hat", "--country", "DE",
                              "--platform", "blog", "--label", "Anzeige")  # fmt: skip
    assert rows(after.terminal, "SELECT max(id) FROM link")[0][0] > restore.ID_GAP
    assert link["code"]


def test_tampering_after_a_restore_is_no_restore(after: After) -> None:
    with psycopg.connect(after.terminal.env["DATABASE_OWNER_URL"], autocommit=True) as conn:
        conn.execute("ALTER TABLE log_leaf DISABLE TRIGGER immutable")
        changed = conn.execute("UPDATE log_leaf SET body = replace(body, '7.080', '9.080') WHERE body LIKE '%7.080%'")
        assert changed.rowcount
    found = after.terminal.ask("check", exit_code=1)
    failed = {one["name"] for each in found["programmes"] for one in each["checks"] if not one["ok"]}
    assert "leaves" in failed


def test_a_checkpoint_that_the_backup_contradicts_stops_the_restore(told: Told, file: Path, another: Another) -> None:
    victim = another()
    victim.say("restore", str(file))
    victim.env["FANSHARE_PROGRAMME"] = told.terminal.env["FANSHARE_PROGRAMME"]
    forged = told.statement("another-history.json", victim)
    again = told.folder / "again.fsbackup"
    told.backup(again)  # the original went on, and has other records where the restored one has its epoch
    refused = another().ask("restore", str(again), "--newest-checkpoint", str(forged), exit_code=1)
    assert refused["error"]["code"] == "checkpoint_contradicts"


def test_a_restore_stops_before_it_touches_anything(told: Told, file: Path, another: Another) -> None:
    data = file.read_bytes()
    cut = told.folder / "cut.fsbackup"
    cut.write_bytes(data[:-10])
    changed = told.folder / "changed.fsbackup"
    changed.write_bytes(data[:-70_000] + bytes([data[-70_000] ^ 1]) + data[-69_999:])
    newer = told.folder / "newer.fsbackup"
    newer.write_bytes(data.replace(b'"postgresql": 18', b'"postgresql": 19', 1))
    terminal = another()
    home = Path(terminal.env["FANSHARE_HOME"])
    for broken, code in ((cut, "backup_damaged"), (changed, "backup_damaged"), (newer, "backup_version")):
        assert terminal.refused("restore", str(broken), exit_code=1) == code
    terminal.env["FANSHARE_BACKUP_PASSPHRASE"] = "another passphrase"
    assert terminal.refused("restore", str(file), exit_code=1) == "wrong_passphrase"
    assert not home.exists()
    assert rows(terminal, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == [(0,)]
    terminal.env["FANSHARE_BACKUP_PASSPHRASE"] = PASSPHRASE
    terminal.env["FANSHARE_MASTER_KEY"] = "00" * 32
    assert terminal.refused("restore", str(file), exit_code=1) == "other_master_key"
    del terminal.env["FANSHARE_MASTER_KEY"]
    assert not home.exists()
    home.mkdir()
    (home / "holiday.jpg").write_bytes(b"mine")
    assert terminal.refused("restore", str(file), exit_code=1) == "not_empty"
    assert [path.name for path in home.iterdir()] == ["holiday.jpg"]
    full = Terminal({**terminal.env, "DATABASE_URL": told.terminal.env["DATABASE_URL"],
                     "DATABASE_OWNER_URL": told.terminal.env["DATABASE_OWNER_URL"]})  # fmt: skip
    assert full.refused("restore", str(file), "--into", str(home / "sub"), exit_code=1) == "not_empty"


def test_a_schema_that_this_program_does_not_know_is_refused(
    file: Path, another: Another, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore, "known_migrations", lambda: frozenset({"0001_foundation"}))
    terminal = another()
    assert terminal.refused("restore", str(file), exit_code=1) == "backup_version"
    assert not Path(terminal.env["FANSHARE_HOME"]).exists()


def test_a_backup_is_never_written_over_and_leaves_no_draft(told: Told, file: Path) -> None:
    before = file.read_bytes()
    assert told.terminal.refused("backup", str(file), exit_code=1) == "backup_exists"
    assert file.read_bytes() == before
    assert file.stat().st_mode & 0o077 == 0
    assert not list(told.folder.glob(".*.part"))


def test_dated_backups_are_kept_up_to_a_number(told: Told) -> None:
    directory = told.folder / "dated"
    directory.mkdir()
    for day in range(1, 5):
        (directory / f"fanshare-2026010{day}-030000.fsbackup").touch()
    (directory / "fanshare-notes.txt").touch()
    made = told.terminal.ask("backup", "--to", str(directory), "--keep", "2")
    assert {path.name for path in directory.iterdir()} == {
        "fanshare-20260104-030000.fsbackup", Path(made["file"]).name, "fanshare-notes.txt",
    }  # fmt: skip
    assert len(made["removed"]) == 3


def test_no_secret_token_or_name_can_be_read_in_a_backup_or_its_report(told: Told, file: Path) -> None:
    master = (told.home / "keys" / "master").read_text().strip()
    canaries = [NAME, EMAIL, BRAND, told.secret, master, told.link, told.terminal.env["FANSHARE_PROGRAMME"]]
    said = told.terminal.say("backup", str(told.folder / "said.fsbackup")) + told.terminal.call("doctor").output
    data = file.read_bytes()
    for canary in canaries:
        assert canary.encode() not in data
    for canary in (NAME, EMAIL, told.secret, master, PASSPHRASE):
        assert canary not in said
    with archive.open_backup(file, PASSPHRASE) as opened:  # the same search finds them where they are
        assert master.encode() in opened.manifest.master
        inside = opened.plain()
    assert b"PGDMP" in inside
    assert EMAIL.encode() not in inside, "even inside, the vault is sealed"
    assert told.secret.encode() not in inside


def test_a_backup_taken_while_clicks_pour_in_loses_none_and_doubles_none(told: Told, another: Another) -> None:
    writer = SpoolWriter(told.home / "spool", CLICKS)
    stop, acknowledged = threading.Event(), list[str]()

    def pour() -> None:
        while not stop.is_set():
            acknowledged.extend(told.spool(3, writer))
            stop.wait(0.01)

    def drain() -> None:
        while not stop.is_set():
            told.terminal.call("work", "--once")

    pouring, draining = threading.Thread(target=pour), threading.Thread(target=drain)
    pouring.start()
    draining.start()
    try:
        while len(acknowledged) < 100:
            stop.wait(0.02)
        before = list(acknowledged)
        file = told.folder / "pouring.fsbackup"
        with connect(told.terminal.env["DATABASE_URL"]) as conn:
            made = _backup_directly(told, conn, file)
    finally:
        stop.set()
        pouring.join()
        draining.join()
        writer.close()
    terminal = another()
    terminal.say("restore", str(file))
    home = Path(terminal.env["FANSHARE_HOME"])
    terminal.say("work", "--once")
    drained = [row[0] for row in rows(terminal, "SELECT click_id FROM click")]
    assert set(before) <= set(drained)
    counted = rows(terminal, "SELECT sum(n) FROM click_day WHERE verdict = 'counted'")[0][0]
    assert counted == len(drained), "what is in the dump and in the spool counts once"
    assert made.segments >= 1
    shutil.rmtree(home)


def _backup_directly(told: Told, conn: Any, file: Path) -> Any:
    """Without the command line, which two threads can't share."""
    from fanshare.config.keys import Keys
    from fanshare.store.server import external_database
    from fanshare.upkeep.backup import Source, backup

    env = told.terminal.env
    database = external_database(env["DATABASE_URL"], env["DATABASE_OWNER_URL"])
    source = Source(told.home, database, Keys.load_or_create(told.home, {}), {}, 18)
    assert conn
    return backup(source, file, PASSPHRASE, told.now)
