"""Receipts: made anew, sealed with the books, proposed from where they can be read, gone with their entry."""

import io
import json
import logging
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from fanshare.core.instants import MINUTE
from fanshare.core.rates import DayRates
from fanshare.flows import rates, workbench_keys, workbench_lock
from fanshare.flows.signed_in import Owner
from fanshare.flows.staff import account_of
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.flows.test_papers import pdf, spoiled
from tests.support.schema import schema_template
from tests.web.support.books import add, make, send, words
from tests.web.support.canaries import backed_up, left_behind, overheard, seen_in
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

PLACE = b"Canary place"
TESSERACT = shutil.which("tesseract")


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("receipts")) as made:
        yield made


@pytest.fixture
def cleo(monkeypatch: pytest.MonkeyPatch, company: Company) -> Device:
    """Cleo with fresh books that are open, where no tesseract is installed."""
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for table in ("workbench_row", "workbench_paper", "workbench"):
        company.house.conn.execute(f"DELETE FROM {table}")
    device = company.device("cleo")
    make(device)
    return device


def photo(place: bytes = PLACE) -> bytes:
    """A photo that says where it was taken."""
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = place.decode()
    Image.new("RGB", (90, 60), "white").save(made, "JPEG", exif=exif)
    return made.getvalue()


def sent(device: Device, content: bytes) -> Answer:
    return device.upload("/workbench/receipt", content, called="paper")


def proposed(page: str) -> dict[str, str]:
    """What stands in the form, hidden fields included."""
    found = re.findall(r'<input [^>]*name="([a-z_]+)"[^>]* value="([^"]*)"', page)
    return {name: value for name, value in found if name in ("amount", "day", "tax", "paper", "words", "currency")}


def keep(device: Device, values: dict[str, str], **more: str) -> Answer:
    usual = {"category": "material", "deal": "", "words": "", "tax": ""}
    return send(device, "/workbench/add/cost", **{**usual, **values, **more})


def count(company: Company) -> int:
    found = company.house.value("SELECT count(*) FROM workbench_paper")
    assert isinstance(found, int)
    return found


def test_a_photo_is_drawn_anew_kept_with_what_is_typed_and_gone_with_it(company: Company, cleo: Device) -> None:
    page = sent(cleo, photo())
    assert page.status == 200
    assert "Nothing could be read from it here: type what it says." in words(page)
    values = proposed(page.text)
    assert keep(cleo, values, amount="12,50").headers["location"] == "/workbench/costs"
    shown = cleo.get(f"/workbench/papers/{values['paper']}")
    assert (shown.status, shown.headers["content-type"]) == (200, "image/webp")
    assert "sandbox" in shown.headers["content-security-policy"]
    [entry] = json.loads(cleo.get("/workbench/copy").text)["entries"]
    assert entry["paper"] == values["paper"]
    assert "with receipt" in words(cleo.get("/workbench/costs"))
    place = f"/workbench/entries/{entry['id']}"
    assert f"/workbench/papers/{values['paper']}" in cleo.get(place).text
    assert keep_again(cleo, place, values, amount="13").status == 302
    assert json.loads(cleo.get("/workbench/copy").text)["entries"][0]["paper"] == values["paper"]
    assert send(cleo, place, do="remove").status == 302
    assert count(company) == 0
    assert cleo.get(f"/workbench/papers/{values['paper']}").status == 404


def keep_again(device: Device, place: str, values: dict[str, str], **more: str) -> Answer:
    usual = {"category": "material", "deal": "", "words": "", "tax": ""}
    return send(device, place, do="keep", **{**usual, **values, **more})


def test_amount_day_and_tax_of_a_pdf_are_proposed_and_nothing_acts_in_what_is_kept(
    company: Company, cleo: Device
) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("2026-11-02 Total 119.00 EUR", "VAT 19% 19.00"))))
    acting = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('hello');")}
    )
    writer.root_object[NameObject("/OpenAction")] = acting
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): acting})
    writer.add_metadata({"/Author": PLACE.decode()})
    raw = io.BytesIO()
    writer.write(raw)
    page = sent(cleo, raw.getvalue())
    assert "look whether they are right" in words(page)
    values = proposed(page.text)
    assert {name: values[name] for name in ("amount", "day", "tax")} == {
        "amount": "119.00", "day": "2026-11-02", "tax": "19.00",
    }  # fmt: skip
    assert keep(cleo, values).status == 302
    assert "19.000000" in cleo.get("/workbench/export?what=lines&as=csv").text
    packed = zipfile.ZipFile(io.BytesIO(cleo.get("/workbench/receipts.zip?since=2026-11-01").content))
    [name] = packed.namelist()
    assert name.startswith("2026-11-02 119.00 material ")
    clean = packed.read(name)
    assert b"JavaScript" in raw.getvalue()
    assert b"JavaScript" not in clean
    assert PLACE not in clean
    assert PdfReader(io.BytesIO(clean)).pages[0].extract_text() == "2026-11-02 Total 119.00 EUR"


def test_a_photo_is_read_where_tesseract_is_installed_and_typed_where_it_fails(
    monkeypatch: pytest.MonkeyPatch, company: Company, cleo: Device, tmp_path: Path
) -> None:
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\nhead -c 8 | grep -q PNG && echo 'Summe EUR 7,50 am 03.11.2026'\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    values = proposed(sent(cleo, photo()).text)
    assert (values["amount"], values["day"]) == ("7.50", "2026-11-03")
    program.write_text("#!/bin/sh\nexit 3\n", "utf-8")
    assert "type what it says" in words(sent(cleo, photo()))
    program.write_text("#!/bin/sh\necho Summe 7,50 > " + str(tmp_path / "left") + "\n", "utf-8")
    sent(cleo, photo())
    assert not (tmp_path / "left").exists() or (tmp_path / "left").read_bytes() == b"", "no file can be filled"


@pytest.mark.parametrize("content", [b"", b"no picture", b"%PDF-1.7 broken", pdf("x", password="secret")])
def test_what_is_no_receipt_is_refused_and_can_still_be_typed(company: Company, cleo: Device, content: bytes) -> None:
    page = sent(cleo, content)
    assert (page.status, 'role="alert"' in page.text) == (422, True)
    assert 'action="/workbench/add/cost"' in page.text
    assert keep(cleo, proposed(page.text), amount="5").status == 302
    assert count(company) == 0


def test_a_spoiled_photo_or_pdf_is_kept_clean_or_refused_and_never_half(company: Company, cleo: Device) -> None:
    """Bytes turned, cut and doubled: it is kept and shown, or refused by a sentence, and then nothing is kept."""
    sound, outcomes = (photo(), pdf("2026-11-02 Total 119.00 EUR", "VAT 19% 19.00")), {200: 0, 422: 0}
    for seed in range(16):
        company.house.conn.execute("DELETE FROM workbench_paper")
        page = sent(cleo, spoiled(sound[seed % 2], Random(seed)))
        outcomes[page.status] += 1
        assert count(company) == (page.status == 200), seed
        if page.status == 200:
            kept = cleo.get(f"/workbench/papers/{proposed(page.text)['paper']}")
            assert kept.status == 200, seed
            assert kept.content.startswith((b"RIFF", b"%PDF-")), seed
    assert min(outcomes.values()) > 0, outcomes


def test_receipts_that_no_entry_names_do_not_pile_up(company: Company, cleo: Device) -> None:
    values = proposed(sent(cleo, photo()).text)
    keep(cleo, values, amount="5")
    for _ in range(8):
        sent(cleo, photo())
    assert count(company) <= 1 + 7
    assert cleo.get(f"/workbench/papers/{values['paper']}").status == 200, "the one that is named stays"


def test_nobody_else_and_no_locked_book_shows_a_receipt(company: Company, cleo: Device) -> None:
    paper = proposed(sent(cleo, photo()).text)["paper"]
    carla = company.device("carla")
    make(carla)
    assert carla.get(f"/workbench/papers/{paper}").status == 404
    company.house.later(31 * MINUTE)
    assert cleo.get(f"/workbench/papers/{paper}").headers["location"].startswith("/workbench/unlock")
    locked = sent(cleo, photo())
    assert (locked.status, count(company)) == (401, 1)


def test_a_receipt_that_was_changed_outside_is_not_shown(company: Company, cleo: Device) -> None:
    paper = proposed(sent(cleo, photo()).text)["paper"]
    company.house.conn.execute("UPDATE workbench_paper SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1)")
    answer = cleo.get(f"/workbench/papers/{paper}")
    assert (answer.status, "image" in answer.headers["content-type"]) == (500, False)


@pytest.mark.parametrize("wrong", [{"tax": "5"}, {"paper": "../../x"}, {"paper": "1"}])
def test_a_tax_that_is_no_part_and_a_paper_that_is_none_are_refused(cleo: Device, wrong: dict[str, str]) -> None:
    assert keep(cleo, {"amount": "5", "day": "2026-11-20", "paper": ""}, **wrong).status == 422


def test_erased_books_take_their_receipts_along(company: Company, cleo: Device) -> None:
    sent(cleo, photo())
    assert json.loads(cleo.get("/account/linen/data").text)["workbench"]["sealed_receipts"] == 1
    owner = Owner(account_of(KEYS, "cleo@example.test"), "test")
    workbench_lock.erase(company.house.conn, owner, company.house.now)
    assert count(company) == 0


def test_the_length_of_a_receipt_is_rounded_up(company: Company, cleo: Device) -> None:
    sent(cleo, photo())
    sent(cleo, photo(b"somewhere else, in more words"))
    lengths = company.house.conn.execute("SELECT DISTINCT octet_length(sealed) FROM workbench_paper").fetchall()
    assert len(lengths) == 1


def test_a_receipt_in_another_currency_says_so_and_is_converted_by_a_rate_that_is_kept(
    company: Company, cleo: Device
) -> None:
    page = sent(cleo, pdf("Total 12.00 USD 20.11.2026"))
    assert "It is in USD: keep it, and it is converted" in words(page)
    values = proposed(page.text)
    assert (values["amount"], values["currency"]) == ("12.00", "USD")
    values["day"] = "2026-11-20"
    refused = keep(cleo, values)
    assert (refused.status, "type the rate" in words(refused)) == (422, True)
    assert keep(cleo, values, rate="1,25").status == 302
    typed = json.loads(cleo.get("/workbench/copy").text)["entries"][0]
    assert (typed["amount"], typed["original"], typed["rate_from"]) == (9_600_000, 12_000_000, "typed")
    assert "Converted at 1.25 USD (typed)." in words(cleo.get(f"/workbench/entries/{typed['id']}"))
    rates.take(company.house.conn, [DayRates("2026-11-20", {"USD": "1.20"})], company.house.now)
    assert keep(cleo, {**values, "paper": ""}).status == 302
    found = json.loads(cleo.get("/workbench/copy").text)["entries"]
    by_ecb = next(one for one in found if one["id"] != typed["id"])
    assert (by_ecb["amount"], by_ecb["rate"], by_ecb["rate_from"]) == (10_000_000, "1.20/1", "ECB 2026-11-20")
    place = f"/workbench/entries/{by_ecb['id']}"
    again = {**values, "category": "material", "deal": "", "words": "", "tax": "", "paper": "", "rate": "1.20"}
    assert send(cleo, place, do="keep", **again).status == 302
    assert json.loads(cleo.get("/workbench/copy").text)["entries"] == found, "the same form changes nothing"
    deal = add(cleo, "deal", name="Dollar deal", day="2026-11-20", fee="240", currency="usd")
    assert "came in 200.00 €" in words(cleo.get(deal)).replace("\xa0", " ")


@pytest.mark.skipif(TESSERACT is None, reason="no tesseract is installed")
def test_words_that_are_read_from_a_photo_are_left_nowhere(
    monkeypatch: pytest.MonkeyPatch, company: Company, cleo: Device, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda name: TESSERACT)
    caplog.set_level(logging.DEBUG)
    told = overheard(monkeypatch)
    paper, made = Image.new("RGB", (1000, 300), "white"), io.BytesIO()
    drawn = ImageDraw.Draw(paper)
    drawn.text((40, 40), "CANARYBIRD STUDIO", "black", font_size=60)
    drawn.text((40, 150), "Total 6543.21 EUR", "black", font_size=60)
    paper.save(made, "PNG")
    values = proposed(sent(cleo, made.getvalue()).text)
    assert values["amount"] == "6543.21", "the control: it was read"
    keep(cleo, values, words="Canarybird")
    company.house.work()
    secrets = ("CANARYBIRD", "Canarybird", "6543.21")
    assert seen_in([one for one in told if len(one) < 5_000], secrets) == [], "the picture is all it is told"
    assert seen_in(left_behind(company, backed_up(company), caplog.text, tmp_path), secrets) == []


def test_nothing_of_a_receipt_stands_anywhere_in_clear(
    monkeypatch: pytest.MonkeyPatch, company: Company, cleo: Device, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    canary = "Canary receipt 6543.21"
    values = proposed(sent(cleo, pdf(f"{canary} Total 6543.21 EUR")).text)
    assert values["amount"] == "6543.21"
    keep(cleo, values)
    kept = proposed(sent(cleo, photo()).text)["paper"]
    picture = cleo.get(f"/workbench/papers/{kept}").content
    company.house.work()
    dumped = backed_up(company)
    assert b"workbench_paper" in dumped
    left = [one.read_bytes() for folder in (company.house.home, tmp_path) for one in folder.rglob("*") if one.is_file()]
    for text in (dumped, *left, caplog.text.encode()):
        for secret in (canary.encode(), b"6543.21", PLACE, picture[30:60], picture[30:60].hex().encode()):
            assert secret not in text


def test_the_pages_ask_the_database_at_most_a_dozen_times(company: Company, cleo: Device) -> None:
    paper = proposed(sent(cleo, photo()).text)["paper"]
    seen: list[str] = []
    device = company.device("cleo", company.app(lambda conn: Watching(conn, seen)))
    send(device, "/workbench/unlock", passphrase_of_the_books="correct horse battery staple")
    for kept in (True, False):
        seen.clear()
        assert (device.get(f"/workbench/papers/{paper}") if kept else sent(device, photo())).status == 200
        assert 0 < sum(one.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")) for one in seen) <= 12
