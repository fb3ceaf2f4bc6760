"""From a part to what each party should hold, and to what about it is worth telling."""

from collections.abc import Iterator
from dataclasses import dataclass

from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKind, Placed, PositionKey
from fanshare.core.settlement import Bucket, Part

CREATOR, FAN, BUYER = "creator", "fan", "buyer"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a share is, how much it is, when it is ready; ``held_until`` exactly where it is being checked."""

    placed: Placed
    matures_at: Instant | None
    held_until: Instant | None


def positions(part: Part, buyer_party: int | None) -> dict[PositionKey, Standing]:
    """What a part's shares should be, without those that are zero. No buyer party: the share waits for its owner."""
    parties = {CREATOR: part.creator, FAN: part.fan, BUYER: buyer_party}
    return {
        PositionKey(part.order_id, part.creator, parties[role], role): _standing(part, role, parties[role], amount)
        for role, amount in part.shares._asdict().items()
        if amount
    }


def _standing(part: Part, role: str, party: int | None, amount: int) -> Standing:
    if role == BUYER and party is None:
        return Standing(Placed(AccountKind.UNCLAIMED, amount, part.currency), part.matures_at, None)
    bucket = part.bucket(party)
    held_until = part.hold.until if part.hold is not None and bucket is Bucket.HELD else None
    return Standing(Placed(AccountKind(bucket.value), amount, part.currency), part.matures_at, held_until)


def essence(part: Part, buyer_party: int | None, *, estimated: bool) -> tuple[object, ...]:
    """Everything about a part that is worth saying again when it changes.

    Not in it: waiting becoming ready, which time does by itself, and where in a running sum the part lies as long as
    that gives the same amounts.
    """
    told = (
        part.terms.version,
        part.credit.fraction,
        part.credit.touch,
        part.standing,
        tuple((one.line_id, one.net, one.rule_id, one.pool, one.tiered, one.limit_bps) for one in part.lines),
        part.uncapped,
        tuple((step.level, step.cap, step.after) for step in part.caps if step.cap is not None),
        part.shares,
        part.currency,
        part.matures_at,
        part.hold,
        part.denied,
        buyer_party,
        estimated,
    )
    more = (*_more(part), *_further(part))
    return (*told, more) if any(more) else told


def _more(part: Part) -> tuple[object, ...]:
    """What only some terms have; left out where there is none, so that settlements of old say nothing new."""
    return (
        part.credit.touch.group,
        tuple((one.line_id, one.net, one.rule_id, one.pool) for one in part.bonuses),
        part.limits,
        part.recurring,
        part.fee,
    )


def _further(part: Part) -> Iterator[tuple[object, ...]]:
    """What retroactive tiers give more."""
    found = tuple((one.line_id, one.reached, one.further) for one in part.lines if one.further)
    if found:
        yield found
