"""Lists written by hand as array literals: what goes in comes out, and what cannot be written is refused."""

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanshare.store.access import Connection

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


def _comes_back(conn: Connection, values: list[object], of: str) -> bool:
    row = conn.execute(f"SELECT %s::{of}[]".encode(), [values]).fetchone()
    return row is not None and row[0] == values


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=8),
    st.lists(st.none() | TEXTS | st.sampled_from(['"', "\\", "NULL", "null", "", "{}", ",", " a ", '\\"']), max_size=8),
    st.lists(st.none() | st.binary(max_size=9), max_size=8),
    st.lists(st.none() | st.booleans(), max_size=8),
)
def test_a_list_comes_back_as_it_went(
    conn: Connection,
    integers: list[object],
    texts: list[object],
    octets: list[object],
    flags: list[object],
) -> None:
    assert _comes_back(conn, integers, "bigint")
    assert _comes_back(conn, texts, "text")
    assert _comes_back(conn, octets, "bytea")
    assert _comes_back(conn, flags, "boolean")


def test_other_lists_go_the_usual_way(conn: Connection) -> None:
    assert _comes_back(conn, [1.5, None, 2.0], "float8")
    assert _comes_back(conn, [[1, 2], [3, 4]], "bigint")
    assert _comes_back(conn, [None, None], "text")
    assert _comes_back(conn, [], "bytea")


def test_what_postgresql_cannot_hold_is_refused(conn: Connection) -> None:
    with pytest.raises(psycopg.DataError):
        conn.execute("SELECT %s::text[]", [["a\0b"]])
    with pytest.raises(psycopg.DataError):
        conn.execute("SELECT %s::bigint[]", [[2**63]])
    with pytest.raises(UnicodeEncodeError):
        conn.execute("SELECT %s::text[]", [["\ud800"]])


def test_a_list_of_any_width_can_be_compared_with_a_column(conn: Connection) -> None:
    for width in (1, 2**20, 2**40):
        row = conn.execute("SELECT %s = ANY(%s)", [width, [width]]).fetchone()
        assert row == (True,)
