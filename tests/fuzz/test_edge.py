"""The edge under spoiled requests: never a 5xx, and everything that it said yes to is on the disk, once."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fanshare.config.clock import FileClock
from fanshare.config.keys import SPOOL_HOOKS
from fanshare.core.instants import SECOND
from fanshare.edge.app import SNAPSHOT_BASE, EdgeApp
from fanshare.edge.snapshot import EndpointRow, write_snapshot
from fanshare.integrations.generic import verify as generic
from fanshare.integrations.shopify import verify as shopify
from fanshare.integrations.stripe import verify as stripe
from fanshare.integrations.verifiers import VERIFIERS
from fanshare.integrations.woocommerce import verify as woocommerce
from fanshare.spool.reader import SpoolReader
from fanshare.spool.records import DeliveryRecord, RefusedRecord, decode
from fanshare.spool.writer import Limits
from tests.edge.running import KEYS, LINKS, NOON, PERSON, PROGRAMMES, tuned
from tests.fuzz import corpus, spoil
from tests.fuzz.campaign import batches, shown

SECRET = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SENT = NOON // SECOND
KINDS = ("woocommerce", "shopify", "stripe", "generic", "postback")
SAMPLES: dict[str, list[corpus.Sample]] = {
    "woocommerce": corpus.woocommerce(),
    "shopify": corpus.shopify_samples(),
    "stripe": corpus.stripe(),
    "generic": corpus.generic(),
    "postback": [(raw.split(b"\n")[0], {}) for raw, _ in corpus.postback()],
}
SIGN: dict[str, Callable[[bytes], dict[str, str]]] = {
    "woocommerce": lambda raw: {woocommerce.SIGNATURE_HEADER: woocommerce.signature_of(SECRET, raw)},
    "shopify": lambda raw: {"x-shopify-hmac-sha256": shopify.signature_of(SECRET, raw)},
    "stripe": lambda raw: {stripe.SIGNATURE_HEADER: stripe.signature_of(SECRET, SENT, raw)},
    "generic": lambda raw: {
        generic.ID_HEADER: "m-1",
        generic.TIME_HEADER: str(SENT),
        generic.SIGNATURE_HEADER: generic.sign(SECRET, "m-1", SENT, raw),
    },
    "postback": lambda raw: {},
}
ODD_TEXTS = [
    "",
    "0",
    "-1",
    "x" * 300,
    "\xff\xfe",
    "a,b",
    "v1,",
    "v1,====",
    "t=,v1=",
    "t=1e9,v1=00",
    "gzip",
    "999999999999999",
]


class House:
    """An edge without a socket: requests go in as the protocol of its server has them."""

    def __init__(self, home: Path) -> None:
        endpoints = [EndpointRow(kind, 1, at, kind, (SECRET,)) for at, kind in enumerate(KINDS, 1)]
        write_snapshot(
            home / SNAPSHOT_BASE, links=LINKS, programmes=PROGRAMMES, endpoints=endpoints, keys=KEYS, generation=1
        )
        self.home, self.loop = home, asyncio.new_event_loop()
        self.clock = FileClock(home / "clock")
        self.clock.freeze(NOON)
        room = Limits(reserve=1 << 18, quota=1 << 30)
        self.app = EdgeApp(home, keys=KEYS, verifiers=VERIFIERS, now=self.clock, settings=tuned(hooks=room))
        self.loop.run_until_complete(self.app.start())

    def close(self) -> None:
        self.loop.run_until_complete(self.app.close())
        self.loop.close()
        self.clock.close()

    def ask(self, requests: list["Request"]) -> list[tuple[int, bytes]]:
        async def all_at_once() -> list[tuple[int, bytes]]:
            return await asyncio.gather(*(self._one(request) for request in requests))

        return self.loop.run_until_complete(all_at_once())

    async def _one(self, request: "Request") -> tuple[int, bytes]:
        chunks = request.chunks()
        answer: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

        async def send(message: Any) -> None:
            answer.append(message)

        await self.app(request.scope(), receive, send)
        return answer[0]["status"], answer[1]["body"]

    def written(self) -> Counter[tuple[str, str, bytes]]:
        """What is on the disk: (accepted or refused, endpoint, body)."""
        reader = SpoolReader(self.home / "spool", "hooks", key=KEYS.derive(SPOOL_HOOKS))
        found: Counter[tuple[str, str, bytes]] = Counter()
        for batch in reader.batches(1_000_000, {}):
            for record in batch.records:
                one = decode(record.kind, record.payload)
                assert isinstance(one, DeliveryRecord | RefusedRecord)
                found["accepted" if isinstance(one, DeliveryRecord) else "refused", one.endpoint, one.body] += 1
        return found


class Request:
    """One request, in the parts in which it arrives."""

    def __init__(self, chance: Random, method: str, path: str, query: bytes, headers: dict[str, str], body: bytes):
        self.method, self.path, self.query, self.headers, self.body = method, path, query, headers, body
        self._cut = chance.randrange(len(body) + 1)

    def chunks(self) -> list[bytes]:
        return [self.body[: self._cut], self.body[self._cut :]]

    def scope(self) -> dict[str, Any]:
        pairs = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in self.headers.items()]
        return {
            "type": "http",
            "method": self.method,
            "path": self.path,
            "raw_path": self.path.encode("utf-8", "replace"),
            "query_string": self.query,
            "headers": pairs,
            "client": ("127.0.0.1", 1),
            "scheme": "https",
        }

    def __str__(self) -> str:
        return f"{self.method} {self.path!r}?{self.query!r} {self.headers} {shown(self.body)}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def delivery(chance: Random) -> Request:
    """A delivery whose body was spoiled before it was signed, or whose headers, path or method were after it."""
    kind = chance.choice(KINDS)
    raw, more = chance.choice(SAMPLES[kind])
    if chance.random() < 0.5:
        raw = (spoil.pairs if kind == "postback" else spoil.json_body)(chance, raw)
    headers = {**{name: value for name, value in more.items() if not name.startswith(":")}, **SIGN[kind](raw)}
    headers["content-type"] = "application/x-www-form-urlencoded" if kind == "postback" else "application/json"
    method, path, query = "POST", f"/hooks/{kind}", b""
    if kind == "postback":
        path += f"/{SECRET.decode()}"
        if chance.random() < 0.5:
            method, query, raw = "GET", raw, b""
    how = chance.random()
    if how < 0.3:
        headers[chance.choice([*headers, "content-encoding", "content-length"])] = chance.choice(ODD_TEXTS)
    elif how < 0.4:
        raw = spoil.noise(chance, raw)
    elif how < 0.5:
        path = spoil.noise(chance, path.encode()).decode("utf-8", "replace")
    elif how < 0.55:
        method = chance.choice(["GET", "PUT", "HEAD", "DELETE", "X"])
    return Request(chance, method, path, query, headers, raw)


def reason(body: bytes) -> str:
    """The stable code of a refusal; only an address that is none of the hooks' gets a page instead."""
    return "page" if body.startswith(b"<!doctype html>") else str(json.loads(body)["code"])


def deliveries(house: House, promised: Counter[str]) -> Callable[[Random, int], list[str]]:
    def case(chance: Random, count: int) -> list[str]:
        requests = [delivery(chance) for _ in range(count)]
        said = []
        for request, (status, body) in zip(requests, house.ask(requests), strict=True):
            assert status < 500, (status, body, str(request))
            promised[str(status)] += 1
            said.append("accepted" if status == 200 else f"refused: {status} {reason(body)}")
        return said

    return case


@pytest.mark.soak_sized
def test_what_the_edge_said_yes_to_is_on_the_disk_and_the_rest_has_a_reason(house: House) -> None:
    promised: Counter[str] = Counter()
    outcomes = batches(deliveries(house, promised))
    assert outcomes["accepted"] > 500
    assert len(outcomes) >= 6, outcomes
    written = house.written()
    kept = Counter(
        {which: sum(n for key, n in written.items() if key[0] == which) for which in ("accepted", "refused")}
    )
    counts = house.app.counts
    assert counts.errors == 0
    assert kept["accepted"] + counts.hooks["ping"] == promised["200"] == outcomes["accepted"]
    assert kept["refused"] + counts.quarantined["only_counted"] == promised["401"]


def test_an_edge_that_says_yes_too_early_is_found(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: one delivery in some is thanked for and dropped."""
    commit, turn = house.app.hooks.commit, iter(range(10**9))

    async def sometimes(kind: int, payload: bytes, record_id: bytes) -> None:
        if next(turn) % 50:
            await commit(kind, payload, record_id)

    monkeypatch.setattr(house.app.hooks, "commit", sometimes)
    promised: Counter[str] = Counter()
    batches(deliveries(house, promised), 500)
    kept = sum(count for key, count in house.written().items() if key[0] == "accepted")
    assert kept + house.app.counts.hooks["ping"] < promised["200"]


def test_a_signature_check_that_stumbles_is_found(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a reader of a header that takes its form for granted."""

    def trusting(listed: str) -> tuple[str, list[str]]:
        pairs = dict(entry.split("=", 1) for entry in listed.split(","))
        return pairs["t"], [pairs["v1"]]

    monkeypatch.setattr(stripe, "_entries", trusting)
    with pytest.raises(AssertionError, match="503"):
        batches(deliveries(house, Counter()), 2_000)


PLACES = [
    "cleo",
    "finn",
    "paused",
    "ended",
    "nolabel",
    "blank",
    "evil",
    "pay",
    "nobody",
    "",
    "%00",
    "cleo/x",
    "é",
]
QUERIES = [b"", b"to=/p/shoes", b"fs=x", b"utm_source=a&utm_id=7", b"to=//evil.example", b"a=%ff&b=%zz", b"x=1&x=2"]


def visit(chance: Random) -> Request:
    path = "/r/" + chance.choice(PLACES)
    if chance.random() < 0.3:
        path = spoil.noise(chance, path.encode("utf-8", "replace")).decode("utf-8", "replace")
    query = spoil.pairs(chance, chance.choice(QUERIES))
    names = ["user-agent", "referer", "x-forwarded-for", "sec-fetch-user", "sec-purpose", "accept-language", "host"]
    headers = {"user-agent": PERSON}
    for name in chance.sample(names, 2):
        headers[name] = chance.choice(
            [*ODD_TEXTS, "https://shop.example/checkout", "http://[", "::1", "1.2.3.4, x", "?1"]
        )
    return Request(chance, chance.choice(["GET", "GET", "GET", "HEAD", "POST"]), path, query, headers, b"")


def visits(house: House) -> Callable[[Random, int], list[str]]:
    def case(chance: Random, count: int) -> list[str]:
        requests = [visit(chance) for _ in range(count)]
        answers = house.ask(requests)
        for request, (status, body) in zip(requests, answers, strict=True):
            assert status < 500, (status, body, str(request))
        return [str(status) if status < 400 else f"refused: {status}" for status, _ in answers]

    return case


@pytest.mark.soak_sized
def test_a_spoiled_visit_leads_to_the_shop_or_to_a_plain_refusal(house: House) -> None:
    outcomes = batches(visits(house))
    assert outcomes["302"] > 500
    assert outcomes["refused: 404"] > 100
    assert house.app.counts.errors == 0
