"""Credit notes over a wrong amount: taken back by one that names it, and a right one in its place, without gaps."""

import threading

import pytest
from psycopg import errors

from fanshare.core.errors import ConflictError
from fanshare.core.instants import DAY
from fanshare.core.invoices.model import Kind
from fanshare.core.invoices.totals import totals
from fanshare.core.payout_item import Said
from fanshare.flows import gifts, note_corrections, self_billing
from fanshare.flows.audit import lines
from fanshare.flows.check import one_finding
from fanshare.flows.invoice_files import Form, file_of
from fanshare.flows.invoice_paper.cii import xml_of
from fanshare.flows.note_corrections import Corrected
from fanshare.store.access import connect
from fanshare.store.queries import payout_runs as run_rows
from fanshare.store.queries import self_bills as rows
from fanshare.store.server import Database
from tests.flows.test_payee_runs import blocked, other
from tests.flows.test_payout_runs import READY
from tests.flows.test_self_billing import agree, paid, story, told, written
from tests.support.schematron import broken_rules, fits_schema
from tests.support.stories import Story

__all__ = ["story"]
NOW, EARNED, GIFT = READY + 3 * DAY, 5_660_000, 1_000_000


def wrong(story: Story, monkeypatch: pytest.MonkeyPatch, gift: int = GIFT) -> self_billing.Document:
    """A document as earlier code wrote it: over the gift that was paid with the rest, too."""
    agree(story, story.cleo)
    gifts.give(story.programme, gifts.Wish(story.finn, "cleo-canary", "EUR", gift), "k", READY)
    paid(story)
    with monkeypatch.context() as earlier:
        earlier.setattr(self_billing, "_over", lambda payment, _: payment)
        [made] = written(story)
    return made


def correct(story: Story, bill: int, now: int = NOW) -> Corrected:
    return note_corrections.correct(story.programme, story.tenant, bill, now)


def test_it_is_taken_back_and_a_right_one_takes_its_place(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    first = wrong(story, monkeypatch)
    assert first.bill.amount == EARNED + GIFT
    assert not one_finding("credit notes", story.programme, NOW).ok
    assert note_corrections.look(story.programme, first.bill.id).due == EARNED
    made = correct(story, first.bill.id)
    one, back, right = written(story, NOW)
    assert (one, back.bill.id, right.bill.id) == (first, made.cancelling, made.right), "the wrong one is untouched"
    assert one.paper is not None
    assert back.paper is not None
    assert right.paper is not None
    assert [each.paper.number for each in (one, back, right) if each.paper] == [f"G-2026-0000{n}" for n in (1, 2, 3)]
    assert (back.paper.kind, back.paper.cancels) == (Kind.SELF_BILLED_CANCELLING, (one.paper.number, one.paper.issued))
    assert (totals(back.paper).due, totals(right.paper).due) == (EARNED + GIFT, EARNED)
    assert totals(right.paper).tax == 900_000, "4.76 and 19 % of it"
    assert "Ersetzt G-2026-00001" in right.paper.note
    assert (right.paper.seller, right.paper.supplied_until) == (one.paper.seller, one.paper.supplied_until)
    assert one_finding("credit notes", story.programme, NOW).ok
    assert story.wrong(NOW) == []
    assert [line.what for line in lines(story.access.conn)][:1] == ["billing.correct"]


def test_both_files_fit_the_schema_and_every_rule_and_name_what_they_cancel(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = wrong(story, monkeypatch)
    correct(story, first.bill.id)
    _, back, right = written(story, NOW)
    assert back.paper is not None
    assert right.paper is not None
    for paper in (back.paper, right.paper):
        xml = xml_of(paper)
        assert (fits_schema(xml), broken_rules(xml)) == (True, set())
        assert file_of(paper, Form.PDF).startswith(b"%PDF-")
    told_ = xml_of(back.paper).decode()
    assert "<ram:TypeCode>261</ram:TypeCode>" in told_
    referenced = told_.split("<ram:InvoiceReferencedDocument>")[1].split("</ram:InvoiceReferencedDocument>")[0]
    assert "<ram:IssuerAssignedID>G-2026-00001</ram:IssuerAssignedID>" in referenced
    assert "InvoiceReferencedDocument" not in xml_of(right.paper).decode()


def test_where_nothing_was_earned_nothing_takes_its_place(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    agree(story, story.cleo)
    run_rows.stop(story.access, story.finn, "asks for another account", READY)
    paid(story)
    written(story)
    run_rows.go_on(story.access, story.finn)
    gifts.give(story.programme, gifts.Wish(story.finn, "cleo-canary", "EUR", GIFT), "k", READY)
    paid(story)
    with monkeypatch.context() as earlier:
        earlier.setattr(self_billing, "_over", lambda payment, _: payment)
        _, over_a_gift = written(story)
    assert correct(story, over_a_gift.bill.id).right == 0
    assert len(written(story, NOW)) == 3, "and the worker writes none again"
    assert rows.series(story.access) == {2026: 3}
    assert story.wrong(NOW) == []


def test_what_is_right_cancelled_or_came_back_is_refused_without_a_number(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = wrong(story, monkeypatch)
    made = correct(story, first.bill.id)
    known = {first.bill.id: "bill_cancelled", made.cancelling: "bill_cancelled", made.right: "bill_right"}
    for bill, code in known.items():
        with pytest.raises(ConflictError) as refused:
            correct(story, bill)
        assert refused.value.code == code
    assert rows.series(story.access) == {2026: 3}


def test_a_payment_that_comes_back_later_cancels_the_right_one_alone(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = wrong(story, monkeypatch)
    made = correct(story, first.bill.id)
    told(story, first.bill.run, Said.CAME_BACK, NOW, story.cleo)
    with pytest.raises(ConflictError, match="came back"):
        correct(story, made.right)
    found = written(story, NOW + DAY)
    assert [one.bill.cancels for one in found] == [None, first.bill.id, None, made.right]
    assert story.wrong(NOW + DAY) == []


def test_a_wrong_one_whose_payment_came_back_is_left_to_the_worker(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = wrong(story, monkeypatch)
    told(story, first.bill.run, Said.CAME_BACK, NOW, story.cleo)
    with pytest.raises(ConflictError, match="came back"):
        correct(story, first.bill.id)
    assert [one.bill.cancels for one in written(story, NOW + DAY)] == [None, first.bill.id]
    assert story.wrong(NOW + DAY) == []


def test_two_presses_at_once_write_it_once(
    story: Story, monkeypatch: pytest.MonkeyPatch, shared_database: Database
) -> None:
    first = wrong(story, monkeypatch)
    conn, programme = other(shared_database, story)
    codes = list[str]()

    def again() -> None:
        try:
            note_corrections.correct(programme, story.tenant, first.bill.id, NOW)
        except ConflictError as error:
            codes.append(error.code)

    with conn, connect(shared_database.dsn()) as watch:
        with story.access.transaction():
            correct(story, first.bill.id)
            thread: threading.Thread = blocked(watch, again)
        thread.join()
    assert codes == ["bill_cancelled"]
    assert rows.series(story.access) == {2026: 3}


def test_the_database_refuses_a_second_document_that_replaces_nothing_or_what_stands(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = wrong(story, monkeypatch)
    for replaces in (None, first.bill.id):
        second = first.bill._replace(serial=2, replaces=replaces)
        with pytest.raises((errors.UniqueViolation, errors.RestrictViolation)):
            rows.add(story.access, second)


def test_the_check_misses_the_right_one_where_it_was_not_written(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    first = wrong(story, monkeypatch)
    correct(story, first.bill.id)
    bills = rows.everything(story.access)
    monkeypatch.setattr(rows, "everything", lambda _: bills[:2])
    monkeypatch.setattr(rows, "series", lambda _: {2026: 2})
    assert not one_finding("credit notes", story.programme, NOW).ok
