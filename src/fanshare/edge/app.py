"""The edge: an ASGI application without a framework. Links, webhooks, live pages, health, metrics; the rest is not its.

Its start opens the spool and the snapshot, its end syncs what is left. No request can make it fail: whatever goes
wrong inside is logged, counted and answered with 503, so that a shop comes again.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from fanshare.config.clock import Clock, system_clock
from fanshare.config.keys import SPOOL_HOOKS, Keys
from fanshare.core import live_token
from fanshare.edge import answers, metrics, visitors
from fanshare.edge.answers import Answer
from fanshare.edge.hooks import Hooks
from fanshare.edge.live import PREFIX, Live
from fanshare.edge.redirect import Redirects, forwarded_for
from fanshare.edge.settings import EdgeSettings
from fanshare.edge.watch import SnapshotWatch
from fanshare.integrations.types import Verify
from fanshare.spool.files import Files
from fanshare.spool.gather import Gather
from fanshare.spool.records import CLICKS, HOOKS
from fanshare.spool.writer import SpoolWriter

_log = logging.getLogger(__name__)

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
#: Says what is wrong, or ``None`` when all is well. Called on the event loop: it must not block.
type Check = Callable[[], str | None]

#: What the edge answers; a reverse proxy in front of separate parts sends these here and the rest to the pages.
#: ``/metrics`` is for this machine alone.
PREFIXES = ("/r/", "/hooks/", "/live/")
PAGES = ("/healthz", "/readyz")

SNAPSHOT_BASE = "snapshot/base"
SNAPSHOT_OVERLAY = "snapshot/overlay"
SPOOL = "spool"


class EdgeApp:
    """An edge over an installation's home directory.

    ``verifiers`` holds the signature check of each kind of connection; ``fallback`` answers what is not the edge's;
    ``checks`` are added to ``/readyz`` by name. Nothing is opened before the lifespan starts.
    """

    def __init__(
        self,
        home: Path,
        *,
        keys: Keys,
        verifiers: Mapping[str, Verify],
        now: Clock = system_clock,
        settings: EdgeSettings | None = None,
        fallback: Asgi | None = None,
        checks: Mapping[str, Check] | None = None,
        files: Files | None = None,
    ) -> None:
        self.home = home
        self.settings = settings or EdgeSettings()
        self.counts = metrics.Counts()
        self.registry = metrics.registry_of(self.counts)
        self._keys, self._verifiers, self._now = keys, verifiers, now
        self._fallback, self._checks, self._files = fallback, dict(checks or {}), files
        self._trusted = visitors.networks(self.settings.trusted_proxies)
        self._operators = visitors.networks(self.settings.operator_networks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection of the ASGI protocol (3.0)."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    def link(self, scope: Mapping[str, Any]) -> Answer:
        """The answer to ``/r/{code}``, asked by GET or HEAD. Waits for nothing, raises nothing."""
        try:
            return self._redirects.answer(scope["path"][3:].removesuffix("/"), scope)
        except Exception:
            self.counts.errors += 1
            _log.exception("a request failed")
            return answers.TROUBLE

    async def start(self) -> None:
        """Open the spool and the snapshot. Raises ``SpoolError`` when another edge uses this home."""
        spool = self.home / SPOOL
        self._watch = SnapshotWatch(self.home / SNAPSHOT_BASE, self.home / SNAPSHOT_OVERLAY, self._keys)
        clicks = SpoolWriter(spool, CLICKS, limits=self.settings.clicks, files=self._files)
        try:
            key = self._keys.derive(SPOOL_HOOKS)
            hooks = SpoolWriter(spool, HOOKS, limits=self.settings.hooks, key=key, files=self._files)
        except BaseException:
            clicks.close()
            raise
        self.clicks, self.hooks = Gather(clicks), Gather(hooks)
        salts = visitors.Salts(self.home)
        self._redirects = Redirects(self._watch, self.clicks, self._keys, salts, self._now, self.counts, self._trusted)
        self._live = Live(self.home, self._keys.derive(live_token.PURPOSE), self._now, most=self.settings.live_pages)
        self._hooks = Hooks(self._watch, self.hooks, self._verifiers, self._now, self.counts, self.settings)
        self._show_gauges()
        self.clicks.start()
        self.hooks.start()
        await self._watch.start()

    async def close(self) -> None:
        """Stop watching, sync, let go of the spool."""
        await self._watch.close()
        await self.clicks.close()
        await self.hooks.close()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._route(scope, receive)
        except Exception:
            self.counts.errors += 1
            _log.exception("a request failed")
            answer = answers.TROUBLE
        if answer is _LISTEN:
            await self._live.stream(scope["path"][len(PREFIX) :], receive, send)
        elif answer is _PASS_ON:
            await self._pass_on(scope, receive, send)
        elif answer is not None:
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            await send({"type": "http.response.body", "body": answer.body})

    async def _route(self, scope: Scope, receive: Receive) -> Answer | None:
        path: str = scope["path"]
        method: str = scope["method"]
        if path.startswith("/r/"):
            if method not in {"GET", "HEAD"}:
                return answers.not_allowed(b"GET, HEAD")
            return self.link(scope)
        if path.startswith("/hooks/"):
            return await self._hooks.answer(path[7:], scope, receive)
        if path.startswith(PREFIX):
            refused = answers.not_allowed(b"GET") if method != "GET" else self._live.refusal(path[len(PREFIX) :])
            return refused or _LISTEN
        page = {"/healthz": _health, "/readyz": self._ready, "/metrics": self._metrics}.get(path)
        if page is None:
            return _PASS_ON
        if method not in {"GET", "HEAD"}:
            return answers.not_allowed(b"GET, HEAD")
        return page(scope)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._fallback is not None:
            await self._fallback(scope, receive, send)
            return
        answer = answers.NOT_FOUND
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _ready(self, scope: Scope) -> Answer:
        problems = {
            "snapshot": None if self._watch.current else "No usable snapshot of the links yet.",
            "hooks": None if self.hooks.writer.healthy else "The disk does not take deliveries.",
            "clicks": None if self.clicks.writer.healthy else "The disk does not take clicks.",
        }
        for name, check in self._checks.items():
            problems[name] = check()
        # Without its clicks spool the edge still redirects and takes orders: degraded, not unready.
        status = 503 if any(text for name, text in problems.items() if name != "clicks") else 200
        shown = {name: text or "ok" for name, text in problems.items()} if self._is_operator(scope) else {}
        return answers.json(status, {"ready": status == 200, **shown})

    def _metrics(self, scope: Scope) -> Answer:
        if not self._is_operator(scope):
            return answers.NOT_FOUND
        return answers.text(metrics.exposition(self.registry), metrics.CONTENT_TYPE)

    def _is_operator(self, scope: Scope) -> bool:
        """Whether the request comes from an operator's network. One that a proxy passed on counts as its client's;
        where that proxy is not trusted, as a stranger's."""
        client = scope.get("client")
        peer = client[0] if client else ""
        chain = forwarded_for(scope)
        address = visitors.client_address(peer, chain, self._trusted)
        if chain and address == peer:
            return False
        return visitors.is_among(address, self._operators)

    def _show_gauges(self) -> None:
        watch, clicks, hooks = self._watch, self.clicks, self.hooks
        self.counts.gauges = {
            "clicks_spool_bytes": ("Bytes of clicks waiting for the drain.", lambda: clicks.writer.used),
            "hooks_spool_bytes": ("Bytes of deliveries waiting for the drain.", lambda: hooks.writer.used),
            "clicks_durable": ("Clicks known to be on the disk.", lambda: clicks.durable),
            "hook_syncs": ("Groups of deliveries that were synced at once.", lambda: hooks.syncs),
            "hooks_in_flight": ("Deliveries under way.", lambda: self._hooks.in_flight),
            "live_pages": ("Open pages that are told when something moved.", lambda: self._live.open),
            "snapshot_failures": ("Snapshots refused.", lambda: watch.failures),
            "snapshot_links": ("Links in the base.", lambda: watch.current.link_count if watch.current else 0),
        }


_PASS_ON = Answer(0, [], b"")
_LISTEN = Answer(0, [], b"")


def _health(_scope: Scope) -> Answer:
    return answers.json(200, {"alive": True})
