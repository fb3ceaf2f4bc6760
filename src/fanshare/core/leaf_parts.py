"""What a settlement leaf is made of: lines, bonuses, limits, caps and shares, each with its form in the leaf."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fanshare.core.commission import LinePool
from fanshare.core.instants import Instant, format_rfc3339, parse_rfc3339
from fanshare.core.leaf_values import ID, LeafError, amount, count, hex_digits, matching, one_of, parse_exact
from fanshare.core.money import Micros
from fanshare.core.terms import Bracket

ROLES = ("creator", "fan", "buyer")
BUCKETS = ("pending", "available", "held")
LEVELS = ("day", "week", "month", "all")
KINDS = ("percent", "flat", "tiers", "none", "buyer")


@dataclass(frozen=True, slots=True)
class Stretch:
    """``amount`` micros that follow ``before`` micros in a period's running sum."""

    before: Micros
    amount: Micros


@dataclass(frozen=True, slots=True)
class LineEntry:
    """One line of goods and what its rule grants.

    ``net`` is what is kept, ``goods`` what was sold. ``kind`` is percent (``bps``), flat (``each``, ``quantity``),
    tiers (``brackets``, ``stretches``; ``pool`` is then the creator's own part), none, or, in a bonus only, buyer
    (``each``). ``limit_bps`` is the limit for typed codes where it lowered the result.
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


def line_body(line: LineEntry) -> dict[str, Any]:
    """The form of a line."""
    rule: dict[str, Any] = {"kind": one_of(KINDS, line.kind)}
    if line.kind == "percent":
        rule["bps"] = count(line.bps)
    elif line.kind == "flat":
        rule |= {"each": amount(line.each), "quantity": count(line.quantity)}
    elif line.kind == "buyer":
        rule["each"] = amount(line.each)
    elif line.kind == "tiers":
        rule["brackets"] = [_bracket_body(each) for each in line.brackets]
        rule["stretches"] = [stretch_body(each) for each in line.stretches]
    if line.limit_bps is not None:
        rule["limit_bps"] = count(line.limit_bps)
    return {
        "id": matching(ID, line.id),
        "net": amount(line.net),
        "goods": amount(line.goods),
        "rule": rule,
        "pool": amount(line.pool),
    }


def read_line(body: Any) -> LineEntry:
    """A line from its form."""
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
        stretches=tuple(read_stretch(each) for each in rule.get("stretches", ())),
        limit_bps=rule.get("limit_bps"),
    )


def _bracket_body(bracket: Bracket) -> dict[str, Any]:
    marginal = {"upto": None if bracket.upto is None else amount(bracket.upto), "bps": count(bracket.bps)}
    return {**marginal, "retroactive": True} if bracket.retroactive else marginal


def _bracket(body: Any) -> Bracket:
    upto = None if body["upto"] is None else parse_exact(body["upto"])
    return Bracket(upto, body["bps"], body.get("retroactive", False))


def stretch_body(stretch: Stretch) -> dict[str, Any]:
    """The form of a stretch."""
    return {"before": amount(stretch.before), "amount": amount(stretch.amount)}


def read_stretch(body: Any) -> Stretch:
    """A stretch from its form."""
    return Stretch(parse_exact(body["before"]), parse_exact(body["amount"]))


def cap_body(cap: CapStep) -> dict[str, Any]:
    """The form of a cap."""
    return {
        "level": one_of(LEVELS, cap.level),
        "cap": amount(cap.cap),
        "stretches": [stretch_body(each) for each in cap.stretches],
        "after": amount(cap.after),
    }


def read_cap(body: Any) -> CapStep:
    """A cap from its form."""
    stretches = tuple(read_stretch(each) for each in body["stretches"])
    return CapStep(body["level"], parse_exact(body["cap"]), stretches, parse_exact(body["after"]))


def share_body(share: Share) -> dict[str, Any]:
    """The form of a share. Raises ``LeafError`` where bucket and hold contradict each other."""
    if (share.held_until is None) == (share.bucket == "held"):
        raise LeafError("A held share, and no other, says until when it is held.")
    return {
        "role": one_of(ROLES, share.role),
        "amount": amount(share.amount),
        "bucket": one_of(BUCKETS, share.bucket),
        "matures_at": None if share.matures_at is None else format_rfc3339(share.matures_at),
        "held_until": None if share.held_until is None else format_rfc3339(share.held_until),
        "who": hex_digits(share.who),
    }


def read_share(body: Any) -> Share:
    """A share from its form."""
    matures_at, held_until = (
        None if body[key] is None else parse_rfc3339(body[key]) for key in ("matures_at", "held_until")
    )
    return Share(body["role"], parse_exact(body["amount"]), body["bucket"], matures_at, body["who"], held_until)
