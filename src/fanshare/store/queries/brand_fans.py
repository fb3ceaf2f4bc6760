"""Fans as a brand's people look for them: under pseudonyms, with what they brought and what is owed to them.

Whom a fan supports is read from links and codes alone, which are the brand's own business. What is between a fan and a
creator (a name that he lets her see, questions, thanks, a circle without a link) is not read here; fans under 18, who
have neither link nor money, do not come here at all.
"""

from collections.abc import Mapping
from typing import LiteralString, NamedTuple, Unpack

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access
from fanshare.store.queries.seeking import Sought, meant

#: So many creators of a fan are named; the others are counted.
MOST_NAMED = 20
_OWNED: LiteralString = """
        SELECT o.creator_party_id FROM link_owner o
         WHERE o.programme_id = y.programme_id AND o.owner_party_id = y.id
         UNION SELECT o.creator_party_id FROM code_owner o
         WHERE o.programme_id = y.programme_id AND o.owner_party_id = y.id"""
_FAN: LiteralString = (
    """
SELECT * FROM (
SELECT y.id, y.public_id, y.created_at, s.orders, s.earned, b.ready, b.waiting, b.checked, h.names, h.n
  FROM party y
 CROSS JOIN LATERAL (
        SELECT count(DISTINCT p.order_id) AS orders, coalesce(sum(p.amount), 0)::bigint AS earned FROM position p
         WHERE p.programme_id = y.programme_id AND p.party_id = y.id AND p.role = 'fan' AND p.amount > 0
           AND p.currency = %(currency)s) s
 CROSS JOIN LATERAL (
        SELECT coalesce(sum(a.balance) FILTER (WHERE a.kind = 'available'), 0)::bigint AS ready,
               coalesce(sum(a.balance) FILTER (WHERE a.kind = 'pending'), 0)::bigint AS waiting,
               coalesce(sum(a.balance) FILTER (WHERE a.kind = 'held'), 0)::bigint AS checked
          FROM account a
         WHERE a.programme_id = y.programme_id AND a.party_id = y.id AND a.currency = %(currency)s) b
 CROSS JOIN LATERAL (
        SELECT coalesce((array_agg(c.display_name ORDER BY c.id))[:%(named)s], '{}') AS names, count(*) AS n
          FROM party c
         WHERE c.programme_id = y.programme_id AND c.erased_at IS NULL AND c.display_name IS NOT NULL
           AND c.id IN ("""  # noqa: S608 - every part is a constant of this module
    + _OWNED
    + """)) h
 WHERE y.programme_id = %(programme_id)s AND y.kind = 'fan' AND y.erased_at IS NULL
   AND (%(since)s::bigint IS NULL OR y.created_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR y.created_at < %(until)s)
   AND (%(creator)s::bigint IS NULL OR %(creator)s IN ("""
    + _OWNED
    + """))
   AND (%(text)s::text = '' OR starts_with(y.public_id, %(begins)s)
        OR EXISTS (SELECT FROM party c
                    WHERE c.programme_id = y.programme_id AND c.erased_at IS NULL
                      AND strpos(lower(c.display_name), lower(%(text)s)) > 0
                      AND c.id IN ("""
    + _OWNED
    + """)))
) one
 WHERE CASE %(state)s WHEN 'sold' THEN orders > 0 WHEN 'none' THEN orders = 0 WHEN 'ready' THEN ready > 0
                      WHEN 'waiting' THEN waiting > 0 WHEN 'checked' THEN checked > 0 ELSE true END
"""
)
_SORTED: Mapping[str, LiteralString] = {
    "newest": _FAN + " AND (%(at)s::bigint IS NULL OR id < %(at)s) ORDER BY id DESC LIMIT %(limit)s",
    "sales": _FAN
    + """ AND (%(at)s::bigint IS NULL OR (orders, id) < (%(at)s, %(after)s))
 ORDER BY orders DESC, id DESC LIMIT %(limit)s""",
    "earned": _FAN
    + """ AND (%(at)s::bigint IS NULL OR (earned, id) < (%(at)s, %(after)s))
 ORDER BY earned DESC, id DESC LIMIT %(limit)s""",
}
_NUMBER = """
SELECT public_id FROM party
 WHERE programme_id = %(programme_id)s AND id = %(fan)s AND kind = 'fan' AND erased_at IS NULL
"""


class FanRow(NamedTuple):
    """A fan in one currency: kept orders, what he has of them, and his balances (micros).

    ``names`` are the first of the ``creators`` for whom he has or had a link or code.
    """

    id: int
    public_id: str
    since: Instant
    orders: int
    earned: Micros
    ready: Micros
    waiting: Micros
    checked: Micros
    names: list[str]
    creators: int


def listed(access: Access, currency: str, creator: int | None, **asked: Unpack[Sought]) -> list[FanRow]:
    """Fans, the newest first, or those with most kept orders (``sales``) or most of them (``earned``) in a currency.

    ``text`` is how a pseudonym begins, or part of the name of a creator whom he supports; ``state``: ``sold``,
    ``none``, ``ready``, ``waiting``, ``checked``; ``creator``: of those who support her alone. ``after`` is (id, 0),
    or (orders, id), or (earned, id), of the last one of the page before.
    """
    at, id_ = asked.get("after") or (None, None)
    narrowed = {"state": asked.get("state", ""), "since": asked.get("since"), "until": asked.get("until")}
    place = {"at": at, "after": id_, "limit": asked["limit"], "named": MOST_NAMED}
    values = {**narrowed, **meant(asked.get("text", "")), **place, "creator": creator}
    rows = access.fetch(_SORTED[asked.get("sort", "newest")], {**values, "currency": currency})
    return [FanRow(*row) for row in rows]


def pseudonym(access: Access, fan: int) -> str | None:
    """The public id of a fan of 18 or more who is here."""
    found: str | None = access.value(_NUMBER, {"fan": fan})
    return found
