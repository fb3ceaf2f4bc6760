"""A bonus by hand on the pages: looked at, given once, read by her, and asked for again only by who may."""

import json
import re
import threading
from collections.abc import Iterator
from html import unescape

import pytest
from playwright.sync_api import expect

from fanshare.core.instants import MINUTE
from fanshare.flows import hand_bonuses
from fanshare.flows.check import check as look_through
from fanshare.flows.context import open_programme
from fanshare.flows.hand_bonuses import Wish
from fanshare.store.access import Access, connect
from fanshare.store.queries import results
from fanshare.store.server import Server
from tests.core.statement_verifiers import Verifier, each_verifier
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]
FOR = "For the film about linen"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("bonus")) as made:
        yield made


def page_of(company: Company) -> str:
    return f"/brand/linen/people/{company.brand.cleo}/bonus"


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def send(device: Device, path: str, **values: str) -> Answer:
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def ready(company: Company) -> int:
    found = company.house.value(
        "SELECT coalesce(sum(balance), 0) FROM account WHERE kind = 'available' AND party_id = %s", company.brand.cleo
    )
    return int(found)


def test_it_is_looked_at_given_once_and_read_by_her_on_her_pages_and_statement(company: Company) -> None:
    fina, path, before = company.device("fina"), page_of(company), ready(company)
    assert f'href="{path}"' in fina.get(path.removesuffix("/bonus")).text
    left = {one.currency: one for one in results.margins(company.brand.access, 0)}["EUR"].before_cost
    assert "can be read in two ways" in words(send(fina, path, amount="1.025", words=FOR))
    looked = send(fina, path, amount="25,50", words=FOR)
    assert looked.status == 200
    assert "it costs you 25.50 €" in words(looked)
    assert ready(company) == before, "nothing is given by a look"
    hidden = {name: unescape(value) for name, value in re.findall(r'name="([a-z]+)" value="([^"]*)"', looked.text)}
    form = {name: hidden[name] for name in ("step", "key", "amount", "currency", "words")}
    for _ in range(3):
        assert send(fina, path, **form).status == 302
    assert ready(company) == before + 25_500_000
    assert send(fina, path, **{**form, "amount": "26"}).status == 422, "the key of another wish"
    assert ready(company) == before + 25_500_000
    told = words(company.device("cleo").get("/creator/linen/earnings"))
    assert "25.50 € : a bonus of the brand, given by hand: For the film about linen" in told
    assert FOR not in company.device("carla").get("/creator/linen/earnings").text
    asked: list[str] = []
    cleo = company.device("cleo", company.app(lambda conn: Watching(conn, asked)))
    asked.clear()
    cleo.get("/creator/linen/earnings")
    assert len(asked) <= 12
    found = {one.currency: one for one in results.margins(company.brand.access, 0)}["EUR"]
    assert (found.by_hand, found.before_cost) == (25_500_000, left - 25_500_000)
    assert "bonuses by hand − 25.50 €" in words(company.device("bea").get("/brand/linen"))
    assert company.house.rows("SELECT about FROM audit WHERE what = 'bonus.give'") == [("Cleo: 25.50 EUR",)]
    found_wrong = [one for one in look_through(company.brand.programme, company.house.now) if not one.ok]
    assert {one.name for one in found_wrong} <= {"checkpoints"}, "its key is that of the pages here"


@each_verifier
def test_every_verifier_reads_her_statement(company: Company, check: Verifier) -> None:
    hand_bonuses.give(
        company.brand.programme, Wish(company.brand.cleo, "EUR", 5_000_000, FOR), "read", company.house.now
    )
    made = json.loads(company.device("cleo").get("/creator/linen/statement").text)
    said = [one["sentences"]["payee"] for section in made["currencies"] for one in section["moved"]]
    assert any(one.startswith("A bonus of the brand, given by hand on ") for one in said)
    assert FOR not in json.dumps(made)
    assert check(made)["ok"] == "True"


@pytest.mark.parametrize(
    "values",
    [{"amount": "", "words": "x"}, {"amount": "0", "words": "x"}, {"amount": "-5", "words": "x"},
     {"amount": "0.001", "words": "x"}, {"amount": "5", "words": ""}, {"amount": "5", "words": "x" * 301},
     {"amount": "5", "words": "x", "currency": "XXX"}, {"amount": "9" * 30, "words": "x"}],
)  # fmt: skip
def test_what_is_no_bonus_is_refused_with_a_sentence_and_gives_nothing(
    company: Company, values: dict[str, str]
) -> None:
    before = ready(company)
    answer = send(company.device("bea"), page_of(company), step="give", key="k", **values)
    assert (answer.status, 'role="alert"' in answer.text) == (422, True)
    assert ready(company) == before


def test_only_owner_and_finance_give_and_only_when_they_have_shown_who_they_are(company: Company) -> None:
    path, form = page_of(company), {"step": "give", "key": "mine", "amount": "5", "words": "x"}
    before = ready(company)
    for name in ("mona", "rea", "otto", "cleo", "finn", "dora"):
        assert send(company.device(name), path, **form).status == 403, name
    bea = company.device("bea")
    company.house.later(31 * MINUTE)
    assert send(bea, path, **form).status == 401
    assert ready(company) == before
    assert send(company.device("bea"), path.replace(str(company.brand.cleo), "999999"), **form).status == 404


def test_of_ten_at_once_with_one_key_one_is_given(company: Company) -> None:
    before, answers = ready(company), list[str]()
    wish = Wish(company.brand.cleo, "EUR", 1_000_000, FOR)

    def one() -> None:
        conn = connect(company.house.database.dsn())
        access = Access(conn, company.brand.tenant.id, "test")
        programme = open_programme(access, company.brand.tenant.public_id, KEYS)
        answers.append(hand_bonuses.give(programme, wish, "same", company.house.now))
        conn.close()

    threads = [threading.Thread(target=one) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(answers), len(set(answers))) == (10, 1)
    assert ready(company) == before + 1_000_000


def test_the_page_speaks_german(company: Company) -> None:
    device = company.device("bea")
    device.cookies["fanshare_language"] = "de"
    assert "Ein Bonus von Hand" in words(device.get(page_of(company)))


def test_it_is_given_in_a_browser_by_two_presses(company: Company) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    before = ready(company)
    with chromium() as browser, served(app) as base, watched(browser, base, width=360) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('bea')}")
        seen.press(seen.page.get_by_role("button", name="Sign in"))
        seen.open(page_of(company))
        seen.page.get_by_label("How much").fill("3")
        seen.page.get_by_label("What for").fill("For the pictures")
        seen.press(seen.page.get_by_role("button", name="Look at it first"))
        seen.fit("brand-bonus-look")
        seen.press(seen.page.get_by_role("button", name="Give 3.00"))
        expect(seen.page.get_by_text("Given. It is ready for her now")).to_be_visible()
        assert seen.complaints() == []
    assert ready(company) == before + 3_000_000
