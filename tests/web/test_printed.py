"""A statement on paper: the sums of the page, lines of the chosen days, the seal, and no navigation."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from playwright.sync_api import expect

from fanshare.core.instants import DAY
from fanshare.store.server import Server
from fanshare.web.creator import earnings
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("paper")) as made:
        made.house.later(2 * DAY)  # a fan reads what was so last midnight
        made.house.work()
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_paper_says_what_the_page_says_and_names_the_seal(company: Company) -> None:
    for name, role in (("cleo", "creator"), ("finn", "fan")):
        device = company.device(name)
        page, paper = device.get(f"/{role}/linen/earnings"), device.get(f"/{role}/linen/statement/paper")
        assert f'href="/{role}/linen/statement/paper"' in page.text
        stats = re.compile(r'<dl class="stats">.*?</dl>', re.DOTALL)
        assert stats.findall(paper.text) == stats.findall(page.text) != []
        assert len(re.findall(r"<code>[0-9a-f]{64}</code>", paper.text)) == 1
        assert "Paper proves nothing." in words(paper)


def test_a_creator_chooses_the_days_of_her_paper_and_too_many_lines_are_said(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleo = company.device("cleo")
    assert f"#{company.marks['cleo'][0]}" in words(cleo.get("/creator/linen/statement/paper"))
    none = words(cleo.get("/creator/linen/statement/paper?from=2001-01-01&to=2001-12-31"))
    assert "Lines from 2001-01-01 to 2001-12-31." in none
    assert "No sale in these days." in none
    assert cleo.get("/creator/linen/statement/paper?from=soon").status == 400
    monkeypatch.setattr(earnings, "MOST_PRINTED", 1)
    assert "choose fewer days" in words(cleo.get("/creator/linen/statement/paper"))


def test_a_fan_s_paper_names_no_order(company: Company) -> None:
    paper = words(company.device("finn").get("/fan/linen/statement/paper"))
    assert re.search(r"\d,?\d* ?€|\d+\.\d+ €", paper)
    for mark in company.marks["cleo"]:
        assert mark not in paper


def test_on_paper_there_is_no_navigation(company: Company) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('cleo')}")
        seen.page.get_by_role("button", name="Sign in").click()
        seen.page.wait_for_url(base + "/home")
        seen.open("/creator/linen/statement/paper")
        seen.fit("creator-paper")
        expect(seen.page.get_by_role("button", name="Print")).to_be_visible()
        seen.page.emulate_media(media="print")
        for hidden in (".site-head", ".site-foot", "nav.rail", "nav.tabs", ".tools", "#print"):
            expect(seen.page.locator(hidden).first, hidden).not_to_be_visible()
        expect(seen.page.get_by_role("heading", name="Line by line")).to_be_visible()
        assert seen.console == []
