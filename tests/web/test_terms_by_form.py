"""Rules, bonuses, caps and the exact document of terms in the browser: looked at, published, and nothing lost."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from playwright.sync_api import expect

from fanshare.core.terms_document import document
from fanshare.flows.publish_terms import publish_terms
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]
TERMS = "/brand/linen/terms"
RULES, EXACT, PUBLISH = f"{TERMS}/rules", f"{TERMS}/exact", f"{TERMS}/publish"


@pytest.fixture
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("by-form")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def form(page: Answer) -> dict[str, str]:
    """Everything in the form that looks, as a browser would send it."""
    inside = page.text.partition("data-live>")[2].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input [^>]*>", inside):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            found[name[1]] = unescape(value[1]) if value else ""
    for name, value in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', inside):
        found[name] = unescape(value).replace("\n", "\r\n")
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', inside):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def publishing(page: Answer) -> dict[str, str]:
    """The hidden fields of the form that publishes."""
    inside = page.text.partition(f'action="{PUBLISH}"')[2].partition("</form>")[0]
    return {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', inside)}


def send(device: Device, path: str, fields: dict[str, str]) -> Answer:
    return device.post(path, {**fields, "csrfmiddlewaretoken": device.cookies["fanshare_form"]})


def test_a_rule_a_bonus_and_a_cap_are_added_looked_at_and_published(company: Company) -> None:
    bea, before = company.device("bea"), document(company.brand.programme.book.newest)
    typed = form(bea.get(RULES)) | {
        "commission-1-id": "lamps", "commission-1-gives": "tiers", "commission-1-currency": "EUR",
        "commission-1-categories": "Lamps\r\nShades", "commission-1-tiers-0-upto": "1000,00",
        "commission-1-tiers-0-percent": "13", "commission-1-tiers-1-percent": "15",
        "bonuses-0-id": "welcome", "bonuses-0-gives": "new_buyer", "bonuses-0-much": "2,50",
        "bonuses-0-currency": "EUR",
    }  # fmt: skip
    looked = send(bea, RULES, typed)
    seen = words(looked)
    assert looked.status == 200
    assert "Bonus welcome" in seen
    assert "Lamps, Shades" in seen or "Lamps and Shades" in seen
    assert "5 orders through creators in EUR" in seen
    assert "This lowers nothing for anybody, so it begins at once." in seen
    assert company.brand.programme.book.newest.version == 1, "nothing was published yet"
    assert form(looked)["commission-1-tiers-0-upto"] == "1000.00"
    assert "commission-2-id" in form(looked), "room for one more"
    assert send(bea, PUBLISH, publishing(looked)).status == 302
    newest = company.brand.programme.book.newest
    assert newest.version == 2
    assert [rule.id for rule in newest.rules] == ["standard", "lamps"]
    assert newest.bonuses[0].per_buyer == 2_500_000
    after = document(newest)
    assert {key: after[key] for key in ("terms", "fans", "settlement")} == {
        key: before[key] for key in ("terms", "fans", "settlement")
    }
    capped = send(bea, RULES, form(bea.get(RULES)) | {"caps-0-amount": "500", "caps-0-currency": "EUR"})
    assert re.search(r"This lowers something for somebody, so it begins on (Tue 22 Dec|Wed 23 Dec)", words(capped))


def test_every_form_takes_the_draft_along_and_a_look_at_older_terms_is_refused(company: Company) -> None:
    bea = company.device("bea")
    looked = send(bea, RULES, form(bea.get(RULES)) | {"margin": "40"})
    draft = publishing(looked)["document"]
    figures = send(bea, TERMS, {"document": draft})
    assert figures.status == 200
    changed = send(bea, TERMS, form(figures) | {"rule-standard": "12.5"})
    assert json.loads(publishing(changed)["document"])["margin"] == {"max_percent": "40"}
    text = form(send(bea, EXACT, {"document": publishing(changed)["document"]}))["text"]
    assert '[margin]\r\nmax_percent = "40"' in text
    last = send(bea, EXACT, {"document": draft, "text": text.replace('"12.5"', '"12.75"')})
    sent = publishing(last)
    assert send(company.device("mona"), PUBLISH, sent).status == 403
    assert send(bea, PUBLISH, sent).status == 302
    newest = company.brand.programme.book.newest
    assert (newest.version, newest.rules[0].bps, newest.margin_bps) == (2, 1275, 4000)
    again = send(bea, PUBLISH, publishing(changed))
    assert again.status == 422
    assert "Other terms were published meanwhile" in words(again)
    assert company.brand.programme.book.newest.version == 2


def test_mistakes_lead_to_their_fields_and_lines_and_what_was_typed_stays(company: Company) -> None:
    mona = company.device("mona")
    typed = form(mona.get(RULES)) | {"commission-0-much": "120", "caps-0-amount": "lots", "caps-0-currency": "EUR"}
    answer = send(mona, RULES, typed)
    assert answer.status == 422
    assert "2 mistakes; nothing was changed." in words(answer)
    assert '<a href="#commission-0-much">Rule standard · percent</a>' in answer.text
    assert re.search(r'id="caps-0-amount"[^>]*value="lots" aria-invalid="true"', answer.text)
    assert "Publish as" not in answer.text
    text = form(mona.get(EXACT))["text"]
    wrong = send(mona, EXACT, {"text": text.replace('percent = "12"', 'percent = "112"') + "\r\n[fan]\r\n"})
    number = text.replace("\r", "").split("\n").index('percent = "12"') + 1
    assert f'line {number} · commission[0].percent percent = "112" 112 is above 100 %' in words(wrong)
    assert "did you mean fans?" in words(wrong)
    broken = send(mona, EXACT, {"text": "[terms]\npolicy = last\n"})
    assert broken.status == 422
    assert "line 2 policy = last The document is not TOML" in words(broken)
    assert form(broken)["text"] == "[terms]\r\npolicy = last\r\n"
    broken = send(mona, EXACT, {"text": '{"commission": [}'})
    assert "line 1" in words(broken)


@pytest.mark.parametrize("draft", ["{", "[]", '{"commission": []}', "x" * 300_000])
def test_a_draft_that_is_none_is_refused_everywhere(company_of_all: Company, draft: str) -> None:
    bea = company_of_all.device("bea")
    bea.get(RULES)
    for path in (TERMS, RULES, EXACT, PUBLISH):
        answer = send(bea, path, {"document": draft, "after": "1"})
        assert 400 <= answer.status < 500, path
    assert company_of_all.brand.programme.book.newest.version == 1


def test_terms_too_large_for_the_form_are_left_whole_to_the_document(company: Company) -> None:
    many = [{"id": f"r{n}", "percent": "12", "products": [f"{n} {'x' * 150}"]} for n in range(60)]
    publish_terms(company.brand.access, {"commission": many}, company.house.now)
    bea = company.device("bea")
    answer = bea.get(RULES)
    assert "larger than a form can show" in words(answer)
    assert "commission-0-id" not in answer.text
    assert len(answer.text) < 150_000
    assert form(bea.get(EXACT))["text"].count("[[commission]]") == 60


def test_the_pages_speak_german(company_of_all: Company) -> None:
    device = company_of_all.device("bea")
    device.cookies["fanshare_language"] = "de"
    assert "Regeln, Boni, Obergrenzen und Schranken" in words(device.get(RULES))
    assert "Das genaue Dokument" in words(device.get(EXACT))


@pytest.fixture(scope="module")
def company_of_all(
    schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    """One for all who change nothing."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("same-terms")) as made:
        yield made


def enter(seen: Watched, company: Company, name: str) -> None:
    """Signed in, by a link."""
    seen.page.goto(f"{seen.base}/sign-in/confirm?t={company.token(name)}")
    seen.press(seen.page.get_by_role("button", name="Sign in"))


def test_an_owner_adds_a_rule_by_keyboard_and_sees_it_at_once(company: Company) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base, width=360) as seen:
        enter(seen, company, "bea")
        seen.open(RULES)
        page = seen.page
        page.locator("#commission-1-id").fill("lamps")
        page.locator("#commission-1-much").fill("15")
        page.keyboard.press("Tab")
        expect(page.get_by_text("Rule lamps: 15 % of the goods.")).to_be_visible()
        assert seen.sideways() == 0
        seen.press(page.get_by_role("button", name="Publish as version 2"))
        assert company.brand.programme.book.newest.rules[1].bps == 1500
        assert seen.faults() == []
        assert all("422" in said for said in seen.console), "a browser says so of every form that is not ready yet"
