"""Spoiled deliveries on the real path: spool, drain, take, settle. Each is booked, or refused with its reason."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import pytest

from fanshare.config.keys import SPOOL_HOOKS
from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, SECOND
from fanshare.core.money import parse_amount
from fanshare.flows.connections import Connection, NewConnection, add_connection
from fanshare.integrations import json_input
from fanshare.spool.records import DELIVERY, HOOKS, DeliveryRecord, encode
from fanshare.spool.writer import SpoolWriter
from fanshare.store.queries import edge
from fanshare.store.server import Database
from tests.edge.running import KEYS
from tests.faults.sales import assert_green
from tests.fuzz import corpus, spoil
from tests.fuzz.campaign import batches
from tests.fuzz.faults import forgetful
from tests.fuzz.usable import refusal
from tests.jobs.house import Brand, House
from tests.support.schema import conn, database, owner, schema_template, shared_database

__all__ = ["conn", "database", "owner", "schema_template", "shared_database"]

#: Deliveries of one visit of the worker.
BATCH = 250
GUIDE = [part.split("```")[0].encode() for part in corpus.GUIDE.read_text("utf-8").split("```json\n")[1:]]
SAMPLES: dict[str, list[corpus.Sample]] = {
    "generic": [(raw, {}) for raw in GUIDE],
    "woocommerce": corpus.woocommerce(),
    "shopify": corpus.shopify_samples(),
    "stripe": corpus.stripe(),
    "postback": [(raw.split(b"\n")[0], headers) for raw, headers in corpus.postback()],
}
WEIGHTS = (6, 3, 2, 1, 1)


@dataclass
class Way:
    """A programme with a shop of each kind, and what was sent on the path so far."""

    house: House
    brand: Brand
    shops: dict[str, Connection]

    @classmethod
    def laid(cls, house: House, slug: str) -> "Way":
        brand = Brand.founded(house, slug)
        brand.typed_code("mira10")
        shops = {kind: _connected(brand, kind, f"{slug}-{kind}") for kind in SAMPLES if kind != "generic"}
        return cls(house, brand, {"generic": brand.shop, **shops})

    def send(self, chance: Random, count: int) -> set[str]:
        """Put spoiled deliveries into the spool, as the edge does when their signatures are right; their ids."""
        key = KEYS.derive(SPOOL_HOOKS)
        with_ids = [chance.randbytes(16) for _ in range(count)]
        writer = SpoolWriter(self.house.home / "spool", HOOKS, key=key)
        try:
            for record_id in with_ids:
                writer.append(DELIVERY, encode(self._delivery(chance)), record_id)
            writer.sync()
        finally:
            writer.close()
        return {one.hex() for one in with_ids}

    def _delivery(self, chance: Random) -> DeliveryRecord:
        kind = chance.choices(list(SAMPLES), WEIGHTS)[0]
        raw, headers = chance.choice(SAMPLES[kind])
        body = spoil.pairs(chance, raw) if kind == "postback" else spoil.json_body(chance, _another(chance, raw))
        shop = self.shops[kind]
        at = self.house.now - chance.randrange(60) * SECOND
        return DeliveryRecord(self.brand.tenant.id, shop.id, shop.endpoint, kind, at, headers, body)

    def outcomes(self) -> dict[str, str]:
        """What became of every delivery, by its id, and why; the worker has nothing left to do."""
        rows = self.house.rows(
            "SELECT encode(id, 'hex'), state, reason_code, reason FROM delivery WHERE programme_id = %s",
            self.brand.tenant.id,
        )
        assert {state for _, state, _, _ in rows} <= {"done", "ignored", "parked"}
        return {
            one: state if state != "parked" else refusal(FanshareError(code, reason))
            for one, state, code, reason in rows
        }


def _connected(brand: Brand, kind: str, endpoint: str) -> Connection:
    new = NewConnection(kind, "https://shop.example", ("whsec_x",), hosts=("shop.example",), endpoint=endpoint)
    return add_connection(brand.programme, new, brand.house.now - DAY, can_fetch=False, reports_fulfilment=False)


def _another(chance: Random, raw: bytes) -> bytes:
    """The same message about one of some hundred orders."""
    document = json.loads(raw)
    for name in ("order_id", "id"):
        if isinstance(document, dict) and name in document and chance.random() < 0.8:
            number = chance.randrange(1, 400)
            document[name] = number if isinstance(document[name], int) else f"{number}"
            break
    return json.dumps(document).encode()


@pytest.fixture(scope="module")
def built(shared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House.built(shared_database, tmp_path_factory.mktemp("path")) as house:
        yield house


def travel(way: Way) -> Callable[[Random, int], list[str]]:
    """Some deliveries from the spool to the ledger, and what became of each."""

    def case(chance: Random, count: int) -> list[str]:
        before = way.outcomes()
        sent = way.send(chance, count)
        way.house.later(60 * SECOND)
        assert way.house.worker.until_quiet().failures == 0
        after = way.outcomes()
        assert after.keys() == before.keys() | sent, "a delivery is missing, or one is there that nobody sent"
        return [after[one] for one in sent]

    return case


@pytest.mark.soak_sized
def test_each_spoiled_delivery_is_booked_or_refused_with_its_reason_and_the_books_are_right(built: House) -> None:
    way = Way.laid(built, "path")
    outcomes = batches(travel(way), batch=BATCH)
    assert outcomes["done"] > 1_000, outcomes
    assert not outcomes["refused: connector_failed"], "a connector has no plain sentence for what is wrong"
    assert len([one for one in outcomes if one.startswith("refused")]) >= 15, outcomes
    assert way.brand.earned(way.brand.cleo) > 0
    built.bea = way.brand
    assert_green(built)


def test_a_connector_that_forgets_a_check_is_found(built: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_input, "parse_amount", forgetful(parse_amount))
    outcomes = batches(travel(Way.laid(built, "stumbling")), 250, batch=BATCH)
    assert outcomes["refused: connector_failed"], "what it stumbles over is refused by the net below it"


def test_a_delivery_that_is_dropped_on_the_way_is_found(built: House, monkeypatch: pytest.MonkeyPatch) -> None:
    insert = edge.insert_deliveries
    monkeypatch.setattr(edge, "insert_deliveries", lambda access, rows: insert(access, rows[1:]))
    with pytest.raises(AssertionError, match="is missing"):
        batches(travel(Way.laid(built, "dropping")), 250, batch=BATCH)
