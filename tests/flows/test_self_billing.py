"""Credit notes for payees: for what arrived, by agreement alone, without gaps, kept as long as the law asks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from threading import Barrier

import psycopg
import pytest

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.invoices import self_billing as core
from fanshare.core.invoices.model import Kind, Party
from fanshare.core.invoices.self_billing import Issuer, Stated, Taxed
from fanshare.core.invoices.totals import totals
from fanshare.core.payout_item import Answer, Said, State
from fanshare.flows import payout_runs, people, self_billing
from fanshare.flows.check import one_finding
from fanshare.flows.context import open_programme
from fanshare.flows.invoice_paper.cii import xml_of
from fanshare.flows.payout_runs import Told
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import payees as payee_rows
from fanshare.store.queries import payout_runs as run_rows
from fanshare.store.queries import self_bills as rows
from fanshare.store.server import Database
from tests.flows.test_payout_runs import READY, approved
from tests.support.invoices import BEA, CLEO
from tests.support.pg_books import KEYS
from tests.support.schematron import broken_rules, fits_schema
from tests.support.stories import TERMS, Story, open_story

ISSUER = Issuer(BEA, "G-", "de")
CLEOS = Stated(replace(CLEO, vat_id="DE999999999"), Taxed.USUAL)
FINNS = Stated(Party("Finn", "Gasse 3", "1010", "Wien", "AT", vat_id="ATU12345678"), Taxed.SMALL)


@pytest.fixture
def story(conn: Connection) -> Story:
    """Finn has 1.416 ready and Cleo 5.664; the brand has said who it is."""
    made = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    made.sold("1", 59_000_000, made.click())
    made.settle(READY)
    self_billing.set_issuer(made.programme, ISSUER, "Bea", READY)
    return made


def person(story: Story, party: int) -> int:
    found = payee_rows.person(story.access, party)
    assert found is not None
    return found


def agree(story: Story, party: int, stated: Stated = CLEOS) -> None:
    self_billing.agree(story.programme, party, person(story, party), stated, READY)


def paid(story: Story, at: int = READY) -> int:
    """A run that is planned, approved, sent and arrived for everybody; its number."""
    run = approved(story)
    payout_runs.send(story.programme, run, "Bea", at)
    told(story, run, Said.ARRIVED, at)
    return run


def told(story: Story, run: int, said: Said, at: int, only: int = 0) -> None:
    """What became of the payments of a run, or of one payee's."""
    keys = [
        row.item.frozen.key
        for row in run_rows.items_of(story.access, run)
        if row.item.frozen is not None and only in (0, row.party)
    ]
    payout_runs.tell(story.programme, run, [Told(key, Answer(said, at), "why") for key in keys], "Bea", at)


def written(story: Story, now: int = READY + 2 * DAY) -> list[self_billing.Document]:
    """Everything there is after the worker came by."""
    self_billing.write_due(story.programme, story.tenant, now)
    return [self_billing.document(story.programme, one) for one in rows.everything(story.access)]


def test_each_payee_who_agreed_gets_one_document_a_run_and_nobody_else(story: Story) -> None:
    agree(story, story.cleo)
    paid(story)
    found = written(story)
    assert [(one.bill.party, one.bill.year, one.bill.serial) for one in found] == [(story.cleo, 2026, 1)]
    paper = found[0].paper
    assert paper is not None
    assert (paper.number, paper.kind) == ("G-2026-00001", Kind.SELF_BILLED)
    assert totals(paper).due == found[0].bill.amount == 5_660_000, "what was paid, and nothing on top"
    assert totals(paper).tax == 900_000, "4.76 and 19 % of it"
    assert written(story) == found, "done again it writes nothing"
    xml = xml_of(paper)
    assert (fits_schema(xml), broken_rules(xml)) == (True, set())


def test_across_a_border_the_brand_owes_the_vat(story: Story) -> None:
    agree(story, story.finn, FINNS)
    paid(story)
    paper = written(story)[0].paper
    assert paper is not None
    assert (totals(paper).net, totals(paper).tax) == (1_410_000, 0)
    assert "Leistungsempfängers" in paper.lines[0].treatment.reason
    assert broken_rules(xml_of(paper)) == set()


def reason(story: Story, run: int, party: int) -> str:
    payments = rows.payments(story.access, run, limit=100)
    standing = self_billing.standing(story.programme, story.tenant, payments, READY + 2 * DAY)
    found = next(one.why_not for one in standing if one.payment.party == party)
    return "" if found is None else found.code


def _private(story: Story) -> None:
    agree(story, story.cleo, replace(CLEOS, taxed=Taxed.PRIVATE))


def _no_number(story: Story) -> None:
    agree(story, story.cleo, Stated(replace(CLEO, tax_number="", vat_id=""), Taxed.USUAL))


def _unknown_country(story: Story) -> None:
    self_billing.set_issuer(story.programme, replace(ISSUER, party=replace(BEA, country="US", vat_id="")), "Bea", READY)
    agree(story, story.cleo, Stated(replace(CLEO, country="US"), Taxed.USUAL))


def _took_it_back(story: Story) -> None:
    agree(story, story.cleo)
    self_billing.take_back(story.programme, story.cleo, person(story, story.cleo), READY)


def _no_issuer(story: Story) -> None:
    agree(story, story.cleo)
    self_billing.end_issuer(story.programme, READY)


def _nothing(_story: Story) -> None:
    """She never said anything."""


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (_nothing, "not_agreed"),
        (_took_it_back, "not_agreed"),
        (_no_issuer, "no_issuer"),
        (_private, "not_in_business"),
        (_no_number, "seller_tax_number"),
        (_unknown_country, "vat_rate_unknown"),
    ],
)
def test_where_none_can_be_written_the_reason_is_said_and_no_number_is_used(
    story: Story, before: Callable[[Story], None], code: str
) -> None:
    before(story)
    run = paid(story)
    assert written(story) == []
    assert reason(story, run, story.cleo) == code
    assert rows.series(story.access) == {}


def test_what_was_paid_before_she_agreed_stays_without_one(story: Story) -> None:
    run = paid(story)
    self_billing.agree(story.programme, story.cleo, person(story, story.cleo), CLEOS, READY + DAY)
    assert written(story) == []
    assert reason(story, run, story.cleo) == "agreed_later"


def test_a_payment_that_comes_back_is_taken_back_with_the_next_number(story: Story) -> None:
    agree(story, story.cleo)
    run = paid(story)
    first = written(story)[0]
    told(story, run, Said.CAME_BACK, READY + 3 * DAY, story.cleo)
    found = written(story, READY + 4 * DAY)
    assert [(one.bill.serial, one.bill.cancels) for one in found] == [(1, None), (2, first.bill.id)]
    paper = found[1].paper
    assert paper is not None
    assert first.paper is not None
    assert (paper.kind, paper.cancels) == (Kind.SELF_BILLED_CANCELLING, ("G-2026-00001", first.paper.issued))
    assert totals(paper).due == 5_660_000
    assert broken_rules(xml_of(paper)) == set()
    assert written(story, READY + 5 * DAY) == found


def test_one_that_comes_back_before_it_was_written_has_none(story: Story) -> None:
    agree(story, story.cleo)
    run = paid(story)
    told(story, run, Said.CAME_BACK, READY + DAY, story.cleo)
    assert written(story) == []


def test_after_an_erasure_the_brand_keeps_what_the_law_asks_for_until_the_term_ends(story: Story) -> None:
    agree(story, story.cleo)
    paid(story)
    before = written(story)[0]
    behind = person(story, story.cleo)
    people.erase(story.programme, story.cleo, READY + 3 * DAY)
    assert self_billing.given(story.programme, story.cleo, behind) == self_billing.Given(True, READY, None)
    assert self_billing.document(story.programme, rows.everything(story.access)[0]) == before
    end = int(datetime(2037, 1, 2, tzinfo=UTC).timestamp()) * 1_000_000
    rows.forget_old(story.access, end - 1)
    assert rows.everything(story.access)[0].sealed is not None
    rows.forget_old(story.access, end)
    kept = self_billing.document(story.programme, rows.everything(story.access)[0])
    assert (kept.paper, kept.bill.serial) == (None, 1), "its number stays in the row"


def test_what_she_states_anew_counts_and_what_she_stated_before_is_forgotten(story: Story) -> None:
    agree(story, story.cleo, replace(CLEOS, taxed=Taxed.PRIVATE))
    agree(story, story.cleo)
    kinds = story.access.fetch(
        "SELECT kind FROM vault_item WHERE programme_id = %(programme_id)s AND kind LIKE 'billing:%%'"
    )
    assert len(kinds) == 1
    given = self_billing.given(story.programme, story.cleo, person(story, story.cleo))
    assert given == self_billing.Given(True, READY, CLEOS)


def test_a_sealed_document_that_was_changed_is_not_read(story: Story) -> None:
    agree(story, story.cleo)
    paid(story)
    bill = written(story)[0].bill
    assert bill.sealed is not None
    for spoiled in (
        bill._replace(sealed=bill.sealed[:-1] + bytes([bill.sealed[-1] ^ 1])),
        bill._replace(id=bill.id + 1),
    ):
        with pytest.raises(FanshareError):
            self_billing.document(story.programme, spoiled)


def many(story: Story, runs: int) -> None:
    """So many payments that lack their document."""
    for place in range(runs):
        if place:
            story.sold(str(place + 1), 59_000_000, story.click())
            story.settle(READY)
        paid(story)


class PowerWentError(Exception):
    """The process was killed."""


def lose_a_number(access: Access) -> None:
    """Killed after a number was taken, before its document was written."""
    with access.transaction():
        rows.next_serial(access, 2026)
        raise PowerWentError


def at_once(story: Story, database: Database, *, killed: int) -> None:
    """Four workers at the same moment; ``killed`` of them lose their work right after a number was taken."""
    start = Barrier(4)

    def work(place: int) -> None:
        with connect(database.dsn()) as conn:
            access = Access(conn, story.access.programme_id, "test")
            programme = open_programme(access, story.tenant.public_id, KEYS)
            start.wait(20)
            if place >= killed:
                self_billing.write_due(programme, story.tenant, READY + 2 * DAY)
                return
            with pytest.raises(PowerWentError):
                lose_a_number(access)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))


def test_workers_at_once_and_killed_ones_leave_no_gap_and_write_nothing_twice(
    story: Story, shared_database: Database
) -> None:
    agree(story, story.cleo)
    agree(story, story.finn, FINNS)
    many(story, 4)
    at_once(story, shared_database, killed=2)
    found = written(story)
    assert [one.bill.serial for one in found] == list(range(1, len(found) + 1))
    assert len({one.bill.item for one in found}) == len(found) >= 8
    assert rows.series(story.access) == {2026: len(found)}
    assert sorted(one.paper.number for one in found if one.paper) == [
        f"G-2026-{n:05d}" for n in range(1, len(found) + 1)
    ]


def test_numbers_of_a_sequence_would_leave_gaps_and_the_database_refuses_them(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a number that a failed transaction does not give back."""
    agree(story, story.cleo)
    agree(story, story.finn, FINNS)
    paid(story)
    sequence = count(1)
    monkeypatch.setattr(rows, "next_serial", lambda *_: next(sequence))
    story.access.execute("INSERT INTO self_bill_series (programme_id, year, last) VALUES (%(programme_id)s, 2026, 1)")
    with pytest.raises(PowerWentError):
        lose_a_number(story.access)
    with pytest.raises(psycopg.errors.RestrictViolation, match="leave a gap"):
        self_billing.write_due(story.programme, story.tenant, READY + 2 * DAY)


def test_a_document_is_neither_changed_nor_removed(story: Story) -> None:
    agree(story, story.cleo)
    paid(story)
    written(story)
    for statement in ("UPDATE self_bill SET amount = 1", "DELETE FROM self_bill"):
        with pytest.raises(psycopg.Error), story.access.transaction():
            story.access.execute(f"{statement} WHERE programme_id = %(programme_id)s")


def test_numbers_begin_anew_with_the_year_of_the_programmes_zone(story: Story) -> None:
    agree(story, story.cleo)
    paid(story)
    new_year = int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 + HOUR
    assert [(one.bill.year, one.bill.serial) for one in written(story, new_year)] == [(2027, 1)]
    assert core.prefix_of("G-2026-00001", 2026, 1) == "G-"


def test_where_the_table_ends_the_brand_says_the_rate(story: Story) -> None:
    made = core.sample(replace(ISSUER, rate=2_100), CLEOS, "EUR", date(2031, 1, 1))
    assert made.lines[0].treatment.rate == 2_100
    assert core.sample(replace(ISSUER, rate=2_100), CLEOS, "EUR", date(2026, 1, 1)).lines[0].treatment.rate == 1_900
    with pytest.raises(BadInputError):
        core.sample(ISSUER, CLEOS, "EUR", date(2031, 1, 1))
    self_billing.set_issuer(story.programme, replace(ISSUER, rate=2_100), "Bea", READY)
    assert self_billing.issuer(story.programme) == replace(ISSUER, rate=2_100)


def test_a_payment_that_does_not_match_waits(story: Story) -> None:
    agree(story, story.cleo)
    run = paid(story)
    story.access.execute("UPDATE payout_item SET state = 'mismatch' WHERE programme_id = %(programme_id)s")
    assert State.MISMATCH in {row.item.state for row in run_rows.items_of(story.access, run)}
    assert written(story) == []


def test_check_finds_a_gap_and_another_amount(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    agree(story, story.cleo)
    paid(story)
    found = written(story)[0].bill
    assert one_finding("credit notes", story.programme, READY).ok
    monkeypatch.setattr(rows, "everything", lambda _: [found._replace(amount=1)])
    assert not one_finding("credit notes", story.programme, READY).ok
    monkeypatch.undo()
    story.access.execute("UPDATE self_bill_series SET last = 2 WHERE programme_id = %(programme_id)s")
    assert not one_finding("credit notes", story.programme, READY).ok
