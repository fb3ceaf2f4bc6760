"""Of many who do the same thing at the same moment one wins: joining, applying, answering."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import pytest

from fanshare.core.errors import ConflictError
from fanshare.core.instants import DAY
from fanshare.core.terms_text import parse
from fanshare.flows import applications, joining
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.joining import Draft
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.staff import account_of
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import joining as queries
from fanshare.store.server import Database
from tests.flows.test_accept_at_once import until_it_waits
from tests.jobs.house import TERMS
from tests.support.pg_books import BEFORE, KEYS, found_programme

OPEN = TERMS + '\n[terms]\nadmission = "open"\n'
NOW = BEFORE + DAY
MANY = 50
CLEO = Draft(joining.CREATOR, "cleo@example.test", "Cleo", country="DE")
_CREATORS = "SELECT count(*) FROM party WHERE programme_id = %(programme_id)s AND kind = 'creator'"


@contextmanager
def elsewhere(database: Database, mine: Programme) -> Iterator[Programme]:
    """The same programme over a connection of its own."""
    with connect(database.dsn()) as conn:
        access = Access(conn, mine.access.programme_id, "test")
        yield open_programme(access, mine.public_id, KEYS)


def at_once(database: Database, mine: Programme, do: Callable[[Programme], Any]) -> list[Any]:
    """What ``MANY`` got who waited for each other and then all did it; an error of ours is an answer too."""
    ready = threading.Barrier(MANY)

    def one(_number: int) -> Any:
        with elsewhere(database, mine) as programme:
            ready.wait(60)
            try:
                return do(programme)
            except ConflictError as error:
                return error.code

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


@pytest.fixture
def programme(conn: Connection) -> Programme:
    access, tenant = found_programme(conn, BEFORE)
    publish_terms(access, parse(OPEN, "toml"), BEFORE)
    return open_programme(access, tenant.public_id, KEYS)


def applied(programme: Programme) -> int:
    """Cleo applied before everybody could join at once; the id of her application."""
    account = account_of(KEYS, CLEO.address)
    content = json.dumps(asdict(CLEO)).encode()
    queries.apply(programme.access, account, KEYS.seal(joining.SEALED, content, account), NOW)
    [waiting] = applications.waiting(programme, limit=10)
    return waiting.id


def token_of(programme: Programme) -> str:
    token = joining.make_link(programme.access, KEYS, CLEO, NOW)
    assert token is not None
    return token


def accepted_while_she_joins(programme: Programme, database: Database) -> int:
    """She joins by herself, and before that is committed the brand accepts her: how many creators there are then."""
    id_, token = applied(programme), token_of(programme)

    def other() -> None:
        with elsewhere(database, programme) as theirs:
            applications.answer(theirs, id_, accept=True, words="", now=NOW)

    thread = threading.Thread(target=other)
    with programme.access.transaction():
        joined = joining.confirm(programme, token, NOW)
        thread.start()
        until_it_waits(database)
    thread.join(30)
    assert joined is not None
    return int(programme.access.value(_CREATORS))


def test_who_is_accepted_while_she_joins_by_herself_is_one_creator(
    programme: Programme, shared_database: Database
) -> None:
    assert accepted_while_she_joins(programme, shared_database) == 1


def test_who_answers_without_waiting_for_her_makes_two_of_her(
    programme: Programme, shared_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = queries.one_at_a_time

    def some(access: Access, account: bytes) -> None:
        if threading.current_thread() is threading.main_thread():
            wait(access, account)

    monkeypatch.setattr(queries, "one_at_a_time", some)
    assert accepted_while_she_joins(programme, shared_database) == 2


def test_of_fifty_presses_of_one_link_one_joins(programme: Programme, shared_database: Database) -> None:
    token = token_of(programme)
    found = at_once(shared_database, programme, lambda mine: joining.confirm(mine, token, NOW))
    assert [one.kind for one in found if one is not None] == [joining.CREATOR]
    assert programme.access.value(_CREATORS) == 1


def test_of_fifty_links_of_one_address_all_lead_to_one_creator(programme: Programme, shared_database: Database) -> None:
    tokens = iter([token_of(programme) for _ in range(joining.DRAFTS_AT_ONCE)])
    taking = threading.Lock()

    def press(mine: Programme) -> Any:
        with taking:
            token = next(tokens, "none")
        return joining.confirm(mine, token, NOW)

    found = [one for one in at_once(shared_database, programme, press) if one is not None]
    assert len(found) == joining.DRAFTS_AT_ONCE
    assert len({one.party for one in found}) == 1
    assert programme.access.value(_CREATORS) == 1


def test_of_fifty_answers_to_one_application_one_counts(programme: Programme, shared_database: Database) -> None:
    id_ = applied(programme)
    found = at_once(
        shared_database, programme, lambda mine: applications.answer(mine, id_, accept=True, words="", now=NOW)
    )
    assert sorted(map(str, found)) == ["None", *["answered"] * (MANY - 1)]
    assert programme.access.value(_CREATORS) == 1
