"""A Shopify shop through the whole house: its signed messages by the real edge, asked over real HTTP, or not at all."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, MINUTE, SECOND, format_rfc3339
from fanshare.flows import compliance, connection_changes
from fanshare.flows.connections import Connection as ShopConnection
from fanshare.flows.connections import NewConnection, add_connection
from fanshare.flows.day_keys import DayKeys
from fanshare.flows.doctor_programme import programme_remarks
from fanshare.integrations.registry import connector
from fanshare.integrations.shopify.verify import signature_of
from fanshare.store.queries import compliance as rows
from tests.integrations.shopify.story import SECRET, example, line, money, order, refund
from tests.jobs.house import House
from tests.support.shopify_shop import ShopifyShop

NUMBER = "5678901234567"


@pytest.fixture
def shop() -> Iterator[ShopifyShop]:
    with ShopifyShop() as running:
        yield running


def connected(house: House, shop: ShopifyShop | None = None) -> ShopConnection:
    """By an app that can ask, or by the webhooks of the shop's own settings."""
    api = None if shop is None else (shop.client_id, shop.client_secret)
    url = "https://linen.myshopify.com" if shop is None else shop.url
    new = NewConnection(
        "shopify", url, (SECRET.decode(),), api, ("shop.example",), f"shopify-{'b' if api is None else 'a'}"
    )
    kind = connector("shopify")
    return add_connection(
        house.bea.programme,
        new,
        house.now - DAY,
        can_fetch=kind.can_fetch,
        reports_fulfilment=kind.reports_fulfilment,
    )


def post(house: House, at: ShopConnection, topic: str, document: dict[str, Any], family: str = "x-shopify-") -> int:
    """Post a signed message; the status of the answer."""
    raw = json.dumps(document).encode()
    headers = {f"{family}topic": topic, f"{family}hmac-sha256": signature_of(SECRET, raw)}
    headers[f"{family}triggered-at"] = format_rfc3339(house.now)
    return house.edge.client.post(f"/hooks/{at.endpoint}", content=raw, headers=headers).status_code


def sale(house: House, click: str, **more: Any) -> dict[str, Any]:
    """59.00 of goods, 5.00 shipping, just now, by somebody who came by a link."""
    at = format_rfc3339(house.now)
    note = [{"name": "fs_path", "value": click}]
    moments = {"created_at": at, "processed_at": at, "updated_at": at}
    return {**order(line(1, "59.00"), total="64.00", note_attributes=note, **moments), **more}


def given_back(house: House, sold: dict[str, Any]) -> dict[str, Any]:
    """The same order after 20.00 of its goods went back."""
    later = format_rfc3339(house.now + MINUTE)
    back = refund(7, (1, "20.00", "0.00"), paid="20.00", created_at=later)
    return {**sold, "financial_status": "partially_refunded", "refunds": [back], "updated_at": later}


def bodies(house: House) -> list[bytes]:
    """All raw deliveries that are still held, opened."""
    keys = DayKeys(house.conn, house.bea.programme.keys)
    found = house.rows("SELECT received_at, id, sealed_body FROM delivery WHERE sealed_body IS NOT NULL")
    return [msgspec.msgpack.decode(keys.unseal(at, bytes(sealed), bytes(id_)))[1] for at, id_, sealed in found]


def codes(house: House) -> set[str]:
    """What the doctor finds about the programme."""
    return {remark.code for remark in programme_remarks(house.bea.access, "Bea", house.now)}


@pytest.mark.parametrize("family", ["x-shopify-", "shopify-"])
def test_a_sale_and_its_refund_without_an_app(house: House, family: str) -> None:
    at = connected(house)
    with house.open():
        sold = sale(house, house.bea.click())
        assert post(house, at, "orders/create", sold, family) == 200
        house.work()
        assert house.bea.net(NUMBER) == 59_000_000
        assert house.bea.earned(house.bea.cleo) > 0
        changed = given_back(house, sold)
        # The refund's own message holds no order; the order that follows does.
        assert post(house, at, "refunds/create", {**changed["refunds"][0], "order_id": sold["id"]}, family) == 200
        assert post(house, at, "orders/updated", changed, family) == 200
        house.work()
    assert house.bea.net(NUMBER) == 39_000_000
    assert house.bea.inbox() == {"done": 3}
    assert house.bea.sound()


def test_a_sale_and_its_refund_with_an_app_are_asked_for(house: House, shop: ShopifyShop) -> None:
    at = connected(house, shop)
    with house.open():
        sold = sale(house, house.bea.click())
        # What the message says is only a reason to ask: the shop's answer counts.
        shop.put(sold)
        assert post(house, at, "orders/create", {**sold, "line_items": [line(1, "1.00")]}) == 200
        house.work()
        assert house.bea.net(NUMBER) == 59_000_000
        shop.put(given_back(house, sold))
        assert post(house, at, "refunds/create", {"id": 7, "order_id": sold["id"]}) == 200
        house.work()
    assert house.bea.net(NUMBER) == 39_000_000
    assert house.bea.sound()


def test_any_order_of_messages_with_repetitions_ends_in_the_same_books(house: House) -> None:
    at = connected(house)
    earned = set()
    with house.open():
        for number, permuted in enumerate(itertools.permutations(range(3))):
            base = sale(
                house, house.bea.click(), id=1_000 + number, email=f"buyer-{number}@example.test", customer=None
            )
            paid = {**base, "updated_at": format_rfc3339(house.now + SECOND)}
            story = [{**base, "financial_status": "pending"}, paid, given_back(house, base)]
            before = house.bea.earned(house.bea.cleo)
            for step in (*permuted, permuted[0], permuted[-1]):
                assert post(house, at, "orders/updated", story[step]) == 200
                house.work()
            assert house.bea.net(str(base["id"])) == 39_000_000
            earned.add(house.bea.earned(house.bea.cleo) - before)
    assert len(earned) == 1
    assert house.bea.sound()


def test_a_wrong_signature_and_a_borrowed_topic_change_nothing(house: House) -> None:
    at = connected(house)
    with house.open():
        sold = sale(house, house.bea.click())
        assert post(house, at, "orders/create", sold) == 200
        house.work()
        raw = json.dumps({"id": sold["id"]}).encode()
        forged = {"x-shopify-topic": "orders/delete", "x-shopify-hmac-sha256": signature_of(b"guess", raw)}
        assert house.edge.client.post(f"/hooks/{at.endpoint}", content=raw, headers=forged).status_code == 401
        # Properly signed bytes under topics they were never sent with.
        for topic in ("orders/delete", "app/uninstalled", "shop/redact", "customers/redact"):
            assert post(house, at, topic, sold) == 200
        house.work()
    assert house.bea.net(NUMBER) == 59_000_000
    assert house.bea.inbox() == {"done": 1, "parked": 4}
    assert connection_changes.find(house.bea.programme, at.endpoint).on


def test_a_deletion_takes_effect_after_its_notice(house: House, shop: ShopifyShop) -> None:
    at = connected(house, shop)
    shop.scopes = "read_orders"
    with house.open():
        sold = sale(house, house.bea.click())
        shop.put(sold)
        assert post(house, at, "orders/create", sold) == 200
        house.work()
        shop.orders.clear()
        # Without the scope for old orders silence proves nothing, unless the shop says the same itself.
        assert post(house, at, "orders/updated", sold) == 200
        house.work()
        assert house.bea.inbox() == {"done": 1, "parked": 1}
        assert post(house, at, "orders/delete", {"id": sold["id"]}) == 200
        house.work()
        assert house.bea.earned(house.bea.cleo) > 0
        house.later(4 * DAY)
        house.worker.housekeeping()
        house.work()
    assert house.bea.earned(house.bea.cleo) == 0


# The app is removed


def test_a_removed_app_is_asked_no_more_and_what_it_still_sends_is_taken(house: House, shop: ShopifyShop) -> None:
    at = connected(house, shop)
    with house.open():
        sold = sale(house, house.bea.click())
        assert post(house, at, "app/uninstalled", example("app/uninstalled")) == 200
        house.work()
        asked = len(shop.asked)
        assert connection_changes.find(house.bea.programme, at.endpoint).uninstalled
        assert post(house, at, "orders/create", sold) == 200
        house.work()
        house.worker.housekeeping()
    assert house.bea.net(NUMBER) == 59_000_000
    assert len(shop.asked) == asked
    assert "shop_off" in codes(house) or "uninstalled" in str(codes(house))


def test_an_old_removal_that_comes_again_does_not_shut_a_connection_that_was_opened(
    house: House, shop: ShopifyShop
) -> None:
    at = connected(house, shop)
    removal = example("app/uninstalled")
    removed_at = house.now
    with house.open():
        assert post(house, at, "app/uninstalled", removal) == 200
        house.work()
        house.later(DAY)
        found = connection_changes.find(house.bea.programme, at.endpoint)
        assert connection_changes.resume(house.bea.programme, found, house.now)
        house.worker.housekeeping()
        raw = json.dumps(removal).encode()
        again = {"x-shopify-topic": "app/uninstalled", "x-shopify-hmac-sha256": signature_of(SECRET, raw)}
        again["x-shopify-triggered-at"] = format_rfc3339(removed_at)
        assert house.edge.client.post(f"/hooks/{at.endpoint}", content=raw, headers=again).status_code == 200
        house.work()
        assert connection_changes.find(house.bea.programme, at.endpoint).on
        # The negative control: a new removal does.
        house.later(DAY)
        assert post(house, at, "app/uninstalled", removal) == 200
        house.work()
    assert not connection_changes.find(house.bea.programme, at.endpoint).on


# What customers wish


def wish(topic: str, **more: Any) -> dict[str, Any]:
    """About the buyer of ``sale``."""
    customer = {"id": 207_119_551_000, "email": "finn@example.test", "phone": "555"}
    orders = "orders_requested" if topic == "customers/data_request" else "orders_to_redact"
    return {"shop_id": 954_889, "shop_domain": "linen.myshopify.com", "customer": customer, orders: [], **more}


def two_sales(house: House, at: ShopConnection) -> tuple[dict[str, Any], dict[str, Any]]:
    """One of the customer in question, one of somebody else."""
    hers = sale(house, house.bea.click())
    other = sale(house, house.bea.click(), id=999, email="stray@example.test", customer={"id": 42})
    for sold in (hers, other):
        assert post(house, at, "orders/create", sold) == 200
    house.work()
    return hers, other


def test_to_be_forgotten_drops_what_names_her_and_moves_no_cent(house: House) -> None:
    at = connected(house)
    with house.open():
        two_sales(house, at)
        earned = house.bea.earned(house.bea.cleo)
        assert sum(b"finn@example.test" in body for body in bodies(house)) == 1
        assert post(house, at, "customers/redact", wish("customers/redact")) == 200
        house.work()
        house.worker.housekeeping()
        held = bodies(house)
    # Also the wish itself, which names her, is gone; whatever names others is not.
    assert [b"stray@example.test" in body for body in held] == [True]
    assert house.bea.earned(house.bea.cleo) == earned
    [request] = rows.requests(house.bea.access, done=True)
    assert request.done_at == house.now
    assert request.sealed is None
    assert request.outcome.startswith("2 raw messages dropped")
    assert house.bea.sound()


def test_whoever_is_still_to_be_read_is_read_first(house: House) -> None:
    at = connected(house)
    with house.open():
        two_sales(house, at)
        assert post(house, at, "customers/redact", wish("customers/redact")) == 200
        house.work()
        house.conn.execute(
            "UPDATE delivery SET state = 'new', retry_at = %s WHERE topic = 'orders/create'", [house.now + DAY]
        )
        compliance.work_off(house.bea.programme, house.now)
        assert [one.done_at for one in rows.requests(house.bea.access)] == [None]
        house.conn.execute("UPDATE delivery SET state = 'done' WHERE state = 'new'")
        assert compliance.work_off(house.bea.programme, house.now) == 1
    assert not any(b"finn@example.test" in body for body in bodies(house))


def test_a_wish_that_is_not_worked_off_in_time_is_said(house: House) -> None:
    at = connected(house)
    with house.open():
        assert post(house, at, "customers/redact", wish("customers/redact")) == 200
        house.work()
    house.conn.execute("UPDATE compliance_request SET done_at = NULL, outcome = '', due_at = %s", [house.now - DAY])
    assert "redactions_late" in codes(house)


def test_the_same_wish_twice_is_one(house: House) -> None:
    at = connected(house)
    with house.open():
        for _ in range(3):
            assert post(house, at, "customers/redact", wish("customers/redact")) == 200
            house.work()
            house.worker.housekeeping()
    assert len(rows.requests(house.bea.access, done=True)) == 1


def test_to_see_what_is_held_waits_for_a_person(house: House) -> None:
    at = connected(house)
    with house.open():
        two_sales(house, at)
        asked = wish("customers/data_request", data_request={"id": 9_999})
        for _ in range(2):
            assert post(house, at, "customers/data_request", asked) == 200
        house.work()
        house.worker.housekeeping()
    [request] = rows.requests(house.bea.access)
    assert request.due_at == request.received_at + 30 * DAY
    assert "data_requests" in codes(house)
    found = compliance.held(house.bea.programme, request.id, house.now)
    assert [(one.order, one.net, one.currency, one.clicks) for one in found.orders] == [(NUMBER, 59_000_000, "EUR", 1)]
    # Finn buys with the address he is known by as a fan.
    assert [kind for _, kind in found.parties] == ["fan"]
    assert found.raw_messages == 3
    assert "finn@example.test" not in str(found)
    compliance.answered(house.bea.programme, request.id, house.now)
    assert "data_requests" not in codes(house)
    with pytest.raises(ConflictError):
        compliance.answered(house.bea.programme, request.id, house.now)


def test_only_a_persons_answer_is_a_persons_to_give(house: House) -> None:
    at = connected(house)
    with house.open():
        assert post(house, at, "customers/redact", wish("customers/redact")) == 200
        house.work()
    [request] = rows.requests(house.bea.access, done=True)
    for number, code in ((request.id, "not_yours_to_close"), (request.id + 1, "unknown_request")):
        with pytest.raises(BadInputError) as caught:
            compliance.answered(house.bea.programme, number, house.now)
        assert caught.value.code == code


def test_a_shop_that_left_takes_its_raw_messages_with_it(house: House) -> None:
    at = connected(house)
    with house.open():
        two_sales(house, at)
        assert post(house, at, "shop/redact", {"shop_id": 1, "shop_domain": "linen.myshopify.com"}) == 200
        house.work()
        house.worker.housekeeping()
    assert bodies(house) == []
    assert house.bea.net(NUMBER) == 59_000_000


def test_nothing_of_a_wish_is_kept_in_clear_text(house: House) -> None:
    """The canaries of a request: her number and address are nowhere in the database."""
    at = connected(house)
    with house.open():
        assert post(house, at, "customers/data_request", wish("customers/data_request", data_request={"id": 1})) == 200
        house.work()
    dump = str(house.rows("SELECT to_jsonb(r) FROM compliance_request r"))
    assert "finn@example.test" not in dump
    assert "207119551000" not in dump
    # The probe does see what is there.
    assert at.endpoint in str(house.rows("SELECT to_jsonb(c) FROM connection c"))


def test_prices_in_the_buyers_currency_are_booked_in_the_shops(house: House) -> None:
    at = connected(house)
    with house.open():
        item = line(1, "63.72", price_set=money("59.00", "EUR", "63.72", "USD"))
        total = {"total_price": "63.72", "total_price_set": money("59.00", "EUR", "63.72", "USD")}
        sold = sale(house, house.bea.click(), line_items=[item], presentment_currency="USD", **total)
        assert post(house, at, "orders/create", sold) == 200
        house.work()
    assert house.bea.net(NUMBER) == 59_000_000
