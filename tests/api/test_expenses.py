"""Expenses by the API: looked at, agreed once, confirmed once with what was read, taken back, read by few."""

from typing import Any

import pytest

from fanshare.core.ledger import AccountKind
from fanshare.flows.authorisation import Scope
from fanshare.store import books
from tests.api.support.desk import Client, Served
from tests.jobs.house import House

AMOUNT = {"micros": "42000000", "currency": "EUR"}
TRAIN = {"creator": "cleo", "amount": AMOUNT, "what_for": "The train to Lyon"}


def ready(house: House) -> int:
    """What is ready of everybody, in micros."""
    with house.open():
        found = books.balances(house.bea.access)
    return sum(amount for key, amount in found.items() if key.account.kind is AccountKind.AVAILABLE)


def seen(**more: Any) -> dict[str, Any]:
    return {"amount": AMOUNT, "receipt_seen": True, **more}


def test_it_is_looked_at_agreed_once_and_confirmed_once(house: House, api: Client) -> None:
    cleo = api.get("/creators/cleo")["id"]
    looked = api.post("/expenses/check", TRAIN, 200)
    assert (looked["creator"], looked["amount"], looked["receipt"]) == (cleo, AMOUNT, True)
    assert api.every("/expenses") == []
    trip = {"Idempotency-Key": "trip-77"}
    made = api.post("/expenses", TRAIN, headers=trip)
    assert api.post("/expenses", TRAIN, headers=trip) == made
    assert api.post("/expenses", {**TRAIN, "what_for": "A taxi"}, 409, headers=trip)["code"] == "key_reused"
    assert (made["state"], made["creator"], made["what_for"]) == ("open", cleo, TRAIN["what_for"])
    assert (ready(house), api.every("/expenses", creator="cleo", state="open")) == (0, [made])
    confirm = f"/expenses/{made['id']}/confirm"
    assert api.post(confirm, {"amount": AMOUNT}, 400)["code"] == "no_receipt"
    assert ready(house) == 0
    done = [api.post(confirm, seen(), 200, headers={"Idempotency-Key": "yes-77"}) for _ in range(2)]
    assert done[0] == done[1] == api.get(f"/expenses/{made['id']}")
    assert (done[0]["state"], done[0]["ended_at"] is not None) == ("confirmed", True)
    assert api.post(confirm, seen(), 409)["code"] == "expense_over"
    assert api.post(f"/expenses/{made['id']}/drop", None, 409)["code"] == "expense_over"
    assert ready(house) == 42_000_000
    clock = done[0]["clock"]
    assert (made["clock"], clock["step"], clock["waits"][0]["why"], clock["kept"]["micros"]) == (
        None, "ready", "run", "0")  # fmt: skip
    assert house.bea.sound()
    told = house.rows("SELECT actor, what FROM audit WHERE starts_with(what, 'expense.') ORDER BY id")
    assert [what for _, what in told] == ["expense.agree", "expense.confirm"]
    assert {actor[:4] for actor, _ in told} == {"api:"}


@pytest.mark.parametrize(
    "amount", [{"micros": "43000000", "currency": "EUR"}, {"micros": "42000000", "currency": "USD"}]
)
def test_another_amount_than_the_one_that_was_read_pays_nobody(
    house: House, api: Client, amount: dict[str, str]
) -> None:
    made = api.post("/expenses", TRAIN)
    refused = api.post(f"/expenses/{made['id']}/confirm", seen(amount=amount), 409)
    assert (refused["code"], ready(house)) == ("other_amount", 0)
    assert api.get(f"/expenses/{made['id']}")["state"] == "open"


def test_it_is_taken_back_and_not_confirmed_any_more(house: House, api: Client) -> None:
    kept, made = (api.post("/expenses", TRAIN) for _ in range(2))
    assert api.post(f"/expenses/{made['id']}/drop", None, 200)["state"] == "dropped"
    assert api.post(f"/expenses/{made['id']}/confirm", seen(), 409)["code"] == "expense_over"
    assert [one["id"] for one in api.every("/expenses", state="dropped")] == [made["id"]]
    assert [one["id"] for one in api.every("/expenses", limit=1)] == [kept["id"], made["id"]]
    assert ready(house) == 0


def test_who_may_pay_may_not_read_and_the_other_way_round(served: Served, api: Client) -> None:
    made = api.post("/expenses", TRAIN)
    reads, pays = served.client(Scope.PAYOUTS), served.client(Scope.EXPENSES)
    assert reads.every("/expenses") == [made]
    assert pays.get("/expenses", 403)["code"] == "scope_missing"
    for path, body in (("/expenses", TRAIN), (f"/expenses/{made['id']}/confirm", seen())):
        assert reads.post(path, body, 403)["code"] == "scope_missing"
    everything_else = served.client(*(one for one in Scope if one is not Scope.EXPENSES))
    assert everything_else.post(f"/expenses/{made['id']}/confirm", seen(), 403)["code"] == "scope_missing"


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"creator": "nobody"}, 404, "unknown_party"),
        ({"amount": {"micros": "1", "currency": "EUR"}}, 400, "bad_amount"),
        ({"amount": {"micros": "0", "currency": "EUR"}}, 400, "bad_amount"),
        ({"amount": {"micros": "-10000", "currency": "EUR"}}, 400, "bad_amount"),
        ({"amount": {"micros": "9" * 19, "currency": "EUR"}}, 400, "bad_amount"),
        ({"amount": {"micros": "42000000", "currency": "USD"}}, 400, "unknown_currency"),
        ({"amount": {"micros": "42000000", "currency": "XXX"}}, 400, "unknown_currency"),
        ({"amount": "42"}, 422, "invalid"),
        ({"what_for": " "}, 400, "words_missing"),
        ({"what_for": "x" * 301}, 422, "invalid"),
        ({"receipt": False}, 400, "no_sale"),
        ({"paid": True}, 422, "invalid"),
    ],
)
def test_what_is_no_expense_is_refused_and_leaves_nothing(
    api: Client, more: dict[str, Any], status: int, code: str
) -> None:
    for path in ("/expenses", "/expenses/check"):
        assert api.post(path, {**TRAIN, **more}, status)["code"] == code
    assert api.every("/expenses") == []
    assert api.get("/expenses/999", 404)["code"] == "unknown_expense"
    assert api.post(f"/expenses/{'9' * 18}/confirm", seen(), 404)["code"] == "unknown_expense"
    assert api.get("/expenses?creator=nobody", 404)["code"] == "unknown_party"
