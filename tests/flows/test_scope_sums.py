"""Sums of open parts are kept, so that a fold that begins in the middle need not read what lies before."""

import random
from typing import Any, LiteralString

import pytest

from fanshare.core.facts import Prefix
from fanshare.core.instants import DAY, parse_rfc3339
from fanshare.core.orders import Status
from fanshare.flows.check import one_finding
from fanshare.flows.close import close_all
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import prefixes, scopes
from fanshare.store.server import Database
from tests.support.effort import effort
from tests.support.pg_books import PgBooks
from tests.support.stories import TERMS, open_story
from tests.support.worlds import EPOCH, World

NOW = EPOCH + 150 * DAY
#: 12 %, at most 10.00 a week.
WEEKLY: dict[str, Any] = TERMS | {
    "caps": [{"per": "week", "amount": "10.00", "currency": "EUR"}],
    "settlement": {"hold_days": 5},
}


def both(access: Access, starts: dict[int, int], folded: list[tuple[int, int]]) -> tuple[object, object]:
    """What lies before some starts, by what is kept and by reading every part."""
    sealed = scopes.sealed_of(access, set(starts), [])
    kept, read = (prefixes.before(access, starts, folded, sealed, kept=one) for one in (True, False))
    return _clean(kept), _clean(read)


def _clean(found: dict[int, Prefix]) -> dict[int, dict[object, int]]:
    return {creator: {key: amount for key, amount in one.sums.items() if amount} for creator, one in found.items()}


def everybody(access: Access) -> set[int]:
    """Every creator with a scope."""
    return {row[0] for row in access.fetch("SELECT creator_party_id FROM scope WHERE programme_id = %(programme_id)s")}


def asked(access: Access, dice: random.Random) -> tuple[dict[int, int], list[tuple[int, int]]]:
    """Starts of a few creators somewhere among their orders, and some orders that are folded anyway."""
    rows = access.fetch("SELECT creator_party_id, order_id, placed_at FROM part WHERE programme_id = %(programme_id)s")
    if not rows:
        return {}, []
    starts = {creator: placed_at + dice.choice((-1, 0, 1, DAY)) for creator, _, placed_at in dice.choices(rows, k=3)}
    pairs = {(creator, order) for creator, order, placed_at in rows if placed_at >= starts.get(creator, placed_at + 1)}
    more = {(creator, order) for creator, order, _ in dice.choices(rows, k=2) if creator in starts}
    return starts, sorted(pairs | more)


@pytest.mark.soak_sized
@pytest.mark.parametrize("seed", range(effort(6)))
def test_what_is_kept_is_what_every_part_says_at_any_moment_of_a_world_s_life(conn: Connection, seed: int) -> None:
    dice = random.Random(seed)
    books = PgBooks.founded(conn, World.random(seed))
    access = books.access
    deliveries = list(books.world.deliveries)
    dice.shuffle(deliveries)
    looked = 0
    while deliveries:
        now = NOW + looked * DAY
        several, deliveries = deliveries[:3], deliveries[3:]
        books.accept(several, now)
        books.settle(now)
        with access.transaction():
            prefixes.keep(access, everybody(access))
        if dice.random() < 0.3:
            close_all(books.programme, now + 60 * DAY)
        for _ in range(5):
            starts, folded = asked(access, dice)
            kept, read = both(access, starts, folded)
            assert kept == read
            looked += bool(starts)
        assert one_finding("sums", books.programme, now).ok
    assert looked


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE scope_sum SET amount = amount + 1 WHERE programme_id = %(programme_id)s AND level = 'month'",
        (
            "UPDATE scope_sum SET period = 'w2020-01-06' WHERE programme_id = %(programme_id)s AND level = 'week'"
            " AND amount = (SELECT max(amount) FROM scope_sum WHERE programme_id = %(programme_id)s AND level = 'week')"
        ),
        "DELETE FROM scope_sum WHERE programme_id = %(programme_id)s AND level = 'all'",
    ],
    ids=["another amount", "another week", "a row less"],
)
def test_a_sum_that_was_kept_wrongly_is_found(conn: Connection, edit: LiteralString) -> None:
    books = PgBooks.founded(conn, World.random(3))
    books.accept(books.world.deliveries, NOW)
    books.settle(NOW)
    prefixes.keep(books.access, everybody(books.access))
    assert one_finding("sums", books.programme, NOW).ok
    assert books.access.execute(edit).rowcount
    finding = one_finding("sums", books.programme, NOW)
    assert finding.offence is not None
    assert finding.offence.where.startswith("sum of open parts of creator")


def test_without_the_triggers_what_is_kept_is_soon_wrong(database: Database) -> None:
    """The control of the triggers themselves, in a database of its own: they stay off."""
    with connect(database.dsn(owner=True)) as owner:
        owner.execute("ALTER TABLE part DISABLE TRIGGER USER")
    with connect(database.dsn()) as conn:
        books = PgBooks.founded(conn, World.random(3))
        prefixes.keep(books.access, everybody(books.access))
        books.accept(books.world.deliveries, NOW)
        books.settle(NOW)
        prefixes.keep(books.access, everybody(books.access))
        books.access.execute("UPDATE part SET in_all = in_all + 1 WHERE programme_id = %(programme_id)s AND NOT sealed")
        assert not one_finding("sums", books.programme, NOW).ok


def test_an_order_of_a_sealed_week_that_is_cancelled_before_its_month_closes_stops_nobody(conn: Connection) -> None:
    """November takes its last week along into December: an order of both is sealed in the one and open in the other."""
    story = open_story(conn, WEEKLY)
    november, december, later = (parse_rfc3339(f"2026-{day}T12:00:00Z") for day in ("11-30", "12-01", "12-15"))
    first = story.sold("1", 50_000_000, story.click(november - DAY), now=november)
    second = story.sold("2", 50_000_000, story.click(december - DAY), now=december)
    story.settle(later)
    assert close_all(story.programme, later) == 1
    story.changed("2", later, status=Status.CANCELLED)
    third = story.sold("3", 50_000_000, story.click(later), now=later + DAY)
    pools = [sum(amount for amount, _ in story.shares(order).values()) for order in (first, second, third)]
    assert pools == [6_000_000, 0, 6_000_000]
    assert story.wrong(later + DAY) == []
