"""A brand's budgets by month and currency, and when they stopped what links and codes earn."""

from collections.abc import Iterator
from typing import NamedTuple

from fanshare.core.budget import stopped_at, stretches
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('budget', %(programme_id)s))"
_AMOUNTS = """
SELECT DISTINCT ON (currency) currency, amount FROM budget
 WHERE programme_id = %(programme_id)s ORDER BY currency, id DESC
"""
_SET = """
INSERT INTO budget (programme_id, currency, amount, set_by, from_at)
VALUES (%(programme_id)s, %(currency)s, %(amount)s, %(by)s, %(now)s)
"""
_SPENT = """
SELECT p.currency, sum(p.amount)::bigint FROM shop_order o
  JOIN position p ON p.programme_id = o.programme_id AND p.order_id = o.id
 WHERE o.programme_id = %(programme_id)s AND o.placed_at >= %(begin)s AND o.placed_at < %(end)s
 GROUP BY p.currency
"""
_NEWEST = """
SELECT DISTINCT ON (currency) id, currency, stopped, month, budget, spent, from_at FROM budget_turn
 WHERE programme_id = %(programme_id)s ORDER BY currency, id DESC
"""
_HISTORY = """
SELECT from_at, currency, stopped FROM budget_turn WHERE programme_id = %(programme_id)s ORDER BY from_at, id
"""
_PLACED = "SELECT placed_at FROM shop_order WHERE programme_id = %(programme_id)s AND id = %(order)s"
_LOGGED = """
SELECT t.id, t.currency, t.stopped, t.month, t.budget, t.spent, t.from_at, l.body FROM budget_turn t
  LEFT JOIN log_leaf l ON l.programme_id = t.programme_id AND l.index = t.leaf_index
 WHERE t.programme_id = %(programme_id)s ORDER BY t.id
"""
_TURN = """
WITH turned AS (
    INSERT INTO budget_turn (programme_id, currency, stopped, month, budget, spent, from_at, leaf_index)
    VALUES (%(programme_id)s, %(currency)s, %(stopped)s, %(month)s, %(budget)s, %(spent)s, %(since)s, %(leaf)s)
    RETURNING programme_id, id
)
INSERT INTO budget_news (programme_id, turn_id) SELECT programme_id, id FROM turned
"""
#: What nobody was told yet is old news now.
_OLD_NEWS = "UPDATE budget_news SET done = true WHERE programme_id = %(programme_id)s AND NOT done"
_NEWS = """
SELECT n.turn_id, n.told_to FROM budget_news n WHERE n.programme_id = %(programme_id)s AND NOT n.done
 ORDER BY n.turn_id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_READERS = """
SELECT p.id FROM party p
  JOIN vault_item v ON v.programme_id = p.programme_id AND v.person_id = p.person_id AND v.kind = 'email'
  LEFT JOIN mail_choice c ON c.programme_id = p.programme_id AND c.party_id = p.id
 WHERE p.programme_id = %(programme_id)s AND p.kind IN ('creator', 'fan') AND p.erased_at IS NULL
   AND c.stopped_at IS NULL AND p.id > %(after)s
 ORDER BY p.id LIMIT %(most)s
"""
_TOLD = """
UPDATE budget_news SET told_to = %(to)s, done = %(done)s WHERE programme_id = %(programme_id)s AND turn_id = %(turn)s
"""


class Turned(NamedTuple):
    """From an instant on everything is stopped, or goes on, for the sake of one currency's budget."""

    id: int
    currency: str
    stopped: bool
    month: str
    budget: Micros | None
    spent: Micros
    since: Instant


def lock(access: Access) -> None:
    """Let nobody else decide about this programme's budgets until the end of the transaction."""
    access.execute(_LOCK)


def amounts(access: Access) -> dict[str, Micros | None]:
    """The budget of each currency that ever had one; ``None`` where it was taken away."""
    return dict(access.fetch(_AMOUNTS))


def add(access: Access, currency: str, amount: Micros | None, now: Instant) -> None:
    """A budget from now on."""
    access.execute(_SET, {"currency": currency, "amount": amount, "by": access.actor, "now": now})


def spent(access: Access, begin: Instant, end: Instant) -> dict[str, Micros]:
    """What orders placed in a stretch of time came to for creators, fans and buyers, by currency."""
    return dict(access.fetch(_SPENT, {"begin": begin, "end": end}))


def newest(access: Access) -> dict[str, Turned]:
    """How it is now in each currency in which it ever turned."""
    return {row[1]: Turned(*row) for row in access.fetch(_NEWEST)}


def stopped_since(access: Access) -> Instant | None:
    """Since when everything is stopped, ``None`` where it is not."""
    return min((one.since for one in newest(access).values() if one.stopped), default=None)


def stretches_of(access: Access) -> list[tuple[Instant, bool]]:
    """From when on anything was stopped, and from when on nothing."""
    return stretches((row[0], row[1], row[2]) for row in access.fetch(_HISTORY))


def was_stopped(access: Access, order: int) -> bool:
    """Whether everything was stopped when an order was placed."""
    placed_at = access.value(_PLACED, {"order": order})
    return placed_at is not None and stopped_at(stretches_of(access), placed_at)


def turn(access: Access, turned: Turned, leaf: int) -> None:
    """Write a turn down, with the news of it; its leaf is in the log already."""
    access.execute(_OLD_NEWS)
    access.execute(_TURN, {**turned._asdict(), "leaf": leaf})


def logged(access: Access) -> Iterator[tuple[Turned, str | None]]:
    """Every turn and the leaf that records it."""
    for row in access.fetch(_LOGGED):
        yield Turned(*row[:-1]), row[-1]


def news(access: Access) -> tuple[int, int] | None:
    """The turn of which not everybody was told, and the last party who was; locked, and no other worker's."""
    row = access.fetch_one(_NEWS)
    return None if row is None else (row[0], row[1])


def readers(access: Access, after: int, most: int) -> list[int]:
    """Creators and fans with an address who did not say no to mail, by their row, behind one of them."""
    return [row[0] for row in access.fetch(_READERS, {"after": after, "most": most})]


def told(access: Access, turn_id: int, to: int, *, done: bool) -> None:
    """How far a turn was told."""
    access.execute(_TOLD, {"turn": turn_id, "to": to, "done": done})
