"""Creators, fans, links, codes, terms and clicks by the API."""

from fanshare.core.code_plans import STOCK, CodePlan
from fanshare.core.discounts import Discount
from fanshare.core.instants import DAY, SECOND, format_rfc3339, utc_day
from fanshare.flows import joining_codes
from fanshare.flows.code_plans import set_plan
from tests.api.support.desk import Client
from tests.api.test_gate import LINK
from tests.jobs.house import House


def test_a_creator_and_her_fan_get_links_whose_message_begins_with_the_label(house: House, api: Client) -> None:
    dana = api.post("/creators", {"name": "Dana", "email": "dana@example.test"})
    fan = api.post("/fans", {"is_adult": True, "name": "Fay"})
    assert dana["page"] == "https://share.example/c/bea/dana"
    own = api.post("/links", {**LINK, "creator": "dana", "campaign": "autumn"})
    hers = api.post("/links", {**LINK, "creator": dana["id"], "owner": fan["id"]})
    assert own["message"] == f"Werbung: https://share.example/r/{own['code']}"
    assert (own["owner"], hers["owner"], hers["creator"]) == (dana["id"], fan["id"], dana["id"])
    assert [one["code"] for one in api.every("/links", party=dana["id"])] == [own["code"], hers["code"]]
    assert api.get(f"/links/{own['code']}") == own
    house.later(SECOND)
    assert api.put(f"/links/{own['code']}/state", {"state": "paused"})["state"] == "paused"


def test_nobody_is_asked_for_followers_and_no_child_for_money(api: Client) -> None:
    assert api.post("/creators", {"name": "Dana", "followers": 3}, 422)["errors"][0]["field"] == "body.followers"
    assert api.post("/fans", {"is_adult": False}, 422)["code"] == "invalid"
    assert api.post("/fans", {}, 422)["errors"][0]["field"] == "body.is_adult"


def test_no_link_goes_live_without_a_label_or_to_what_is_no_page(api: Client) -> None:
    bare = {"creator": "cleo", "destination": "https://shop.example/"}
    assert api.post("/links", bare, 422)["errors"][0]["field"] == "body.label"
    for bad in ("ftp://shop.example/", "https://user@shop.example/", "//shop.example", "https://"):
        assert api.post("/links", {**LINK, "creator": "cleo", "destination": bad}, 400)["code"] == "bad_destination"
    assert api.post("/links", {**LINK, "creator": "nobody"}, 404)["code"] == "unknown_party"


def test_codes_are_made_known_paused_and_taken_once(house: House, api: Client) -> None:
    body = {"creator": "cleo", "text": "CLEO10", "label": LINK["label"]}
    made = api.post("/codes", body)
    assert (made["text"], made["state"], made["single_use"]) == ("CLEO10", "active", False)
    assert api.post("/codes", {**body, "text": "cleo10"}, 409)["code"] == "code_taken"
    house.later(SECOND)
    assert api.put(f"/codes/{made['id']}/state", {"state": "ended"})["state"] == "ended"
    assert api.put("/codes/99999/state", {"state": "ended"}, 404)["code"] == "unknown_code"
    assert [one["state"] for one in api.every("/codes")] == ["ended"]


def test_clicks_are_told_by_day_and_verdict(house: House, api: Client) -> None:
    with house.open():
        for _ in range(2):
            house.bea.click()
        house.bea.click(**{"user-agent": "WhatsApp/2.23.20.0"})
    house.work()
    day = utc_day(house.now)
    rows = api.every("/clicks", since=day, until=day)
    assert {row["link"] for row in rows} == {house.bea.code}
    assert sum(row["visits"] for row in rows) == 3
    assert {row["verdict"] for row in rows} >= {"counted"}
    assert api.every("/clicks", since=utc_day(house.now - 9 * DAY), until=utc_day(house.now - 8 * DAY)) == []
    assert api.get("/clicks", 422)["code"] == "invalid"


def test_terms_are_checked_published_with_notice_and_read_in_sentences(house: House, api: Client) -> None:
    (one,) = api.get("/terms")
    assert api.get("/terms/1") == one
    assert any("12 %" in sentence for sentence in one["sentences"])
    better = {"commission": [{"id": "standard", "percent": "15"}]}
    checked = api.post("/terms/check", {"document": better}, 200)
    assert any("15 %" in sentence for sentence in checked["sentences"])
    assert checked["example"]
    published = api.post("/terms", {"document": better})
    assert (published["version"], published["hash"]) == (2, checked["hash"])
    worse = {"commission": [{"id": "standard", "percent": "2"}]}
    later = api.post("/terms", {"document": worse})
    assert later["lowered"]
    assert later["effective_at"] > published["effective_at"]
    refused = api.post("/terms", {"document": {"commission": []}}, 400)
    assert refused["code"] == "terms_invalid"
    assert api.get("/terms/9", 404)["code"] == "unknown_version"


def test_a_creator_chooses_her_fans_part_inside_the_limits(api: Client) -> None:
    assert api.put("/creators/cleo/fan-part", {"basis_points": 2_500})["basis_points"] == 2_500
    assert api.put("/creators/cleo/fan-part", {"basis_points": 3_100}, 400)["code"] == "fan_part_out_of_limits"
    assert api.put("/creators/cleo/fan-part", {"basis_points": 0, "link": "nope"}, 404)["code"] == "unknown_link"
    assert api.put("/creators/cleo/group", {"group": "gold"}, 400)["code"] == "unknown_group"


def test_a_programme_says_who_gets_a_code_by_joining(house: House, api: Client) -> None:
    assert api.get("/programme")["joining_code"] is None
    brand = house.bea
    plan = CodePlan("hello", Discount("EUR", percent_bps=1000), source=STOCK)
    set_plan(brand.programme, brand.shop.id, plan, house.now - DAY)
    joining_codes.set_rule(brand.programme, "hello", house.now, creators=True, fans=False, named=True)
    told = {"plan": "hello", "creators": True, "fans": False, "named": True, "since": format_rfc3339(house.now)}
    assert api.get("/programme")["joining_code"] == told
    house.later(SECOND)
    joining_codes.set_rule(brand.programme, "hello", house.now, creators=False, fans=True, named=False)
    told = {"plan": "hello", "creators": False, "fans": True, "named": False, "since": format_rfc3339(house.now)}
    assert api.get("/programme")["joining_code"] == told
    joining_codes.set_rule(brand.programme, "", house.now, creators=False, fans=False, named=False)
    assert api.get("/programme")["joining_code"] is None
