"""Goals over real books: a creator opens one, fans give and take back, everybody sees how it stands and ends."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from fanshare.core.instants import DAY, format_rfc3339
from fanshare.core.ledger import AccountKey, AccountKind, Balance, open_with
from fanshare.core.money import MICROS
from fanshare.flows import goals
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_fan
from fanshare.store import books
from fanshare.store.ledger import post_logged
from fanshare.store.queries import gifts as gift_rows
from fanshare.store.queries import goals as rows
from fanshare.store.server import Server
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served
from tests.web.test_rewards import PATH, earns, hidden, question_of, words

__all__ = ["schema_template"]

HERS = "/creator/linen/goals"


@pytest.fixture
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("goals")) as made:
        yield made


def day_in(company: Company, days: int) -> str:
    return format_rfc3339(company.house.now + days * DAY)[:10]


def writes(company: Company, device: Device, **changed: str) -> Answer:
    """The form of a goal as somebody fills it."""
    page = device.get(HERS)
    until = day_in(company, 10)
    typed = {"title": "A loom", "words": "For linen\nof my own.", "target": "10.00", "until": until, "do": "keep"}
    return device.post(HERS, {**hidden(page), **typed, **changed})


def running(company: Company) -> list[rows.GoalRow]:
    return rows.running(company.brand.access, [company.brand.cleo], company.house.now)


def now_open(company: Company) -> rows.GoalRow:
    """Her goal; a fresh one where there is none."""
    if not running(company):
        assert writes(company, company.device("cleo")).status == 302
    (goal,) = running(company)
    return goal


def given(company: Company, amount: str) -> Device:
    """Finn, who earned 20.00 and gave some of it to the goal."""
    earns(company, 20 * MICROS)
    finn, goal = company.device("finn"), now_open(company)
    assert finn.post(PATH, hidden(question_of(finn, amount, f"goal {goal.id}"))).status == 302
    return finn


def ready(company: Company, party: int) -> int:
    key = Balance(AccountKey(AccountKind.AVAILABLE, party), "EUR")
    return books.balances(company.brand.access).get(key, 0)


def test_a_creator_without_a_goal_is_shown_how_to_open_one_and_wrong_fields_say_why(company: Company) -> None:
    cleo = company.device("cleo")
    assert "Your first goal" in words(cleo.get(HERS))
    assert "My goal" not in words(Device(company.app()).get("/c/linen/cleo"))
    for wrong, said in (
        ({"target": "0"}, "Write the sum in digits"),
        ({"target": "1.500"}, "can be read in two ways"),
        ({"target": "0.001"}, "Write the sum in digits"),
        ({"until": ""}, "Choose a last day"),
        ({"until": "2020-01-01"}, "Choose a last day"),
        ({"until": day_in(company, 500)}, "Choose a last day"),
        ({"title": " "}, "Write something first"),
        ({"words": "see https://shop.example"}, "without addresses"),
    ):
        refused = writes(company, cleo, **wrong)
        assert (refused.status, said in words(refused)) == (422, True), wrong
    assert writes(company, cleo).status == 302
    assert "0 % of 10.00 € until" in words(cleo.get(HERS))
    assert writes(company, cleo, goal="").status == 422, "one at a time"


def test_a_fan_reads_what_holds_before_she_gives_and_takes_it_back(company: Company) -> None:
    earns(company, 20 * MICROS)
    finn, goal = company.device("finn"), now_open(company)
    assert "Cleo’s goal “A loom”, 10.00 € missing" in words(finn.get(PATH))
    assert "more than you can give" in words(question_of(finn, "10.01", f"goal {goal.id}"))
    question = question_of(finn, "4.00", f"goal {goal.id}")
    said = words(question)
    assert "Give 4.00 € for “A loom” of Cleo?" in said
    assert "all of it comes back to you with its old dates: ready since" in said
    for _ in range(2):
        assert finn.post(PATH, hidden(question)).status == 302
    (gift,) = gift_rows.all_gifts(company.brand.access)
    assert "waits for the goal until" in words(finn.get(PATH))
    assert "40 % of 10.00 €" in words(company.device("cleo").get(HERS))
    assert "0 % of 10.00 €" in words(Device(company.app()).get("/c/linen/cleo")), "the public learns it tomorrow"
    for name, status in (("fay", 422), ("cleo", 403)):
        stray = company.device(name)
        assert stray.post(PATH, {**hidden(stray.get("/sign-out")), "back": str(gift.id)}).status == status
    assert finn.post(PATH, {**hidden(finn.get(PATH)), "back": str(gift.id)}).status == 302
    assert "yours again" in words(finn.get(PATH))
    assert ready(company, company.brand.finn) == 20 * MICROS


def test_the_public_page_shows_how_it_stands_and_not_how_many_gave_while_they_are_few(company: Company) -> None:
    given(company, "3.00")
    goal = now_open(company)
    company.house.later(DAY)
    page = words(Device(company.app()).get("/c/linen/cleo"))
    assert "My goal A loom" in page
    assert "30 % of 10.00 € until" in page
    assert "too few to tell" in page
    brand = company.brand
    for number in range(19):
        joiner = Joiner(f"Fan {number}", f"fan-{number}@example.test")
        fan = add_fan(brand.programme, joiner, company.house.now)
        add_link(brand.programme, NewLink(brand.cleo, fan, "https://shop.example/linen", LABEL), company.house.now)
        earns_now(company, fan)
        goals.give(brand.programme, goals.Wish(fan, goal.id, 10_000), "k", company.house.now)
    company.house.later(DAY)
    assert "20 fans gave." in words(Device(company.app()).get("/c/linen/cleo"))


def earns_now(company: Company, fan: int) -> None:

    post_logged(company.brand.access, [open_with(fan, MICROS, "EUR", waiting=False)], at=company.house.now)


def test_a_creator_changes_the_words_and_gives_it_up_after_one_question(company: Company) -> None:
    given(company, "3.00")
    cleo, goal, before = company.device("cleo"), now_open(company), ready(company, company.brand.finn)
    until = format_rfc3339(goal.ends_at - 1)[:10]
    again = {"target": "10.00", "until": until}
    assert writes(company, cleo, title="A blue loom", **again).status == 302
    assert "A blue loom" in words(cleo.get(HERS))
    assert "Somebody gave for it already" in words(writes(company, cleo, **{**again, "target": "11.00"}))
    question = cleo.post(HERS, {**hidden(cleo.get(HERS)), "do": "withdraw"})
    assert "Give up “A blue loom”?" in words(question)
    assert ready(company, company.brand.finn) == before
    carla = company.device("carla")
    stolen = {**hidden(carla.get("/sign-out")), "goal": str(goal.id), "do": "withdraw surely"}
    assert carla.post(HERS, stolen).status == 422
    assert cleo.post(HERS, {**hidden(question), "do": "withdraw surely"}).status == 302
    assert ready(company, company.brand.finn) == before + 3 * MICROS
    page = words(cleo.get(HERS))
    assert "given up: everything went back" in page
    assert "Another goal" in page
    assert "My goal" not in words(Device(company.app()).get("/c/linen/cleo"))


def test_the_pages_ask_the_database_twelve_things_at_most(company: Company) -> None:
    given(company, "2.00")
    seen: list[str] = []
    app = company.app(lambda conn: Watching(conn, seen))
    for name, path in (("finn", PATH), ("cleo", HERS), ("", "/c/linen/cleo")):
        device = company.device(name, app)
        seen.clear()
        assert device.get(path).status == 200
        asked = [one for one in seen if one.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE"))]
        assert len(asked) <= 12, "\n".join(" ".join(one.split())[:110] for one in asked)


def test_a_goal_is_opened_on_a_phone_and_reached(company: Company) -> None:
    brand = company.brand
    earns(company, 20 * MICROS)
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('cleo')}")
        seen.page.get_by_role("button", name="Sign in").click()
        seen.page.wait_for_url(base + "/home")
        seen.page.set_viewport_size({"width": 360, "height": 740})
        seen.open(HERS)
        seen.fit("goals-new")
        seen.page.get_by_label("What it is for").fill("A dye garden")
        seen.page.get_by_label("A few words about it").fill("Woad and madder.")
        seen.page.get_by_label("How much it takes").fill("5.00")
        seen.page.get_by_label("Its last day").fill(day_in(company, 20))
        seen.page.get_by_role("button", name="Open it to fans").click()
        seen.page.wait_for_url(f"{base}{HERS}?kept=1")
        goal = now_open(company)
        goals.give(brand.programme, goals.Wish(brand.finn, goal.id, 2 * MICROS), "first", company.house.now)
        seen.open(HERS)
        assert seen.page.get_by_role("progressbar").get_attribute("value") == "40"
        seen.fit("goals")
        company.house.later(DAY)
        seen.open("/c/linen/cleo")
        seen.fit("goal-public")
        goals.give(brand.programme, goals.Wish(brand.finn, goal.id, 3 * MICROS), "last", company.house.now)
        seen.open(HERS)
        expect(seen.page.get_by_text("reached: yours")).to_be_visible()
        assert seen.console == []
    assert gift_rows.all_gifts(brand.access)[-1].state == "kept"
