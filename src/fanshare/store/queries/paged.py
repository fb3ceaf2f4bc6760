"""Lists of a programme in pages, for the public API: each goes on behind the last id it showed.

Every function takes ``after`` (the id behind which the page begins, 0 for the first) and ``limit``, and gives at most
``limit`` rows in ascending order of their ids, which never change: a page is stable however many rows come in.
"""

from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access
from fanshare.store.queries.listing import CodeListed, LinkListed, PartyRow

_PARTIES = """
SELECT id, kind, public_id, coalesce(slug, ''), coalesce(display_name, ''), created_at, erased_at FROM party
 WHERE programme_id = %(programme_id)s AND kind = %(kind)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
"""
_LINKS = """
SELECT l.id, l.code, l.destination, l.campaign, l.label_country, l.label_platform, l.label_text, s.state,
       o.owner_party_id, o.creator_party_id, l.created_at,
       (SELECT coalesce(sum(n), 0)::bigint FROM click_day d
         WHERE d.programme_id = l.programme_id AND d.link_id = l.id AND d.verdict = 'counted')
  FROM link l
  JOIN LATERAL (SELECT state FROM link_state WHERE programme_id = l.programme_id AND link_id = l.id
                 ORDER BY from_at DESC LIMIT 1) s ON true
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM link_owner
                 WHERE programme_id = l.programme_id AND link_id = l.id ORDER BY from_at DESC LIMIT 1) o ON true
 WHERE l.programme_id = %(programme_id)s AND l.id > %(after)s
   AND (%(party)s::bigint IS NULL OR %(party)s IN (o.owner_party_id, o.creator_party_id))
 ORDER BY l.id LIMIT %(limit)s
"""
_CODES = """
SELECT c.id, c.shown, c.single_use, c.label_country, c.label_platform, c.label_text, s.state, o.owner_party_id,
       o.creator_party_id, c.created_at
  FROM code c
  JOIN LATERAL (SELECT state FROM code_state WHERE programme_id = c.programme_id AND code_id = c.id
                 ORDER BY from_at DESC LIMIT 1) s ON true
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM code_owner
                 WHERE programme_id = c.programme_id AND code_id = c.id ORDER BY from_at DESC LIMIT 1) o ON true
 WHERE c.programme_id = %(programme_id)s AND c.id > %(after)s
   AND (%(party)s::bigint IS NULL OR %(party)s IN (o.owner_party_id, o.creator_party_id))
 ORDER BY c.id LIMIT %(limit)s
"""
_ONE_CODE = """
SELECT folded, connection_id FROM code WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_CLICKS = """
SELECT d.day, l.code, d.verdict, d.n FROM click_day d
  JOIN link l ON l.programme_id = d.programme_id AND l.id = d.link_id
 WHERE d.programme_id = %(programme_id)s AND d.day >= %(first)s AND d.day <= %(last)s
   AND (%(link)s::text IS NULL OR l.code = %(link)s)
   AND (d.day, l.code, d.verdict) > (%(day)s, %(code)s, %(verdict)s)
 ORDER BY d.day, l.code, d.verdict LIMIT %(limit)s
"""
_ORDERS = """
SELECT o.id, c.endpoint, o.external_id, o.status, o.currency, o.net, o.placed_at, o.modified_at, o.estimated, o.waiting,
       (SELECT coalesce(sum(p.amount), 0)::bigint FROM position p
         WHERE p.programme_id = o.programme_id AND p.order_id = o.id),
       EXISTS (SELECT FROM settle_due d WHERE d.programme_id = o.programme_id AND d.order_id = o.id
                  AND d.due_at <= %(now)s)
  FROM shop_order o JOIN connection c ON c.programme_id = o.programme_id AND c.id = o.connection_id
 WHERE o.programme_id = %(programme_id)s AND o.id > %(after)s
   AND (%(order)s::bigint IS NULL OR o.id = %(order)s)
   AND (%(since)s::bigint IS NULL OR o.placed_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR o.placed_at < %(until)s)
 ORDER BY o.id LIMIT %(limit)s
"""
_ORDER_OF = """
SELECT id FROM shop_order
 WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s AND external_id = %(number)s
"""
_SHARES = """
SELECT p.id, p.order_id, c.public_id, w.public_id, p.role, p.currency, p.bucket, p.amount, p.matures_at, p.held_until,
       p.why_token, t.seq, f.body, p.party_id
  FROM position p
  JOIN party c ON c.programme_id = p.programme_id AND c.id = p.creator_party_id
  LEFT JOIN party w ON w.programme_id = p.programme_id AND w.id = p.party_id
  LEFT JOIN part t ON t.programme_id = p.programme_id AND t.order_id = p.order_id
                  AND t.creator_party_id = p.creator_party_id
  LEFT JOIN log_leaf f ON f.programme_id = t.programme_id AND f.index = t.leaf_index
 WHERE p.programme_id = %(programme_id)s AND p.id > %(after)s
   AND (%(order)s::bigint IS NULL OR p.order_id = %(order)s)
   AND (%(party)s::bigint IS NULL OR p.party_id = %(party)s)
   AND (%(bucket)s::text IS NULL OR p.bucket = %(bucket)s)
 ORDER BY p.id LIMIT %(limit)s
"""
_BALANCES = """
SELECT a.party_id, p.public_id, p.kind, a.currency,
       coalesce(sum(a.balance) FILTER (WHERE a.kind = 'pending'), 0)::bigint,
       coalesce(sum(a.balance) FILTER (WHERE a.kind = 'available'), 0)::bigint,
       coalesce(sum(a.balance) FILTER (WHERE a.kind = 'held'), 0)::bigint,
       coalesce(sum(a.balance) FILTER (WHERE a.kind = 'in_transit'), 0)::bigint,
       coalesce(sum(a.balance) FILTER (WHERE a.kind = 'paid'), 0)::bigint
  FROM account a JOIN party p ON p.programme_id = a.programme_id AND p.id = a.party_id
 WHERE a.programme_id = %(programme_id)s AND (a.party_id, a.currency) > (%(after)s, %(currency)s)
   AND (%(party)s::bigint IS NULL OR a.party_id = %(party)s)
 GROUP BY a.party_id, p.public_id, p.kind, a.currency ORDER BY a.party_id, a.currency LIMIT %(limit)s
"""
_RULINGS = """
SELECT r.id, r.kind, r.order_id, c.public_id, w.public_id, coalesce(r.line_id, ''), r.reason, r.until_at, r.decided_by,
       r.at
  FROM ruling r
  LEFT JOIN party c ON c.programme_id = r.programme_id AND c.id = r.creator_party_id
  LEFT JOIN party w ON w.programme_id = r.programme_id AND w.id = r.party_id
 WHERE r.programme_id = %(programme_id)s AND r.id > %(after)s
   AND (%(order)s::bigint IS NULL OR r.order_id = %(order)s)
   AND (%(id)s::bigint IS NULL OR r.id = %(id)s)
 ORDER BY r.id LIMIT %(limit)s
"""
_CLAIMS = """
SELECT c.id, p.public_id, p.kind, y.public_id, c.at, a.accepted, a.basis, a.order_id, a.ruling_id, a.at
  FROM claim c
  JOIN party p ON p.programme_id = c.programme_id AND p.id = c.party_id
  JOIN party y ON y.programme_id = c.programme_id AND y.id = c.creator_party_id
  LEFT JOIN claim_answer a ON a.programme_id = c.programme_id AND a.claim_id = c.id
 WHERE c.programme_id = %(programme_id)s AND c.id > %(after)s
   AND (%(party)s::bigint IS NULL OR c.party_id = %(party)s)
   AND (%(id)s::bigint IS NULL OR c.id = %(id)s)
   AND (%(state)s::text IS NULL OR %(state)s =
        CASE WHEN a.claim_id IS NULL THEN 'waiting' WHEN a.accepted THEN 'accepted' ELSE 'refused' END)
 ORDER BY c.id LIMIT %(limit)s
"""


class ClickRow(NamedTuple):
    """How often a link was visited on a UTC day, with one verdict of the edge."""

    day: str
    link: str
    verdict: str
    visits: int


class OrderRow(NamedTuple):
    """An order as the shop shows it now; ``due`` while its shares wait to be worked out again."""

    id: int
    endpoint: str
    number: str
    status: str
    currency: str
    net: Micros
    placed_at: Instant
    modified_at: Instant
    estimated: bool
    waiting: bool
    commission: Micros
    due: bool


class ShareRow(NamedTuple):
    """One party's share of one creator's part of an order; ``party`` is ``None`` while nobody has claimed it.

    ``settlement`` counts the explanations of this part, of which ``body`` is the newest (a leaf of the log).
    """

    id: int
    order: int
    creator: str
    party: str | None
    role: str
    currency: str
    bucket: str
    amount: Micros
    matures_at: Instant | None
    held_until: Instant | None
    why_token: str
    settlement: int | None
    body: str | None
    party_id: int | None


class BalanceRow(NamedTuple):
    """What one party has in one currency."""

    party_id: int
    party: str
    kind: str
    currency: str
    pending: Micros
    available: Micros
    held: Micros
    in_transit: Micros
    paid: Micros


class RulingRow(NamedTuple):
    """A decision."""

    id: int
    kind: str
    order: int | None
    creator: str | None
    party: str | None
    line: str
    reason: str
    until: Instant | None
    decided_by: str
    at: Instant


class ClaimRow(NamedTuple):
    """A claim of a missing sale; the last five are ``None`` while nobody has answered it."""

    id: int
    party: str
    kind: str
    creator: str
    at: Instant
    accepted: bool | None
    basis: str | None
    order: int | None
    ruling: int | None
    answered_at: Instant | None


def parties(access: Access, kind: str, *, after: int, limit: int) -> list[PartyRow]:
    """Creators or fans."""
    return [PartyRow(*row) for row in access.fetch(_PARTIES, {"kind": kind, "after": after, "limit": limit})]


def links(access: Access, *, party: int | None, after: int, limit: int) -> list[LinkListed]:
    """Links as they are now, of everybody or of one party."""
    return [LinkListed(*row) for row in access.fetch(_LINKS, {"party": party, "after": after, "limit": limit})]


def codes(access: Access, *, party: int | None, after: int, limit: int) -> list[CodeListed]:
    """Codes as they are now, of everybody or of one party."""
    return [CodeListed(*row) for row in access.fetch(_CODES, {"party": party, "after": after, "limit": limit})]


def code_key(access: Access, code: int) -> tuple[str, int | None] | None:
    """The folded text of a code, and the connection it belongs to."""
    row = access.fetch_one(_ONE_CODE, {"id": code})
    return None if row is None else (row[0], row[1])


def clicks(
    access: Access, first: str, last: str, link: str | None, *, after: tuple[str, str, str], limit: int
) -> list[ClickRow]:
    """Visits per link, UTC day and verdict, behind (day, code, verdict)."""
    behind = dict(zip(("day", "code", "verdict"), after, strict=True))
    values = {"first": first, "last": last, "link": link, "limit": limit}
    return [ClickRow(*row) for row in access.fetch(_CLICKS, {**values, **behind})]


def orders(
    access: Access,
    now: Instant,
    *,
    order: int | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    after: int = 0,
    limit: int = 1,
) -> list[OrderRow]:
    """Orders in the order in which they were first heard of, of all times or placed in a span, or a single one."""
    values = {"now": now, "order": order, "since": since, "until": until, "after": after, "limit": limit}
    return [OrderRow(*row) for row in access.fetch(_ORDERS, values)]


def order_of(access: Access, connection: int, number: str) -> int | None:
    """The id of a connection's order by the shop's number."""
    found: int | None = access.value(_ORDER_OF, {"connection": connection, "number": number})
    return found


def shares(
    access: Access, *, order: int | None, party: int | None, bucket: str | None, after: int, limit: int
) -> list[ShareRow]:
    """Shares of everybody, of one order, of one party, in one bucket."""
    values = {"order": order, "party": party, "bucket": bucket, "after": after, "limit": limit}
    return [ShareRow(*row) for row in access.fetch(_SHARES, values)]


def balances(access: Access, *, party: int | None, after: tuple[int, str], limit: int) -> list[BalanceRow]:
    """Balances per party and currency, behind (party, currency)."""
    values = {"party": party, "after": after[0], "currency": after[1], "limit": limit}
    return [BalanceRow(*row) for row in access.fetch(_BALANCES, values)]


def rulings(
    access: Access, *, order: int | None = None, ruling: int | None = None, after: int = 0, limit: int = 1
) -> list[RulingRow]:
    """Decisions, of one order or of all, or a single one."""
    values = {"order": order, "id": ruling, "after": after, "limit": limit}
    return [RulingRow(*row) for row in access.fetch(_RULINGS, values)]


def claims(
    access: Access,
    *,
    claim: int | None = None,
    party: int | None = None,
    state: str | None = None,
    after: int = 0,
    limit: int = 1,
) -> list[ClaimRow]:
    """Claims of everybody or of one party, in one state (``waiting``, ``accepted``, ``refused``), or a single one."""
    values = {"id": claim, "party": party, "state": state, "after": after, "limit": limit}
    return [ClaimRow(*row) for row in access.fetch(_CLAIMS, values)]
