"""PayPal Payouts as a rail: each payment is a batch of one item (PayPal's ``payments.payouts-batch`` v1).

The payment's key is the ``sender_batch_id``, which PayPal takes once in 30 days; a repeat is refused with a link to the
batch that there is. Nothing else holds repeats back: neither ``sender_item_id`` nor the header ``PayPal-Request-Id``. A
payment is asked for by PayPal's own name of the batch, for by our key it can't be found.
"""

import json
import re
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.found_payments import Outside
from fanshare.core.instants import Instant
from fanshare.core.money import MAX_MICROS, Micros, format_minor, parse_amount
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import Answer, Frozen, Said
from fanshare.core.rails import FACTS, Order, step
from fanshare.integrations.rail_http import USUAL, Caller, Document, Limits, Told

URLS = {"live": "https://api-m.paypal.com", "sandbox": "https://api-m.sandbox.paypal.com"}
SCOPE = "https://uri.paypal.com/payments/payouts"
_BATCHES = "/v1/payments/payouts"
_BATCH = re.compile(r"/v1/payments/payouts/([A-Za-z0-9_-]{1,40})(?:[?#].*)?\Z", re.ASCII)
_TRANSACTION = re.compile(r"[A-Z0-9]{1,40}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]{20,120}", re.ASCII)
_JSON = {"content-type": "application/json"}
_FORM = {"content-type": "application/x-www-form-urlencoded"}

#: What becomes of an item. Held, blocked and unclaimed ones are on their way: PayPal pays or returns them later.
_SAID = {
    "SUCCESS": Said.ARRIVED,
    "FAILED": Said.REFUSED,
    "RETURNED": Said.CAME_BACK,
    "REFUNDED": Said.CAME_BACK,
    "REVERSED": Said.CAME_BACK,
    "PENDING": Said.ACCEPTED,
    "UNCLAIMED": Said.ACCEPTED,
    "ONHOLD": Said.ACCEPTED,
    "BLOCKED": Said.ACCEPTED,
}
REASONS = {
    "RETURNED": "Nobody claimed it at PayPal within 30 days.",
    "REFUNDED": "It was refunded at PayPal.",
    "REVERSED": "PayPal took it back.",
    "FAILED": "PayPal could not pay it.",
}
REFUSED = "PayPal refused this payment."
NO_FUNDS = "The brand's balance at PayPal did not suffice."
_UNREADABLE = "PayPal's answer can't be read."


def freeze(order: Order) -> Frozen:
    """What goes out for one payment. Raises ``BadInputError`` ``bad_amount`` where PayPal has no such amount."""
    unit = step(Kind.PAYPAL, order.currency)
    if order.amount <= 0 or order.amount % unit:
        raise BadInputError("bad_amount", "PayPal can't move this amount exactly.")
    shown = format_minor(order.amount, order.currency)
    value = shown.partition(".")[0] if order.currency in FACTS[Kind.PAYPAL].whole else shown
    item = {
        "recipient_type": "EMAIL" if "@" in order.account.number else "PAYPAL_ID",
        "receiver": order.account.number,
        "amount": {"currency": order.currency, "value": value},
        "sender_item_id": order.key,
    }
    body = {"sender_batch_header": {"sender_batch_id": order.key}, "items": [item]}
    return Frozen(order.key, json.dumps(body, sort_keys=True, separators=(",", ":")).encode())


def read_secret(typed: Mapping[str, str]) -> Mapping[str, str]:
    """What was typed. Raises ``BadInputError`` ``bad_rail_key``."""
    found = {name: typed.get(name, "").strip() for name in ("client_id", "key", "place")}
    if _ID.fullmatch(found["client_id"]) is None or _ID.fullmatch(found["key"]) is None:
        raise BadInputError("bad_rail_key", "PayPal gives a client id and a secret to an app; copy both of them.")
    if found["place"] not in URLS:
        raise BadInputError("bad_rail_key", "Say whether this is an app of PayPal's live site or of its sandbox.")
    return found


def opened(secret: Mapping[str, str], url: str, now: Callable[[], Instant], limits: Limits) -> "PayPalRail":
    """A driver, by the brand's secret; an empty ``url`` is PayPal's own."""
    return PayPalRail((secret["client_id"], secret["key"]), url or URLS[secret["place"]], now, limits)


def frozen(_: Mapping[str, str], order: Order) -> Frozen:
    """What goes out for a payment of a run."""
    return freeze(order)


class PayPalRail:
    """Payouts of one app of PayPal. Not for several threads at once. Close it, or use it as a context."""

    name = "paypal"
    window = FACTS[Kind.PAYPAL].window
    finds = False

    def __init__(self, app: tuple[str, str], url: str, now: Callable[[], Instant], limits: Limits = USUAL) -> None:
        """``app`` is client id and secret."""
        self._caller = Caller("PayPal", url, {}, limits)
        self._app, self._now, self._token = app, now, ""

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
        """Get a token that may pay out. Raises ``FanshareError`` ``rail_refused`` with what PayPal said."""
        told = self._signed_in()
        if told.status != 200:
            raise FanshareError("rail_refused", told.trouble or "PayPal does not know this app.", 409)
        if SCOPE not in str(told.document.get("scope", "")).split():
            raise FanshareError("rail_refused", "PayPal does not let this app pay out; ask PayPal for Payouts.", 409)
        return self._app[0]

    def made_since(self, since: Instant) -> list[Outside] | None:  # noqa: ARG002 - the API of payouts lists none
        """PayPal shows a batch only to who knows what it calls it: a person looks at her report there."""
        return None

    def submit(self, frozen: Frozen) -> Answer:
        """Make the batch; where there is one of this key already, what became of it."""
        told = self._call("POST", _BATCHES, body=frozen.body)
        if told.status == 201:
            header = told.document.get("batch_header")
            batch = header.get("payout_batch_id") if isinstance(header, dict) else None
            if isinstance(batch, str) and _BATCH.fullmatch(f"{_BATCHES}/{batch}"):
                return Answer(Said.ACCEPTED, self._now(), remote=batch)
            return self._silent(_UNREADABLE)
        if told.status not in (400, 403, 422) or not told.document.get("name"):
            return self._silent(told.trouble or _UNREADABLE)
        if _is_repeat(told.document):
            return self._known(frozen.key, told.document)
        return self._refused(told)

    def ask(self, key: str, remote: str = "") -> Answer:
        """What became of the batch that PayPal gave this name; nothing where it gave none."""
        if _BATCH.fullmatch(f"{_BATCHES}/{remote}") is None:
            return self._silent("PayPal has not said what it calls this payment.")
        told = self._call("GET", f"{_BATCHES}/{remote}")
        if told.status == 404 and told.document.get("name"):
            return Answer(Said.NOT_FOUND, self._now())
        if told.status != 200:
            return self._silent(told.trouble or _UNREADABLE)
        try:
            return _answer(told.document, key, remote, self._now())
        except (BadInputError, KeyError, TypeError, AttributeError, IndexError):
            return self._silent(_UNREADABLE)

    def _known(self, key: str, document: Document) -> Answer:
        """PayPal has this payment already: what became of it, or at least that it has."""
        links = document.get("links")
        hrefs = [str(one.get("href", "")) for one in links if isinstance(one, dict)] if isinstance(links, list) else []
        batches = [found[1] for found in map(_BATCH.search, hrefs) if found]
        if not batches:
            return self._silent("PayPal has this payment already and does not say which; look for it there.")
        answer = self.ask(key, batches[0])
        if answer.said in (Said.SILENT, Said.NOT_FOUND):
            return Answer(Said.ACCEPTED, self._now(), remote=batches[0])
        return answer

    def _refused(self, told: Told) -> Answer:
        if told.status == 403:
            return self._silent(told.trouble or "PayPal does not let this app pay out.")
        reason = NO_FUNDS if told.document.get("name") == "INSUFFICIENT_FUNDS" else REFUSED
        return Answer(Said.REFUSED, self._now(), reason=reason)

    def _signed_in(self) -> Told:
        told = self._caller.call(
            "POST", "/v1/oauth2/token", headers=_FORM, body=b"grant_type=client_credentials", auth=self._app
        )
        token = told.document.get("access_token")
        self._token = token if told.status == 200 and isinstance(token, str) else ""
        return told

    def _call(self, method: str, path: str, body: bytes | None = None) -> Told:
        if not self._token:
            told = self._signed_in()
            if not self._token:
                return Told(0, {}, told.trouble or "PayPal does not accept our key for this.")
        headers = {**_JSON, "authorization": f"Bearer {self._token}"}
        told = self._caller.call(method, path, headers=headers, body=body)
        if told.status == 401:
            self._token = ""
        return told

    def _silent(self, trouble: str) -> Answer:
        return Answer(Said.SILENT, self._now(), trouble=trouble)


def _is_repeat(document: Document) -> bool:
    details = document.get("details")
    fields = [one for one in details if isinstance(one, dict)] if isinstance(details, list) else []
    named = any("sender_batch_id" in str(one.get("field", "")).lower() for one in fields)
    return document.get("name") == "DUPLICATE_REQUEST_ID" or (document.get("name") == "USER_BUSINESS_ERROR" and named)


def _answer(document: dict[str, Any], key: str, remote: str, now: Instant) -> Answer:
    """A batch as PayPal shows it. Raises ``BadInputError`` and what reading raises for what is none of ours."""
    header, items = document["batch_header"], document.get("items") or []
    if header["sender_batch_header"]["sender_batch_id"] != key or header["payout_batch_id"] != remote:
        raise BadInputError("other_batch", "This is another batch.")
    if header["batch_status"] in ("DENIED", "CANCELED"):
        return Answer(Said.REFUSED, now, remote=remote, reason=REFUSED)
    if not items:
        return Answer(Said.ACCEPTED, now, remote=remote)
    status = items[0]["transaction_status"]
    amounts = [one["payout_item"]["amount"] for one in items]
    amount: Micros = sum(parse_amount(one["value"]) for one in amounts)
    if not 0 <= amount <= MAX_MICROS:
        raise BadInputError("bad_amount", "An amount must be a decimal number written in digits.")
    said, transaction = _SAID[status], transaction_of(str(items[0].get("transaction_id", "")))
    return Answer(said, now, amount, amounts[0]["currency"], remote, REASONS.get(status, ""), movement=transaction)


def transaction_of(text: str) -> str:
    """PayPal's number of a transaction, written as its answers and reports both know it; empty for what is none."""
    found = text.strip().upper()
    return found if _TRANSACTION.fullmatch(found) else ""
