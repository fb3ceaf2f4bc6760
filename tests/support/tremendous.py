"""Tremendous' orders as far as a rail meets them, with state: an ``external_id`` is one order for ever; real HTTP."""

import json
import threading
from decimal import Decimal
from typing import Any, Self

from tests.support.flaky_http import Fault, FlakyServer, Reply, Request, reply

SECRET = {"key": "TEST_abcdefghijklmnop", "campaign": "ABCD1234", "source": "balance", "place": "sandbox"}
FINN = "finn@example.test"
_ORDERS = "/api/v2/orders"


class Tremendous:
    """A team with a balance. A context that is running inside. ``closed``: whatever is new is refused."""

    def __init__(self) -> None:
        self.key, self.closed = SECRET["key"], False
        self.orders: list[dict[str, Any]] = []
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

    def become(self, status: str, delivery: str, *, value: str | None = None) -> None:
        """Something happens to the first order."""
        order = self.orders[0]
        order["status"], order["rewards"][0]["delivery"]["status"] = status, delivery
        if value is not None:
            order["rewards"][0]["value"]["denomination"] = Decimal(value)

    def paid(self, key: str) -> Decimal:
        """What has left for a key and is not back."""
        living = [
            one for one in self.orders if one["external_id"] == key and one["status"] not in ("CANCELED", "FAILED")
        ]
        return sum((one["rewards"][0]["value"]["denomination"] for one in living), Decimal(0))

    def order(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Make an order."""
        name, reward = f"ORDER{len(self.orders) + 1}", sent["reward"]
        made = {
            "id": name, "external_id": sent["external_id"], "status": "EXECUTED", "channel": "API",
            "created_at": "2026-12-01T10:02:00Z",
            "payment": {"subtotal": reward["value"]["denomination"], "fees": 0, **sent["payment"]},
            "rewards": [{
                "id": f"REWARD{len(self.orders) + 1}", "order_id": name, "value": dict(reward["value"]),
                "recipient": reward["recipient"], "delivery": {"method": "EMAIL", "status": "PENDING"},
            }],
        }  # fmt: skip
        self.orders.append(made)
        return made

    def _answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return _error(401, "Unauthorized")
        if request.path == "/api/v2/funding_sources":
            return reply(
                {"funding_sources": [{"id": "SOURCE1", "method": "balance"}, {"id": "CARD1", "method": "card"}]}
            )
        with self._lock:
            if request.path != _ORDERS:
                return _error(404, "Not found")
            if request.method == "POST":
                return self._once(json.loads(request.body, parse_float=Decimal))
            wanted = request.parameters.get("external_id")
            found = [one for one in self.orders if wanted in (None, one["external_id"])]
            found = found[::-1][int(request.parameters.get("offset", 0)) :][:10]
            return _shown({"orders": found, "total_count": len(found)})

    def _once(self, sent: dict[str, Any]) -> Reply:
        found = [one for one in self.orders if one["external_id"] == sent["external_id"]]
        if found:
            return _shown({"order": found[0]}, 201)
        if self.closed:
            return _error(402, "Insufficient funds")
        return _shown({"order": self.order(sent)})


def _shown(value: Any, status: int = 200) -> Reply:
    """JSON with amounts as numbers, as Tremendous writes them."""
    return Reply(status, json.dumps(value, default=float).encode(), {"content-type": "application/json"})


def _error(status: int, message: str) -> Reply:
    return reply({"errors": {"message": message, "payload": {}}}, status)
