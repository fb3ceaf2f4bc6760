"""From a settled part (``fanshare.core.settlement``) to its leaf: no names, days instead of instants of evidence."""

from collections.abc import Mapping
from typing import NamedTuple

from fanshare.core.instants import Instant, local_date
from fanshare.core.leaf_extras import BonusEntry, FeeEntry, FurtherEntry, LimitEntry, RecurringEntry
from fanshare.core.money import Micros
from fanshare.core.settlement import Bucket, Part
from fanshare.core.settlement_leaf import CODE, ROLES, CapStep, LineEntry, Settlement, Share, Stretch
from fanshare.core.touches import Touch, TouchKind


class Holder(NamedTuple):
    """Whose a share is: the party id (None while unclaimed) and a fresh commitment to her, ``commitments.who``."""

    party: int | None
    who: str


def settlement_of(
    part: Part, *, order: str, seq: int, previous: str | None, holders: Mapping[str, Holder]
) -> Settlement:
    """The settlement to log for ``part`` as number ``seq`` of its kind.

    ``order`` is the commitment ``commitments.order_part`` (one salt per part, for all its settlements); ``holders``
    maps each role that has a share to its holder. Raises ``KeyError`` where a share that is not zero has no holder.
    """
    touch, introducer = part.credit.touch, part.standing.introduced_by
    brackets = {rule.id: rule.brackets for rule in part.terms.rules}
    return Settlement(
        order=order,
        seq=seq,
        previous=previous,
        currency=part.currency,
        terms=part.terms.hash,
        placed_on=_day(part, part.key.placed_at),
        decided_by=_evidence(touch),
        decided_on=_day(part, touch.at),
        introduced_by=None if introducer is None else _evidence(introducer),
        introduced_on=None if introducer is None else _day(part, introducer.at),
        credit=part.credit.fraction,
        lines=tuple(LineEntry.of(line, brackets.get(line.rule_id, ())) for line in part.lines),
        uncapped=part.uncapped,
        caps=tuple(
            CapStep(step.level, step.cap, tuple(Stretch(*piece) for piece in step.pieces), step.after)
            for step in part.caps
            if step.cap is not None
        ),
        pool=part.pool,
        fan_bps=introducer.fan_bps if introducer else 0,
        buyer_bps=touch.buyer_bps,
        reasons=_reasons(part),
        shares=_shares(part, holders),
        bonuses=tuple(BonusEntry.of(bonus) for bonus in part.bonuses),
        limits=tuple(LimitEntry.of(limit) for limit in part.limits),
        recurring=_recurring(part),
        group=_group(part),
        fee=FeeEntry(part.terms.fee_bps, part.fee) if part.terms.fee_bps else None,
        further=tuple(
            FurtherEntry(line.line_id, line.reached, line.further) for line in part.lines if line.reached is not None
        ),
    )


def _group(part: Part) -> str:
    """The creator's group, where a rule for groups gave something."""
    if not part.credit.touch.group:
        return ""
    named = {rule.id for rule in (*part.terms.rules, *part.terms.bonuses) if rule.groups}
    return part.credit.touch.group if any(one.rule_id in named for one in (*part.lines, *part.bonuses)) else ""


def _recurring(part: Part) -> RecurringEntry | None:
    found = part.recurring
    return None if found is None else RecurringEntry(_day(part, found.first_at), found.paid, found.over)


def _shares(part: Part, holders: Mapping[str, Holder]) -> tuple[Share, ...]:
    amounts = part.shares._asdict()
    roles = [role for role in ROLES if role in holders or amounts[role]]
    return tuple(_share(part, role, amounts[role], holders[role]) for role in roles)


def _share(part: Part, role: str, amount: Micros, holder: Holder) -> Share:
    bucket = part.bucket(holder.party)
    until = part.hold.until if part.hold is not None and bucket is Bucket.HELD else None
    return Share(role, amount, bucket, part.matures_at, holder.who, until)


def _reasons(part: Part) -> tuple[str, ...]:
    """Codes only: a reason that a person wrote in her own words might name somebody."""
    reasons = [_code(part.denied, "denied")] if part.denied else []
    reasons += [_code(part.hold.reason, "held")] if part.hold is not None else []
    # Nobody saw when it was followed: its day is that of the order.
    return (*reasons, "old_link") if part.credit.touch.kind is TouchKind.OLD_LINK else tuple(reasons)


def _code(reason: str, otherwise: str) -> str:
    return reason if CODE.fullmatch(reason) else otherwise


def _evidence(touch: Touch) -> str:
    kind = "ruling" if touch.id.startswith("ruling:") else "link" if touch.kind is TouchKind.OLD_LINK else touch.kind
    return f"{'fan' if touch.by_fan else 'creator'}_{kind}"


def _day(part: Part, instant: Instant) -> str:
    return local_date(instant, part.terms.zone).isoformat()
