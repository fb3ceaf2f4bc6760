"""Signing in with a real Chromium: quiet, accessible, usable by keyboard and without script, in light and dark."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, expect

from fanshare.core.terms_text import parse
from fanshare.flows import mail_choice, sign_in, staff
from fanshare.flows.context import open_programme
from fanshare.flows.people import Joiner, add_creator
from fanshare.flows.publish_terms import publish_terms
from fanshare.store import directory
from fanshare.store.access import Access, connect
from fanshare.store.server import Database
from fanshare.web.app import make_wsgi_app
from fanshare.web.stored_accounts import StoredAccounts
from fanshare.web.stored_pages import StoredPages
from tests.edge.running import KEYS
from tests.jobs.house import TERMS
from tests.support.schema import NOW, schema_template, shared_database
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.serving import served

__all__ = ["schema_template", "shared_database"]

CLEO = "cleo@example.test"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def stop(shared_database: Database) -> str:
    """Cleo is a creator and runs the place; returns the path that stops her mail."""
    with connect(shared_database.dsn()) as conn:
        new = directory.NewProgramme("linen", "Bea Linen", "DE", "EUR", "Europe/Berlin")
        tenant = directory.found_programme(conn, new, NOW, "test")
        access = Access(conn, tenant.id, "test")
        publish_terms(access, parse(TERMS, "toml"), NOW)
        cleo = add_creator(open_programme(access, tenant.public_id, KEYS), Joiner("Cleo", CLEO), NOW)
        staff.add_operator(conn, KEYS, CLEO, NOW)
        return f"/mail/stop/{mail_choice.stop_token(KEYS, tenant.id, cleo)}"


@pytest.fixture(scope="module")
def base(shared_database: Database, stop: str) -> Iterator[str]:
    reach = partial(connect, shared_database.dsn())
    accounts = StoredAccounts(reach, KEYS, lambda: NOW, sends_mail=True)
    pages = make_wsgi_app(StoredPages(reach, lambda: NOW), lambda: NOW, allowed_hosts=["127.0.0.1"], accounts=accounts)
    with served(pages) as address:
        yield address


def link(database: Database) -> str:
    with connect(database.dsn()) as conn:
        return f"/sign-in/confirm?t={sign_in.make_link(conn, KEYS, CLEO, NOW, at_once=100)}"


def fit(seen: Watched, name: str) -> None:
    """Nothing to complain about but a link that does not work."""
    seen.fit(name)
    remarks = [line for line in seen.complaints() if "status of 4" not in line]
    assert remarks == [], name


@pytest.mark.parametrize("width", [360, 1280])
def test_the_way_in_and_out_is_quiet_and_accessible(
    browser: Browser, base: str, stop: str, shared_database: Database, width: int
) -> None:
    with watched(browser, base, width=width) as seen:
        seen.open("/home")
        seen.page.wait_for_url(base + "/sign-in")
        fit(seen, f"sign-in-{width}")
        seen.page.get_by_label("Your e-mail address").fill("cleo at home")
        seen.press(seen.page.get_by_role("button", name="Send me a link"))
        fit(seen, f"mistyped-{width}")
        seen.page.get_by_label("Your e-mail address").fill(CLEO)
        seen.press(seen.page.get_by_role("button", name="Send me a link"))
        fit(seen, f"sent-{width}")
        seen.open(link(shared_database))
        fit(seen, f"confirm-{width}")
        seen.page.get_by_role("button", name="Sign in").click()
        seen.page.wait_for_url(base + "/home")
        fit(seen, f"home-{width}")
        seen.open(stop)
        fit(seen, f"stop-{width}")
        seen.open("/sign-in/confirm?t=old")
        fit(seen, f"old-{width}")
        seen.open("/home")
        seen.press(seen.page.get_by_role("button", name="Sign out"))
        fit(seen, f"signed-out-{width}")
        seen.open("/home")
        seen.page.wait_for_url(base + "/sign-in")


def test_it_works_without_script_and_by_keyboard(browser: Browser, base: str, shared_database: Database) -> None:
    with watched(browser, base, script=False) as seen:
        seen.page.goto(base + link(shared_database))
        for _ in range(3):
            seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url(base + "/home")
        expect(seen.page.get_by_role("heading", name="You are a creator")).to_be_visible()


def test_one_click_in_a_mail_program_stops_the_mail(
    browser: Browser, base: str, stop: str, shared_database: Database
) -> None:
    with connect(shared_database.dsn()) as conn:
        with watched(browser, base) as seen:
            seen.open(stop)
            assert _stopped(conn) == 0, "looking stops nothing"
            answer = seen.page.request.post(base + stop, form={"List-Unsubscribe": "One-Click"})
            assert answer.status == 200
            assert seen.page.request.get(base + stop + "x").status == 404
        assert _stopped(conn) == 1


def _stopped(conn: object) -> int:
    row = conn.execute("SELECT count(*) FROM mail_choice WHERE stopped_at IS NOT NULL").fetchone()  # type: ignore[attr-defined]
    return int(row[0])
