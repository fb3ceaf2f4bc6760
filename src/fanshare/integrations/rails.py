"""The rails that are called, by their kinds: ``core.rails.Drivers`` over the drivers that there are."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fanshare.core.instants import Instant
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import Frozen
from fanshare.core.provider_reports import Report
from fanshare.core.rails import Driver, Order
from fanshare.integrations.paypal import payouts
from fanshare.integrations.provider_reports import read_report
from fanshare.integrations.rail_http import USUAL, Limits
from fanshare.integrations.stripe import transfers
from fanshare.integrations.tremendous import orders

type Secret = Mapping[str, str]


class _Way(NamedTuple):
    read: Callable[[Secret], Secret]
    open: Callable[[Secret, str, Callable[[], Instant], Limits], Driver]
    freeze: Callable[[Secret, Order], Frozen]


_WAYS: Mapping[Kind, _Way] = {
    Kind.STRIPE: _Way(transfers.read_secret, transfers.opened, transfers.frozen),
    Kind.PAYPAL: _Way(payouts.read_secret, payouts.opened, payouts.frozen),
    Kind.TREMENDOUS: _Way(orders.read_secret, orders.opened, orders.freeze),
}


class Called:
    """``Drivers``. ``urls`` are addresses to call instead of the providers' own."""

    def __init__(self, urls: Mapping[Kind, str] | None = None, limits: Limits = USUAL) -> None:
        self._urls, self._limits = dict(urls or {}), limits

    def read(self, kind: Kind, typed: Secret) -> Secret:
        """What was typed as the secret of a rail, checked in its form. Raises ``BadInputError`` ``bad_rail_key``."""
        return _WAYS[kind].read(typed)

    def open(self, kind: Kind, secret: Secret, now: Callable[[], Instant]) -> Driver:
        """A driver; close it."""
        return _WAYS[kind].open(secret, self._urls.get(kind, ""), now, self._limits)

    def freeze(self, kind: Kind, secret: Secret, order: Order) -> Frozen:
        """What goes out for a payment. Raises ``BadInputError`` ``bad_amount``."""
        return _WAYS[kind].freeze(secret, order)

    def report(self, raw: bytes) -> Report:
        """A provider's own report. Raises ``BadInputError`` ``bad_report``, ``bad_row``."""
        return read_report(raw)
