"""A fan's own pages over real books: as of midnight, without what was bought, and with a way to object."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from fanshare.core.instants import DAY, HOUR
from fanshare.core.orders import Refund
from fanshare.core.statement_check import verify
from fanshare.flows.rulings import NewRuling, find_order, rule
from fanshare.store.queries import appeals, earnings, fan_days
from fanshare.store.server import Server
from fanshare.store.signing import verify as verify_signature
from tests.support.schema import schema_template
from tests.web.support.company import Company, Watching, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("fan")) as made:
        yield made


@pytest.fixture(scope="module")
def tomorrow(company: Company) -> Company:
    """The same a day later, when what was told today may be seen."""
    company.device("cleo").get("/creator/linen/statement")  # signs the log as it stands
    company.house.later(DAY)
    return company


def words(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.replace("\xa0", " ")).split())


def finn(company: Company) -> Device:
    return company.device("finn")


def test_what_happens_today_is_seen_tomorrow(company: Company) -> None:
    device = finn(company)
    assert "Nothing earned yet" in words(device.get("/fan/linen"))
    assert "No sale yet" in words(device.get("/fan/linen/earnings"))
    day = company.house.now + DAY
    assert fan_days.purses(company.brand.access, company.brand.finn, day) == earnings.purses(
        company.brand.access, company.brand.finn
    ), "with nothing moved since, the balances are those of now"


def test_the_next_day_home_says_what_was_earned_and_whom_it_helped(tomorrow: Company) -> None:
    page = words(finn(tomorrow).get("/fan/linen"))
    assert "earned in all 1.41 €" in page
    assert "waiting 1.41 €" in page
    assert "Cleo 1 sale" in page
    assert "Amounts tell" in page, "one buyer is few"
    assert "at what hour a friend bought" in page


def test_a_line_says_day_goods_rate_and_never_what_was_bought(tomorrow: Company) -> None:
    device = finn(tomorrow)
    page = device.get("/fan/linen/earnings")
    assert "Sat 14 Nov Cleo 59.00 € 20 % waiting until Mon 14 Dec 1.41 €" in words(page)
    found = list(csv.DictReader(io.StringIO(device.get("/fan/linen/earnings?as=csv").text.lstrip("\ufeff"))))
    assert [(row["day"], row["goods"], row["amount"]) for row in found] == [("2026-11-14", "59.000000", "1.416000")]
    assert [(row["pays_on"], row["paid_on"], row["waits_for"]) for row in found] == [("", "", "maturity")]
    for answer in (page, device.get("/fan/linen/earnings?as=json"), device.get("/fan/linen")):
        assert "F1002" not in answer.text
        assert "product-" not in answer.text


def test_a_refund_of_today_moves_her_numbers_tomorrow(tomorrow: Company) -> None:
    brand, house = tomorrow.brand, tomorrow.house
    again = order(brand, "F1002", brand.fan_link, ago=9 * DAY)
    tell(brand, replace(again, modified_at=house.now, refunds=(Refund("1", house.now, 20_000_000),)))
    device = finn(tomorrow)
    assert "59.00 € 20 % waiting until Mon 14 Dec 1.41 €" in words(device.get("/fan/linen/earnings"))
    assert "earned in all 1.41 €" in words(device.get("/fan/linen"))
    house.later(DAY)
    assert "39.00 € 20 % waiting until Mon 14 Dec 0.93 €" in words(device.get("/fan/linen/earnings"))
    assert "earned in all 0.93 €" in words(device.get("/fan/linen"))


def test_her_statement_ends_before_midnight_and_verifies(tomorrow: Company) -> None:
    brand, house = tomorrow.brand, tomorrow.house
    house.later(DAY)
    tell(brand, order(brand, "N9", brand.fan_link, 10_000_000, ago=HOUR))
    answer = finn(tomorrow).get("/fan/linen/statement")
    made = json.loads(answer.text)
    assert verify(made, verify_signature).ok
    assert made["period"]["to"].endswith("T23:00:00Z"), "midnight in Berlin"
    assert [len(one["lines"]) for one in made["currencies"]] == [1], "not the sale of today"
    house.later(DAY)
    tomorrow.device("cleo").get("/creator/linen/statement")
    house.later(DAY)
    made = json.loads(finn(tomorrow).get("/fan/linen/statement").text)
    assert [len(one["lines"]) for one in made["currencies"]] == [2]


def test_not_right_leads_whose_line_it_is_to_her_objection_and_strangers_to_the_contact(tomorrow: Company) -> None:
    device = finn(tomorrow)
    token = re.findall(r'href="/object/linen/([^"]+)"', device.get("/fan/linen/earnings").text)[-1]
    where = f'href="/object/linen/{token}"'
    mine = device.get(f"/why/{token}")
    assert where in mine.text
    assert re.search(r"answers by \w+ \d+ \w+ if you write today", words(mine))
    assert "mailto:" not in mine.text.partition('id="wrong"')[2].partition("</section>")[0]
    assert device.get(f"/object/linen/{token}").status == 200
    for other in (tomorrow.device("cleo"), tomorrow.device("fay"), Device(tomorrow.app())):
        page = other.get(f"/why/{token}")
        assert page.status == 200
        assert where not in page.text
        assert "mailto:" in page.text


def test_the_page_of_a_mail_is_where_she_comes_to_once_she_signed_in(tomorrow: Company) -> None:
    path = re.findall(r'href="(/object/linen/[^"]+)"', finn(tomorrow).get("/fan/linen/earnings").text)[-1]
    device = Device(tomorrow.app())
    assert device.get(path, HTTP_ACCEPT="text/html").headers["location"] == "/sign-in"
    assert device.sign_in(tomorrow.token("finn")).headers["location"] == path
    assert device.get(path).status == 200


def test_home_holds_the_message_and_share_a_picture_of_each_link(tomorrow: Company) -> None:
    device, brand = finn(tomorrow), tomorrow.brand
    home = device.get("/fan/linen").text
    assert re.search(rf"<textarea[^>]*>Werbung[^<]*/r/{brand.fan_code}</textarea>", home)
    assert 'class="qr"' in device.get("/fan/linen/share").text
    picture = device.get(f"/fan/linen/share?as=svg&link={brand.fan_code}")
    assert (picture.status, picture.headers["content-type"]) == (200, "image/svg+xml")
    for strange in (brand.code, "", "nothing"):
        assert device.get(f"/fan/linen/share?as=svg&link={strange}").status == 404


def test_who_objects_is_told_by_when_she_is_answered_and_then_what(tomorrow: Company) -> None:
    device, brand = finn(tomorrow), tomorrow.brand
    path = re.findall(r'href="(/object/linen/[^"]+)"', device.get("/fan/linen/earnings").text)[-1]
    assert device.fill(path, words=" ").status == 422
    assert device.fill(path, words="My friend kept it all.").status == 302
    page = device.get(path)
    assert "My friend kept it all." in words(page)
    assert "Received; answer by" in words(page)
    assert "<textarea" not in page.text, "one at a time"
    assert tomorrow.device("cleo").get(path).status == 404
    assert tomorrow.device("fay").get(path).status == 404
    made = find_order(brand.access, "F1002")
    [waiting] = appeals.listed(brand.access, order=made, waiting=True)
    answered = NewRuling("upheld", "The shop shows a return of <b>20</b>.", made, answers=(waiting.id,))
    rule(brand.programme, answered, tomorrow.house.now)
    assert "It stays as it is: The shop shows a return of &lt;b&gt;20" in " ".join(device.get(path).text.split())


def test_pages_of_a_fan_ask_the_database_little(tomorrow: Company) -> None:
    seen: list[str] = []
    app = tomorrow.app(lambda conn: Watching(conn, seen))
    device = tomorrow.device("finn", app)
    for path in ("/fan/linen", "/fan/linen/earnings", "/fan/linen/share"):
        seen.clear()
        assert device.get(path).status == 200
        own = [one for one in seen if "BEGIN" not in one]
        assert len(own) <= 15, (path, len(own))


def test_a_fan_reads_what_she_would_have_as_a_creator_and_finds_the_way(company: Company) -> None:
    page = finn(company).get("/fan/linen/share")
    assert "As a fan you have about 1.41 € of an order of 59.00 € ; as a creator" in words(page)
    assert "who brings it herself you would have 7.08 €" in words(page)
    assert 'href="/join/linen"' in page.text
    assert "nobody asks for followers" in words(page)


def test_search_days_and_order_tell_no_hour_and_nothing_of_today(tomorrow: Company) -> None:
    """What came in today stands in no list and no file, however it is asked for; what stands there has days alone."""
    brand, device = tomorrow.brand, finn(tomorrow)
    queries = ("", "from=2026-11-01", "to=2026-12-31", "sort=oldest", "q=CLEO", "state=pending", "state=available")

    def told() -> dict[str, list[dict[str, str]]]:
        return {one: json.loads(device.get(f"/fan/linen/earnings?as=json&{one}").text)["rows"] for one in queries}

    before, pages = told(), [words(device.get(f"/fan/linen/earnings?{one}")) for one in queries]
    tell(brand, order(brand, "F1099", brand.fan_link, 1_000_000, ago=HOUR))
    assert told() == before
    assert [words(device.get(f"/fan/linen/earnings?{one}")) for one in queries] == pages
    tomorrow.house.later(DAY)
    (new,) = [line for line in told()[""] if line not in before[""]]
    assert list(new) == [
        "day", "creator", "goods", "rate", "amount", "currency", "state", "ready_at", "pays_on", "paid_on",
        "waits_for", "what",
    ]  # fmt: skip
    assert not [text for text in new.values() if re.search(r"\d\d:\d\d|\dT\d|F1099|product", text)]
