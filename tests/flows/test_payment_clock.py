"""The clocks of shares in the books: they follow a share from its order to the bank, in few statements."""

from fanshare.core.instants import DAY, HOUR
from fanshare.core.ledger import AccountKind
from fanshare.core.orders import Refund
from fanshare.core.payment_clock import Clock, Step, Wait
from fanshare.core.payout_item import Said
from fanshare.core.payout_schedule import Every, Schedule
from fanshare.flows import payment_clock, payout_runs, payout_schedule, rulings
from fanshare.flows.payment_clock import Earned
from fanshare.store.directory import programme_with_id
from fanshare.store.queries import earnings
from fanshare.store.queries import payout_runs as rows
from tests.flows.test_payout_runs import READY, approved, story, told
from tests.support.stories import NOW, Story

__all__ = ["story"]


def clocks(story: Story, party: int, now: int) -> dict[str, Clock]:
    """By the number of the order."""
    tenant = programme_with_id(story.access.conn, story.access.programme_id)
    lines = earnings.lines(story.access, party, limit=50)
    asked = [
        Earned(one.id, party, one.currency, one.amount, one.bucket, one.matures_at, one.held_until) for one in lines
    ]
    found = payment_clock.clocks(story.access, tenant, asked, now).clocks
    return {one.number: clock for one, clock in zip(lines, found, strict=True)}


def test_a_share_is_followed_from_its_order_to_the_bank_and_back(story: Story) -> None:
    payout_schedule.choose(story.access, story.tenant, Schedule(Every.MONTH, 1), NOW)
    assert clocks(story, story.finn, READY)["1"].waits[0].why is Wait.DAY
    story.sold("2", 59_000_000, story.click(READY - DAY), now=READY)
    waiting = clocks(story, story.finn, READY)["2"]
    assert (waiting.step, waiting.ready_at) == (Step.WAITING, READY + 30 * DAY)
    assert waiting.day is not None
    run = approved(story)
    assert [one.why for one in clocks(story, story.finn, READY)["1"].waits] == [Wait.SENDING]
    payout_runs.freeze(story.access, run, "Bea", READY)
    assert [one.why for one in clocks(story, story.finn, READY)["1"].waits] == [Wait.FROZEN]
    payout_runs.resume(story.access, run)
    sent = payout_runs.send(story.programme, run, "Bea", READY)
    keys = {row.party: row.item.frozen.key for row in sent if row.item.frozen}
    assert clocks(story, story.finn, READY)["1"].step is Step.LEAVING
    payout_runs.tell(story.programme, run, [told(keys[story.finn], Said.ARRIVED)], "Bea", READY + DAY)
    paid = clocks(story, story.finn, READY + DAY)["1"]
    assert (paid.step, paid.run, paid.paid_at) == (Step.PAID, run, READY + DAY)
    payout_runs.tell(
        story.programme, run, [told(keys[story.finn], Said.CAME_BACK, reason="closed")], "Bea", READY + DAY
    )
    assert clocks(story, story.finn, READY + DAY)["1"].step is Step.READY
    assert clocks(story, story.cleo, READY + DAY)["1"].step is Step.LEAVING


def test_what_became_ready_after_a_run_was_planned_is_taken_by_the_next(story: Story) -> None:
    run, _ = payout_runs.plan(story.programme, "Bea", READY)
    story.sold("2", 59_000_000, story.click(), now=NOW + 20 * DAY)
    story.settle(READY + 20 * DAY)
    found = clocks(story, story.finn, READY + 20 * DAY)
    assert (found["1"].run, found["2"].run) == (run, None)
    assert [one.why for one in found["2"].waits] == [Wait.UNDERWAY]


def test_what_was_checked_is_ready_since_it_was_let_go(story: Story) -> None:
    order = rulings.find_order(story.access, "1")
    rulings.rule(story.programme, rulings.NewRuling("held", "odd", order=order, until=READY + 9 * DAY), READY)
    story.settle(READY)
    held = clocks(story, story.finn, READY)["1"]
    assert (held.step, held.ready_at, held.waits[0].why) == (Step.CHECKED, READY + 9 * DAY, Wait.CHECK)
    rulings.rule(story.programme, rulings.NewRuling("released", "all fine", order=order), READY + HOUR)
    story.settle(READY + HOUR)
    assert clocks(story, story.finn, READY + HOUR)["1"].ready_at == READY + HOUR


def test_a_debt_a_stop_and_the_smallest_payment_stand_beside_what_waits(story: Story) -> None:
    rows.set_rule(story.access, "EUR", 2_000_000, None)
    assert [one.why for one in clocks(story, story.finn, READY)["1"].waits] == [Wait.BELOW_MINIMUM]
    rows.stop(story.access, story.finn, "asked for it", READY)
    assert [one.why for one in clocks(story, story.finn, READY)["1"].waits] == [Wait.STOPPED]
    rows.go_on(story.access, story.finn)
    rows.set_rule(story.access, "EUR", 0, None)
    payout_runs.send(story.programme, approved(story), "Bea", READY)
    story.sold("2", 59_000_000, story.click(READY - DAY), now=READY)
    story.changed("1", READY, refunds=(Refund("r", READY, 59_000_000),))
    assert story.balance(story.finn, AccountKind.AVAILABLE) < 0
    found = clocks(story, story.finn, READY)
    assert found["1"].step is Step.GONE
    assert [one.why for one in found["2"].waits] == [Wait.MATURITY, Wait.NEGATIVE]
