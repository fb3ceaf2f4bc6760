"""Stripe Connect as a rail: a payment is a transfer to a connected account (docs.stripe.com/api/transfers).

The payment's key is Stripe's idempotency key, which Stripe remembers for at least 24 hours, and for ever the transfer's
``transfer_group``: by it a payment is found again whatever became of the answer. A transfer is in the other account at
once; that it was reversed later is seen by asking.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.found_payments import Outside
from fanshare.core.instants import SECOND, Instant
from fanshare.core.money import Micros
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import Answer, Frozen, Said
from fanshare.core.rails import FACTS, Order
from fanshare.integrations.rail_http import USUAL, Caller, Limits, Told, named
from fanshare.integrations.stripe import amounts
from fanshare.integrations.stripe.rest import API, VERSION, StripeAccess

#: Answers that say for certain that no transfer was made, by Stripe's code of the error; others are only "refused".
REASONS = {
    "balance_insufficient": "The brand's balance at Stripe did not suffice.",
    "resource_missing": "Stripe does not know the account that this was to go to.",
    "account_invalid": "Stripe can't pay to this account.",
    "insufficient_capabilities_for_transfer": "The account at Stripe is not ready to be paid.",
    "transfers_not_allowed": "Stripe can't pay to this account.",
}
REFUSED = "Stripe refused this payment."
BACK = "The brand took this transfer back at Stripe."
#: 100 transfers each.
MOST_PAGES = 1_000
_FORM = {"content-type": "application/x-www-form-urlencoded"}


def freeze(key: str, amount: Micros, currency: str, destination: str) -> Frozen:
    """What goes out for one payment. Raises ``BadInputError`` ``bad_amount`` where Stripe has no such amount."""
    fields = {
        "amount": str(amounts.units(amount, currency)),
        "currency": currency.lower(),
        "destination": destination,
        "transfer_group": key,
    }
    return Frozen(key, urlencode(fields).encode())


def read_secret(typed: Mapping[str, str]) -> Mapping[str, str]:
    """The key that was typed. Raises ``BadInputError`` ``bad_rail_key``."""
    key = typed.get("key", "").strip()
    try:
        StripeAccess(key)
    except BadInputError:
        raise BadInputError("bad_rail_key", "A key of Stripe to pay with begins with rk_live_ or sk_live_.") from None
    return {"key": key}


def opened(secret: Mapping[str, str], url: str, now: Callable[[], Instant], limits: Limits) -> "StripeRail":
    """A driver, by the brand's secret; an empty ``url`` is Stripe's own."""
    return StripeRail(StripeAccess(secret["key"], url or API), now, limits)


def frozen(_: Mapping[str, str], order: Order) -> Frozen:
    """What goes out for a payment of a run."""
    return freeze(order.key, order.amount, order.currency, order.account.number)


class StripeRail:
    """Transfers of one Stripe account. Not for several threads at once. Close it, or use it as a context."""

    name = "stripe"
    window = FACTS[Kind.STRIPE].window
    finds = True

    def __init__(self, access: StripeAccess, now: Callable[[], Instant], limits: Limits = USUAL) -> None:
        """``access`` needs a key that may write transfers."""
        headers = {"authorization": f"Bearer {access.key}", "stripe-version": VERSION}
        self._caller = Caller("Stripe", access.url, headers, limits)
        self._now = now
        self._fingerprint = sha256(access.key.encode()).hexdigest()[:16]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()

    def check(self) -> str:
        """Look at transfers, and whose account this is; a key that may not know that stands for itself.

        Raises ``FanshareError`` ``rail_refused`` with what Stripe said.
        """
        told = self._caller.call("GET", "/v1/transfers", query=[("limit", "1")])
        if told.status != 200:
            raise FanshareError("rail_refused", told.trouble or "Stripe refused a look at transfers.", 409)
        whose = self._caller.call("GET", "/v1/account")
        named = whose.document.get("id") if whose.status == 200 else None
        return named if isinstance(named, str) else self._fingerprint

    def submit(self, frozen: Frozen) -> Answer:
        """Make the transfer, or have Stripe say again what it said to the same key.

        A refusal counts only while there is no transfer of this key: what refuses a repeat says nothing of the first.
        """
        headers = {**_FORM, "idempotency-key": frozen.key}
        told = self._caller.call("POST", "/v1/transfers", headers=headers, body=frozen.body)
        if told.status == 200:
            return self._read(told, [told.document], Said.ACCEPTED)
        reason = _refusal(told)
        if not reason:
            return self._silent(told.trouble or "Stripe's answer can't be read.")
        found = self.ask(frozen.key)
        return Answer(Said.REFUSED, self._now(), reason=reason) if found.said is Said.NOT_FOUND else found

    def ask(self, key: str, remote: str = "") -> Answer:  # noqa: ARG002 - the key finds it, also where no answer came
        """What became of the transfers of a key: several, or a part that is back, are said with what is gone in all."""
        if not key:
            return self._silent("A payment without a key can't be found.")
        told = self._caller.call("GET", "/v1/transfers", query=[("transfer_group", key), ("limit", "100")])
        listed = told.document.get("data")
        if told.status != 200 or not isinstance(listed, list):
            return self._silent(told.trouble or "Stripe's answer can't be read.")
        found = [one for one in listed if isinstance(one, dict) and one.get("transfer_group") == key]
        return self._read(told, found, Said.ARRIVED) if found else Answer(Said.NOT_FOUND, self._now())

    def made_since(self, since: Instant) -> list[Outside] | None:
        """All transfers made since then, less what was taken back, page by page.

        Raises ``FanshareError`` ``rail_silent``.
        """
        found: list[Outside] = []
        query = [("created[gte]", str(since // SECOND)), ("limit", "100")]
        after: list[tuple[str, str]] = []
        for _ in range(MOST_PAGES):
            told = self._caller.call("GET", "/v1/transfers", query=[*query, *after])
            listed = told.document.get("data")
            if told.status != 200 or not isinstance(listed, list):
                break
            try:
                found += [_outside(one) for one in listed]
                after = [("starting_after", found[-1].reference)] if found else []
            except (BadInputError, AttributeError):
                break
            if told.document.get("has_more") is not True:
                return found
        raise FanshareError("rail_silent", "Stripe did not tell all of its transfers; ask again later.", 409)

    def _read(self, told: Told, found: Sequence[dict[str, Any]], said: Said) -> Answer:
        try:
            return _answer(found, said, self._now())
        except BadInputError:
            return self._silent(told.trouble or "Stripe's answer can't be read.")

    def _silent(self, trouble: str) -> Answer:
        return Answer(Said.SILENT, self._now(), trouble=trouble)


def _answer(found: Sequence[dict[str, Any]], said: Said, now: Instant) -> Answer:
    """Transfers of one key as one answer. Raises ``BadInputError`` for what are none."""
    currencies = {amounts.currency_of(one) for one in found}
    currency = min(currencies)
    gone = sum(amounts.amount(one, "amount", currency) for one in found)
    back = sum(amounts.amount(one, "amount_reversed", currency, default=0) for one in found)
    first = named(found[-1].get("id"))  # listed are the newest first
    if back >= gone:
        return Answer(Said.CAME_BACK, now, back, currency, first, reason=BACK)
    if len(currencies) > 1:
        return Answer(said, now, gone - back, "/".join(sorted(currencies)), first)
    return Answer(said, now, gone - back, currency, first)


def _outside(one: dict[str, Any]) -> Outside:
    """A transfer as it stands now. Raises ``BadInputError`` for what is none."""
    currency = amounts.currency_of(one)
    left = amounts.amount(one, "amount", currency) - amounts.amount(one, "amount_reversed", currency, default=0)
    group, destination = one.get("transfer_group") or "", one.get("destination") or ""
    return Outside(named(one.get("id")), str(group), str(destination), left, currency)


def _refusal(told: Told) -> str:
    """Why no transfer was made, empty where that is not certain."""
    error = told.document.get("error")
    kind = error.get("type") if isinstance(error, dict) else ""
    if told.status not in (400, 402, 404) or kind not in ("invalid_request_error", "card_error", "api_error"):
        return ""
    code = str(error.get("code", "")) if isinstance(error, dict) else ""
    return REASONS.get(code, REFUSED)
