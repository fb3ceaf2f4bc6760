"""Plans, codes on their way into a shop, and stocks: what is there, what is due, and each step written down."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access

_PLANS = """
SELECT id, connection_id, name, document, from_at FROM code_plan
 WHERE programme_id = %(programme_id)s AND (%(name)s::text IS NULL OR name = %(name)s) ORDER BY from_at, id
"""
_ADD_PLAN = """
INSERT INTO code_plan (programme_id, connection_id, name, document, from_at, leaf_index)
VALUES (%(programme_id)s, %(connection)s, %(name)s, %(document)s, %(now)s, %(leaf)s)
"""
_SELECT = """
SELECT s.id, s.plan_id, p.document, s.connection_id, s.folded, s.shown, s.wished, s.token, s.sheet, s.single_use,
       s.ends_at, s.owner_party_id, s.creator_party_id, s.label_country, s.label_platform, s.label_text, s.replaces_id,
       s.code_id, s.state, s.attempts, s.work_at, s.problem_code, s.problem, s.used, s.created_at, s.confirmed_at,
       s.ended_at
  FROM shop_code s JOIN code_plan p ON p.programme_id = s.programme_id AND p.id = s.plan_id
"""
_BY_IDS = _SELECT + " WHERE s.programme_id = %(programme_id)s AND s.id = ANY(%(ids)s) ORDER BY s.id"
_LOCKED = _SELECT + " WHERE s.programme_id = %(programme_id)s AND s.id = %(id)s FOR UPDATE OF s"
_BY_TEXT = (
    _SELECT
    + """
 WHERE s.programme_id = %(programme_id)s AND s.folded = %(folded)s AND s.state <> 'failed'
   AND (%(connection)s::bigint IS NULL OR s.connection_id = %(connection)s) ORDER BY s.id
"""
)
_LISTED = (
    _SELECT
    + """
 WHERE s.programme_id = %(programme_id)s AND (%(party)s::bigint IS NULL OR %(party)s IN (s.owner_party_id,
       s.creator_party_id)) ORDER BY s.id
"""
)
_REPLACING = """
SELECT id FROM shop_code
 WHERE programme_id = %(programme_id)s AND replaces_id = %(id)s AND state <> 'failed' LIMIT 1
"""
_ADD = """
INSERT INTO shop_code (programme_id, plan_id, connection_id, folded, shown, wished, token, sheet, single_use, ends_at,
                       owner_party_id, creator_party_id, label_country, label_platform, label_text, replaces_id,
                       code_id, state, work_at, actor, created_at, confirmed_at)
VALUES (%(programme_id)s, %(plan)s, %(connection)s, %(folded)s, %(shown)s, %(wished)s, %(token)s, %(sheet)s,
        %(single_use)s, %(ends_at)s, %(owner)s, %(creator)s, %(country)s, %(platform)s, %(label)s, %(replaces)s,
        %(code)s, %(state)s, %(work_at)s, %(actor)s, %(now)s, %(confirmed_at)s)
ON CONFLICT (programme_id, connection_id, folded) WHERE state <> 'failed' DO NOTHING RETURNING id
"""
_UPDATE = """
UPDATE shop_code SET state = %(state)s, folded = %(folded)s, shown = %(shown)s, code_id = %(code)s,
       attempts = %(attempts)s,
       refers = coalesce(%(refers)s, refers), work_at = %(work_at)s, problem_code = %(problem_code)s,
       problem = %(problem)s, used = greatest(used, %(used)s), confirmed_at = %(confirmed_at)s, ended_at = %(ended_at)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s
"""
_LEASE = """
WITH due AS (
    SELECT id FROM shop_code
     WHERE programme_id = %(programme_id)s AND work_at <= %(now)s
       AND (%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s))
     ORDER BY work_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE shop_code s SET attempts = s.attempts + 1, work_at = %(until)s,
       state = CASE s.state WHEN 'wanted' THEN 'asked' ELSE s.state END
  FROM due WHERE s.programme_id = %(programme_id)s AND s.id = due.id RETURNING s.id
"""
_EXPIRED = """
UPDATE shop_code SET state = 'ending', work_at = %(now)s, attempts = 0
 WHERE programme_id = %(programme_id)s AND state = 'confirmed' AND ends_at <= %(now)s
"""
_TAKEN = """
SELECT EXISTS (SELECT 1 FROM code WHERE programme_id = %(programme_id)s AND folded = %(folded)s
                  AND (connection_id IS NULL OR connection_id = %(connection)s))
    OR EXISTS (SELECT 1 FROM code_stock WHERE programme_id = %(programme_id)s AND folded = %(folded)s
                  AND connection_id = %(connection)s)
"""
_LIVE = """
SELECT count(DISTINCT CASE s.sheet WHEN '' THEN s.id::text ELSE s.sheet END) FROM shop_code s
  JOIN code_plan p ON p.programme_id = s.programme_id AND p.id = s.plan_id
 WHERE s.programme_id = %(programme_id)s AND p.name = %(name)s AND s.owner_party_id = %(owner)s
   AND s.state IN ('wanted', 'asked', 'confirmed')
   AND NOT (s.single_use AND EXISTS (
       SELECT 1 FROM order_code o JOIN shop_order h ON h.programme_id = o.programme_id AND h.id = o.order_id
        WHERE o.programme_id = s.programme_id AND o.folded = s.folded AND h.connection_id = s.connection_id))
"""
_LOCK_OWNER = "SELECT 1 FROM party WHERE programme_id = %(programme_id)s AND id = %(owner)s FOR NO KEY UPDATE"
_OWNED = """
SELECT owner_party_id, creator_party_id FROM code_owner
 WHERE programme_id = %(programme_id)s AND code_id = %(code)s ORDER BY from_at DESC LIMIT 1
"""
_STATE = """
SELECT state FROM code_state WHERE programme_id = %(programme_id)s AND code_id = %(code)s ORDER BY from_at DESC LIMIT 1
"""
_OF_CODE = _SELECT + " WHERE s.programme_id = %(programme_id)s AND s.code_id = %(code)s"
_CODES_OF_TEXT = "SELECT id, connection_id FROM code WHERE programme_id = %(programme_id)s AND folded = %(folded)s"
_WAITING = """
SELECT count(*), max(attempts), min(created_at),
       (array_agg(problem ORDER BY attempts DESC) FILTER (WHERE problem <> ''))[1]
  FROM shop_code WHERE programme_id = %(programme_id)s AND work_at IS NOT NULL
   AND (attempts > 1 OR work_at < %(late)s)
"""
_FAILED = """
SELECT count(*), (array_agg(shown || ': ' || problem ORDER BY id DESC))[1] FROM shop_code
 WHERE programme_id = %(programme_id)s AND problem_code IN ('taken', 'different', 'refused')
   AND confirmed_at IS NULL AND state IN ('failed', 'ended') AND created_at > %(since)s
"""


class PlanRow(NamedTuple):
    """One version of a plan."""

    id: int
    connection: int
    name: str
    document: str
    since: Instant


class ShopCode(NamedTuple):
    """A code on its way into a shop and out of it, with the document of its plan."""

    id: int
    plan: int
    document: str
    connection: int
    folded: str
    shown: str
    wished: bool
    token: str
    sheet: str
    single_use: bool
    ends_at: Instant | None
    owner: int
    creator: int
    country: str
    platform: str
    label: str
    replaces: int | None
    code: int | None
    state: str
    attempts: int
    work_at: Instant | None
    problem_code: str
    problem: str
    used: int
    created_at: Instant
    confirmed_at: Instant | None
    ended_at: Instant | None


class Waiting(NamedTuple):
    """Codes whose shop has not answered: how many, most attempts, since when, and what was said."""

    number: int
    attempts: int
    since: Instant | None
    problem: str


def plans(access: Access, name: str | None = None) -> list[PlanRow]:
    """All versions of all plans, or of one, oldest first."""
    return [PlanRow(*row) for row in access.fetch(_PLANS, {"name": name})]


def add_plan(access: Access, connection: int, name: str, document: str, now: Instant, leaf: int) -> None:
    """Write a version down; its leaf is in the log already."""
    values = {"connection": connection, "name": name, "document": document, "now": now, "leaf": leaf}
    access.execute(_ADD_PLAN, values)


def by_ids(access: Access, ids: Iterable[int]) -> list[ShopCode]:
    """Some codes."""
    return [ShopCode(*row) for row in access.fetch(_BY_IDS, {"ids": sorted(ids)})]


def locked(access: Access, id_: int) -> ShopCode:
    """One code as it is now; nobody else changes it before the transaction ends."""
    row = access.fetch_one(_LOCKED, {"id": id_})
    assert row is not None
    return ShopCode(*row)


def by_text(access: Access, folded: str, connection: int | None = None) -> list[ShopCode]:
    """The codes of a text that have not failed, one a shop."""
    return [ShopCode(*row) for row in access.fetch(_BY_TEXT, {"folded": folded, "connection": connection})]


def listed(access: Access, party: int | None = None) -> list[ShopCode]:
    """All codes, or those of one party, oldest first."""
    return [ShopCode(*row) for row in access.fetch(_LISTED, {"party": party})]


def of_code(access: Access, code: int) -> ShopCode | None:
    """The way of a code that counts for somebody, if it was made in a shop or taken from a stock."""
    row = access.fetch_one(_OF_CODE, {"code": code})
    return None if row is None else ShopCode(*row)


def replacing(access: Access, id_: int) -> int | None:
    """The code that is to stand in the place of this one."""
    found: int | None = access.value(_REPLACING, {"id": id_})
    return found


def add(access: Access, values: dict[str, Any]) -> int | None:
    """Write a code down; ``None`` where its text is another one's."""
    found: int | None = access.value(_ADD, values)
    return found


def put(
    access: Access, row: ShopCode, state: str, *, refers: str | None = None, used: int = 0, **changed: object
) -> None:
    """Write a code's next state down; what is not said stays, but for the work and the problem, which end."""
    kept = {name: getattr(row, name) for name in ("folded", "shown", "code", "attempts", "confirmed_at", "ended_at")}
    values = {"work_at": None, "problem_code": "", "problem": "", **kept, **changed}
    access.execute(_UPDATE, {**values, "id": row.id, "state": state, "refers": refers, "used": used})


def lease(access: Access, now: Instant, until: Instant, limit: int, ids: Sequence[int] | None = None) -> list[ShopCode]:
    """Take what is due until an instant, one attempt more each; those that were wanted are asked for from now on."""
    with access.transaction():
        access.execute(_EXPIRED, {"now": now})
        values = {"now": now, "until": until, "limit": limit, "ids": None if ids is None else list(ids)}
        taken = [row[0] for row in access.fetch(_LEASE, values)]
    return by_ids(access, taken) if taken else []


def taken(access: Access, folded: str, connection: int) -> bool:
    """Whether a text counts for somebody already, or lies in a stock."""
    return bool(access.value(_TAKEN, {"folded": folded, "connection": connection}))


def live(access: Access, name: str, owner: int) -> int:
    """How many codes of a plan somebody has; a batch counts as one until all of it is used or ended."""
    return int(access.value(_LIVE, {"name": name, "owner": owner}))


def lock_owner(access: Access, owner: int) -> None:
    """One request for an owner at a time."""
    access.execute(_LOCK_OWNER, {"owner": owner})


def owned(access: Access, code: int) -> tuple[int, int]:
    """Owner and creator of a code now."""
    row = access.fetch_one(_OWNED, {"code": code})
    assert row is not None
    return int(row[0]), int(row[1])


def state_of(access: Access, code: int) -> str:
    """Whether a code counts now."""
    return str(access.value(_STATE, {"code": code}))


def codes_of_text(access: Access, folded: str) -> list[tuple[int, int | None]]:
    """The codes of a text that count for somebody: id and connection."""
    return [(row[0], row[1]) for row in access.fetch(_CODES_OF_TEXT, {"folded": folded})]


def waiting(access: Access, late: Instant) -> Waiting:
    """Codes that the shop was asked for in vain, or that nobody has worked on since an instant."""
    row = access.fetch_one(_WAITING, {"late": late})
    return Waiting(0, 0, None, "") if row is None else Waiting(int(row[0]), row[1] or 0, row[2], row[3] or "")


def failed(access: Access, since: Instant) -> tuple[int, str]:
    """Codes asked for since an instant that will not be made, and why the newest one."""
    row = access.fetch_one(_FAILED, {"since": since})
    return (0, "") if row is None else (int(row[0]), row[1] or "")
