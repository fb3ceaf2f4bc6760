"""PayPal's Payouts as far as a rail meets them, with state: tokens, batches, keys known for 30 days; real HTTP.

Held against PayPal's own description of the API (``tests/integrations/paypal/openapi.json``).
"""

import base64
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Self

from fanshare.core.instants import DAY, SECOND, Instant
from fanshare.integrations.paypal.payouts import SCOPE
from tests.support.flaky_http import Fault, FlakyServer, Reply, Request, reply

APP = ("AbCdEfGhIjKlMnOpQrStUvWxYz012345", "EbCdEfGhIjKlMnOpQrStUvWxYz012345")
FINN = "finn@example.test"
_BATCHES = "/v1/payments/payouts"


class PayPal:
    """A business with a balance. A context that is running inside.

    ``closed``: all that comes is refused, before PayPal looks whether it is a repeat. ``scope`` is what a token may do.
    """

    def __init__(self) -> None:
        self.app, self.scope, self.closed = APP, SCOPE, False
        self.now: Callable[[], Instant] = lambda: int(time.time()) * SECOND
        self.batches: dict[str, dict[str, Any]] = {}
        self.linked = True
        self._remembered: dict[str, tuple[Instant, str]] = {}
        self._lock = threading.Lock()
        self.server = FlakyServer(self._answer)
        self.url = self.server.url

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.__exit__(*error)

    def misbehave(self, *faults: Fault | None) -> None:
        """How the next requests fail, one each."""
        self.server.misbehave(*faults)

    def become(self, key: str, status: str, *, value: str | None = None) -> None:
        """Something happens to the first payment of a key."""
        batch = next(one for one in self.batches.values() if _key(one) == key)
        batch["batch_header"]["batch_status"] = "SUCCESS"
        batch["items"][0]["transaction_status"] = status
        batch["items"][0]["transaction_id"] = f"TX{batch['items'][0]['payout_item_id']}"
        if value is not None:
            batch["items"][0]["payout_item"]["amount"]["value"] = value

    def paid(self, key: str) -> Decimal:
        """What has left for a key and is not back."""
        return sum(
            (Decimal(item["payout_item"]["amount"]["value"])
             for one in self.batches.values() if _key(one) == key for item in one["items"]
             if item["transaction_status"] not in ("RETURNED", "REFUNDED", "REVERSED", "FAILED")),
            Decimal(0),
        )  # fmt: skip

    def make(self, document: dict[str, Any]) -> dict[str, Any]:
        """Make a batch."""
        name = f"BATCH{len(self.batches) + 1}"
        sent = document["items"][0]
        item = {
            "payout_item_id": f"ITEM{len(self.batches) + 1}", "transaction_status": "PENDING", "payout_batch_id": name,
            "payout_item_fee": {"currency": "USD", "value": "0.25"}, "links": [],
            "payout_item": {**sent, "recipient_wallet": "PAYPAL"},
        }  # fmt: skip
        header = {
            "payout_batch_id": name, "batch_status": "PENDING", "time_created": _time(self.now()),
            "sender_batch_header": document["sender_batch_header"], "amount": sent["amount"],
            "fees": {"currency": "USD", "value": "0.25"},
        }  # fmt: skip
        self.batches[name] = {"total_items": 1, "total_pages": 1, "batch_header": header, "items": [item], "links": []}
        return self.batches[name]

    def _answer(self, request: Request) -> Reply:
        if request.path == "/v1/oauth2/token":
            wanted = base64.b64encode(":".join(self.app).encode()).decode()
            if request.headers.get("authorization") != f"Basic {wanted}":
                return reply({"error": "invalid_client", "error_description": "Client Authentication failed"}, 401)
            return reply(
                {"access_token": f"token of {self.app[0]}", "expires_in": 32_400, "scope": f"openid {self.scope}"}
            )
        if request.headers.get("authorization") != f"Bearer token of {self.app[0]}":
            return _error(401, "AUTHENTICATION_FAILURE")
        with self._lock:
            if request.method == "POST" and request.path == _BATCHES:
                return self._once(request.json)
            found = self.batches.get(request.path.removeprefix(f"{_BATCHES}/"))
            return _error(404, "RESOURCE_NOT_FOUND") if found is None else reply(found)

    def _once(self, document: dict[str, Any]) -> Reply:
        if self.closed:
            return _error(422, "INSUFFICIENT_FUNDS")
        key = document["sender_batch_header"]["sender_batch_id"]
        at, name = self._remembered.get(key, (-31 * DAY, ""))
        if self.now() - at < 30 * DAY:
            link = {"href": f"{self.url}{_BATCHES}/{name}", "rel": "self", "method": "GET"}
            details = [{"field": "SENDER_BATCH_ID", "issue": "Duplicate batch request"}]
            return _error(400, "USER_BUSINESS_ERROR", details=details, links=[link] if self.linked else [])
        made = self.make(document)
        self._remembered[key] = (self.now(), made["batch_header"]["payout_batch_id"])
        header = {
            name: made["batch_header"][name] for name in ("payout_batch_id", "batch_status", "sender_batch_header")
        }
        href = f"{self.url}{_BATCHES}/{header['payout_batch_id']}"
        return reply({"batch_header": header, "links": [{"href": href, "rel": "self", "method": "GET"}]}, 201)


def _key(batch: dict[str, Any]) -> str:
    return str(batch["batch_header"]["sender_batch_header"]["sender_batch_id"])


def _time(at: Instant) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(status: int, name: str, **more: Any) -> Reply:
    return reply({"name": name, "message": name.lower(), "debug_id": "b1d2e3", **more}, status)
