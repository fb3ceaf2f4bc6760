"""Run = file = books = what was said: what differs is named by its reference, by the check and by the run itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from psycopg import errors

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY
from fanshare.core.payout_item import Said
from fanshare.core.reconciliation import What
from fanshare.flows import payout_banks, payout_runs, reconciling
from fanshare.flows.check import one_finding
from fanshare.integrations.bank_files import Banks
from fanshare.store.access import Access, Connection
from fanshare.store.queries import payout_records as records
from fanshare.store.queries import payout_steps
from tests.flows.test_payout_banks import sent, story
from tests.flows.test_payout_runs import READY, told, unlocked
from tests.integrations.sepa.bank import Booked, booked_file, statement
from tests.support.stories import Story

__all__ = ["story"]
BANKS = Banks()

type Edit = Callable[[list[str]], list[str]]


def first_reference(story: Story, run: int) -> str:
    return records.payments(story.access, run)[0].line.reference


def hear(story: Story, run: int, raw: bytes) -> reconciling.Run:
    payout_banks.hear(story.programme, run, raw, BANKS, "Bea", READY + DAY)
    return reconciling.of_run(story.access, run)


def test_a_run_that_was_sent_is_its_file_and_its_bookings(story: Story) -> None:
    run, _order = sent(story)
    found = reconciling.of_run(story.access, run)
    assert found.found.agrees
    [total] = found.found.totals
    assert total.payments == 2
    assert total.run == total.file == total.booked == total.open == 7_070_000
    for wrong, code in ((run + 1, "unknown_run"), (0, "unknown_run")):
        with pytest.raises(BadInputError) as error:
            reconciling.of_run(story.access, wrong)
        assert error.value.code == code
    planned = payout_steps.add(story.access, "manual", "Bea", [], READY)
    with pytest.raises(BadInputError) as error:
        reconciling.of_run(story.access, planned)
    assert error.value.code == "not_sent"


def test_a_statement_to_the_cent_confirms_the_run(story: Story) -> None:
    run, order = sent(story)
    found = hear(story, run, statement([booked_file(order)]))
    assert found.found.agrees
    assert found.odd == []
    assert (found.found.totals[0].confirmed, found.found.totals[0].open) == (7_070_000, 0)
    assert story.wrong(READY + DAY) == []


def test_a_cent_that_the_bank_says_otherwise_is_named_until_a_person_decides(story: Story) -> None:
    run, order = sent(story)
    one = order.payments[0].transfers[0]
    cent = f"{one.amount[:-1]}{(int(one.amount[-1]) + 1) % 10}"
    found = hear(story, run, statement([Booked(cent, [(one.end_to_end_id, cent, "")])]))
    assert [(each.what, each.reference, each.other) for each in found.found.differences] == [
        (What.OTHER_SAID, one.end_to_end_id, f"{cent} EUR")]  # fmt: skip
    assert not found.found.agrees
    assert [each.what for each in found.odd] == ["other_amount"]
    assert story.wrong(READY + DAY) == [], "the books are right; it is the bank that paid another amount"
    payout_runs.decide(story.programme, run, one.end_to_end_id, True, "a fee of the bank", "Bea", READY + DAY)
    assert reconciling.of_run(story.access, run).found.agrees
    assert story.wrong(READY + DAY) == []


def test_what_fits_nothing_in_a_banks_file_is_kept_once(story: Story, owner: Connection) -> None:
    run, order = sent(story)
    raw = statement([booked_file(order, reference="A"), booked_file(order, reference="B")])
    for _ in range(2):
        found = hear(story, run, raw)
        twice = [(one.end_to_end_id, "paid_twice") for one in order.payments[0].transfers]
        assert sorted((one.reference, one.what) for one in found.odd) == sorted(twice)
    assert owner.execute("SELECT told FROM payout_report WHERE run_id = %s", [run]).fetchall() == [(2,)]


EDITS: list[tuple[Edit, str]] = [
    (lambda lines: [lines[0].replace(".", ".0", 1), *lines[1:]], "can't be read"),
    (lambda lines: [_cent_more(lines[0]), *lines[1:]], "its line in the file"),
    (lambda lines: lines[1:], "its line in the file"),
    (lambda lines: [*lines, lines[0]], "how often it is in the file"),
    (lambda lines: [*lines, lines[0].replace("-", "-9", 1)], "no payment of it"),
]


def _cent_more(line: str) -> str:
    key, payee, amount, *rest = line.split(",")
    return ",".join([key, payee, f"{amount[:-1]}{(int(amount[-1]) + 1) % 10}", *rest])


@pytest.mark.parametrize(("edit", "words"), EDITS)
def test_a_file_that_was_edited_with_its_hash_is_found_by_its_reference(
    story: Story, owner: Connection, edit: Edit, words: str
) -> None:
    run, _order = sent(story)
    first = first_reference(story, run)
    lines = records.file(story.access, run).splitlines()
    with owner.transaction(force_rollback=True):
        unlocked(owner)
        forged = "".join(line + "\n" for line in edit(lines))
        owner.execute(
            "UPDATE payout_run SET file = %(file)s, file_hash = sha256(convert_to(%(file)s, 'UTF8'))"
            " WHERE id = %(run)s",
            {"file": forged, "run": run},
        )
        programme = replace(story.programme, access=Access(owner, story.access.programme_id, "test"))
        found = one_finding("payout runs", programme, READY)
    assert found.offence is not None
    assert words in found.offence.where
    strange = first.replace("-", "-9", 1)
    assert strange in found.offence.where or first in found.offence.where or "line 1" in found.offence.where


@pytest.mark.parametrize(
    "change",
    ["UPDATE payout_run SET file = file || 'x'", "UPDATE payout_run SET submitted_at = submitted_at + 1",
     "UPDATE payout_run SET file = NULL, file_hash = NULL, submitted_at = NULL"],
)  # fmt: skip
def test_the_file_of_a_run_that_was_sent_is_changed_by_nobody(story: Story, owner: Connection, change: str) -> None:
    sent(story)
    with pytest.raises(errors.RestrictViolation, match="What was sent is not changed"):
        owner.execute(change.encode())


def test_an_item_put_into_a_run_that_was_sent_is_strange_to_its_file(story: Story, owner: Connection) -> None:
    """Somebody with every right adds a payment with a payout, a line and events, as if it had been sent."""
    run, _order = sent(story)
    columns = "programme_id, run_id, currency, amount, state, body, first_at, last_at, reason, changed_at"
    with owner.transaction(force_rollback=True):
        unlocked(owner)
        fay = owner.execute(
            "INSERT INTO party (programme_id, public_id, kind, created_at)"
            " SELECT programme_id, 'faysfaysfaysfays', 'fan', created_at FROM party WHERE id = %s RETURNING id",
            [story.finn],
        ).fetchone()
        assert fay is not None
        payout = owner.execute(
            "INSERT INTO payout (programme_id, party_id, currency, amount, state, created_at, changed_at)"
            " SELECT programme_id, %s, currency, amount, state, created_at, changed_at FROM payout"
            " WHERE party_id = %s RETURNING id",
            [*fay, story.finn],
        ).fetchone()
        assert payout is not None
        statement_ = (
            f"INSERT INTO payout_item ({columns}, party_id, payout_id, key)"
            f" SELECT {columns}, %s, %s, 'strange-1' FROM payout_item WHERE party_id = %s"
        )
        owner.execute(statement_.encode(), [*fay, *payout, story.finn])
        programme = replace(story.programme, access=Access(owner, story.access.programme_id, "test"))
        found = one_finding("payout runs", programme, READY)
    assert found.offence is not None
    assert found.offence.where == f"payout_run {run}, reference strange-1, its line in the file"


def test_a_word_of_a_provider_that_was_not_followed_is_found(story: Story, owner: Connection) -> None:
    """The bank said a cent less, and the payment counts as arrived all the same."""
    run, _order = sent(story)
    key = first_reference(story, run)
    payout_runs.tell(story.programme, run, [told(key, Said.ARRIVED, _amount(story, run))], "Bea", READY)
    assert one_finding("payout runs", story.programme, READY).ok
    edits: list[tuple[str, list[Any]]] = [
        ("UPDATE payout_item_event SET amount = amount - 10000 WHERE said = 'arrived'", []),
        ("UPDATE payout_item_event SET currency = 'USD' WHERE said = 'arrived'", []),
        ("UPDATE payout_item_event SET said = 'came_back' WHERE said = 'arrived'", []),
        ("DELETE FROM payout_item_event WHERE said = 'arrived'", []),
    ]
    for edit, values in edits:
        with owner.transaction(force_rollback=True):
            unlocked(owner)
            owner.execute(edit.encode(), values)
            programme = replace(story.programme, access=Access(owner, story.access.programme_id, "test"))
            found = one_finding("payout runs", programme, READY)
        assert found.offence is not None, edit
        assert "payout_item" in found.offence.where


def _amount(story: Story, run: int) -> int:
    return records.payments(story.access, run)[0].line.amount
