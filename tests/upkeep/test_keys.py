"""Changing keys: what was sealed opens, what was signed verifies, and the old master key opens nothing any more."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fanshare.config.keys import UNFINISHED, Keys
from fanshare.core import clickid
from fanshare.core.errors import FanshareError
from fanshare.core.key_chain import follow
from fanshare.core.notes import NoteError, open_note, parse_key, sign_note
from fanshare.store import directory
from fanshare.store.access import Connection, connect
from fanshare.store.queries import sealed
from fanshare.store.server import Database
from fanshare.store.signing import load_or_create, verify
from fanshare.upkeep import master_key
from fanshare.verifier import fanshare_verify
from tests.cli.conftest import LABEL, SHIRT, TERMS, Terminal, terminal_on

EMAIL = "canary.cleo@nest.example"
_BYTES = """
SELECT table_name, column_name FROM information_schema.columns c
 WHERE table_schema = 'public' AND data_type = 'bytea' AND domain_name IS DISTINCT FROM 'hash32'
   AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = ('public.' || quote_ident(table_name))::regclass)
"""


@pytest.fixture
def otto(database: Database, tmp_path: Path) -> Terminal:
    """Otto's installation with a programme of Bea's, Cleo in it, a shop, and an operator."""
    terminal = terminal_on(database, tmp_path)
    terminal.say("programme", "create", "Bea", "--currency", "EUR", "--terms", str(TERMS))
    terminal.say("creator", "add", "Cleo", "--email", EMAIL)
    terminal.say("connection", "add", "generic", "--shop", "https://shop.example")
    terminal.say("link", "add", "--creator", "cleo", "--to", SHIRT, *LABEL)
    return terminal


def home(terminal: Terminal) -> Path:
    return Path(terminal.env["FANSHARE_HOME"])


def everything_sealed(conn: Connection) -> list[tuple[sealed.Sealed, sealed.Value]]:
    return [(of, value) for of in sealed.SEALED for batch in sealed.values(conn, of) for value in batch]


def opened(conn: Connection, keys: Keys) -> list[bytes]:
    return [keys.unseal(of.purpose, value.sealed, value.place) for of, value in everything_sealed(conn)]


def test_no_sealed_column_is_forgotten(otto: Terminal) -> None:
    known = {(of.table, of.column) for of in sealed.SEALED} | sealed.ENDED
    known |= {*sealed.UNDER_OTHER_KEYS, *sealed.NOT_SEALED}
    with connect(otto.env["DATABASE_OWNER_URL"], name="test") as conn, conn.transaction(force_rollback=True):
        assert set(conn.execute(_BYTES).fetchall()) == known
        conn.execute("ALTER TABLE party ADD COLUMN iban bytea")
        assert set(conn.execute(_BYTES).fetchall()) - known == {("party", "iban")}


#: What is looked up by what it was made of, or compared with that.
PRINTS = ("sign in fingerprint", "request fingerprint")


def test_a_new_master_key_opens_everything_and_the_old_one_nothing(otto: Terminal) -> None:
    old = Keys.load_or_create(home(otto), {})
    secret, page = otto.say("connection", "secret", "show"), otto.ask("link", "list")
    minted = clickid.mint(1, 1_700_000_000_000_000, b"random", old.derive("click id"))
    with connect(otto.env["DATABASE_URL"], name="test") as conn:
        before = opened(conn, old)
        assert len(before) >= 2
        tenant = directory.programmes(conn)[0]
        done = otto.ask("key", "rotate-master")
        assert done == {"values": len(before), "resumed": False}
        new = Keys.load_or_create(home(otto), {})
        assert opened(conn, new) == before
        for of, value in everything_sealed(conn):
            with pytest.raises(FanshareError):
                old.unseal(of.purpose, value.sealed, value.place)
    assert new.exported() != old.exported()
    assert otto.say("connection", "secret", "show") == secret
    assert otto.ask("link", "list") == page
    assert otto.ask("check")["ok"]
    for purpose in ("click id", "pseudonym", f"salts of {tenant.public_id}", *PRINTS):
        assert new.derive(purpose) == old.derive(purpose), purpose
    assert new.derive("vault") != old.derive("vault")
    assert clickid.read(minted, new.derive("click id")) is not None
    otto.say("key", "rotate-master")
    assert Keys.load_or_create(home(otto), {}).derive("click id") == old.derive("click id")
    assert not [one for one in otto.ask("doctor", exit_code=0)["remarks"] if one["level"] == "bad"]


@pytest.mark.parametrize("step", ["key made", "vault_key", "sealed anew", "kept", "in use"])
def test_an_interrupted_change_is_finished_by_running_it_again(otto: Terminal, step: str) -> None:
    class Killed(BaseException):
        pass

    def reached(name: str) -> None:
        if name == step:
            raise Killed

    before = Keys.load_or_create(home(otto), {})
    with connect(otto.env["DATABASE_URL"], name="test") as conn:
        plain = opened(conn, before)
        with pytest.raises(Killed):
            master_key.change(conn, home(otto), {}, 1_795_000_000_000_000, reached=reached)
    if step != "in use":
        assert (home(otto) / "keys" / UNFINISHED).exists()
        assert otto.refused("creator", "list", exit_code=1) == "key_change_unfinished"
        assert otto.ask("key", "rotate-master")["resumed"]
    with connect(otto.env["DATABASE_URL"], name="test") as conn:
        assert opened(conn, Keys.load_or_create(home(otto), {})) == plain
    assert otto.ask("check")["ok"]


def test_the_master_key_is_not_changed_under_a_running_edge_or_where_it_is_kept_elsewhere(otto: Terminal) -> None:
    from fanshare.spool.records import HOOKS
    from fanshare.spool.writer import SpoolWriter

    writer = SpoolWriter(home(otto) / "spool", HOOKS, key=Keys.load_or_create(home(otto), {}).derive("spool hooks"))
    assert otto.refused("key", "rotate-master", exit_code=1) == "edge_runs"
    writer.close()
    key = (home(otto) / "keys" / "master").read_text().strip()
    elsewhere = Terminal({**otto.env, "FANSHARE_MASTER_KEY": key})
    assert elsewhere.refused("key", "rotate-master", exit_code=1) == "key_elsewhere"
    assert (home(otto) / "keys" / "master").read_text().strip() == key


def test_a_new_log_key_is_vouched_for_by_the_old_one(otto: Terminal, tmp_path: Path) -> None:
    first = otto.ask("key", "show")["key"]
    older, newer = tmp_path / "older.json", tmp_path / "newer.json"
    otto.say("statement", "cleo", "-o", str(older))
    for _ in range(2):
        otto.say("key", "rotate")
    otto.say("statement", "cleo", "-o", str(newer), "--older", str(older))
    assert otto.ask("verify", str(newer), str(older), "--key", first)["ok"]
    documents = json.loads(newer.read_text()), json.loads(older.read_text())
    report = fanshare_verify.verify(documents[0], older=documents[1])
    assert report.ok
    assert otto.ask("check")["ok"]
    shown = otto.ask("key", "show")
    assert first in shown["earlier"]
    assert len(shown["earlier"]) == 2
    otto.say("work", "--once")
    assert not [one for one in otto.ask("doctor")["remarks"] if one["code"] == "keys_open"]


def test_a_key_that_nobody_handed_over_to_is_not_trusted(otto: Terminal, tmp_path: Path) -> None:
    first = parse_key(otto.ask("key", "show")["key"])
    otto.say("key", "rotate")
    file = next((home(otto) / "keys").glob("log-*.json"))
    signer = load_or_create(home(otto) / "keys", first.name)
    assert follow(first, signer.keys, signer.rotations, verify) == list(signer.keys)
    note = signer.sign_checkpoint(1, b"r" * 32, 1)
    open_note(note, follow(first, signer.keys, signer.rotations, verify), verify)
    stranger = load_or_create(tmp_path / "strange", first.name)
    assert follow(stranger.key, signer.keys, signer.rotations, verify) == []
    usurped = sign_note(open_note(signer.rotations[0], [first], verify)[0], [(stranger.key, stranger.private.sign)])
    with pytest.raises(NoteError):
        follow(first, signer.keys, [usurped], verify)
    assert file.stat().st_mode & 0o077 == 0


def test_a_change_of_the_log_key_that_was_not_recorded_is_recorded_by_the_next(
    otto: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fanshare.upkeep import log_key

    def crash(*_: object) -> None:
        raise FanshareError("crash", "The power went.", 500)

    record: Callable[..., None] = log_key._record
    calls = iter((record, crash))
    with monkeypatch.context() as patch:
        patch.setattr(log_key, "_record", lambda *args: next(calls)(*args))
        assert otto.call("key", "rotate").exit_code == 1
    otto.say("key", "rotate")
    with connect(otto.env["DATABASE_URL"], name="test") as conn:
        bodies = [json.loads(row[0]) for row in conn.execute("SELECT body FROM log_leaf WHERE kind = 'key'")]
    shown = otto.ask("key", "show")
    assert [body["key"] for body in bodies] == [*shown["earlier"][1:], shown["key"]]
    assert otto.ask("check")["ok"]
