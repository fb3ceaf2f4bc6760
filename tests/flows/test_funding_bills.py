"""Invoices to a brand for the money of its people: what they are over, their numbers, and the files they become."""

import io
import threading
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.instants import DAY
from fanshare.core.invoices import funding as core
from fanshare.core.invoices.checks import check
from fanshare.core.invoices.funding import Asked, Biller
from fanshare.core.invoices.model import Kind, Party, cancelling
from fanshare.core.invoices.totals import totals
from fanshare.core.money import from_minor_units
from fanshare.flows import funding, funding_bills
from fanshare.flows.funding import Slip
from fanshare.flows.invoice_paper.cii import xml_of
from fanshare.flows.invoice_paper.sheet import pdf_of
from fanshare.store.access import Access, connect
from fanshare.store.queries import funding_bills as rows
from fanshare.store.server import Database
from tests.flows.test_payout_runs import READY, story
from tests.support.invoices import BEA, CLEO
from tests.support.schematron import broken_rules, fits_schema
from tests.support.stories import Story

__all__ = ["story"]
OPERATOR = replace(CLEO, name="Otto Plattform GmbH", vat_id="DE111111125")
BILLER = Biller(OPERATOR, BEA, "F-", "de", "DE02120300000000202051")
#: What Cleo and Finn have ready.
OWED = 7_080_000


@pytest.fixture
def held(story: Story) -> Story:
    """The operator holds Bea's money, and has said who asks whom."""
    story.tenant = replace(story.tenant, several_brands=True)
    funding.switch_on(story.access, story.tenant, 0, READY)
    funding_bills.set_biller(story.programme, story.tenant, BILLER, READY)
    return story


def issue(story: Story, key: str = "k", currency: str = "EUR", now: int = READY) -> funding_bills.Document:
    made = funding_bills.issue(story.programme, story.tenant, currency, key, now)
    return funding_bills.one_of(story.programme, made)


def refused(story: Story, key: str = "k", currency: str = "EUR") -> str:
    try:
        issue(story, key, currency)
    except FanshareError as error:
        return error.code
    return ""


# -- what an invoice says


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("buyer", [BEA, replace(BEA, country="US", vat_id=""), replace(BEA, country="AT", vat_id="")])
@pytest.mark.parametrize("currency", ["EUR", "JPY", "CHF"])
def test_every_invoice_and_what_takes_it_back_pass_the_schema_and_all_rules(
    language: str, buyer: Party, currency: str
) -> None:
    asked = Asked(from_minor_units(708, currency), currency, "Bea's shop", "RF18539007547034")
    made = core.bill(replace(BILLER, buyer=buyer, language=language), asked, date(2026, 11, 28), "F-2026-00001")
    for paper in (made, cancelling(made, date(2026, 11, 29), "F-2026-00002")):
        check(paper)
        assert (totals(paper).gross, totals(paper).tax) == (asked.amount, 0)
        xml = xml_of(paper)
        assert fits_schema(xml)
        assert broken_rules(xml) == set()
        assert paper.number in PdfReader(io.BytesIO(pdf_of(paper))).pages[0].extract_text()


def test_the_rules_find_an_invoice_that_charges_vat_on_it() -> None:
    """The negative control: what is outside the scope bears no rate."""
    asked = Asked(7_080_000, "EUR", "Bea's shop", "RF18539007547034")
    made = core.bill(BILLER, asked, date(2026, 11, 28), "F-2026-00001")
    line = replace(made.lines[0], treatment=replace(made.lines[0].treatment, rate=1_900))
    assert broken_rules(xml_of(replace(made, lines=(line,))))


def test_the_paper_says_whose_money_it_is_and_how_to_pay_in_both_languages(held: Story) -> None:
    german = issue(held).paper
    assert german is not None
    text = "".join(PdfReader(io.BytesIO(pdf_of(german))).pages[0].extract_text().split())
    for words in ("Rechnung", "DurchlaufenderPosten", "RF", "DE02120300000000202051"):
        assert words in text, words
    assert core.bill(replace(BILLER, language="fr"), Asked(1, "EUR", "x", "y"), date(2026, 1, 1), "1").lines[0].words


# -- what it is over


amounts = st.integers(1, 10**9)


@given(st.lists(st.tuples(st.sampled_from(["owed", "paid", "bill"]), amounts), max_size=20))
def test_no_money_is_asked_for_twice_and_all_that_is_needed_is(steps: list[tuple[str, int]]) -> None:
    """Against a reference that keeps every invoice by itself and pays the oldest first."""
    owed = there = 0
    events: list[int] = []
    open_: list[int] = []
    for what, amount in steps:
        if what == "owed":
            owed += amount
        elif what == "paid":
            there += amount
            events.append(-amount)
            while open_ and amount:
                part = min(open_[0], amount)
                open_[0] -= part
                amount -= part
                if not open_[0]:
                    open_.pop(0)
        else:
            wanted = max(0, owed - there)
            try:
                new = core.to_ask(wanted, core.still_open(events), "EUR")
            except ConflictError:
                assert sum(open_) >= wanted
                continue
            assert 0 <= sum(open_) + new - max(wanted, sum(open_)) < 10_000, "to the cent, rounded up"
            events.append(new)
            open_.append(new)
    assert core.still_open(events) == sum(open_)


def test_a_second_invoice_asks_only_for_what_is_new(held: Story) -> None:
    first = issue(held, "a")
    assert (first.bill.amount, first.bill.year, first.bill.serial) == (OWED, 2026, 1)
    assert refused(held, "b") == "nothing_asked"
    held.sold("2", 59_000_000, held.click(READY - DAY), now=READY)
    second = issue(held, "c")
    assert (second.bill.amount, second.bill.serial) == (OWED, 2)
    funding.book(held.programme, Slip("EUR", OWED), "T-1", "Otto", READY + 1)
    assert refused(held, "d") == "nothing_asked", "the second one is still open"
    assert issue(held, "a") == first, "the same key writes one"


def test_what_was_taken_back_may_be_asked_for_again_under_the_next_number(held: Story) -> None:
    first = issue(held, "a")
    back = funding_bills.one_of(held.programme, funding_bills.cancel(held.programme, held.tenant, first.bill.id, READY))
    assert back.paper is not None
    assert (back.paper.kind, back.paper.number, back.bill.cancels) == (Kind.CANCELLING, "F-2026-00002", first.bill.id)
    for id_ in (first.bill.id, back.bill.id):
        with pytest.raises(ConflictError) as told:
            funding_bills.cancel(held.programme, held.tenant, id_, READY)
        assert told.value.code == "bill_over"
    assert issue(held, "b").bill.serial == 3
    assert [one.bill.serial for one in funding_bills.newest(held.programme)] == [3, 2, 1]
    assert held.wrong(READY) == []


def test_nothing_is_written_where_nobody_holds_the_money_or_said_who_asks(story: Story) -> None:
    story.tenant = replace(story.tenant, several_brands=True)
    funding.switch_on(story.access, story.tenant, 0, READY)
    assert refused(story) == "no_biller"
    funding_bills.set_biller(story.programme, story.tenant, BILLER, READY)
    assert refused(story, currency="CHF") == "nothing_asked"
    funding.switch_off(story.access, READY)
    assert refused(story) == "not_held"
    with pytest.raises(FanshareError):
        funding_bills.set_biller(story.programme, story.tenant, replace(BILLER, seller=replace(CLEO, city="")), READY)


# -- numbers


def test_of_ten_at_once_one_asks_for_the_money_and_no_number_is_missing(held: Story, shared_database: Database) -> None:
    codes: list[str] = []

    def one(number: int) -> None:
        conn = connect(shared_database.dsn())
        mine = replace(held, access=Access(conn, held.tenant.id, "test"))
        codes.append(refused(mine, f"k{number}"))
        conn.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(codes) == ["", *["nothing_asked"] * 9]
    held.sold("2", 59_000_000, held.click(READY - DAY), now=READY)
    assert issue(held, "next").bill.serial == 2, "who was refused took no number"


def test_the_database_refuses_a_gap_whatever_the_program_thinks(held: Story) -> None:
    first = issue(held)
    with pytest.raises(psycopg.errors.RestrictViolation, match="gap"), held.access.transaction():
        rows.add(held.access, first.bill._replace(serial=3, cancels=None), "test")


def test_what_a_document_says_goes_when_no_law_asks_for_it_and_its_number_stays(held: Story) -> None:
    first = issue(held)
    funding_bills.forget_old(held.access, READY + 366 * DAY)
    assert funding_bills.one_of(held.programme, first.bill.id) == first
    funding_bills.forget_old(held.access, READY + 12 * 366 * DAY)
    with pytest.raises(FanshareError) as told:
        funding_bills.one_of(held.programme, first.bill.id)
    assert told.value.code == "bill_forgotten"
    [kept] = funding_bills.newest(held.programme)
    assert (kept.paper, kept.bill.serial) == (None, 1)
