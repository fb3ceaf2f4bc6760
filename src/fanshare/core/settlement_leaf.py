"""The settlement leaf of the log: one creator's part of one order, with every input that its shares follow from.

Who earns and which order it is are salted commitments; amounts, rates, rules and days are in clear, because they are
what a party must be able to recompute. A later settlement of the same part supersedes an earlier one and names it by
its leaf hash. Time alone (pending becoming available at ``matures_at``) needs no leaf.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from fanshare.core.canonical import canonical
from fanshare.core.commission import LinePool
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, format_rfc3339, parse_rfc3339
from fanshare.core.log import leaf_hash
from fanshare.core.money import MAX_MICROS, MICROS, Micros, format_micros
from fanshare.core.terms import Bracket

ROLES = ("creator", "fan", "buyer")
BUCKETS = ("pending", "available", "held")
FAN_EVIDENCE = ("fan_link", "fan_code", "fan_ruling")
EVIDENCE = ("creator_link", "creator_code", "creator_ruling", *FAN_EVIDENCE)
LEVELS = ("day", "week", "month", "all")

_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,12})\.[0-9]{6}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_ID = re.compile(r"[^\x00-\x1f]{1,200}")
CODE = re.compile(r"[a-z0-9_.:-]{1,80}", re.ASCII)


class LeafError(BadInputError):
    """The leaf is not of the form that this kind has."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_leaf", message)


@dataclass(frozen=True, slots=True)
class Stretch:
    """``amount`` micros that follow ``before`` micros in a period's running sum."""

    before: Micros
    amount: Micros


@dataclass(frozen=True, slots=True)
class LineEntry:
    """One line of goods and what its rule grants.

    ``net`` is what is kept, ``goods`` what was sold. ``kind`` is percent (``bps``), flat (``each``, ``quantity``),
    tiers (``brackets``, ``stretches``; ``pool`` is then the creator's own part) or none. ``limit_bps`` is the limit
    for typed codes where it lowered the result.
    """

    id: str
    net: Micros
    goods: Micros
    pool: Micros
    kind: str
    bps: int = 0
    each: Micros = 0
    quantity: int = 0
    brackets: tuple[Bracket, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    limit_bps: int | None = None

    @classmethod
    def of(cls, pool: LinePool, brackets: Sequence[Bracket] = ()) -> "LineEntry":
        """The entry for a worked out line; ``brackets`` are those of its rule where it has tiers."""
        flat, tiers = pool.kind == "flat", pool.kind == "tiers"
        return cls(
            id=pool.line_id,
            net=pool.net,
            goods=pool.goods,
            pool=pool.tiered if tiers else pool.pool,
            kind=pool.kind,
            bps=pool.bps,
            each=pool.each,
            quantity=pool.quantity if flat else 0,
            brackets=tuple(brackets) if tiers else (),
            stretches=tuple(Stretch(*piece) for piece in pool.pieces) if tiers else (),
            limit_bps=pool.limit_bps,
        )


@dataclass(frozen=True, slots=True)
class CapStep:
    """One cap: ``after`` is the sum over the stretches of ``min(before + amount, cap) - min(before, cap)``."""

    level: str
    cap: Micros
    stretches: tuple[Stretch, ...]
    after: Micros


@dataclass(frozen=True, slots=True)
class Share:
    """What one party gets. ``who`` is her commitment; ``matures_at`` is None while that day is not known yet.

    ``held_until`` is the day a hold ends by itself, set exactly where the bucket is ``held``.
    """

    role: str
    amount: Micros
    bucket: str
    matures_at: Instant | None
    who: str
    held_until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """The settlement of one creator's part of one order.

    ``order`` is the commitment of ``commitments.order_part``; ``seq`` counts the settlements of this part from 1 and
    ``previous`` is the leaf hash (hex) of the one before. ``terms`` is the hash of the version in force. Days are
    ``YYYY-MM-DD`` in the programme's zone. ``introduced_by`` is the fan's evidence that introduced the buyer, or None;
    ``fan_bps`` and ``buyer_bps`` are frozen there and at the deciding evidence. ``reasons`` are machine-readable codes.
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
            "order": _hex(self.order),
            "seq": _count(self.seq, 1),
            "previous": None if self.previous is None else _hex(self.previous),
            "currency": _matching(_CURRENCY, self.currency),
            "terms": _hex(self.terms),
            "placed_on": _day(self.placed_on),
            "decided_by": _one_of(EVIDENCE, self.decided_by),
            "decided_on": _day(self.decided_on),
            "introduced_by": None if self.introduced_by is None else _one_of(FAN_EVIDENCE, self.introduced_by),
            "introduced_on": None if self.introduced_on is None else _day(self.introduced_on),
            "credit": f"{self.credit.numerator}/{self.credit.denominator}",
            "lines": [_line_body(line) for line in self.lines],
            "net": _amount(self.net),
            "uncapped": _amount(self.uncapped),
            "caps": [_cap_body(cap) for cap in self.caps],
            "pool": _amount(self.pool),
            "fan_bps": _count(self.fan_bps),
            "buyer_bps": _count(self.buyer_bps),
            "reasons": [_matching(CODE, reason) for reason in self.reasons],
            "shares": [_share_body(share) for share in self.shares],
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


def leaf_bytes(body: Mapping[str, Any]) -> bytes:
    """What is hashed and stored for a leaf: its canonical JSON."""
    return canonical(body)


def body_hash(body: Mapping[str, Any]) -> bytes:
    """The leaf hash of a body."""
    return leaf_hash(canonical(body))


def parse_settlement(body: Any) -> Settlement:
    """Read a settlement leaf strictly. Raises ``LeafError`` unless ``parse_settlement(body).body() == body``."""
    try:
        settlement = _settlement(body)
        same = canonical(settlement.body()) == canonical(body)
    except LeafError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError, BadInputError) as error:
        raise LeafError(f"This settlement is not of the form it must have ({error}).") from None
    if not same:
        raise LeafError("This settlement has values or keys that do not belong there.")
    return settlement


def parse_exact(text: Any) -> Micros:
    """Micros of an exact amount, ``"1.416000"``. Raises ``LeafError`` for any other spelling."""
    if not isinstance(text, str) or _AMOUNT.fullmatch(text) is None:
        raise LeafError(f"{str(text)[:40]!r} is not an exact amount such as 1.416000.")
    whole, rest = text.split(".")
    return int(whole) * MICROS + int(rest)


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
        lines=tuple(_line(each) for each in body["lines"]),
        uncapped=parse_exact(body["uncapped"]),
        caps=tuple(_cap(each) for each in body["caps"]),
        pool=parse_exact(body["pool"]),
        fan_bps=body["fan_bps"],
        buyer_bps=body["buyer_bps"],
        reasons=tuple(body["reasons"]),
        shares=tuple(_share(each) for each in body["shares"]),
    )


def _line_body(line: LineEntry) -> dict[str, Any]:
    rule: dict[str, Any] = {"kind": _one_of(("percent", "flat", "tiers", "none"), line.kind)}
    if line.kind == "percent":
        rule["bps"] = _count(line.bps)
    elif line.kind == "flat":
        rule |= {"each": _amount(line.each), "quantity": _count(line.quantity)}
    elif line.kind == "tiers":
        rule["brackets"] = [_bracket_body(each) for each in line.brackets]
        rule["stretches"] = [_stretch_body(each) for each in line.stretches]
    if line.limit_bps is not None:
        rule["limit_bps"] = _count(line.limit_bps)
    return {
        "id": _matching(_ID, line.id),
        "net": _amount(line.net),
        "goods": _amount(line.goods),
        "rule": rule,
        "pool": _amount(line.pool),
    }


def _line(body: Any) -> LineEntry:
    rule = body["rule"]
    return LineEntry(
        id=body["id"],
        net=parse_exact(body["net"]),
        goods=parse_exact(body["goods"]),
        pool=parse_exact(body["pool"]),
        kind=rule["kind"],
        bps=rule.get("bps", 0),
        each=parse_exact(rule.get("each", "0.000000")),
        quantity=rule.get("quantity", 0),
        brackets=tuple(_bracket(each) for each in rule.get("brackets", ())),
        stretches=tuple(_stretch(each) for each in rule.get("stretches", ())),
        limit_bps=rule.get("limit_bps"),
    )


def _bracket_body(bracket: Bracket) -> dict[str, Any]:
    return {"upto": None if bracket.upto is None else _amount(bracket.upto), "bps": _count(bracket.bps)}


def _bracket(body: Any) -> Bracket:
    return Bracket(None if body["upto"] is None else parse_exact(body["upto"]), body["bps"])


def _stretch_body(stretch: Stretch) -> dict[str, Any]:
    return {"before": _amount(stretch.before), "amount": _amount(stretch.amount)}


def _stretch(body: Any) -> Stretch:
    return Stretch(parse_exact(body["before"]), parse_exact(body["amount"]))


def _cap_body(cap: CapStep) -> dict[str, Any]:
    return {
        "level": _one_of(LEVELS, cap.level),
        "cap": _amount(cap.cap),
        "stretches": [_stretch_body(each) for each in cap.stretches],
        "after": _amount(cap.after),
    }


def _cap(body: Any) -> CapStep:
    stretches = tuple(_stretch(each) for each in body["stretches"])
    return CapStep(body["level"], parse_exact(body["cap"]), stretches, parse_exact(body["after"]))


def _share_body(share: Share) -> dict[str, Any]:
    if (share.held_until is None) == (share.bucket == "held"):
        raise LeafError("A held share, and no other, says until when it is held.")
    return {
        "role": _one_of(ROLES, share.role),
        "amount": _amount(share.amount),
        "bucket": _one_of(BUCKETS, share.bucket),
        "matures_at": None if share.matures_at is None else format_rfc3339(share.matures_at),
        "held_until": None if share.held_until is None else format_rfc3339(share.held_until),
        "who": _hex(share.who),
    }


def _share(body: Any) -> Share:
    matures_at, held_until = (
        None if body[key] is None else parse_rfc3339(body[key]) for key in ("matures_at", "held_until")
    )
    return Share(body["role"], parse_exact(body["amount"]), body["bucket"], matures_at, body["who"], held_until)


def _amount(micros: Micros) -> str:
    if not 0 <= micros <= MAX_MICROS:
        raise LeafError("An amount in a leaf is not negative and not larger than the books can hold.")
    return format_micros(micros)


def _count(number: Any, least: int = 0) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        raise LeafError(f"{number!r} is not a whole number of at least {least}.")
    return number


def _hex(text: str) -> str:
    return _matching(_HEX, text)


def _day(text: str) -> str:
    return date.fromisoformat(_matching(_DAY, text)).isoformat()


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if pattern.fullmatch(text) is None:
        raise LeafError(f"{text[:80]!r} is not of the form it must have.")
    return text


def _one_of(values: Sequence[str], text: str) -> str:
    if text not in values:
        raise LeafError(f"{text[:40]!r} is none of {', '.join(values)}.")
    return text
