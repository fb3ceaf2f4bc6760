"""Setting up a new brand: from an address without anything to a shop that was heard, in steps that can be left."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from playwright.sync_api import Browser, expect

from fanshare.core.instants import MINUTE
from fanshare.flows.connections import NewConnection, add_connection
from fanshare.flows.context import open_programme
from fanshare.flows.people import Joiner, add_creator
from fanshare.flows.programmes import checked, found
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.set_up import NEEDED, State, Step, decide_brands, finish, leave, look, take_up
from fanshare.store import directory
from fanshare.store.access import Access
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("start")) as made:
        yield made


def brand(company: Company, slug: str) -> Access:
    """A brand as an operator has just founded it; its owner's address begins with its name."""
    house = company.house
    new = checked(f"{slug.title()} & Co", "EUR", "DE", "Europe/Berlin", slug=slug)
    tenant = found(house.conn, KEYS, new, house.now, "test", owner=f"{slug}@example.test")
    return Access(house.conn, tenant.id, "test")


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def send(device: Device, path: str, **values: str) -> Answer:
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def shown(device: Device, path: str) -> dict[str, str]:
    """The figures of the form on the page of terms."""
    text = device.get(path).text
    return dict(re.findall(r'name="([a-z_-]+)" inputmode="decimal" required maxlength="20" value="([^"]*)"', text))


def test_a_new_brand_is_led_to_its_first_terms_and_the_operators_fee_only_where_there_are_several(
    company: Company,
) -> None:
    access = brand(company, "silk")
    owner = company.device("silk")
    for page in ("", "/orders", "/results", "/money", "/people"):
        answer = owner.get(f"/brand/silk{page}")
        assert (answer.status, answer.headers["location"]) == (302, "/brand/silk/start"), page
    seen = words(owner.get("/brand/silk/start"))
    assert "0 of 6 steps are done" in seen
    assert "nothing binds you before you publish" in seen
    assert "What creators, fans" not in seen
    terms = "/brand/silk/terms"
    assert "fee" not in shown(owner, terms)
    assert send(owner, "/brand/silk/start/say", step="brands", what="brands", brands="several").status == 302
    assert access.value("SELECT several_brands FROM programme p WHERE p.id = %(programme_id)s") is True
    figures = shown(owner, terms)
    assert figures["fee"] == "0"
    assert "There are no terms yet" in words(owner.get(terms))
    looked = send(owner, terms, **figures | {"rule-standard": "10", "fee": "2", "admission": "application"})
    assert "The operator's fee is 2 % of every commission" in words(looked)
    assert "These are your first terms, so they begin at once." in words(looked)
    wrong = send(owner, terms, **figures | {"rule-standard": "ten", "admission": "application"})
    assert wrong.status == 422
    form = figures | {"rule-standard": "10", "fee": "0", "admission": "application", "after": "0"}
    done = send(owner, f"{terms}/publish", **form)
    assert (done.status, done.headers["location"]) == (302, "/brand/silk/start")
    late = send(owner, f"{terms}/publish", **form)
    assert "Other terms were published meanwhile" in words(late)
    assert f'action="{terms}"' in late.text, "another look begins on the page of terms"
    assert company.house.rows("SELECT version FROM terms WHERE programme_id = %s", access.programme_id) == [(1,)]
    assert "2 of 6 steps are done" in words(owner.get("/brand/silk/start"))
    assert "2 steps are left before a first sale" in words(owner.get("/brand/silk"))


def test_a_test_delivery_over_the_real_edge_is_seen_and_earns_nobody_anything(company: Company) -> None:
    house, linen, start = company.house, company.brand, "/brand/linen/start"
    bea = company.device("bea")
    assert "A message of the shop has arrived" not in words(bea.get(start))
    with house.open() as _:
        assert house.edge_knows(linen.shop.endpoint)
        assert linen.post(linen.order("T1", test=True)).status_code == 200
        house.work()
    seen = words(bea.get(start))
    assert "A message of the shop has arrived" in seen
    booked = (
        "SELECT count(*) FROM position p JOIN shop_order o ON o.programme_id = p.programme_id AND o.id = p.order_id"
    )
    assert house.value(f"{booked} WHERE o.external_id = 'T1' AND p.amount <> 0") == 0


def test_a_step_is_left_taken_up_again_and_said_to_be_done_by_owners_alone(company: Company) -> None:
    brand(company, "wick")
    owner, say = company.device("wick"), "/brand/wick/start/say"
    assert send(owner, say, step="moving", what="later").headers["location"] == "/brand/wick/start#moving"
    assert "left for later" in words(owner.get("/brand/wick/start"))
    assert send(owner, say, step="moving", what="again").status == 302
    assert send(owner, say, step="moving", what="done").status == 302
    assert "1 of 6 steps are done" in words(owner.get("/brand/wick/start"))
    for wrong in ({"step": "shop", "what": "done"}, {"step": "x", "what": "later"}, {"step": "shop", "what": "x"}, {}):
        assert send(owner, say, **wrong).status == 422, wrong
    assert send(owner, say, step="brands", what="brands", brands="three").status == 422
    assert "1 of 6 steps are done" in words(owner.get("/brand/wick/start"))
    assert owner.get(say).status == 302
    rea = company.device("rea")
    assert "Leave it for later" not in words(rea.get("/brand/linen/start"))
    assert send(rea, "/brand/linen/start/say", step="shop", what="later").status == 403
    assert company.device("dora").get("/brand/linen/start").status == 403


def test_open_admission_is_warned_of_and_the_invitation_names_the_page_on_which_creators_join(company: Company) -> None:
    brand(company, "hemp")
    owner, terms = company.device("hemp"), "/brand/hemp/terms"
    assert "so the terms come first" in words(owner.get("/brand/hemp/start"))
    form = shown(owner, terms) | {"admission": "open", "after": "0"}
    assert send(owner, f"{terms}/publish", **form).status == 302
    seen = owner.get("/brand/hemp/start")
    assert "A fan may then join as a creator and earn the whole commission" in words(seen)
    assert "/join/hemp</textarea>" in seen.text
    assert 'href="/brand/hemp/connections/new"' in seen.text
    assert "Nothing was heard yet" not in words(seen), "there is no shop yet that could speak"


def test_what_is_next_is_the_first_open_step_and_what_is_there_needs_no_saying(company: Company) -> None:
    access, now = brand(company, "flax"), company.house.now
    states = look(access).steps
    assert states[Step.BRANDS] is State.NOW
    assert [state for step, state in states.items() if step is not Step.BRANDS] == [State.OPEN] * 5
    decide_brands(access, several=False, now=now)
    leave(access, "terms", now)
    assert (look(access).steps[Step.TERMS], look(access).steps[Step.SHOP]) == (State.LATER, State.NOW)
    assert (look(access).asked_for, look(access).complete) == (len(NEEDED) - 1, False)
    take_up(access, "terms", now)
    finish(access, "moving", now)
    assert look(access).steps[Step.TERMS] is State.NOW
    assert look(access).steps[Step.MOVING] is State.DONE


def enter(seen: Watched, company: Company, name: str) -> None:
    seen.page.goto(f"{seen.base}/sign-in/confirm?t={company.token(name)}")
    seen.page.get_by_role("button", name="Sign in").press("Enter")
    seen.page.wait_for_url(seen.base + "/home")


def test_an_owner_goes_from_her_first_sign_in_to_her_overview_by_keyboard_alone_and_without_script(
    browser: Browser, company: Company
) -> None:
    access = brand(company, "jute")
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with served(app) as base, watched(browser, base, script=False) as seen:
        page = seen.page
        enter(seen, company, "jute")
        page.locator('.link-card[href="/brand/jute"]').press("Enter")
        page.wait_for_url("**/brand/jute/start")
        page.get_by_role("radio", name="one: ours").press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/start#brands")
        page.get_by_role("link", name="Look at every figure, then publish").press("Enter")
        page.get_by_label("Rule standard").press("Control+A")
        page.keyboard.type("15")
        page.get_by_role("button", name="See what it means").press("Enter")
        expect(page.get_by_text("15 % of the goods").first).to_be_visible()
        page.get_by_role("button", name="Publish as version 1").press("Enter")
        page.wait_for_url("**/brand/jute/start")
        page.get_by_role("button", name="Leave it for later: Your shop").press("Enter")
        page.wait_for_url("**/start#shop")
        page.get_by_role("button", name="This is done: Invite creators").press("Enter")
        page.wait_for_url("**/start#invite")
        page.get_by_role("link", name="To the overview").press("Enter")
        page.wait_for_url("**/brand/jute")
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        assert seen.complaints() == []
    assert look(access).steps[Step.TERMS] is State.DONE


@pytest.mark.parametrize("width", [360, 1440])
def test_setting_up_is_quiet_and_accessible_at_its_beginning_and_at_its_end(
    browser: Browser, company: Company, width: int
) -> None:
    slug = f"reed{width}"
    access = brand(company, slug)
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with served(app) as base, watched(browser, base, width=width) as seen:
        enter(seen, company, slug)
        seen.open(f"/brand/{slug}/start")
        seen.fit(f"brand-start-first-{width}")
        if width > 360:
            seen.open(f"/brand/{slug}/terms")
            seen.fit(f"brand-terms-first-{width}")
        settled(company, access)
        seen.open(f"/brand/{slug}/start")
        seen.fit(f"brand-start-last-{width}")
        expect(seen.page.get_by_text("All is there that a first sale needs.")).to_be_visible()
        assert seen.complaints() == []


def settled(company: Company, access: Access) -> None:
    """Terms, a shop that was heard, and a creator."""
    now, tenant = company.house.now, directory.programme_with_id(company.house.conn, access.programme_id)
    publish_terms(access, {"commission": [{"id": "standard", "percent": "12"}]}, now - MINUTE)
    programme = open_programme(access, tenant.public_id, KEYS)
    made = add_connection(
        programme, NewConnection("generic", "https://shop.example"), now, can_fetch=False, reports_fulfilment=False
    )
    company.house.conn.execute("UPDATE connection SET last_heard_at = %s WHERE id = %s", [now, made.id])
    add_creator(programme, Joiner("Rita"), now)
    for step in ("admission", "moving"):
        finish(access, step, now)
    decide_brands(access, several=False, now=now)


def test_the_worked_order_follows_a_figure_without_a_button_where_there_is_script(
    browser: Browser, company: Company
) -> None:
    brand(company, "moss")
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with served(app) as base, watched(browser, base, width=1440) as seen:
        page = seen.page
        enter(seen, company, "moss")
        page.goto(f"{base}/brand/moss/terms")
        page.get_by_label("Rule standard").fill("15")
        page.keyboard.press("Tab")
        page.get_by_text("Rule standard: 15 % of the goods.").wait_for()
        expect(page.get_by_text("8.85").first, "15 % of 59.00").to_be_visible()
        assert "15" in page.locator("#live-rest input[name=document]").last.input_value(), "what would be published"
        page.get_by_label("Rule standard").fill("lots")
        page.keyboard.press("Tab")
        page.get_by_role("alert").get_by_text("lots").wait_for()
        assert page.get_by_role("button", name="Publish").count() == 0
        assert seen.faults() == []
        assert all("422" in said for said in seen.console), "a browser says so of every refused form"
