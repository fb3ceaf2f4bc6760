"""What a brand owes in one currency: on which day it becomes ready, to whom, and what was put right."""

from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access
from fanshare.store.queries.seeking import MEANT, meant

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
_PEOPLE: LiteralString = (
    """
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
       AND (%(text)s::text = '' OR """  # noqa: S608 - every part is a constant
    + MEANT
    + """)
     GROUP BY a.party_id, y.kind, y.display_name, y.public_id) one
 CROSS JOIN LATERAL (SELECT CASE %(sort)s WHEN 'waiting' THEN waiting WHEN 'checked' THEN checked ELSE ready END
                         AS value) v
 WHERE (ready <> 0 OR waiting <> 0 OR checked <> 0 OR leaving <> 0 OR unclaimed <> 0)
   AND (%(value)s::bigint IS NULL OR (v.value, one.id) < (%(value)s, %(id)s))
 ORDER BY v.value DESC, one.id DESC LIMIT %(limit)s
"""
)
#: What a movement ``t`` has to be, beside its kind, to be found.
_SOUGHT: LiteralString = (
    """
        AND t.programme_id = %(programme_id)s AND t.currency = %(currency)s
        AND (%(since)s::bigint IS NULL OR t.at >= %(since)s)
        AND (%(until)s::bigint IS NULL OR t.at < %(until)s)
        AND (%(text)s::text = ''
             OR EXISTS (SELECT FROM shop_order o WHERE o.programme_id = t.programme_id AND o.id = t.order_id
                           AND strpos(lower(o.external_id), lower(%(text)s)) > 0)
             OR EXISTS (SELECT FROM party y WHERE y.programme_id = t.programme_id AND y.id = t.party_id AND """  # noqa: S608 - every part is a constant
    + MEANT
    + "))"
)


def _adjusting(order: LiteralString) -> LiteralString:
    """What was put right, behind a place of an order; both ways to such movements end where a page does."""
    return (
        """
WITH found AS (
    (SELECT t.id FROM transfer t
       JOIN account c ON c.programme_id = t.programme_id AND c.id = t.credit_account_id AND c.kind = 'owed'
      WHERE true"""  # noqa: S608 - every part is a constant of this module
        + _SOUGHT
        + order
        + """)
     UNION
    (SELECT t.id FROM transfer t
      WHERE t.kind IN ('absorb', 'erase', 'claim', 'opening', 'payout_return', 'expense', 'allowance')"""
        + _SOUGHT
        + order
        + """))
SELECT t.id, t.at, CASE WHEN t.kind = 'opening' AND c.kind = 'owed' THEN 'opening_back' ELSE t.kind END, t.amount,
       t.order_id, coalesce(o.external_id, ''), coalesce(y.kind, ''),
       coalesce(y.display_name, ''), coalesce(y.public_id, '')
  FROM found JOIN transfer t ON t.programme_id = %(programme_id)s AND t.id = found.id
  JOIN account c ON c.programme_id = t.programme_id AND c.id = t.credit_account_id
  LEFT JOIN shop_order o ON o.programme_id = t.programme_id AND o.id = t.order_id
  LEFT JOIN party y ON y.programme_id = t.programme_id AND y.id = t.party_id
 WHERE true"""
        + order
    )


_ADJUSTED = {
    "newest": _adjusting("""
        AND (%(at)s::bigint IS NULL OR t.id < %(at)s) ORDER BY t.id DESC LIMIT %(limit)s"""),
    "amount": _adjusting("""
        AND (%(at)s::bigint IS NULL OR (t.amount, t.id) < (%(at)s, %(after)s))
      ORDER BY t.amount DESC, t.id DESC LIMIT %(limit)s"""),
}


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
    access: Access,
    currency: str,
    *,
    text: str = "",
    sort: str = "ready",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[Owed]:
    """Everybody with a balance, the largest first. ``after`` is (value, id) of the last one of the page before."""
    value, id_ = after or (None, None)
    asked = {"currency": currency, "sort": sort, "value": value, "id": id_, "limit": limit}
    return [Owed(*row) for row in access.fetch(_PEOPLE, {**asked, **meant(text)})]


def adjusted(
    access: Access,
    currency: str,
    *,
    text: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "newest",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[Adjusted]:
    """What was put right, newest first or (``amount``) the largest: of an order whose number, or a party whose name,
    holds a text. ``after`` is (id, 0), or (amount, id), of the last one of the page before.
    """
    at, id_ = after or (None, None)
    asked = {"currency": currency, "since": since, "until": until, "at": at, "after": id_, "limit": limit}
    return [Adjusted(*row) for row in access.fetch(_ADJUSTED[sort], {**asked, **meant(text)})]
