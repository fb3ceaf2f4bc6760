"""The log in PostgreSQL: the tree of RFC 6962 grows with the transaction, proofs hold, an edit is found and located."""

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from fanshare.core import leaves, log
from fanshare.core.canonical import canonical
from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.log import EMPTY_ROOT, Frontier
from fanshare.core.notes import open_note, parse_checkpoint
from fanshare.store import directory, log_audit, log_store
from fanshare.store.access import Access, Connection, connect
from fanshare.store.log_audit import first_fault
from fanshare.store.server import Database
from fanshare.store.signing import load_or_create, verify
from tests.support.effort import effort
from tests.support.schema import NOW, Cast, found


def bodies(count: int, start: int = 0) -> list[dict[str, object]]:
    return [{"kind": "test", "n": number, "text": "Käse"} for number in range(start, start + count)]


def reference(count: int) -> Frontier:
    return Frontier().extend(log.leaf_hash(canonical(body)) for body in bodies(count))[0]


def test_a_new_log_is_empty(cast: Cast) -> None:
    assert log_store.tree(cast.access) == (1, Frontier())
    assert log_store.root(cast.access) == log_store.root(cast.access, 0) == EMPTY_ROOT
    assert log_store.append(cast.access, []) == 0
    assert first_fault(cast.access) is None


def test_a_programme_without_a_log_says_so(conn: Connection) -> None:
    with pytest.raises(FanshareError, match="no log"):
        log_store.tree(Access(conn, 2**40, "test"))


@pytest.mark.parametrize("batches", [[1], [1, 1, 1], [5, 3], [64], [63, 1, 65], [2, 0, 7]])
def test_batches_build_the_tree_of_the_standard(cast: Cast, batches: list[int]) -> None:
    size = 0
    for count in batches:
        assert log_store.append(cast.access, bodies(count, size)) == size
        size += count
    assert log_store.tree(cast.access).frontier == reference(size)
    assert [log_store.root(cast.access, part) for part in range(size + 1)] == [
        reference(part).root() for part in range(size + 1)
    ]
    assert log_store.bodies(cast.access, [0, size - 1])[size - 1] == canonical(bodies(1, size - 1)[0]).decode()
    assert first_fault(cast.access) is None


@pytest.fixture(scope="module")
def grown(shared_database: Database) -> Iterator[Access]:
    """A log of 100 records in batches of odd sizes, which nobody changes."""
    with connect(shared_database.dsn()) as conn:
        cast, size = found(conn), 0
        for count in (1, 30, 2, 67):
            size = log_store.append(cast.access, bodies(count, size)) + count
        yield cast.access


@given(data=st.data())
def test_every_inclusion_proof_verifies(grown: Access, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 100))
    indexes = data.draw(st.sets(st.integers(0, size - 1), max_size=5))
    proofs = log_store.inclusions(grown, indexes, size)
    for index in indexes:
        leaf = log.leaf_hash(canonical(bodies(1, index)[0]))
        assert log.verify_inclusion(leaf, index, size, proofs[index], log_store.root(grown, size))


@given(data=st.data())
def test_every_consistency_proof_verifies(grown: Access, data: st.DataObject) -> None:
    new = data.draw(st.integers(0, 100))
    old = data.draw(st.integers(0, new))
    proof = log_store.consistency(grown, old, new)
    assert log.verify_consistency(old, new, log_store.root(grown, old), log_store.root(grown, new), proof)


def test_one_proof_at_a_time_is_the_same_proof(grown: Access) -> None:
    assert log_store.inclusion(grown, 42, 100) == log_store.inclusions(grown, [7, 42], 100)[42]


def test_what_is_not_there_yet_cannot_be_proved(grown: Access) -> None:
    for ask in (
        lambda: log_store.root(grown, 101),
        lambda: log_store.inclusion(grown, 3, 101),
        lambda: log_store.consistency(grown, 3, 101),
    ):
        with pytest.raises(ConflictError) as caught:
            ask()
        assert caught.value.code == "log_too_short"


def test_a_leaf_is_there_exactly_if_what_it_speaks_of_is(cast: Cast) -> None:
    def fail() -> None:
        with cast.access.transaction():
            log_store.append(cast.access, bodies(3))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert log_store.tree(cast.access).frontier.size == 0
    assert log_store.append(cast.access, bodies(1)) == 0


def test_writers_at_once_leave_no_gap(shared_database: Database, cast: Cast) -> None:
    def write() -> None:
        with connect(shared_database.dsn()) as conn:
            access = Access(conn, cast.access.programme_id, "writer")
            for _ in range(15):
                log_store.append(access, bodies(3))

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert log_store.tree(cast.access).frontier.size == 3 * 15 * 3
    assert first_fault(cast.access) is None


def test_a_checkpoint_is_signed_once_for_each_state(cast: Cast, tmp_path: Path) -> None:
    signer = load_or_create(tmp_path, "fanshare.example/log/bea")
    log_store.append(cast.access, bodies(5))
    note = log_store.write_checkpoint(cast.access, signer.sign_checkpoint, NOW)
    assert log_store.write_checkpoint(cast.access, signer.sign_checkpoint, NOW + 1) == note
    text, _ = open_note(note, [signer.key], verify)
    checkpoint = parse_checkpoint(text)
    assert (checkpoint.origin, checkpoint.size) == ("fanshare.example/log/bea/1", 5)
    assert checkpoint.root == log_store.root(cast.access)
    log_store.append(cast.access, bodies(1, 5))
    assert log_store.write_checkpoint(cast.access, signer.sign_checkpoint, NOW) != note
    assert first_fault(cast.access) is None


def test_a_restore_opens_an_epoch_that_says_what_was_restored(cast: Cast, tmp_path: Path) -> None:
    signer = load_or_create(tmp_path, "fanshare.example/log/bea")
    log_store.append(cast.access, bodies(5))
    before = log_store.root(cast.access)
    index = log_store.open_epoch(cast.access, "restored from the backup of 1 November", NOW)
    epoch = leaves.epoch(
        number=2, restored_size=5, restored_root=before, cause="restored from the backup of 1 November", at=NOW
    )
    assert log_store.bodies(cast.access, [index]) == {5: canonical(epoch).decode()}
    note = log_store.write_checkpoint(cast.access, signer.sign_checkpoint, NOW)
    assert note.startswith("fanshare.example/log/bea/2\n6\n")
    assert log_store.newest_checkpoint(cast.access) == (2, 6, note)
    assert first_fault(cast.access) is None


EDITS: list[tuple[str, str, Callable[[random.Random], dict[str, object]]]] = [
    (
        "leaf {at}",
        "UPDATE log_leaf SET body = replace(body, 'Käse', 'Kase') WHERE programme_id = %(p)s AND index = %(at)s",
        lambda _: {},
    ),
    (
        "leaf {at}",
        (
            "UPDATE log_leaf SET hash = set_byte(hash, %(byte)s, get_byte(hash, %(byte)s) # 1)"
            " WHERE programme_id = %(p)s AND index = %(at)s"
        ),
        lambda chance: {"byte": chance.randrange(32)},
    ),
    ("leaf {at}", "DELETE FROM log_leaf WHERE programme_id = %(p)s AND index = %(at)s", lambda _: {}),
    (
        "node {half} of level 1",
        (
            "UPDATE log_leaf SET body = (SELECT body FROM log_leaf WHERE programme_id = %(p)s AND index = %(other)s),"
            " hash = (SELECT hash FROM log_leaf WHERE programme_id = %(p)s AND index = %(other)s)"
            " WHERE programme_id = %(p)s AND index = %(at)s"
        ),
        lambda _: {},
    ),
    (
        "node",
        (
            "UPDATE log_node SET hash = set_byte(hash, %(byte)s, get_byte(hash, %(byte)s) # 1)"
            " WHERE programme_id = %(p)s AND level = 1 AND index = %(at)s / 2"
        ),
        lambda chance: {"byte": chance.randrange(32)},
    ),
    ("node", "DELETE FROM log_node WHERE programme_id = %(p)s AND level = 2 AND index = %(at)s / 4", lambda _: {}),
    (
        "node",
        "INSERT INTO log_node (programme_id, level, index, hash) VALUES (%(p)s, 9, %(at)s, sha256(''))",
        lambda _: {},
    ),
    (
        "tree",
        "UPDATE log_tree SET frontier[1] = sha256(frontier[1]) WHERE programme_id = %(p)s AND %(at)s >= 0",
        lambda _: {},
    ),
    (
        "tree",
        "UPDATE log_tree SET size = 11, frontier = frontier[1:3] WHERE programme_id = %(p)s AND %(at)s >= 0",
        lambda _: {},
    ),
    (
        "tree",
        "DELETE FROM log_leaf WHERE programme_id = %(p)s AND index >= %(at)s",
        lambda _: {},
    ),
    (
        "checkpoint",
        "UPDATE checkpoint SET root = sha256(root) WHERE programme_id = %(p)s AND %(at)s >= 0",
        lambda _: {},
    ),
    (
        "checkpoint",
        "UPDATE checkpoint SET size = size - 1 WHERE programme_id = %(p)s AND %(at)s >= 0",
        lambda _: {},
    ),
]


@pytest.mark.soak_sized
def test_every_edit_of_the_log_is_found_and_located(owner: Connection, conn: Connection, tmp_path: Path) -> None:
    cast, chance = found(conn), random.Random(20_261_122)
    log_store.append(cast.access, bodies(60))
    log_store.write_checkpoint(cast.access, load_or_create(tmp_path, "x/log/bea").sign_checkpoint, NOW)
    audited = Access(owner, cast.access.programme_id, "auditor")
    for number in range(effort(120)):
        place, statement, more = EDITS[number % len(EDITS)]
        at = chance.randrange(59)
        other = chance.choice([index for index in range(60) if index != at])
        with owner.transaction(force_rollback=True):
            for table in ("log_leaf", "log_node", "checkpoint"):
                owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER immutable").format(sql.Identifier(table)))
            changed = owner.execute(
                statement.encode(), {"p": audited.programme_id, "at": at, "other": other, **more(chance)}
            )
            assert changed.rowcount >= 1
            if (fault := _fault_or_damage(audited)) is None:
                pytest.fail(f"not found: {statement} at {at}")
            assert fault.startswith(place.format(at=at, half=at // 2))
    assert first_fault(audited) is None


def _fault_or_damage(access: Access) -> str | None:
    fault = first_fault(access)
    return None if fault is None else f"{fault.place}: {fault.recorded} instead of {fault.expected}"


def test_the_audit_reads_in_batches(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_audit, "_BATCH", 7)
    log_store.append(cast.access, bodies(40))
    assert first_fault(cast.access) is None


def test_a_missing_node_is_named_when_a_proof_needs_it(owner: Connection, cast: Cast) -> None:
    log_store.append(cast.access, bodies(8))
    access = Access(owner, cast.access.programme_id, "test")
    with owner.transaction(force_rollback=True):
        owner.execute("ALTER TABLE log_node DISABLE TRIGGER immutable")
        owner.execute("DELETE FROM log_node WHERE programme_id = %s", [access.programme_id])
        with pytest.raises(FanshareError, match="lacks node 1 of level 1"):
            log_store.inclusion(access, 0, 8)


def test_the_log_of_another_programme_is_another_log(conn: Connection, cast: Cast) -> None:
    log_store.append(cast.access, bodies(3))
    assert log_store.append(found(conn).access, bodies(1)) == 0


def test_a_programme_founded_twice_has_one_log(conn: Connection, cast: Cast) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        log_store.open_log(cast.access, NOW)
    assert directory.programmes(conn)
