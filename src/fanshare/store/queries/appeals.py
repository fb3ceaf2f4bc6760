"""Appeals as the database keeps them: who spoke about which order when, and which decision answered."""

from collections.abc import Iterable, Iterator
from typing import LiteralString, NamedTuple, Unpack

from fanshare.core.instants import Instant
from fanshare.store.access import Access
from fanshare.store.queries.seeking import MEANT, Sought, sought

_LOCK_ORDER = """
SELECT id FROM shop_order WHERE programme_id = %(programme_id)s AND id = %(order)s FOR NO KEY UPDATE
"""
_CONCERNED = """
SELECT EXISTS (SELECT FROM order_creator
                WHERE programme_id = %(programme_id)s AND order_id = %(order)s AND creator_party_id = %(party)s)
    OR EXISTS (SELECT FROM position
                WHERE programme_id = %(programme_id)s AND order_id = %(order)s AND party_id = %(party)s)
    OR EXISTS (SELECT FROM shop_order
                WHERE programme_id = %(programme_id)s AND id = %(order)s
                  AND (buyer_party_id = %(party)s
                       OR touches @> jsonb_build_array(jsonb_build_object('owner', %(party)s::bigint))))
"""
_ADD = """
INSERT INTO appeal (programme_id, order_id, party_id, words, at, leaf_index)
VALUES (%(programme_id)s, %(order)s, %(party)s, %(words)s, %(at)s, %(leaf)s) RETURNING id
"""
_ANSWER = """
INSERT INTO appeal_answer (programme_id, appeal_id, ruling_id)
SELECT %(programme_id)s, appeal, %(ruling)s FROM unnest(%(appeals)s::bigint[]) AS answered (appeal)
"""
_LIST = """
SELECT a.id, a.order_id, o.external_id, a.party_id, p.person_id, a.words, a.at, n.ruling_id, r.kind, r.reason, r.at
  FROM appeal a
  JOIN shop_order o ON o.programme_id = a.programme_id AND o.id = a.order_id
  JOIN party p ON p.programme_id = a.programme_id AND p.id = a.party_id
  LEFT JOIN appeal_answer n ON n.programme_id = a.programme_id AND n.appeal_id = a.id
  LEFT JOIN ruling r ON r.programme_id = n.programme_id AND r.id = n.ruling_id
 WHERE a.programme_id = %(programme_id)s AND (%(order)s::bigint IS NULL OR a.order_id = %(order)s)
   AND (NOT %(open)s OR n.appeal_id IS NULL)
 ORDER BY a.id LIMIT %(limit)s
"""
#: What waits stands first, the oldest at the top; behind it what was answered, the newest at the top.
_FOUND: LiteralString = (
    """
SELECT a.id, a.order_id, o.external_id, a.party_id, y.person_id, a.words, a.at, n.ruling_id, r.kind, r.reason, r.at,
       y.kind, coalesce(y.display_name, ''), y.public_id, v.value
  FROM appeal a
  JOIN shop_order o ON o.programme_id = a.programme_id AND o.id = a.order_id
  JOIN party y ON y.programme_id = a.programme_id AND y.id = a.party_id
  LEFT JOIN appeal_answer n ON n.programme_id = a.programme_id AND n.appeal_id = a.id
  LEFT JOIN ruling r ON r.programme_id = n.programme_id AND r.id = n.ruling_id
 CROSS JOIN LATERAL (SELECT CASE WHEN %(sort)s::text = 'waiting' AND n.appeal_id IS NULL
                                 THEN 4611686018427387904 - a.id ELSE a.id END AS value) v
 WHERE a.programme_id = %(programme_id)s
   AND (%(state)s::text = '' OR %(state)s = CASE WHEN n.appeal_id IS NULL THEN 'waiting' ELSE 'answered' END)
   AND (%(since)s::bigint IS NULL OR a.at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR a.at < %(until)s)
   AND (%(text)s::text = '' OR strpos(lower(o.external_id), lower(%(text)s)) > 0
        OR """
    + MEANT
    + """)
   AND (%(at_value)s::bigint IS NULL OR (v.value, a.id) < (%(at_value)s, %(after)s))
 ORDER BY v.value DESC, a.id DESC LIMIT %(limit)s
"""
)
_BY_ID = """
SELECT a.id, a.order_id, n.ruling_id FROM appeal a
  LEFT JOIN appeal_answer n ON n.programme_id = a.programme_id AND n.appeal_id = a.id
 WHERE a.programme_id = %(programme_id)s AND a.id = ANY(%(appeals)s::bigint[])
"""
_LINE = """
SELECT order_id, party_id FROM position
 WHERE programme_id = %(programme_id)s AND why_token = %(token)s AND party_id = ANY(%(parties)s::bigint[])
"""
_WAITING = """
SELECT count(*), min(a.at) FROM appeal a
 WHERE a.programme_id = %(programme_id)s AND a.at <= %(before)s
   AND NOT EXISTS (SELECT FROM appeal_answer n WHERE n.programme_id = a.programme_id AND n.appeal_id = a.id)
"""
_LOGGED = """
SELECT a.id, a.order_id, a.party_id, p.person_id, a.words, a.at, l.body FROM appeal a
  LEFT JOIN party p ON p.programme_id = a.programme_id AND p.id = a.party_id
  LEFT JOIN log_leaf l ON l.programme_id = a.programme_id AND l.index = a.leaf_index
 WHERE a.programme_id = %(programme_id)s ORDER BY a.id
"""


class Appeal(NamedTuple):
    """One appeal, and the decision that answered it (all of it ``None`` while nobody has)."""

    id: int
    order_id: int
    order: str
    party: int
    person: int | None
    words: str
    at: Instant
    ruling: int | None
    verdict: str | None
    reason: str | None
    answered_at: Instant | None


class Placed(NamedTuple):
    """An appeal of the list, whose it is, and where it stands."""

    row: Appeal
    kind: str
    name: str
    public_id: str
    value: int


class Logged(NamedTuple):
    """One appeal beside the leaf that records it."""

    id: int
    order: int
    party: int
    person: int | None
    words: str
    at: Instant
    leaf: str | None


def lock_order(access: Access, order: int) -> None:
    """One appeal about an order after the other."""
    access.fetch(_LOCK_ORDER, {"order": order})


def concerns(access: Access, order: int, party: int) -> bool:
    """Whether a party has, had, or by her evidence could have had a part in an order."""
    return bool(access.value(_CONCERNED, {"order": order, "party": party}))


def add(access: Access, order: int, party: int, words: str, at: Instant, leaf: int) -> int:
    """Write an appeal down; its leaf is in the log already. Returns its id."""
    return int(access.value(_ADD, {"order": order, "party": party, "words": words, "at": at, "leaf": leaf}))


def answer(access: Access, answered: Iterable[int], ruling: int) -> None:
    """Note which appeals a decision answers."""
    access.execute(_ANSWER, {"appeals": sorted(answered), "ruling": ruling})


def listed(access: Access, *, order: int | None = None, waiting: bool = False, limit: int = 1_000) -> list[Appeal]:
    """Appeals, oldest first: of one order or of all, perhaps only those that wait for an answer."""
    wanted = {"order": order, "open": waiting, "limit": limit}
    return [Appeal(*row) for row in access.fetch(_LIST, wanted)]


def found(access: Access, **asked: Unpack[Sought]) -> list[Placed]:
    """Appeals made in a span: what waits first, or all of them the newest first (``newest``).

    ``text`` is part of an order's number or of a name; ``state``: ``waiting`` or ``answered``; ``after`` is (value, id)
    of the last one of the page before.
    """
    return [Placed(Appeal(*row[:11]), *row[11:]) for row in access.fetch(_FOUND, sought(asked))]


def orders_of(access: Access, asked: Iterable[int]) -> dict[int, tuple[int, int | None]]:
    """For each of these appeals that there is: its order, and the decision that answered it."""
    return {row[0]: (row[1], row[2]) for row in access.fetch(_BY_ID, {"appeals": sorted(asked)})}


def line(access: Access, token: str, parties: Iterable[int]) -> tuple[int, int] | None:
    """The order and the party of a line by its token, if it belongs to one of these parties."""
    row = access.fetch_one(_LINE, {"token": token, "parties": list(parties)})
    return None if row is None else (row[0], row[1])


def waiting_since(access: Access, before: Instant) -> tuple[int, Instant | None]:
    """How many appeals made before an instant nobody has answered, and when the first of them was made."""
    row = access.fetch_one(_WAITING, {"before": before})
    return (0, None) if row is None else (int(row[0]), row[1])


def logged(access: Access) -> Iterator[Logged]:
    """Every appeal with its leaf."""
    return (Logged(*row) for row in access.fetch(_LOGGED))
