"""What each link and code brought is what the settled parts say, whatever happens to the orders, and loses no cent."""

import random
from collections import defaultdict
from typing import LiteralString

import pytest

from fanshare.core.brought import By
from fanshare.core.instants import DAY
from fanshare.core.touches import TouchKind
from fanshare.flows import touched
from fanshare.flows.brought import note_old
from fanshare.flows.check import one_finding
from fanshare.store.access import Access, Connection
from fanshare.store.queries import brought
from tests.support.effort import effort
from tests.support.pg_books import PgBooks
from tests.support.worlds import EPOCH, World

NOW = EPOCH + 150 * DAY
_KEPT = """
SELECT creator_party_id, kind, asset_id, currency::text, orders, goods, commission, earned FROM brought_sum
 WHERE programme_id = %(programme_id)s AND (orders, goods, commission, earned) <> (0, 0, 0, 0) ORDER BY 1, 2, 3, 4
"""
_PARTS = """
SELECT order_id, creator_party_id, currency::text, in_tier FROM part WHERE programme_id = %(programme_id)s
"""
_SHARES = """
SELECT coalesce(sum(amount), 0)::bigint, coalesce(sum(amount) FILTER (WHERE role = 'creator'), 0)::bigint FROM position
 WHERE programme_id = %(programme_id)s AND order_id = %(order)s AND creator_party_id = %(creator)s
   AND currency = %(currency)s
"""
_EARNED = """
SELECT currency::text, sum(amount)::bigint FROM position
 WHERE programme_id = %(programme_id)s AND party_id = %(creator)s AND role = 'creator'
 GROUP BY currency HAVING sum(amount) <> 0 ORDER BY currency
"""


def expected(books: PgBooks) -> list[tuple[object, ...]]:
    """The same sums, from the shares that are booked and from judging each order's evidence anew."""
    sums: dict[tuple[int, str, int, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for order, creator, currency, goods in books.access.fetch(_PARTS):
        commission, earned = books.access.fetch_one(
            _SHARES, {"order": order, "creator": creator, "currency": currency}
        ) or (0, 0)
        one = next((seen.touch for seen in touched.seen(books.programme, order) if _earns(seen, creator)), None)
        if one is None or not one.asset:
            key = (creator, "ruling", 0, currency)
        else:
            key = (creator, "code" if one.kind is TouchKind.CODE else "link", one.asset, currency)
        for at, amount in enumerate((int(goods > 0), goods, commission, earned)):
            sums[key][at] += amount
    return sorted((*key, *amounts) for key, amounts in sums.items() if any(amounts))


def _earns(seen: touched.Seen, creator: int) -> bool:
    return seen.decided and seen.touch.creator == creator


def creators(access: Access) -> list[int]:
    """Every creator with a scope."""
    return [row[0] for row in access.fetch("SELECT creator_party_id FROM scope WHERE programme_id = %(programme_id)s")]


@pytest.mark.soak_sized
@pytest.mark.parametrize("seed", range(effort(8)))
def test_links_codes_and_the_rest_come_to_what_she_earned_at_any_moment(conn: Connection, seed: int) -> None:
    dice = random.Random(seed)
    books = PgBooks.founded(conn, World.random(seed))
    deliveries = list(books.world.deliveries)
    dice.shuffle(deliveries)
    moment = 0
    while deliveries:
        several, deliveries = deliveries[:4], deliveries[4:]
        books.accept(several, NOW + moment * DAY)
        books.settle(NOW + moment * DAY)
        moment += 1
        assert [tuple(row) for row in books.access.fetch(_KEPT)] == expected(books)
        for creator in creators(books.access):
            rows, waits = brought.whole(books.access, creator)
            assert not waits
            assert [(one.currency, one.earned) for one in rows if one.earned] == [
                (currency, amount) for currency, amount in books.access.fetch(_EARNED, {"creator": creator})
            ]
    assert one_finding("sums", books.programme, NOW).ok
    assert one_finding("shares", books.programme, NOW + moment * DAY).ok


def test_each_of_her_lists_adds_up_to_its_line_of_the_whole(conn: Connection) -> None:
    found = 0
    for seed in range(6):
        books = PgBooks.founded(conn, World.random(seed))
        books.accept(books.world.deliveries, NOW)
        books.settle(NOW)
        for creator in creators(books.access):
            own = {
                kind: [row[0] for row in books.access.fetch(statement, {"creator": creator})]
                for kind, statement in (("links", _OWN.format("link")), ("codes", _OWN.format("code")))
            }
            sums = brought.of(books.access, **own, creator=creator)
            for one in brought.whole(books.access, creator)[0]:
                for by, whole in ((By.LINK, one.links), (By.CODE, one.codes)):
                    listed = sum(
                        each.earned
                        for (kind, _), several in sums.items()
                        if kind is by
                        for each in several
                        if each.currency == one.currency
                    )
                    assert listed == whole
                    found += bool(whole)
    assert found > 5


_OWN: LiteralString = """
SELECT o.{0}_id FROM {0}_owner o WHERE o.programme_id = %(programme_id)s AND o.owner_party_id = %(creator)s
   AND NOT EXISTS (SELECT FROM {0}_owner n WHERE n.programme_id = o.programme_id AND n.{0}_id = o.{0}_id
                      AND n.from_at > o.from_at)
"""


@pytest.mark.parametrize("seed", range(4))
def test_parts_from_before_are_noted_afterwards_exactly_as_settling_notes_them(conn: Connection, seed: int) -> None:
    books = PgBooks.founded(conn, World.random(seed))
    books.accept(books.world.deliveries, NOW)
    books.settle(NOW)
    noted = [tuple(row) for row in books.access.fetch(_KEPT)]
    assert noted
    forget(books.access)
    assert not books.access.fetch(_KEPT)
    assert brought.whole(books.access, creators(books.access)[0]) == ([], True)
    assert one_finding("shares", books.programme, NOW).ok, "what is not noted yet is no fault"
    while note_old(books.programme, 2):
        pass
    assert [tuple(row) for row in books.access.fetch(_KEPT)] == noted
    assert not note_old(books.programme)
    assert one_finding("sums", books.programme, NOW).ok
    assert one_finding("shares", books.programme, NOW).ok


def forget(access: Access) -> None:
    """As an upgrade finds the parts."""
    access.execute(
        "UPDATE part SET by_kind = '', by_asset = 0, commission = 0, earned = 0 WHERE programme_id = %(programme_id)s"
    )


@pytest.mark.parametrize(
    ("check", "edit"),
    [
        ("sums", "UPDATE brought_sum SET earned = earned + 1 WHERE programme_id = %(programme_id)s"),
        ("sums", "UPDATE brought_sum SET orders = orders + 1 WHERE programme_id = %(programme_id)s"),
        ("sums", "DELETE FROM brought_sum WHERE programme_id = %(programme_id)s"),
        (
            "shares",
            "UPDATE part SET by_asset = by_asset + 1 WHERE programme_id = %(programme_id)s AND by_kind <> 'none'",
        ),
        ("shares", "UPDATE part SET earned = earned + 1 WHERE programme_id = %(programme_id)s AND by_kind <> 'none'"),
    ],
)
def test_a_figure_that_was_kept_wrongly_is_found(conn: Connection, check: str, edit: LiteralString) -> None:
    books = PgBooks.founded(conn, World.random(3))
    books.accept(books.world.deliveries, NOW)
    books.settle(NOW)
    assert one_finding(check, books.programme, NOW).ok
    books.access.execute(edit)
    assert not one_finding(check, books.programme, NOW).ok
