"""Lists for people who arrange a programme: parties, links, codes, orders, payouts, rulings, terms."""

from collections.abc import Iterable
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_PARTIES = """
SELECT id, kind, public_id, coalesce(slug, ''), coalesce(display_name, ''), created_at, erased_at FROM party
 WHERE programme_id = %(programme_id)s AND (%(kind)s::text IS NULL OR kind = %(kind)s)
 ORDER BY id LIMIT %(limit)s
"""
_FIND_PARTY = """
SELECT id, kind, public_id, coalesce(slug, ''), coalesce(display_name, ''), created_at, erased_at FROM party
 WHERE programme_id = %(programme_id)s
   AND (slug = %(slug)s OR public_id = %(text)s OR id = %(number)s OR slug = %(folded)s)
 ORDER BY slug IS DISTINCT FROM %(slug)s, public_id <> %(text)s, id IS DISTINCT FROM %(number)s LIMIT 1
"""
_NAMED = """
SELECT id, kind, public_id, coalesce(slug, ''), coalesce(display_name, ''), created_at, erased_at FROM party
 WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s)
"""
_CAMPAIGNS = """
SELECT id, campaign FROM link WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s)
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
 WHERE l.programme_id = %(programme_id)s AND (%(party)s::bigint IS NULL OR %(party)s IN (o.owner_party_id,
       o.creator_party_id)) AND (%(code)s::text IS NULL OR l.code = %(code)s)
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
 WHERE c.programme_id = %(programme_id)s AND (%(party)s::bigint IS NULL OR %(party)s IN (o.owner_party_id,
       o.creator_party_id))
 ORDER BY c.id LIMIT %(limit)s
"""
_ORDERS = """
SELECT o.id, c.endpoint, o.external_id, o.status, o.currency, o.net, o.placed_at, o.estimated, o.waiting,
       (SELECT coalesce(sum(p.amount), 0)::bigint FROM position p
         WHERE p.programme_id = o.programme_id AND p.order_id = o.id)
  FROM shop_order o JOIN connection c ON c.programme_id = o.programme_id AND c.id = o.connection_id
 WHERE o.programme_id = %(programme_id)s ORDER BY o.placed_at DESC, o.id DESC LIMIT %(limit)s
"""
_PAYOUTS = """
SELECT o.id, o.party_id, p.public_id, o.currency, o.amount, o.state, o.created_at, o.changed_at FROM payout o
  JOIN party p ON p.programme_id = o.programme_id AND p.id = o.party_id
 WHERE o.programme_id = %(programme_id)s AND (%(state)s::text IS NULL OR o.state = %(state)s)
 ORDER BY o.id LIMIT %(limit)s
"""
_RULINGS = """
SELECT r.id, r.kind, coalesce(o.external_id, ''), r.creator_party_id, r.party_id, coalesce(r.line_id, ''), r.reason,
       r.until_at, r.decided_by, r.at FROM ruling r
  LEFT JOIN shop_order o ON o.programme_id = r.programme_id AND o.id = r.order_id
 WHERE r.programme_id = %(programme_id)s AND (%(order)s::bigint IS NULL OR r.order_id = %(order)s)
 ORDER BY r.id DESC LIMIT %(limit)s
"""
_DUE = """
SELECT count(*) FROM settle_due
 WHERE programme_id = %(programme_id)s AND order_id = %(order)s AND due_at <= %(now)s
"""
_NUMBERS = "SELECT id, external_id FROM shop_order WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s)"
_ENDPOINTS = "SELECT id, endpoint FROM connection WHERE programme_id = %(programme_id)s"


class PartyRow(NamedTuple):
    """A creator, fan or buyer."""

    id: int
    kind: str
    public_id: str
    slug: str
    name: str
    created_at: Instant
    erased_at: Instant | None


class LinkListed(NamedTuple):
    """A link with its present owner and state, and the clicks that counted."""

    id: int
    code: str
    destination: str
    campaign: str
    country: str
    platform: str
    label: str
    state: str
    owner: int
    creator: int
    created_at: Instant
    clicks: int


class CodeListed(NamedTuple):
    """A discount code with its present owner and state."""

    id: int
    text: str
    single_use: bool
    country: str
    platform: str
    label: str
    state: str
    owner: int
    creator: int
    created_at: Instant


class OrderListed(NamedTuple):
    """An order as the shop shows it, and the commission that is booked for it."""

    id: int
    endpoint: str
    number: str
    status: str
    currency: str
    net: Micros
    placed_at: Instant
    estimated: bool
    waiting: bool
    commission: Micros


class PayoutListed(NamedTuple):
    """A payout as it stands."""

    id: int
    party: int
    public_id: str
    currency: str
    amount: Micros
    state: str
    created_at: Instant
    changed_at: Instant


class RulingListed(NamedTuple):
    """A decision."""

    id: int
    kind: str
    order: str
    creator: int | None
    party: int | None
    line: str
    reason: str
    until: Instant | None
    decided_by: str
    at: Instant


def parties(access: Access, kind: str | None = None, *, limit: int = 1_000_000) -> list[PartyRow]:
    """The parties of the programme, or those of one kind, oldest first."""
    return [PartyRow(*row) for row in access.fetch(_PARTIES, {"kind": kind, "limit": limit})]


def named(access: Access, ids: Iterable[int | None]) -> dict[int, PartyRow]:
    """Some parties by id; ``None`` among the ids is passed over."""
    wanted = sorted({one for one in ids if one is not None})
    return {row[0]: PartyRow(*row) for row in access.fetch(_NAMED, {"ids": wanted})} if wanted else {}


def campaigns(access: Access, ids: Iterable[int]) -> dict[int, str]:
    """What some links are called by whoever made them; empty where they have no name."""
    wanted = sorted(set(ids))
    return dict(access.fetch(_CAMPAIGNS, {"ids": wanted})) if wanted else {}


def find_party(access: Access, text: str, folded: str) -> PartyRow | None:
    """A party by short name, public id or number; ``folded`` is the short name her name would have."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
    values = {"text": text, "slug": text.casefold(), "folded": folded or None, "number": number}
    row = access.fetch_one(_FIND_PARTY, values)
    return None if row is None else PartyRow(*row)


def links(
    access: Access, *, party: int | None = None, code: str | None = None, limit: int = 1_000_000
) -> list[LinkListed]:
    """Links as they are now, of everybody or of one party, oldest first."""
    return [LinkListed(*row) for row in access.fetch(_LINKS, {"party": party, "code": code, "limit": limit})]


def codes(access: Access, *, party: int | None = None, limit: int = 1_000_000) -> list[CodeListed]:
    """Codes as they are now, of everybody or of one party, oldest first."""
    return [CodeListed(*row) for row in access.fetch(_CODES, {"party": party, "limit": limit})]


def orders(access: Access, *, limit: int) -> list[OrderListed]:
    """The newest orders."""
    return [OrderListed(*row) for row in access.fetch(_ORDERS, {"limit": limit})]


def payouts(access: Access, *, state: str | None = None, limit: int = 1_000_000) -> list[PayoutListed]:
    """Payouts, oldest first, or those in one state."""
    return [PayoutListed(*row) for row in access.fetch(_PAYOUTS, {"state": state, "limit": limit})]


def rulings(access: Access, *, order: int | None = None, limit: int = 1_000) -> list[RulingListed]:
    """Decisions, newest first, of one order or of all."""
    return [RulingListed(*row) for row in access.fetch(_RULINGS, {"order": order, "limit": limit})]


def is_due(access: Access, order: int, now: Instant) -> bool:
    """Whether an order waits to be settled now."""
    return bool(access.value(_DUE, {"order": order, "now": now}))


def numbers(access: Access, ids: Iterable[int | None]) -> dict[int, str]:
    """The shop's numbers of some orders; ``None`` among the ids is passed over."""
    wanted = sorted({one for one in ids if one is not None})
    return dict(access.fetch(_NUMBERS, {"ids": wanted})) if wanted else {}


def endpoints(access: Access) -> dict[int, str]:
    """The public name of every connection."""
    return dict(access.fetch(_ENDPOINTS))
