"""Kept clicks of links are what their days come to, whoever counts meanwhile; lists go by them along an index."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import LiteralString

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanshare.core import leaves
from fanshare.flows.check import one_finding
from fanshare.store import log_store
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import brand_links, code_list, edge, selling
from fanshare.store.server import Database
from tests.support.pg_books import PgBooks
from tests.support.schema import NOW, Cast, found
from tests.support.worlds import World

type Counts = dict[tuple[int, str, str], int]

DAYS = ("2026-11-18", "2026-11-19")
_SUMS = """
SELECT k.counted, (SELECT coalesce(sum(n), 0)::bigint FROM click_day d
                    WHERE d.programme_id = k.programme_id AND d.link_id = k.link_id AND d.verdict = 'counted')
  FROM click_sum k WHERE k.programme_id = %(programme_id)s ORDER BY k.link_id
"""
_MANY = """
INSERT INTO link (programme_id, code, destination, creator_party_id, label_country, label_platform, label_text,
                  created_at)
SELECT %(programme_id)s, 'many' || i, 'https://shop.example/', %(party)s, 'DE', 'blog', 'Anzeige', 1
  FROM generate_series(1, 2000) i
"""
_COUNTED = """
INSERT INTO click_day (programme_id, link_id, day, verdict, n)
SELECT programme_id, id, '2026-11-18', 'counted', id %% 97 FROM link WHERE programme_id = %(programme_id)s
"""
_PLAN = """
INSERT INTO code_plan (programme_id, connection_id, name, document, from_at, leaf_index)
VALUES (%(programme_id)s, %(shop)s, 'friends', '{}', 1, %(leaf)s) RETURNING id
"""
_CODES = """
INSERT INTO shop_code (programme_id, plan_id, connection_id, folded, shown, wished, token, single_use, owner_party_id,
                       creator_party_id, label_country, label_platform, label_text, state, used, created_at)
SELECT %(programme_id)s, %(plan)s, %(shop)s, 'c' || i, 'C' || i, false, 'token' || 100000 + i, false, %(party)s,
       %(creator)s, 'DE', 'blog', 'Anzeige', 'failed', i %% 13, 1
  FROM generate_series(1, 2000) i
"""


def live(cast: Cast, links: Sequence[int]) -> int:
    """Links of one creator, which count; the creator."""
    owner = cast.party()
    for link in links:
        cast.access.execute(
            "INSERT INTO link_owner (programme_id, link_id, owner_party_id, creator_party_id, from_at)"
            " VALUES (%(programme_id)s, %(link)s, %(owner)s, %(owner)s, 1)",
            {"link": link, "owner": owner},
        )
        cast.access.execute(
            "INSERT INTO link_state (programme_id, link_id, state, from_at)"
            " VALUES (%(programme_id)s, %(link)s, 'active', 1)",
            {"link": link},
        )
    return owner


def paged(read: Callable[[tuple[int, int] | None], Sequence[tuple[int, int]]]) -> list[tuple[int, int]]:
    """All pages of a list of (rank, id), one after the other."""
    rows: list[tuple[int, int]] = []
    while more := read(rows[-1] if rows else None):
        rows += more
    return rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(
    st.lists(
        st.dictionaries(
            st.tuples(st.integers(0, 3), st.sampled_from(DAYS), st.sampled_from(("counted", "bot", "duplicate"))),
            st.integers(1, 50),
            max_size=8,
        ),
        max_size=6,
    )
)
def test_whatever_is_counted_sums_and_lists_say_the_same(
    conn: Connection, batches: list[dict[tuple[int, str, str], int]]
) -> None:
    cast = found(conn)
    links = [cast.link() for _ in range(4)]
    owner, known = live(cast, links), Counter(dict.fromkeys(links, 0))
    for batch in batches:
        edge.count_clicks(cast.access, {(links[n], day, verdict): more for (n, day, verdict), more in batch.items()})
        for (n, _day, verdict), more in batch.items():
            known[links[n]] += more if verdict == "counted" else 0
    assert [tuple(row) for row in cast.access.fetch(_SUMS)] == [(known[link],) * 2 for link in links]
    wanted = sorted(((clicks, link) for link, clicks in known.items()), reverse=True)
    every = paged(
        lambda at: [(one.rank, one.id) for one in brand_links.listed(cast.access, sort="clicks", after=at, limit=3)]
    )
    hers = paged(
        lambda at: [(one.rank, one.id) for one in selling.links(cast.access, owner, sort="clicks", after=at, limit=3)]
    )
    assert every == hers == wanted
    assert {one.id: one.clicks for one in selling.links(cast.access, owner, limit=9)} == dict(known)


def test_days_that_are_corrected_or_taken_away_are_followed(cast: Cast) -> None:
    link = cast.link()
    edge.count_clicks(cast.access, {(link, DAYS[0], "counted"): 5, (link, DAYS[1], "counted"): 3})
    cast.access.execute(
        "UPDATE click_day SET n = 4 WHERE programme_id = %(programme_id)s AND day = %(day)s", {"day": DAYS[0]}
    )
    assert cast.access.fetch(_SUMS) == [(7, 7)]
    cast.access.execute(
        "DELETE FROM click_day WHERE programme_id = %(programme_id)s AND day = %(day)s", {"day": DAYS[1]}
    )
    assert cast.access.fetch(_SUMS) == [(4, 4)]


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE click_sum SET counted = counted + 1 WHERE programme_id = %(programme_id)s",
        "DELETE FROM click_sum WHERE programme_id = %(programme_id)s",
    ],
)
def test_a_sum_that_was_kept_wrongly_is_found(conn: Connection, edit: LiteralString) -> None:
    books = PgBooks.founded(conn, World.random(3))
    books.access.execute(_COUNTED)
    assert one_finding("sums", books.programme, NOW).ok
    books.access.execute(edit)
    found_ = one_finding("sums", books.programme, NOW).offence
    assert found_ is not None
    assert found_.where.startswith("clicks of link")


def test_two_drains_at_once_lose_nothing_and_wait_in_no_circle(shared_database: Database, cast: Cast) -> None:
    links = [cast.link() for _ in range(6)]
    begun: Counts = {(link, DAYS[n % 2], "counted"): 1 for n, link in enumerate(links)}
    edge.count_clicks(cast.access, begun)
    gate, failed = threading.Barrier(2), list[BaseException]()

    def drain(turn: int) -> None:
        # Each counts days that are there and days that are new, of the same links, in turns.
        try:
            with connect(shared_database.dsn()) as conn:
                access = Access(conn, cast.access.programme_id, "test")
                for step in range(40):
                    days = [DAYS[0] if (n + turn) % 2 else f"20{turn + 30}-01-{step + 10}" for n in range(len(links))]
                    gate.wait(30)
                    edge.count_clicks(access, {(one, day, "counted"): 1 for one, day in zip(links, days, strict=True)})
        except BaseException as error:
            failed.append(error)
            gate.abort()

    threads = [threading.Thread(target=drain, args=(turn,)) for turn in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert cast.access.fetch(_SUMS) == [(81, 81)] * len(links)


def plan_of(access: Access, statement: LiteralString, **values: object) -> str:
    """How the database goes about it."""
    asked = {"state": "", "text": "", "since": None, "until": None, "limit": 50, "id": None, **values}
    return "\n".join(str(row[0]) for row in access.fetch("EXPLAIN " + statement, asked))


def test_lists_by_clicks_and_uses_are_read_along_an_index_from_where_the_page_begins(
    owner: Connection, cast: Cast
) -> None:
    cast.access.execute(_MANY, {"party": cast.party()})
    cast.access.execute(_COUNTED)
    with_codes(cast)
    owner.execute("ANALYZE")
    looked = ((brand_links.SORTED["clicks"], "click_sum_most"), (code_list.SORTED["used"], "shop_code_used"))
    for statement, index in looked:
        for at, after in ((None, None), (40, 7)):
            plan = plan_of(cast.access, statement, at=at, after=after)
            scan = rf"Scan Backward using {index} on .*\n +Index Cond: .*ROW\((counted|used), "
            assert re.search(scan, plan) is not None, plan


def with_codes(cast: Cast) -> None:
    """Many codes of a plan, of which a shop says how often they were used."""
    leaf = log_store.append(cast.access, [leaves.posting(number=1, count=1, root="00" * 32)])
    names = {"shop": cast.connection(), "leaf": leaf, "party": cast.party("fan"), "creator": cast.party()}
    names["plan"] = cast.access.value(_PLAN, names)
    cast.access.execute(_CODES, names)


def test_codes_go_by_their_uses_page_by_page(cast: Cast) -> None:
    with_codes(cast)
    found_ = paged(
        lambda at: [(one.rank, one.id) for one in code_list.codes(cast.access, sort="used", after=at, limit=300)]
    )
    rows = cast.access.fetch("SELECT used, id FROM shop_code WHERE programme_id = %(programme_id)s")
    assert len(found_) == 2_000
    assert found_ == sorted(map(tuple, rows), reverse=True)
