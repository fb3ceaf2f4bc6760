"""The settlement leaf of the log: one creator's part of one order, with every input that its shares follow from.

Who earns and which order it is are salted commitments; amounts, rates, rules and days are in clear, because they are
what a party must be able to recompute. A later settlement of the same part supersedes an earlier one and names it by
its leaf hash. Time alone (pending becoming available at ``matures_at``) needs no leaf.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fanshare.core.canonical import alike, canonical
from fanshare.core.errors import BadInputError
from fanshare.core.leaf_extras import (
    BonusEntry,
    FeeEntry,
    FurtherEntry,
    LimitEntry,
    RecurringEntry,
    extras_body,
    read_bonus,
    read_fee,
    read_further,
    read_limit,
    read_recurring,
)
from fanshare.core.leaf_parts import (
    BUCKETS,
    LEVELS,
    ROLES,
    CapStep,
    LineEntry,
    Share,
    Stretch,
    cap_body,
    line_body,
    read_cap,
    read_line,
    read_share,
    share_body,
)
from fanshare.core.leaf_values import (
    CODE,
    CURRENCY,
    LeafError,
    amount,
    count,
    hex_digits,
    local_day,
    matching,
    one_of,
    parse_exact,
    parse_signed,
)
from fanshare.core.log import leaf_hash
from fanshare.core.money import Micros

__all__ = [
    "BUCKETS",
    "CODE",
    "EVIDENCE",
    "FAN_EVIDENCE",
    "LEVELS",
    "ROLES",
    "BonusEntry",
    "CapStep",
    "FeeEntry",
    "FurtherEntry",
    "LeafError",
    "LimitEntry",
    "LineEntry",
    "RecurringEntry",
    "Settlement",
    "Share",
    "Stretch",
    "body_hash",
    "leaf_bytes",
    "own_settlement",
    "parse_exact",
    "parse_settlement",
    "parse_signed",
    "read_leaf",
    "read_settlement",
]

FAN_EVIDENCE = ("fan_link", "fan_code", "fan_ruling")
EVIDENCE = ("creator_link", "creator_code", "creator_ruling", *FAN_EVIDENCE)


@dataclass(frozen=True, slots=True)
class Settlement:
    """The settlement of one creator's part of one order.

    ``order`` is the commitment of ``commitments.order_part``; ``seq`` counts the settlements of this part from 1 and
    ``previous`` is the leaf hash (hex) of the one before. ``terms`` is the hash of the version in force. Days are
    ``YYYY-MM-DD`` in the programme's zone. ``introduced_by`` is the fan's evidence that introduced the buyer, or None;
    ``fan_bps`` and ``buyer_bps`` are frozen there and at the deciding evidence. ``reasons`` are machine-readable codes.

    The last six are used by some terms only, and stand in the leaf only where they are: bonuses, limits of the order
    itself, recurring months, the creator's group, the operator's fee, what retroactive tiers give further.
    """

    order: str
    seq: int
    previous: str | None
    currency: str
    terms: str
    placed_on: str
    decided_by: str
    decided_on: str
    introduced_by: str | None
    introduced_on: str | None
    credit: Fraction
    lines: tuple[LineEntry, ...]
    uncapped: Micros
    caps: tuple[CapStep, ...]
    pool: Micros
    fan_bps: int
    buyer_bps: int
    reasons: tuple[str, ...]
    shares: tuple[Share, ...]
    bonuses: tuple[BonusEntry, ...] = ()
    limits: tuple[LimitEntry, ...] = ()
    recurring: RecurringEntry | None = None
    group: str = ""
    fee: FeeEntry | None = None
    further: tuple[FurtherEntry, ...] = ()

    @property
    def fan_decided(self) -> bool:
        """Whether a fan's link or code decided this part."""
        return self.decided_by in FAN_EVIDENCE

    @property
    def net(self) -> Micros:
        """Net goods kept of the whole order."""
        return sum(line.net for line in self.lines)

    def share(self, role: str) -> Share | None:
        """The share of a role, if it has one."""
        return next((share for share in self.shares if share.role == role), None)

    def body(self) -> dict[str, Any]:
        """The leaf body, ready for ``canonical``. Raises ``LeafError`` where a value is out of its domain."""
        body = {
            "kind": "settlement",
            "order": hex_digits(self.order),
            "seq": count(self.seq, 1),
            "previous": None if self.previous is None else hex_digits(self.previous),
            "currency": matching(CURRENCY, self.currency),
            "terms": hex_digits(self.terms),
            "placed_on": local_day(self.placed_on),
            "decided_by": one_of(EVIDENCE, self.decided_by),
            "decided_on": local_day(self.decided_on),
            "introduced_by": None if self.introduced_by is None else one_of(FAN_EVIDENCE, self.introduced_by),
            "introduced_on": None if self.introduced_on is None else local_day(self.introduced_on),
            "credit": f"{self.credit.numerator}/{self.credit.denominator}",
            "lines": [line_body(line) for line in self.lines],
            "net": amount(self.net),
            "uncapped": amount(self.uncapped),
            "caps": [cap_body(cap) for cap in self.caps],
            "pool": amount(self.pool),
            "fan_bps": count(self.fan_bps),
            "buyer_bps": count(self.buyer_bps),
            "reasons": [matching(CODE, reason) for reason in self.reasons],
            "shares": [share_body(share) for share in self.shares],
            **extras_body(self.bonuses, self.limits, self.recurring, self.group, self.fee, self.further),
        }
        self._check()
        return body

    def _check(self) -> None:
        if (self.previous is None) != (self.seq == 1):
            raise LeafError("The first settlement of a part, and no other, has no previous one.")
        if (self.introduced_by is None) != (self.introduced_on is None):
            raise LeafError("An introducer comes with the day, and the day with an introducer.")
        if not 0 <= self.credit <= 1:
            raise LeafError("A credit lies between 0 and 1.")
        if len({share.role for share in self.shares}) != len(self.shares):
            raise LeafError("A part has at most one share for each role.")
        if len({line.id for line in self.lines}) != len(self.lines):
            raise LeafError("Two lines of an order have the same id.")
        if len({one.line for one in self.further}) != len(self.further):
            raise LeafError("A line has at most one further amount.")


def leaf_bytes(body: Mapping[str, Any]) -> bytes:
    """What is hashed and stored for a leaf: its canonical JSON."""
    return canonical(body)


def body_hash(body: Mapping[str, Any]) -> bytes:
    """The leaf hash of a body."""
    return leaf_hash(canonical(body))


def parse_settlement(body: Any) -> Settlement:
    """Read a settlement leaf strictly. Raises ``LeafError`` unless ``parse_settlement(body).body() == body``."""
    return read_settlement(body)[0]


def read_settlement(body: Any) -> tuple[Settlement, bytes]:
    """A settlement leaf, read strictly, and its leaf hash. Raises ``LeafError`` as ``parse_settlement`` does."""
    with _form():
        settlement = _settlement(body)
        written = canonical(body)
        _nothing_else(alike(settlement.body(), body))
    return settlement, leaf_hash(written)


def read_leaf(text: str) -> tuple[Settlement, bytes]:
    """The same of a leaf as it is stored, in canonical JSON; any other spelling of it is refused."""
    with _form():
        settlement = _settlement(json.loads(text))
        written = canonical(settlement.body())
        _nothing_else(written.decode() == text)
    return settlement, leaf_hash(written)


def own_settlement(body: Any) -> Settlement:
    """A settlement leaf out of our own log, where writing it has proved its form, and ``fanshare check`` does again.

    It is cheaper than ``parse_settlement``, as it does not look for what does not belong there. Raises ``LeafError``.
    """
    with _form():
        return _settlement(body)


@contextmanager
def _form() -> Iterator[None]:
    """Whatever goes wrong in reading is a ``LeafError``."""
    try:
        yield
    except LeafError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError, BadInputError) as error:
        raise LeafError(f"This settlement is not of the form it must have ({error}).") from None


def _nothing_else(same: bool) -> None:
    if not same:
        raise LeafError("This settlement has values or keys that do not belong there.")


def _settlement(body: Any) -> Settlement:
    numerator, _, denominator = body["credit"].partition("/")
    return Settlement(
        order=body["order"],
        seq=body["seq"],
        previous=body["previous"],
        currency=body["currency"],
        terms=body["terms"],
        placed_on=body["placed_on"],
        decided_by=body["decided_by"],
        decided_on=body["decided_on"],
        introduced_by=body["introduced_by"],
        introduced_on=body["introduced_on"],
        credit=Fraction(int(numerator), int(denominator)),
        lines=tuple(read_line(each) for each in body["lines"]),
        uncapped=parse_exact(body["uncapped"]),
        caps=tuple(read_cap(each) for each in body["caps"]),
        pool=parse_exact(body["pool"]),
        fan_bps=body["fan_bps"],
        buyer_bps=body["buyer_bps"],
        reasons=tuple(body["reasons"]),
        shares=tuple(read_share(each) for each in body["shares"]),
        bonuses=tuple(read_bonus(each) for each in body.get("bonuses", ())),
        limits=tuple(read_limit(each) for each in body.get("limits", ())),
        recurring=read_recurring(body["recurring"]) if "recurring" in body else None,
        group=body.get("group", ""),
        fee=read_fee(body["fee"]) if "fee" in body else None,
        further=tuple(read_further(each) for each in body.get("further", ())),
    )
