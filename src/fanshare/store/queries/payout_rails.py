"""Providers that a brand pays by, sealed, and the payments over them that are to be looked at."""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_ALL = """
SELECT kind, sealed, set_by, set_at, trouble, trouble_at FROM payout_rail
 WHERE programme_id = %(programme_id)s ORDER BY kind
"""
_SET = """
INSERT INTO payout_rail (programme_id, kind, sealed, set_by, set_at)
VALUES (%(programme_id)s, %(kind)s, %(sealed)s, %(by)s, %(now)s)
ON CONFLICT (programme_id, kind) DO UPDATE
   SET sealed = excluded.sealed, set_by = excluded.set_by, set_at = excluded.set_at, trouble = '', trouble_at = NULL
"""
_END = "DELETE FROM payout_rail WHERE programme_id = %(programme_id)s AND kind = %(kind)s"
_OFFERS = "SELECT kind FROM payout_rail WHERE programme_id = %(programme_id)s AND kind = %(kind)s FOR KEY SHARE"
_TROUBLE = """
UPDATE payout_rail SET trouble = %(trouble)s, trouble_at = %(now)s
 WHERE programme_id = %(programme_id)s AND kind = %(kind)s AND trouble <> %(trouble)s
"""
_OPEN = """
SELECT count(*) FROM payout_item i
  JOIN payee_account n ON n.programme_id = i.programme_id AND n.id = i.account_id
 WHERE i.programme_id = %(programme_id)s AND n.kind = %(kind)s AND i.state = ANY(%(states)s)
"""
# One at a time: whoever else works here skips it, and whoever dies with it leaves it to the next one after the lease.
_LEASE = """
UPDATE payout_item SET due_at = %(until)s, tries = tries + 1
 WHERE programme_id = %(programme_id)s AND id = (
       SELECT i.id FROM payout_item i
         JOIN payee_account n ON n.programme_id = i.programme_id AND n.id = i.account_id
        WHERE i.programme_id = %(programme_id)s AND n.kind = %(kind)s AND i.due_at <= %(now)s
        ORDER BY i.due_at, i.id LIMIT 1 FOR NO KEY UPDATE OF i SKIP LOCKED)
RETURNING id
"""


_TRIED = "UPDATE payout_item SET tries = tries + 1 WHERE programme_id = %(programme_id)s AND due_at IS NOT NULL"
_CHOICES = """
SELECT 'rail', kind, 0 FROM payout_rail WHERE programme_id = %(programme_id)s
 UNION ALL SELECT 'minimum', currency, minimum FROM payout_rule WHERE programme_id = %(programme_id)s
 UNION ALL SELECT DISTINCT 'earned', currency, 0 FROM account
            WHERE programme_id = %(programme_id)s AND party_id = %(party)s
 ORDER BY 1, 2
"""


class Choices(NamedTuple):
    """Between what somebody may choose: providers, the brand's smallest payments, and currencies that she earned in."""

    kinds: list[str]
    minimum: dict[str, Micros]
    currencies: set[str]


class Row(NamedTuple):
    """A provider, who connected it when, and why nothing was learned there lately; empty where all is well."""

    kind: str
    sealed: bytes
    set_by: str
    set_at: Instant
    trouble: str = ""
    trouble_at: Instant | None = None


def listed(access: Access) -> list[Row]:
    """All of them."""
    return [Row(kind, bytes(sealed), *rest) for kind, sealed, *rest in access.fetch(_ALL)]


def choices(access: Access, party: int = 0) -> Choices:
    """What there is to choose from for somebody; without her for whoever joins, who has earned nothing yet."""
    found = access.fetch(_CHOICES, {"party": party})
    return Choices(
        [name for what, name, _ in found if what == "rail"],
        {name: least for what, name, least in found if what == "minimum"},
        {name for what, name, _ in found if what == "earned"},
    )


def put(access: Access, row: Row) -> None:
    """This one from now on."""
    access.execute(_SET, {"kind": row.kind, "sealed": row.sealed, "by": row.set_by, "now": row.set_at})


def end(access: Access, kind: str) -> bool:
    """It is not paid by any more; whether it was."""
    return access.execute(_END, {"kind": kind}).rowcount > 0


def offers(access: Access, kind: str) -> bool:
    """Whether the brand pays by it; it stays so until the transaction ends."""
    return access.fetch_one(_OFFERS, {"kind": kind}) is not None


def say_trouble(access: Access, kind: str, trouble: str, now: Instant) -> None:
    """Why nothing was learned there, in words for the brand; empty where something was."""
    access.execute(_TROUBLE, {"kind": kind, "trouble": trouble[:500], "now": now})


def count(access: Access, kind: str, states: Sequence[str]) -> int:
    """How many payments over it are in one of these states."""
    return int(access.value(_OPEN, {"kind": kind, "states": [*states]}))


def count_as_tried(access: Access) -> None:
    """Everything that is looked at again counts as tried once more."""
    access.execute(_TRIED)


def lease(access: Access, kind: str, now: Instant, until: Instant) -> int | None:
    """Take the payment over it that is due for longest; ``None`` where none is."""
    row = access.fetch_one(_LEASE, {"kind": kind, "now": now, "until": until})
    return None if row is None else row[0]
