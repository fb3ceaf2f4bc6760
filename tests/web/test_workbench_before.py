"""Before she signs: pages that read what a brand sent, with books locked, open or not there, and keep nothing of it."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fanshare.flows import workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from tests.flows.test_papers import mail, pdf
from tests.support.schema import schema_template
from tests.web.support.books import make, send, words
from tests.web.support.canaries import backed_up
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device

__all__ = ["schema_template"]

CONTRACT = (
    "1. Payment\nThe fee of 300 EUR is paid within 90 days.\n\n2. Content\nCreator delivers 2 Reels and 3 Stories.\n"
    "Brand gets a perpetual licence to the content <b>for all</b> purposes.\n"
)


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("before")) as made:
        yield made


@pytest.fixture
def cleo(monkeypatch: pytest.MonkeyPatch, company: Company) -> Device:
    """Cleo, without books."""
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    company.house.conn.execute("DELETE FROM workbench_row")
    company.house.conn.execute("DELETE FROM workbench")
    return company.device("cleo")


def read(device: Device, text: str = CONTRACT, **more: str) -> str:
    """What the page says about a text."""
    answer = send(device, "/workbench/check", text=text, fee="", wish="", **more)
    assert answer.status == 200
    return answer.text


def test_a_contract_is_read_with_books_locked_open_and_before_there_are_any(company: Company, cleo: Device) -> None:
    seen = [words_of(read(cleo))]
    make(cleo)
    seen.append(words_of(read(cleo)))
    send(cleo, "/workbench/lock")
    seen.append(words_of(read(cleo)))
    assert len(set(seen)) == 1
    for said in (
        "not as it stands line 2 Payment: The fee of 300 EUR is paid within 90 days.",
        "not as it stands line 6 Content: Brand gets a perpetual licence to the content <b>for all</b> purposes.",
        "hours, by estimate 7.5–18",
        "300.00 € for that is 16.90 € to 40.00 € an hour, before costs and taxes.",
        "What machines may do with you Nothing was found about artificial intelligence.",
        "not found For whom else you may work",
    ):
        assert said in seen[0], said
    assert seen[0].count("no legal advice") == 1


def words_of(page: str) -> str:
    return " ".join(
        re.sub(r"<[^>]+>", " ", page).replace("\xa0", " ").replace("&lt;", "<").replace("&gt;", ">").split()
    )


def test_what_is_in_the_text_is_shown_as_text(cleo: Device) -> None:
    page = read(cleo)
    assert "<b>for all" not in page
    assert "&lt;b&gt;for all&lt;/b&gt;" in page


def test_the_fee_and_the_wished_hour_she_types_count(cleo: Device) -> None:
    text = CONTRACT.replace("300 EUR", "what we said")
    assert "No fee was found for it." in words_of(read(cleo, text))
    answer = send(cleo, "/workbench/check", text=text, fee="900", wish="40")
    assert "If it takes long that is" not in words(answer), "18 hours bring 50 each"
    assert "Even if it takes long that is what you wish." in words(answer)
    assert "If it takes long that is less" in words(send(cleo, "/workbench/check", text=text, fee="300", wish="40"))
    refused = send(cleo, "/workbench/check", text=text, fee="much", wish="")
    assert refused.status == 422
    assert "perpetual licence" in refused.text, "what was pasted stays"


def test_a_pdf_and_an_e_mail_are_read_and_other_files_refused(cleo: Device) -> None:
    for content in (pdf("Hello.", "Net 90 it is."), mail(attached=pdf("Invoices are paid within 90 days."))):
        answer = cleo.upload("/workbench/check", content, called="paper", text="", fee="", wish="")
        assert answer.status == 200
        assert "When they pay" in words(answer)
    assert "page 2, line 1" in words(
        cleo.upload("/workbench/check", pdf("Hello.", "Payment is net 90."), called="paper", text="")
    )
    bad = cleo.upload("/workbench/check", b"PK\x03\x04\x00\x00", called="paper", text="")
    assert (bad.status, 'role="alert"' in bad.text) == (422, True)
    assert send(cleo, "/workbench/check", text=" ").status == 422


def test_the_page_speaks_german_and_answers_in_the_language_of_the_contract(cleo: Device) -> None:
    cleo.cookies["fanshare_language"] = "de"
    page = read(cleo)
    assert "so nicht" in page
    assert "Rechte für immer" in page
    assert 'lang="en">All rights granted end 6 months' in page
    german = read(cleo, "Das Honorar wird nach 90 Tagen gezahlt und die Rechte gehen für immer über.")
    assert 'lang="de">Alle eingeräumten Rechte enden' in german


def test_the_floor_is_a_range_with_its_parts_and_sources(cleo: Device) -> None:
    begun = send(cleo, "/workbench/floor", least="7.5", most="18")
    assert 'name="least" inputmode="decimal" maxlength="8" required value="7.5"' in begun.text
    assert "Below this you pay for it yourself" not in words(begun)
    values = {"least": "10", "most": "15,5", "wage": "20", "costs": "50", "away": "50", "currency": "EUR"}
    said = words(send(cleo, "/workbench/floor", do="count", **values)).replace("\xa0", " ")
    assert "500.00 € – 720.00 €" in said
    more = {"ads": "1", "whitelisting": "2", "exclusivity": "30", "lost": ""}
    added = words(send(cleo, "/workbench/floor", do="count", **values, **more)).replace("\xa0", " ")
    assert "875.00 € – 1,980.00 €" in added
    assert "topgrowthmarketing.com" in added
    for wrong in ({"least": "0"}, {"least": "16"}, {"away": "100"}, {"currency": "EUX"}, {"exclusivity": "93"}):
        answer = send(cleo, "/workbench/floor", do="count", **{**values, **wrong})
        assert (answer.status, 'role="alert"' in answer.text) == (422, True), wrong


def test_a_draft_is_judged_and_mended_and_nothing_else_is_asked(cleo: Device) -> None:
    values = {"text": "Mein Hemd #ad <b>", "country": "DE", "platform": "tiktok", "relation": "paid"}
    page = send(cleo, "/workbench/post", **values)
    assert "“#ad” is not enough there. Write “Werbung”." in words(page)
    assert "Werbung: Mein Hemd #ad &lt;b&gt;</textarea>" in page.text
    assert "TikTok demands that you switch on content disclosure" in words(page)
    well = words(send(cleo, "/workbench/post", **{**values, "text": "Werbung: mein Hemd"}))
    assert "enough, and in its place" in well
    assert "With the label, to copy" not in well
    for wrong in ({"country": "XX"}, {"platform": "moon"}, {"relation": "love"}, {"text": " "}):
        assert send(cleo, "/workbench/post", **{**values, **wrong}).status == 422, wrong


@pytest.mark.parametrize("path", ["/check", "/floor", "/post"])
def test_the_pages_ask_the_database_at_most_a_dozen_times(company: Company, cleo: Device, path: str) -> None:
    seen: list[str] = []
    device = company.device("cleo", company.app(lambda conn: Watching(conn, seen)))
    seen.clear()
    assert device.get(f"/workbench{path}").status == 200
    assert 0 < sum(one.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")) for one in seen) <= 12


def test_nothing_of_what_was_read_is_left_anywhere(
    monkeypatch: pytest.MonkeyPatch, company: Company, cleo: Device, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    make(cleo)
    canaries = ("Canarypasted", "Canaryfiled", "Canarymailed", "8765.43", "Canarybroken", "Canaryposted")
    assert canaries[0] in read(cleo, f"{canaries[0]} is paid {canaries[3]} EUR within 90 days.")
    sent = cleo.upload("/workbench/check", pdf(f"{canaries[1]} pays after 90 days."), called="paper", text="")
    assert canaries[1] in sent.text
    cleo.upload("/workbench/check", mail(attached=pdf(f"{canaries[2]} owns it.")), called="paper", text="")
    cleo.upload("/workbench/check", b"%PDF-1.7 " + canaries[4].encode(), called="paper", text="")
    send(cleo, "/workbench/post", text=canaries[5], country="DE", platform="blog", relation="paid")
    send(cleo, "/workbench/floor", do="count", least="1", most="2", wage=canaries[3], away="0", currency="EUR")
    company.house.work()
    left = [
        path.read_bytes() for folder in (company.house.home, tmp_path) for path in folder.rglob("*") if path.is_file()
    ]
    dumped = backed_up(company)
    assert b"Carla Quince" in dumped, "the search would find something"
    for canary in canaries:
        for text in (dumped, *left, caplog.text.encode()):
            assert canary.encode() not in text, canary
