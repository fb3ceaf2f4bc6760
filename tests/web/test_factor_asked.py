"""What was typed is not lost where a second factor has to be set up first: held by the page, sent when there is one."""

import base64
import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core import one_time_code
from fanshare.core.instants import DAY, MINUTE
from fanshare.flows.rulings import find_order
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]
REASON = '<i>Look</i> & "see"\nline two'


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Linen asks for a second factor, and its two weeks are over."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("asked")) as made:
        conn, at = made.house.conn, made.house.now - 60 * DAY
        conn.execute("INSERT INTO factor_rule (programme_id, since_at) VALUES (%s, %s)", [made.brand.tenant.id, at])
        conn.execute("UPDATE brand_person SET added_at = %s", [at])
        yield made


@pytest.fixture(autouse=True)
def nobody_has_one(company: Company) -> Iterator[None]:
    yield
    company.house.conn.execute("DELETE FROM second_factor")


def order(company: Company) -> str:
    return f"/brand/linen/orders/{find_order(company.brand.access, 'Q1004')}/decide"


def send(device: Device, path: str, **values: str) -> Answer:
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def held(answer: Answer) -> dict[str, str]:
    """The form that a page holds, as a browser reads it."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    return {name: unescape(value) for name, value in found}


def decided(company: Company) -> int:
    found: int = company.house.value("SELECT count(*) FROM ruling WHERE replace(reason, E'\r', '') = %s", REASON)
    return found


def code_of(company: Company, page: str) -> str:
    """What an app shows to which a page gives its secret."""
    found = re.search(r'<code class="hash">([A-Z2-7 ]+)</code>', page)
    assert found is not None
    text = found[1].replace(" ", "")
    secret = base64.b32decode(text + "=" * (-len(text) % 8))
    return one_time_code.code(secret, one_time_code.step_of(company.house.now))


def set_up(company: Company, device: Device) -> None:
    page = send(device, "/safety/app").text
    assert send(device, "/safety/app", code=code_of(company, page)).status == 200


def test_what_was_typed_is_held_while_a_factor_is_set_up_and_done_afterwards(company: Company) -> None:
    bea, before = company.device("bea"), decided(company)
    asked = send(bea, order(company), verdict="held", days="3", reason=REASON)
    assert (asked.status, "A second factor first" in asked.text) == (403, True)
    assert "<i>Look" not in asked.text
    form = held(asked)
    assert (form["verdict"], form["days"], form["reason"]) == ("held", "3", REASON)
    again = bea.post(order(company), form)
    assert (again.status, held(again)["reason"]) == (403, REASON), "without one it is asked again, and still held"
    assert decided(company) == before
    set_up(company, bea)
    assert bea.post(order(company), form).status == 302
    assert decided(company) == before + 1


def test_a_factor_that_was_set_up_long_ago_is_shown_and_the_form_is_still_held(company: Company) -> None:
    bea, before = company.device("bea"), decided(company)
    form = held(send(bea, order(company), verdict="held", days="3", reason=REASON))
    set_up(company, bea)
    company.house.later(11 * MINUTE)
    asked = bea.post(order(company), form)
    assert (asked.status, held(asked)["reason"], decided(company)) == (401, REASON, before)


def test_secrets_and_files_are_held_nowhere_and_the_page_says_so(company: Company) -> None:
    bea = company.device("bea")
    asked = send(bea, "/brand/linen/connections/new", kind="woo", shop_secret="ck_canary")
    assert (asked.status, "A second factor first" in asked.text) == (403, True)
    assert "canary" not in asked.text
    assert held(asked)["typed_again"] == "yes"
    assert "A file can" not in asked.text
    asked = bea.upload("/brand/linen/credit/stock", b"canary", called="file", what="look")
    assert (asked.status, "A second factor first" in asked.text) == (403, True)
    assert "canary" not in asked.text
    assert "choose it once more" in asked.text
    assert held(asked)["what"] == "look"


def test_in_a_browser_one_sets_it_up_beside_the_page_and_goes_on(company: Company) -> None:
    before, app = decided(company), company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('bea')}")
        seen.page.get_by_role("button", name="Sign in").click()
        seen.page.wait_for_url(base + "/home")
        seen.open(order(company).removesuffix("/decide"))
        seen.page.get_by_label("What is decided").select_option("held")
        seen.page.get_by_label("For how many days it is checked").fill("3")
        seen.page.get_by_label("The reason, which").fill(REASON)
        seen.press(seen.page.get_by_role("button", name="Decide"))
        seen.page.get_by_role("heading", name="A second factor first").wait_for()
        seen.fit_in("factor-needed", (360, 1280))
        with seen.page.expect_popup() as beside:
            seen.page.get_by_role("link", name="Set one up").click()
        safety = beside.value
        safety.get_by_role("button", name="Set one up").click()
        safety.get_by_label("The code that the app shows").fill(code_of(company, safety.content()))
        safety.get_by_role("button", name="Use this app").click()
        safety.get_by_role("heading", name="Your recovery codes").wait_for()
        seen.press(seen.page.get_by_role("button", name="Go on"))
        assert decided(company) == before + 1
