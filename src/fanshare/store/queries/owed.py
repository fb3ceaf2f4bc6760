"""What a brand owes in one currency: on which day it becomes ready, to whom, and what was put right."""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_BALANCES = """
SELECT kind, sum(balance)::bigint FROM account
 WHERE programme_id = %(programme_id)s AND currency = %(currency)s GROUP BY kind
"""
_DATED = """
SELECT coalesce(to_char(to_timestamp(at / 1000000) AT TIME ZONE %(zone)s, 'YYYY-MM-DD'), ''), kind,
       sum(amount)::bigint
  FROM (SELECT CASE WHEN bucket = 'held' THEN held_until ELSE matures_at END AS at, bucket AS kind, amount
          FROM position WHERE programme_id = %(programme_id)s AND currency = %(currency)s
           AND bucket IN ('pending', 'held', 'unclaimed') AND amount > 0
         UNION ALL
        SELECT o.matures_at, 'pending', o.amount FROM opening o
         WHERE o.programme_id = %(programme_id)s AND o.currency = %(currency)s AND o.matures_at IS NOT NULL
           AND NOT EXISTS (SELECT FROM opening_ready r
                            WHERE r.programme_id = o.programme_id AND r.opening_id = o.id)) each
 GROUP BY 1, 2
"""
_PEOPLE = """
SELECT * FROM (
    SELECT coalesce(a.party_id, 0) AS id, coalesce(y.kind, '') AS kind, coalesce(y.display_name, '') AS name,
           coalesce(y.public_id, '') AS public_id,
           coalesce(sum(a.balance) FILTER (WHERE a.kind = 'available'), 0)::bigint AS ready,
           coalesce(sum(a.balance) FILTER (WHERE a.kind = 'pending'), 0)::bigint AS waiting,
           coalesce(sum(a.balance) FILTER (WHERE a.kind = 'held'), 0)::bigint AS checked,
           coalesce(sum(a.balance) FILTER (WHERE a.kind = 'in_transit'), 0)::bigint AS leaving,
           coalesce(sum(a.balance) FILTER (WHERE a.kind = 'unclaimed'), 0)::bigint AS unclaimed
      FROM account a LEFT JOIN party y ON y.programme_id = a.programme_id AND y.id = a.party_id
     WHERE a.programme_id = %(programme_id)s AND a.currency = %(currency)s
       AND a.kind IN ('available', 'pending', 'held', 'in_transit', 'unclaimed')
     GROUP BY a.party_id, y.kind, y.display_name, y.public_id) one
 CROSS JOIN LATERAL (SELECT CASE %(sort)s WHEN 'waiting' THEN waiting WHEN 'checked' THEN checked ELSE ready END
                         AS value) v
 WHERE (ready <> 0 OR waiting <> 0 OR checked <> 0 OR leaving <> 0 OR unclaimed <> 0)
   AND (%(value)s::bigint IS NULL OR (v.value, one.id) < (%(value)s, %(id)s))
 ORDER BY v.value DESC, one.id DESC LIMIT %(limit)s
"""
_ADJUSTED = """
WITH found AS (
    (SELECT t.id FROM transfer t
       JOIN account c ON c.programme_id = t.programme_id AND c.id = t.credit_account_id AND c.kind = 'owed'
      WHERE t.programme_id = %(programme_id)s AND t.currency = %(currency)s
        AND (%(before)s::bigint IS NULL OR t.id < %(before)s) ORDER BY t.id DESC LIMIT %(limit)s)
     UNION
    (SELECT t.id FROM transfer t
      WHERE t.programme_id = %(programme_id)s AND t.currency = %(currency)s
        AND t.kind IN ('absorb', 'erase', 'claim', 'opening', 'payout_return')
        AND (%(before)s::bigint IS NULL OR t.id < %(before)s) ORDER BY t.id DESC LIMIT %(limit)s))
SELECT t.id, t.at, CASE WHEN t.kind = 'opening' AND c.kind = 'owed' THEN 'opening_back' ELSE t.kind END, t.amount,
       t.order_id, coalesce(o.external_id, ''), coalesce(y.kind, ''),
       coalesce(y.display_name, ''), coalesce(y.public_id, '')
  FROM found JOIN transfer t ON t.programme_id = %(programme_id)s AND t.id = found.id
  JOIN account c ON c.programme_id = t.programme_id AND c.id = t.credit_account_id
  LEFT JOIN shop_order o ON o.programme_id = t.programme_id AND o.id = t.order_id
  LEFT JOIN party y ON y.programme_id = t.programme_id AND y.id = t.party_id
 ORDER BY t.id DESC LIMIT %(limit)s
"""


class Owed(NamedTuple):
    """What one party has in each bucket. ``id`` is 0 for what belongs to nobody known."""

    id: int
    kind: str
    name: str
    public_id: str
    ready: Micros
    waiting: Micros
    checked: Micros
    leaving: Micros
    unclaimed: Micros
    value: Micros


class Adjusted(NamedTuple):
    """One movement that is neither a sale nor a payout, or that takes a sale back. ``what`` is its kind."""

    id: int
    at: Instant
    what: str
    amount: Micros
    order: int | None
    number: str
    kind: str
    name: str
    public_id: str


def balances(access: Access, currency: str) -> dict[str, Micros]:
    """What stands on all accounts, by kind."""
    return {row[0]: int(row[1]) for row in access.fetch(_BALANCES, {"currency": currency})}


def dated(access: Access, currency: str, zone: str) -> list[tuple[str, str, Micros]]:
    """What waits, by the day of a time zone on which it becomes ready (empty: none yet) and by kind of account."""
    return [(row[0], row[1], row[2]) for row in access.fetch(_DATED, {"currency": currency, "zone": zone})]


def people(
    access: Access, currency: str, *, sort: str = "ready", after: tuple[int, int] | None = None, limit: int
) -> list[Owed]:
    """Everybody with a balance, the largest first. ``after`` is (value, id) of the last one of the page before."""
    value, id_ = after or (None, None)
    asked = {"currency": currency, "sort": sort, "value": value, "id": id_, "limit": limit}
    return [Owed(*row) for row in access.fetch(_PEOPLE, asked)]


def adjusted(access: Access, currency: str, *, before: int | None = None, limit: int) -> list[Adjusted]:
    """What was put right, newest first."""
    asked = {"currency": currency, "before": before, "limit": limit}
    return [Adjusted(*row) for row in access.fetch(_ADJUSTED, asked)]
