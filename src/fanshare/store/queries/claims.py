"""Claims as the database keeps them: who says that a sale is missing, since when, and how it was answered."""

from typing import LiteralString, NamedTuple, Unpack

from fanshare.core.claims import Held
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access
from fanshare.store.queries.seeking import MEANT, Sought, sought

_LOCK = """
SELECT person_id FROM party
 WHERE programme_id = %(programme_id)s AND id = %(party)s AND erased_at IS NULL FOR NO KEY UPDATE
"""
_MADE = "SELECT at FROM claim WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND at > %(since)s"
_ADD = """
INSERT INTO claim (programme_id, party_id, creator_party_id, mark, at)
VALUES (%(programme_id)s, %(party)s, %(creator)s, %(mark)s, %(now)s) ON CONFLICT DO NOTHING RETURNING id
"""
_LIST = """
SELECT c.id, c.party_id, c.creator_party_id, p.kind, p.person_id, coalesce(p.display_name, ''), p.public_id,
       coalesce(y.display_name, ''), c.at, a.accepted, a.basis, a.order_id, a.note, a.at
  FROM claim c
  JOIN party p ON p.programme_id = c.programme_id AND p.id = c.party_id
  JOIN party y ON y.programme_id = c.programme_id AND y.id = c.creator_party_id
  LEFT JOIN claim_answer a ON a.programme_id = c.programme_id AND a.claim_id = c.id
 WHERE c.programme_id = %(programme_id)s AND (%(id)s::bigint IS NULL OR c.id = %(id)s)
   AND (%(party)s::bigint IS NULL OR c.party_id = %(party)s) AND (NOT %(open)s OR a.claim_id IS NULL)
   AND (%(before)s::bigint IS NULL OR c.id < %(before)s) AND (%(mark)s = '' OR c.mark = %(mark)s
        OR EXISTS (SELECT FROM claim_paper r WHERE r.programme_id = c.programme_id AND r.claim_id = c.id
                      AND r.mark = %(mark)s))
   AND (%(since)s::bigint IS NULL OR c.at >= %(since)s) AND (%(until)s::bigint IS NULL OR c.at < %(until)s)
   AND (%(state)s = '' OR %(state)s = CASE WHEN a.accepted THEN 'credited' WHEN a.accepted IS NULL THEN 'received'
                                           ELSE 'not_credited' END)
 ORDER BY CASE WHEN %(open)s THEN c.id END, c.id DESC LIMIT %(limit)s
"""
#: What waits stands first, the oldest at the top; behind it what was answered, the newest at the top.
_FOUND: LiteralString = (
    """
SELECT c.id, c.party_id, c.creator_party_id, y.kind, y.person_id, coalesce(y.display_name, ''), y.public_id,
       coalesce(h.display_name, ''), c.at, a.accepted, a.basis, a.order_id, a.note, a.at, v.value
  FROM claim c
  JOIN party y ON y.programme_id = c.programme_id AND y.id = c.party_id
  JOIN party h ON h.programme_id = c.programme_id AND h.id = c.creator_party_id
  LEFT JOIN claim_answer a ON a.programme_id = c.programme_id AND a.claim_id = c.id
  LEFT JOIN shop_order o ON o.programme_id = a.programme_id AND o.id = a.order_id
 CROSS JOIN LATERAL (SELECT CASE WHEN %(sort)s::text = 'waiting' AND a.claim_id IS NULL
                                 THEN 4611686018427387904 - c.id ELSE c.id END AS value) v
 WHERE c.programme_id = %(programme_id)s
   AND (%(state)s::text = '' OR %(state)s = CASE WHEN a.claim_id IS NULL THEN 'waiting'
                                                 WHEN a.accepted THEN 'credited' ELSE 'not_credited' END)
   AND (%(since)s::bigint IS NULL OR c.at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR c.at < %(until)s)
   AND (%(text)s::text = '' OR strpos(lower(o.external_id), lower(%(text)s)) > 0
        OR strpos(lower(h.display_name), lower(%(text)s)) > 0 OR """
    + MEANT
    + """)
   AND (%(at_value)s::bigint IS NULL OR (v.value, c.id) < (%(at_value)s, %(after)s))
 ORDER BY v.value DESC, c.id DESC LIMIT %(limit)s
"""
)
_WAITING = """
SELECT count(*), min(c.at) FROM claim c
 WHERE c.programme_id = %(programme_id)s AND c.at <= %(before)s
   AND NOT EXISTS (SELECT FROM claim_answer a WHERE a.programme_id = c.programme_id AND a.claim_id = c.id)
"""
_ANSWER = """
INSERT INTO claim_answer (programme_id, claim_id, accepted, basis, order_id, ruling_id, note, answered_by, at)
VALUES (%(programme_id)s, %(claim)s, %(accepted)s, %(basis)s, %(order)s, %(ruling)s, %(note)s, %(by)s, %(now)s)
ON CONFLICT DO NOTHING
"""
_LOCK_ORDER = """
SELECT id FROM shop_order WHERE programme_id = %(programme_id)s AND id = %(order)s FOR NO KEY UPDATE
"""
_SHARES = """
SELECT party_id, amount, matures_at, creator_party_id FROM position
 WHERE programme_id = %(programme_id)s AND order_id = %(order)s AND amount > 0
"""
_OWN = """
SELECT EXISTS (SELECT FROM shop_order WHERE programme_id = %(programme_id)s AND id = %(order)s
                  AND (touches @> jsonb_build_array(jsonb_build_object('owner', %(party)s::bigint))
                       OR touches @> jsonb_build_array(jsonb_build_object('creator', %(party)s::bigint))))
"""
_HAS = """
SELECT coalesce(sum(s.amount), 0) FROM position s JOIN party p ON p.programme_id = s.programme_id AND p.id = s.party_id
 WHERE s.programme_id = %(programme_id)s AND s.order_id = %(order)s AND s.amount > 0
   AND (p.id = %(party)s OR p.person_id = (
        SELECT person_id FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s))
"""
_CREDITED = """
SELECT EXISTS (SELECT FROM claim_answer a
                 JOIN claim c ON c.programme_id = a.programme_id AND c.id = a.claim_id
                 JOIN party p ON p.programme_id = c.programme_id AND p.id = c.party_id
                WHERE a.programme_id = %(programme_id)s AND a.order_id = %(order)s AND a.accepted
                  AND (p.id = %(party)s OR p.person_id = (
                       SELECT person_id FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s)))
"""
_CREATORS = """
SELECT DISTINCT p.id, p.slug, p.display_name FROM link_owner o
  JOIN link l ON l.programme_id = o.programme_id AND l.id = o.link_id
  JOIN party p ON p.programme_id = l.programme_id AND p.id = l.creator_party_id
 WHERE o.programme_id = %(programme_id)s AND o.owner_party_id = %(party)s AND p.erased_at IS NULL
   AND p.kind = 'creator' ORDER BY p.display_name LIMIT 200
"""


class ClaimRow(NamedTuple):
    """One claim, whose it is, and its answer (the last five are ``None`` while it waits)."""

    id: int
    party: int
    creator: int
    kind: str
    person: int | None
    name: str
    public_id: str
    creator_name: str
    at: Instant
    accepted: bool | None
    basis: str | None
    order: int | None
    note: str | None
    answered_at: Instant | None


class Placed(NamedTuple):
    """A claim, and where it stands in the list."""

    row: ClaimRow
    value: int


class Choice(NamedTuple):
    """A creator for whom a fan has a link."""

    id: int
    slug: str
    name: str


def lock_claimant(access: Access, party: int) -> int | None:
    """One claim of a party after the other; who she is in the vault, ``None`` for somebody who is not there."""
    found: int | None = access.value(_LOCK, {"party": party})
    return found


def made(access: Access, party: int, since: Instant) -> list[Instant]:
    """When a party made claims after an instant."""
    return [row[0] for row in access.fetch(_MADE, {"party": party, "since": since})]


def add(access: Access, party: int, creator: int, mark: str, now: Instant) -> int | None:
    """Write a claim down; its id, ``None`` where it is there already."""
    found: int | None = access.value(_ADD, {"party": party, "creator": creator, "mark": mark, "now": now})
    return found


def listed(
    access: Access,
    *,
    id_: int | None = None,
    party: int | None = None,
    waiting: bool = False,
    mark: str = "",
    state: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[ClaimRow]:
    """Claims: those that wait oldest first, else all of them newest first.

    ``mark`` stands for the number of one order, ``state`` is received, credited or not_credited; made at or after
    ``since`` and before ``until``.
    """
    wanted = {"id": id_, "party": party, "open": waiting, "before": before, "limit": limit, "mark": mark}
    wanted |= {"state": state, "since": since, "until": until}
    return [ClaimRow(*row) for row in access.fetch(_LIST, wanted)]


def found(access: Access, **asked: Unpack[Sought]) -> list[Placed]:
    """Claims made in a span: what waits first, or all of them the newest first (``newest``).

    ``text`` is part of the number of the order that was credited, or of a name; ``state``: ``waiting``, ``credited``,
    ``not_credited``; ``after`` is (value, id) of the last one of the page before.
    """
    return [Placed(ClaimRow(*row[:-1]), row[-1]) for row in access.fetch(_FOUND, sought(asked))]


def waiting_since(access: Access, before: Instant) -> tuple[int, Instant | None]:
    """How many claims made until an instant nobody has answered, and when the first of them was made."""
    row = access.fetch_one(_WAITING, {"before": before})
    return (0, None) if row is None else (int(row[0]), row[1])


def answer(access: Access, claim: int, now: Instant, **told: object) -> bool:
    """Write an answer down; whether there was none before."""
    return access.execute(_ANSWER, {"claim": claim, "now": now, "by": access.actor, **told}).rowcount == 1


def lock_order(access: Access, order: int) -> None:
    """One decision about an order after the other."""
    access.fetch(_LOCK_ORDER, {"order": order})


def shares(access: Access, order: int) -> list[tuple[Held, int]]:
    """Who has something of an order, and through which creator."""
    return [(Held(row[0], row[1], row[2]), row[3]) for row in access.fetch(_SHARES, {"order": order})]


def own_evidence(access: Access, order: int, party: int) -> bool:
    """Whether a link or code of hers is among an order's evidence, whatever became of it."""
    return bool(access.value(_OWN, {"order": order, "party": party}))


def has(access: Access, order: int, party: int) -> Micros:
    """What the human behind a party has of an order now, as whatever she is in the programme."""
    return int(access.value(_HAS, {"order": order, "party": party}))


def credited(access: Access, order: int, party: int) -> bool:
    """Whether a claim of the human behind a party about an order was accepted."""
    return bool(access.value(_CREDITED, {"order": order, "party": party}))


def creators_of(access: Access, fan: int) -> list[Choice]:
    """The creators for whom a fan has a link."""
    return [Choice(*row) for row in access.fetch(_CREATORS, {"party": fan})]
