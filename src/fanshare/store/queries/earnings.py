"""What one party earned: balances, lines, days. A page of lines costs the same however many there are."""

from collections.abc import Mapping
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access
from fanshare.store.queries.moving import Opened
from fanshare.store.queries.questions import WAITING

_BALANCES = """
SELECT currency, kind, balance FROM account WHERE programme_id = %(programme_id)s AND party_id = %(party)s
 UNION ALL
SELECT currency, CASE state WHEN 'kept' THEN 'away' ELSE 'promised' END, sum(amount)::bigint FROM gift
 WHERE programme_id = %(programme_id)s AND giver_party_id = %(party)s AND state <> 'back' GROUP BY 1, 2
 UNION ALL
SELECT currency, 'got', sum(amount)::bigint FROM gift
 WHERE programme_id = %(programme_id)s AND creator_party_id = %(party)s AND state = 'kept' GROUP BY currency
 UNION ALL
SELECT currency, state, sum(amount)::bigint FROM payout
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND state IN ('withheld', 'exchanged', 'received')
 GROUP BY currency, state
 UNION ALL
SELECT o.currency, CASE o.state WHEN 'final' THEN 'spent' ELSE 'credit' END, sum(o.amount)::bigint
  FROM shop_credit c JOIN payout o ON o.programme_id = c.programme_id AND o.id = c.payout_id
 WHERE c.programme_id = %(programme_id)s AND c.party_id = %(party)s AND o.state IN ('in_transit', 'final')
 GROUP BY 1, 2
"""
_LINES: LiteralString = """
SELECT p.order_id, p.id, o.external_id, o.placed_at, coalesce(c.display_name, ''), o.net, p.currency, p.amount,
       p.role, p.bucket, p.matures_at, p.held_until, p.why_token, o.estimated
  FROM position p
  JOIN shop_order o ON o.programme_id = p.programme_id AND o.id = p.order_id
  JOIN party c ON c.programme_id = p.programme_id AND c.id = p.creator_party_id
 WHERE p.programme_id = %(programme_id)s AND p.party_id = %(party)s
   AND (%(bucket)s::text = '' OR p.bucket = %(bucket)s)
   AND (%(number)s::text = '' OR o.external_id = %(number)s)
   AND (%(since)s::bigint IS NULL OR o.placed_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR o.placed_at < %(until)s)
"""
_NEWEST: LiteralString = """
   AND (%(at)s::bigint IS NULL OR (p.order_id, p.id) < (%(at)s, %(id)s))
 ORDER BY p.order_id DESC, p.id DESC LIMIT %(limit)s
"""
_LARGEST: LiteralString = """
   AND (%(at)s::bigint IS NULL OR (p.amount, p.id) < (%(at)s, %(id)s))
 ORDER BY p.amount DESC, p.id DESC LIMIT %(limit)s
"""
_RIPE = """
SELECT matures_at, currency, sum(amount)::bigint FROM position
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND bucket = 'pending' AND amount > 0
   AND matures_at IS NOT NULL
 GROUP BY matures_at, currency ORDER BY matures_at LIMIT 1
"""
_HELD = """
SELECT count(*), min(held_until) FROM position
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND bucket = 'held' AND amount > 0
"""
_FEW = """
SELECT coalesce((SELECT ten_minutes FROM off_hours
                  WHERE programme_id = %(programme_id)s AND party_id = %(party)s), false)
"""
_ALL: LiteralString = """
SELECT held.n, held.first, waits.n, few.wanted
  FROM ({}) AS held (n, first), ({}) AS waits (n), ({}) AS few (wanted)
"""
_NEEDS = _ALL.format(_HELD, WAITING, _FEW)
_DAYS = """
SELECT t.day, p.currency, sum(p.amount)::bigint, count(*) FROM part t
  JOIN position p ON p.programme_id = t.programme_id AND p.order_id = t.order_id
                 AND p.creator_party_id = t.creator_party_id AND p.party_id = %(party)s
 WHERE t.programme_id = %(programme_id)s AND t.creator_party_id = %(party)s AND t.placed_at >= %(since)s
   AND p.amount > 0
 GROUP BY t.day, p.currency ORDER BY t.day
"""
_CLICKS = """
SELECT coalesce(sum(d.n), 0)::bigint FROM link l
  JOIN click_day d ON d.programme_id = l.programme_id AND d.link_id = l.id
 WHERE l.programme_id = %(programme_id)s AND l.creator_party_id = %(party)s
   AND d.verdict = 'counted' AND d.day >= %(day)s
"""
#: Payouts and what moved besides, in one look: a page has few.
_MOVED = """
(SELECT '', p.currency, p.amount,
        CASE WHEN p.state = 'returned' OR NOT EXISTS (
             SELECT FROM shop_credit c WHERE c.programme_id = p.programme_id AND c.payout_id = p.id) THEN p.state
             WHEN p.state = 'final' THEN 'spent' ELSE 'credit' END,
        p.changed_at, NULL::bigint, p.id, 0, 0 FROM payout p
  WHERE p.programme_id = %(programme_id)s AND p.party_id = %(party)s ORDER BY p.id DESC LIMIT 20)
 UNION ALL
(SELECT tool, currency, amount, '', moved_at, matures_at, id, nth,
        (SELECT coalesce(y.person_id, 0) FROM party y WHERE y.programme_id = o.programme_id AND y.id = o.party_id)
   FROM opening o
  WHERE programme_id = %(programme_id)s AND party_id = %(party)s ORDER BY id DESC LIMIT %(limit)s)
 ORDER BY 7 DESC
"""

# What was changed into another currency has left this one for good, as what was paid.
_SETTLED = """
SELECT state, currency, amount, changed_at FROM payout
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s
   AND state IN ('final', 'exchanged', 'withheld', 'received')
 ORDER BY id
"""


class Purse(NamedTuple):
    """What stands on one party's accounts in one currency. ``ready`` may be below zero after a late refund.

    ``away`` is what she gave creators, ``got`` what she was given as one, ``promised`` what waits for their goals;
    ``withheld`` went to a tax authority for her; ``exchanged`` was changed into another currency, ``received`` out of
    another one, to be paid. ``credit`` are codes of the shop that were not used yet, ``spent`` those that were.
    """

    currency: str
    ready: Micros
    waiting: Micros
    checked: Micros
    leaving: Micros
    paid: Micros
    away: Micros = 0
    got: Micros = 0
    promised: Micros = 0
    withheld: Micros = 0
    exchanged: Micros = 0
    received: Micros = 0
    credit: Micros = 0
    spent: Micros = 0

    @property
    def earned(self) -> Micros:
        """Everything there is and was by sales."""
        stays = self.ready + self.waiting + self.checked + self.leaving + self.paid + self.credit + self.spent
        return stays + self.away + self.promised + self.withheld + self.exchanged - self.got - self.received


class LineRow(NamedTuple):
    """One share. ``order`` and ``id`` are its place in the list of the newest."""

    order: int
    id: int
    number: str
    placed_at: Instant
    creator: str
    goods: Micros
    currency: str
    amount: Micros
    role: str
    bucket: str
    matures_at: Instant | None
    held_until: Instant | None
    why_token: str
    estimated: bool


class Needs(NamedTuple):
    """How many shares are being checked and when the first of these checks ends by itself; how many fans wait.

    ``ten_minutes``: she wants to see only what fits ten minutes a week.
    """

    checked: int
    first_ends_at: Instant | None
    fans: int
    ten_minutes: bool


class DayRow(NamedTuple):
    """What was earned by the orders of one day (``YYYY-MM-DD`` where the programme is)."""

    day: str
    currency: str
    amount: Micros
    orders: int


class PayoutRow(NamedTuple):
    """A payout and when it came to its state."""

    currency: str
    amount: Micros
    state: str
    at: Instant


_KINDS = (
    "available",
    "pending",
    "held",
    "in_transit",
    "paid",
    "away",
    "got",
    "promised",
    "withheld",
    "exchanged",
    "received",
    "credit",
    "spent",
)


def purses(access: Access, party: int) -> list[Purse]:
    """What a party has, one purse a currency."""
    return purses_of({(row[0], row[1]): row[2] for row in access.fetch(_BALANCES, {"party": party})})


def purses_of(found: Mapping[tuple[str, str], Micros]) -> list[Purse]:
    """Purses from balances by currency and kind."""
    currencies = sorted({currency for currency, _ in found})
    whole = [Purse(one, *(found.get((one, kind), 0) for kind in _KINDS)) for one in currencies]
    # What waits for a goal is in transit as well, but on its way to nobody yet; what is in a code is with her.
    return [one._replace(leaving=one.leaving - one.promised - one.credit, paid=one.paid - one.spent) for one in whole]


def lines(
    access: Access,
    party: int,
    *,
    bucket: str = "",
    number: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    largest: bool = False,
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[LineRow]:
    """A party's shares: the orders that were reported last first, or the largest. ``after`` is the last one's place."""
    at, id_ = after or (None, None)
    values = {"party": party, "bucket": bucket, "number": number, "since": since, "until": until}
    statement: LiteralString = _LINES + (_LARGEST if largest else _NEWEST)
    return [LineRow(*row) for row in access.fetch(statement, {**values, "at": at, "id": id_, "limit": limit})]


def next_ready(access: Access, party: int) -> tuple[Instant, str, Micros] | None:
    """When something is ready next, and how much of which currency."""
    row = access.fetch_one(_RIPE, {"party": party})
    return None if row is None else (row[0], row[1], row[2])


def needs(access: Access, creator: int, now: Instant) -> Needs:
    """What waits for something, in one look: Today asks a dozen things as it is."""
    row = access.fetch_one(_NEEDS, {"party": creator, "creator": creator, "now": now})
    assert row is not None
    return Needs(*row)


def days(access: Access, creator: int, since: Instant) -> list[DayRow]:
    """What a creator earned day by day."""
    return [DayRow(*row) for row in access.fetch(_DAYS, {"party": creator, "since": since})]


def clicks(access: Access, creator: int, from_day: str) -> int:
    """Clicks that counted on links of a creator and of her fans, from a UTC day on."""
    return int(access.value(_CLICKS, {"party": creator, "day": from_day}))


def payouts(access: Access, party: int) -> list[PayoutRow]:
    """A party's newest payouts."""
    return moved(access, party, 0)[0]


def settled(access: Access, party: int) -> list[PayoutRow]:
    """What reached a party, a tax authority for her, or another currency; and what came out of another one."""
    return [PayoutRow(row[1], row[2], row[0], row[3]) for row in access.fetch(_SETTLED, {"party": party})]


def moved(access: Access, party: int, limit: int) -> tuple[list[PayoutRow], list[Opened]]:
    """The newest payouts, and the newest ``limit`` openings of a party."""
    rows = access.fetch(_MOVED, {"party": party, "limit": limit})
    payouts = [PayoutRow(*row[1:5]) for row in rows if not row[0]]
    return payouts, [Opened(row[4], row[0], row[2], row[1], row[5], row[7], row[8]) for row in rows if row[0]]
