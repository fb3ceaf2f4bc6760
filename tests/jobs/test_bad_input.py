"""Bad input through the whole path: a stable answer or reason, nothing lost, and booked once when it can be."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, MINUTE
from fanshare.flows.day_keys import DayKeys
from fanshare.integrations import json_input
from fanshare.integrations.generic import parse as generic
from fanshare.store.queries import inbox
from fanshare.world.woo_server import Fault
from fanshare.world.woo_shop import WooShop, put_recorded_orders, recorded_deliveries
from tests.edge.running import KEYS
from tests.jobs.house import Brand, House


@pytest.fixture
def shop() -> Iterator[WooShop]:
    with WooShop() as running:
        put_recorded_orders(running)
        yield running


def test_a_wrong_signature_is_answered_401_and_kept_in_quarantine(house: House) -> None:
    bea = house.bea
    with house.open():
        assert bea.post(bea.order("1"), **{"webhook-signature": "v1,AAAA"}).status_code == 401
        house.work()
    assert bea.inbox() == {}
    assert house.rows("SELECT endpoint, programme_id, reason_code, size > 0 FROM refused_delivery") == [
        ("bea-shop", bea.tenant.id, "wrong_signature", True)
    ]
    assert house.rows("SELECT accepted, refused FROM connection_day") == [(0, 1)]


def test_refused_deliveries_are_forgotten_after_seven_days(house: House) -> None:
    bea = house.bea
    with house.open():
        bea.post(bea.order("1"), **{"webhook-signature": "v1,AAAA"})
        house.work()
    house.later(7 * DAY - MINUTE)
    house.worker.housekeeping()
    assert house.value("SELECT count(*) FROM refused_delivery") == 1
    house.later(2 * MINUTE)
    house.worker.housekeeping()
    assert house.value("SELECT count(*) FROM refused_delivery") == 0


def test_an_unknown_endpoint_and_a_huge_body_are_turned_away_and_leave_nothing(house: House) -> None:
    with house.open() as edge:
        unknown = edge.client.post("/hooks/nobody-here", content=b"{}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_endpoint")
        huge = house.bea.post(b"x" * 1_000_001)
        assert (huge.status_code, huge.json()["code"]) == (413, "too_large")
        house.work()
    assert house.bea.inbox() == {}
    assert house.value("SELECT count(*) FROM refused_delivery") == 0


def with_net(net: str) -> bytes:
    """An order with one line whose amount is written exactly so."""
    return (
        b'{"order_id":"7","status":"captured","currency":"EUR","ordered_at":"2026-11-22T02:00:00Z",'
        b'"lines":[{"id":"1","net":' + net.encode() + b"}]}"
    )


BAD = {
    "not json": (b"<order/>", "bad_json"),
    "not an order": (b'{"hello":"world"}', "not_an_order"),
    "a list": (b"[1, 2]", "not_an_order"),
    "unknown currency": (with_net('"1.00"').replace(b"EUR", b"XXQ"), "unknown_currency"),
    "negative": (with_net('"-1.00"'), "negative_amount"),
    "NaN": (with_net("NaN"), "bad_amount"),
    "1e400": (with_net("1e400"), "bad_amount"),
    "beyond int64": (with_net('"99999999999999.00"'), "amount_too_large"),
    "unicode digits": (with_net('"\u0661\u0662"'), "bad_amount"),
    "lone surrogate": (with_net('"1.00"').replace(b'"7"', b'"\\ud800"'), "bad_text"),
    "NUL": (with_net('"1.00"').replace(b'"7"', b'"7\\u0000"'), "bad_text"),
    "deep nesting": (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "too_deep"),
    "twice the same key": (with_net('"1.00"').replace(b"{", b'{"order_id":"8",', 1), "duplicate_key"),
    "not UTF-8": (with_net('"1.00"').replace(b'"7"', b'"\xff"'), "bad_text"),
}


def test_what_can_not_be_read_is_parked_with_a_stable_reason(house: House) -> None:
    with house.open():
        for body, _ in BAD.values():
            assert house.bea.post(body).status_code == 200
        assert house.bea.post(house.bea.order("good")).status_code == 200
        house.work()
    parked = inbox.parked(house.bea.access)
    assert sorted(one.code for one in parked) == sorted(code for _, code in BAD.values())
    assert all(one.reason.endswith(".") and "\n" not in one.reason for one in parked)
    assert house.bea.inbox() == {"parked": len(BAD), "done": 1}, "and the good one is booked"
    assert house.bea.net("good") == 59_000_000
    assert house.rows("SELECT accepted, parked FROM connection_day") == [(len(BAD) + 1, len(BAD))]


def test_what_was_parked_is_booked_once_after_the_cause_is_gone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    bea = house.bea
    with house.open():
        click = bea.click()
        amount = json_input.amount

        def broken(holder: Any, key: str, **more: Any) -> Any:
            if holder.get(key) == "59.00":
                raise FanshareError("bad_amount", "An older version could not read this.")
            return amount(holder, key, **more)

        monkeypatch.setattr(json_input, "amount", broken)
        for _ in range(3):
            bea.post(bea.order("1", clicks=(click,)))
        house.work()
        assert (bea.inbox(), bea.net("1")) == ({"parked": 3}, None)
        monkeypatch.undo()
        one = inbox.parked(bea.access)[0].id
        assert inbox.retry(bea.access, [one]) == 1
        house.work()
        assert (bea.inbox(), bea.earned(bea.cleo)) == ({"parked": 2, "done": 1}, 7_080_000)
        assert inbox.retry(bea.access) == 2
        assert inbox.retry(bea.access) == 0
        house.work()
    assert (bea.inbox(), bea.earned(bea.cleo)) == ({"done": 3}, 7_080_000)
    assert house.value("SELECT count(*) FROM order_state") == 1


def test_a_shop_that_refuses_our_key_parks_until_the_key_is_right(house: House, shop: WooShop) -> None:
    bea = house.bea
    bea.typed_code("mira10")
    woo = bea.connect_woo(shop)
    house.conn.execute("UPDATE connection SET poll_cursor_at = %s WHERE id = %s", [house.now, woo.id])
    with house.open():
        shop.misbehave(Fault.DENIED)
        assert bea.send(woo.endpoint, recorded_deliveries()[0]) == 200
        house.work()
        assert [one.code for one in inbox.parked(bea.access)] == ["shop_refused"]
        inbox.retry(bea.access)
        house.work()
    assert (bea.inbox(), bea.net("14")) == ({"done": 1}, 44_625_822)


def test_a_shop_whose_address_can_not_be_asked_parks_with_that_reason(house: House, shop: WooShop) -> None:
    bea = house.bea
    woo = bea.connect_woo(shop)
    house.conn.execute("UPDATE connection SET base_url = 'http://shop.example' WHERE id = %s", [woo.id])
    with house.open():
        bea.send(woo.endpoint, recorded_deliveries()[0])
        bea.post(bea.order("1"))
        house.work()
        assert [one.code for one in inbox.parked(bea.access)] == ["bad_shop_url"]
        house.conn.execute("UPDATE connection SET base_url = %s WHERE id = %s", [shop.url, woo.id])
        inbox.retry(bea.access)
        house.work()
    assert (bea.inbox(), bea.net("14")) == ({"done": 2}, 44_625_822)


def test_a_connector_that_stumbles_parks_the_delivery_and_not_its_neighbours(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    bea = house.bea
    status = generic._status

    def stumble(order: Any) -> Any:
        if order.get("order_id") == "poison":
            raise KeyError("a bug")
        return status(order)

    monkeypatch.setattr(generic, "_status", stumble)
    with house.open():
        for number in ("1", "poison", "2"):
            bea.post(bea.order(number))
        house.work()
    assert [one.code for one in inbox.parked(bea.access)] == ["connector_failed"]
    assert bea.inbox() == {"done": 2, "parked": 1}


_CRASHER = """
import os, sys
from pathlib import Path
from fanshare.config.clock import FileClock
from fanshare.config.keys import Keys
from fanshare.integrations.generic import parse as generic
from fanshare.jobs.worker import Worker
from fanshare.store.access import connect

status = generic._status
def crash(order):
    if order.get("order_id") == "poison":
        os._exit(9)
    return status(order)
generic._status = crash
home = Path(sys.argv[1])
Worker(connect(sys.argv[2]), home, Keys(b"m" * 32), FileClock(home / "clock")).until_quiet()
"""


def test_a_delivery_that_kills_the_worker_is_parked_after_the_third_time_and_its_neighbours_are_not(
    house: House,
) -> None:
    bea = house.bea
    with house.open():
        for number in ("1", "2", "poison", "3"):
            bea.post(bea.order(number))
    house.worker.shut()
    command = [sys.executable, "-c", _CRASHER, str(house.home), house.database.dsn()]
    ends = []
    for _ in range(4):
        ends.append(subprocess.run(command, capture_output=True, timeout=60, env={**os.environ}).returncode)
        house.later(3 * MINUTE)
    assert ends == [9, 9, 9, 0]
    assert [one.code for one in inbox.parked(bea.access)] == ["crashed"]
    assert bea.inbox() == {"done": 3, "parked": 1}
    assert bea.net("3") == 59_000_000


def test_raw_bodies_are_sealed_and_can_not_be_read_once_their_day_key_is_dropped(house: House) -> None:
    bea = house.bea
    with house.open():
        bea.post(bea.order("1"))
        bea.post(b'{"hello":"world"}')
        house.work()
    rows = house.rows("SELECT id, received_at, sealed_body FROM delivery ORDER BY received_at, id")
    assert all(b"buyer-1" not in bytes(body) for _, _, body in rows)
    opened = b"".join(DayKeys(house.conn, KEYS).unseal(at, bytes(body), bytes(id_)) for id_, at, body in rows)
    assert b"buyer-1@example.test" in opened
    house.later(32 * DAY)
    house.worker.housekeeping()
    with pytest.raises(FanshareError, match="dropped after 30 days"):
        DayKeys(house.conn, KEYS).unseal(rows[0][1], bytes(rows[0][2]), bytes(rows[0][0]))
    kept = json.dumps([str(row) for row in house.rows("SELECT view::text, document FROM shop_order, order_state")])
    assert "example.test" not in kept, "what is kept names nobody"
    inbox.retry(bea.access)
    house.work()
    assert [one.code for one in inbox.parked(bea.access)] == ["body_dropped"]


def test_a_flood_at_one_programme_does_not_hold_up_another(house: House) -> None:
    quiet = Brand.founded(house, "quiet")
    bea = house.bea
    with house.open():
        for number in range(60):
            bea.post({"orders": [bea.order(f"{number}-{part}") for part in range(20)]})
        quiet.post(quiet.order("q1", clicks=(quiet.click(),)))
        for _ in range(2):
            house.worker.round()
        assert quiet.earned(quiet.cleo) == 7_080_000
        assert (bea.inbox().get("new", 0), bea.sound(), quiet.sound()) == (0, True, True)
        assert house.value("SELECT count(*) FROM settle_due WHERE due_at <= %s", house.now) > 0, "the flood goes on"
        house.work()
    assert house.value("SELECT count(*) FROM shop_order WHERE status = 'captured'") == 1_201
