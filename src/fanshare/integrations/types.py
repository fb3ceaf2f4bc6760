"""What every connector offers: verify the bytes, say which orders they speak of, parse, fetch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from fanshare.core.instants import Instant
from fanshare.core.payments import Report


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
    """ "Something about this order may have changed." ``deleted`` when the delivery itself says it is gone.

    ``needs_fetch`` when the delivery says nothing else, so that without a key nothing can be learnt from it.
    """

    order_id: str
    deleted: bool = False
    needs_fetch: bool = False


#: Beside the headers of a delivery, ``parse`` finds under this name when it was received (RFC 3339). No header of HTTP
#: can have such a name.
RECEIVED_AT = ":received-at"

#: A keyed pseudonym of a personal value: ``pseudonym("email", "lena@example.test")`` -> hexadecimal text.
type Pseudonym = Callable[[str, str], str]


class Verify(Protocol):
    """Check the signature over the raw bytes. ``headers`` have lower-case names; ``now`` is the time of receipt."""

    def __call__(
        self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: Instant
    ) -> Verification: ...


class Fetch(Protocol):
    """Ask the shop. Raises ``FanshareError`` with code ``shop_unreachable`` or ``shop_refused`` when it can't tell.

    A payment provider tells payments where shops tell orders.
    """

    def order(self, order_id: str) -> Report | None:
        """The order as it is now with its refunds' lines, or ``None`` for a tombstone (404, trash)."""
        ...

    def modified_after(self, instant: Instant) -> Iterator[Report]:
        """All orders changed after an instant, oldest change first, refunds included."""
        ...


@runtime_checkable
class ByNumber(Protocol):
    """A ``Fetch`` whose shop can be asked for one order by the number that its buyer was told."""

    def numbered(self, number: str) -> Report | None:
        """The order of this number as it is now, or ``None`` when the shop has none. Three questions at most, and one
        for each page of a long order.

        ``number`` is one of ``core.claims.may_be_asked``. An answer about another number is never taken. Raises as
        ``order`` does, and ``BadInputError`` (``several_orders``) where the number fits more than one.
        """
        ...


@dataclass(frozen=True, slots=True)
class WebhookReport:
    """What a look at the webhooks that a shop sends us found: topics by name.

    ``created`` were missing, ``repaired`` were switched off or led elsewhere and are right again. ``problem`` is a
    sentence for the brand about what could not be put right; empty when all is well.
    """

    created: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()
    problem: str = ""


class EnsureWebhooks(Protocol):
    """See that a shop sends us everything we need, and put right what is missing. Safe to repeat, any day.

    ``settings`` are those of the connector's fetch and ``secret``, what deliveries have to be signed with (for shops
    where we choose it). Raises ``FanshareError`` with code ``shop_unreachable`` or ``shop_refused``.
    """

    def __call__(self, settings: Mapping[str, str], delivery_url: str) -> WebhookReport: ...


class NoticeKind(StrEnum):
    """What a shop may tell us that is not about an order's money."""

    UNINSTALLED = "uninstalled"  # we may not ask any more
    DATA_REQUEST = "data_request"  # a customer wants to know what is held about her
    REDACT_CUSTOMER = "redact_customer"  # a customer wants to be forgotten
    REDACT_SHOP = "redact_shop"  # the shop has left: forget everything personal it sent


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice of a shop. ``request`` is the shop's id of it, so that a repetition is seen as one.

    ``customer`` (the shop's id) and ``email`` are in clear text: they find what is to be shown or dropped and are
    not kept. ``orders`` are the orders the shop names itself. ``at`` is when the shop says it happened, if it does.
    """

    kind: NoticeKind
    request: str
    customer: str = ""
    email: str = ""
    orders: tuple[str, ...] = ()
    at: Instant | None = None
