"""Marking all open payments of a run as paid, on pages: shown, ticked, undone by nobody's second click; no script."""

import pytest
from playwright.sync_api import expect

from fanshare.core.payout_item import State
from fanshare.store.queries import payout_runs as rows
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company
from tests.web.support.device import Device
from tests.web.support.serving import served
from tests.web.test_brand_payouts import PAGE, company, keys, planned, post, words

__all__ = ["company", "schema_template"]


@pytest.fixture
def run(company: Company) -> str:
    """A run that was sent."""
    bea = company.device("bea")
    address = planned(company, bea)
    for wish in ("approve", "send"):
        assert post(bea, f"{address}/do", do=wish, sure="yes").status == 302
    return address


def states(company: Company, run: str) -> set[State]:
    return {row.item.state for row in rows.items_of(company.brand.access, int(run.rpartition("/")[2]))}


def mark(device: Device, run: str) -> str:
    page = device.get(f"{run}/rest").text
    return page.partition('name="mark" value="')[2].partition('"')[0]


def test_all_are_shown_with_their_sum_and_paid_once_somebody_has_ticked(company: Company, run: str) -> None:
    bea = company.device("bea")
    assert f'href="{run}/rest"' in bea.get(run).text
    page = words(bea.get(f"{run}/rest"))
    assert f"{len(keys(company, run))} payments are open" in page
    assert "€" in page
    shown = mark(bea, run)
    refused = post(bea, f"{run}/rest", mark=shown)
    assert (refused.status, "Tick that you mean it" in words(refused)) == (422, True)
    assert states(company, run) == {State.SUBMITTED}
    assert post(bea, f"{run}/rest", mark=shown, sure="yes").status == 302
    assert states(company, run) == {State.FINAL}
    again = post(bea, f"{run}/rest", mark=shown, sure="yes")
    assert (again.status, "Meanwhile something was said" in words(again)) == (422, True)
    assert "Nothing is open" in words(bea.get(f"{run}/rest"))
    assert f'href="{run}/rest"' not in bea.get(run).text
    assert "said that all open payments of a run arrived" in words(bea.get("/brand/linen/team"))


def test_who_came_back_is_said_first_and_stays_out(company: Company, run: str) -> None:
    bea, first = company.device("bea"), keys(company, run)[0]
    before = mark(bea, run)
    assert post(bea, f"{run}/do", do="back", key=first, reason="account closed", sure="yes").status == 302
    assert post(bea, f"{run}/rest", mark=before, sure="yes").status == 422, "another set than she was shown"
    assert post(bea, f"{run}/rest", mark=mark(bea, run), sure="yes").status == 302
    assert states(company, run) == {State.RETURNED, State.FINAL}


def test_whoever_may_not_pay_may_not_say_it_and_a_run_that_was_not_sent_has_none(company: Company, run: str) -> None:
    for name in ("rea", "mona", "cleo"):
        device = company.device(name)
        assert device.get(f"{run}/rest").status == 403, name
        assert post(device, f"{run}/rest", mark="0" * 64, sure="yes").status == 403, name
        if name != "cleo":
            assert f'href="{run}/rest"' not in device.get(run).text
    assert company.device("bea").get(f"{PAGE}/999999/rest").status == 404
    assert states(company, run) == {State.SUBMITTED}


def test_every_open_one_is_ticked_by_a_link_and_none_by_another(company: Company, run: str) -> None:
    bea = company.device("bea")
    many = len(keys(company, run))
    assert bea.get(run).text.count(" checked") == 0
    assert bea.get(f"{run}?tick=all").text.count(" checked") == many
    paid = keys(company, run)[0]
    assert post(bea, f"{run}/do", do="paid", key=paid, sure="yes").status == 302
    ticked = bea.get(f"{run}?tick=all").text
    assert ticked.count(" checked") == many - 1, "what arrived is not ticked again"
    assert f'value="{paid}" checked' not in ticked
    assert "Tick none" in words(bea.get(f"{run}?tick=all"))
    assert states(company, run) == {State.FINAL, State.SUBMITTED}, "a link changes nothing"


def test_by_keyboard_and_without_script(company: Company, run: str) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base:
        with watched(browser, base) as seen:
            seen.page.goto(f"{base}/sign-in/confirm?t={company.token('bea')}")
            seen.page.get_by_role("button", name="Sign in").click()
            seen.page.wait_for_url(base + "/home")
            seen.open(f"{run}?tick=all")
            seen.fit("brand-payout-ticked")
            seen.open(f"{run}/rest")
            seen.fit("brand-payout-rest")
            cookies = seen.page.context.cookies()
            assert seen.console == []
        plain = browser.new_context(java_script_enabled=False)
        plain.add_cookies(cookies)  # type: ignore[arg-type]
        page = plain.new_page()
        page.goto(base + run)
        page.get_by_role("link", name="Tick all open ones on this page").press("Enter")
        for box in page.locator("tbody").get_by_role("checkbox").all():
            expect(box).to_be_checked()
        page.get_by_role("link", name="Say that all open payments arrived").press("Enter")
        sure = page.get_by_role("checkbox", name="I have compared it with my account")
        sure.press("Space")
        expect(sure).to_be_checked()
        page.get_by_role("button", name="payments are paid").press("Enter")
        page.get_by_role("heading", name="Payments").wait_for()
        plain.close()
    assert states(company, run) == {State.FINAL}
