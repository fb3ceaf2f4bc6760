"""What brands agreed to pay back of what creators spend, and how each of it ended."""

from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.store.access import Access

_ADD = """
INSERT INTO expense (programme_id, party_id, currency, amount, receipt, agreed_by, agreed_at)
VALUES (%(programme_id)s, %(party)s, %(currency)s, %(amount)s, %(receipt)s, %(by)s, %(now)s) RETURNING id
"""
# The balance that a line became is found by its name: the keyed hash of the line's number.
_END = """
INSERT INTO expense_end (programme_id, expense_id, opening_id, ended_by, ended_at)
SELECT %(programme_id)s, %(expense)s,
       (SELECT id FROM opening
         WHERE programme_id = %(programme_id)s AND tool = %(tool)s AND source = %(source)s AND nth = 1),
       %(by)s, %(now)s
"""
_LINES: LiteralString = """
SELECT e.id, e.party_id, coalesce(p.person_id, 0), e.currency, e.amount, e.receipt, e.agreed_at, n.ended_at,
       n.opening_id
  FROM expense e
  JOIN party p ON p.programme_id = e.programme_id AND p.id = e.party_id
  LEFT JOIN expense_end n ON n.programme_id = e.programme_id AND n.expense_id = e.id
 WHERE e.programme_id = %(programme_id)s
"""
_OF_PARTY = _LINES + " AND e.party_id = %(party)s ORDER BY (n.ended_at IS NULL) DESC, e.id DESC LIMIT %(limit)s"
_ONE = _LINES + " AND e.id = %(expense)s"
_LISTED: LiteralString = (
    _LINES
    + """
   AND e.id > %(after)s AND (%(party)s::bigint IS NULL OR e.party_id = %(party)s)
   AND (%(state)s::text IS NULL OR %(state)s =
        CASE WHEN n.expense_id IS NULL THEN 'open' WHEN n.opening_id IS NULL THEN 'dropped' ELSE 'confirmed' END)
 ORDER BY e.id LIMIT %(limit)s
"""
)


class Row(NamedTuple):
    """A line: micros of one currency to one party. Once ended it became an ``opening``, or else was taken back."""

    id: int
    party: int
    person: int
    currency: str
    amount: Micros
    receipt: bool
    agreed_at: Instant
    ended_at: Instant | None
    opening: int | None

    @property
    def paid(self) -> bool:
        """Whether the brand confirmed it."""
        return self.opening is not None

    @property
    def state(self) -> str:
        """``open``, ``confirmed`` or ``dropped``."""
        return "open" if self.ended_at is None else "confirmed" if self.paid else "dropped"


class New(NamedTuple):
    """A line that is agreed now."""

    party: int
    currency: str
    amount: Micros
    receipt: bool


def add(access: Access, new: New, by: str, now: Instant) -> int:
    """Write a line; its number."""
    return int(access.value(_ADD, {**new._asdict(), "by": by[:200], "now": now}))


def end(access: Access, expense: int, by: str, now: Instant, *, tool: str = "", source: str = "") -> None:
    """A line is over: it became the balance of a tool and source, or (neither) it was taken back."""
    values = {"expense": expense, "tool": tool, "source": source, "by": by[:200], "now": now}
    access.execute(_END, values)


def one(access: Access, expense: int) -> Row | None:
    """A line, if there is one of that number."""
    row = access.fetch_one(_ONE, {"expense": expense}) if 0 < expense < 1 << 62 else None
    return None if row is None else Row(*row)


def of_party(access: Access, party: int, limit: int) -> list[Row]:
    """Those of a party: the open ones first, then the newest."""
    return [Row(*row) for row in access.fetch(_OF_PARTY, {"party": party, "limit": limit})]


def listed(access: Access, *, party: int | None, state: str | None, after: int, limit: int) -> list[Row]:
    """Those of everybody or of one party, in any state or in one, oldest first, with numbers above ``after``."""
    values = {"party": party, "state": state, "after": after, "limit": limit}
    return [Row(*row) for row in access.fetch(_LISTED, values)]
