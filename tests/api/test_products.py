"""Products by the API: told again they change nothing, refused one by one, kept apart by programme and shop."""

from typing import Any

from fanshare.flows.authorisation import Scope
from tests.api.support.desk import Client, Served
from tests.jobs.house import Brand

SHIRT: dict[str, Any] = {
    "title": "Shirt",
    "url": "https://shop.example/shirt",
    "price": {"micros": "59000000", "currency": "EUR"},
    "picture": "https://cdn.example/shirt.jpg",
}


def counts(answer: Any) -> list[int]:
    return [answer[name] for name in ("new", "changed", "same", "gone")]


def test_products_are_told_changed_and_let_go_by_what_they_are_now(api: Client) -> None:
    many = {"products": [{"id": f"{n}", **SHIRT} for n in range(3)]}
    assert counts(api.put("/products", many)) == [3, 0, 0, 0]
    assert counts(api.put("/products", many)) == [0, 0, 3, 0]
    assert [one["id"] for one in api.every("/products")] == ["0", "1", "2"]
    one = api.put("/products/1", {**SHIRT, "sold_out": True})
    assert (one["sold_out"], one["price"], one["picture"]) == (True, SHIRT["price"], "waiting")
    gone = api.put("/products", {"products": [{"id": "2", **SHIRT, "gone": True}, {"id": "9", **SHIRT, "gone": True}]})
    assert counts(gone) == [0, 0, 1, 1], "what was never here can't go"
    assert [one["id"] for one in api.every("/products", state="on_sale")] == ["0"]
    assert [one["id"] for one in api.every("/products", state="sold_out")] == ["1"]
    assert api.get("/products/2")["gone_at"]
    assert api.get("/products/9", 404)["code"] == "unknown_product"


def test_what_cannot_be_taken_is_refused_by_its_place_and_the_rest_is_taken(api: Client) -> None:
    told = [
        {"id": "1", **SHIRT},
        {"id": "1", **SHIRT},
        {"id": "2", **SHIRT, "url": "https://elsewhere.example/shirt"},
        {"id": "3", **SHIRT, "price": {"micros": "-1", "currency": "EUR"}},
        {"id": "4", **SHIRT, "picture": "file:///etc/passwd"},
        {"id": "5", **SHIRT, "title": "a\u0007"},
    ]
    answer = api.put("/products", {"products": told})
    assert [(one["place"], one["code"]) for one in answer["refused"]] == [
        (2, "twice"),
        (3, "destination_not_allowed"),
        (4, "bad_price"),
        (5, "bad_picture_address"),
        (6, "bad_title"),
    ]
    assert counts(answer) == [1, 0, 0, 0]
    assert (
        api.put("/products/7", {**SHIRT, "url": "https://elsewhere.example/"}, 400)["code"] == "destination_not_allowed"
    )
    assert api.put("/products/7", {**SHIRT, "shop": "nowhere"}, 404)["code"] == "unknown_shop"
    assert api.put("/products", {"products": []}, 422)["code"] == "invalid"


def test_a_repeated_request_has_one_answer(api: Client) -> None:
    once = {"Idempotency-Key": "first"}
    told = {"products": [{"id": "1", **SHIRT}]}
    first = api.put("/products", told, headers=once)
    assert api.put("/products", told, headers=once) == first
    assert counts(first) == [1, 0, 0, 0], "the second one would have said: the same"
    assert api.put("/products", {"products": [{"id": "2", **SHIRT}]}, 409, headers=once)["code"] == "key_reused"


def test_a_key_that_may_only_read_tells_nothing_and_another_brand_sees_nothing(served: Served, api: Client) -> None:
    api.put("/products/1", SHIRT)
    reader = served.client(Scope.READ)
    assert reader.get("/products/1")["title"] == "Shirt"
    assert reader.put("/products/1", SHIRT, 403)["code"] == "scope_missing"
    other = served.client(brand=Brand.founded(served.house, "dora"))
    assert other.every("/products") == []
    assert other.get("/products/1", 404)["code"] == "unknown_product"
    assert other.put("/products/1", SHIRT)["id"] == "1"
    assert len(api.every("/products")) == 1
