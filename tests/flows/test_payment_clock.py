"""The clocks of shares in the books: they follow a share from its order to the bank, in few statements."""

from fanshare.core.instants import DAY, HOUR
from fanshare.core.ledger import AccountKind, open_with
from fanshare.core.orders import Refund
from fanshare.core.payment_clock import Clock, Step, Wait, Waiting
from fanshare.core.payout_item import Said
from fanshare.core.payout_schedule import Every, Schedule
from fanshare.flows import (
    credit_steps,
    expenses,
    gifts,
    links,
    payment_clock,
    payout_runs,
    payout_schedule,
    payouts,
    people,
    rulings,
)
from fanshare.flows.expenses import Line
from fanshare.flows.payment_clock import Earned
from fanshare.flows.payouts import Step as Move
from fanshare.flows.shop_credits import Wish, cancel, new_credit
from fanshare.store.directory import programme_with_id
from fanshare.store.ledger import post_logged
from fanshare.store.queries import earnings, payment_times
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries import shop_credits as credits_
from tests.flows.test_payout_runs import READY, approved, story, told
from tests.support.pg_books import LABEL
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


def keeps(story: Story, amount: int, now: int, party: int = 0) -> int:
    """Finn, or somebody else, keeps so much as a code, of a shop that shows it."""
    payout = payouts.begin(story.access, party or story.finn, "EUR", amount, now)
    payouts.walk(story.programme, [Move(payout, "in_transit")], now)
    wish = Wish(party or story.finn, story.shop.connection_id, "EUR", amount)
    made = credits_.add(story.access, new_credit(story.programme, wish, payout.id, now))
    if not party and amount >= 1_416_000:
        assert clocks(story, story.finn, now)["1"].waits == (Waiting(Wait.CODE),)
    credits_.lease(story.access, now, now + HOUR, 9)
    assert credit_steps.made(story.programme, made, now)
    return made


def test_a_share_that_was_kept_as_shop_credit_is_followed_to_the_order_that_used_it(story: Story) -> None:
    story.sold("2", 59_000_000, story.click(), now=NOW + 5 * DAY)
    story.settle(READY + 9 * DAY)
    later = READY + 9 * DAY
    # 1.416 and 1.416 are ready: the older one whole and 0.084 of the younger one.
    made = keeps(story, 1_500_000, later)
    found = clocks(story, story.finn, later)
    assert (found["1"].step, found["1"].credit, found["1"].waits) == (Step.KEPT, made, (Waiting(Wait.USE),))
    assert (found["2"].step, found["2"].kept, found["2"].waits[0].why) == (Step.READY, 84_000, Wait.RUN)
    [purse] = earnings.purses(story.access, story.finn)
    assert (purse.credit, purse.leaving, purse.earned) == (1_500_000, 0, 2_832_000)
    assert earnings.payouts(story.access, story.finn)[0].state == "credit"
    order = rulings.find_order(story.access, "2")
    rest = credit_steps.used(story.programme, made, order, 1_000_000, later + HOUR)
    assert rest is not None
    found = clocks(story, story.finn, later + HOUR)
    assert (found["1"].step, found["1"].credit, found["1"].kept) == (Step.KEPT, rest.id, 1_416_000)
    assert found["2"].kept == 84_000, "the rest is where the code was"
    run, _ = payout_runs.plan(story.programme, "Bea", later + HOUR)
    payout_runs.approve(story.programme, run, "Bea", later + HOUR)
    payout_runs.send(story.programme, run, "Bea", later + HOUR)
    assert clocks(story, story.finn, later + HOUR)["2"].run == run
    cancel(story.programme, story.finn, rest.id, later + 2 * HOUR)
    back = clocks(story, story.finn, later + 2 * HOUR)
    assert (back["1"].step, back["1"].run, back["1"].ready_at) == (Step.READY, None, later + 2 * HOUR)
    assert back["1"].kept == 1_000_000
    assert story.wrong(later + 2 * HOUR) == []


def test_what_was_used_and_what_was_given_stand_beside_what_is_left(story: Story) -> None:
    made = keeps(story, 1_000_000, READY)
    credit_steps.used(story.programme, made, rulings.find_order(story.access, "1"), 1_000_000, READY + HOUR)
    story.access.execute("UPDATE party SET slug = 'cleo' WHERE programme_id = %(programme_id)s AND id = %(id)s",
                         {"id": story.cleo})  # fmt: skip
    gifts.give(story.programme, gifts.Wish(story.finn, "cleo", "EUR", 410_000), "k", READY + HOUR)
    found = clocks(story, story.finn, READY + HOUR)["1"]
    assert (found.step, found.kept, found.given) == (Step.READY, 1_000_000, 410_000)
    assert found.waits == (Waiting(Wait.BELOW_UNIT),)
    [purse] = earnings.purses(story.access, story.finn)
    assert (purse.spent, purse.paid, purse.away, purse.earned) == (1_000_000, 0, 410_000, 1_416_000)
    assert story.wrong(READY + HOUR) == []


def test_money_that_was_moved_in_is_in_the_line_as_well(story: Story) -> None:
    post_logged(story.access, [open_with(story.finn, 1_000_000, "EUR", waiting=False)], at=NOW)
    keeps_of_both = keeps(story, 2_000_000, READY)
    found = clocks(story, story.finn, READY)["1"]
    assert (found.step, found.credit, found.kept) == (Step.KEPT, keeps_of_both, 1_416_000)


def spent(story: Story, amount: int, now: int) -> Line:
    """An expense of Cleo's that was confirmed."""
    wish = expenses.Wish(story.cleo, "EUR", amount, "The train", True)
    line = expenses.agree(story.programme, wish, None, now)
    expenses.confirm(story.programme, line, seen=True, now=now)
    return expenses.one(story.programme, line)


def of_expenses(story: Story, now: int, *lines: Line) -> list[Clock]:
    tenant = programme_with_id(story.access.conn, story.access.programme_id)
    return expenses.clocks(story.programme, tenant, lines, now).clocks


def test_an_expense_that_was_kept_as_credit_is_followed_like_a_share_the_oldest_first(story: Story) -> None:
    first, second = (spent(story, 42_000_000, READY + at) for at in (HOUR, 2 * HOUR))
    later = READY + 3 * HOUR
    ready_at = [one.row.ended_at for one in (first, second)]
    found = of_expenses(story, later, second, first)
    assert [(one.step, one.ready_at, one.kept) for one in found] == [
        (Step.READY, ready_at[1], 0), (Step.READY, ready_at[0], 0)]  # fmt: skip
    # 5.664 of the sale are older: they go first, then the first expense, and 0.336 of the second.
    made = keeps(story, 48_000_000, later, story.cleo)
    assert clocks(story, story.cleo, later)["1"].kept == 5_664_000
    younger, older = of_expenses(story, later, second, first)
    assert (older.step, older.credit, older.kept, older.waits) == (
        Step.KEPT, made, 42_000_000, (Waiting(Wait.USE),))  # fmt: skip
    assert (younger.step, younger.kept, younger.waits[0].why) == (Step.READY, 336_000, Wait.RUN)
    assert 5_664_000 + older.kept + younger.kept == 48_000_000, "each cent of the code is of one line"
    cancel(story.programme, story.cleo, made, later + HOUR)
    assert credit_steps.ended(story.programme, made, 0, later + HOUR)
    back = of_expenses(story, later + HOUR, first, second)
    assert [(one.step, one.kept, one.ready_at) for one in back] == [(Step.READY, 0, later + HOUR)] * 2
    assert story.wrong(later + HOUR) == []


def test_what_was_given_of_an_expense_stands_beside_what_a_run_takes(story: Story) -> None:
    dana = people.add_creator(story.programme, people.Joiner("Dana", slug="dana"), READY)
    links.add_link(story.programme, links.NewLink(dana, story.cleo, "https://shop.example/", LABEL), READY)
    line = spent(story, 10_000_000, READY + HOUR)
    gifts.give(story.programme, gifts.Wish(story.cleo, "dana", "EUR", 6_660_000), "k", READY + 2 * HOUR)
    [found] = of_expenses(story, READY + 2 * HOUR, line)
    assert (found.step, found.given, found.waits[0].why) == (Step.READY, 996_000, Wait.RUN)
    run, _ = payout_runs.plan(story.programme, "Bea", READY + 3 * HOUR)
    [found] = of_expenses(story, READY + 3 * HOUR, line)
    assert (found.step, found.run, found.given) == (Step.PLANNED, run, 996_000)


def test_where_the_brand_only_ever_gave_credit_what_is_ready_waits_for_no_run(story: Story) -> None:
    assert clocks(story, story.finn, READY)["1"].waits == (Waiting(Wait.RUN),)
    story.access.execute("UPDATE connection SET base_url = 'https://shop.example'"
                         " WHERE programme_id = %(programme_id)s")  # fmt: skip
    credits_.set_rule(story.access, story.shop.connection_id, True, READY)
    assert clocks(story, story.finn, READY)["1"].waits == (Waiting(Wait.CREDIT),)
    payout_runs.plan(story.programme, "Bea", READY)
    assert clocks(story, story.finn, READY)["1"].waits == (Waiting(Wait.APPROVAL),)


def test_a_code_of_a_cent_makes_no_programme_look_prompt(story: Story) -> None:
    late = READY + 60 * DAY

    def paid() -> list[bool]:
        found = payment_times.ripened(story.access, late, 0)
        return sorted(one.paid_at is not None for one in found)

    assert paid() == [False, False]
    keeps(story, 10_000, READY)
    assert paid() == [False, False]
    keeps(story, 1_400_000, READY)
    assert paid() == [False, True]
