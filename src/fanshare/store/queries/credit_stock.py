"""Codes of shop credit that a brand made itself: sealed until each is given to somebody, once."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.credit_stock import LEAST_LIFE, LOW
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

#: Which codes may be given: those that live long enough, and that came after the last restore. A code that came before
#: it may have been given away after the backup, and then somebody has it of whom the books do not know.
_SURE = """s.imported_at > coalesce((SELECT max(h.since_at) FROM payout_hold h
                                  WHERE h.programme_id = %(programme_id)s), -1)
"""
_GIVABLE = "s.given_at IS NULL AND (s.ends_at IS NULL OR s.ends_at >= %(now)s + %(life)s) AND " + _SURE
_KNOWN = """
SELECT print FROM credit_stock
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s AND print = ANY(%(prints)s)
"""
_OWNED = """
SELECT folded FROM code WHERE programme_id = %(programme_id)s AND folded = ANY(%(folded)s)
   AND (connection_id IS NULL OR connection_id = %(connection)s)
 UNION
SELECT folded FROM shop_code WHERE programme_id = %(programme_id)s AND folded = ANY(%(folded)s)
   AND connection_id = %(connection)s AND state <> 'failed'
 UNION
SELECT folded FROM code_stock WHERE programme_id = %(programme_id)s AND folded = ANY(%(folded)s)
   AND connection_id = %(connection)s
 UNION
SELECT folded FROM shop_credit WHERE programme_id = %(programme_id)s AND folded = ANY(%(folded)s)
   AND connection_id = %(connection)s
"""
_ADD = """
INSERT INTO credit_stock (programme_id, connection_id, currency, amount, ends_at, print, sealed, imported_at)
SELECT %(programme_id)s, %(connection)s, currency, amount, ends_at, print, sealed, %(now)s
  FROM unnest(%(currencies)s::text[], %(amounts)s::bigint[], %(ends)s::bigint[], %(prints)s::text[],
              %(sealed)s::bytea[]) WITH ORDINALITY AS fresh (currency, amount, ends_at, print, sealed, place)
 ORDER BY place
ON CONFLICT (programme_id, connection_id, print) DO NOTHING RETURNING 1
"""
#: The longest-lived first: who is given a code has no hurry. Whoever else is just taking one is passed by.
_TAKE = (
    """
WITH free AS (
    SELECT s.id, s.sealed FROM credit_stock s
     WHERE s.programme_id = %(programme_id)s AND s.connection_id = %(connection)s AND s.currency = %(currency)s
       AND s.amount = %(amount)s AND """  # noqa: S608 - every part is a constant of this module
    + _GIVABLE
    + """
     ORDER BY s.ends_at DESC NULLS FIRST, s.id LIMIT 1 FOR UPDATE OF s SKIP LOCKED
)
UPDATE credit_stock s SET given_at = %(now)s, sealed = NULL
  FROM free WHERE s.programme_id = %(programme_id)s AND s.id = free.id
RETURNING s.id, s.print, free.sealed, s.ends_at
"""
)
#: What can be taken out, how much of it was given, and what came before the last restore.
_AMONG = (
    """
SELECT count(*) FILTER (WHERE s.given_at IS NULL AND """
    + _SURE
    + """), count(*) FILTER (WHERE s.given_at IS NOT NULL), count(*) FROM credit_stock s
 WHERE s.programme_id = %(programme_id)s AND s.connection_id = %(connection)s AND s.print = ANY(%(prints)s)
"""
)
_TAKE_OUT = (
    """
DELETE FROM credit_stock s
 WHERE s.programme_id = %(programme_id)s AND s.connection_id = %(connection)s AND s.print = ANY(%(prints)s)
   AND s.given_at IS NULL AND """
    + _SURE
    + " RETURNING 1"
)
_LEVELS = (
    """
SELECT s.connection_id, s.currency, s.amount, count(*), count(*) FILTER (WHERE """
    + _GIVABLE
    + """), count(*) FILTER (WHERE s.given_at IS NOT NULL), max(s.imported_at)
  FROM credit_stock s WHERE s.programme_id = %(programme_id)s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
)
_SHOPS = """
SELECT n.id, n.kind, n.endpoint, n.base_url FROM connection n
 WHERE n.programme_id = %(programme_id)s
   AND EXISTS (SELECT FROM credit_stock s WHERE s.programme_id = n.programme_id AND s.connection_id = n.id)
   AND (SELECT r.allowed FROM credit_rule r WHERE r.programme_id = n.programme_id AND r.connection_id = n.id
         ORDER BY r.id DESC LIMIT 1)
 ORDER BY n.id
"""
#: Values of which few or none are left, each by its first row, and since when: the newest codes of it that came.
_SHORT = (
    """
SELECT min(s.id), max(s.imported_at), count(*) FILTER (WHERE """  # noqa: S608 - every part is a constant of this module
    + _GIVABLE
    + """) AS left_over
  FROM credit_stock s
 WHERE s.programme_id = %(programme_id)s
   AND (SELECT r.allowed FROM credit_rule r WHERE r.programme_id = s.programme_id AND r.connection_id = s.connection_id
         ORDER BY r.id DESC LIMIT 1)
 GROUP BY s.connection_id, s.currency, s.amount HAVING count(*) FILTER (WHERE """
    + _GIVABLE
    + """) <= %(low)s ORDER BY 1
"""
)


class Sealed(NamedTuple):
    """A code as it lies in the stock: its keyed hash, its text sealed, its worth in micros, when it is over."""

    print: str
    sealed: bytes
    currency: str
    amount: Micros
    ends_at: Instant | None


class Taken(NamedTuple):
    """A code that was just given to somebody; from now on its text is nowhere but in her credit."""

    id: int
    print: str
    sealed: bytes
    ends_at: Instant | None


class Among(NamedTuple):
    """Of codes that are named: how many can be taken out, how many were given, how many are in the stock at all."""

    free: int
    given: int
    there: int


class Level(NamedTuple):
    """Codes of one value at one shop: how many came, how many may be given now, how many were given."""

    connection: int
    currency: str
    amount: Micros
    brought: int
    left: int
    given: int
    newest: Instant

    @property
    def aside(self) -> int:
        """Neither given nor to be given: they end too soon, or came before the books were restored."""
        return self.brought - self.left - self.given


class Short(NamedTuple):
    """A value that runs out: its first row, since when it is as it is, how many are left."""

    about: int
    since: Instant
    left: int


class StockShop(NamedTuple):
    """A shop whose brand lets people take codes of its stock."""

    id: int
    kind: str
    endpoint: str
    address: str


def known(access: Access, connection: int, prints: Sequence[str]) -> set[str]:
    """Which of these codes were brought already, given or not."""
    return {row[0] for row in access.fetch(_KNOWN, {"connection": connection, "prints": list(prints)})}


def owned(access: Access, connection: int, folded: Sequence[str]) -> set[str]:
    """Which of these texts are a code of another kind in this shop, or somebody's credit."""
    return {row[0] for row in access.fetch(_OWNED, {"connection": connection, "folded": list(folded)})}


def add(access: Access, connection: int, codes: Sequence[Sealed], now: Instant) -> int:
    """Put codes into the stock; how many were not there before."""
    columns = {
        "currencies": [one.currency for one in codes],
        "amounts": [one.amount for one in codes],
        "ends": [one.ends_at for one in codes],
        "prints": [one.print for one in codes],
        "sealed": [one.sealed for one in codes],
    }
    return len(access.fetch(_ADD, {**columns, "connection": connection, "now": now}))


def take(access: Access, connection: int, currency: str, amount: Micros, now: Instant) -> Taken | None:
    """Give one code of a value away: nobody else gets it. ``None`` where none is left."""
    values = {"connection": connection, "currency": currency, "amount": amount, "now": now, "life": LEAST_LIFE}
    row = access.fetch_one(_TAKE, values)
    return None if row is None else Taken(row[0], row[1], bytes(row[2]), row[3])


def among(access: Access, connection: int, prints: Sequence[str]) -> Among:
    """What the stock knows of these codes."""
    row = access.fetch_one(_AMONG, {"connection": connection, "prints": list(prints)})
    assert row is not None
    return Among(*row)


def take_out(access: Access, connection: int, prints: Sequence[str]) -> int:
    """Take those of these codes out that were given to nobody and came after the last restore; how many."""
    return len(access.fetch(_TAKE_OUT, {"connection": connection, "prints": list(prints)}))


def levels(access: Access, now: Instant) -> list[Level]:
    """What came and what is left, by shop and value."""
    return [Level(*row) for row in access.fetch(_LEVELS, {"now": now, "life": LEAST_LIFE})]


def shops(access: Access) -> list[StockShop]:
    """Shops of whose stock people may take codes now."""
    return [StockShop(*row) for row in access.fetch(_SHOPS)]


def short(access: Access, now: Instant) -> list[Short]:
    """Values of which few or none are left, where people may take codes."""
    return [Short(*row) for row in access.fetch(_SHORT, {"now": now, "life": LEAST_LIFE, "low": LOW})]
