"""Her own invoices: written once under the next number, sealed with her books, owed, and taken back by another one."""

import io
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import facturx
import pytest
from pypdf import PdfReader

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.invoices.model import cancelling
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Invoice, Settings
from fanshare.core.workbench.invoicing import Issued, Sender, missing
from fanshare.flows import workbench_books, workbench_invoices, workbench_keys, workbench_lock
from fanshare.flows.staff import account_of
from fanshare.flows.workbench_books import Open
from fanshare.flows.workbench_keys import Cost
from fanshare.store.access import connect
from fanshare.store.queries import workbench
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.invoices import CLEO, invoice
from tests.support.schema import schema_template
from tests.support.schematron import broken_rules, fits_schema
from tests.web.support.books import WORDS, add, make, send, words
from tests.web.support.canaries import backed_up, left_behind, seen_in
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer
from tests.web.test_workbench_books import today

__all__ = ["schema_template"]

SENDER = {
    "name": "Cleo Canary", "street": "Weg 1", "postcode": "10115", "city": "Berlin", "country": "de",
    "tax_number": "12/345/67890", "vat_id": "", "register": "", "mail": "cleo@cleo.example",
    "iban": "DE02 1203 0000 0000 2020 51", "small": "no", "prefix": "R-", "first": "1",
}  # fmt: skip
BUYER = {
    "buyer_name": "Linen & Söhne", "buyer_street": "Allee 2", "buyer_postcode": "80331", "buyer_city": "München",
    "buyer_country": "DE", "buyer_vat_id": "DE 123456789", "buyer_register": "", "buyer_mail": "", "reference": "PO 7",
}  # fmt: skip


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("invoices")) as made:
        yield made


@pytest.fixture
def cleo(monkeypatch: pytest.MonkeyPatch, company: Company) -> Device:
    """Cleo with fresh books that are open."""
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    company.house.conn.execute("DELETE FROM workbench_row")
    company.house.conn.execute("DELETE FROM workbench")
    device = company.device("cleo")
    make(device)
    return device


def form(company: Company, deal: str = "", **more: str) -> dict[str, str]:
    """An invoice as she types it."""
    day = today(company)
    usual = {
        "deal": deal, **BUYER, "words": "Linen week", "quantity": "1,5", "price": "200", "since": day, "until": "",
        "due": day, "treatment": "usual", "rate": "", "language": "de", "note": "", "law": "",
        **{f"{name}{place}": "" for place in (2, 3) for name in ("words", "quantity", "price")},
    }  # fmt: skip
    return usual | more


def written(company: Company, cleo: Device, **more: str) -> str:
    """Look at an invoice, write it; where its page is."""
    values = form(company, **more)
    looked = send(cleo, "/workbench/invoices/write", do="look", **values)
    assert looked.status == 200, words(looked)
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', looked.text)
    assert seen is not None
    answer = send(cleo, "/workbench/invoices/write", do="write", seen=seen[1], **values)
    assert answer.status == 302, words(answer)
    return answer.headers["location"]


def signed(cleo: Device, **more: str) -> Answer:
    answer = send(cleo, "/workbench/invoices/sender", **{**SENDER, **more})
    assert answer.status == 302, words(answer)
    return answer


def text(answer: Answer) -> str:
    return words(answer).replace("\xa0", " ")


def test_an_invoice_is_written_from_a_deal_owed_and_downloaded(company: Company, cleo: Device) -> None:
    deal = add(cleo, "deal", name="Linen week", day=today(company), fee="300").rsplit("/", 1)[1]
    begun = cleo.get(f"/workbench/invoices/write?deal={deal}")
    assert begun.headers["location"] == f"/workbench/invoices/sender?deal={deal}", "who sends it comes first"
    kept = send(cleo, "/workbench/invoices/sender", begun=deal, **SENDER)
    assert kept.headers["location"] == f"/workbench/invoices/write?deal={deal}"
    page = cleo.get(kept.headers["location"]).text
    assert 'value="Linen week"' in page
    assert 'value="300.00"' in page
    place = written(company, cleo, deal=deal)
    said = text(cleo.get(place))
    for part in ("R-2026-0001", "without VAT 300.00 €", "VAT 19 % 57.00 €", "to be paid 357.00 €", "Linen & Söhne"):
        assert part in said, part
    assert "357.00 € · Linen & Söhne due today · R-2026-0001" in text(cleo.get("/workbench/due"))
    xml, pdf = cleo.get(f"{place}/file.xml"), cleo.get(f"{place}/file.pdf")
    assert xml.headers["content-disposition"] == 'attachment; filename="R-2026-0001.xml"'
    assert (fits_schema(xml.content), broken_rules(xml.content)) == (True, set())
    assert facturx.get_xml_from_pdf(pdf.content, check_xsd=True)[1] == xml.content
    assert "Rechnung" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    again = cleo.get(f"/workbench/invoices/write?like={place.rsplit('/', 1)[1]}").text
    assert 'value="Linen &amp; Söhne"' in again
    assert cleo.get(f"{place}/file.doc").status == 404


def test_what_was_not_looked_at_is_not_written(company: Company, cleo: Device) -> None:
    signed(cleo)
    values = form(company)
    for seen in ("", "0" * 64):
        answer = send(cleo, "/workbench/invoices/write", do="write", seen=seen, **values)
        assert answer.status == 200
        assert "Look at it once more" in words(answer)
    looked = send(cleo, "/workbench/invoices/write", do="look", **values)
    seen = re.findall(r'name="seen" value="([0-9a-f]{64})"', looked.text)[0]
    other = send(cleo, "/workbench/invoices/write", do="write", seen=seen, **(values | {"price": "900"}))
    assert "to be paid 1,606.50 €" in text(other), "another price is looked at again"
    assert "No invoice yet" in words(cleo.get("/workbench/invoices"))


def test_what_may_not_be_sent_is_said_and_what_was_typed_stays(company: Company, cleo: Device) -> None:
    assert send(cleo, "/workbench/invoices/sender", **{**SENDER, "iban": "DE00"}).status == 422
    assert send(cleo, "/workbench/invoices/sender", **{**SENDER, "tax_number": ""}).status == 422
    signed(cleo)
    for wrong, reason in (
        ({"buyer_country": "Germany"}, "two letters"),
        ({"treatment": "reverse"}, "needs a VAT number"),
        ({"treatment": "standard", "rate": "0"}, "Say at which rate"),
        ({"quantity": "0"}, "whole number"),
        ({"due": "2020-01-01"}, "due before it is written"),
        ({"buyer_vat_id": "123"}, "begins with the two letters"),
        ({"words2": "", "price2": "5"}, "Each line says"),
    ):
        answer = send(cleo, "/workbench/invoices/write", do="look", **form(company, **wrong))
        assert (answer.status, reason in words(answer)) == (422, True), (wrong, words(answer))
        assert 'value="Linen week"' in answer.text


@pytest.mark.parametrize(
    ("sender", "typed", "said"),
    [
        ({"small": "yes"}, {}, "(§ 19 UStG) 0.00 €"),
        ({"country": "AT", "vat_id": "ATU12345678"}, {}, "Leistungsempfängers (Reverse charge) 0.00 €"),
        ({"vat_id": "DE987654321"}, {"buyer_country": "CH", "buyer_vat_id": ""}, "außerhalb der EU 0.00 €"),
        ({}, {"rate": "7"}, "VAT 7 % 21.00 €"),
    ],
)
def test_the_usual_vat_goes_by_both_countries_and_the_scheme(
    company: Company, cleo: Device, sender: dict[str, str], typed: dict[str, str], said: str
) -> None:
    signed(cleo, **sender)
    place = written(company, cleo, **typed)
    assert said in text(cleo.get(place))
    assert broken_rules(cleo.get(f"{place}/file.xml").content) == set()


def test_a_wrong_one_is_taken_back_by_another_and_never_changed(company: Company, cleo: Device) -> None:
    signed(cleo)
    place = written(company, cleo)
    owed = re.findall(r"/workbench/due/[0-9a-f-]+", cleo.get("/workbench/due").text)[0]
    entry = owed.replace("due", "entries")
    day = today(company)
    same = {"name": "R-2026-0001", "payer": "Linen & Söhne", "amount": "357", "sent": day, "due": day, "paid": "",
            "law": "DE", "reference": "", "deal": ""}  # fmt: skip
    assert send(cleo, entry, do="keep", **same).status == 302, "what the invoice does not say may change"
    for changed in ({"amount": "1"}, {"name": "x"}, {"payer": "x"}, {"due": "2027-01-01"}):
        assert send(cleo, entry, do="keep", **(same | changed)).status == 422, changed
    assert send(cleo, entry, do="remove", **same).status == 422
    assert cleo.get(place.replace("invoices", "entries")).status == 404
    assert send(cleo, place).status == 422, "not without a tick"
    back = send(cleo, place, sure="1").headers["location"]
    assert "Takes back R-2026-0001" in words(cleo.get(back))
    assert "Taken back by R-2026-0002" in words(cleo.get(place))
    xml = cleo.get(f"{back}/file.xml").content
    assert broken_rules(xml) == set()
    assert b"<ram:TypeCode>381</ram:TypeCode>" in xml
    assert b"<ram:IssuerAssignedID>R-2026-0001</ram:IssuerAssignedID>" in xml
    assert "R-2026-0001" not in words(cleo.get("/workbench/due"))
    for twice in (place, back):
        assert "taken back already" in words(send(cleo, twice, sure="1"))
    assert written(company, cleo) != place
    assert "R-2026-0003" in words(cleo.get("/workbench/invoices"))


def test_what_was_paid_stays_written_down_when_the_invoice_is_taken_back(company: Company, cleo: Device) -> None:
    signed(cleo)
    place = written(company, cleo)
    owed = re.findall(r"/workbench/due/[0-9a-f-]+", cleo.get("/workbench/due").text)[0]
    send(cleo, owed, paid=today(company))
    assert "the money is yours to give back" in words(cleo.get(place))
    send(cleo, place, sure="1")
    assert "R-2026-0001" in words(cleo.get("/workbench/due?state=paid"))


def test_locked_nobody_gets_a_file_and_another_creator_none_at_all(company: Company, cleo: Device) -> None:
    signed(cleo)
    place = written(company, cleo)
    send(cleo, "/workbench/lock")
    assert cleo.get(f"{place}/file.pdf").headers["location"].startswith("/workbench/unlock")
    carla = company.device("carla")
    make(carla)
    for path in (place, f"{place}/file.xml"):
        assert carla.get(path).status == 404


def test_no_word_of_an_invoice_is_left_anywhere_when_it_was_made_and_downloaded(
    monkeypatch: pytest.MonkeyPatch, company: Company, cleo: Device, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    signed(cleo)
    place = written(company, cleo, buyer_name="Canary Linen", words="Canary reels")
    xml, pdf = cleo.get(f"{place}/file.xml"), cleo.get(f"{place}/file.pdf")
    assert "Canary reels" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert b"Canary reels" in xml.content
    cleo.get("/workbench/invoices?q=Canary+Linen")
    company.house.work()
    secrets = ("Cleo Canary", "Canary Linen", "Canary reels", "R-2026-0001", "12/345/67890", pdf.content[200:240])
    assert seen_in(left_behind(company, backed_up(company), caplog.text, tmp_path), secrets) == []


def test_the_pages_speak_german(company: Company, cleo: Device) -> None:
    signed(cleo)
    place = written(company, cleo)
    cleo.cookies["fanshare_language"] = "de"
    assert "zu zahlen" in words(cleo.get(place))
    assert "Noch einmal ansehen" in words(send(cleo, "/workbench/invoices/write", do="look", **form(company)))


def opened(company: Company) -> tuple[Open, Shelf]:
    """Cleo's books as flows have them."""
    account = account_of(KEYS, "cleo@example.test")
    found = workbench_lock.unlock(company.house.conn, KEYS, account, WORDS, company.house.now)
    books = Open(company.house.conn, account, found.key)
    workbench_books.sign(books, Sender(
        CLEO.name, CLEO.street, CLEO.postcode, CLEO.city, CLEO.country, CLEO.tax_number, "", "", "", "", small=False,
        prefix="R-", first=7, first_year=2026,
    ))  # fmt: skip
    return books, workbench_books.load(books, Settings("EUR"))


def numbers(books: Open) -> list[str]:
    return sorted(one.invoice.number for one in workbench_books.load(books, Settings("EUR")).of(Issued))


@pytest.mark.usefixtures("cleo")
def test_many_at_once_get_numbers_without_a_gap_even_if_some_of_them_fail(company: Company) -> None:
    books, shelf = opened(company)
    assert sorted(at_once(company, books, shelf)) == [f"R-2026-{serial:04d}" for serial in range(7, 13)]
    assert numbers(books) == [f"R-2026-{serial:04d}" for serial in range(7, 13)]
    assert missing(workbench_books.load(books, Settings("EUR")).of(Issued)) == []


@pytest.mark.usefixtures("cleo")
def test_a_number_that_is_only_read_before_is_given_twice(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the row of a number, everybody would take the one that was next when she looked."""
    books, shelf = opened(company)
    monkeypatch.setattr(workbench_invoices, "_row", lambda *_: uuid4())
    assert len(set(at_once(company, books, shelf))) < 6


def at_once(company: Company, books: Open, shelf: Shelf) -> list[str]:
    """Eight write at the same moment, two of them are stopped after they have a number; the numbers of the others."""
    start = Barrier(8)

    def one(place: int) -> str:
        with connect(company.house.database.dsn()) as conn:
            start.wait(20)
            mine = replace(books, conn=conn)
            try:
                with conn.transaction():
                    found = workbench_invoices.write(mine, shelf, invoice(), "", "")
                    if place in (2, 5):
                        raise RuntimeError("the power went")
            except RuntimeError:
                return ""
            return found.invoice.number

    with ThreadPoolExecutor(8) as pool:
        return [number for number in pool.map(one, range(8)) if number]


@pytest.mark.usefixtures("cleo")
def test_two_who_take_the_same_back_at_once_write_one_document(company: Company) -> None:
    books, shelf = opened(company)
    known = workbench_invoices.write(books, shelf, invoice(), "", "")
    start = Barrier(4)

    def back(_place: int) -> bool:
        with connect(company.house.database.dsn()) as conn:
            start.wait(20)
            mine = replace(books, conn=conn)
            try:
                workbench_invoices.cancel(mine, shelf, known, cancelling(known.invoice, date(2026, 11, 28)))
            except ConflictError:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(back, range(4))) == [False, False, False, True]
    assert numbers(books) == ["R-2026-0007", "R-2026-0008"]
    assert workbench_books.load(books, Settings("EUR")).of(Invoice) == ()


@pytest.mark.usefixtures("cleo")
def test_a_number_that_somebody_took_away_is_missed_and_one_that_cant_be_read_is_not_given_again(
    company: Company,
) -> None:
    books, shelf = opened(company)
    made = [workbench_invoices.write(books, shelf, invoice(), "", "") for _ in range(3)]
    workbench_books.drop(books, made[1].id)
    assert missing(workbench_books.load(books, Settings("EUR")).of(Issued)) == ["R-2026-0008"]
    company.house.conn.execute("UPDATE workbench_row SET sealed = %s WHERE row_id = %s", [bytes(300), made[2].id])
    again = workbench_invoices.write(books, workbench_books.load(books, Settings("EUR")), invoice(), "", "")
    assert again.invoice.number == "R-2026-0008", "nothing was there"
    last = workbench_invoices.write(books, workbench_books.load(books, Settings("EUR")), invoice(), "", "")
    assert last.invoice.number == "R-2026-0010", "9 is there and can't be read"


@pytest.mark.usefixtures("cleo")
def test_nothing_is_written_without_a_sender_or_without_books(company: Company) -> None:
    books, shelf = opened(company)
    with pytest.raises(BadInputError, match="who sends"):
        workbench_invoices.write(books, replace(shelf, sender=None), invoice(), "", "")
    with pytest.raises(BadInputError, match="tax number"):
        workbench_invoices.write(books, shelf, invoice(seller=replace(CLEO, tax_number="")), "", "")
    workbench.erase(books.conn, books.account)
    with pytest.raises(BadInputError, match="no books"):
        workbench_invoices.write(books, shelf, invoice(), "", "")
