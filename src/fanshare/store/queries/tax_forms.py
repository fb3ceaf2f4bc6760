"""Forms for the tax: what a brand asks, and what was signed; what a form says lies in the vault under its id."""

from collections.abc import Iterable
from typing import Any, LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access
from fanshare.store.queries.seeking import MEANT, meant

_ASKS = "SELECT asks, without FROM tax_ask WHERE programme_id = %(programme_id)s"
_ASK = """
INSERT INTO tax_ask (programme_id, asks, without, set_at) VALUES (%(programme_id)s, %(asks)s, %(without)s, %(now)s)
ON CONFLICT (programme_id) DO UPDATE
   SET asks = excluded.asks, without = excluded.without, set_at = excluded.set_at
"""
_COLUMNS: LiteralString = """
SELECT id, party_id, kind, backup, signed_at, ends_at, left_at, refused_at, refused_why, kept_until FROM tax_form
 WHERE programme_id = %(programme_id)s
"""
_OF = _COLUMNS + " AND party_id = ANY(%(parties)s) ORDER BY id"
_ONE = _COLUMNS + " AND id = %(id)s"
_NEWEST = (
    _COLUMNS
    + """
   AND left_at IS NULL AND (%(before)s::bigint IS NULL OR id < %(before)s)
   AND (%(kind)s::text = '' OR kind = %(kind)s)
   AND (%(state)s::text = '' OR %(state)s = CASE
        WHEN refused_at IS NOT NULL THEN 'refused'
        WHEN ends_at IS NULL OR ends_at > %(now)s THEN 'counts' ELSE 'ended' END)
   AND (%(since)s::bigint IS NULL OR signed_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR signed_at < %(until)s)
   AND (%(text)s::text = '' OR EXISTS (
        SELECT FROM party y WHERE y.programme_id = tax_form.programme_id AND y.id = tax_form.party_id AND """
    + MEANT
    + """))
 ORDER BY id DESC LIMIT %(n)s"""
)
_SINCE = """
SELECT count(*) FROM tax_form
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND signed_at > %(since)s
"""
_ADD = """
INSERT INTO tax_form (programme_id, party_id, kind, backup, signed_at, ends_at)
VALUES (%(programme_id)s, %(party)s, %(kind)s, %(backup)s, %(now)s, %(ends)s) RETURNING id
"""
_LEAVE = """
UPDATE tax_form SET left_at = %(now)s, kept_until = %(until)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND left_at IS NULL
"""
_REFUSE = """
UPDATE tax_form SET refused_at = %(now)s, refused_why = %(why)s
 WHERE programme_id = %(programme_id)s AND id = %(id)s AND left_at IS NULL AND refused_at IS NULL
"""
_KEEP = "UPDATE tax_form SET sealed = %(sealed)s WHERE programme_id = %(programme_id)s AND id = %(id)s"
_SEALED = "SELECT sealed FROM tax_form WHERE programme_id = %(programme_id)s AND id = %(id)s"
_PAID = """
SELECT EXISTS (SELECT FROM payout WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND state <> 'planned')
"""
#: What a form says goes when its time is over; that there was one stays.
_GONE = """
WITH gone AS (
    UPDATE tax_form SET sealed = NULL, kept_until = NULL
     WHERE programme_id = %(programme_id)s AND kept_until <= %(now)s AND left_at IS NOT NULL RETURNING id
)
DELETE FROM vault_item i USING gone
 WHERE i.programme_id = %(programme_id)s AND i.kind = 'tax:' || gone.id
"""
#: Whether a form is asked of a party and missing.
MISSING: LiteralString = """EXISTS (SELECT FROM tax_ask k
 WHERE k.programme_id = %(programme_id)s AND k.asks <> 'nothing' AND k.without = 'wait'
   AND NOT EXISTS (SELECT FROM tax_form f
        WHERE f.programme_id = k.programme_id AND f.party_id = %(party)s AND f.left_at IS NULL AND f.refused_at IS NULL
          AND (f.ends_at IS NULL OR f.ends_at > %(now)s) AND (k.asks = 'residence') = (f.kind = 'residence')))"""
_MISSING = "SELECT " + MISSING


class FormRow(NamedTuple):
    """A form that was signed, without what it says."""

    id: int
    party: int
    kind: str
    backup: bool
    signed_at: Instant
    ends_at: Instant | None
    left_at: Instant | None
    refused_at: Instant | None
    refused_why: str
    kept_until: Instant | None

    def state(self, now: Instant) -> str:
        """``left``, ``refused``, ``ended`` or ``counts``."""
        if self.left_at is not None:
            return "left"
        if self.refused_at is not None:
            return "refused"
        return "counts" if self.ends_at is None or now < self.ends_at else "ended"


def asks(access: Access) -> str:
    """What the brand asks of whoever it pays."""
    found: str | None = access.value(_ASKS)
    return found or "nothing"


def was_decided(access: Access) -> bool:
    """Whether anybody, or the beginning of the programme, has said what is asked."""
    return access.value(_ASKS) is not None


def pays_without(access: Access) -> bool:
    """Whether somebody who gave no form is paid all the same, less what the law keeps back."""
    row = access.fetch_one(_ASKS)
    return row is not None and row[1] == "withhold"


def ask(access: Access, asks: str, now: Instant, *, withhold: bool = False) -> None:
    """Ask for something else from now on; with ``withhold`` nobody waits for it."""
    access.execute(_ASK, {"asks": asks, "without": "withhold" if withhold else "wait", "now": now})


def of(access: Access, parties: Iterable[int]) -> dict[int, list[FormRow]]:
    """All forms of parties, in their order."""
    found: dict[int, list[FormRow]] = {}
    for row in access.fetch(_OF, {"parties": [*parties]}):
        found.setdefault(row[1], []).append(FormRow(*row))
    return found


def one(access: Access, id_: int) -> FormRow | None:
    """One of them."""
    row = access.fetch_one(_ONE, {"id": id_})
    return None if row is None else FormRow(*row)


def newest(
    access: Access,
    now: Instant,
    *,
    text: str = "",
    kind: str = "",
    state: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[FormRow]:
    """Those that were not replaced and were signed in a span, the newest first: of a kind, of a state as ``FormRow``
    calls it, of who is meant by a text.
    """
    wanted = {"now": now, "kind": kind, "state": state, "since": since, "until": until, "before": before, "n": limit}
    return [FormRow(*row) for row in access.fetch(_NEWEST, {**wanted, **meant(text)})]


def count_since(access: Access, party: int, since: Instant) -> int:
    """How many she signed since then."""
    return int(access.value(_SINCE, {"party": party, "since": since}))


def add(access: Access, party: int, kind: str, backup: bool, now: Instant, ends: Instant | None) -> int:
    """Another one, from now on."""
    values: dict[str, Any] = {"party": party, "kind": kind, "backup": backup, "now": now, "ends": ends}
    return int(access.value(_ADD, values))


def leave(access: Access, id_: int, now: Instant, until: Instant) -> None:
    """It counts no more, and is kept until then."""
    access.execute(_LEAVE, {"id": id_, "now": now, "until": until})


def refuse(access: Access, id_: int, why: str, now: Instant) -> bool:
    """It was not accepted. False where it counted no more already."""
    return access.execute(_REFUSE, {"id": id_, "why": why, "now": now}).rowcount > 0


def keep(access: Access, id_: int, sealed: bytes) -> None:
    """A copy that outlives the key of its owner."""
    access.execute(_KEEP, {"id": id_, "sealed": sealed})


def kept(access: Access, id_: int) -> bytes | None:
    """That copy."""
    found = access.value(_SEALED, {"id": id_})
    return None if found is None else bytes(found)


def was_paid(access: Access, party: int) -> bool:
    """Whether anything ever left for her."""
    return bool(access.value(_PAID, {"party": party}))


def missing(access: Access, party: int, now: Instant) -> bool:
    """Whether a form is asked of her that she has not given, or whose time is over."""
    return bool(access.value(_MISSING, {"party": party, "now": now}))


def forget_old(access: Access, now: Instant) -> None:
    """What has been kept long enough goes."""
    access.execute(_GONE, {"now": now})
