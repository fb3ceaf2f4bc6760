"""A creator's page of programmes: what each offers beside hers, and who else lets herself be seen in it."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator

import pytest

from fanshare.core.instants import MINUTE
from fanshare.core.money import format_micros
from fanshare.flows.offers import offers
from fanshare.flows.people import Joiner, add_creator, erase
from fanshare.flows.publish_terms import publish_terms
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]

PATH = "/creator/linen/programmes"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("programmes")) as made:
        yield made


@pytest.fixture
def cleo(company: Company) -> Device:
    return company.device("cleo")


def words(answer: Answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def test_she_sees_what_every_programme_pays_how_soon_and_how_surely(company: Company, cleo: Device) -> None:
    found = offers(company.house.conn, KEYS, company.house.now)
    assert {one.slug for one in found} >= {"linen", "wool"}
    shown = words(cleo.get(PATH))
    for one in found:
        assert one.name in shown
    assert "you are in it" in shown
    assert "too few payouts yet to tell" in shown
    assert "as much as here" in shown, "two programmes of the same terms"
    rows = json.loads(cleo.get(f"{PATH}?as=json").text)["rows"]
    expected = {one.name: format_micros(one.outlook.shares.creator_alone) for one in found}
    assert {row["programme"]: row["creator_alone"] for row in rows} == expected
    sheet = csv.DictReader(io.StringIO(cleo.get(f"{PATH}?as=csv").text.lstrip("\ufeff")))
    assert [row["programme"] for row in sheet] == [row["programme"] for row in rows]


def test_the_list_is_searched_and_sorted_by_its_address(company: Company, cleo: Device) -> None:
    assert [row["programme"] for row in json.loads(cleo.get(f"{PATH}?as=json&q=WOOL").text)["rows"]] == [
        company.other.tenant.name
    ]
    assert "Nothing fits this search" in cleo.get(f"{PATH}?q=silk").text
    for sort in ("name", "more", "sooner"):
        assert len(json.loads(cleo.get(f"{PATH}?as=json&sort={sort}").text)["rows"]) >= 2
    for wrong in ("?sort=best", "?after=x", "?as=xml"):
        assert cleo.get(PATH + wrong).status == 400
    for odd in ("-1", "x", "9" * 30, "%00"):
        assert cleo.get(f"{PATH}?behind={odd}").status == 200


def test_creators_see_each_other_only_where_they_say_so(company: Company, cleo: Device) -> None:
    carla = company.device("carla")
    carla.fill(PATH, seen="")
    assert "Carla Quince" not in words(cleo.get(PATH))
    assert carla.fill(PATH, seen="yes").status == 302
    assert "Carla Quince" in words(cleo.get(PATH))
    assert "Carla Quince" not in words(carla.get(PATH)).partition("Who else is in")[2], "she knows that she is here"
    assert '"seen_by_other_creators": true' in carla.post(
        "/account/linen/data", {"csrfmiddlewaretoken": _token(carla)}
    ).text.replace('":true', '": true')
    assert carla.fill(PATH, seen="").status == 302
    assert "Carla Quince" not in words(cleo.get(PATH))


def _token(device: Device) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', device.get("/account/linen").text)
    assert found is not None
    return found[1]


def test_who_left_and_who_is_elsewhere_is_not_seen(company: Company, cleo: Device) -> None:
    brand, other, now = company.brand, company.other, company.house.now
    gone = add_creator(brand.programme, Joiner("Greta Gone", "greta@example.test"), now)
    far = add_creator(other.programme, Joiner("Wanda Wool", "wanda@example.test"), now)
    for there, party in ((brand, gone), (other, far)):
        there.access.execute(
            "INSERT INTO creator_page (programme_id, party_id, seen_by_creators, updated_at)"
            " VALUES (%(programme_id)s, %(party)s, true, %(now)s)",
            {"party": party, "now": now},
        )
    shown = words(cleo.get(PATH))
    assert ("Greta Gone" in shown, "Wanda Wool" in shown) == (True, False)
    erase(brand.programme, gone, now)
    assert "Greta Gone" not in words(cleo.get(PATH))


def test_what_is_offered_is_as_of_at_most_ten_minutes_ago_and_asks_little(company: Company) -> None:
    seen: list[str] = []
    device = company.device("cleo", company.app(lambda conn: Watching(conn, seen)))
    assert device.get(PATH).status == 200
    seen.clear()
    assert "more than here" not in words(device.get(PATH))
    assert len([one for one in seen if one.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE"))]) <= 12
    now = company.house.now
    better = {"commission": [{"id": "standard", "percent": "15"}]}
    publish_terms(company.other.access, better, now)
    assert "more than here" not in words(device.get(PATH))
    company.house.later(11 * MINUTE)
    assert "more than here" in words(device.get(PATH))


def test_the_terms_of_two_programmes_stand_side_by_side_and_what_differs_is_marked(company: Company) -> None:
    company.house.later(11 * MINUTE)
    now = company.house.now
    publish_terms(company.other.access, {"commission": [{"id": "standard", "percent": "17"}]}, now)
    cleo = company.device("cleo")
    assert f"{PATH}/wool" in cleo.get(PATH).text
    answer = cleo.get(f"{PATH}/wool")
    assert (answer.status, "Rule standard: 17 % of the goods." in words(answer)) == (200, True)
    assert re.search(r"<strong>[^<]*17 %", answer.text), "what only one of them says is marked"
    assert re.search(r'class="soft">[^<]*A click counts for 30 days', answer.text), "what both say is not"
    assert f"/join/{company.other.tenant.slug}" in answer.text
    for nobody in ("linen", "silk"):
        assert cleo.get(f"{PATH}/{nobody}").status == 404, "neither beside herself nor beside nobody"


def test_the_page_of_a_programme_says_to_everybody_how_soon_and_how_surely_it_pays(company: Company) -> None:
    shown = words(Device(company.app()).get("/terms/linen"))
    for said in ("Ready 30 days after the goods were sent.", "too few payouts yet to tell", "There is no minimum"):
        assert said in shown


def test_whoever_is_signed_in_finds_her_name_and_address_in_the_form_of_another_programme(company: Company) -> None:
    form = company.device("cleo").get(f"/join/{company.other.tenant.slug}")
    assert re.search(r'id="name"[^>]* value="Cleo', form.text)
    assert re.search(r'id="address"[^>]* value="cleo@', form.text)
    assert form.headers["cache-control"] == "private, no-store"
    stray = Device(company.app()).get(f"/join/{company.other.tenant.slug}")
    assert stray.status == 200
    assert not re.search(r'id="(name|address)"[^>]* value="[^"]', stray.text)


def test_the_page_in_a_real_browser(company: Company) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    company.device("carla").fill(PATH, seen="yes")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('cleo')}")
        seen.page.get_by_role("button", name="Sign in").click()
        seen.page.wait_for_url(base + "/home")
        seen.open(PATH)
        seen.fit("creator-programmes")
        seen.open(f"{PATH}/wool")
        seen.fit("creator-compared")
        seen.open(PATH)
        seen.page.get_by_label("The other creators of this programme").check()
        seen.page.get_by_role("button", name="Keep").click()
        seen.page.get_by_text("Kept.").wait_for()
        assert seen.page.get_by_label("The other creators of this programme").is_checked()
        assert seen.complaints() == []
