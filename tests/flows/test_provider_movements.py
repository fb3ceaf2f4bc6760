"""PayPal's number of each transaction: told again it is the same one, and another one is a payment too many."""

import threading
from dataclasses import replace

import pytest

from fanshare.core.instants import DAY, MINUTE
from fanshare.core.payout_item import State
from fanshare.core.provider_reports import What
from fanshare.flows import payout_runs, provider_reports
from fanshare.flows.check import one_finding
from fanshare.flows.provider_reports import Taken
from fanshare.integrations.provider_reports import read_report
from fanshare.store.access import Access, Connection, connect
from fanshare.store.queries import payout_records as records
from fanshare.store.queries import payout_runs as run_rows
from fanshare.store.queries import provider_reports as rows
from fanshare.store.server import Database
from tests.flows.test_payee_runs import blocked
from tests.flows.test_payout_runs import sent
from tests.flows.test_paypal_calls import ByPayPal, by_paypal
from tests.support.provider_reports import PAYPAL, report

__all__ = ["by_paypal"]


@pytest.fixture
def run(by_paypal: ByPayPal) -> int:
    """Finn's payment is on its way over PayPal."""
    number, _ = sent(by_paypal.story)
    by_paypal.work()
    return number


def key(one: ByPayPal, run: int) -> str:
    frozen = one.finns(run).item.frozen
    assert frozen is not None
    return frozen.key


def paid(one: ByPayPal, run: int, transaction: str, amount: str = "-1.41") -> tuple[str, ...]:
    return ("Mass Pay Payment", "Completed", "EUR", amount, "0.00", amount, transaction, key(one, run), "", "")


def raw(*lines: tuple[str, ...]) -> bytes:
    return report(PAYPAL, *lines)


def take(one: ByPayPal, *lines: tuple[str, ...]) -> Taken:
    one.now += MINUTE
    return provider_reports.take(one.story.programme, *read_report(raw(*lines)), raw(*lines), "Bea", one.now)


def what(taken: Taken) -> list[tuple[str, What | None]]:
    return [(one.row.movement, one.what) for one in taken.odd]


def test_a_second_transaction_on_a_later_report_is_a_payment_too_many(by_paypal: ByPayPal, run: int) -> None:
    assert (take(by_paypal, paid(by_paypal, run, "TX1")).told, by_paypal.finns(run).item.state) == (1, State.FINAL)
    later = take(by_paypal, paid(by_paypal, run, "TX2"))
    assert (later.told, what(later)) == (1, [("TX2", What.PAID_TWICE)])
    assert by_paypal.finns(run).item.state is State.MISMATCH, "a person looks"
    [last, _] = rows.newest(by_paypal.story.access, 9)
    assert [(one.what, one.movement) for one in rows.odd(by_paypal.story.access, last.id, 9)] == [("paid_twice", "TX2")]
    words = records.events(by_paypal.story.access)[by_paypal.finns(run).id]
    assert words[-1].amount == 2_820_000, "both of them"
    assert by_paypal.story.wrong(by_paypal.now) == []


def test_a_transaction_that_is_told_again_accuses_nobody(by_paypal: ByPayPal, run: int) -> None:
    one, other = paid(by_paypal, run, "TX1"), ("Website Payment", "Completed", "EUR", "9", "0", "9", "S1", "", "", "")
    assert take(by_paypal, one, one).odd == (), "twice on one report"
    assert take(by_paypal, one, other).odd == take(by_paypal, other, one, one).odd == ()
    assert by_paypal.finns(run).item.state is State.FINAL
    assert [len(one) for one in rows.movements(by_paypal.story.access, [by_paypal.finns(run).id]).values()] == [1]
    assert by_paypal.story.wrong(by_paypal.now) == []


def test_what_a_person_decided_is_not_asked_again_by_reports_that_tell_both(by_paypal: ByPayPal, run: int) -> None:
    one, two = paid(by_paypal, run, "TX1"), paid(by_paypal, run, "TX2")
    take(by_paypal, one)
    take(by_paypal, two)
    said = "he gave one back"
    payout_runs.decide(by_paypal.story.programme, run, key(by_paypal, run), True, said, "Bea", by_paypal.now)
    again = take(by_paypal, two, one)
    assert (again.told, what(again), by_paypal.finns(run).item.state) == (0, [], State.FINAL)
    third = take(by_paypal, one, paid(by_paypal, run, "TX3", "-1.40"))
    assert (third.told, what(third)) == (1, [("TX3", What.PAID_TWICE)])
    assert by_paypal.finns(run).item.state is State.MISMATCH
    assert by_paypal.story.wrong(by_paypal.now) == []


def test_two_transactions_on_one_report_are_found_as_before(by_paypal: ByPayPal, run: int) -> None:
    taken = take(by_paypal, paid(by_paypal, run, "TX1"), paid(by_paypal, run, "TX2"))
    assert what(taken) == [("TX2", What.PAID_TWICE)]
    assert by_paypal.finns(run).item.state is State.MISMATCH
    assert by_paypal.story.wrong(by_paypal.now) == []


@pytest.mark.parametrize("reported", ["TXITEM1", "txitem1", "no number"])
def test_what_paypal_answered_is_the_same_on_its_report(by_paypal: ByPayPal, run: int, reported: str) -> None:
    by_paypal.there.become(key(by_paypal, run), "SUCCESS")
    by_paypal.work(after=DAY)
    assert take(by_paypal, paid(by_paypal, run, reported)).odd == ()
    by_paypal.work(after=2 * DAY)
    assert by_paypal.finns(run).item.state is State.FINAL
    assert by_paypal.story.wrong(by_paypal.now) == []


def test_another_transaction_than_the_answered_one_is_a_payment_too_many(by_paypal: ByPayPal, run: int) -> None:
    by_paypal.there.become(key(by_paypal, run), "SUCCESS")
    by_paypal.work(after=DAY)
    assert what(take(by_paypal, paid(by_paypal, run, "TX9"))) == [("TX9", What.PAID_TWICE)]
    assert by_paypal.finns(run).item.state is State.MISMATCH
    said = "he gave one back"
    payout_runs.decide(by_paypal.story.programme, run, key(by_paypal, run), True, said, "Bea", by_paypal.now)
    by_paypal.work(after=2 * DAY)
    assert by_paypal.finns(run).item.state is State.FINAL, "PayPal says again what it had said"
    assert by_paypal.story.wrong(by_paypal.now) == []


def test_an_answer_that_names_another_transaction_than_a_report_is_a_payment_too_many(
    by_paypal: ByPayPal, run: int
) -> None:
    take(by_paypal, paid(by_paypal, run, "TX9"))
    by_paypal.there.become(key(by_paypal, run), "SUCCESS")
    for _ in range(2):
        by_paypal.work(after=2 * DAY)
        assert by_paypal.finns(run).item.state is State.MISMATCH
    said = "he gave one back"
    payout_runs.decide(by_paypal.story.programme, run, key(by_paypal, run), True, said, "Bea", by_paypal.now)
    by_paypal.work(after=2 * DAY)
    assert by_paypal.finns(run).item.state is State.FINAL, "decided is decided"
    assert by_paypal.story.wrong(by_paypal.now) == []


def test_of_two_reports_that_are_read_at_once_the_second_is_read_beside_the_first(
    by_paypal: ByPayPal, run: int, shared_database: Database
) -> None:
    lines = [raw(paid(by_paypal, run, name)) for name in ("TX1", "TX2", "TX3", "TX4")]
    start, found = threading.Barrier(len(lines)), list[int]()

    def read(content: bytes) -> None:
        with connect(shared_database.dsn()) as conn:
            access = Access(conn, by_paypal.story.access.programme_id, "test")
            mine = replace(by_paypal.story.programme, access=access)
            start.wait()
            taken = provider_reports.take(mine, *read_report(content), content, "Bea", by_paypal.now)
            found.append(len(taken.odd))

    readers = [threading.Thread(target=read, args=[content]) for content in lines]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert sorted(found) == [0, 1, 1, 1]
    assert by_paypal.story.wrong(by_paypal.now) == []


def test_a_report_waits_for_whoever_works_on_the_run_and_neither_is_broken_off(
    by_paypal: ByPayPal, run: int, shared_database: Database
) -> None:
    content, access = raw(paid(by_paypal, run, "TX1")), by_paypal.story.access
    with connect(shared_database.dsn()) as conn, connect(shared_database.dsn()) as watch:
        mine = replace(by_paypal.story.programme, access=Access(conn, access.programme_id, "test"))
        with access.transaction():
            payout_runs.find(access, run)
            reading = blocked(
                watch, lambda: provider_reports.take(mine, *read_report(content), content, "Bea", by_paypal.now)
            )
            run_rows.items_of(access, run, lock=True)
        reading.join()
    assert by_paypal.finns(run).item.state is State.FINAL


@pytest.mark.parametrize(
    "lie",
    [
        "provider_line SET amount = amount - 10000",
        "provider_line SET movement = 'TX1'",
        "provider_movement SET amount = amount + 1",
        "provider_movement SET report_id = NULL, at = at + 864000000000",
    ],
)
def test_the_check_holds_movements_against_what_was_told(
    by_paypal: ByPayPal, run: int, owner: Connection, lie: str
) -> None:
    take(by_paypal, paid(by_paypal, run, "TX1"))
    take(by_paypal, paid(by_paypal, run, "TX2", "-1.40"))
    assert one_finding("provider reports", by_paypal.story.programme, by_paypal.now).ok
    with owner.transaction(force_rollback=True):
        owner.execute(b"ALTER TABLE provider_line DISABLE TRIGGER USER")
        owner.execute(b"ALTER TABLE provider_movement DISABLE TRIGGER USER")
        tied = f"UPDATE {lie} WHERE programme_id = %s"
        assert owner.execute(tied.encode(), [by_paypal.story.access.programme_id]).rowcount == 2
        seen = replace(by_paypal.story.programme, access=Access(owner, by_paypal.story.access.programme_id, "test"))
        assert not one_finding("provider reports", seen, by_paypal.now).ok
