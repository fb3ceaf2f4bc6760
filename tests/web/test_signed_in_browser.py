"""The pages of signed-in people in a real Chromium: quiet, accessible, within the window, without script, in German."""

import re
from collections.abc import Iterator

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from fanshare.core.instants import SECOND
from fanshare.flows import claim_papers, claims, fan_names, funding, joining, posts, questions, set_up, thanks
from fanshare.flows.claims import Said
from fanshare.flows.day_keys import DayKeys
from fanshare.flows.links import NewCode, add_code
from fanshare.flows.rulings import find_order
from fanshare.store.directory import programme_with_id
from fanshare.store.queries import edge
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.serving import behind_an_edge
from tests.web.test_creator_page import photo

__all__ = ["schema_template"]

MESSAGE = b"\x5e" * 16
#: Everybody's pages: whom they are shown to, what a picture is called, the path. ``{code}`` is Cleo's link.
PAGES = {
    "cleo": {
        "creator-welcome": "/creator/linen/welcome",
        "creator-today": "/creator/linen",
        "creator-earnings": "/creator/linen/earnings",
        "creator-links": "/creator/linen/links",
        "creator-link": "/creator/linen/links/{code}",
        "creator-codes": "/creator/linen/codes",
        "creator-code": "/creator/linen/codes/{own_code}",
        "creator-page": "/creator/linen/page",
        "creator-elsewhere": "/creator/linen/page/elsewhere",
        "creator-kit": "/creator/linen/page/kit",
        "creator-fans": "/creator/linen/fans",
        "creator-fan": "/creator/linen/fans/{shown}",
        "creator-questions": "/creator/linen/questions",
        "creator-thread": "/creator/linen/questions/{thread}",
        "creator-exclusive": "/creator/linen/exclusive",
        "creator-exclusive-new": "/creator/linen/exclusive/new",
        "creator-exclusive-post": "/creator/linen/exclusive/{post}",
        "creator-off-time": "/creator/linen/off-time",
        "creator-settings": "/account/linen/settings",
        "creator-programmes": "/creator/linen/programmes",
        "creator-nothing-found": "/creator/linen/earnings?q=none",
    },
    "bea": {
        "brand-overview": "/brand/linen",
        "brand-people": "/brand/linen/people",
        "brand-fans": "/brand/linen/fans",
        "brand-orders": "/brand/linen/orders",
        "brand-order": "/brand/linen/orders/{order}",
        "brand-objections": "/brand/linen/objections",
        "brand-checks": "/brand/linen/checks",
        "brand-terms": "/brand/linen/terms",
        "brand-terms-rules": "/brand/linen/terms/rules",
        "brand-words": "/brand/linen/terms/words",
        "brand-terms-exact": "/brand/linen/terms/exact",
        "brand-reports": "/brand/linen/reports",
        "brand-claims": "/brand/linen/claims",
        "brand-team": "/brand/linen/team",
        "brand-software": "/brand/linen/software",
        "brand-codes": "/brand/linen/codes",
        "brand-claim": "/brand/linen/claims/{claim}",
        "brand-claim-by-receipt": "/brand/linen/claims/{receipt}",
        "brand-links": "/brand/linen/links",
        "brand-link": "/brand/linen/links/one/{code}",
        "brand-counting-codes": "/brand/linen/codes/counting",
        "brand-creator": "/brand/linen/people/{creator}",
        "brand-write": "/brand/linen/people/write",
        "brand-budget": "/brand/linen/budget",
        "brand-returns": "/brand/linen/products/returns",
        "brand-bonus": "/brand/linen/people/{creator}/bonus",
        "brand-expenses": "/brand/linen/people/{creator}/expenses",
        "brand-costs": "/brand/linen/costs",
        "brand-messages": "/brand/linen/messages",
        "brand-message": "/brand/linen/messages/{message}",
        "brand-assign": "/brand/linen/orders/1/assign",
        "brand-moving": "/brand/linen/start/moving",
        "brand-code-plans": "/brand/linen/codes/plans",
        "brand-joining-codes": "/brand/linen/codes/joining",
        "brand-several-codes": "/brand/linen/codes/several",
        "brand-several-links": "/brand/linen/links/several",
        "brand-results": "/brand/linen/results",
        "brand-money": "/brand/linen/money",
        "brand-credit-stock": "/brand/linen/credit/stock",
        "brand-payouts": "/brand/linen/payouts",
        "brand-tax": "/brand/linen/payouts/tax",
        "brand-tax-year": "/brand/linen/payouts/tax/year",
        "brand-billing": "/brand/linen/payouts/billing",
        "brand-money-who": "/brand/linen/money?by=who",
        "brand-results-days": "/brand/linen/results?by=day",
    },
    "otto": {
        "operator-health": "/operator",
        "operator-books": "/operator/books",
        "operator-inbox": "/operator/inbox",
        "operator-programmes": "/operator/programmes",
        "operator-people": "/operator/people",
        "operator-texts": "/operator/texts",
        "operator-text": "/operator/texts/privacy/de",
        "operator-settings": "/operator/settings",
        "operator-audit": "/operator/audit",
        "operator-me": "/operator/me",
        "operator-dac7": "/operator/dac7",
        "operator-funding": "/brand/linen/funding",
        "operator-funding-bills": "/brand/linen/funding/invoices",
    },
    "finn": {
        "fan-home": "/fan/linen",
        "fan-earnings": "/fan/linen/earnings",
        "fan-share": "/fan/linen/share",
        "fan-creators": "/fan/linen/creators",
        "fan-thanks": "/fan/linen/thanks",
        "fan-questions": "/fan/linen/questions",
        "fan-thread": "/fan/linen/questions/cleo",
        "fan-exclusive": "/fan/linen/exclusive",
        "fan-exclusive-post": "/fan/linen/exclusive/{post}",
        "fan-object": "/object/linen/{token}",
        "fan-claims": "/claims/linen",
        "safety": "/safety",
        "leave": "/account/linen",
        "payee": "/payee/linen",
        "payee-us": "/payee/linen?kind=us",
        "payee-tax": "/payee/linen/tax",
        "payee-tax-year": "/payee/linen/year",
        "payee-billing": "/payee/linen/billing",
        "mails": "/account/linen/mails",
        "fan-settings": "/account/linen/settings",
    },
    "": {
        "join-creator": "/join/linen",
        "join-fan": "/join/linen/fan/cleo",
        "join-claim": "/join/linen/claim",
        "sharing": "/sharing/linen?order=80&who=both",
        "verify": "/verify",
        "developers": "/developers",
    },
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("browser")) as made:
        clicked(made)
        written(made)
        thanked(made)
        posted(made)
        held(made)
        yield made


@pytest.fixture(scope="module")
def base(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with behind_an_edge(app, tmp_path_factory.mktemp("edge")) as address:
        yield address


def clicked(company: Company) -> None:
    """Clicks of two creators, so that there is something to draw."""
    statement = "INSERT INTO click_day SELECT programme_id, id, '2026-11-18', 'counted', 40 * id FROM link"
    company.house.conn.execute(statement)


def written(company: Company) -> None:
    """A message of the shop, read already."""
    brand, at = company.brand, company.house.now
    sealed = DayKeys(company.house.conn, KEYS).seal(at, msgspec.msgpack.encode(({}, b'{"id": 1042}')), MESSAGE)
    row = edge.NewDelivery(MESSAGE, at, brand.shop.id, brand.shop.endpoint, "order.updated", sealed, bytes(32))
    edge.insert_deliveries(brand.access, [row])
    brand.access.execute("UPDATE delivery SET state = 'done' WHERE programme_id = %(programme_id)s")


def thanked(company: Company) -> None:
    """Finn lets Cleo see a name and asks her something, she answers and thanks him, and both report each other."""
    brand, now = company.brand, company.house.now
    fan_names.show(brand.programme, brand.finn, "cleo", "Finn \u05d3\u05d5\u05d3 of the Fens", now)
    shown = company.house.value("SELECT id FROM fan_shown")
    thanks.thank_fan(brand.programme, brand.cleo, shown, "Thank you for the two of them " + "w" * 200, now)
    questions.ask(brand.programme, brand.finn, brand.cleo, "Which size?\n" + "w" * 200, now)
    thread = company.house.value("SELECT id FROM question_thread")
    questions.answer(brand.programme, brand.cleo, thread, "The long one.", now)
    for message, by_creator in company.house.rows("SELECT id, by_creator FROM question_message"):
        row = questions.of_hers(brand.programme, brand.cleo, thread)
        questions.report(brand.programme, row, message, now, by_creator=not by_creator)


def posted(company: Company) -> None:
    """Cleo writes something for her fans, with a picture."""
    programme, cleo, now = company.brand.programme, company.brand.cleo, company.house.now
    draft = posts.Draft("Behind the loom " + "w" * 90, "Only *you*:\n\n- one\n- two\n\n> " + "w" * 200, "DE")
    post = posts.write(programme, cleo, draft, now, shown=True)
    posts.add_picture(programme, cleo, post, photo(), "A loom " + "w" * 150, now)
    posts.report(programme, company.brand.finn, post, now)


def held(company: Company) -> None:
    """The operator holds the brand's money, and some came in."""
    access, now = company.brand.access, company.house.now
    set_up.decide_brands(access, several=True, now=now)
    funding.switch_on(access, programme_with_id(access.conn, access.programme_id), 250, now)
    funding.book(company.brand.programme, funding.Slip("EUR", 5_000_000, "by hand"), "T-1", "Otto", now)


def enter(seen: Watched, company: Company, name: str) -> None:
    seen.page.goto(f"{seen.base}/sign-in/confirm?t={company.token(name)}")
    seen.page.get_by_role("button", name="Sign in").click()
    seen.page.wait_for_url(seen.base + "/home")


def token(company: Company) -> str:
    """What names Finn's line."""
    found: str = company.house.value("SELECT why_token FROM position WHERE party_id = %s", company.brand.finn)
    return found


def own_code(company: Company) -> int:
    """A code of Cleo's, made when it is first needed."""
    brand = company.brand
    found = company.house.value("SELECT id FROM code WHERE folded = 'cleo-and-a-very-long-code-of-hers'")
    new = NewCode(brand.cleo, brand.cleo, "Cleo-And-A-Very-Long-Code-Of-Hers", LABEL)
    return int(found) if found else add_code(brand.programme, new, company.house.now)


def claimed(company: Company) -> int:
    """A claim of Finn's, made when it is first needed."""
    brand = company.brand
    claims.claim(brand.programme, brand.finn, brand.cleo, Said("H1003", "Thank you, Ann"), company.house.now)
    found: int = company.house.value("SELECT max(id) FROM claim WHERE id NOT IN (SELECT claim_id FROM claim_paper)")
    return found


def received(company: Company) -> int:
    """A claim of Finn's by a photo alone, made when it is first needed."""
    known: int | None = company.house.value("SELECT max(claim_id) FROM claim_paper")
    if known is None:
        brand, paper = company.brand, claim_papers.taken(photo())
        claims.claim(brand.programme, brand.finn, brand.cleo, Said(words="Hers"), company.house.now, paper)
        known = company.house.value("SELECT max(claim_id) FROM claim_paper")
    assert known is not None
    return known


def fit(seen: Watched, name: str) -> None:
    """Nothing to complain about on a phone and on a desk, at 200 % neither."""
    seen.fit_in(name, (360, 1280))
    seen.page.set_viewport_size({"width": 320, "height": 800})  # what 640 pixels are at 200 %
    assert seen.sideways() == 0, (name, "at 320 pixels")
    assert seen.complaints() == [], name


@pytest.mark.parametrize("who", list(PAGES))
def test_every_page_is_quiet_and_accessible(browser: Browser, company: Company, base: str, who: str) -> None:
    with watched(browser, base) as seen:
        if who:
            enter(seen, company, who)
        for name, path in PAGES[who].items():
            order = find_order(company.brand.access, "H1003")
            known = {"creator": company.brand.cleo, "order": order, "claim": claimed(company), "message": MESSAGE.hex()}
            known["receipt"] = received(company)
            known["shown"] = company.house.value("SELECT id FROM fan_shown")
            known["post"] = company.house.value("SELECT id FROM post")
            known["thread"] = company.house.value("SELECT id FROM question_thread")
            known["own_code"] = own_code(company)
            seen.open(path.format(code=company.brand.code, token=token(company), **known))
            fit(seen, name)


def test_somebody_joins_by_keyboard_alone_and_without_script(browser: Browser, company: Company, base: str) -> None:
    with watched(browser, base, script=False) as seen:
        seen.page.goto(base + "/join/linen/fan/cleo")
        seen.page.get_by_label("Your e-mail address").focus()
        seen.page.keyboard.type("gus@example.test")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.type("Germany")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Enter")
        seen.page.get_by_role("heading", name="Look into your mailbox").wait_for()
        draft = joining.Draft(joining.FAN, "gus@example.test", creator="cleo", country="DE")
        token = joining.make_link(company.brand.access, KEYS, draft, company.house.now)
        seen.page.goto(f"{base}/join/linen/confirm?t={token}")
        seen.page.get_by_role("button", name="I am 18 or older: go on").focus()
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**/fan/linen/share")
        message = seen.page.get_by_label("A message, ready to send").input_value()
        assert message.startswith("Werbung: Ich verdiene mit, wenn du kaufst.")
        assert seen.complaints() == []


def test_a_message_is_copied_and_handed_on_by_buttons_that_need_a_script(
    browser: Browser, company: Company, base: str
) -> None:
    with watched(browser, base, script=False) as seen:
        enter(seen, company, "finn")
        seen.page.goto(base + "/fan/linen")
        expect(seen.page.get_by_label("A message, ready to send")).to_be_visible()
        assert seen.page.locator("button[data-of]:visible").count() == 0
    with watched(browser, base) as seen:
        seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        enter(seen, company, "finn")
        for path in ("/fan/linen", "/fan/linen/share"):
            seen.open(path)
            message = seen.page.get_by_label("A message, ready to send").first.input_value()
            assert message.startswith("Werbung")
            expect(seen.page.get_by_role("button", name="Share the message")).to_have_count(0)
            seen.page.get_by_role("button", name="Copy the message").first.click()
            expect(seen.page.get_by_role("status").get_by_text("Copied.")).to_be_visible()
            assert seen.page.evaluate("navigator.clipboard.readText()") == message
        seen.page.add_init_script("navigator.share = async (what) => { window.handed = what; }")
        seen.open("/fan/linen")
        seen.page.get_by_role("button", name="Share the message").click()
        assert seen.page.evaluate("window.handed") == {"text": message}
        seen.page.evaluate("() => { navigator.clipboard.writeText = async () => { throw new Error('no'); }; }")
        seen.page.get_by_role("button", name="Copy the message").click()
        expect(seen.page.get_by_role("status").get_by_text("The text is selected: copy it from there.")).to_be_visible()
        assert seen.page.evaluate("String(getSelection())") in {message, ""}
        assert seen.complaints() == []


def test_somebody_tries_an_order_by_keyboard_alone_and_without_script(
    browser: Browser, company: Company, base: str
) -> None:
    with watched(browser, base, script=False) as seen:
        seen.page.goto(base + "/sharing")
        seen.page.get_by_label("What the goods cost").focus()
        seen.page.keyboard.press("Control+A")
        seen.page.keyboard.type("100")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**/sharing?order=100&who=both*")
        expect(seen.page.get_by_text("The creator gets all the rest: 9.6")).to_be_visible()
        assert seen.complaints() == []


def test_a_creator_makes_a_link_pauses_it_and_chooses_what_fans_get(
    browser: Browser, company: Company, base: str
) -> None:
    with watched(browser, base, script=False) as seen:
        enter(seen, company, "cleo")
        seen.page.goto(base + "/creator/linen/links")
        seen.page.get_by_label("Address of a product in the shop").fill("https://elsewhere.example/shirt")
        seen.press(seen.page.get_by_role("button", name="Make the link"))
        assert seen.page.get_by_role("alert").inner_text() == "elsewhere.example is not one of this shop's addresses."
        seen.page.get_by_label("Address of a product in the shop").fill("https://shop.example/shirt")
        seen.page.get_by_label("Country of the people you show it to").select_option("DE")
        seen.page.get_by_label("A name for you").fill("Shirt")
        seen.page.get_by_role("button", name="Make the link").click()
        expect(seen.page.get_by_role("heading", name="Shirt")).to_be_visible()
        message = seen.page.get_by_label("A message, ready to send").input_value()
        assert re.fullmatch(r"Werbung: Ich verdiene mit, wenn du kaufst\. http://127\.0\.0\.1:\d+/r/\w{8}", message)
        company.house.later(SECOND)
        seen.page.get_by_role("button", name="Pause the link").click()
        seen.page.get_by_text("paused: it still leads to the shop").wait_for()
        company.house.later(SECOND)
        seen.page.get_by_label("The fan's part in percent").fill("25")
        seen.page.get_by_role("button", name="Choose").click()
        seen.page.get_by_text("she gets 25 % of your commission").wait_for()
        company.house.later(SECOND)
        seen.page.get_by_role("button", name="Let it count again").click()
        seen.page.get_by_text("live: clicks count").wait_for()


def test_the_switch_to_german_holds_and_goes_back_to_the_same_page(
    browser: Browser, company: Company, base: str
) -> None:
    with watched(browser, base) as seen:
        enter(seen, company, "cleo")
        seen.open("/creator/linen/earnings")
        seen.page.get_by_role("link", name="Deutsch").click()
        seen.page.get_by_role("button", name="Deutsch").click()
        seen.page.wait_for_url(base + "/creator/linen/earnings")
        assert seen.page.locator("html").get_attribute("lang") == "de"
        expect(seen.page.get_by_role("heading", name="Einnahmen", exact=True)).to_be_visible()
        assert seen.faults() == []
        expect(seen.page.get_by_text("7,08").first).to_be_visible()
