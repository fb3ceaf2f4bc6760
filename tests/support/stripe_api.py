"""A small Stripe: objects, listings newest first with cursors, events, permissions of a restricted key. Real HTTP."""

import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any, Self

from fanshare.core.instants import SECOND, Instant
from fanshare.integrations.stripe.rest import VERSION
from tests.integrations.stripe.story import OBJECTS, event
from tests.support.flaky_http import Fault, FlakyServer, Reply, Request, reply

_COLLECTIONS = {
    "payment_intents": "payment_intent",
    "checkout/sessions": "checkout.session",
    "charges": "charge",
    "disputes": "dispute",
    "refunds": "refund",
    "promotion_codes": "promotion_code",
    "events": "event",
}


class StripeApi:
    """An account. ``key`` opens it; ``hidden`` are the collections that the key may not read.

    ``now`` is Stripe's clock, in seconds. A context that is running inside.
    """

    def __init__(self) -> None:
        self.key = "rk_live_abcdefgh1"
        self.hidden: set[str] = set()
        self.now: Callable[[], float] = time.time
        self.kept: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in _COLLECTIONS}
        self.items: dict[str, list[dict[str, Any]]] = {}
        self._server = FlakyServer(self._answer)
        self.url = self._server.url

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(*error)

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for."""
        return [one.path.removeprefix("/v1/") for one in self._server.asked]

    def put(self, *things: Mapping[str, Any]) -> None:
        """These objects are as they stand here, from now on."""
        for thing in things:
            name = next(path for path, kind in _COLLECTIONS.items() if kind == thing["object"])
            self.kept[name][str(thing["id"])] = dict(thing)

    def happen(self, kind: str, thing: Mapping[str, Any], at: Instant) -> dict[str, Any]:
        """Something happened to an object: it stands as it is told, and there is an event."""
        self.put(thing)
        made = event(kind, thing, at, len(self.kept["events"]) + 1)
        self.put(made)
        return made

    def code(self, number: str, text: str) -> None:
        """There is a promotion code."""
        self.put({**OBJECTS["promotion_code"], "id": number, "code": text})

    def misbehave(self, *faults: Fault | None) -> None:
        self._server.misbehave(*faults)

    def behave(self) -> None:
        self._server.behave()

    def _answer(self, request: Request) -> Reply:
        answer = self._route(request)
        return Reply(answer.status, answer.body, {**answer.headers, "date": formatdate(self.now(), usegmt=True)})

    def _route(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return _error(401, "Invalid API Key provided")
        assert request.headers.get("stripe-version") == VERSION
        path = request.path.removeprefix("/v1/")
        name = next((one for one in _COLLECTIONS if path == one or path.startswith(one + "/")), None)
        if name is None:
            return _error(404, "Unrecognized request URL")
        if name in self.hidden:
            return _error(403, "The provided key does not have the required permissions for this endpoint.")
        rest = path.removeprefix(name).strip("/")
        if rest.endswith("/line_items"):
            return self._page(self.items.get(rest.removesuffix("/line_items"), []), request)
        if rest:
            found = self.kept[name].get(rest)
            return reply(found) if found else _error(404, f"No such {_COLLECTIONS[name]}", code="resource_missing")
        return self._page(self._listed(name, request), request)

    def _listed(self, name: str, request: Request) -> list[dict[str, Any]]:
        """Newest first, as Stripe lists."""
        since = int(request.parameters.get("created[gte]", 0))
        wanted = {value for key, value in request.query if key == "types[]"}
        same = {key: request.parameters[key] for key in ("payment_intent", "charge") if key in request.parameters}
        found = [one for one in self.kept[name].values() if one["created"] >= since]
        found = [one for one in found if all(one.get(key) == value for key, value in same.items())]
        found = [one for one in found if not wanted or one["type"] in wanted]
        return sorted(found, key=lambda one: one["created"], reverse=True)

    def _page(self, every: list[dict[str, Any]], request: Request) -> Reply:
        limit, after = int(request.parameters.get("limit", 10)), request.parameters.get("starting_after")
        first = 1 + next((place for place, one in enumerate(every) if one["id"] == after), -1)
        page = every[first : first + limit]
        listed = {"object": "list", "data": page, "has_more": first + limit < len(every), "url": request.path}
        return reply(listed)

    @property
    def clock(self) -> Instant:
        return int(self.now()) * SECOND


def _error(status: int, message: str, code: str = "") -> Reply:
    known = {"code": code} if code else {}
    return reply({"error": {"type": "invalid_request_error", "message": message, **known}}, status)
