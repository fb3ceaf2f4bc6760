"""Changing an address in a real browser: by keyboard and without script, narrow and wide, light and dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from fanshare.flows.people import Joiner, add_creator
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.address import posted, token_in
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.serving import served

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("address")) as made:
        yield made


@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_are_quiet_and_accessible_without_script(browser: Browser, company: Company, width: int) -> None:
    name = f"yara{width}"
    add_creator(company.brand.programme, Joiner(name.title(), f"{name}@example.test"), company.house.now)
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with served(app) as base, watched(browser, base, width=width, script=False) as seen:
        page = seen.page
        page.goto(f"{base}/sign-in/confirm?t={company.token(name)}")
        page.get_by_role("button", name="Sign in").press("Enter")
        page.wait_for_url(base + "/home")
        page.goto(f"{base}/safety")
        page.get_by_role("link", name="Change the address").press("Enter")
        page.get_by_label("New e-mail address").fill(f"{name}.new@example.test")
        page.get_by_role("button", name="Send the mail").press("Enter")
        expect(page.get_by_text("Nothing changes before you press the button")).to_be_visible()
        page.goto(f"{base}/address/confirm?t={token_in(posted(company)[0][1], 'confirm')}")
        page.get_by_role("button", name="Use this address").press("Enter")
        expect(page.get_by_role("heading", name="The address is changed")).to_be_visible()
        page.goto(f"{base}/address/undo?t={token_in(posted(company)[0][1], 'undo')}")
        page.get_by_role("button", name="Take it back").press("Enter")
        expect(page.get_by_role("heading", name="It is taken back")).to_be_visible()
        assert seen.complaints() == []
    with served(app) as base, watched(browser, base, width=width) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token(name)}")
        seen.page.get_by_role("button", name="Sign in").press("Enter")
        seen.page.wait_for_url(base + "/home")
        seen.open("/address")
        seen.fit(f"address-{width}")
        seen.open("/address/confirm?t=x")
        seen.fit(f"address-link-over-{width}")
