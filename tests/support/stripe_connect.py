"""Stripe's transfers as far as a rail meets them, with state: keys known for a day, balances, reversals; real HTTP.

Objects begin as Stripe's own examples (``fixtures/objects.json``); the official library drives it as it does Stripe.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Self

from fanshare.core.instants import DAY, SECOND, Instant
from tests.integrations.stripe.story import OBJECTS
from tests.support.flaky_http import Fault, FlakyServer, Reply, Request, reply

KEY = "sk_test_abcdefgh1"
CLEO, FINN = "acct_1CleoCreator", "acct_1FinnTheFan"


class StripeConnect:
    """A platform's account with two connected ones. A context that is running inside.

    ``now`` is Stripe's clock; ``balance`` what can be transferred, in Stripe's units; ``closed`` are accounts that
    can't be paid.
    """

    def __init__(self) -> None:
        self.key, self.account = KEY, "acct_1LinenPlatform"
        self.now: Callable[[], Instant] = lambda: int(time.time()) * SECOND
        self.transfers: list[dict[str, Any]] = []
        self.balance: dict[str, int] = defaultdict(lambda: 10**12)
        self.accounts = {CLEO, FINN}
        self.closed: set[str] = set()
        self._remembered: dict[str, tuple[Instant, bytes, Reply]] = {}
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

    def paid(self, group: str) -> int:
        """What was transferred under a key and not taken back, in Stripe's units."""
        return sum(one["amount"] - one["amount_reversed"] for one in self.transfers if one["transfer_group"] == group)

    def transfer(self, amount: int, currency: str, destination: str, group: str) -> Reply:
        """Make a transfer."""
        if destination not in self.accounts:
            return _error(400, f"No such destination: '{destination}'", "resource_missing")
        if destination in self.closed:
            return _error(
                400, "Your destination account needs the transfers capability", "insufficient_capabilities_for_transfer"
            )
        if amount > self.balance[currency]:
            return _error(400, "You have insufficient available funds in your Stripe account.", "balance_insufficient")
        self.balance[currency] -= amount
        name = f"tr_{len(self.transfers) + 1}"
        made = {
            **OBJECTS["transfer"], "id": name, "amount": amount, "amount_reversed": 0, "currency": currency,
            "destination": destination, "transfer_group": group, "created": self.now() // SECOND, "reversed": False,
            "reversals": {"object": "list", "data": [], "has_more": False, "url": f"/v1/transfers/{name}/reversals"},
        }  # fmt: skip
        self.transfers.append(made)
        return reply(made)

    def reverse(self, name: str, amount: int | None) -> Reply:
        """Take a transfer back, or a part of it."""
        one = next(one for one in self.transfers if one["id"] == name)
        back = one["amount"] - one["amount_reversed"] if amount is None else amount
        if not 0 < back <= one["amount"] - one["amount_reversed"]:
            return _error(400, "Reversal amount is greater than unreversed amount on transfer", "amount_too_large")
        one["amount_reversed"] += back
        one["reversed"] = one["amount_reversed"] == one["amount"]
        self.balance[one["currency"]] += back
        made = {**OBJECTS["transfer_reversal"], "amount": back, "currency": one["currency"], "transfer": name}
        one["reversals"]["data"].append(made)
        return reply(made)

    def _answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return _error(401, "Invalid API Key provided")
        if request.path == "/v1/account":
            return reply({**OBJECTS["account"], "id": self.account}) if self.account else _error(403, "not permitted")
        path = request.path.removeprefix("/v1/transfers")
        with self._lock:
            if request.method == "GET" and not path:
                return self._listed(request)
            if request.method == "GET":
                found = [one for one in self.transfers if path == f"/{one['id']}"]
                return reply(found[0]) if found else _error(404, "No such transfer", "resource_missing")
            return self._once(request, path)

    def _listed(self, request: Request) -> Reply:
        asked = request.parameters
        group, limit = asked.get("transfer_group"), int(asked.get("limit", 10))
        since, after = int(asked.get("created[gte]", 0)), asked.get("starting_after")
        found = [one for one in reversed(self.transfers) if group in (None, one["transfer_group"])]
        found = [one for one in found if one["created"] >= since]
        if after is not None:
            found = found[[one["id"] for one in found].index(after) + 1 :]
        listed = {"object": "list", "url": request.path, "data": found[:limit], "has_more": len(found) > limit}
        return reply(listed)

    def _once(self, request: Request, path: str) -> Reply:
        """The same answer to the same key for a day, then a new one: that is how a late repeat pays twice."""
        key = request.headers.get("idempotency-key", "")
        at, body, answer = self._remembered.get(key, (-DAY, b"", Reply()))
        if self.now() - at < DAY:
            same = {**answer.headers, "idempotent-replayed": "true"}
            other = "Keys for idempotent requests can only be used with the same parameters they were first used with."
            return Reply(answer.status, answer.body, same) if body == request.body else _error(
                400, other, kind="idempotency_error")  # fmt: skip
        answer = self._done(request, path)
        if key:
            self._remembered[key] = (self.now(), request.body, answer)
        return answer

    def _done(self, request: Request, path: str) -> Reply:
        form = request.form
        if path.endswith("/reversals"):
            amount = form.get("amount")
            return self.reverse(path.strip("/").partition("/")[0], None if amount is None else int(amount))
        return self.transfer(int(form["amount"]), form["currency"], form["destination"], form.get("transfer_group", ""))


def _error(status: int, message: str, code: str = "", kind: str = "invalid_request_error") -> Reply:
    known = {"code": code} if code else {}
    return reply({"error": {"type": kind, "message": message, **known}}, status)
