"""Statements that run ahead of the program: in order, waited for by every other one, and all of them or nothing."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial

import pytest
from psycopg import DataError, errors

from fanshare.core.errors import ConflictError
from fanshare.store.access import Access, AccessError, Connection, Row, connect
from fanshare.store.server import Database
from tests.support.schema import Cast

INSERT = """
INSERT INTO payout_rule (programme_id, currency, minimum)
SELECT %(programme_id)s, currency, %(minimum)s FROM unnest(%(currencies)s::text[]) AS given (currency)
"""
RAISED = (
    "UPDATE payout_rule SET minimum = minimum * 2 WHERE programme_id = %(programme_id)s RETURNING currency, minimum"
)
READ = "SELECT currency, minimum FROM payout_rule WHERE programme_id = %(programme_id)s ORDER BY currency"
HELD = "SELECT pg_advisory_xact_lock(4711) WHERE %(programme_id)s > 0"
GONE_WRONG = "SELECT 1 / (%(programme_id)s - %(programme_id)s)"


@contextmanager
def plain_words() -> Iterator[None]:
    try:
        yield
    except errors.DivisionByZero as error:
        raise ConflictError("too_much", "More would be taken than is there.") from error


def test_statements_run_in_their_order_and_every_other_one_waits_for_them(cast: Cast) -> None:
    access = cast.access
    with access.transaction(), access.ahead():
        access.later(INSERT, {"currencies": ["EUR", "USD"], "minimum": 5})
        raised = access.later(RAISED)
        access.later(INSERT, {"currencies": ["SEK"], "minimum": 1})
        assert access.fetch(READ) == [("EUR", 10), ("SEK", 1), ("USD", 10)]
        assert sorted(raised.result()) == [("EUR", 10), ("USD", 10)]


def test_the_program_goes_on_while_the_database_works(cast: Cast, shared_database: Database) -> None:
    access = cast.access
    with connect(shared_database.dsn()) as other:
        other.execute("SELECT pg_advisory_lock(4711)")
        with access.transaction(), access.ahead():
            held = access.later(HELD)
            access.later(INSERT, {"currencies": ["EUR"], "minimum": 5})
            assert not held.done()  # it can't be before the other one lets go
            other.execute("SELECT pg_advisory_unlock(4711)")
    assert access.fetch(READ) == [("EUR", 5)]


def test_outside_it_a_statement_runs_at_once(cast: Cast) -> None:
    done = cast.access.later(INSERT, {"currencies": ["EUR"], "minimum": 5})
    assert done.done()
    assert cast.access.fetch(READ) == [("EUR", 5)]


def run_ahead(access: Access, *work: Callable[[], object]) -> None:
    with access.transaction(), access.ahead():
        for one in work:
            one()


def test_what_the_database_refuses_is_raised_by_the_next_one_and_nothing_stays(cast: Cast) -> None:
    access = cast.access
    insert = partial(access.later, INSERT, {"currencies": ["EUR"], "minimum": 5})
    never: list[bool] = []
    with pytest.raises(errors.DivisionByZero):
        run_ahead(
            access, insert, partial(access.later, GONE_WRONG), partial(access.fetch, READ), partial(never.append, True)
        )
    assert never == []
    assert access.fetch(READ) == []


def test_what_the_database_refuses_at_last_is_raised_at_the_end_in_plain_words(cast: Cast) -> None:
    access = cast.access
    insert = partial(access.later, INSERT, {"currencies": ["EUR"], "minimum": 5})
    with pytest.raises(ConflictError, match="More would be taken"):
        run_ahead(access, insert, partial(access.later, GONE_WRONG, within=plain_words))
    assert access.fetch(READ) == []


def test_whoever_waits_for_the_rows_of_a_later_one_is_told_what_went_wrong_first(cast: Cast) -> None:
    access = cast.access

    def waits() -> None:
        access.later(RAISED).result()

    with pytest.raises(ConflictError, match="More would be taken"):
        run_ahead(access, partial(access.later, GONE_WRONG, within=plain_words), waits)


def test_threads_take_short_turns_so_that_a_large_statement_leaves_while_the_program_works(cast: Cast) -> None:
    with cast.access.transaction(), cast.access.ahead():
        assert sys.getswitchinterval() <= 0.001
    assert sys.getswitchinterval() <= 0.001


def test_after_an_error_of_the_program_what_waits_is_not_begun(cast: Cast, shared_database: Database) -> None:
    access, waiting = cast.access, list[Future[list[Row]]]()

    def lets_go_soon(other: Connection) -> None:
        access.later(HELD)
        waiting.append(access.later(INSERT, {"currencies": ["EUR"], "minimum": 5}))
        threading.Timer(0.2, other.execute, ["SELECT pg_advisory_unlock(4711)"]).start()
        raise KeyError

    with connect(shared_database.dsn()) as other:
        other.execute("SELECT pg_advisory_lock(4711)")
        with pytest.raises(KeyError):
            run_ahead(access, partial(lets_go_soon, other))
    assert waiting[0].cancelled()
    assert access.fetch(READ) == []


def test_a_savepoint_inside_is_the_whole_block(cast: Cast) -> None:
    access = cast.access
    insert = partial(access.later, INSERT, {"currencies": ["EUR"], "minimum": 5})
    inside = partial(run_ahead, access, partial(access.later, GONE_WRONG))
    with pytest.raises(errors.DivisionByZero):
        run_ahead(access, insert, inside)
    assert access.fetch(READ) == []


def test_only_inside_a_transaction_do_statements_run_ahead(cast: Cast) -> None:
    with pytest.raises(AccessError, match="inside a transaction"), cast.access.ahead():
        pass


def test_the_door_is_the_same(cast: Cast) -> None:
    access = cast.access
    with access.transaction(), access.ahead():
        with pytest.raises(AccessError):
            access.later("SELECT id FROM party")
        with pytest.raises(AccessError, match="bound by its access alone"):
            access.later(READ, {"programme_id": 1})
        with pytest.raises(DataError, match="NUL"):
            access.later(INSERT, {"currencies": ["E\0R"], "minimum": 5})


def test_lists_arrive_as_they_would_otherwise(conn: Connection, cast: Cast) -> None:
    said = (
        "SELECT %(numbers)s::bigint[], %(texts)s::text[], %(bytes)s::bytea[], %(none)s::bigint[], %(mixed)s::numeric[]"
    )
    values = {
        "numbers": [1, None, -(2**62)], "texts": ['a"b\\', "", None, "{x,y}", "ö"], "bytes": [b"\x00\xff", b"", None],
        "none": [], "mixed": [1, 2.5],
    }  # fmt: skip
    statement = said + " WHERE %(programme_id)s > 0"
    with cast.access.transaction(), cast.access.ahead():
        ahead = cast.access.later(statement, values)
    assert ahead.result() == conn.execute(said, values).fetchall()
