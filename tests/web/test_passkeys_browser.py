"""Passkeys in a real Chromium with a virtual authenticator: made, used to sign in and before money, removed; and what a
replay, another origin and another account's passkey come to."""

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from fanshare.flows import staff
from fanshare.flows.authorisation import Post
from fanshare.flows.rulings import find_order
from fanshare.store.server import Server
from fanshare.web.site import WsgiApp
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.passkey import content
from tests.web.support.serving import served

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("passkeys")) as made:
        yield made


@contextmanager
def site(company: Company) -> Iterator[tuple[str, str]]:
    """The pages under a name that browsers hold for safe, and the same pages at another port of it."""
    asked: list[WsgiApp] = []

    def late(environ: dict[str, Any], start: Any) -> Any:
        return asked[0](environ, start)

    with served(late) as first, served(late) as second:
        here, there = (base.replace("127.0.0.1", "localhost") for base in (first, second))
        asked.append(company.app(hosts=("localhost",), public_url=here))
        yield here, there


@dataclass
class Device:
    """The authenticator of a page's browser: what it holds, and whether somebody's finger is on it."""

    session: CDPSession
    id: str

    @classmethod
    def of(cls, page: Page, **more: Any) -> "Device":
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
            **more,
        }
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return cls(session, made["authenticatorId"])

    def keys(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]
        return found

    def take(self, key: dict[str, Any]) -> None:
        self.session.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": key})

    def leave(self) -> None:
        """The browser has this device no longer."""
        self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})

    def drop(self) -> None:
        self.session.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})

    def finger(self, *, right: bool) -> None:
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": right})


def by_button_alone(page: Page) -> None:
    """From now on it is a browser that offers passkeys only when it is asked."""
    page.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")


def manager(company: Company, name: str) -> None:
    access, tenant = company.brand.access, company.brand.tenant
    post = Post.MANAGER
    staff.add_brand_person(access, tenant.public_id, KEYS, f"{name}@example.test", company.house.now, post=post)


def come(seen: Watched, company: Company, name: str) -> None:
    """Sign in by a link."""
    seen.page.goto(f"{seen.base}/sign-in/confirm?t={company.token(name)}")
    seen.page.get_by_role("button", name="Sign in").press("Enter")
    seen.page.wait_for_url(seen.base + "/home")


def make(seen: Watched, name: str = "Phone") -> None:
    """Add a passkey, by keyboard."""
    seen.open("/safety")
    seen.page.get_by_role("button", name="Add a passkey").press("Enter")
    seen.page.get_by_label("What you call it").fill(name)
    seen.page.get_by_role("button", name="Make the passkey").press("Enter")
    seen.page.get_by_role("heading", name="Safety").wait_for()


def decide(seen: Watched, company: Company) -> None:
    """Hold a sale back, as far as the page that asks who it is."""
    number = find_order(company.brand.access, "C1001")
    seen.open(f"/brand/linen/orders/{number}")
    seen.page.evaluate(
        """path => { const form = document.querySelector("main form");
          for (const [name, value] of [["verdict", "held"], ["days", "3"], ["reason", "Look and see"]]) {
            form.querySelectorAll(`[name=${name}]`).forEach((one) => one.remove());
            form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
          }
          form.action = path; form.method = "post"; form.submit(); }""",
        f"/brand/linen/orders/{number}/decide",
    )


def held(company: Company) -> int:
    found: int = company.house.value("SELECT count(*) FROM ruling WHERE reason = 'Look and see'")
    return found


def test_somebody_adds_a_passkey_signs_in_by_it_decides_about_money_and_removes_it(
    browser: Browser, company: Company
) -> None:
    manager(company, "nora")
    with site(company) as (base, _), watched(browser, base) as seen:
        device = Device.of(seen.page)
        come(seen, company, "nora")
        make(seen)
        expect(seen.page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
        expect(seen.page.get_by_text("Phone").first).to_be_visible()
        [key] = device.keys()
        assert (key["isResidentCredential"], key["rpId"]) == (True, "localhost")
        seen.open("/home")
        seen.press(seen.page.get_by_role("button", name="Sign out"))
        seen.page.goto(base + "/sign-in")
        seen.page.wait_for_url(base + "/home")  # the browser offers it by itself, and the device says yes
        seen.press(seen.page.get_by_role("button", name="Sign out"))
        by_button_alone(seen.page)
        seen.open("/sign-in")
        seen.page.get_by_role("button", name="Sign in with a passkey").press("Enter")
        seen.page.wait_for_url(base + "/home")
        before = held(company)
        decide(seen, company)
        seen.page.wait_for_function("document.title !== ''")
        assert held(company) == before + 1, "signing in by it was enough"
        company.house.later(11 * 60_000_000)
        decide(seen, company)
        seen.page.get_by_role("heading", name="Is it you?").wait_for()
        device.finger(right=False)
        seen.page.get_by_role("button", name="Use a passkey").press("Enter")
        seen.page.get_by_text("No passkey was used.").wait_for()
        assert held(company) == before + 1
        device.finger(right=True)
        seen.page.get_by_role("button", name="Use a passkey").press("Enter")
        seen.page.wait_for_url("**/brand/linen/orders/*")
        assert held(company) == before + 2
        seen.open("/safety")
        [kept] = device.keys()
        seen.page.add_init_script(
            "PublicKeyCredential.signalUnknownCredential = async (said) => { window.forgotten = said.credentialId; }"
        )
        seen.page.get_by_text("Rename or remove").press("Enter")
        seen.page.get_by_role("button", name="Remove it").press("Enter")
        seen.page.wait_for_url(base + "/safety")
        assert seen.page.get_by_text("Rename or remove").count() == 0
        told = seen.page.evaluate("window.forgotten")
        assert content(told) == b64decode(kept["credentialId"]), "her device is told that it can forget it"
        assert [line for line in seen.complaints() if "401" not in line] == []
        assert company.house.value("SELECT count(*) FROM passkey") == 0


def test_a_replay_another_origin_and_another_account_are_refused(browser: Browser, company: Company) -> None:
    manager(company, "olga")
    manager(company, "petra")
    with site(company) as (base, elsewhere), watched(browser, base) as seen:
        device = Device.of(seen.page)
        by_button_alone(seen.page)
        come(seen, company, "olga")
        make(seen)
        [hers] = device.keys()
        device.drop()
        seen.page.context.clear_cookies()
        come(seen, company, "petra")
        make(seen)
        company.house.later(11 * 60_000_000)
        # Olga's passkey, under the name of Petra's, so that the browser takes it for the one that is asked for.
        [mine] = device.keys()
        device.drop()
        device.take({**hers, "credentialId": mine["credentialId"]})
        before = held(company)
        decide(seen, company)
        seen.page.get_by_role("button", name="Use a passkey").click()
        seen.page.get_by_text("This passkey did not work here").wait_for()
        assert held(company) == before
        device.drop()
        device.take({**mine, "signCount": 50})
        seen.page.get_by_role("button", name="Use a passkey").click()
        seen.page.wait_for_url("**/brand/linen/orders/*")
        assert held(company) == before + 1, "the control: her own"
        seen.page.context.clear_cookies()
        sent = caught(seen, base)
        assert posted(seen, base, sent) == 422, "the same answer once more"
        seen.page.context.clear_cookies()
        sent = caught(seen, elsewhere, used=False)
        assert json.loads(sent["passkey_answer"])["response"]
        assert posted(seen, elsewhere, sent) == 422, "what was signed for another origin"
        sent = caught(seen, base, used=False)
        assert posted(seen, base, sent) == 302, "the control: this one"


def caught(seen: Watched, base: str, *, used: bool = True) -> dict[str, str]:
    """Use a passkey to sign in, and keep what the page sends; it arrives only if it is to be used."""
    ends = "requestfinished" if used else "requestfailed"
    if not used:
        seen.page.route("**/sign-in/passkey", lambda route: route.abort())
    seen.page.goto(base + "/sign-in?again=1")
    with seen.page.expect_event(ends, lambda request: request.url.endswith("/sign-in/passkey")) as asked:
        seen.page.get_by_role("button", name="Sign in with a passkey").click()
    seen.page.unroute_all()
    return dict(asked.value.post_data_json or {})


def posted(seen: Watched, base: str, fields: dict[str, str]) -> int:
    """Send it by hand, from the same browser."""
    headers, form = {"origin": base, "referer": base + "/sign-in"}, dict[str, str | float | bool](fields)
    return seen.page.request.post(base + "/sign-in/passkey", form=form, headers=headers, max_redirects=0).status


@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_are_quiet_and_accessible_and_work_without_script(
    browser: Browser, company: Company, width: int
) -> None:
    name = f"rosa{width}"
    manager(company, name)
    with site(company) as (base, _):
        with watched(browser, base, width=width) as seen:
            Device.of(seen.page)
            come(seen, company, name)
            if width == 360:
                seen.open("/safety")
                seen.press(seen.page.get_by_role("button", name="Add a passkey"))
                seen.fit(f"passkey-new-{width}")
            make(seen, "A name as long as a name may be, which goes over two lines")
            seen.unfold()
            seen.fit(f"safety-codes-{width}")
            company.house.later(11 * 60_000_000)
            decide(seen, company)
            seen.page.get_by_role("heading", name="Is it you?").wait_for()
            seen.fit(f"prove-{width}")
            assert [line for line in seen.complaints() if "401" not in line] == []
        with watched(browser, base, width=width) as seen:
            seen.open("/sign-in")
            seen.fit(f"sign-in-passkey-{width}")
        with watched(browser, base, width=width, script=False) as seen:
            seen.page.goto(base + "/sign-in")
            expect(seen.page.get_by_text("With JavaScript you can sign in with a passkey as well.")).to_be_visible()
            assert seen.page.get_by_role("button").all_inner_texts() == ["Send me a link"]
            come(seen, company, name)
            seen.page.goto(base + "/safety")
            expect(seen.page.get_by_text("Passkeys need JavaScript")).to_be_visible()
            assert seen.page.get_by_role("button", name="Add a passkey").count() == 0
            assert seen.complaints() == []
