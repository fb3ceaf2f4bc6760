"""What every connector offers: verify the bytes, say which orders they speak of, parse, fetch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from fanshare.core.instants import Instant
from fanshare.core.orders import OrderState


class Verdict(StrEnum):
    """What the signature check found."""

    ACCEPTED = "accepted"
    PING = "ping"  # harmless and unsigned (WooCommerce's first delivery): answer 200, keep nothing
    REFUSED = "refused"  # answer 401 and quarantine


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict with a machine-readable reason for refusals."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """ "Something about this order may have changed." ``deleted`` when the delivery itself says it is gone."""

    order_id: str
    deleted: bool = False


#: A keyed pseudonym of a personal value: ``pseudonym("email", "lena@example.test")`` -> hexadecimal text.
type Pseudonym = Callable[[str, str], str]


class Verify(Protocol):
    """Check the signature over the raw bytes. ``headers`` have lower-case names; ``now`` is the time of receipt."""

    def __call__(
        self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: Instant
    ) -> Verification: ...


class Fetch(Protocol):
    """Ask the shop. Raises ``FanshareError`` with code ``shop_unreachable`` or ``shop_refused`` when it can't tell."""

    def order(self, order_id: str) -> OrderState | None:
        """The order as it is now with its refunds' lines, or ``None`` for a tombstone (404, trash)."""
        ...

    def modified_after(self, instant: Instant) -> Iterator[OrderState]:
        """All orders changed after an instant, oldest change first, refunds included."""
        ...
