"""Orders, shares, balances, decisions and statements by the API: exact, paged, once."""

from typing import Any

import pytest

from fanshare.core.instants import DAY
from fanshare.core.statement_check import verify
from fanshare.store.signing import verify as verify_signature
from tests.api.support.desk import Client, Served
from tests.jobs.house import Brand, House
from tests.support.last_lock import behind_the_log, executed, only_what_must

#: Statements of an order over the API, apart from the one that finds its programme and the transaction's own.
MOST = 21
SALE = {"micros": "7080000", "currency": "EUR"}


def sold(house: House, api: Client, number: str, **more: Any) -> Any:
    """An order that Cleo's link brought, settled."""
    with house.open():
        click = house.bea.click()
    made = api.post("/orders", house.bea.order(number, clicks=(click,), **more))
    house.work()
    return made


def test_a_reported_order_earns_within_the_second(house: House, api: Client) -> None:
    made = sold(house, api, "1001")
    assert (made["changed"], made["order"]["settled"]) == (True, False)
    order = api.get(f"/orders/{made['order']['id']}")
    assert (order["number"], order["status"], order["settled"]) == ("1001", "captured", True)
    assert (order["goods"], order["commission"]) == ({"micros": "59000000", "currency": "EUR"}, SALE)
    (share,) = order["shares"]
    assert (share["role"], share["amount"], share["bucket"]) == ("creator", SALE, "pending")
    assert "12 %" in share["sentence"]
    assert share["why"].startswith("https://share.example/why/")
    (balance,) = api.every("/balances")
    assert (balance["party"], balance["pending"]) == (share["party"], SALE)
    assert house.bea.sound()


def test_an_order_locks_the_log_last_and_takes_few_statements(
    house: House, api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    clicks = house_click(house), house_click(house)
    api.post("/orders", house.bea.order("1001", clicks=clicks[:1]))  # connects, and reads the terms once
    with executed(monkeypatch) as told:
        api.post("/orders", house.bea.order("1002", clicks=clicks[1:]))
    behind = behind_the_log(told, until="")
    assert only_what_must(behind), behind
    assert len(told) <= MOST, "\n".join(told)


def test_told_again_after_a_refund_it_moves_the_shares_and_told_twice_nothing(house: House, api: Client) -> None:
    document = house.bea.order("1001", clicks=(house_click(house),))
    first = api.post("/orders", document)
    assert api.post("/orders", document) == {**first, "changed": False}
    house.work()
    house.later(DAY)
    refund = {"id": "r1", "created_at": document["ordered_at"], "amount": "20.00"}
    later = {**house.bea.order("1001"), **document, "modified_at": house.bea.order("x")["modified_at"]}
    api.post("/orders", {**later, "refunds": [refund]})
    house.work()
    assert api.get(f"/orders/{first['order']['id']}")["commission"]["micros"] == "4680000"
    assert house.bea.sound()


def house_click(house: House) -> str:
    with house.open():
        return house.bea.click()


def test_an_order_that_is_none_is_refused_with_the_field_and_changes_nothing(house: House, api: Client) -> None:
    order = house.bea.order("1001")
    wrong = [
        ({**order, "currency": "XXX"}, "unknown_currency"),
        ({**order, "lines": [{"id": "1", "net": "1e400"}]}, None),
        ({**order, "status": "sold"}, "bad_status"),
        ({"orders": [order, {**order, "order_id": "2"}], "order_id": "1"}, "not_an_order"),
    ]
    for body, code in wrong:
        problem = api.call("POST", "/orders", 422 if code == "not_an_order" else 400, json=body)
        assert code is None or problem["code"] == code
        assert problem["detail"]
    assert api.every("/orders") == []


def test_the_deletion_of_an_order_that_was_never_told_is_refused_and_changes_nothing(house: House, api: Client) -> None:
    gone = {"order_id": "never", "modified_at": house.bea.order("x")["modified_at"], "status": "deleted"}
    problem = api.call("POST", "/orders", 404, json=gone)
    assert problem["code"] == "unknown_order"
    assert api.every("/orders") == []
    made = api.post("/orders", house.bea.order("1001"))
    deleted = api.post("/orders", {**gone, "order_id": "1001"})
    assert deleted["order"]["id"] == made["order"]["id"]


def test_lists_go_on_behind_their_cursor_and_hold_everything_once(house: House, api: Client) -> None:
    ids = [api.post("/orders", house.bea.order(str(number)))["order"]["id"] for number in range(7)]
    assert [row["id"] for row in api.every("/orders", limit=3)] == ids
    at = house.bea.order("x")["ordered_at"]
    assert len(api.every("/orders", placed_since=at)) == 7
    assert api.every("/orders", placed_until=at) == []


def test_a_decision_is_logged_and_moves_the_money(house: House, api: Client) -> None:
    order = sold(house, api, "1001")["order"]["id"]
    made = api.post("/rulings", {"kind": "denied", "order": order, "reason": "The buyer was Cleo herself."})
    assert (made["kind"], made["order"], made["decided_by"][:4]) == ("denied", order, "api:")
    house.work()
    assert api.get(f"/orders/{order}")["commission"]["micros"] == "0"
    assert api.every("/rulings", order=order) == [made]
    refused = api.call("POST", "/rulings", 400, json={"kind": "held", "order": order, "reason": "Look."})
    assert refused["code"] == "hold_without_end"
    assert api.call("POST", "/rulings", 404, json={"kind": "denied", "order": "999", "reason": "x"})["code"]


def test_a_statement_verifies_offline(house: House, api: Client) -> None:
    sold(house, api, "1001")
    (creator,) = api.every("/creators")
    statement = api.get(f"/statements/{creator['id']}")
    assert verify(statement, verify_signature).ok
    older = int(statement["checkpoint"].splitlines()[1])
    assert api.get(f"/statements/{creator['id']}", params={"older_size": older})["consistency"]["size"] == older
    assert api.get("/statements/nobody", 404)["code"] == "unknown_party"


def test_another_programmes_key_sees_none_of_it(served: Served, house: House, api: Client) -> None:
    other = served.client(brand=Brand.founded(house, "other"))
    order = sold(house, api, "1001")["order"]["id"]
    assert other.get(f"/orders/{order}", 404)["code"] == "unknown_order"
    assert other.every("/orders") == []
    assert other.every("/shares") == []
    (cleo,) = api.every("/creators")
    assert other.get(f"/creators/{cleo['id']}", 404)["code"] == "unknown_party"
    assert other.get(f"/statements/{cleo['id']}", 404)["code"] == "unknown_party"
    assert other.call("POST", "/rulings", 404, json={"kind": "denied", "order": order, "reason": "x"})
