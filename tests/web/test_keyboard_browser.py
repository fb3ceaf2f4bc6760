"""Whole journeys with the keys alone: no mouse, nothing filled in by the test, the focus seen at every stop."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from fanshare.core.instants import MINUTE
from fanshare.core.terms_text import parse
from fanshare.flows import claims, joining
from fanshare.flows.claims import Said
from fanshare.flows.publish_terms import publish_terms
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.jobs.house import TERMS
from tests.support.schema import schema_template
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.keys_alone import Hands
from tests.web.support.serving import behind_an_edge

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Linen, with a claim of Finn's that waits, and where whoever asks is in."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("keys")) as made:
        house, brand = made.house, made.brand
        claims.claim(brand.programme, brand.finn, brand.cleo, Said("H1003", "Thank you, Ann"), house.now)
        terms = parse(TERMS + '\n[terms]\nadmission = "open"\n', "toml")
        publish_terms(brand.access, terms, house.now, effective_at=house.now)
        house.later(MINUTE)
        yield made


@pytest.fixture(scope="module")
def base(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with behind_an_edge(app, tmp_path_factory.mktemp("edge")) as address:
        yield address


def confirmed(seen: Watched, company: Company, draft: joining.Draft) -> Hands:
    """The page behind the link of the mail; the button that says "18 or older" is pressed."""
    token = joining.make_link(company.brand.access, KEYS, draft, company.house.now)
    seen.page.goto(f"{seen.base}/join/linen/confirm?t={token}")
    hands = Hands(seen)
    hands.follow("I am 18 or older: go on", "Space")
    return hands


def entered(seen: Watched, company: Company, name: str) -> Hands:
    seen.page.goto(f"{seen.base}/sign-in/confirm?t={company.token(name)}")
    hands = Hands(seen)
    hands.follow("Sign in", "Enter")
    return hands


def test_a_creator_joins_and_comes_to_her_link(browser: Browser, company: Company, base: str) -> None:
    with watched(browser, base) as seen:
        seen.page.goto(base + "/join/linen")
        hands = Hands(seen)
        hands.skip()
        for field, text in (("The name people see", "Nora"), ("Your e-mail address", "nora@example.test")):
            hands.to(field)
            hands.type(text)
        hands.to("Country of the people")
        hands.type("Germany")
        hands.follow("Send me the link that confirms it", "Enter")
        expect(seen.page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
        draft = joining.Draft(joining.CREATOR, "nora@example.test", name="Nora", country="DE")
        hands = confirmed(seen, company, draft)
        expect(seen.page.get_by_role("heading", name="You are in")).to_be_visible()
        hands.skip()
        hands.to("Make one for a product")
        assert "/r/" in seen.page.get_by_label("The link").first.input_value()
        hands.walk()
        assert seen.complaints() == []


def test_a_fan_joins_and_comes_to_the_link_to_share(browser: Browser, company: Company, base: str) -> None:
    with watched(browser, base) as seen:
        seen.page.goto(base + "/join/linen/fan/cleo")
        hands = Hands(seen)
        hands.to("Your e-mail address")
        hands.type("gus@example.test")
        hands.to("Country of the people")
        hands.press("ArrowDown")
        hands.type("Germany")
        hands.follow("Send me", "Enter")
        expect(seen.page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
        draft = joining.Draft(joining.FAN, "gus@example.test", creator="cleo", country="DE")
        hands = confirmed(seen, company, draft)
        seen.page.wait_for_url("**/fan/linen/share")
        hands.skip()
        hands.to("A message, ready to send")
        assert seen.page.evaluate("document.activeElement.value").startswith("Werbung: Ich verdiene mit")
        hands.to("Skip to the content", back=True)
        hands.walk()
        assert seen.complaints() == []


def test_a_brand_answers_a_claim(browser: Browser, company: Company, base: str) -> None:
    with watched(browser, base) as seen:
        hands = entered(seen, company, "bea")
        hands.follow("Overview", "Enter")
        hands.to("More")
        hands.press("Enter")
        expect(seen.page.locator("nav.tabs details")).to_have_attribute("open", "")
        hands.to("Team")
        hands.press("Escape")
        expect(seen.page.locator("nav.tabs details")).not_to_have_attribute("open", "")
        assert hands.here() == "More", "whoever closes a menu stands where she opened it"
        hands.follow("1 claim waits", "Enter")
        hands.skip()
        hands.follow("for Cleo", "Enter")
        hands.skip()
        hands.to("Why, for your own record")
        hands.type("We never heard of it")
        hands.walk()
        hands.to("Why, for your own record")
        hands.follow("Not credited to her", "Space")
        expect(seen.page.get_by_text("not credited").first).to_be_visible()
        assert company.house.value("SELECT note FROM claim_answer") == "We never heard of it"
        assert seen.complaints() == []


def test_an_operator_reads_the_books(browser: Browser, company: Company, base: str) -> None:
    with watched(browser, base, width=1280) as seen:
        hands = entered(seen, company, "otto")
        hands.follow("Health", "Enter")
        hands.to("You are here as")
        hands.press("Space")
        hands.to("Safety")
        hands.press("Escape")
        assert hands.here().startswith("You are here as")
        hands.follow("Books", "Enter")
        expect(seen.page.get_by_role("heading", name="Books", level=1)).to_be_visible()
        hands.skip()
        before = seen.page.evaluate("scrollY")
        hands.press("End")
        seen.page.wait_for_function(
            "before => scrollY > before || innerHeight >= document.body.scrollHeight", arg=before
        )
        expect(seen.page.get_by_text("balanced").first).to_be_visible()
        hands.walk()
        assert seen.complaints() == []


def test_a_stop_that_cannot_be_seen_a_trap_and_an_odd_order_would_be_found(browser: Browser, base: str) -> None:
    """The control of the hands: three faults, put into a page that is sound."""
    style = "for (const one of document.querySelectorAll('a')) one.style.outline = 'none'"
    trap = "document.querySelector('footer a').addEventListener('keydown', one => one.preventDefault())"
    order = "document.querySelector('footer a').tabIndex = 1"
    for fault, said in ((style, "cannot be seen"), (trap, "holds the focus"), (order, "comes before")):
        with watched(browser, base) as seen:
            seen.open("/terms/linen")
            Hands(seen).walk()
            seen.page.evaluate(fault)
            with pytest.raises(AssertionError, match=said):
                Hands(seen).walk()
