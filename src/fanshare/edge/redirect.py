"""``/r/{code}``: send a visitor on to the shop, with a click id if this is a person's click, and note the visit.

One pass without waiting for anything: no database, no disk but the page cache. A full or failing spool never keeps a
visitor from the shop; the click is then counted as lost, and its id still proves it, should an order name it.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fanshare.config.clock import Clock
from fanshare.config.keys import CLICK_ID, Keys
from fanshare.core import clickid
from fanshare.core.errors import BadInputError
from fanshare.edge import answers, destination, visitors
from fanshare.edge.agents import Agent, Kind, judge
from fanshare.edge.answers import Answer
from fanshare.edge.metrics import Counts
from fanshare.edge.snapshot import CODE, LinkRow, LinkState, Snapshot
from fanshare.edge.watch import SnapshotWatch
from fanshare.spool.format import RECORD_ID_BYTES, SpoolError
from fanshare.spool.gather import Gather
from fanshare.spool.records import CLICK, ClickRecord, ClickVerdict, encode

type Scope = Mapping[str, Any]
type HeaderMap = Mapping[bytes, bytes]

_MOST_PLANS = 20_000
_SOURCE = "fanshare"
_REFERER_HOST = re.compile(rb"https?://(?:[^/@?#]*@)?([^/:?#]{1,253})", re.IGNORECASE)
_CHECKOUT = re.compile(rb"/(?:checkout|cart|basket|kasse|warenkorb|panier|carrito)(?:[/?#]|$)", re.IGNORECASE)
_SOCIAL = re.compile(
    r"(?:^|\.)(?:instagram|facebook|tiktok|youtube|twitch|twitter|x|pinterest|snapchat|reddit|linkedin|threads|whatsapp"
    r"|linktr|discord|telegram|bsky)\.(?:com|net|tv|ee|app|org)$|(?:^|\.)(?:t\.co|youtu\.be|t\.me|lnk\.bio)$"
)
_SEARCH = re.compile(r"(?:^|\.)(?:google|bing|duckduckgo|ecosia|yahoo|yandex|baidu|startpage|qwant)\.[a-z.]{2,6}$")
_NAVIGATION = {b"document", b""}
_WITH_ID = {ClickVerdict.COUNTED, ClickVerdict.DUPLICATE, ClickVerdict.PROVISIONAL}
_HEADERS: answers.Headers = [
    (b"content-length", b"0"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-robots-tag", b"noindex"),
]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A link made ready: everything that does not depend on the visitor."""

    link: LinkRow
    target: destination.Destination
    hosts: frozenset[str]
    campaign: str  # the utm_* parameters but for the id
    live: bool
    reference: str = ""  # a further parameter that carries the click id


class Redirects:
    """Answers ``/r/{code}``. Not thread-safe; lives on one event loop."""

    def __init__(
        self,
        watch: SnapshotWatch,
        spool: Gather,
        keys: Keys,
        salts: visitors.Salts,
        now: Clock,
        counts: Counts,
        trusted: visitors.Networks,
    ) -> None:
        self._watch, self._spool, self._salts, self._now = watch, spool, salts, now
        self._counts, self._trusted = counts, trusted
        self._key = keys.derive(CLICK_ID)
        self._plans: dict[str, _Plan] = {}
        self._duplicates = visitors.Duplicates()
        watch.on_swap = self._plans.clear

    def answer(self, code: str, scope: Scope) -> Answer:
        """The response for a code as it stands in the path. GET and HEAD only."""
        snapshot = self._watch.current
        if snapshot is None:
            return answers.NOT_READY
        code = code.lower()
        plan = self._plans.get(code) or self._prepare(code, snapshot)
        if plan is None:
            return answers.UNKNOWN_LINK
        headers: HeaderMap = dict(scope["headers"])
        query = scope["query_string"]
        click_id = self._note(plan, scope, headers)
        extra = destination.visitor_pairs(query, plan.target) if query else ()
        path = destination.deep_path(query) if query else None
        ours = f"fs={click_id}&{plan.campaign}&utm_id={click_id}" if click_id else ""
        if ours and plan.reference:
            ours += f"&{plan.reference}={click_id}"
        location = plan.target.location(extra, ours, path)
        return Answer(302, [(b"location", location), *_HEADERS], b"")

    def _prepare(self, code: str, snapshot: Snapshot) -> _Plan | None:
        link = snapshot.link(code) if CODE.fullmatch(code) else None
        if link is None:
            self._counts.links["unknown"] += 1
            return None
        if link.state is LinkState.UNLABELLED or not link.label.strip():
            self._counts.links["unlabelled"] += 1
            return None
        programme = snapshot.programmes.get(link.programme_id)
        try:
            hosts = programme.hosts if programme else ()
            target = destination.parse(link.destination, hosts, allow_http=bool(programme and programme.allow_http))
        except BadInputError:
            self._counts.links["broken"] += 1
            return None
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        live = link.state is LinkState.ACTIVE and not (programme and programme.stopped)
        target, reference = destination.payment_link(target)
        plan = self._plans[code] = _Plan(link, target, _bare_hosts(tuple(hosts)), _campaign(link), live, reference)
        return plan

    def _note(self, plan: _Plan, scope: Scope, headers: HeaderMap) -> str:
        """Judge the visit and record it; returns the click id to give out, or ``""``."""
        now = self._now()
        link = plan.link
        user_agent = headers.get(b"user-agent", b"").decode("latin-1")
        agent = judge(user_agent)
        salt, earlier = self._salts.at(now)
        address = self._address(scope)
        visitor = visitors.visitor_hash(salt, address, user_agent)
        verdict = _verdict(plan, scope["method"], agent, headers)
        if verdict is ClickVerdict.COUNTED:
            same = [visitor]
            if earlier is not None and visitors.is_near_midnight(now):
                same.append(visitors.visitor_hash(earlier, address, user_agent))
            if self._duplicates.seen(link.link_id, same, now):
                verdict = ClickVerdict.DUPLICATE
        random = os.urandom(clickid.RANDOM_BYTES + RECORD_ID_BYTES)
        click_id = ""
        if verdict in _WITH_ID:
            click_id = clickid.mint(link.link_id, now, random[RECORD_ID_BYTES:], self._key)
        referrer, checkout = _referrer(headers.get(b"referer", b""), plan.hosts)
        record = ClickRecord(
            click_id,
            link.link_id,
            link.programme_id,
            now,
            verdict,
            visitor,
            referrer,
            _activation(headers),
            checkout,
            agent.platform,
        )
        self._record(record, random[:RECORD_ID_BYTES])
        return click_id

    def _record(self, record: ClickRecord, record_id: bytes) -> None:
        self._counts.visits[record.verdict] += 1
        try:
            self._spool.put(CLICK, encode(record), record_id)
        except SpoolError:
            self._counts.lost_clicks += 1

    def _address(self, scope: Scope) -> str:
        client = scope.get("client")
        peer = client[0] if client else ""
        if not self._trusted:
            return peer
        return visitors.client_address(peer, forwarded_for(scope), self._trusted)


def forwarded_for(scope: Scope) -> list[str]:
    """The values of ``X-Forwarded-For`` in order."""
    return [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]


def _verdict(plan: _Plan, method: str, agent: Agent, headers: HeaderMap) -> ClickVerdict:
    if not plan.live:
        return ClickVerdict.PAUSED
    if method == "HEAD":
        return ClickVerdict.HEAD
    if agent.kind is Kind.PREVIEW or b"preview" in headers.get(b"x-purpose", b""):
        return ClickVerdict.PREVIEW
    if agent.kind is Kind.BOT:
        return ClickVerdict.BOT
    if _is_prefetch(headers):
        return ClickVerdict.PROVISIONAL
    if headers.get(b"sec-fetch-dest", b"") not in _NAVIGATION:
        return ClickVerdict.EMBEDDED
    return ClickVerdict.COUNTED


def _is_prefetch(headers: HeaderMap) -> bool:
    """A browser that fetches ahead of a click says so: Sec-Purpose (Fetch standard), Purpose (older), X-Moz."""
    for name in (b"sec-purpose", b"purpose", b"x-moz"):
        value = headers.get(name)
        if value and (b"prefetch" in value.lower() or b"prerender" in value.lower()):
            return True
    return False


def _activation(headers: HeaderMap) -> bool | None:
    """Whether a person's gesture led here (Fetch Metadata); ``None`` where the browser says nothing."""
    if b"sec-fetch-user" in headers:
        return headers[b"sec-fetch-user"] == b"?1"
    return False if b"sec-fetch-mode" in headers else None


def _referrer(referer: bytes, shop: frozenset[str]) -> tuple[str, bool]:
    """Its kind, and whether it is the shop's checkout."""
    match = _REFERER_HOST.match(referer)
    if match is None:
        return "none", False
    host = match[1].decode("latin-1").lower()
    if host in shop:
        checkout = _CHECKOUT.search(referer, match.end()) is not None
        return ("checkout" if checkout else "shop"), checkout
    return _kind_of_host(host), False


@lru_cache(maxsize=4096)
def _kind_of_host(host: str) -> str:
    if _SOCIAL.search(host):
        return "social"
    return "search" if _SEARCH.search(host) else "other"


@lru_cache(maxsize=4096)
def _bare_hosts(entries: tuple[str, ...]) -> frozenset[str]:
    return frozenset(re.sub(r":\d+$", "", entry).lower() for entry in entries)


def _campaign(link: LinkRow) -> str:
    campaign = destination.encoded(link.campaign or link.code)
    return f"utm_source={_SOURCE}&utm_medium={destination.encoded(link.medium)}&utm_campaign={campaign}"
