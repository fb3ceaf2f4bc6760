"""Links that sign in once, seats and hats, sessions: over the real database."""

import threading
from dataclasses import dataclass
from typing import Any, LiteralString

import pytest

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, MINUTE, SECOND
from fanshare.core.terms_text import parse
from fanshare.flows import sign_in, staff
from fanshare.flows.authorisation import MATRIX, Hat, Role, Seat, allowed
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.people import Joiner, add_creator, add_fan, erase, know_identity
from fanshare.flows.publish_terms import publish_terms
from fanshare.store import directory
from fanshare.store.access import Access, Connection, connect
from fanshare.store.server import Database
from tests.edge.running import KEYS
from tests.jobs.house import TERMS
from tests.support.schema import NOW, conn, found, schema_template, shared_database

__all__ = ["conn", "schema_template", "shared_database"]

OTTO, BEA, CLEO, FINN, STRAY = (f"{name}@example.test" for name in ("otto", "bea", "cleo", "finn", "stray"))


@dataclass
class Shop:
    """A programme with Bea, Cleo and Finn in it."""

    programme: Programme
    slug: str
    cleo: int
    finn: int


@pytest.fixture
def shop(conn: Connection) -> Shop:
    access = found(conn).access
    tenant = next(one for one in directory.programmes(conn) if one.id == access.programme_id)
    publish_terms(access, parse(TERMS, "toml"), NOW)
    programme = open_programme(access, tenant.public_id, KEYS)
    staff.add_brand_person(access, tenant.public_id, KEYS, BEA, NOW)
    cleo = add_creator(programme, Joiner("Cleo", CLEO), NOW)
    finn = add_fan(programme, Joiner("Finn", FINN), NOW)
    return Shop(programme, tenant.slug, cleo, finn)


def seats(conn: Connection, shop: Shop, address: str) -> list[Seat]:
    """What an address is in this shop."""
    return [seat for seat in sign_in.seats_of(conn, KEYS, address) if seat.programme_id in (0, _id(shop))]


def _id(shop: Shop) -> int:
    return shop.programme.access.programme_id


def test_everybody_is_known_by_her_address_however_it_is_typed(conn: Connection, shop: Shop) -> None:
    assert [seat.role for seat in seats(conn, shop, BEA)] == [Role.BRAND]
    assert seats(conn, shop, " CLEO@Example.Test ") == [Seat(Role.CREATOR, _id(shop), shop.cleo)]
    assert seats(conn, shop, FINN) == [Seat(Role.FAN, _id(shop), shop.finn)]
    assert seats(conn, shop, STRAY) == []
    staff.add_operator(conn, KEYS, OTTO, NOW)
    assert Role.OPERATOR in {seat.role for seat in seats(conn, shop, OTTO)}


def test_somebody_may_wear_several_hats(conn: Connection, shop: Shop) -> None:
    fan = add_fan(shop.programme, Joiner("Cleo too", CLEO), NOW)
    worn = sign_in.hats(conn, seats(conn, shop, CLEO))
    assert {(hat.role, hat.seat.id) for hat in worn} == {(Role.CREATOR, shop.cleo), (Role.FAN, fan)}
    assert {hat.programme for hat in worn} == {shop.slug}


def test_an_address_learned_from_an_order_signs_nobody_in(conn: Connection, shop: Shop) -> None:
    know_identity(shop.programme, shop.finn, "email", STRAY, NOW)
    assert seats(conn, shop, STRAY) == []


def test_a_link_signs_in_once_and_takes_the_others_along(conn: Connection, shop: Shop) -> None:
    first, second = (sign_in.make_link(conn, KEYS, CLEO, NOW) for _ in range(2))
    assert sign_in.works(conn, first, NOW)
    assert sign_in.works(conn, first, NOW + MINUTE), "looking at it does not use it up"
    assert Seat(Role.CREATOR, _id(shop), shop.cleo) in sign_in.redeem(conn, KEYS, first, NOW + MINUTE)
    assert sign_in.redeem(conn, KEYS, first, NOW + MINUTE) == ()
    assert sign_in.redeem(conn, KEYS, second, NOW + MINUTE) == ()


def test_a_link_works_for_fifteen_minutes(conn: Connection, shop: Shop) -> None:
    token = sign_in.make_link(conn, KEYS, FINN, NOW)
    assert sign_in.works(conn, token, NOW + 15 * MINUTE - 1)
    assert not sign_in.works(conn, token, NOW + 15 * MINUTE)
    assert not sign_in.works(conn, token, NOW - SECOND), "a clock that was set back opens nothing"
    assert sign_in.redeem(conn, KEYS, token, NOW + 15 * MINUTE) == ()


def test_of_many_who_press_at_once_one_gets_in(shared_database: Database, conn: Connection, shop: Shop) -> None:
    token = sign_in.make_link(conn, KEYS, FINN, NOW)
    got: list[int] = []

    def press() -> None:
        with connect(shared_database.dsn()) as mine:
            got.append(len(sign_in.redeem(mine, KEYS, token, NOW)))

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, got)) == [False] * 5 + [True]


def test_neither_token_nor_address_lies_in_the_database(conn: Connection, shop: Shop) -> None:
    token = sign_in.make_link(conn, KEYS, "CLEO@example.test", NOW)
    sign_in.keep_session(conn, KEYS, "k" * 32, {"seats": [["creator", 1, 2]]}, NOW)
    staff.add_operator(conn, KEYS, OTTO, NOW)
    for table in ("sign_in_link", "web_session", "operator", "outbox", "vault_item", "brand_person"):
        text = str(conn.execute(f"SELECT coalesce(json_agg(t), '[]')::text FROM {table} t").fetchone()).lower()
        for canary in (token.lower(), "cleo@", "otto@", "bea@", "k" * 32, b"otto@".hex(), token.encode().hex()):
            assert canary not in text, (table, canary)


def test_an_unknown_address_gets_no_link_and_nobody_gets_a_heap(conn: Connection, shop: Shop) -> None:
    with pytest.raises(BadInputError, match="known by this address"):
        sign_in.make_link(conn, KEYS, STRAY, NOW)
    with pytest.raises(BadInputError, match="not an e-mail address"):
        sign_in.make_link(conn, KEYS, "bea@example.test\nbcc: x@example.test", NOW)
    at = NOW + DAY
    for _ in range(sign_in.LINKS_AT_ONCE):
        sign_in.make_link(conn, KEYS, BEA, at)
    with pytest.raises(FanshareError, match="use the newest"):
        sign_in.make_link(conn, KEYS, BEA, at)
    sign_in.make_link(conn, KEYS, BEA, at, at_once=100)


def test_whoever_is_removed_or_erased_is_refused_at_once(conn: Connection, shop: Shop) -> None:
    access, public_id = shop.programme.access, shop.programme.public_id
    before = [*seats(conn, shop, BEA), *seats(conn, shop, CLEO), *seats(conn, shop, FINN)]
    assert len(sign_in.hats(conn, before)) == 3
    staff.remove_brand_person(access, public_id, KEYS, BEA, NOW)
    erase(shop.programme, shop.cleo, NOW)
    assert [hat.role for hat in sign_in.hats(conn, before)] == [Role.FAN]
    assert seats(conn, shop, BEA) == seats(conn, shop, CLEO) == []
    staff.add_operator(conn, KEYS, OTTO, NOW)
    otto = [seat for seat in sign_in.seats_of(conn, KEYS, OTTO) if seat.role is Role.OPERATOR]
    staff.remove_operator(conn, KEYS, OTTO, NOW)
    assert sign_in.hats(conn, otto) == ()


def test_a_seat_of_another_kind_or_programme_is_no_hat(conn: Connection, shop: Shop) -> None:
    forged = [Seat(Role.CREATOR, _id(shop), shop.finn), Seat(Role.BRAND, _id(shop), 10**9), Seat(Role.OPERATOR, 0, 0)]
    assert sign_in.hats(conn, [*forged, Seat(Role.FAN, 10**9, shop.finn)]) == ()


def test_a_hat_brings_the_row_of_its_programme_and_terms_are_read_once_until_there_are_newer_ones(
    conn: Connection, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    access, asked = shop.programme.access, list[str]()
    whole = access.fetch

    def fetch(_access: Access, statement: LiteralString, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        asked.append(statement)
        return whole(statement, params)

    monkeypatch.setattr(Access, "fetch", fetch)

    def opened() -> int:
        hat = sign_in.hats(conn, seats(conn, shop, FINN))[0]
        assert hat.tenant == directory.programme_with_id(conn, _id(shop))
        asked.clear()
        assert hat.tenant is not None
        programme = open_programme(access, hat.tenant.public_id, KEYS, hat.tenant.newest_terms)
        return max(terms.version for terms in programme.book)

    assert (opened(), len(asked)) == (1, 1)
    assert (opened(), len(asked)) == (1, 0), "the same terms again"
    for version, rate in ((2, "13"), (3, "12")):
        publish_terms(access, parse(TERMS.replace('"12"', f'"{rate}"'), "toml"), NOW + version * DAY)
        assert (opened(), len(asked)) == (version, 1), "newer ones, the last of which say the same as the first"
        assert (opened(), len(asked)) == (version, 0)


def test_a_session_ends_and_is_forgotten(conn: Connection) -> None:
    sign_in.keep_session(conn, KEYS, "a" * 32, {"seats": []}, NOW)
    assert sign_in.session(conn, KEYS, "a" * 32, NOW + 14 * DAY - 1) == {"seats": []}
    assert sign_in.session(conn, KEYS, "a" * 32, NOW + 14 * DAY) is None
    assert sign_in.session(conn, KEYS, "b" * 32, NOW) is None
    sign_in.end_session(conn, "a" * 32)
    assert sign_in.session(conn, KEYS, "a" * 32, NOW) is None
    sign_in.keep_session(conn, KEYS, "c" * 32, {}, NOW)
    sign_in.forget_old(conn, NOW + 15 * DAY)
    assert conn.execute("SELECT count(*) FROM web_session WHERE expires_at <= %s", [NOW + 15 * DAY]).fetchone() == (0,)


@pytest.mark.parametrize("operation", MATRIX)
def test_stray_may_do_nothing_but_what_anybody_may(operation: str) -> None:
    public = Role.ANYBODY in MATRIX[operation]
    assert allowed(operation, ()) is public
    assert MATRIX[operation], "an operation nobody may do is a mistake"


def test_a_role_is_good_in_its_own_programme_and_an_operators_in_all() -> None:
    bea = Hat(Seat(Role.BRAND, 1, 1), programme="bea")
    otto = Hat(Seat(Role.OPERATOR, 0, 1))
    cleo = Hat(Seat(Role.CREATOR, 1, 2), programme="bea")
    assert allowed("connections.see", [bea], "bea")
    assert not allowed("connections.see", [bea], "dana")
    assert allowed("connections.see", [otto], "dana")
    assert not allowed("connections.see", [cleo], "bea")
    assert not allowed("connections.see", [cleo, Hat(Seat(Role.BRAND, 2, 3), programme="dana")], "bea")
    with pytest.raises(KeyError):
        allowed("no.such.operation", [otto])
