"""Orders that nobody has heard of before: told to two workers at once, or told in a way that leaves nothing of them."""

import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from psycopg import errors

from fanshare.core.instants import DAY, HOUR
from fanshare.core.order_join import tombstone
from fanshare.core.orders import Line, OrderState, Status
from fanshare.core.terms_document import document
from fanshare.flows import accept as accepting
from fanshare.flows.accept import Accepted, accept, accept_together
from fanshare.flows.context import open_programme
from fanshare.flows.publish_terms import publish_terms
from fanshare.store.access import Access, Connection, connect
from fanshare.store.server import Database
from tests.support.pg_books import BEFORE, KEYS, add_shop, found_programme
from tests.support.sales import EPOCH, UNIT, percent, terms_of

NOW = EPOCH + 60 * DAY
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
_LOG = "SELECT size FROM log_tree WHERE programme_id = %(programme_id)s FOR NO KEY UPDATE NOWAIT"
_ORDER = "SELECT FROM shop_order WHERE programme_id = %(programme_id)s AND id = %(order)s FOR UPDATE"
_HASHES = "SELECT count(DISTINCT state_hash) FROM order_state WHERE programme_id = %(programme_id)s"
_STATUS = "SELECT status FROM shop_order WHERE programme_id = %(programme_id)s"


def told_at_once(conn: Connection, database: Database) -> tuple[Access, Accepted]:
    """An order bought and, on another connection before that is committed, its cancellation. The second's answer."""
    access, tenant = found_programme(conn, BEFORE)
    publish_terms(access, document(terms_of(*percent(1000))), BEFORE)
    shop, first, found = add_shop(access), bought(), list[Accepted]()
    second = replace(first, status=Status.CANCELLED, modified_at=first.modified_at + HOUR)

    def other() -> None:
        with connect(database.dsn()) as theirs:
            programme = open_programme(Access(theirs, access.programme_id, "test"), tenant.public_id, KEYS)
            with programme.access.transaction():
                found.append(accept(programme.access, shop, [second], programme.book, programme.secrets, NOW))

    thread = threading.Thread(target=other)
    programme = open_programme(access, tenant.public_id, KEYS)
    with access.transaction():
        accept(access, shop, [first], programme.book, programme.secrets, NOW)
        thread.start()
        until_it_waits(database)
    thread.join(30)
    return access, found[0]


def until_it_waits(database: Database) -> None:
    """Until the other connection waits for what the first has not committed."""
    with connect(database.dsn()) as watching:
        until = time.monotonic() + 30
        while watching.execute(_WAITING).fetchone() == (0,):
            assert time.monotonic() < until, "nobody waited"
            time.sleep(0.01)


def bought() -> OrderState:
    lines = (Line("1", 59 * UNIT, product="linen-shirt"),)
    at = NOW - DAY
    return OrderState("1001", "b1", at, at, Status.CAPTURED, "EUR", lines, total=59 * UNIT)


def test_both_states_are_kept_and_joined(conn: Connection, shared_database: Database) -> None:
    access, second = told_at_once(conn, shared_database)
    assert (second.new_states, len(second.changed), second.refused) == (1, 1, {})
    assert access.value(_HASHES) == 2
    assert access.value(_STATUS) == "cancelled"


def test_who_does_not_look_again_loses_one_of_them(
    conn: Connection, shared_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, looked = accepting._look, threading.local()

    def once(*args: Any) -> Any:
        again, looked.before = getattr(looked, "before", False), True
        return {} if again and threading.current_thread() is not threading.main_thread() else look(*args)

    monkeypatch.setattr(accepting, "_look", once)
    access, second = told_at_once(conn, shared_database)
    assert second.new_states == 0
    assert access.value(_HASHES) == 1


def test_of_an_order_of_which_only_its_absence_is_left_nothing_is_written(
    conn: Connection, shared_database: Database
) -> None:
    access, tenant = found_programme(conn, BEFORE)
    publish_terms(access, document(terms_of(*percent(1000))), BEFORE)
    programme = open_programme(access, tenant.public_id, KEYS)
    gone = replace(tombstone("1001", NOW - 2 * DAY, fetched=False), birth="another order of this number")
    with access.transaction():
        found = accept(access, add_shop(access), [gone, bought()], programme.book, programme.secrets, NOW)
    assert (found.changed, list(found.refused)) == (set(), ["1001"])
    assert access.value(_HASHES) == 0


def test_what_else_belongs_to_an_acceptance_is_done_before_the_log_is_locked(
    conn: Connection, shared_database: Database
) -> None:
    """Whoever holds the log keeps everybody else waiting, so it must be the last lock of a transaction."""
    access, tenant = found_programme(conn, BEFORE)
    publish_terms(access, document(terms_of(*percent(1000))), BEFORE)
    shop, programme, told = add_shop(access), open_programme(access, tenant.public_id, KEYS), list[Accepted]()

    def then(found: Accepted) -> None:
        told.append(found)
        with connect(shared_database.dsn()) as theirs:
            Access(theirs, access.programme_id, "test").fetch(_LOG)

    with access.transaction():
        found = accept(access, shop, [bought()], programme.book, programme.secrets, NOW, then=then)
        with connect(shared_database.dsn()) as theirs, pytest.raises(errors.LockNotAvailable):
            Access(theirs, access.programme_id, "test").fetch(_LOG)
    assert told == [found]
    assert (found.new_states, len(found.changed)) == (1, 1)


def test_of_two_shops_the_second_is_waited_for_without_the_log(conn: Connection, shared_database: Database) -> None:
    """Else whoever has an order of the second shop and wants the log would wait for whoever waits for that order."""
    access, tenant = found_programme(conn, BEFORE)
    publish_terms(access, document(terms_of(*percent(1000))), BEFORE)
    one, two = add_shop(access), add_shop(access)
    programme = open_programme(access, tenant.public_id, KEYS)
    with access.transaction():
        [order] = accept(access, two, [bought()], programme.book, programme.secrets, NOW).changed
    told = [(one, [replace(bought(), order_id="1002")]), (two, [replace(bought(), modified_at=NOW)])]
    found: list[Accepted] = []

    def other() -> None:
        with connect(shared_database.dsn()) as theirs:
            mine = Access(theirs, access.programme_id, "test")
            with mine.transaction():
                found.extend(accept_together(mine, told, programme.book, programme.secrets, NOW))

    thread = threading.Thread(target=other)
    with access.transaction():
        access.execute(_ORDER, {"order": order})
        thread.start()
        until_it_waits(shared_database)
        access.fetch(_LOG)
    thread.join(30)
    assert [one.new_states for one in found] == [1, 1]
    assert access.value(_HASHES) == 3
