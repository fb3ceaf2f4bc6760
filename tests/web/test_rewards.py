"""Rewards: what a fan does with what is ready, and what a creator reads of it, over real books and in a browser."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from playwright.sync_api import expect

from fanshare.core.instants import DAY
from fanshare.core.ledger import open_with
from fanshare.core.money import MICROS
from fanshare.flows import fan_names
from fanshare.store.ledger import post_logged
from fanshare.store.queries import gifts as rows
from fanshare.store.queries import payout_runs
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]

PATH = "/fan/linen/rewards"
HERS = "/creator/linen/gifts"


@pytest.fixture
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("rewards")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\xa0", " ").split())


def hidden(answer: Answer) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))


def earns(company: Company, amount: int) -> None:
    """Finn has something ready, as of tomorrow."""
    post_logged(
        company.brand.access, [open_with(company.brand.finn, amount, "EUR", waiting=False)], at=company.house.now
    )
    company.house.later(DAY)


def question_of(device: Device, amount: str, to: str = "cleo") -> Answer:
    """The question that stands before the money moves."""
    return device.post(PATH, {**hidden(device.get(PATH)), "amount": amount, "creator": to})


def test_what_became_ready_today_is_offered_tomorrow(company: Company) -> None:
    assert "Nothing is ready yet" in words(company.device("finn").get(PATH))
    assert "Nothing yet. Fans can give you" in words(company.device("cleo").get(HERS))
    post_logged(
        company.brand.access, [open_with(company.brand.finn, 10 * MICROS, "EUR", waiting=False)], at=company.house.now
    )
    assert "Nothing is ready yet" in words(company.device("finn").get(PATH))
    company.house.later(DAY)
    assert "10.00 € are ready" in words(company.device("finn").get(PATH))


def test_a_gift_is_made_after_one_question_and_however_often_it_is_answered_once(company: Company) -> None:
    earns(company, 10 * MICROS)
    finn, access = company.device("finn"), company.brand.access
    for amount in ("", "ten", "0.001", "-1", "9999999999999999999999"):
        refused = question_of(finn, amount)
        assert (refused.status, "Write the amount in digits" in words(refused)) == (422, True), amount
    assert "more than you can give" in words(question_of(finn, "10.01"))
    assert "share for no creator of that name" in words(question_of(finn, "1.00", "carla"))
    assert "1.500 can be read in two ways" in words(question_of(finn, "1.500")).replace("'", "")
    assert 'value="1.500"' in question_of(finn, "1.500").text, "nothing is typed twice"
    assert 'value="10,00"' in finn.get(PATH, HTTP_ACCEPT_LANGUAGE="de").text
    assert "Give 2.50 € to Cleo?" in words(question_of(finn, "2,50")), "as a German hand types it"
    question = question_of(finn, "2.50")
    assert "Give 2.50 € to Cleo?" in words(question)
    assert "can't be taken back" in words(question)
    assert rows.all_gifts(access) == []
    for _ in range(2):
        assert finn.post(PATH, hidden(question)).status == 302
    assert [(one.amount, one.state) for one in rows.all_gifts(access)] == [(2_500_000, "kept")]
    page = words(finn.get(f"{PATH}?given=1"))
    assert "Given." in page
    assert "Cleo hers 2.50 €" in page
    assert "7.50 € are ready" in page, "what is gone is not offered again"
    company.house.later(DAY)
    assert "given away 2.50 €" in words(finn.get("/fan/linen"))


def test_a_creator_reads_how_much_and_who_only_if_the_fan_lets_her(company: Company) -> None:
    earns(company, 10 * MICROS)
    cleo, brand = company.device("cleo"), company.brand
    finn = company.device("finn")
    assert finn.post(PATH, hidden(question_of(finn, "2.50"))).status == 302
    assert "a fan yours 2.50 €" in words(cleo.get(HERS))
    fan_names.show(brand.programme, brand.finn, "cleo", "Finn of the north", company.house.now)
    assert "Finn of the north yours 2.50 €" in words(cleo.get(HERS))
    assert [one["from"] for one in json.loads(cleo.get(f"{HERS}?as=json").text)["rows"]] == ["Finn of the north"]
    assert "Finn of the north" not in company.device("carla").get(HERS).text
    fan_names.hide(brand.programme, brand.finn, "cleo")
    assert "Finn" not in cleo.get(HERS).text
    assert "given to you 2.50 €" in words(cleo.get("/creator/linen/earnings"))


def test_money_moves_only_after_she_has_shown_again_that_it_is_she(company: Company) -> None:
    earns(company, 10 * MICROS)
    finn = company.device("finn")
    question = question_of(finn, "1.00")
    assert "Give 1.00 € to Cleo?" in words(question)
    before = len(rows.all_gifts(company.brand.access))
    company.house.later(3_600 * MICROS)
    asked_again = finn.post(PATH, hidden(question))
    assert asked_again.status == 401
    assert len(rows.all_gifts(company.brand.access)) == before


def test_whoever_is_not_paid_gives_nothing_and_reads_why(company: Company) -> None:
    earns(company, 10 * MICROS)
    finn, brand = company.device("finn"), company.brand
    question = question_of(finn, "1.00")
    payout_runs.stop(brand.access, brand.finn, "looked at", company.house.now)
    page = words(finn.get(PATH))
    assert "Payouts to you are stopped for the time being: looked at" in page
    assert "Give to" not in page
    refused = finn.post(PATH, hidden(question))
    assert (refused.status, "until then nothing can be given" in words(refused)) == (422, True)
    payout_runs.go_on(brand.access, brand.finn)


def test_the_page_asks_the_database_twelve_things_at_most(company: Company) -> None:
    earns(company, 10 * MICROS)
    seen: list[str] = []
    app = company.app(lambda conn: Watching(conn, seen))
    for name, path in (("finn", PATH), ("cleo", HERS)):
        device = company.device(name, app)
        seen.clear()
        assert device.get(path).status == 200
        asked = [one for one in seen if one.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE"))]
        assert len(asked) <= 12, asked


def test_a_fan_gives_on_her_phone(company: Company) -> None:
    earns(company, 5 * MICROS)
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('finn')}")
        seen.page.get_by_role("button", name="Sign in").click()
        seen.page.wait_for_url(base + "/home")
        seen.page.set_viewport_size({"width": 360, "height": 740})
        seen.open(PATH)
        seen.fit("rewards")
        seen.page.get_by_label("How much").fill("1.25")
        seen.press(seen.page.get_by_role("button", name="Go on"))
        seen.fit("rewards-sure")
        seen.page.get_by_role("button", name="Yes, give it").click()
        seen.page.wait_for_url(f"{base}{PATH}?given=1")
        expect(seen.page.get_by_text("1.25").first).to_be_visible()
        assert seen.console == []
    assert rows.all_gifts(company.brand.access)[-1].amount == 1_250_000
