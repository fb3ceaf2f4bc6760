"""Gifts and goals by the API: who gave whom how much, and how a goal stands."""

from fanshare.core.instants import DAY
from fanshare.core.money import MICROS
from fanshare.flows import gifts, goals
from tests.api.support.desk import Client
from tests.jobs.house import House
from tests.jobs.test_gifts import has_ready


def test_gifts_and_goals_are_told_as_they_stand(house: House, api: Client) -> None:
    bea = house.bea
    has_ready(house, 20 * MICROS)
    gifts.give(bea.programme, gifts.Wish(bea.finn, "cleo", "EUR", 2 * MICROS), "one", house.now)
    draft = goals.Draft("A loom", "For linen.", 10 * MICROS, house.now + 10 * DAY)
    goal = goals.make(bea.programme, bea.cleo, draft, "EUR", house.now)
    goals.give(bea.programme, goals.Wish(bea.finn, goal, 3 * MICROS), "two", house.now)
    first, second = api.every("/gifts")
    assert (first["state"], first["goal"], first["amount"]["micros"]) == ("kept", None, "2000000")
    assert (second["state"], second["goal"], second["amount"]["micros"]) == ("given", str(goal), "3000000")
    assert [one["id"] for one in api.every("/gifts?party=cleo")] == [first["id"], second["id"]]
    balance = next(one for one in api.every("/balances") if one["party"] == first["giver"])
    assert (balance["available"]["micros"], balance["in_transit"]["micros"]) == ("15000000", "3000000")
    (told,) = api.every("/goals?creator=cleo")
    assert (told["title"], told["state"], told["given"]["micros"], told["over_at"]) == (
        "A loom",
        "open",
        "3000000",
        None,
    )
    goals.withdraw(bea.programme, bea.cleo, goal, house.now)
    (told,) = api.every("/goals")
    assert (told["state"], told["given"]["micros"]) == ("withdrawn", "0")
    assert [one["state"] for one in api.every("/gifts")] == ["kept", "back"]
