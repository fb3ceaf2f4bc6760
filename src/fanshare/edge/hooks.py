"""``/hooks/{endpoint}``: take a shop's delivery, check who signed it, put it on the disk, say thank you.

Nothing is parsed here. A delivery is answered with 200 only after it is on the disk; when that can't be promised the
answer is 503 and the shop comes again. No programme can use up the places of the others.
"""

import asyncio
import logging
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fanshare.config.clock import Clock
from fanshare.core.instants import MINUTE, Instant
from fanshare.edge import answers
from fanshare.edge.answers import Answer
from fanshare.edge.metrics import Counts
from fanshare.edge.settings import EdgeSettings
from fanshare.edge.snapshot import EndpointRow
from fanshare.edge.watch import SnapshotWatch
from fanshare.integrations.postback import address
from fanshare.integrations.types import Verdict, Verification, Verify
from fanshare.spool.format import RECORD_ID_BYTES, SpoolError
from fanshare.spool.gather import Gather
from fanshare.spool.records import DELIVERY, REFUSED, DeliveryRecord, RefusedRecord, encode

_log = logging.getLogger(__name__)

type Receive = Callable[[], Awaitable[Mapping[str, Any]]]

#: Headers that connectors read; nothing else is kept, so no cookie and no authorization.
_KEPT = ("x-wc-", "webhook-", "x-shopify-", "shopify-", "stripe-signature", "paypal-", "content-type")
_MOST_HEADER_BYTES = 8_192
#: Seconds after which a paused connection is to be tried again.
_PAUSED_FOR = 3_600
#: Topics that a pause does not keep out: a request about personal data is not an order that can be fetched later.
_ABOUT_PEOPLE = ("customers/", "shop/", "app/")

_THANKS = answers.json(200, {"ok": True})
_UNKNOWN = answers.problem(404, "unknown_endpoint", "No shop connection has this address.")
_WRONG = answers.problem(401, "wrong_signature", "The signature does not fit this connection's secret.")
_ENCODED = answers.problem(415, "content_encoding", "Send the body as it is, without Content-Encoding.")
_NOT_A_FORM = answers.problem(415, "not_a_form", "A postback is a query, or a form: application/x-www-form-urlencoded.")
_POST = answers.not_allowed(b"POST")


class _Refusal(Exception):  # noqa: N818  # carries an answer, not a fault
    def __init__(self, outcome: str, answer: Answer) -> None:
        super().__init__(outcome)
        self.outcome, self.answer = outcome, answer


class Hooks:
    """Answers ``/hooks/{endpoint}``. Lives on one event loop."""

    def __init__(
        self,
        watch: SnapshotWatch,
        spool: Gather,
        verifiers: Mapping[str, Verify],
        now: Clock,
        counts: Counts,
        settings: EdgeSettings,
    ) -> None:
        self._watch, self._spool, self._verifiers = watch, spool, verifiers
        self._now, self._counts, self._settings = now, counts, settings
        self._admission = Admission(settings)
        self._quarantine = Quarantine(settings.refused_per_minute, settings.refused_bytes_per_minute)
        self._too_large = answers.problem(
            413, "too_large", f"A delivery may have {settings.max_body} bytes.", answers.CLOSE
        )
        self._too_slow = answers.problem(408, "too_slow", "The body did not arrive in time.", answers.CLOSE)
        again = answers.retry_after(settings.retry_after)
        self._busy = answers.problem(503, "busy", "Too many deliveries at once; send this one again later.", again)
        self._no_room = answers.problem(503, "not_stored", "This could not be stored; send it again later.", again)
        later = answers.retry_after(_PAUSED_FOR)
        self._paused = answers.problem(503, "paused", "This connection is paused; send this one again later.", later)

    @property
    def in_flight(self) -> int:
        """Deliveries under way."""
        return self._admission.total

    async def answer(self, name: str, scope: Mapping[str, Any], receive: Receive) -> Answer | None:
        """The response for an endpoint name, or ``None`` when the sender went away."""
        try:
            outcome, answer = await self._take(name, scope, receive)
        except _Refusal as refusal:
            outcome, answer = refusal.outcome, refusal.answer
        except _GoneError:
            self._counts.hooks["gone"] += 1
            return None
        self._counts.hooks[outcome] += 1
        return answer

    async def _take(self, name: str, scope: Mapping[str, Any], receive: Receive) -> tuple[str, Answer]:
        endpoint, token = self._called(name, scope["method"])
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        self._check_headers(headers)
        if endpoint.paused and not _is_about_people(headers):
            raise _Refusal("paused", self._paused)
        with self._admission.place(endpoint.programme_id) as admitted:
            if not admitted:
                raise _Refusal("busy", self._busy)
            body = await self._body(receive)
            if endpoint.kind in address.KINDS:
                if body and not address.is_form(headers):
                    raise _Refusal("not_a_form", _NOT_A_FORM)
                headers, body = address.message(scope["query_string"], token, headers, body)
            return await self._judge(endpoint, headers, body)

    def _called(self, path: str, method: str) -> tuple[EndpointRow, str]:
        """The endpoint that was called, and the token behind its name. Only an address message may come by GET."""
        snapshot = self._watch.current
        if snapshot is None:
            raise _Refusal("not_ready", self._no_room)
        name, slash, token = path.partition("/")
        endpoint = snapshot.endpoint(name)
        by_address = endpoint is not None and endpoint.kind in address.KINDS
        if method != "POST" and not (by_address and method == "GET"):
            raise _Refusal("method", _POST)
        if endpoint is None or (slash and not by_address):
            raise _Refusal("unknown", _UNKNOWN)
        return endpoint, token

    def _check_headers(self, headers: Mapping[str, str]) -> None:
        if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
            raise _Refusal("encoded", _ENCODED)
        length = headers.get("content-length", "0")
        if len(length) > 12 or (length.isdecimal() and int(length) > self._settings.max_body):
            raise _Refusal("too_large", self._too_large)

    async def _body(self, receive: Receive) -> bytes:
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._settings.body_deadline):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _GoneError
                    chunk = message.get("body", b"")
                    size += len(chunk)
                    if size > self._settings.max_body:
                        raise _Refusal("too_large", self._too_large)
                    chunks.append(chunk)
                    if not message.get("more_body", False):
                        return b"".join(chunks)
        except TimeoutError:
            raise _Refusal("too_slow", self._too_slow) from None

    async def _judge(self, endpoint: EndpointRow, headers: Mapping[str, str], body: bytes) -> tuple[str, Answer]:
        began = time.perf_counter()
        now = self._now()
        found = self._verify(endpoint, headers, body, now)
        if endpoint.kind in address.KINDS:
            body = address.without_persons(body)
        if found is None or found.verdict is Verdict.REFUSED:
            await self._keep_refused(endpoint, headers, body, now, found.reason if found else "verifier_failed")
            return ("refused", _WRONG) if found else ("verifier_failed", self._no_room)
        if found.verdict is Verdict.PING:
            return "ping", _THANKS
        record = DeliveryRecord(
            endpoint.programme_id,
            endpoint.connection_id,
            endpoint.endpoint,
            endpoint.kind,
            now,
            _kept(headers),
            body,
            str(found.verdict),
        )
        try:
            await self._spool.commit(DELIVERY, encode(record), os.urandom(RECORD_ID_BYTES))
        except SpoolError as error:
            raise _Refusal(error.code, self._no_room) from error
        self._counts.hook_seconds += time.perf_counter() - began
        return "accepted", _THANKS

    def _verify(
        self, endpoint: EndpointRow, headers: Mapping[str, str], body: bytes, now: Instant
    ) -> Verification | None:
        """The verdict, or ``None`` when the connector failed: our fault, so the shop is asked to come again."""
        try:
            return self._verifiers[endpoint.kind](body, headers, endpoint.secrets, now)
        except Exception:
            self._counts.errors += 1
            _log.exception("checking a delivery of kind %s failed", endpoint.kind)
            return None

    async def _keep_refused(
        self, endpoint: EndpointRow, headers: Mapping[str, str], body: bytes, now: Instant, reason: str
    ) -> None:
        if not self._quarantine.admits(endpoint.endpoint, len(body), now):
            self._counts.quarantined["only_counted"] += 1
            return
        record = RefusedRecord(
            endpoint.programme_id,
            endpoint.connection_id,
            endpoint.endpoint,
            endpoint.kind,
            now,
            _kept(headers),
            body,
            reason[:100],
        )
        try:
            await self._spool.commit(REFUSED, encode(record), os.urandom(RECORD_ID_BYTES))
        except SpoolError:
            self._counts.quarantined["not_stored"] += 1
        else:
            self._counts.quarantined["kept"] += 1


class _GoneError(Exception):
    pass


class Admission:
    """Who may be under way at once. Each programme has a limit of its own; when it gets crowded, the places are shared
    out evenly among those who are there, and one place is always left for a newcomer."""

    def __init__(self, settings: EdgeSettings) -> None:
        self._most, self._each = settings.hooks_in_flight, settings.hooks_per_programme
        self._crowded = settings.hooks_crowded
        self._by_programme: Counter[int] = Counter()
        self.total = 0

    @contextmanager
    def place(self, programme_id: int) -> Iterator[bool]:
        """Hold a place while the body runs; yields false when there is none."""
        if not self._has_room(programme_id):
            yield False
            return
        self._by_programme[programme_id] += 1
        self.total += 1
        try:
            yield True
        finally:
            self.total -= 1
            self._by_programme[programme_id] -= 1
            if not self._by_programme[programme_id]:
                del self._by_programme[programme_id]

    def _has_room(self, programme_id: int) -> bool:
        mine = self._by_programme.get(programme_id, 0)
        if self.total >= self._most or mine >= self._each:
            return False
        return self.total < self._crowded or mine < max(1, self._most // (len(self._by_programme) + 1))


class Quarantine:
    """How many refused deliveries are kept per endpoint and minute, so that a flood can't fill the disk."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._minute = -1
        self._count: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    def admits(self, endpoint: str, size: int, now: Instant) -> bool:
        """Whether one more of ``size`` bytes may be kept; if so it is noted."""
        minute = now // MINUTE
        if minute != self._minute:
            self._minute = minute
            self._count.clear()
            self._bytes.clear()
        if self._count[endpoint] >= self._most or self._bytes[endpoint] + size > self._most_bytes:
            return False
        self._count[endpoint] += 1
        self._bytes[endpoint] += size
        return True


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in headers.items() if name.startswith(_KEPT)}
    return kept if sum(map(len, kept.values())) <= _MOST_HEADER_BYTES else {}


def _is_about_people(headers: Mapping[str, str]) -> bool:
    topic = headers.get("x-shopify-topic") or headers.get("shopify-topic") or ""
    return topic.startswith(_ABOUT_PEOPLE)
