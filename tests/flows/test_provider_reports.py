"""A provider's own report in the books: told to the cent, once, and what fits nothing is kept with its reason."""

from dataclasses import replace

import pytest

from fanshare.core.instants import DAY, MINUTE
from fanshare.core.payout_item import State
from fanshare.core.provider_reports import What
from fanshare.flows import payout_runs, provider_reports
from fanshare.flows.check import one_finding
from fanshare.flows.provider_reports import Taken
from fanshare.flows.reconciling import of_run
from fanshare.integrations.provider_reports import read_report
from fanshare.store.access import Access, Connection
from fanshare.store.queries import payout_records as records
from fanshare.store.queries import provider_reports as rows
from tests.flows.test_payout_calls import Play, play
from tests.flows.test_payout_runs import FINNS, money, sent
from tests.support.provider_reports import STRIPE, report

__all__ = ["play"]


@pytest.fixture
def run(play: Play) -> int:
    """Finn's payment is on its way over Stripe, and Stripe has said what it calls it."""
    number, _ = sent(play.story)
    play.work()
    return number


def transfer(play: Play, amount: str = "-1.41", **other: str) -> tuple[str, ...]:
    there = play.there.transfers[0]
    cells = {"id": "txn_1", "category": "transfer", "source": there["id"], "currency": "eur", "gross": amount}
    cells |= {"fee": "0.00", "net": amount, "group": there["transfer_group"], **other}
    return tuple(cells.values())


def take(play: Play, *lines: tuple[str, ...], after: int = MINUTE) -> Taken:
    play.now += after
    raw = report(STRIPE, *lines)
    found = read_report(raw)
    return provider_reports.take(play.story.programme, found.kind, found.rows, raw, "Bea", play.now)


def words(play: Play) -> int:
    return sum(map(len, records.events(play.story.access).values()))


def test_a_report_confirms_a_payment_to_the_cent_and_read_again_changes_nothing(play: Play, run: int) -> None:
    assert play.finns(run).item.state is State.IN_TRANSIT
    taken = take(play, transfer(play, fee="0.02", net="-1.43"))
    assert (taken.again, taken.told, taken.odd, taken.fees) == (False, 1, (), {"EUR": 20_000})
    assert play.finns(run).item.state is State.FINAL
    assert money(play.story, play.story.finn) == (6_000, 0, FINNS)
    assert sum(one.confirmed for one in of_run(play.story.access, run).found.totals) == FINNS
    before = words(play)
    assert take(play, transfer(play, fee="0.02", net="-1.43")).again
    overlapping = take(play, transfer(play), ("txn_9", "charge", "ch_1", "eur", "9.00", "0.30", "8.70", ""))
    assert (overlapping.again, overlapping.told) == (False, 0), "another report says it too"
    assert words(play) == before
    assert [(one.lines, one.told, one.odd) for one in rows.newest(play.story.access, 9)] == [(1, 1, 0), (1, 1, 0)]
    assert play.story.wrong(play.now) == []


def test_another_amount_waits_for_a_person_and_strangers_are_listed(play: Play, run: int) -> None:
    stranger = ("txn_2", "transfer", "tr_strange", "eur", "-9.00", "0.00", "-9.00", "")
    wrong = (
        "txn_3",
        "transfer",
        "tr_other",
        "eur",
        "-9.00",
        "1.00",
        "-9.00",
        play.there.transfers[0]["transfer_group"],
    )
    taken = take(play, transfer(play, "-1.40"), stranger, wrong)
    assert [one.what for one in taken.odd] == [What.OTHER_AMOUNT, What.STRANGER, What.SUMS]
    assert play.finns(run).item.state is State.MISMATCH
    [kept] = rows.newest(play.story.access, 9)
    listed = rows.odd(play.story.access, kept.id, 9)
    assert [(one.line, one.what, one.run) for one in listed] == [
        (2, "other_amount", run), (3, "stranger", None), (4, "sums", run)]  # fmt: skip
    assert listed[1].reference == "tr_strange"
    key = play.there.transfers[0]["transfer_group"]
    payout_runs.decide(play.story.programme, run, key, True, "a cent of the provider", "Bea", play.now)
    assert play.story.wrong(play.now) == []


def test_a_reversal_after_a_month_gives_the_money_back_once(play: Play, run: int) -> None:
    play.work(after=MINUTE)
    assert play.finns(run).item.state is State.FINAL
    back = transfer(play, "1.41", id="txn_5", category="transfer_reversal", source="trr_1")
    taken = take(play, transfer(play), back, after=40 * DAY)
    assert (taken.told, taken.odd) == (2, ())
    assert play.finns(run).item.state is State.RETURNED
    assert money(play.story, play.story.finn) == (6_000 + FINNS, 0, 0)
    assert take(play, back, transfer(play)).told == 0
    assert play.story.wrong(play.now) == []


@pytest.mark.parametrize(
    "lie",
    ["amount = amount - 10000", "currency = 'USD'", "said = 'refused'"],
)
def test_the_check_holds_what_a_report_said_against_the_words_of_the_payment(
    play: Play, run: int, owner: Connection, lie: str
) -> None:
    take(play, transfer(play))
    assert one_finding("provider reports", play.story.programme, play.now).ok
    with owner.transaction(force_rollback=True):
        owner.execute(b"ALTER TABLE provider_line DISABLE TRIGGER USER")
        tied = f"UPDATE provider_line SET {lie} WHERE programme_id = %s"
        assert owner.execute(tied.encode(), [play.story.access.programme_id]).rowcount == 1
        seen = replace(play.story.programme, access=Access(owner, play.story.access.programme_id, "test"))
        assert not one_finding("provider reports", seen, play.now).ok
