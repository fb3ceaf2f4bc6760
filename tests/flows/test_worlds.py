"""Fifty worlds through the real flows on PostgreSQL: any order, any batching, and the ledger is the one in memory."""

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fanshare.core.instants import DAY
from fanshare.core.orders import OrderState
from fanshare.core.statement_check import verify
from fanshare.flows.check import check
from fanshare.flows.close import close_all
from fanshare.flows.context import Programme
from fanshare.flows.seal import seal
from fanshare.flows.statements import make_statement
from fanshare.store import codec, signing
from fanshare.store.access import Connection
from fanshare.store.signing import LogSigner
from fanshare.verifier import fanshare_verify
from tests.support.effort import effort
from tests.support.pg_books import PgBooks
from tests.support.worlds import EPOCH, Books, World

NOW = EPOCH + 60 * DAY
LATER = EPOCH + 200 * DAY


def settled_in_memory(books: PgBooks) -> Books:
    found = books.in_memory(NOW)
    for order, state in books.world.deliveries:
        found.accept(order, state)
    found.settle_all()
    return found


def fees_in(books: Books) -> dict[tuple[int, int, str], int]:
    """The operator's fee on every part, by order, creator and currency."""
    return {(*pair, part.currency): part.fee for pair, part in books.posted.items() if part.fee}


def offences(programme: Programme, signer: LogSigner, now: int) -> list[str]:
    proved = check(replace(programme, log_keys=signer.keys), now)
    return [f"{finding.name}: {finding.message}" for finding in proved if not finding.ok]


def signer_of(books: PgBooks, keys: Path) -> LogSigner:
    return signing.load_or_create(keys, f"shop.example/log/{books.tenant.public_id}")


@pytest.mark.soak_sized
def test_fifty_worlds_end_in_the_ledger_that_memory_has(conn: Connection, tmp_path: Path) -> None:
    for seed in range(effort(50)):
        books = PgBooks.founded(conn, World.random(seed))
        signer = signer_of(books, tmp_path)
        books.deliver(random.Random(seed), NOW, batch=random.Random(seed).choice([1, 2, 300]))
        in_memory = settled_in_memory(books)
        assert books.snapshot() == in_memory.snapshot(), f"world {seed}"
        assert books.fees() == fees_in(in_memory), f"world {seed}"
        recorded = books.touches_as_recorded()
        for order in books.world.orders:
            found = codec.touches(recorded[str(order.id)])
            assert sorted(found, key=lambda touch: touch.id) == sorted(order.touches, key=lambda touch: touch.id)
        assert offences(books.programme, signer, NOW) == [], f"world {seed}"
        assert books.settle(NOW) == 0, f"world {seed} is settled"


@pytest.mark.soak_sized
def test_worlds_that_go_on_after_a_close_agree_with_memory(conn: Connection, tmp_path: Path) -> None:
    """Half of what happens comes before the close, half of it after; both halves in an order of their own."""
    for seed in range(1000, 1000 + effort(12)):
        books, dice = PgBooks.founded(conn, World.random(seed, orders=8)), random.Random(seed)
        in_memory = books.in_memory(LATER)
        before, after = _halves(books.world, dice)
        books.drain(books.clicks, LATER)
        _deliver_both(books, in_memory, before)
        for order in books.world.orders:
            if any(number == order.id for number, _ in before):
                books.decide(order, LATER)
        books.settle(LATER)
        in_memory.settle_all()
        # Memory also closes months in which nothing was ever worth anything; the database leaves those open.
        assert 0 < close_all(books.programme, LATER) <= in_memory.close_all(), f"world {seed}"
        books.settle(LATER)
        _deliver_both(books, in_memory, after)
        in_memory.settle_all()
        assert books.snapshot() == in_memory.snapshot(), f"world {seed}"
        assert books.fees() == fees_in(in_memory), f"world {seed}"
        assert offences(books.programme, signer_of(books, tmp_path), LATER) == [], f"world {seed}"


def _halves(world: World, dice: random.Random) -> tuple[list[tuple[int, OrderState]], list[tuple[int, OrderState]]]:
    """Every order begins in the first half, so that people can decide about it there."""
    first = [(order.id, order.states[0]) for order in world.orders]
    rest = [one for one in world.deliveries if one not in first]
    dice.shuffle(rest)
    early, late = first + rest[: len(rest) // 3], rest[len(rest) // 3 :]
    dice.shuffle(early)
    return early, late


def _deliver_both(books: PgBooks, in_memory: Books, deliveries: Sequence[tuple[int, OrderState]]) -> None:
    for number, state in deliveries:
        books.accept([(number, state)], LATER)
        books.settle(LATER)
        in_memory.accept(number, state)


def test_statements_from_the_real_flows_verify_with_both_verifiers(conn: Connection, tmp_path: Path) -> None:
    made = 0
    for seed in (2, 7, 13):
        books = PgBooks.founded(conn, World.random(seed))
        books.deliver(random.Random(seed), NOW)
        seal(books.programme, NOW)
        signer = signer_of(books, tmp_path)
        parties = {key.party for key in books.snapshot() if key.party is not None}
        for party in sorted(parties)[:3]:
            statement = make_statement(books.programme, books.tenant, signer, party, NOW)
            report = verify(statement, signing.verify, trusted_keys=signer.keys)
            assert report.ok, [one for one in report.checks if one.status not in ("ok", "note")]
            assert all(one["lines"] for one in statement["currencies"])
            made += 1
            if made % 3 == 1:
                assert _stand_alone(statement, tmp_path) == 0
    assert made >= 5


def _stand_alone(statement: dict[str, Any], directory: Path) -> int:
    """The exit code of the verifier that needs nothing but Python."""
    file = directory / "statement.json"
    file.write_text(json.dumps(statement))
    script = str(fanshare_verify.__file__)
    return subprocess.run([sys.executable, "-I", script, str(file)], capture_output=True, check=False).returncode
