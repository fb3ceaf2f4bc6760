"""Credits: who turned how much into a code of which shop, what is due at the shop, and which orders took one."""

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString, NamedTuple

from fanshare.core.instants import DAY, Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access
from fanshare.store.queries.seeking import MEANT, meant

_COLUMNS = """
SELECT c.id, c.party_id, c.connection_id, c.payout_id, c.currency, c.amount, c.used, c.folded, c.shown, c.token,
       c.state, c.rest_of_id, c.order_id, c.attempts, c.problem, c.created_at, c.changed_at, c.stock_id, c.ends_at
  FROM shop_credit c
"""
_BY_ID = _COLUMNS + " WHERE c.programme_id = %(programme_id)s AND c.id = %(id)s"
_BY_IDS = _COLUMNS + " WHERE c.programme_id = %(programme_id)s AND c.id = ANY(%(ids)s) ORDER BY c.id"
_OF_PARTY = (
    _COLUMNS + " WHERE c.programme_id = %(programme_id)s AND c.party_id = %(party)s ORDER BY c.id DESC LIMIT %(limit)s"
)
_GIVEN_BACK = (
    _COLUMNS
    + """ WHERE c.programme_id = %(programme_id)s AND c.stock_id IS NOT NULL AND c.state = 'ending'
 ORDER BY c.changed_at, c.id LIMIT 100"""
)
_ALL = _COLUMNS + " WHERE c.programme_id = %(programme_id)s ORDER BY c.id"
_STANDING = """
SELECT c.connection_id, c.currency, c.state, count(*), sum(c.amount)::bigint, sum(c.used)::bigint
  FROM shop_credit c WHERE c.programme_id = %(programme_id)s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_SOUGHT: LiteralString = (
    _COLUMNS
    + """  JOIN party y ON y.programme_id = c.programme_id AND y.id = c.party_id
 WHERE c.programme_id = %(programme_id)s
   AND (%(states)s::text[] IS NULL OR c.state = ANY(%(states)s::text[]))
   AND (%(currency)s::text = '' OR c.currency = %(currency)s)
   AND (%(since)s::bigint IS NULL OR c.created_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR c.created_at < %(until)s)
   AND (%(text)s::text = '' OR """
    + MEANT
    + ")"
)
_PAGE = {
    "newest": _SOUGHT + " AND (%(at)s::bigint IS NULL OR c.id < %(at)s) ORDER BY c.id DESC LIMIT %(limit)s",
    "amount": _SOUGHT
    + """ AND (%(at)s::bigint IS NULL OR (c.amount, c.id) < (%(at)s, %(after)s))
 ORDER BY c.amount DESC, c.id DESC LIMIT %(limit)s""",
}
#: Shops that may be asked for codes or that have a stock, and whether credit is given there; the newest rule counts.
_ALLOWED = """
SELECT n.id, n.kind, n.endpoint, coalesce((
       SELECT r.allowed FROM credit_rule r WHERE r.programme_id = n.programme_id AND r.connection_id = n.id
        ORDER BY r.id DESC LIMIT 1), false)
  FROM connection n WHERE n.programme_id = %(programme_id)s AND (n.base_url <> '' OR EXISTS (
       SELECT FROM credit_stock k WHERE k.programme_id = n.programme_id AND k.connection_id = n.id)) ORDER BY n.id
"""
_ADD = """
INSERT INTO shop_credit (programme_id, party_id, connection_id, payout_id, currency, amount, folded, shown, token,
                         state, rest_of_id, work_at, created_at, changed_at)
VALUES (%(programme_id)s, %(party)s, %(connection)s, %(payout)s, %(currency)s, %(amount)s, %(folded)s, %(shown)s,
        %(token)s, 'wanted', %(rest_of)s, %(now)s, %(now)s, %(now)s) RETURNING id
"""
_ADD_GIVEN = """
INSERT INTO shop_credit (programme_id, party_id, connection_id, payout_id, currency, amount, folded, shown, token,
                         state, stock_id, ends_at, created_at, changed_at)
VALUES (%(programme_id)s, %(party)s, %(connection)s, %(payout)s, %(currency)s, %(amount)s, %(folded)s, %(shown)s,
        %(token)s, 'shown', %(stock)s, %(ends_at)s, %(now)s, %(now)s) RETURNING id
"""
_UPDATE = """
UPDATE shop_credit SET state = %(state)s, work_at = %(work_at)s, problem = %(problem)s, attempts = %(attempts)s,
       folded = %(folded)s, shown = %(shown)s, used = %(used)s, order_id = %(order)s, payout_id = %(payout)s,
       changed_at = %(now)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_LEASE = """
WITH due AS (
    SELECT id FROM shop_credit WHERE programme_id = %(programme_id)s AND work_at <= %(now)s
       AND (state = 'ending' OR NOT %(ending)s)
     ORDER BY work_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE shop_credit c SET attempts = c.attempts + 1, work_at = %(until)s,
       state = CASE c.state WHEN 'wanted' THEN 'asked' ELSE c.state END
  FROM due WHERE c.programme_id = %(programme_id)s AND c.id = due.id RETURNING c.id
"""
_TODAY = """
SELECT coalesce(sum(amount), 0)::bigint FROM shop_credit
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND currency = %(currency)s
   AND created_at > %(since)s AND rest_of_id IS NULL AND state NOT IN ('cancelled', 'failed')
"""
#: A shop whose newest orders are in more than one currency is none: its codes may be worth something else. Neither is
#: one that gives credit because of its stock alone.
_SHOPS = """
SELECT n.id, n.kind, n.endpoint, n.base_url,
       (SELECT array_agg(DISTINCT o.currency::text) FROM (
           SELECT currency FROM shop_order s WHERE s.programme_id = n.programme_id AND s.connection_id = n.id
            ORDER BY s.id DESC LIMIT 1000) o)
  FROM connection n
 WHERE n.programme_id = %(programme_id)s AND n.base_url <> '' AND (
       SELECT r.allowed FROM credit_rule r WHERE r.programme_id = n.programme_id AND r.connection_id = n.id
        ORDER BY r.id DESC LIMIT 1)
   AND ((n.kind IN ('shopify', 'woocommerce') AND n.sealed_api IS NOT NULL) OR NOT EXISTS (
       SELECT FROM credit_stock k WHERE k.programme_id = n.programme_id AND k.connection_id = n.id))
 ORDER BY n.id
"""
_CURRENCIES = """
SELECT array_agg(DISTINCT o.currency::text) FROM (
    SELECT currency FROM shop_order WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s
     ORDER BY id DESC LIMIT 1000) o
"""
_MARKS = "SELECT token FROM shop_credit WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s"
_RULE = """
INSERT INTO credit_rule (programme_id, connection_id, allowed, from_at)
VALUES (%(programme_id)s, %(connection)s, %(allowed)s, %(now)s)
"""
_READY = """
SELECT balance FROM account
 WHERE programme_id = %(programme_id)s AND kind = 'available' AND party_id = %(party)s AND currency = %(currency)s
   FOR NO KEY UPDATE
"""
_BALANCES = """
SELECT currency, balance FROM account
 WHERE programme_id = %(programme_id)s AND kind = 'available' AND party_id = %(party)s ORDER BY currency
"""
_LOCK_PARTY = """
SELECT erased_at FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s FOR NO KEY UPDATE
"""
_ORDERS = """
SELECT o.id, o.external_id, o.status FROM order_code t
  JOIN shop_order o ON o.programme_id = t.programme_id AND o.id = t.order_id
 WHERE t.programme_id = %(programme_id)s AND t.folded = %(folded)s AND o.connection_id = %(connection)s ORDER BY o.id
"""
_MOVED = """
INSERT INTO credit_due (programme_id, order_id, due_at)
SELECT DISTINCT o.programme_id, o.id, %(now)s::bigint FROM shop_order o
  JOIN order_code t ON t.programme_id = o.programme_id AND t.order_id = o.id
  JOIN shop_credit c ON c.programme_id = o.programme_id AND c.connection_id = o.connection_id AND c.folded = t.folded
 WHERE o.programme_id = %(programme_id)s AND o.id = ANY(%(orders)s) ORDER BY o.id
ON CONFLICT (programme_id, order_id) DO UPDATE SET due_at = excluded.due_at, attempts = 0
"""
_LOOK = """
WITH due AS (
    SELECT order_id FROM credit_due WHERE programme_id = %(programme_id)s AND due_at <= %(now)s
     ORDER BY due_at, order_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE credit_due d SET attempts = d.attempts + 1, due_at = %(until)s
  FROM due WHERE d.programme_id = %(programme_id)s AND d.order_id = due.order_id RETURNING d.order_id, d.attempts
"""
#: Whoever was told of the order meanwhile has set the attempts back: it is looked at once more.
_LOOKED = """
DELETE FROM credit_due
 WHERE programme_id = %(programme_id)s AND order_id = %(order)s AND attempts = %(attempts)s
"""
_LOOK_LATER = """
UPDATE credit_due SET due_at = %(at)s
 WHERE programme_id = %(programme_id)s AND order_id = %(order)s AND attempts = %(attempts)s
"""
_IN_ORDER = """
SELECT c.id FROM shop_credit c
  JOIN shop_order o ON o.programme_id = c.programme_id AND o.connection_id = c.connection_id
  JOIN order_code t ON t.programme_id = o.programme_id AND t.order_id = o.id AND t.folded = c.folded
 WHERE c.programme_id = %(programme_id)s AND o.id = %(order)s ORDER BY c.id
"""


class Credit(NamedTuple):
    """One credit as it stands; amounts in micros of whole minor units."""

    id: int
    party: int
    connection: int
    payout: int
    currency: str
    amount: Micros
    used: Micros
    folded: str
    shown: str
    token: str
    state: str
    rest_of: int | None
    order: int | None
    attempts: int
    problem: str
    created_at: Instant
    changed_at: Instant
    #: Which code of the brand's own stock it is, and the first instant at which that one is over.
    stock: int | None = None
    ends_at: Instant | None = None


class CreditShop(NamedTuple):
    """A shop whose brand lets people take codes for what is ready, and the currency of its orders."""

    id: int
    kind: str
    endpoint: str
    address: str
    currency: str


class TakenBy(NamedTuple):
    """An order in which the code of a credit was typed."""

    order: int
    external_id: str
    status: str


class Look(NamedTuple):
    """An order that is looked at, for the how manieth time since it last changed."""

    order: int
    attempts: int


def by_id(access: Access, id_: int, *, lock: bool = False) -> Credit | None:
    """One credit; with ``lock`` nobody else changes it before the transaction ends."""
    row = access.fetch_one(_BY_ID + (" FOR UPDATE OF c" if lock else ""), {"id": id_})
    return None if row is None else Credit(*row)


def of_party(access: Access, party: int, limit: int = 100) -> list[Credit]:
    """Somebody's credits, newest first."""
    return [Credit(*row) for row in access.fetch(_OF_PARTY, {"party": party, "limit": limit})]


def listed(access: Access) -> list[Credit]:
    """All credits, oldest first."""
    return [Credit(*row) for row in access.fetch(_ALL)]


def add(access: Access, values: dict[str, Any]) -> int:
    """Write a wanted credit down. Its text and mark must be free."""
    return int(access.value(_ADD, {"rest_of": None, **values}))


def add_given(access: Access, values: dict[str, Any]) -> int:
    """Write a credit down whose code is there already, of the brand's stock or in the shop: it is shown at once."""
    return int(access.value(_ADD_GIVEN, values))


def given_back(access: Access) -> list[Credit]:
    """Codes of the brand's stock that were given back and wait for its word, the longest waiting first."""
    return [Credit(*row) for row in access.fetch(_GIVEN_BACK)]


def put(access: Access, row: Credit, state: str, now: Instant, **changed: object) -> None:
    """Write a credit's next state down; what is not said stays, but for the work and the problem, which end."""
    names = ("attempts", "folded", "shown", "used", "order", "payout")
    kept = {name: getattr(row, name) for name in names}
    values = {"work_at": None, "problem": "", **kept, **changed, "id": row.id, "state": state, "now": now}
    access.execute(_UPDATE, values)


def lease(access: Access, now: Instant, until: Instant, limit: int, *, ending: bool = False) -> list[Credit]:
    """Take what is due until an instant, one attempt more each; those that were wanted are asked for from now on.

    With ``ending`` only those that end.
    """
    ids = [row[0] for row in access.fetch(_LEASE, {"now": now, "until": until, "limit": limit, "ending": ending})]
    return [Credit(*row) for row in access.fetch(_BY_IDS, {"ids": ids})] if ids else []


def turned_today(access: Access, party: int, currency: str, now: Instant) -> Micros:
    """What somebody has turned into credit in the last 24 hours; rests and what came back do not count."""
    return int(access.value(_TODAY, {"party": party, "currency": currency, "since": now - DAY}))


def shops(access: Access) -> list[CreditShop]:
    """The shops that give credit, each with the one currency of its newest orders."""
    found = []
    for id_, kind, endpoint, address, currencies in access.fetch(_SHOPS):
        if currencies is not None and len(currencies) == 1:
            found.append(CreditShop(id_, kind, endpoint, address, currencies[0]))
    return found


def currency(access: Access, connection: int) -> str | None:
    """The one currency of a shop's newest orders; ``None`` where there is none, or more than one."""
    found = access.value(_CURRENCIES, {"connection": connection})
    return found[0] if found is not None and len(found) == 1 else None


def marks(access: Access, connection: int) -> set[str]:
    """The marks of all credits of a shop."""
    return {row[0] for row in access.fetch(_MARKS, {"connection": connection})}


def set_rule(access: Access, connection: int, allowed: bool, now: Instant) -> None:
    """A brand allows or ends credit at one of its shops."""
    access.execute(_RULE, {"connection": connection, "allowed": allowed, "now": now})


def locked_ready(access: Access, party: int, currency: str) -> Micros | None:
    """What is ready of somebody, who is locked: two wishes go one after the other. ``None`` for an erased person."""
    row = access.fetch_one(_LOCK_PARTY, {"party": party})
    if row is None or row[0] is not None:
        return None
    return int(access.value(_READY, {"party": party, "currency": currency}) or 0)


class Standing(NamedTuple):
    """Credits of one shop, currency and state: how many, their worth and what orders took of it, in micros."""

    connection: int
    currency: str
    state: str
    credits: int
    amount: Micros
    used: Micros


def standing(access: Access) -> list[Standing]:
    """What all credits come to."""
    return [Standing(*row) for row in access.fetch(_STANDING)]


def page(
    access: Access,
    *,
    text: str = "",
    states: Sequence[str] | None = None,
    currency: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "newest",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[Credit]:
    """Credits made in a span, the newest first or (``amount``) those that are worth most: of some states, of who is
    meant by a text. ``after`` is (id, 0), or (amount, id), of the last one of the page before.
    """
    at, id_ = after or (None, None)
    wanted = {"states": None if states is None else list(states), "currency": currency, "since": since, "until": until}
    rows = access.fetch(_PAGE[sort], {**wanted, **meant(text), "at": at, "after": id_, "limit": limit})
    return [Credit(*row) for row in rows]


def allowed(access: Access) -> list[tuple[int, str, str, bool]]:
    """The shops that could give credit (number, kind, endpoint), and whether they do."""
    return [(row[0], row[1], row[2], row[3]) for row in access.fetch(_ALLOWED)]


def balances(access: Access, party: int) -> list[tuple[str, Micros]]:
    """What somebody has ready, by currency."""
    return [(row[0], int(row[1])) for row in access.fetch(_BALANCES, {"party": party})]


def orders(access: Access, row: Credit) -> list[TakenBy]:
    """The orders in which a credit's code was typed, oldest first."""
    values = {"folded": row.folded, "connection": row.connection}
    return [TakenBy(*found) for found in access.fetch(_ORDERS, values)]


def orders_moved(access: Access, orders: Iterable[int], now: Instant) -> None:
    """Have those of the orders looked at in which the code of a credit stands."""
    access.execute(_MOVED, {"orders": list(orders), "now": now})


def look(access: Access, now: Instant, until: Instant, limit: int) -> list[Look]:
    """Take the orders that are to be looked at, until an instant; one attempt more each."""
    return [Look(*row) for row in access.fetch(_LOOK, {"now": now, "until": until, "limit": limit})]


def looked(access: Access, at: Look) -> None:
    """All there was to be seen in an order was seen."""
    access.execute(_LOOKED, at._asdict())


def look_later(access: Access, at: Look, when: Instant) -> None:
    """The shop did not say what an order took: it is asked again."""
    access.execute(_LOOK_LATER, {**at._asdict(), "at": when})


def in_order(access: Access, order: int) -> list[Credit]:
    """The credits whose code stands in an order."""
    ids = [row[0] for row in access.fetch(_IN_ORDER, {"order": order})]
    return [Credit(*row) for row in access.fetch(_BY_IDS, {"ids": ids})] if ids else []


def is_credit(access: Access, payout: int) -> bool:
    """Whether a payout is the money of a credit, which no hand moves."""
    query = "SELECT FROM shop_credit WHERE programme_id = %(programme_id)s AND payout_id = %(payout)s"
    return access.fetch_one(query, {"payout": payout}) is not None
