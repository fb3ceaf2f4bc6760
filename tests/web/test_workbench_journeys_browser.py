"""A week of hers on a phone of 360 pixels, in a real Chromium, in each language: books, paper, money, code.

The plan has a journey of its own (``test_workbench_browser``).
"""

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, expect
from pypdf import PdfReader

from fanshare.core.instants import local_date, zone
from fanshare.flows import workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from fanshare.web.language import words_in
from tests.flows.test_papers import pdf
from tests.support.schema import schema_template
from tests.web.support.books import WORDS
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.serving import behind_an_edge
from tests.web.test_workbench_browser import enter

__all__ = ["schema_template"]

OTHER = "another set of good words"
CONTRACT = {
    "en": "The fee of 300 EUR is paid within 90 days for 2 Reels. Brand gets a perpetual licence to all content.",
    "de": "Das Honorar von 300 EUR wird innerhalb von 90 Tagen gezahlt. Die Nutzungsrechte gelten zeitlich unbegrenzt.",
}
INVOICE = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}ID"


@dataclass(frozen=True, slots=True)
class Phone:
    """Her phone: what it shows, the language it shows it in, and today in her books."""

    seen: Watched
    language: str
    today: date

    def __call__(self, words: str) -> str:
        """What stands there for an English sentence; German has words of its own, but for one."""
        found = words_in(self.language)(words)
        assert self.language == "en" or found != words or words == "Passphrase", words
        return found

    def go(self, path: str) -> None:
        self.seen.open(path)
        assert self.seen.sideways() == 0, path

    def field(self, words: str, **named: str) -> Locator:
        return self.seen.page.get_by_label(self(words) % named if named else self(words), exact=True)

    def press(self, words: str, **named: str) -> None:
        """A button of that name, and the page to which it leads."""
        name = self(words) % named if named else self(words)
        self.seen.press(self.seen.page.get_by_role("button", name=name, exact=True))
        assert self.seen.sideways() == 0, words

    def follow(self, words: str) -> None:
        """A link of that name."""
        self.seen.press(self.seen.page.get_by_role("link", name=self(words), exact=True).first)
        assert self.seen.sideways() == 0, words

    def fill(self, **values: str) -> None:
        for name, text in values.items():
            self.seen.page.locator(f"#f-{name}").fill(text)

    def copied(self, ident: str) -> str:
        """What lies in the clipboard after the button below a field was pressed; it is what stands in the field."""
        self.seen.page.locator(f"button[data-of={ident}]").click()
        expect(self.seen.page.locator(f"#said-{ident}")).to_have_text(self("Copied."))
        text: str = self.seen.page.evaluate("navigator.clipboard.readText()")
        assert text == self.seen.page.locator(f"#{ident}").input_value()
        return text


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("journeys")) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def base(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with behind_an_edge(app, tmp_path_factory.mktemp("edge")) as address:
        yield address


@pytest.mark.parametrize(("name", "language"), [("cleo", "en"), ("carla", "de")])
def test_a_week_of_hers_goes_well_on_a_phone_in_her_language(
    monkeypatch: pytest.MonkeyPatch, browser: Browser, company: Company, base: str, name: str, language: str
) -> None:
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    with watched(browser, base, width=360) as seen:
        seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        enter(seen, company, name)
        seen.page.context.add_cookies([{"name": "fanshare_language", "value": language, "url": base}])
        seen.open("/home")
        phone = Phone(seen, language, local_date(company.house.now, zone("Europe/Berlin")))
        code = books_are_made(phone)
        for part in (an_hour_is_counted, papers_are_kept, a_contract_is_read, an_invoice_is_written, a_debt_is_paid):
            part(phone)
        the_code_opens_them(phone, code)
        assert seen.page.locator("html").get_attribute("lang") == language
        assert [one for one in seen.complaints() if "422 (Unprocessable" not in one] == [], "of refused keys it says so"


def books_are_made(phone: Phone) -> str:
    """The recovery code, which is shown once."""
    phone.follow("Your workbench")
    phone.field("New passphrase, at least %(n)s characters", n="12").fill(WORDS)
    phone.field("The same once more").fill(WORDS)
    phone.press("Make my books")
    code = phone.seen.page.locator("code.hash").inner_text()
    assert re.fullmatch(r"([a-z2-9]{5}-){5}[a-z2-9]{5}", code)
    phone.follow("I have written it down")
    phone.go("/workbench/lock")
    assert code not in phone.seen.page.content(), "never again"
    return code


def an_hour_is_counted(phone: Phone) -> None:
    """A deal and its hours; what an hour brings, and what two revisions more would make of it."""
    phone.go("/workbench")
    phone.follow("A deal")
    phone.fill(name="Tea week", fee="267,30")
    phone.press("Keep")
    phone.follow("Write down hours")
    phone.fill(minutes="14")
    phone.press("Keep")
    money = re.compile("19.09" if phone.language == "en" else "19,09")
    expect(phone.seen.page.locator(".hero").get_by_text(money)).to_be_visible()
    phone.field("Revisions more").fill("2")
    phone.field("Time for each, such as 1:30").fill("2")
    phone.press("Try it")
    less = re.compile("2 .*14.85" if phone.language == "en" else "2 .*14,85")
    expect(phone.seen.page.get_by_role("status").get_by_text(less)).to_be_visible()


def papers_are_kept(phone: Phone) -> None:
    """A photo and a PDF of receipts: what they say is proposed, looked at, and kept."""
    read = shutil.which("tesseract") is not None
    sent = [("receipt.png", "image/png", photo("Total 23.40 EUR"), "23.40" if read else "")]
    sent.append(("receipt.pdf", "application/pdf", pdf("2026-11-02 Total 119.00 EUR", "VAT 19% 19.00"), "119.00"))
    for name, kind, content, amount in sent:
        phone.go("/workbench/costs")
        chosen = phone.field("Photo or PDF, at most 6 MB")
        chosen.set_input_files({"name": name, "mimeType": kind, "buffer": content})
        phone.press("Keep it and go on")
        assert phone.seen.page.locator("#f-amount").input_value() == amount
        if not amount:
            phone.fill(amount="23.40")
        phone.press("Keep")
    assert phone.seen.page.get_by_text(phone("with receipt")).count() == 2
    phone.seen.press(phone.seen.page.locator("a.link-card").filter(has_text="119").first)
    assert phone.seen.page.locator("#f-tax").input_value() == "19.00"
    with phone.seen.page.expect_download() as loaded:
        phone.seen.page.get_by_role("link", name=phone("Its receipt")).click()
    assert "119.00" in PdfReader(Path(loaded.value.path())).pages[0].extract_text()


def photo(words: str) -> bytes:
    """A photo of a paper that says so."""
    paper, made = Image.new("RGB", (900, 200), "white"), io.BytesIO()
    ImageDraw.Draw(paper).text((40, 60), words, "black", font_size=60)
    paper.save(made, "PNG")
    return made.getvalue()


def a_contract_is_read(phone: Phone) -> None:
    """Pasted, or as a file: what is not usual is quoted, and the sentence against it is copied."""
    phone.go("/workbench/check")
    contract = CONTRACT[phone.language]
    if phone.language == "en":
        phone.field("Contract, brief or e-mail").fill(contract)
    else:
        chosen = phone.field("Or a file: PDF, e-mail (.eml) or text, at most 6 MB")
        chosen.set_input_files({"name": "vertrag.pdf", "mimeType": "application/pdf", "buffer": pdf(contract)})
    phone.press("Read it")
    shown = phone.seen.page.locator("section:has(> #perpetual)")
    expect(shown.locator("blockquote")).to_contain_text(
        "perpetual" if phone.language == "en" else "zeitlich unbegrenzt"
    )
    expect(shown.get_by_text(phone("not as it stands"))).to_be_visible()
    expect(phone.seen.page.get_by_text(phone("not found"), exact=True).first).to_be_visible()
    assert len(phone.copied("counter-perpetual")) > 40
    assert phone.copied("counter-payment") != phone.copied("counter-perpetual")


def an_invoice_is_written(phone: Phone) -> None:
    """From the deal: who sends it, looked at, written, downloaded as XML and as PDF with the same inside."""
    page = phone.seen.page
    phone.go("/workbench/deals")
    phone.seen.press(page.get_by_role("link", name="Tea week"))
    phone.follow("Write an invoice")
    party = {"name": "Cleo Quince", "street": "Weg 1", "city": "Berlin", "country": "DE"}
    phone.fill(**party, tax_number="12/345/67890")
    phone.press("Keep")
    phone.fill(**{f"buyer_{field}": text for field, text in party.items()})
    phone.press("Look at it")
    phone.press("Write it")
    number = page.locator("h1").inner_text()
    files = {}
    for kind in ("XML", "PDF"):
        with page.expect_download() as loaded:
            page.get_by_role("link", name=kind).click()
        assert loaded.value.suggested_filename == f"{number}.{kind.lower()}"
        files[kind] = Path(loaded.value.path()).read_bytes()
    assert number in {one.text for one in ElementTree.fromstring(files["XML"]).iter(INVOICE)}
    written = PdfReader(io.BytesIO(files["PDF"]))
    assert ("Rechnung" if phone.language == "de" else "Invoice") in written.pages[0].extract_text()
    assert files["XML"] in {content for found in written.attachments.values() for content in found}


def a_debt_is_paid(phone: Phone) -> None:
    """What is more than three weeks late: counted, reminded of firmly by words to copy, and marked as paid."""
    phone.go("/workbench/due")
    phone.follow("Something owed to you")
    sent, due = (phone.today - timedelta(days=ago) for ago in (54, 24))
    phone.fill(
        name="2026-7", payer="Silk House", amount="400", sent=sent.isoformat(), due=due.isoformat(), reference="1,27"
    )
    phone.seen.page.locator("#f-law").select_option("DE")
    phone.press("Keep")
    phone.go("/workbench/due")
    phone.seen.press(phone.seen.page.get_by_role("link", name="Silk House"))
    late = re.compile(r"2\d days late" if phone.language == "en" else r"2\d Tage zu spät")
    expect(phone.seen.page.get_by_text(late)).to_be_visible()
    expect(phone.seen.page.get_by_text(phone("What the law adds"))).to_be_visible()
    assert "2026-7" in phone.copied("words")
    phone.press("It was paid")
    for state, silk, own in (("late", 0, 0), ("paid", 1, 0), ("open", 0, 1)):
        phone.go(f"/workbench/due?state={state}")
        shown = [phone.seen.page.locator(".link-card", has_text=one).count() for one in ("Silk House", "Cleo Quince")]
        assert shown == [silk, own], (state, shown)


def the_code_opens_them(phone: Phone, code: str) -> None:
    """The passphrase is lost: the code opens the books once, and gives another one."""
    phone.go("/workbench/lock")
    phone.press("Lock now")
    phone.follow("Unlock")
    phone.follow("Passphrase lost? Use the recovery code")
    for wrong in (True, False):
        phone.field("Recovery code").fill(code[::-1] if wrong else code)
        phone.field("New passphrase, at least %(n)s characters", n="12").fill(OTHER)
        phone.field("The same once more").fill(OTHER)
        phone.press("Open my books")
        assert phone.seen.page.get_by_role("alert").count() == wrong
    fresh = phone.seen.page.locator("code.hash").inner_text()
    assert fresh != code
    phone.follow("I have written it down")
    expect(phone.seen.page.get_by_text("Tea week").first).to_be_visible()
    phone.go("/workbench/lock")
    phone.press("Lock now")
    phone.go("/workbench/unlock")
    for words, opened in ((WORDS, False), (OTHER, True)):
        phone.field("Passphrase").fill(words)
        phone.press("Unlock")
        assert (phone.seen.page.url == phone.seen.base + "/workbench") is opened
