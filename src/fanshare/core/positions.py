"""From a part to what each party should hold, and whether a settlement says anything new."""

from dataclasses import dataclass, replace

from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKind, Placed, PositionKey
from fanshare.core.settlement import Bucket, Part
from fanshare.core.settlement_leaf import Settlement

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


def timeless(entry: Settlement) -> Settlement:
    """A settlement without what changes by itself: its number, its commitments, and waiting becoming ready."""
    shares = tuple(
        replace(share, who="0" * 64, bucket="pending" if share.bucket == "available" else share.bucket)
        for share in entry.shares
    )
    return replace(entry, seq=1, previous=None, order="0" * 64, shares=shares)
