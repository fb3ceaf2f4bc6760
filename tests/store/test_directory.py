"""What is known before the programme is: programmes, public keys, who has work, facts of the installation."""

import secrets

import pytest
from psycopg import errors

from fanshare.core.errors import ConflictError, FanshareError
from fanshare.store import directory
from fanshare.store.access import Connection
from fanshare.store.directory import NewProgramme, Target
from fanshare.store.log_store import tree
from tests.support.schema import NOW, Cast, found


def new(slug: str) -> NewProgramme:
    return NewProgramme(slug, "Bea's shop", "DE", "EUR", "Europe/Berlin", contact="bea@example.com")


def test_a_programme_is_founded_with_its_log_and_found_by_its_name(conn: Connection) -> None:
    slug = f"shop-{secrets.token_hex(6)}"
    made = directory.found_programme(conn, new(slug), NOW, "Bea")
    assert directory.programme(conn, slug) == made
    assert made in directory.programmes(conn)
    assert (made.name, made.currency, made.admission, made.demo) == ("Bea's shop", "EUR", "application", False)
    assert len(made.public_id) == 16


def test_a_name_is_taken_once_and_the_connection_stays_usable(conn: Connection) -> None:
    slug = f"shop-{secrets.token_hex(6)}"
    directory.found_programme(conn, new(slug), NOW, "Bea")
    with conn.transaction():
        with pytest.raises(ConflictError) as caught:
            directory.found_programme(conn, new(slug), NOW, "Stray")
        assert caught.value.code == "slug_taken"
        assert directory.programme(conn, slug).slug == slug


def test_an_unknown_programme_is_not_found(conn: Connection) -> None:
    with pytest.raises(FanshareError) as caught:
        directory.programme(conn, "nobody")
    assert caught.value.status == 404


@pytest.mark.parametrize("slug", ["", "Bea", "-bea", "b" * 64, "be a"])
def test_a_short_name_fits_an_address(conn: Connection, slug: str) -> None:
    with pytest.raises(errors.CheckViolation):
        directory.found_programme(conn, new(slug), NOW, "Bea")


def test_a_public_key_leads_to_its_programme_and_row(conn: Connection, cast: Cast) -> None:
    code = secrets.token_hex(6)
    directory.register(cast.access, "link", {code: 7})
    assert directory.find(conn, "link", code) == Target(cast.access.programme_id, 7)
    assert directory.find(conn, "hook", code) is None


def test_a_taken_key_registers_none_of_the_batch(conn: Connection, cast: Cast) -> None:
    code, other = secrets.token_hex(6), secrets.token_hex(6)
    directory.register(cast.access, "link", {code: 7})
    with pytest.raises(ConflictError) as caught:
        directory.register(found(conn).access, "link", {other: 1, code: 2})
    assert caught.value.code == "key_taken"
    assert directory.find(conn, "link", other) is None
    assert directory.find(conn, "link", code) == Target(cast.access.programme_id, 7)


def test_a_key_is_forgotten_by_its_own_programme_alone(conn: Connection, cast: Cast) -> None:
    code = secrets.token_hex(6)
    directory.register(cast.access, "link", {code: 7})
    directory.forget(found(conn).access, "link", [code])
    assert directory.find(conn, "link", code) is not None
    directory.forget(cast.access, "link", [code])
    assert directory.find(conn, "link", code) is None


def due(cast: Cast, at: int) -> int:
    cast.access.execute(
        "INSERT INTO settle_due (programme_id, order_id, reason, due_at)"
        " VALUES (%(programme_id)s, %(order)s, 'state', %(at)s)",
        {"order": cast.order(), "at": at},
    )
    return cast.access.programme_id


def delivery(cast: Cast, at: int, *, state: str = "new", retry_at: int = 0) -> int:
    cast.access.execute(
        "INSERT INTO delivery (programme_id, id, received_at, connection_id, endpoint, body_hash, state, retry_at)"
        " VALUES (%(programme_id)s, %(id)s, %(at)s, %(connection)s, 'e', sha256(''), %(state)s, %(retry_at)s)",
        {
            "id": secrets.token_bytes(16),
            "at": at,
            "connection": cast.connection(),
            "state": state,
            "retry_at": retry_at,
        },
    )
    return cast.access.programme_id


def test_who_waits_longest_is_served_first(conn: Connection) -> None:
    casts = [found(conn) for _ in range(4)]
    ours = {cast.access.programme_id for cast in casts}
    late, early, many = due(casts[0], 50), due(casts[1], 10), due(casts[2], 40)
    due(casts[2], 30)
    due(casts[3], 51)
    assert [one for one in directory.programmes_to_settle(conn, 50) if one in ours] == [early, many, late]


def test_deliveries_that_are_new_and_due_make_work(conn: Connection) -> None:
    casts = [found(conn) for _ in range(4)]
    ours = {cast.access.programme_id for cast in casts}
    second, first = delivery(casts[0], 9), delivery(casts[1], 8)
    delivery(casts[2], 7, state="parked")
    delivery(casts[3], 7, retry_at=51)
    assert [one for one in directory.programmes_with_deliveries(conn, 50) if one in ours] == [first, second]


def test_facts_of_the_installation_are_kept(conn: Connection) -> None:
    assert directory.fact(conn, "demo") is None
    directory.set_fact(conn, "demo", "yes", NOW)
    directory.set_fact(conn, "demo", "no", NOW + 1)
    assert directory.fact(conn, "demo") == "no"


def test_partitions_are_made_and_dropped_by_the_application(conn: Connection) -> None:
    week = 7 * 86_400_000_000
    assert directory.ensure_partitions(conn, NOW, NOW + week) >= 2
    assert directory.ensure_partitions(conn, NOW, NOW + week) == 0
    assert directory.drop_deliveries_before(conn, NOW + 3 * week) == 2
    with pytest.raises(errors.InvalidParameterValue):
        directory.ensure_partitions(conn, 0, 10**18)


def test_a_founded_programme_has_an_empty_log(cast: Cast) -> None:
    assert tree(cast.access).frontier.size == 0


def test_public_ids_do_not_repeat() -> None:
    assert len({directory.public_id() for _ in range(1000)}) == 1000
