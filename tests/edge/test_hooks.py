"""What a shop's delivery gets: an answer with a stable code, and 200 only when it is on the disk."""

import json
import socket
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from fanshare.core.instants import MINUTE
from fanshare.edge.hooks import Admission, Quarantine
from fanshare.edge.settings import EdgeSettings
from fanshare.integrations.verifiers import VERIFIERS
from fanshare.spool.files import Files
from fanshare.spool.gather import Gather
from fanshare.spool.records import decode
from fanshare.spool.writer import Limits
from tests.edge.running import NOON, SIGNED, Edge, running, tuned
from tests.spool.faulty import FaultyDisk

FIXTURES = Path(__file__).parents[2] / "src/fanshare/integrations/woocommerce/fixtures"


def post(
    edge: Edge, name: str = "bea-shop", body: bytes = b"{}", headers: Mapping[str, str] | None = None
) -> httpx.Response:
    return edge.client.post(f"/hooks/{name}", content=body, headers={**SIGNED, **(headers or {})})


WRONG = {"webhook-signature": "guess"}


def test_a_signed_delivery_is_kept_as_it_came(edge: Edge) -> None:
    response = post(edge, body=b'{"id": 14}\n', headers={"cookie": "session=1", "authorization": "Bearer x"})
    assert (response.status_code, response.json()) == (200, {"ok": True})
    (delivery,) = edge.deliveries()
    assert delivery.body == b'{"id": 14}\n'
    assert (delivery.programme_id, delivery.connection_id, delivery.endpoint) == (1, 11, "bea-shop")
    assert (delivery.kind, delivery.received_at, delivery.verdict) == ("plain", NOON, "accepted")
    assert delivery.headers == SIGNED


def test_every_delivery_has_an_id_of_its_own_even_when_bodies_repeat(edge: Edge) -> None:
    for _ in range(3):
        post(edge)
    assert len({record_id for record_id, _ in edge.hooks()}) == 3


def test_bodies_are_not_readable_on_the_disk(edge: Edge) -> None:
    post(edge, body=b"Lena Musterfrau, Hauptstr. 1")
    for path in edge.home.rglob("*"):
        assert not path.is_file() or b"Musterfrau" not in path.read_bytes()


def test_a_wrong_signature_is_401_and_goes_into_quarantine(edge: Edge) -> None:
    response = post(edge, body=b"whose?", headers=WRONG)
    assert (response.status_code, response.json()["code"]) == (401, "wrong_signature")
    assert edge.deliveries() == []
    (refused,) = edge.refused()
    assert (refused.body, refused.reason, refused.endpoint) == (b"whose?", "wrong_signature", "bea-shop")


def test_a_flood_of_wrong_signatures_is_kept_in_part_and_counted_whole(tmp_path: Path) -> None:
    with running(tmp_path, settings=tuned(refused_per_minute=5)) as edge:
        for _ in range(12):
            assert post(edge, headers=WRONG).status_code == 401
        assert len(edge.refused()) == 5
        assert edge.app.counts.quarantined == {"kept": 5, "only_counted": 7}
        edge.clock.advance(MINUTE)
        post(edge, headers=WRONG)
        assert len(edge.refused()) == 6
        assert post(edge).status_code == 200


def test_an_unsigned_ping_is_thanked_for_and_not_kept(edge: Edge) -> None:
    response = edge.client.post("/hooks/bea-shop", content=b"webhook_id=3")
    assert response.status_code == 200
    assert edge.hooks() == []


def test_the_recorded_woocommerce_deliveries_are_taken_with_their_real_signatures(tmp_path: Path) -> None:
    with running(tmp_path, verifiers=VERIFIERS) as edge:
        bodies = sorted(FIXTURES.glob("*.body"))
        for path in bodies:
            headers = json.loads(path.with_suffix(".headers.json").read_text())["headers"]
            sent = {k: v for k, v in headers.items() if k.lower() not in {"host", "content-length", "connection"}}
            response = edge.client.post("/hooks/woo", content=path.read_bytes(), headers=sent)
            assert response.status_code == 200, path.name
        assert len(edge.deliveries()) == 14
        assert edge.app.counts.hooks == {"accepted": 14, "ping": 6}
        body = next(iter(edge.deliveries())).body
        forged = edge.client.post("/hooks/woo", content=body + b" ", headers=edge.deliveries()[0].headers)
        assert forged.status_code == 401


def test_an_unknown_endpoint_is_404_and_other_methods_405(edge: Edge) -> None:
    assert post(edge, "nobody").json()["code"] == "unknown_endpoint"
    for name in ("nobody", "", "../bea-shop", "bea-shop/", "%00", "bea%2Dshop%00"):
        assert post(edge, name).status_code == 404
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        response = edge.client.request(method, "/hooks/bea-shop")
        assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_a_body_beyond_a_megabyte_is_413_declared_or_not(edge: Edge) -> None:
    assert post(edge, body=b"x" * 1_000_000).status_code == 200
    assert post(edge, body=b"x" * 1_000_001).status_code == 413

    def chunks() -> "list[bytes]":
        return [b"x" * 100_000] * 11

    response = edge.client.post("/hooks/bea-shop", content=iter(chunks()), headers=SIGNED)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    claimed = b"POST /hooks/bea-shop HTTP/1.1\r\nhost: x\r\ncontent-length: 999999999999999\r\n\r\n"
    assert b" 413 " in edge.raw(claimed)
    assert len(edge.deliveries()) == 1


def test_an_encoded_body_is_refused_instead_of_unpacked(edge: Edge) -> None:
    response = post(edge, headers={"content-encoding": "gzip"})
    assert (response.status_code, response.json()["code"]) == (415, "content_encoding")
    assert post(edge, headers={"content-encoding": "identity"}).status_code == 200


def test_a_body_that_trickles_is_given_up(tmp_path: Path) -> None:
    with running(tmp_path, settings=tuned(body_deadline=0.3)) as edge:
        head = b"POST /hooks/bea-shop HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n"
        began = time.monotonic()
        answer = edge.raw(head, *[b"x"] * 99, pause=0.1)
        assert b" 408 " in answer
        assert time.monotonic() - began < 9.9, "it was still trickling"
        assert edge.app.counts.hooks == {"too_slow": 1}


def test_a_sender_that_goes_away_leaves_nothing(edge: Edge) -> None:
    with socket.create_connection(("127.0.0.1", edge.port)) as sock:
        sock.sendall(b"POST /hooks/bea-shop HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nxxx")
    deadline = time.monotonic() + 30
    while not edge.app.counts.hooks and time.monotonic() < deadline:
        time.sleep(0.01)
    assert edge.app.counts.hooks == {"gone": 1}
    assert edge.hooks() == []


def test_a_bug_in_a_connector_asks_the_shop_to_come_again_and_keeps_the_delivery(edge: Edge) -> None:
    response = post(edge, "crashing")
    assert (response.status_code, response.json()["code"]) == (503, "not_stored")
    assert "retry-after" in response.headers
    assert [record.reason for record in edge.refused()] == ["verifier_failed"]


def test_a_full_spool_is_503_and_never_200(tmp_path: Path) -> None:
    with running(tmp_path, settings=tuned(hooks=Limits(quota=20_000))) as edge:
        codes = [post(edge, body=b"x" * 1_000).status_code for _ in range(40)]
        assert set(codes) == {200, 503}
        assert len(edge.deliveries()) == codes.count(200)
        response = post(edge, body=b"x" * 1_000)
        assert response.headers["retry-after"] == "10"


def test_a_dead_disk_is_503_until_it_lives_again_and_every_200_is_kept(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with running(tmp_path, files=disk) as edge:
        good = [f"a{n}".encode() for n in range(5)]
        assert {post(edge, body=body).status_code for body in good} == {200}
        disk.broken = True
        assert {post(edge, body=b"lost").status_code for _ in range(3)} == {503}
        assert edge.client.get("/readyz").status_code == 503
        disk.broken = False
        deadline = time.monotonic() + 10
        while post(edge, body=b"back").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert edge.client.get("/readyz").status_code == 200
        kept = [delivery.body for delivery in edge.deliveries()]
        assert set(kept) >= {*good, b"back"}


class _Stuck(Files):
    """A disk that takes its time while the event is not set."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()

    def sync(self, descriptor: int) -> None:
        self.free.wait(10)
        super().sync(descriptor)


def test_one_programmes_flood_leaves_places_for_the_others(tmp_path: Path) -> None:
    disk = _Stuck()
    settings = tuned(hooks_in_flight=16, hooks_per_programme=8, hooks_crowded=8)
    with running(tmp_path, files=disk, settings=settings) as edge, ThreadPoolExecutor(24) as pool:
        disk.free.clear()
        flood = [pool.submit(post, edge) for _ in range(20)]
        deadline = time.monotonic() + 9
        while edge.app.counts.hooks["busy"] < 12 and time.monotonic() < deadline:
            time.sleep(0.01)
        other = pool.submit(post, edge, "other-shop")
        time.sleep(0.1)
        disk.free.set()
        assert other.result().status_code == 200
        codes = [one.result().status_code for one in flood]
        assert (codes.count(200), codes.count(503)) == (8, 12)


def test_places_are_shared_out_when_it_gets_crowded() -> None:
    admission = Admission(EdgeSettings(hooks_in_flight=8, hooks_per_programme=6, hooks_crowded=4))
    held = [admission.place(1) for _ in range(6)]
    granted = [place.__enter__() for place in held]
    assert granted == [True, True, True, True, False, False]
    other = admission.place(2)
    assert other.__enter__()
    assert admission.total == 5
    for place in (*held, other):
        place.__exit__(None, None, None)
    assert admission.total == 0


def test_the_quarantine_is_bounded_by_number_and_by_bytes() -> None:
    quarantine = Quarantine(3, 1_000)
    assert [quarantine.admits("a", 400, NOON) for _ in range(4)] == [True, True, False, False]
    assert [quarantine.admits("b", 10, NOON) for _ in range(4)] == [True, True, True, False]
    assert quarantine.admits("a", 400, NOON + MINUTE)


class _Watched(Files):
    """Knows up to where each file is on the disk, and not only in the page cache."""

    def __init__(self) -> None:
        self.written: dict[int, int] = {}
        self.durable: dict[int, int] = {}

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        super().write(descriptor, data, offset)
        self.written[descriptor] = offset + len(data)

    def sync(self, descriptor: int) -> None:
        end = self.written.get(descriptor, 0)
        super().sync(descriptor)
        self.durable[descriptor] = end


def durable_when_answered(home: Path, parallel: int) -> list[bool]:
    disk = _Watched()
    with running(home, files=disk) as edge:

        def send(number: int) -> bool:
            body = b"n%d" % number
            assert post(edge, body=body).status_code == 200
            end = disk.durable[edge.app.hooks.writer._segment.descriptor]
            records = [record for batch in edge.reader("hooks").batches(1_000, {}) for record in batch.records]
            (place,) = [one.offset for one in records if decode(one.kind, one.payload).body == body]  # type: ignore[union-attr]
            return place < end

        with ThreadPoolExecutor(parallel) as pool:
            return list(pool.map(send, range(30)))


@pytest.mark.parametrize("parallel", [1, 30])
def test_every_200_is_on_the_disk_when_it_is_sent(tmp_path: Path, parallel: int) -> None:
    assert all(durable_when_answered(tmp_path, parallel))


def test_an_answer_before_the_sync_would_be_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hasty(self: Gather, kind: int, payload: bytes, record_id: bytes) -> None:
        self.put(kind, payload, record_id)

    monkeypatch.setattr(Gather, "commit", hasty)
    assert not all(durable_when_answered(tmp_path, 1))
