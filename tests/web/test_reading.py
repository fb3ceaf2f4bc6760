"""How somebody reads: a language and a time zone, chosen on a page without a script; a fan's midnight never moves."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest

from fanshare.core.instants import DAY, MINUTE
from fanshare.store.queries import off_hours
from fanshare.store.queries.off_hours import OffHours
from fanshare.store.server import Server
from fanshare.web import her_zone
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("reading")) as made:
        made.house.later(2 * DAY)  # a fan reads what was so last midnight
        made.house.work()
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def post(device: Device, path: str, **values: str) -> Answer:
    device.get("/language")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def days(answer: Answer) -> list[str]:
    return re.findall(r"\b[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2}\b", words(answer))


def test_a_creator_reads_days_where_she_is_and_a_fan_where_the_shop_is(company: Company) -> None:
    cleo, finn = company.device("cleo"), company.device("finn")
    before = {name: days(device.get(path)) for name, device, path in both(cleo, finn)}
    assert before["cleo"]
    assert before["finn"]
    west = {"language": "", "zone": "Pacific/Honolulu", "next": "/creator/linen/earnings"}
    for device in (cleo, finn):
        answer = post(device, "/language", zone=west["zone"], next=west["next"])
        assert (answer.status, answer.headers["location"]) == (302, west["next"])
        assert "fanshare_zone" not in device.cookies, "it goes with her and not with the device"
    moved, same = (days(device.get(path)) for _, device, path in both(cleo, finn))
    assert days(company.device("cleo").get("/creator/linen/earnings")) == moved, "also on another device"
    assert moved != before["cleo"], "half a day to the west some sales are of the day before"
    assert len(moved) == len(before["cleo"])
    assert same == before["finn"], "or a fan could find the hour of a sale by moving midnight"
    assert "Days and times as they are in" not in words(finn.get("/language"))
    page = cleo.get("/language")
    assert '<option value="Pacific/Honolulu" selected>' in page.text
    post(cleo, "/language", zone="")
    assert days(cleo.get("/creator/linen/earnings")) == before["cleo"]


def test_whoever_is_nobody_here_keeps_a_zone_in_a_cookie(company: Company) -> None:
    stray = company.device()
    assert post(stray, "/language", zone="Asia/Tokyo").status == 302
    assert stray.cookies["fanshare_zone"] == "Asia/Tokyo"


def test_settings_gather_every_choice_and_each_line_leads_somewhere(company: Company) -> None:
    for name, most in (("cleo", 9), ("finn", 9)):
        device = company.device(name)
        page = device.get("/account/linen/settings")
        assert (page.status, '/account/linen/settings" aria-current="page"' in page.text) == (200, True)
        lines = re.findall(r'<a class="link-card" href="([^"]+)"', page.text)
        assert len(lines) == most
        assert {device.get(path).status for path in lines} == {200}
    assert company.device("yara").get("/account/linen/settings").status == 403, "a fan under 18 has none of this"


def test_a_creator_is_seen_under_the_name_that_she_chooses_and_it_is_on_record(company: Company) -> None:
    cleo, noted = company.device("cleo"), "SELECT count(*) FROM audit WHERE what = 'name.change'"
    for wrong in ("", " ", "x" * 81):
        assert post(cleo, "/account/linen/settings", name=wrong).status == 422
    for name in ("Cleo <b>Marsh</b>", "Cleo <b>Marsh</b>"):
        assert post(cleo, "/account/linen/settings", name=name).status == 302
    assert company.house.value(noted) == 1, "the same name again is no change"
    page = company.device().get("/c/linen/cleo")
    assert "Cleo &lt;b&gt;Marsh" in page.text
    assert post(cleo, "/account/linen/settings", name="Cleo").status == 302


def test_a_fan_may_have_no_name_and_a_change_of_names_asks_again(company: Company) -> None:
    finn = company.device("finn")
    assert post(finn, "/account/linen/settings", name="Finn of the Fens").status == 302
    assert "Finn of the Fens" in words(finn.get("/fan/linen"))
    assert post(finn, "/account/linen/settings", name="").status == 302
    assert company.house.value("SELECT display_name FROM party WHERE id = %s", company.brand.finn) is None
    company.house.later(31 * MINUTE)
    assert post(finn, "/account/linen/settings", name="Somebody").status == 401


def both(cleo: Device, finn: Device) -> list[tuple[str, Device, str]]:
    return [("cleo", cleo, "/creator/linen/earnings"), ("finn", finn, "/fan/linen/earnings")]


@pytest.mark.parametrize("values", [{"zone": "Mars/Olympus"}, {"zone": "../etc/passwd"}, {"language": "xx"}, {}])
def test_what_can_not_be_chosen_is_refused(company: Company, values: dict[str, str]) -> None:
    assert post(company.device("cleo"), "/language", **values).status == 400


@pytest.mark.parametrize("path", ["//evil.example/x", "https://evil.example", "/\\evil.example", "javascript:x", ""])
def test_the_way_back_stays_on_this_site(company: Company, path: str) -> None:
    stray = company.device()
    assert f'value="{path}"' not in stray.get("/language", HTTP_REFERER=path).text or not path
    assert 'name="next" value="/"' in stray.get("/language", HTTP_REFERER=f"https://evil.example{path}").text
    assert post(stray, "/language", language="de", next=path).headers["location"] == "/home"


def test_a_stale_choice_is_no_zone(company: Company) -> None:
    cleo = company.device("cleo")
    cleo.cookies["fanshare_zone"] = "Europe/Atlantis"
    assert cleo.get("/creator/linen/earnings").status == 200
    assert all("Etc" not in name for _, names in her_zone.areas() for name in names)


def test_a_visitor_changes_the_language_of_a_public_page_without_a_script(company: Company) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        seen.open("/sharing")
        seen.press(seen.page.get_by_role("link", name="Deutsch"))
        seen.fit("language")
        seen.page.get_by_role("button", name="Deutsch").click()
        seen.page.wait_for_url(f"{base}/sharing")
        assert seen.page.locator("html").get_attribute("lang") == "de"
        seen.page.get_by_role("link", name="English").wait_for()
        assert seen.console == []


def test_a_fan_chooses_quiet_hours_where_she_chooses_mails(company: Company) -> None:
    finn, path = company.device("finn"), "/account/linen/mails"
    access = company.brand.access
    assert post(finn, path, news="daily", mail="yes", **{"from": "22", "to": "22"}).status == 422
    assert "Choose two different hours, or none." in words(
        post(finn, path, news="daily", mail="yes", **{"from": "22", "to": ""})
    )
    assert off_hours.get(access, company.brand.finn) == OffHours()
    assert post(finn, path, news="daily", mail="yes", **{"from": "22", "to": "7"}).status == 302
    assert off_hours.get(access, company.brand.finn) == OffHours(None, 22, 7)
    assert '<option value="22" selected>' in finn.get(path).text
    assert post(finn, path, news="daily", mail="yes").status == 302
    assert off_hours.get(access, company.brand.finn) == OffHours()


def test_choosing_mails_leaves_a_creators_hours_alone(company: Company) -> None:
    access, cleo = company.brand.access, company.brand.cleo
    hers = OffHours(company.house.now + 5 * DAY, 20, 8, True)
    off_hours.put(access, cleo, hers)
    assert post(company.device("cleo"), "/account/linen/mails", news="daily", mail="yes").status == 302
    assert off_hours.get(access, cleo) == hers
    off_hours.put(access, cleo, OffHours())


def test_ten_minutes_a_week_shows_what_fits_and_folds_what_may_wait(company: Company) -> None:
    cleo = company.device("cleo")
    assert "Only ten minutes a week?" in words(cleo.get("/creator/linen"))
    assert post(cleo, "/creator/linen/off-time", ten_minutes="yes").status == 302
    shown = words(cleo.get("/creator/linen"))
    assert "You see what fits ten minutes a week" in shown
    assert ("and this week is done." in shown) or ("Nothing. Go outside." in shown)
    assert '<input type="checkbox" name="ten_minutes" value="yes" checked>' in cleo.get("/creator/linen/off-time").text
    assert post(cleo, "/creator/linen/off-time").status == 302
    assert off_hours.get(company.brand.access, company.brand.cleo) == OffHours()


def in_pounds(company: Company, number: str) -> None:
    """An order of Cleo's fan that was paid in pounds, three days ago."""
    tell(company.brand, replace(order(company.brand, number, company.brand.fan_link, ago=3 * DAY), currency="GBP"))
    company.house.later(DAY)
    company.house.work()


def without_picture(answer: Answer) -> str:
    """What a page says, but for the days of a brand, which are drawn in the first currency alone."""
    text = re.sub(r'<section class="card" aria-labelledby="days">.*?</section>', "", answer.text, flags=re.DOTALL)
    return words(replace(answer, text=text))


def test_the_currency_that_was_chosen_comes_first_and_nothing_is_converted(company: Company) -> None:
    in_pounds(company, "G2001")
    cleo, finn, bea = (company.device(name) for name in ("cleo", "finn", "bea"))
    pages = [(cleo, "/creator/linen"), (cleo, "/creator/linen/earnings"), (finn, "/fan/linen"), (bea, "/brand/linen")]
    both_ways = []
    for chosen in ("EUR", "GBP"):
        for device in (cleo, finn, bea):
            assert post(device, "/language", currency=chosen, next="/home").status == 302
        shown = [re.findall(r"[\d,.]+ [€£]", without_picture(device.get(path))) for device, path in pages]
        assert f"Sales in {chosen}; those in other currencies stand under Results" in words(bea.get("/brand/linen"))
        assert all(one[0].endswith("€" if chosen == "EUR" else "£") for one in shown), shown
        both_ways.append([sorted(one) for one in shown[1:]])
    assert both_ways[0] == both_ways[1], "the same amounts, in another order"
    assert "£" in words(bea.get("/brand/linen/results"))
    assert "£" in words(bea.get("/brand/linen/money"))
    assert "€" in words(bea.get("/brand/linen/money?currency=EUR")), "an address goes before a wish"
    assert "<option selected>GBP</option>" in bea.get("/language").text
    assert "<option selected>GBP</option>" in company.device("bea").get("/language").text, "on every device of hers"
    for device in (cleo, finn, bea):
        assert post(device, "/language", currency="", next="/home").status == 302


def test_a_currency_in_which_there_is_nothing_changes_nothing(company: Company) -> None:
    bea = company.device("bea")
    usual = words(bea.get("/brand/linen/money"))
    assert post(bea, "/language", currency="JPY", next="/home").status == 302
    assert words(bea.get("/brand/linen/money")) == usual
    assert post(bea, "/language", currency="XXX", next="/home").status == 400
    bea.cookies["fanshare_currency"] = "<b>"
    assert bea.get("/brand/linen").status == 200
    assert post(bea, "/language", currency="", next="/home").status == 302
    assert "Where there are several, first comes" not in words(Device(company.app()).get("/language")), "to nobody"
