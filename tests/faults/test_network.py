"""Deliveries through a real network that delays, cuts and repeats: a shop that comes again until it hears 200."""

import json
import time
from collections.abc import Callable

import httpx
import pytest

from fanshare.core.instants import SECOND
from fanshare.integrations.generic.verify import sign
from tests.faults.proxy import WAYS, proxy_to
from tests.faults.sales import PART, assert_green
from tests.jobs.house import House
from tests.support.effort import effort

ORDERS = 25


def delivered(house: House, url: str, number: int, click: str, patience: int) -> bool:
    """Post one order up to ``patience`` times; whether 200 was heard."""
    bea, identity = house.bea, f"msg_{number}"
    body, sent = json.dumps(bea.order(str(number), clicks=(click,))).encode(), house.now // SECOND
    headers = {
        "webhook-id": identity,
        "webhook-timestamp": str(sent),
        "webhook-signature": sign(bea.shop.secrets[0], identity, sent, body),
        "connection": "close",
    }
    for _ in range(patience):
        try:
            if httpx.post(url, content=body, headers=headers, trust_env=False, timeout=5).status_code == 200:
                return True
        except httpx.TransportError:
            continue
        time.sleep(0.02)
    return False


def sell_through(house: House, seed: int, *, first: int, patience: int) -> tuple[dict[str, int], int]:
    """Sell ``ORDERS`` orders through a bad network; what it did, and how many were answered."""
    with house.open() as edge, proxy_to(edge.port, seed) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/hooks/{house.bea.shop.endpoint}"
        heard = [delivered(house, url, number, house.bea.click(), patience) for number in range(first, first + ORDERS)]
    house.work()
    return dict(proxy.did), sum(heard)


@pytest.mark.soak_sized
def test_a_network_that_delays_cuts_and_repeats_costs_nothing_and_pays_nothing_twice(
    house: House, record_property: Callable[[str, object], None]
) -> None:
    tried: dict[str, int] = {}
    for seed in range(effort(1)):
        did, heard = sell_through(house, seed, first=1 + seed * ORDERS, patience=100)
        assert heard == ORDERS
        assert set(did) == set(WAYS)
        tried = {way: tried.get(way, 0) + count for way, count in did.items()}
        assert house.bea.earned(house.bea.cleo) == (1 + seed) * ORDERS * PART
    assert house.bea.inbox()["done"] >= ORDERS * effort(1) + tried["again"] // 2, "repeated ones came in too"
    assert_green(house)
    record_property("tried", {f"network: {way}": count for way, count in tried.items()})


def test_a_shop_that_does_not_come_again_loses_orders_in_such_a_network(house: House) -> None:
    _, heard = sell_through(house, 0, first=1, patience=1)
    assert heard < ORDERS
    assert house.bea.earned(house.bea.cleo) < ORDERS * PART
