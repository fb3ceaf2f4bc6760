"""How promptly a programme pays, in the real books: by amount, the oldest share first, whatever way the money went."""

import random
from collections import Counter

import pytest

from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.ledger import AccountKind
from fanshare.core.money import Micros, from_minor_units, minor_units
from fanshare.core.orders import Refund
from fanshare.core.payout_item import Answer, Said
from fanshare.core.punctuality import Ripened
from fanshare.core.replaced import since
from fanshare.core.tax.forms import Asks
from fanshare.flows import gifts, links, payee_currency, payout_runs, payouts, people, replaced, tax_forms, unclaimed
from fanshare.flows.payout_runs import Told
from fanshare.flows.payouts import Step
from fanshare.store.access import Connection
from fanshare.store.queries import payment_times
from fanshare.store.queries.payout_runs import Row
from tests.flows.test_converted_runs import publish
from tests.flows.test_funding import hold, pay_in
from tests.flows.test_payment_clock import keeps, spent
from tests.flows.test_payout_runs import READY, story
from tests.support.counting import Counting
from tests.support.effort import effort
from tests.support.pg_books import LABEL
from tests.support.stories import NOW, TERMS, Story, open_story

__all__ = ["story"]

#: When everything here is old enough to be looked at.
LATE = READY + 200 * DAY
FINNS, CLEOS = 1_416_000, 5_664_000


def paid_at(story: Story, now: Instant = LATE) -> Counter[tuple[int, int | None]]:
    """Of all shares, in days after the first became ready: when ready, and when paid."""
    found = payment_times.ripened(story.access, now, 0)
    return Counter(
        ((one.ready_at - READY) // DAY, None if one.paid_at is None else (one.paid_at - READY) // DAY) for one in found
    )


def sold(story: Story, number: int, day: int, net: int = 59_000_000, currency: str = "EUR") -> None:
    """A sale whose shares (1.416 of Finn, 5.664 of Cleo at 59.00) are ready so many days after the first ones."""
    story.sold(str(number), net, story.click(NOW + (day - 1) * DAY), now=NOW + day * DAY, currency=currency)
    story.settle(NOW + (day + 31) * DAY)


def run(story: Story, day: int, said: Said = Said.ARRIVED) -> None:
    """A run of that day takes what is ready and funded; all of it is told the next day."""
    now = READY + day * DAY
    number, _ = payout_runs.plan(story.programme, "Bea", now)
    payout_runs.approve(story.programme, number, "Bea", now)
    sent = payout_runs.send(story.programme, number, "Bea", now)
    payout_runs.tell(story.programme, number, [answer(row, said, now + DAY) for row in sent], "Bea", now + DAY)


def answer(row: Row, said: Said, at: Instant) -> Told:
    assert row.item.frozen is not None
    reason = "closed" if said is Said.CAME_BACK else ""
    return Told(row.item.frozen.key, Answer(said, at, row.item.amount, row.item.currency), reason)


def test_a_payment_of_a_part_makes_no_other_share_look_paid(story: Story) -> None:
    """Bea pays in for one of three; all three were told paid with it before."""
    hold(story)
    sold(story, 2, 10)
    sold(story, 3, 20)
    pay_in(story, 1_500_000 + CLEOS)
    run(story, 21)
    # Finn waits as long as Cleo and was here later: she gets all of it, her first share and a part of her second.
    assert paid_at(story) == {(-1, 22): 1, (-1, None): 1, (9, None): 2, (19, None): 2}
    pay_in(story, 100_000_000)
    run(story, 50)
    assert paid_at(story) == {(-1, 22): 1, (-1, 51): 1, (9, 51): 2, (19, 51): 2}


def test_what_came_back_has_paid_nothing_until_it_is_paid_again(story: Story) -> None:
    run(story, 1, Said.CAME_BACK)
    sold(story, 2, 10)
    assert paid_at(story) == {(-1, None): 2, (9, None): 2}
    run(story, 12)
    assert paid_at(story) == {(-1, 13): 2, (9, 13): 2}


def test_what_is_under_way_has_paid_nothing(story: Story) -> None:
    number, _ = payout_runs.plan(story.programme, "Bea", READY)
    payout_runs.approve(story.programme, number, "Bea", READY)
    payout_runs.send(story.programme, number, "Bea", READY)
    sold(story, 2, 10)
    assert paid_at(story) == {(-1, None): 2, (9, None): 2}


def test_what_is_paid_in_another_currency_has_paid_the_share_it_was_changed_from(
    story: Story, conn: Connection
) -> None:
    publish(conn, READY, GBP="0.4")
    payee_currency.offer(story.access, ["GBP"], READY)
    payee_currency.choose(story.programme, story.cleo, "GBP", READY)
    run(story, 0)
    assert paid_at(story) == {(-1, 1): 2}, "0.014 of it make no penny"
    sold(story, 2, 10)
    assert paid_at(story) == {(-1, 1): 2, (9, None): 2}


def test_what_is_held_for_a_tax_authority_counts_with_the_payment_it_is_held_of(conn: Connection) -> None:
    story = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    conn.execute("UPDATE programme SET country = 'US' WHERE id = %s", [story.access.programme_id])
    story.sold("1", 30_000_000_000, story.click(), currency="USD")
    story.settle(READY)
    tax_forms.ask(story.access, Asks.US, READY, withhold=True)
    number, _ = payout_runs.plan(story.programme, "Bea", READY)
    payout_runs.approve(story.programme, number, "Bea", READY)
    sent = payout_runs.send(story.programme, number, "Bea", READY)
    assert paid_at(story) == {(-1, None): 2}, "held on the first day, and paid on no day yet"
    answers = [answer(row, Said.ARRIVED, READY + 3 * DAY) for row in sent]
    payout_runs.tell(story.programme, number, answers, "Bea", READY + 3 * DAY)
    assert paid_at(story) == {(-1, 3): 2}
    sold(story, 2, 10, currency="USD")
    sold(story, 3, 20, 30_000_000_000, "USD")
    run(story, 30)
    assert paid_at(story) == {(-1, 3): 2, (9, 31): 2, (19, 31): 2}, "what was held paid none of it before"


def test_money_beside_sales_stands_in_the_same_line(story: Story) -> None:
    """What Cleo had spent is ready after her first share and before her second."""
    hold(story)
    spent(story, 4_000_000, READY + 5 * DAY)
    sold(story, 2, 10)
    pay_in(story, CLEOS + 1_000_000)
    run(story, 12)
    assert paid_at(story) == {(-1, 13): 1, (-1, None): 1, (9, None): 2}
    pay_in(story, CLEOS + 1_000_000)
    run(story, 15)
    # Finn's turn comes first now, with both of his; what is left for Cleo is of what she had spent.
    assert paid_at(story) == {(-1, 13): 1, (-1, 16): 1, (9, 16): 1, (9, None): 1}
    pay_in(story, 100_000_000)
    run(story, 18)
    assert paid_at(story) == {(-1, 13): 1, (-1, 16): 1, (9, 16): 1, (9, 19): 1}


def test_a_gift_is_in_the_line_of_whoever_got_it_and_has_left_that_of_who_gave_it(story: Story) -> None:
    dana = people.add_creator(story.programme, people.Joiner("Dana", slug="dana"), READY)
    links.add_link(story.programme, links.NewLink(dana, story.finn, "https://shop.example/", LABEL), READY)
    gifts.give(story.programme, gifts.Wish(story.finn, "dana", "EUR", 1_410_000), "k", READY + 2 * DAY)
    assert paid_at(story) == {(-1, 2): 1, (-1, None): 1}, "less than a cent could not be given"
    sold(story, 2, 10)
    gifts.give(story.programme, gifts.Wish(story.finn, "dana", "EUR", 1_400_000), "k2", READY + 12 * DAY)
    assert paid_at(story) == {(-1, 2): 1, (-1, None): 1, (9, None): 2}
    run(story, 20)
    assert paid_at(story) == {(-1, 2): 1, (-1, 21): 1, (9, 21): 2}


def test_a_code_pays_as_much_as_it_holds_and_nothing_once_it_was_ended(story: Story) -> None:
    sold(story, 2, 10)
    keeps(story, 1_500_000, READY + 11 * DAY)
    assert paid_at(story) == {(-1, 11): 1, (-1, None): 1, (9, None): 2}
    story.access.execute("UPDATE shop_credit SET state = 'cancelled' WHERE programme_id = %(programme_id)s")
    assert paid_at(story) == {(-1, None): 2, (9, None): 2}


def test_what_an_erased_person_left_unclaimed_was_never_paid(story: Story) -> None:
    run(story, 0)
    sold(story, 2, 10)
    people.erase(story.programme, story.finn, READY + 12 * DAY)
    unclaimed.sweep(story.programme, READY + 12 * DAY)
    assert story.balance(story.finn, AccountKind.AVAILABLE) == 0
    assert paid_at(story) == {(-1, 1): 2, (9, None): 2}


def test_a_refund_of_what_was_paid_makes_the_payment_one_of_later_shares(story: Story) -> None:
    run(story, 0)
    story.changed("1", READY + 2 * DAY, refunds=(Refund("r", READY + 2 * DAY, 59_000_000),))
    sold(story, 2, 10, 40_000_000)
    assert paid_at(story) == {(9, 9): 2}
    sold(story, 3, 20)
    assert paid_at(story) == {(9, 9): 2, (19, None): 2}


def test_shares_in_a_replaced_currency_are_left_out_and_what_they_became_is_no_payment(conn: Connection) -> None:
    story = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    story.sold("1", 59_000_000, story.click(), currency="BGN")
    story.settle(READY)
    ended = since("BGN")
    assert ended is not None
    assert ended < READY
    sold(story, 2, 1)
    replaced.convert(story.programme, READY + 5 * DAY)
    hold(story)
    pay_in(story, CLEOS + 1_000_000)
    assert paid_at(story) == {(0, None): 2}
    run(story, 8)
    assert paid_at(story) == {(0, 9): 1, (0, None): 1}, "what was leva came later than her share"
    pay_in(story, 100_000_000)
    run(story, 12)
    sold(story, 3, 20)
    assert paid_at(story) == {(0, 9): 1, (0, 13): 1, (19, None): 2}


def naively(came: list[tuple[Instant, Micros]], left: list[tuple[Instant, Micros]]) -> list[Ripened]:
    """From the beginning, with all that ever came."""
    found, before = [], 0
    for ready, amount in sorted(came):
        before += amount
        taken, paid = 0, None
        for at, part in sorted(left):
            taken += part
            if paid is None and at >= ready and before - taken < 10_000:
                paid = at
        found.append(Ripened(ready, paid))
    return found


@pytest.mark.parametrize("seed", range(effort(4)))
def test_whatever_happens_it_is_as_if_all_had_been_followed_from_the_beginning(conn: Connection, seed: int) -> None:
    """Sales, and payments of parts by hand; also of what is looked at only the younger part."""
    dice = random.Random(seed)
    story = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    came: dict[int, list[tuple[Instant, Micros]]] = {story.cleo: [], story.finn: []}
    left: dict[int, list[tuple[Instant, Micros]]] = {story.cleo: [], story.finn: []}
    for day in range(0, 60, 3):
        net = dice.randrange(1_000_000, 90_000_000)
        sold(story, day, day, net)
        for party, amount in ((story.cleo, net * 12 // 100 - net * 12 // 100 // 5), (story.finn, net * 12 // 100 // 5)):
            came[party].append((READY + (day - 1) * DAY, amount))
            ready = minor_units(story.balance(party, AccountKind.AVAILABLE), "EUR")
            if ready and dice.random() < 0.4:
                part = from_minor_units(dice.choice([ready, dice.randint(1, ready)]), "EUR")
                payout = payouts.begin(story.access, party, "EUR", part, READY + day * DAY)
                payouts.walk(story.programme, [Step(payout, "in_transit")], READY + day * DAY)
                payouts.walk(
                    story.programme,
                    [Step(payouts.find(story.access, payout.id), "final")],
                    READY + (day + 1) * DAY + dice.randrange(3) * HOUR,
                )
    for party in left:
        left[party] = story.access.fetch(
            "SELECT changed_at, amount FROM payout WHERE programme_id = %(programme_id)s AND party_id = %(party)s",
            {"party": party},
        )
    expected = [one for party in came for one in naively(came[party], left[party])]
    assert Counter(payment_times.ripened(story.access, LATE, 0)) == Counter(expected)
    # A year later only the orders from day 20 on are looked at, and what is older is not read.
    found = payment_times.ripened(story.access, NOW + 20 * DAY + payment_times.SPAN, 0)
    assert Counter(found) == Counter(one for one in expected if one.ready_at >= READY + 20 * DAY)


def test_it_takes_as_many_statements_for_many_shares_as_for_two(story: Story) -> None:
    access = Counting(story.access.conn, story.access.programme_id, "test")
    payment_times.ripened(access, LATE, 0)
    before, access.asked = access.asked, 0
    for number in range(2, 12):
        sold(story, number, number)
    run(story, 20)
    payment_times.ripened(access, LATE, 0)
    assert access.asked == before == 4
