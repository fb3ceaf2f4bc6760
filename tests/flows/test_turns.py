"""Whose turn it is, in the real books: the oldest money first, whatever brought it, read from the newest back."""

import secrets

import pytest

from fanshare.core import turns as core
from fanshare.core.instants import DAY, Instant
from fanshare.core.moving import BONUS, CLAIM, DEBT
from fanshare.core.payout_item import Said
from fanshare.core.payout_runs import Plan, Planned
from fanshare.flows import gift_records, payout_runs, people, turns
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.store.access import Connection
from fanshare.store.queries import gifts
from fanshare.store.queries import turns as rows
from fanshare.store.queries.gifts import GiftRow
from tests.flows.test_funding import BEFORE, hold, pay_in
from tests.flows.test_payout_runs import CLEOS, READY, approved, story, told
from tests.support.stories import Story

__all__ = ["story"]
#: Before the shares of the one order became ready, and after.
EARLY, LATE = READY - 9 * DAY, READY - DAY // 2
THREE = 3_000_000


def dora(story: Story) -> int:
    return people.add_creator(story.programme, people.Joiner("Dora", "dora@example.test"), BEFORE)


def gets(story: Story, party: int, tool: str, amount: int, at: Instant) -> None:
    """Money that no sale of hers brought: moved in (``csv``), a bonus, a claim, or a gift."""
    if tool != "gift":
        news = [NewOpening(party, secrets.token_hex(16), "EUR", amount)]
        post_openings(story.programme, tool, "ab" * 32, news, at)
        return
    gets(story, story.finn, "csv", amount, at - DAY)
    with story.access.transaction():
        named = {"giver": story.finn, "creator": party, "currency": "EUR", "amount": amount}
        made = gifts.add(story.access, {**named, "state": "kept", "now": at})
        gift_records.enter(story.programme, [GiftRow(made, story.finn, party, "EUR", amount, "kept", at, at)], at)


def paid_next(story: Story) -> dict[int, int]:
    return {one.party: one.amount for one in payout_runs.preview(story.access, READY).plan.items}


@pytest.mark.parametrize("tool", ["csv", BONUS, CLAIM, "gift"])
def test_who_waits_longest_is_paid_first_whatever_her_money_is(story: Story, tool: str) -> None:
    third = dora(story)
    gets(story, third, tool, THREE, EARLY)
    hold(story)
    pay_in(story, THREE)
    assert paid_next(story) == {third: THREE}
    assert story.wrong(READY) == []


def test_younger_money_waits_behind_older_whatever_it_is(story: Story) -> None:
    third = dora(story)
    gets(story, third, BONUS, THREE, LATE)
    hold(story)
    pay_in(story, CLEOS)
    assert paid_next(story) == {story.cleo: CLEOS}


def test_who_got_a_part_keeps_her_turn_with_the_rest_and_gets_it_back_with_what_came_back(story: Story) -> None:
    third = dora(story)
    gets(story, third, "csv", THREE, EARLY)
    hold(story)
    pay_in(story, 1_000_000)
    run = approved(story)
    items = payout_runs.send(story.programme, run, "Bea", READY)
    [key] = [row.item.frozen.key for row in items if row.item.frozen]
    payout_runs.tell(story.programme, run, [told(key, Said.ARRIVED, 1_000_000)], "Bea", READY)
    pay_in(story, 2_500_000)
    assert paid_next(story) == {third: 2_000_000, story.cleo: 500_000}, "the rest of what is old is as old"
    gets(story, third, BONUS, THREE, LATE)
    assert next(iter(paid_next(story).items())) == (third, 2_500_000)
    payout_runs.send(story.programme, approved(story), "Bea", READY)
    payout_runs.tell(story.programme, run, [told(key, Said.CAME_BACK, reason="closed")], "Bea", READY)
    whole = Plan((Planned(third, "EUR", 3_500_000, 0), Planned(story.cleo, "EUR", CLEOS, 0)), ())
    assert turns.since(story.access, whole)[third, "EUR"] == EARLY // DAY * DAY
    assert story.wrong(READY) == []


def test_what_the_brand_bore_of_a_debt_gives_nobody_a_turn(story: Story) -> None:
    gets(story, story.finn, DEBT, THREE, EARLY)
    whole = Plan((Planned(story.finn, "EUR", 4_410_000, 0), Planned(story.cleo, "EUR", CLEOS, 0)), ())
    found = turns.since(story.access, whole)
    assert found[story.finn, "EUR"] == found[story.cleo, "EUR"]


def test_however_little_is_read_at_first_the_turn_is_the_same(story: Story) -> None:
    for nth in range(2, 12):
        now = READY + nth * DAY
        story.sold(str(nth), 10_000_000 + nth, story.click(now - DAY), now=now)
    now = READY + 60 * DAY
    story.settle(now)
    balances = {party: amount for party in (story.cleo, story.finn) if (amount := _ready(story, party))}
    for part in (1, 2, 5, 9):
        items = tuple(Planned(party, "EUR", amount * part // 10, 0) for party, amount in balances.items())
        whole = Plan(items, ())
        assert turns.since(story.access, whole, first=1) == turns.since(story.access, whole)
    pairs = sorted((party, "EUR") for party in balances)
    read = rows.came(story.access, pairs, 3)
    assert all(len(known.came) == 3 and known.from_day is not None for known in read.values()), "no more is read"
    assert not core.oldest_unpaid(read[pairs[0]], balances[story.cleo]).sure


def _ready(story: Story, party: int) -> int:
    whole = payout_runs.preview(story.access, READY + 60 * DAY).plan
    return sum(one.amount + one.rest for one in whole.items if one.party == party)


def test_it_is_found_by_the_index(story: Story, conn: Connection) -> None:
    """On any number of rows: what the planner says once reading all of them is forbidden to be cheap."""
    with conn.transaction(force_rollback=True):
        conn.execute("SET LOCAL enable_seqscan = off")
        asked = {"parties": [story.cleo], "currencies": ["EUR"], "most": 5}
        plan = story.access.fetch("EXPLAIN " + rows.SHARES, asked)
    told_ = "\n".join(row[0] for row in plan)
    assert "Index Only Scan using position_ready" in told_
    assert "Sort Key: p.matures_at" not in told_
