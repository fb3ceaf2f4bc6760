"""The schema as a whole keeps its rules, each rule is able to fail, and what is posted can't be changed."""

import re

import psycopg
import pytest
from psycopg import errors, sql

from fanshare.store.access import Connection, connect
from fanshare.store.server import Database
from fanshare.store.tables import GLOBAL, IMMUTABLE, TENANT
from tests.support import catalogue
from tests.support.catalogue import Check
from tests.support.schema import NOW, Cast, found
from tests.support.tree import ROOT

PLANTED: list[tuple[Check, str]] = [
    (catalogue.undeclared_tables, "CREATE TABLE stray (id bigint)"),
    (catalogue.undeclared_tables, "DROP TABLE frozen_context"),
    (
        catalogue.tables_without_programme,
        "ALTER TABLE link DROP CONSTRAINT link_pkey CASCADE; ALTER TABLE link ALTER programme_id DROP NOT NULL",
    ),
    (catalogue.tables_without_programme, "ALTER TABLE order_code DROP COLUMN programme_id CASCADE"),
    (catalogue.unique_indexes_across_programmes, "CREATE UNIQUE INDEX ON link (code)"),
    (catalogue.foreign_keys_across_programmes, "ALTER TABLE connection DROP CONSTRAINT connection_programme_id_fkey"),
    (
        catalogue.foreign_keys_across_programmes,
        "CREATE UNIQUE INDEX u ON party (id); ALTER TABLE ruling ADD FOREIGN KEY (party_id) REFERENCES party (id)",
    ),
    (catalogue.foreign_keys_without_index, "DROP INDEX party_identity_programme_id_connection_id_idx"),
    (catalogue.keys_of_another_type, "ALTER TABLE payout_event ALTER id TYPE integer"),
    (catalogue.keys_of_another_type, "ALTER TABLE payout ALTER changed_at TYPE bigint"),
    (catalogue.money_of_another_type, "ALTER TABLE payout ALTER amount TYPE bigint"),
    (catalogue.immutable_tables_without_trigger, "DROP TRIGGER immutable ON transfer"),
    (catalogue.immutable_tables_without_trigger, "ALTER TABLE transfer DISABLE TRIGGER immutable"),
    (catalogue.immutable_tables_without_trigger, "ALTER TABLE transfer ENABLE TRIGGER immutable"),
    (catalogue.rights_too_many, "GRANT UPDATE ON transfer TO fanshare_app"),
    (catalogue.rights_too_many, "GRANT UPDATE (amount) ON transfer TO fanshare_app"),
    (catalogue.rights_too_many, "GRANT DELETE ON account TO fanshare_app"),
    (catalogue.rights_too_many, "GRANT SELECT ON click_default TO fanshare_app"),
    (catalogue.rights_too_few, "REVOKE DELETE ON vault_key FROM fanshare_app"),
    (catalogue.accounts_without_checks, "ALTER TABLE account DROP CONSTRAINT held_not_negative"),
]


@pytest.mark.parametrize("check", catalogue.CHECKS, ids=lambda check: check.__name__)
def test_the_schema_keeps_the_rule(check: Check, owner: Connection) -> None:
    assert check(owner) == []


@pytest.mark.parametrize(("check", "statement"), PLANTED, ids=[f"{c.__name__}-{s[:40]}" for c, s in PLANTED])
def test_the_rule_finds_a_planted_offence(check: Check, statement: str, owner: Connection) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute(statement.encode())
        assert check(owner)


def test_no_rule_is_without_a_planted_offence() -> None:
    assert set(catalogue.CHECKS) == {check for check, _ in PLANTED}


def test_every_table_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "reference" / "database.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+)`", page))
    assert (TENANT | GLOBAL) - named == {"django_migrations"}
    for row in re.findall(r"^\| `.*$", page, re.MULTILINE):
        tables, kind = row.split("|")[1:3]
        names = re.findall(r"`([a-z_]+)`", tables)
        kinds = [each.strip() for each in kind.split(",")] * (len(names) if "," not in kind else 1)
        assert kinds == ["fixed" if one in IMMUTABLE else "global" if one in GLOBAL else "" for one in names]


CHANGES = ["UPDATE {} SET programme_id = programme_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]


@pytest.mark.parametrize("table", sorted(IMMUTABLE))
def test_what_is_written_down_is_changed_by_nobody(table: str, conn: Connection, owner: Connection) -> None:
    for change in CHANGES:
        statement = sql.SQL(change).format(sql.Identifier(table))
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute(statement)
        with pytest.raises(errors.RestrictViolation, match="never changed or removed"):
            owner.execute(statement)


def test_an_insert_that_would_overwrite_is_refused_as_well(owner: Connection, cast: Cast) -> None:
    with pytest.raises(errors.RestrictViolation):
        owner.execute(
            "INSERT INTO log_node (programme_id, level, index, hash) VALUES (%s, 1, 0, sha256(''))"
            " ON CONFLICT (programme_id, level, index) DO UPDATE SET hash = excluded.hash",
            [cast.access.programme_id],
        )


def test_without_the_trigger_an_edit_by_the_owner_goes_through(owner: Connection, cast: Cast) -> None:
    party, payout = cast.party(), 0
    payout = cast.payout(party, 5)
    cast.access.execute(
        "INSERT INTO payout_event (programme_id, payout_id, state, at) VALUES (%(programme_id)s, %(id)s, 'planned', 1)",
        {"id": payout},
    )
    with owner.transaction(force_rollback=True):
        owner.execute("DROP TRIGGER immutable ON payout_event")
        assert owner.execute("UPDATE payout_event SET at = 2 WHERE payout_id = %s", [payout]).rowcount == 1


def test_a_replica_session_does_not_switch_the_trigger_off(shared_database: Database) -> None:
    assert shared_database.server is not None
    with psycopg.connect(shared_database.server.dsn("admin", shared_database.name), autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        with pytest.raises(errors.RestrictViolation):
            admin.execute("DELETE FROM transfer")


def test_a_row_cannot_point_into_another_programme(conn: Connection, cast: Cast) -> None:
    stranger = found(conn).party()
    with pytest.raises(errors.ForeignKeyViolation):
        cast.payout(stranger, 5)


def test_a_leaf_index_that_was_never_logged_is_refused(cast: Cast) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        cast.access.execute(
            "INSERT INTO terms (programme_id, version, document, hash, effective_at, logged_at, leaf_index)"
            " VALUES (%(programme_id)s, 1, '{}', sha256(''), 1, 1, 0)"
        )


@pytest.mark.parametrize("change", ["2, 1, 2", "3, 1, 0"])
def test_later_terms_take_effect_after_they_were_logged(cast: Cast, change: str) -> None:
    version, effective, logged = (int(each) for each in change.split(", "))
    with pytest.raises((errors.CheckViolation, errors.ForeignKeyViolation)) as caught:
        cast.access.execute(
            "INSERT INTO terms (programme_id, version, document, hash, effective_at, logged_at, leaf_index)"
            " VALUES (%(programme_id)s, %(version)s, '{}', sha256(''), %(effective)s, %(logged)s, 0)",
            {"version": version, "effective": effective, "logged": logged},
        )
    assert isinstance(caught.value, errors.CheckViolation) == (effective < logged)


def test_a_hold_needs_a_release_date(cast: Cast) -> None:
    with pytest.raises(errors.CheckViolation):
        cast.access.execute(
            "INSERT INTO ruling (programme_id, kind, order_id, reason, decided_by, at, leaf_index)"
            " VALUES (%(programme_id)s, 'held', %(order)s, 'odd', 'Bea', 1, 0)",
            {"order": cast.order()},
        )


def _click(cast: Cast, number: int, at: int) -> None:
    cast.access.execute(
        "INSERT INTO click (programme_id, click_id, at, link_id, verdict, drained_at)"
        " SELECT %(programme_id)s, lpad(%(number)s::text, 36, '0'), %(at)s, id, 'valid', 1 FROM link"
        " WHERE programme_id = %(programme_id)s",
        {"number": number, "at": at},
    )


def _partitions(conn: Connection, parent: str) -> list[str]:
    rows = conn.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1", [parent]
    )
    return [name for (name,) in rows]


def test_partitions_are_made_ahead_by_the_application_and_take_over_what_came_early(
    database: Database,
) -> None:
    day = 86_400_000_000
    with connect(database.dsn()) as conn:
        cast = found(conn)
        cast.link()
        _click(cast, 1, NOW)
        assert _partitions(conn, "click") == ["click_default"]
        made = conn.execute("SELECT ensure_partitions(%s, %s)", [NOW, NOW + 62 * day]).fetchone()
        again = conn.execute("SELECT ensure_partitions(%s, %s)", [NOW, NOW + 62 * day]).fetchone()
        assert made is not None
        assert made[0] == len(_partitions(conn, "click")) + len(_partitions(conn, "delivery")) - 2
        assert again == (0,)
        _click(cast, 2, NOW + 40 * day)
        where = cast.access.fetch(
            "SELECT tableoid::regclass::text FROM click WHERE programme_id = %(programme_id)s ORDER BY at"
        )
        assert [name for (name,) in where] == ["click_20261101", "click_20261201"]


@pytest.mark.parametrize("at", [0, 1, 4 * 86_400_000_000 - 1, 4 * 86_400_000_000, NOW, 253_402_300_799_000_000])
def test_months_and_weeks_follow_each_other_without_a_gap(conn: Connection, at: int) -> None:
    row = conn.execute(
        "SELECT month_start(%(at)s), next_month(%(at)s), month_start(next_month(%(at)s)), week_start(%(at)s)",
        {"at": at},
    ).fetchone()
    assert row is not None
    start, following, again, week = row
    assert start <= at < following == again
    assert week <= at < week + 7 * 86_400_000_000
    assert (week // 86_400_000_000 - 4) % 7 == 0  # 1970-01-05 was a Monday


def test_old_deliveries_go_with_their_week_but_parked_ones_stay(database: Database) -> None:
    week = 7 * 86_400_000_000
    with connect(database.dsn()) as conn:
        cast = found(conn)
        conn.execute("SELECT ensure_partitions(%s, %s)", [NOW, NOW + 2 * week])
        for number, state in enumerate(("parked", "done")):
            cast.access.execute(
                "INSERT INTO delivery (programme_id, id, received_at, connection_id, endpoint, body_hash, state)"
                " VALUES (%(programme_id)s, %(id)s, %(at)s, %(connection)s, 'e', sha256(''), %(state)s)",
                {"id": bytes(16), "at": NOW + number * week, "connection": cast.connection(), "state": state},
            )
        assert conn.execute("SELECT drop_deliveries_before(%s)", [NOW]).fetchone() == (0,)
        assert conn.execute("SELECT drop_deliveries_before(%s)", [NOW + 3 * week]).fetchone() == (2,)
        left = cast.access.fetch("SELECT state FROM delivery WHERE programme_id = %(programme_id)s")
        assert left == [("parked",)]
