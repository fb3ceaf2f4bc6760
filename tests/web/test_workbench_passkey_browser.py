"""Books that open by a passkey, in a real Chromium: with an authenticator that makes keys (PRF), and one that can't."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, expect

from fanshare.flows import workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.books import WORDS
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.test_passkeys_browser import Device, come, make, site

__all__ = ["schema_template"]
#: Chromium's authenticator makes keys from CTAP 2.1 on.
ABLE = {"ctap2Version": "ctap2_1", "hasPrf": True}
UNABLE = {"ctap2Version": "ctap2_1", "hasPrf": False}
SAID = {
    "en": ("Let a passkey open them", "Unlock with your passkey", "Lock now"),
    "de": ("Einen Passkey sie öffnen lassen", "Mit deinem Passkey aufschließen", "Jetzt verschließen"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("prf")) as made:
        yield made


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch, company: Company) -> None:
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    for table in ("workbench_row", "workbench", "passkey", "second_factor"):
        company.house.conn.execute(f"DELETE FROM {table}")


def begin(seen: Watched, company: Company, language: str = "en") -> None:
    """Cleo signed in, with a passkey and with open books, before the page of their keys."""
    come(seen, company, "cleo")
    make(seen)
    seen.page.context.add_cookies([{"name": "fanshare_language", "value": language, "url": seen.base}])
    seen.open("/workbench/start")
    seen.page.locator("#new").fill(WORDS)
    seen.page.locator("#again").fill(WORDS)
    seen.press(seen.page.locator("main form button"))
    seen.open("/workbench/lock")


def wraps(company: Company) -> int:
    found: int = company.house.value("SELECT count(*) FROM workbench_passkey")
    return found


@pytest.mark.parametrize(("width", "language"), [(360, "en"), (1280, "de")])
def test_she_lets_her_passkey_open_them_locks_and_unlocks_by_it(
    browser: Browser, company: Company, width: int, language: str
) -> None:
    let, use, lock = SAID[language]
    with site(company) as (base, _), watched(browser, base, width=width) as seen:
        device = Device.of(seen.page, **ABLE)
        begin(seen, company, language)
        seen.fit(f"workbench-passkeys-{width}")
        button = seen.page.get_by_role("button", name=let)
        button.click()
        assert wraps(company) == 0, "not without the passphrase, which the browser asks for"
        seen.page.locator("#old-for-passkey").fill(WORDS)
        seen.press(button, key="Enter")
        expect(seen.page.locator("[role=status]")).to_be_visible()
        assert wraps(company) == 1
        seen.press(seen.page.get_by_role("button", name=lock))
        seen.open("/workbench/unlock?next=/workbench/costs")
        seen.fit(f"workbench-unlock-passkey-{width}")
        with seen.page.expect_request(lambda one: one.method == "POST") as asked:
            seen.press(seen.page.get_by_role("button", name=use), key="Enter")
        assert seen.page.url == base + "/workbench/costs"
        made = parse_qs(asked.value.post_data or "")["passkey_made"]
        assert [len(one) for one in made] == [43], "once, and 32 bytes"
        assert "passkey_made" not in asked.value.url
        seen.page.go_back()
        assert made[0] not in seen.page.content(), "it stays in no page"
        seen.open("/workbench/lock")
        seen.press(seen.page.get_by_role("button", name=lock))
        seen.open("/workbench/unlock")
        device.finger(right=False)  # last: after a few of them this device takes no finger any more
        seen.page.get_by_role("button", name=use).press("Enter")
        expect(seen.page.locator("[data-said=failed]")).to_be_visible()
        expect(seen.page.locator("[data-said=unable]")).to_be_hidden()
        assert seen.complaints() == []


def test_a_device_that_makes_no_keys_is_told_so_and_nothing_is_done(browser: Browser, company: Company) -> None:
    let, *_ = SAID["en"]
    with site(company) as (base, _), watched(browser, base) as seen:
        Device.of(seen.page, **UNABLE)
        begin(seen, company)
        seen.page.locator("#old-for-passkey").fill(WORDS)
        seen.page.get_by_role("button", name=let).click()
        expect(seen.page.get_by_text("This passkey can't open books")).to_be_visible()
        expect(seen.page.locator("[data-said=failed]")).to_be_hidden()
        seen.fit("workbench-passkey-unable")
        assert (wraps(company), seen.page.url) == (0, base + "/workbench/lock")
        assert company.house.value("SELECT count(*) FROM passkey WHERE used_at IS NOT NULL") == 0, "nothing was sent"
        assert seen.page.locator("[name=passkey_answer]").input_value() == ""
        assert seen.complaints() == []


def test_a_passkey_that_moved_to_such_a_device_leaves_her_the_passphrase(browser: Browser, company: Company) -> None:
    let, use, lock = SAID["en"]
    with site(company) as (base, _), watched(browser, base) as seen:
        able = Device.of(seen.page, **ABLE)
        begin(seen, company)
        seen.page.locator("#old-for-passkey").fill(WORDS)
        seen.press(seen.page.get_by_role("button", name=let))
        [key] = able.keys()
        able.leave()
        Device.of(seen.page, **UNABLE).take(key)
        seen.press(seen.page.get_by_role("button", name=lock))
        seen.open("/workbench/unlock")
        seen.page.get_by_role("button", name=use).click()
        expect(seen.page.get_by_text("This passkey can't open books")).to_be_visible()
        seen.page.get_by_label("Passphrase").fill(WORDS)
        seen.press(seen.page.get_by_role("button", name="Unlock", exact=True))
        assert seen.page.url == base + "/workbench"
        seen.open("/workbench/lock")
        seen.press(seen.page.get_by_role("button", name="Let it open them no longer"))
        assert wraps(company) == 0
        assert seen.complaints() == []


def test_without_script_the_passphrase_remains_and_the_page_says_so(browser: Browser, company: Company) -> None:
    with site(company) as (base, _):
        with watched(browser, base) as seen:
            Device.of(seen.page, **ABLE)
            begin(seen, company)
            seen.page.locator("#old-for-passkey").fill(WORDS)
            seen.press(seen.page.get_by_role("button", name=SAID["en"][0]))
        with watched(browser, base, script=False) as seen:
            come(seen, company, "cleo")
            seen.page.goto(base + "/workbench/unlock")
            expect(seen.page.get_by_text("The passphrase always does.")).to_be_visible()
            assert seen.page.get_by_role("button", name=SAID["en"][1]).count() == 0
            seen.page.get_by_label("Passphrase").fill(WORDS)
            seen.press(seen.page.get_by_role("button", name="Unlock", exact=True))
            assert seen.page.url == base + "/workbench"
            assert seen.complaints() == []
