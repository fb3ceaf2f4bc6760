"""The only door to tenant data: it binds the programme, refuses loose statements, and nobody walks around it."""

import pytest
from psycopg import errors

from fanshare.core.errors import FanshareError
from fanshare.store.access import Access, AccessError, Connection, check_statement, connect, retry
from fanshare.store.server import Database
from tests.support import doors
from tests.support.schema import Cast, found
from tests.support.tree import PACKAGE, modules, name

LOOSE = [
    "SELECT 1",
    "SELECT id FROM party",
    "SELECT id FROM party WHERE id = %(programme_id)s",
    "SELECT id FROM party -- WHERE programme_id = %(programme_id)s",
    "SELECT id FROM party /* programme_id = %(programme_id)s */",
    "SELECT p.id FROM party p JOIN link l ON l.creator_party_id = p.id WHERE p.programme_id = %(programme_id)s",
    "DELETE FROM party USING link WHERE party.programme_id = %(programme_id)s",
    "UPDATE link SET code = '' WHERE id = %(programme_id)s",
    "SELECT id FROM party WHERE programme_id = %(programme_id)s AND id IN (SELECT creator_party_id FROM link)",
]
TIED = [
    "SELECT id FROM party WHERE programme_id = %(programme_id)s",
    "SELECT p.id FROM party p JOIN link l USING (programme_id) WHERE programme_id = %(programme_id)s",
    "INSERT INTO party (programme_id, kind) SELECT %(programme_id)s, kind FROM unnest(%(kinds)s::text[]) AS k (kind)",
    "UPDATE account a SET balance = 0 FROM unnest(%(ids)s) AS u (id) WHERE a.programme_id = %(programme_id)s",
    "SELECT id FROM party WHERE programme_id = %(programme_id)s AND code IS DISTINCT FROM code FOR UPDATE",
]


@pytest.mark.parametrize("statement", LOOSE)
def test_a_statement_that_could_reach_other_programmes_is_refused(statement: str) -> None:
    with pytest.raises(AccessError):
        check_statement(statement)


@pytest.mark.parametrize("statement", TIED)
def test_a_statement_that_ties_every_table_passes(statement: str) -> None:
    check_statement(statement)


def test_bea_does_not_see_the_rows_of_another_programme(conn: Connection, cast: Cast) -> None:
    other = found(conn)
    mine, theirs = cast.party(), other.party()
    query = "SELECT id FROM party WHERE programme_id = %(programme_id)s ORDER BY id"
    assert cast.access.fetch(query) == [(mine,)]
    assert other.access.fetch(query) == [(theirs,)]


def test_a_caller_cannot_name_another_programme(cast: Cast) -> None:
    with pytest.raises(AccessError, match="bound by its access alone"):
        cast.access.fetch("SELECT id FROM party WHERE programme_id = %(programme_id)s", {"programme_id": 1})


@pytest.mark.parametrize("programme", [0, -1, True, "1", None])
def test_an_access_belongs_to_one_programme(conn: Connection, programme: int) -> None:
    with pytest.raises(AccessError):
        Access(conn, programme, "test")


def test_values_and_rows_are_read_one_at_a_time(cast: Cast) -> None:
    query = "SELECT id, kind FROM party WHERE programme_id = %(programme_id)s AND kind = %(kind)s"
    party = cast.party("fan")
    assert cast.access.fetch_one(query, {"kind": "fan"}) == (party, "fan")
    assert cast.access.value(query, {"kind": "fan"}) == party
    assert cast.access.fetch_one(query, {"kind": "buyer"}) is None
    assert cast.access.value(query, {"kind": "buyer"}) is None


def test_many_rows_go_through_the_same_door(cast: Cast) -> None:
    insert = "INSERT INTO scope (programme_id, creator_party_id) VALUES (%(programme_id)s, %(party)s)"
    parties = [cast.party() for _ in range(3)]
    cast.access.execute_many(insert, [{"party": party} for party in parties])
    count = "SELECT count(*) FROM scope WHERE programme_id = %(programme_id)s"
    assert cast.access.value(count) == 3
    with pytest.raises(AccessError):
        cast.access.execute_many("DELETE FROM scope", [{}])


def test_a_transaction_that_fails_leaves_nothing(cast: Cast) -> None:
    def fail() -> None:
        with cast.access.transaction():
            cast.party()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert cast.access.value("SELECT count(*) FROM party WHERE programme_id = %(programme_id)s") == 0


def test_a_connection_commits_durably_and_reads_what_is_committed(shared_database: Database) -> None:
    with connect(shared_database.dsn()) as conn:
        settings = {
            setting: conn.execute("SELECT current_setting(%s)", [setting]).fetchone()
            for setting in ("synchronous_commit", "transaction_isolation", "TimeZone")
        }
    assert settings == {
        "synchronous_commit": ("on",),
        "transaction_isolation": ("read committed",),
        "TimeZone": ("UTC",),
    }


def test_a_transaction_is_durable_even_where_the_session_was_made_careless(cast: Cast) -> None:
    cast.access.conn.execute("SET synchronous_commit = off")
    shown = "SHOW synchronous_commit"
    with cast.access.transaction():
        with cast.access.transaction():
            pass
        assert cast.access.conn.execute(shown).fetchone() == ("on",)
    assert cast.access.conn.execute(shown).fetchone() == ("off",)
    assert retry(cast.access.conn, lambda: cast.access.conn.execute(shown).fetchone()) == ("on",)


def test_a_connection_keeps_the_statements_of_a_whole_round_of_a_worker_prepared(shared_database: Database) -> None:
    with connect(shared_database.dsn()) as conn:
        for _ in range(6):  # the driver prepares what comes for the sixth time
            for number in range(300):
                conn.execute(f"SELECT {number}".encode())
        assert conn.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (300,)


def test_work_is_tried_again_after_a_deadlock_and_begins_afresh(cast: Cast) -> None:
    calls = []

    def work() -> int:
        calls.append(cast.party())
        if len(calls) < 3:
            raise errors.DeadlockDetected
        return calls[-1]

    made = retry(cast.access.conn, work)
    assert cast.access.fetch("SELECT id FROM party WHERE programme_id = %(programme_id)s") == [(made,)]
    assert len(calls) == 3


def test_trying_again_ends(conn: Connection) -> None:
    def work() -> None:
        raise errors.SerializationFailure

    with pytest.raises(errors.SerializationFailure):
        retry(conn, work, attempts=2)


def test_other_errors_are_not_tried_again(conn: Connection) -> None:
    calls = []

    def work() -> None:
        calls.append(1)
        raise FanshareError("no", "No.")

    with pytest.raises(FanshareError):
        retry(conn, work)
    assert calls == [1]


def test_half_a_transaction_cannot_be_tried_again(conn: Connection) -> None:
    with conn.transaction(), pytest.raises(AccessError):
        retry(conn, lambda: None)


#: Flows may say what they need beside the use case; every other room asks the store or a flow.
SPEAKING = [*modules(PACKAGE / "store"), *modules(PACKAGE / "flows")]


def test_no_other_room_speaks_to_tenant_tables() -> None:
    silent = [path for path in modules(PACKAGE) if path not in SPEAKING]
    offences = [f"{name(path)}: {each}" for path in silent for each in doors.sql_outside(path.read_text("utf-8"))]
    assert not offences, "\n" + "\n".join(offences)


def test_whoever_speaks_to_tenant_tables_uses_the_door() -> None:
    offences = [f"{name(path)}: {each}" for path in SPEAKING for each in doors.around_the_door(path.read_text("utf-8"))]
    assert not offences, "\n" + "\n".join(offences)


def test_every_statement_ties_its_tables() -> None:
    statements = [each for path in SPEAKING for each in doors.statements(path.read_text("utf-8"))]
    assert len(statements) > 40
    for statement in statements:
        check_statement(statement)


@pytest.mark.parametrize(
    "source",
    [
        "conn.execute('SELECT balance FROM account')",
        "QUERY = 'UPDATE shop_order SET net = 0'",
        "query = f'DELETE FROM {table} USING party'",
        "a = 'INSERT INTO transfer ' 'VALUES (1)'",
    ],
)
def test_sql_planted_in_another_room_is_found(source: str) -> None:
    assert doors.sql_outside(source)


@pytest.mark.parametrize(
    "source",
    [
        "conn.execute('SELECT balance FROM account')",
        "self._conn.execute('SELECT balance FROM account')",
        "cursor.execute(b'SELECT balance FROM account')",
        "QUERY = 'SELECT balance FROM account'\nconn.execute(QUERY)",
        "access.conn.execute('SELECT balance FROM account')",
        "with conn.cursor() as c:\n    c.executemany('DELETE FROM party', [])",
        "conn.cursor().copy('COPY party FROM STDIN')",
    ],
)
def test_a_way_around_the_door_is_found(source: str) -> None:
    assert doors.around_the_door(source)


def test_prose_about_tables_offends_nobody() -> None:
    source = '"""Read the balance from account rows."""\n\ndef f() -> None:\n    """UPDATE account is never used."""\n'
    assert not doors.sql_outside(source)
    assert not doors.sql_outside("message = 'Choose a code from party rows'")
