"""Goals: what creators want to reach, the gifts that wait for them, and which are over and not booked yet."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from fanshare.core.goals import Gift, Goal, Move, Ready
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access
from fanshare.store.queries.gifts import GiftRow

_COLUMNS = """
SELECT o.id, o.creator_party_id, o.title, o.words, o.currency, o.target, o.opened_at, o.ends_at, o.withdrawn_at,
       o.booked_at, (SELECT coalesce(sum(g.amount), 0)::bigint FROM gift g
                      WHERE g.programme_id = o.programme_id AND g.goal_id = o.id AND g.taken_back_at IS NULL
                        AND (%(day)s::bigint IS NULL OR g.given_at < %(day)s))
  FROM goal o
"""
_BY_ID = _COLUMNS + " WHERE o.programme_id = %(programme_id)s AND o.id = %(id)s"
_OF_CREATOR = (
    _COLUMNS
    + """ WHERE o.programme_id = %(programme_id)s AND o.creator_party_id = %(creator)s
   AND (%(before)s::bigint IS NULL OR o.id < %(before)s) ORDER BY o.id DESC LIMIT %(limit)s
"""
)
_OPEN = (
    _COLUMNS
    + """ WHERE o.programme_id = %(programme_id)s AND o.creator_party_id = ANY(%(creators)s) AND o.booked_at IS NULL
   AND o.ends_at > %(now)s ORDER BY o.id
"""
)
_ALL = _COLUMNS + " WHERE o.programme_id = %(programme_id)s ORDER BY o.id"
_DUE = """
SELECT id FROM goal WHERE programme_id = %(programme_id)s AND booked_at IS NULL AND ends_at <= %(now)s ORDER BY id
"""
_UNBOOKED = """
SELECT id FROM goal WHERE programme_id = %(programme_id)s AND booked_at IS NULL AND creator_party_id = ANY(%(parties)s)
 ORDER BY id
"""
_GIVERS = """
SELECT count(DISTINCT g.giver_party_id) FROM gift g
 WHERE g.programme_id = %(programme_id)s AND g.goal_id = %(goal)s AND g.taken_back_at IS NULL AND g.given_at < %(day)s
"""
_ADD = """
INSERT INTO goal (programme_id, creator_party_id, title, words, currency, target, opened_at, ends_at)
VALUES (%(programme_id)s, %(creator)s, %(title)s, %(words)s, %(currency)s, %(target)s, %(now)s, %(ends_at)s)
RETURNING id
"""
_CHANGE = """
UPDATE goal SET title = %(title)s, words = %(words)s, target = %(target)s, ends_at = %(ends_at)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_BOOK = """
UPDATE goal SET withdrawn_at = %(withdrawn_at)s, booked_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND booked_at IS NULL
"""
_FORGET = """
UPDATE goal SET title = '', words = '' WHERE programme_id = %(programme_id)s AND creator_party_id = ANY(%(parties)s)
"""
_GIFTS = """
SELECT g.id, g.giver_party_id, g.creator_party_id, g.currency, g.amount, g.state, g.given_at, g.changed_at, g.goal_id,
       g.taken_back_at
  FROM gift g WHERE g.programme_id = %(programme_id)s AND g.goal_id = %(goal)s ORDER BY g.id
"""
_OF_GIFT = """
SELECT g.goal_id FROM gift g
 WHERE g.programme_id = %(programme_id)s AND g.id = %(gift)s AND g.giver_party_id = %(giver)s
"""
_PARTS = """
SELECT r.gift_id, r.since_at, r.amount FROM gift_ready r
 WHERE r.programme_id = %(programme_id)s AND r.gift_id = ANY(%(gifts)s) ORDER BY r.gift_id, r.since_at
"""
_ADD_PARTS = """
INSERT INTO gift_ready (programme_id, gift_id, since_at, amount)
SELECT %(programme_id)s, %(gift)s, since, amount
  FROM unnest(%(since)s::bigint[], %(amounts)s::bigint[]) AS p (since, amount)
"""
_MOVES = """
SELECT m.id, m.at, m.amount, m.gift_id FROM account a CROSS JOIN LATERAL (
       SELECT t.id, t.at, t.amount, t.gift_id FROM transfer t
        WHERE t.programme_id = a.programme_id AND t.credit_account_id = a.id
        UNION ALL
       SELECT t.id, t.at, -t.amount, NULL FROM transfer t
        WHERE t.programme_id = a.programme_id AND t.debit_account_id = a.id) m
 WHERE a.programme_id = %(programme_id)s AND a.kind = 'available' AND a.party_id = %(party)s
   AND a.currency = %(currency)s ORDER BY m.id
"""


class GoalRow(NamedTuple):
    """One goal as it was written, and what is given to it by gifts that nobody took back."""

    id: int
    creator: int
    title: str
    words: str
    currency: str
    target: Micros
    opened_at: Instant
    ends_at: Instant
    withdrawn_at: Instant | None
    booked_at: Instant | None
    given: Micros

    @property
    def goal(self) -> Goal:
        """As the core knows it."""
        return Goal(self.target, self.currency, self.opened_at, self.ends_at, self.withdrawn_at)

    @property
    def percent(self) -> int:
        """How much of it is there, rounded down; 100 at most."""
        return min(100, self.given * 100 // self.target)

    @property
    def missing(self) -> Micros:
        """What it still takes."""
        return max(0, self.target - self.given)


def by_id(access: Access, id_: int, *, lock: bool = False) -> GoalRow | None:
    """One goal; with ``lock`` nobody gives to it, takes back or books it before the transaction ends."""
    row = access.fetch_one(_BY_ID + (" FOR UPDATE OF o" if lock else ""), {"id": id_, "day": None})
    return None if row is None else GoalRow(*row)


def of_creator(access: Access, creator: int, *, before: int | None = None, limit: int) -> list[GoalRow]:
    """A creator's goals, the newest first."""
    values = {"creator": creator, "before": before, "limit": limit, "day": None}
    return [GoalRow(*row) for row in access.fetch(_OF_CREATOR, values)]


def running(access: Access, creators: Sequence[int], now: Instant, *, day: Instant | None = None) -> list[GoalRow]:
    """The goals of some creators that still take something; ``day``: with what was given before."""
    values = {"creators": list(creators), "now": now, "day": day}
    return [GoalRow(*row) for row in access.fetch(_OPEN, values)]


def givers(access: Access, goal: int, day: Instant) -> int:
    """How many people gave to a goal before a day, and did not take it back."""
    return int(access.value(_GIVERS, {"goal": goal, "day": day}))


def listed(access: Access) -> list[GoalRow]:
    """All goals, the oldest first."""
    return [GoalRow(*row) for row in access.fetch(_ALL, {"day": None})]


def due(access: Access, now: Instant) -> list[int]:
    """Goals whose end has come and that are not booked yet."""
    return [row[0] for row in access.fetch(_DUE, {"now": now})]


def unbooked(access: Access, parties: Sequence[int]) -> list[int]:
    """Goals of these creators that are not over."""
    return [row[0] for row in access.fetch(_UNBOOKED, {"parties": list(parties)})]


def add(access: Access, values: dict[str, Any]) -> int:
    """Write a new goal down; returns its number."""
    return int(access.value(_ADD, values))


def change(access: Access, id_: int, values: dict[str, Any]) -> None:
    """Write down what a goal says and wants now."""
    access.execute(_CHANGE, {"id": id_, **values})


def book(access: Access, id_: int, now: Instant, withdrawn_at: Instant | None) -> None:
    """A goal is over and all of its gifts are where they belong."""
    access.execute(_BOOK, {"id": id_, "now": now, "withdrawn_at": withdrawn_at})


def forget(access: Access, parties: Sequence[int]) -> None:
    """What these creators wrote about their goals."""
    access.execute(_FORGET, {"parties": list(parties)})


def gifts_of(access: Access, goal: int) -> list[tuple[GiftRow, Gift]]:
    """The gifts to a goal in order, each as its row and as the core knows it."""
    rows = access.fetch(_GIFTS, {"goal": goal})
    of = parts(access, [row[0] for row in rows])
    found = [GiftRow(*row) for row in rows]
    return [(row, Gift(row.id, row.given_at, of[row.id], row.taken_back_at)) for row in found]


def of_gift(access: Access, giver: int, gift: int) -> int | None:
    """The goal that a gift of somebody's is for; ``None`` for no such gift, and for one to no goal."""
    found: int | None = access.value(_OF_GIFT, {"gift": gift, "giver": giver})
    return found


def parts(access: Access, gifts: Sequence[int]) -> dict[int, tuple[Ready, ...]]:
    """Since when the money of gifts had been ready."""
    found: dict[int, list[Ready]] = {gift: [] for gift in gifts}
    for gift, since, amount in access.fetch(_PARTS, {"gifts": list(gifts)}):
        found[gift].append(Ready(since, amount))
    return {gift: tuple(of) for gift, of in found.items()}


def add_parts(access: Access, gift: int, of: Sequence[Ready]) -> None:
    """Write down since when the money of a gift had been ready."""
    values = {"gift": gift, "since": [one.since for one in of], "amounts": [one.amount for one in of]}
    access.execute(_ADD_PARTS, values)


def moves(access: Access, party: int, currency: str) -> list[Move]:
    """All that ever moved what somebody has ready, in order; what came back of a gift with its old dates."""
    rows = access.fetch(_MOVES, {"party": party, "currency": currency})
    of = parts(access, sorted({row[3] for row in rows if row[3] is not None}))
    return [Move(at, amount, () if gift is None else of.get(gift, ())) for _, at, amount, gift in rows]
