"""Claims of missing sales by the API: made for somebody, listed for all, answered by nobody but a person."""

from base64 import b64encode
from typing import Any

import pytest

from fanshare.api.limits import Limiter
from fanshare.flows import claim_papers, claims, programme_words
from fanshare.flows.context import Programme
from tests.api.support.desk import Client
from tests.api.support.desk import served as serving
from tests.api.test_gate import LINK
from tests.jobs.house import House
from tests.web.test_creator_page import photo


def fan_of_cleo(api: Client) -> str:
    fan = api.post("/fans", {"is_adult": True, "name": "Fay"})["id"]
    api.post("/links", {**LINK, "creator": "cleo", "owner": fan})
    return str(fan)


def bea(house: House) -> Programme:
    return house.bea.programme


def test_a_claim_is_received_in_the_same_words_whatever_it_says_and_answered_by_a_person(
    house: House, api: Client
) -> None:
    order = api.post("/orders", house.bea.order("1001"))["order"]["id"]
    house.work()
    asked = {"party": "cleo", "number": "#1001", "receipt": "a photo", "words": "My sister bought it."}
    received = api.post("/claims", asked)
    assert received == api.post("/claims", {"party": "cleo", "number": "no such number"})
    assert received["received"] is True
    first, second = api.every("/claims", state="waiting")
    assert (first["role"], first["creator"], first["answer_by"]) == ("creator", first["party"], received["answer_by"])
    assert "sister" not in str(api.every("/claims"))
    claims.accept(bea(house), int(first["id"]), "receipt", "She showed it.", house.now)
    claims.refuse(bea(house), int(second["id"]), "Nobody bought.", house.now)
    house.work()
    taken = api.get(f"/claims/{first['id']}")
    assert (taken["state"], taken["basis"], taken["order"]) == ("accepted", "receipt", order)
    assert [one["id"] for one in api.every("/rulings", order=order)] == [taken["ruling"]]
    assert [one["id"] for one in api.every("/claims", state="refused")] == [second["id"]]
    assert api.every("/claims", state="waiting") == []
    assert api.get(f"/orders/{order}")["commission"]["micros"] == "7080000"


def test_a_fan_claims_through_a_creator_whom_he_shares_for(api: Client) -> None:
    fan, dana = fan_of_cleo(api), api.post("/creators", {"name": "Dana"})["id"]
    api.post("/claims", {"party": fan, "number": "1"})
    (made,) = api.every("/claims", party=fan)
    assert (made["role"], made["creator"]) == ("fan", api.get("/creators/cleo")["id"])
    stranger = {"party": fan, "number": "2", "creator": dana}
    assert api.post("/claims", stranger, 400)["code"] == "unknown_creator"
    api.post("/links", {**LINK, "creator": dana, "owner": fan})
    assert api.post("/claims", {"party": fan, "number": "3"}, 400)["code"] == "unknown_creator"
    api.post("/claims", stranger)
    assert api.post("/claims", {**stranger, "party": "cleo"}, 400)["code"] == "unknown_creator"


def test_a_receipt_alone_is_a_claim_with_the_same_answer(house: House, api: Client) -> None:
    paper = b64encode(photo("PNG")).decode()
    asked = {"party": "cleo", "receipt_file": paper}
    received = api.post("/claims", asked)
    assert received == api.post("/claims", asked) == api.post("/claims", {"party": "cleo", "number": "no such number"})
    first, second = api.every("/claims", state="waiting")
    kept = claim_papers.look(bea(house), int(first["id"]), house.now)
    assert kept.kind == "image/webp"
    assert b"SecretCamera" not in kept.content
    assert claims.look(bea(house), int(first["id"]), house.now).said.paper
    assert not claims.look(bea(house), int(second["id"]), house.now).said.paper


def test_the_programme_is_told_with_the_brands_own_words(house: House, api: Client) -> None:
    assert api.get("/programme")["about"] == ""
    programme_words.save(bea(house).access, "We *weave*.", 0, house.now)
    assert api.get("/programme")["about"] == "We *weave*."


def test_five_claims_a_week_and_no_second_one_for_the_same_number(api: Client) -> None:
    for number in ("1", "1", "2", "3", "4", "5"):
        api.post("/claims", {"party": "cleo", "number": number})
    assert api.post("/claims", {"party": "cleo", "number": "6"}, 429)["code"] == "too_many_claims"
    assert len(api.every("/claims")) == 5


def test_a_receipt_counts_as_many_requests_and_is_not_opened_beyond_the_limit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bytes] = []
    monkeypatch.setattr(claim_papers, "taken", opened.append)
    with serving(house, limiter=Limiter(most=100)) as served:
        api = served.client()
        for _ in range(2):
            api.post("/claims", {"party": "cleo", "number": "1", "receipt_file": "eHl6"})
        refused = api.post("/claims", {"party": "cleo", "number": "1", "receipt_file": "eHl6"}, 429)
    assert refused["code"] == "too_many_requests"
    assert opened == [b"xyz", b"xyz"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"party": "nobody", "number": "1"}, 404, "unknown_party"),
        ({"party": "cleo", "number": " # "}, 400, "number_missing"),
        ({"party": "cleo", "number": ""}, 400, "number_missing"),
        ({"party": "cleo"}, 400, "number_missing"),
        ({"party": "cleo", "receipt_file": "not base64!"}, 422, "invalid"),
        ({"party": "cleo", "receipt_file": "abc"}, 400, "bad_receipt"),
        ({"party": "cleo", "receipt_file": "eHl6"}, 400, "not_a_picture"),
        ({"party": "cleo", "receipt_file": "A" * 933_340}, 422, "invalid"),
        ({"party": "cleo", "number": "1", "answer": "yes"}, 422, "invalid"),
        ({"party": "cleo", "number": "1", "words": "x" * 2_001}, 422, "invalid"),
    ],
)
def test_what_is_no_claim_is_refused_and_leaves_nothing(api: Client, body: Any, status: int, code: str) -> None:
    assert api.post("/claims", body, status)["code"] == code
    assert api.every("/claims") == []
    assert api.get("/claims/999", 404)["code"] == "unknown_claim"
