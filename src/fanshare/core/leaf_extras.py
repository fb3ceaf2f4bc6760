"""What only some terms add to a settlement leaf; each key is left out where it says nothing.

So a leaf of terms without bonuses, budgets, groups, recurring months, fee and retroactive tiers is what it has always
been.
"""

import re
from dataclasses import dataclass
from typing import Any

from fanshare.core.commission import LinePool
from fanshare.core.grants import CODE, MARGIN, Limit
from fanshare.core.leaf_parts import LineEntry, line_body, read_line
from fanshare.core.leaf_values import ID, LeafError, amount, count, local_day, matching, one_of, parse_exact
from fanshare.core.money import Micros

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class BonusEntry:
    """A bonus by its name, and what it gives on one line of the order.

    One for a new buyer (kind ``buyer``: ``each``, at most net) stands on all goods it speaks of; its line is ``order``.
    """

    bonus: str
    line: LineEntry

    @classmethod
    def of(cls, pool: LinePool) -> "BonusEntry":
        """The entry for a worked out bonus."""
        return cls(pool.rule_id, LineEntry.of(pool))


@dataclass(frozen=True, slots=True)
class FurtherEntry:
    """What a retroactive tier, which begins at ``reached`` of the month's sales, gives more on the line of an id."""

    line: str
    reached: Micros
    amount: Micros


@dataclass(frozen=True, slots=True)
class LimitEntry:
    """A limit of the order itself, in the order of application: for typed codes, or the margin budget.

    ``discount`` is what the shop said that the buyer was spared of the goods kept; ``told`` whether it said so of all.
    """

    kind: str
    bps: int
    discount: Micros
    told: bool
    before: Micros
    after: Micros

    @classmethod
    def of(cls, limit: Limit) -> "LimitEntry":
        """The entry for an applied limit."""
        return cls(*limit)


@dataclass(frozen=True, slots=True)
class RecurringEntry:
    """The day of the buyer's first kept order, months that still ran, and months that were over. Sorted."""

    first_on: str
    paid: tuple[int, ...]
    over: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FeeEntry:
    """The operator's fee: ``bps`` of the commission, billed to the brand on top of it."""

    bps: int
    amount: Micros


def extras_body(
    bonuses: tuple[BonusEntry, ...],
    limits: tuple[LimitEntry, ...],
    recurring: RecurringEntry | None,
    group: str,
    fee: FeeEntry | None,
    further: tuple[FurtherEntry, ...],
) -> dict[str, Any]:
    """The keys of a leaf that these need. Raises ``LeafError`` where a value is out of its domain."""
    body: dict[str, Any] = {}
    if bonuses:
        body["bonuses"] = [{"bonus": matching(NAME, one.bonus), **line_body(one.line)} for one in bonuses]
    if limits:
        body["limits"] = [_limit_body(limit) for limit in limits]
    if recurring is not None:
        body["recurring"] = {
            "first_on": local_day(recurring.first_on),
            "paid": _months(recurring.paid),
            "over": _months(recurring.over),
        }
    if group:
        body["group"] = matching(NAME, group)
    if fee is not None:
        body["fee"] = {"bps": count(fee.bps, 1), "amount": amount(fee.amount)}
    if further:
        body["further"] = [_further_body(one) for one in further]
    return body


def read_bonus(body: Any) -> BonusEntry:
    """A bonus from its form."""
    return BonusEntry(body["bonus"], read_line(body))


def read_further(body: Any) -> FurtherEntry:
    """A further amount from its form."""
    return FurtherEntry(body["line"], parse_exact(body["reached"]), parse_exact(body["amount"]))


def read_limit(body: Any) -> LimitEntry:
    """A limit from its form."""
    discount = parse_exact(body.get("discount", "0.000000"))
    before, after = parse_exact(body["before"]), parse_exact(body["after"])
    return LimitEntry(body["kind"], body["bps"], discount, body.get("told", True), before, after)


def read_recurring(body: Any) -> RecurringEntry:
    """Recurring months from their form."""
    return RecurringEntry(body["first_on"], tuple(body["paid"]), tuple(body["over"]))


def read_fee(body: Any) -> FeeEntry:
    """A fee from its form."""
    return FeeEntry(body["bps"], parse_exact(body["amount"]))


def _limit_body(limit: LimitEntry) -> dict[str, Any]:
    body: dict[str, Any] = {"kind": one_of((CODE, MARGIN), limit.kind), "bps": count(limit.bps)}
    if limit.kind == MARGIN:
        if not isinstance(limit.told, bool):
            raise LeafError("Whether the shop told the discount is true or false.")
        body |= {"discount": amount(limit.discount), "told": limit.told}
    return {**body, "before": amount(limit.before), "after": amount(limit.after)}


def _further_body(one: FurtherEntry) -> dict[str, Any]:
    return {"line": matching(ID, one.line), "reached": amount(one.reached), "amount": amount(one.amount)}


def _months(months: tuple[int, ...]) -> list[int]:
    if list(months) != sorted(set(months)):
        raise LeafError("Months are listed once each, in order.")
    return [count(each) for each in months]
