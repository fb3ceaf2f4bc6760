"""Keys, scopes, limits and repetitions: who may do what, how often, and what the same request answers."""

import threading
from typing import Any

import pytest

from fanshare.api.limits import Limiter
from fanshare.core.instants import MINUTE
from fanshare.flows.api_keys import end_key, keys, make_key
from fanshare.flows.authorisation import API, Scope
from tests.api.support.desk import Client, Served
from tests.api.support.desk import served as serving
from tests.jobs.house import House

LINK = {
    "destination": "https://shop.example/linen",
    "label": {"country": "DE", "platform": "instagram", "text": "Werbung"},
}
EXPENSE = {"creator": "x", "amount": {"micros": "42000000", "currency": "EUR"}, "what_for": "The train"}
PRODUCT = {"title": "Linen", "url": "https://shop.example/linen"}


def operations() -> dict[str, Any]:
    """Every operation of the API by the name it asks the table for, with its method and path."""
    from fanshare.config.urls import api

    found: dict[str, Any] = {}
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for one in view.operations:
                name = getattr(one.view_func, "operation", "")
                assert name not in found, f"{name} guards two operations"
                found[name] = (one.methods[0], f"{prefix}{path}")
    return found


def test_every_operation_is_in_the_table_and_the_table_holds_no_other(served: Served) -> None:
    assert operations().keys() == API.keys()


def test_a_key_may_do_what_its_scopes_say_and_nothing_else(served: Served) -> None:
    """Every operation with every single scope: 403 unless the table says otherwise, and never before 401."""
    clients = {scope: served.client(scope) for scope in Scope}
    for name, (method, path) in operations().items():
        address = path.replace("{creator}", "x").replace("{version}", "1").replace("{party}", "x")
        for part in ("order", "code", "fan", "target", "claim", "product", "run", "expense"):
            address = address.replace(f"{{{part}}}", "1")
        body: Any = {} if method in ("POST", "PUT", "PATCH") else None
        anonymous = served.http.request(method, f"/api/v1{address}", json=body)
        assert (anonymous.status_code, anonymous.json()["code"]) == (401, "bad_key")
        for scope, client in clients.items():
            if API[name] is not scope:
                answer = served.http.request(
                    method, f"/api/v1{address}", json=_valid(name), headers={"authorization": f"Bearer {client.key}"}
                )
                assert (name, scope, answer.status_code) == (name, scope, 403 if _reaches(answer) else 422)


def _valid(name: str) -> Any:
    """A body that is as documented, so that the guard is what answers."""
    state = {"state": "paused"}
    bodies: dict[str, Any] = {
        "api.terms.publish": {"document": {}},
        "api.creators.add": {"name": "x"},
        "api.creators.group": {"group": ""},
        "api.creators.fan_part": {"basis_points": 0},
        "api.fans.add": {"is_adult": True},
        "api.links.add": {**LINK, "creator": "x"},
        "api.links.state": state,
        "api.codes.add": {"creator": "x", "text": "X", "label": LINK["label"]},
        "api.codes.state": state,
        "api.credit_codes.remove": {"codes": ["X1"]},
        "api.credit_codes.take": {"codes": [{"code": "X1", "value": {"micros": "5000000", "currency": "EUR"}}]},
        "api.products.take": {"products": [{"id": "1", **PRODUCT}]},
        "api.products.put": PRODUCT,
        "api.orders.report": {"order_id": "1"},
        "api.rulings.add": {"kind": "denied", "order": "1", "reason": "x"},
        "api.claims.add": {"party": "x", "number": "1"},
        "api.expenses.check": EXPENSE,
        "api.expenses.agree": EXPENSE,
        "api.expenses.confirm": {"amount": EXPENSE["amount"]},
        "api.terms.check": {"document": {}},
        "api.targets.add": {"url": "https://x.example/", "types": ["terms.published"]},
        "api.targets.change": {},
        "api.targets.replay": {"first": "0"},
    }
    return bodies.get(name)


def _reaches(answer: Any) -> bool:
    """Only ``/clicks`` lacks what it needs here; everything else reaches its guard."""
    return not (answer.status_code == 422 and "/clicks" in str(answer.url))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer x",
        "Basic abc",
        "Bearer fsk_a_b_c",
        "Bearer fsk_" + "0" * 16 + "_" + "0" * 12 + "_" + "0" * 40,
    ],
)
def test_what_is_no_key_is_refused_in_the_same_words(served: Served, header: str) -> None:
    answer = served.http.get("/api/v1/programme", headers={"authorization": header} if header else {})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "bad_key"


def test_a_key_with_one_letter_changed_or_ended_opens_nothing(served: Served, house: House) -> None:
    api = served.client(Scope.READ)
    api.get("/programme")
    other = "0" if api.key[-1] != "0" else "1"
    Client(served.http, api.key[:-1] + other).get("/programme", 401)
    (listed,) = keys(house.bea.access)
    assert listed.used_at == house.now
    end_key(house.bea.access, listed.public_id, house.now)
    api.get("/programme", 401)


def test_only_a_hash_of_the_secret_is_kept(served: Served, house: House) -> None:
    _, key = make_key(house.bea.access, house.bea.tenant.public_id, "till", ["read"], house.now)
    secret = key.rpartition("_")[2]
    (row,) = house.rows("SELECT to_jsonb(k)::text FROM api_key k")
    assert secret not in row[0]
    assert secret.encode().hex() not in row[0]


def test_too_many_requests_are_told_when_to_go_on(house: House) -> None:
    with serving(house, limiter=Limiter(most=3)) as served:
        api, other = served.client(Scope.READ), served.client(Scope.READ)
        for left in (2, 1, 0):
            answer = served.http.get("/api/v1/programme", headers={"authorization": f"Bearer {api.key}"})
            assert answer.headers["ratelimit"].startswith(f'"key";r={left};')
        refused = served.http.get("/api/v1/programme", headers={"authorization": f"Bearer {api.key}"})
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert 0 < int(refused.headers["retry-after"]) <= 60
        other.get("/programme")
        house.later(MINUTE)
        api.get("/programme")


def test_the_same_request_with_the_same_key_is_answered_once(house: House, api: Client) -> None:
    once = {"idempotency-key": "make-cleo-2"}
    made = api.post("/creators", {"name": "Dana"}, headers=once)
    assert api.post("/creators", {"name": "Dana"}, headers=once) == made
    assert api.post("/creators", {"name": "Dora"}, 409, headers=once)["code"] == "key_reused"
    assert api.post("/fans", {"is_adult": True}, 409, headers=once)["code"] == "key_reused"
    assert [one["name"] for one in api.every("/creators")] == ["Cleo", "Dana"]


def test_what_was_refused_under_a_key_may_be_asked_again_rightly(api: Client) -> None:
    once = {"idempotency-key": "k"}
    body = {**LINK, "creator": "cleo", "destination": "javascript:alert(1)"}
    assert api.post("/links", body, 400, headers=once)["code"] == "bad_destination"
    assert api.post("/links", {**LINK, "creator": "cleo"}, headers=once)["state"] == "active"


def test_fifty_at_once_with_one_key_make_one_link(served: Served, house: House) -> None:
    api = served.client(Scope.LINKS, Scope.READ)
    before = len(api.every("/links", limit=50))
    answers: list[Any] = []

    def ask() -> None:
        answers.append(api.post("/links", {**LINK, "creator": "cleo"}, headers={"idempotency-key": "fifty"}))

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 50
    assert {one["code"] for one in answers} == {answers[0]["code"]}
    assert len(api.every("/links", limit=50)) == before + 1


def test_what_does_not_exist_is_a_problem_and_never_a_page(served: Served, api: Client) -> None:
    for method, path, status in [("GET", "/nothing", 404), ("DELETE", "/orders", 405), ("POST", "/links", 400)]:
        answer = served.http.request(
            method, f"/api/v1{path}", headers={"authorization": f"Bearer {api.key}"}, content=b"{"
        )
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json()["detail"]


def test_an_answer_too_large_to_be_meant_is_refused(served: Served, api: Client) -> None:
    answer = served.http.post(
        "/api/v1/orders",
        headers={"authorization": f"Bearer {api.key}", "content-type": "application/json"},
        content=b" " * ((1 << 20) + 1),
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
