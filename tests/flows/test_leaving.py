"""Leaving once one is paid, beside runs in the real database: every order of them, and two at the same moment."""

from collections.abc import Iterator
from itertools import combinations

import pytest

from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.instants import DAY, HOUR, format_rfc3339
from fanshare.core.ledger import AccountKey, AccountKind, Balance
from fanshare.core.orders import Refund
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import iban_account
from fanshare.core.payout_item import Said
from fanshare.core.payout_runs import Why
from fanshare.flows import assets, leaving, links, own_data, payees, payout_runs, unclaimed
from fanshare.flows.publish_terms import publish_terms
from fanshare.store import books
from fanshare.store.access import Connection, connect
from fanshare.store.queries import leaving as rows
from fanshare.store.queries import own_data as kept
from fanshare.store.queries import pages
from fanshare.store.queries import payout_runs as runs
from fanshare.store.server import Database
from tests.flows.test_payee_runs import blocked, other
from tests.flows.test_payout_runs import FINNS, READY, approved, money, states, story, told
from tests.support.pg_books import LABEL
from tests.support.stories import NOW, TERMS, Story, open_story

__all__ = ["story"]

GONE = READY + 31 * DAY


def left(story: Story) -> int:
    return books.balances(story.access).get(Balance(AccountKey(AccountKind.UNCLAIMED), "EUR"), 0)


def erased(story: Story, party: int) -> bool:
    return kept.party(story.access, party) is None


def items(story: Story, party: int) -> set[str]:
    found = kept.party(story.access, party)
    assert found is not None
    assert found.person is not None
    return {kind for kind, _ in kept.items(story.access, found.person)}


def test_who_leaves_is_paid_on_the_old_dates_and_erased_then(story: Story) -> None:
    payees.change(story.programme, story.finn, iban_account("Finn", "DE89370400440532013000"), READY - WAIT, adult=True)
    order = story.sold("2", 59_000_000, story.click(READY - DAY), now=READY)
    before = story.access.fetch("SELECT matures_at FROM position WHERE programme_id = %(programme_id)s ORDER BY id")
    had = items(story, story.finn)
    person = kept.party(story.access, story.finn).person  # type: ignore[union-attr]
    for kind in ("tax:1", "brand_note"):
        story.programme.vault.put(person or 0, kind, b"x", READY)
    until = leaving.ask(story.programme, story.finn, READY)
    after = story.access.fetch("SELECT matures_at FROM position WHERE programme_id = %(programme_id)s ORDER BY id")
    assert (before, until) == (after, READY + 30 * DAY)
    assert items(story, story.finn) == {*had, "tax:1"}, "what paying takes, and no note about her"
    assert leaving.finish(story.programme, READY + 40 * DAY) == 0
    story.settle(READY + 40 * DAY)
    assert story.shares(order)["fan"] == (1_416_000, "available")
    run, _ = payout_runs.plan(story.programme, "Bea", READY + 40 * DAY)
    payout_runs.approve(story.programme, run, "Bea", READY + 40 * DAY)
    sent = payout_runs.send(story.programme, run, "Bea", READY + 40 * DAY)
    assert leaving.finish(story.programme, READY + 40 * DAY) == 0, "its money is under way"
    [key] = [row.item.frozen.key for row in sent if row.party == story.finn and row.item.frozen]
    payout_runs.tell(story.programme, run, [told(key, Said.ARRIVED)], "Bea", READY + 41 * DAY)
    assert leaving.finish(story.programme, READY + 41 * DAY) == 1
    assert erased(story, story.finn)
    assert money(story, story.finn) == (2_000, 0, 2_830_000)
    unclaimed.sweep(story.programme, READY + 41 * DAY)
    assert (money(story, story.finn)[0], left(story)) == (0, 2_000), "less than a cent stays owed"
    payout_runs.tell(story.programme, run, [told(key, Said.CAME_BACK, reason="closed")], "Bea", READY + 90 * DAY)
    unclaimed.sweep(story.programme, READY + 90 * DAY)
    assert left(story) == 2_832_000
    assert story.wrong(READY + 91 * DAY) == []


def orders() -> Iterator[tuple[str, ...]]:
    """Every way to mix asking and the worker's round into a run, with the pause after which no order can come."""
    run = ("plan", "approve", "send", "tell")
    for ask in range(5):
        mixed = (*run[:ask], "ask", *run[ask:])
        for pause, finish in combinations(range(ask + 1, 8), 2):
            steps = [*mixed]
            steps.insert(pause, "pause")
            steps.insert(finish, "finish")
            yield tuple(steps)


@pytest.mark.parametrize("back", [False, True], ids=["arrives", "comes back"])
@pytest.mark.parametrize("steps", sorted(set(orders())), ids="-".join)
def test_nobody_is_erased_before_she_is_paid_however_runs_and_leaving_mix(
    steps: tuple[str, ...], back: bool, story: Story
) -> None:
    now, run, key = READY, 0, ""
    for step in steps:
        now += HOUR
        match step:
            case "pause":
                now += 31 * DAY
            case "ask":
                leaving.ask(story.programme, story.finn, now)
            case "plan":
                run, _ = payout_runs.plan(story.programme, "Bea", now)
            case "approve":
                payout_runs.approve(story.programme, run, "Bea", now)
            case "send":
                sent = payout_runs.send(story.programme, run, "Bea", now)
                [key] = [row.item.frozen.key for row in sent if row.party == story.finn and row.item.frozen]
            case "tell":
                said = Said.CAME_BACK if back else Said.ARRIVED
                payout_runs.tell(story.programme, run, [told(key, said, reason="so")], "Bea", now)
            case _:
                done = leaving.finish(story.programme, now)
                paid = "tell" in steps[: steps.index("finish")] and not back
                assert done == erased(story, story.finn) == paid
    leaving.finish(story.programme, now + 31 * DAY)
    assert erased(story, story.finn) is not back
    assert money(story, story.finn) == ((6_000 + FINNS, 0, 0) if back else (6_000, 0, FINNS))
    assert story.wrong(now) == []


def test_her_part_ends_when_she_asks_and_what_was_clicked_before_counts(story: Story) -> None:
    before = story.click(READY - HOUR)
    leaving.ask(story.programme, story.finn, READY)
    after = story.click(READY + HOUR)
    old = story.sold("2", 59_000_000, before, now=READY + 2 * HOUR)
    new = story.sold("3", 59_000_000, after, now=READY + 2 * HOUR)
    assert story.shares(old)["fan"] == (1_416_000, "pending")
    assert story.shares(new) == {}
    with pytest.raises(ConflictError, match="no new links"):
        links.add_link(story.programme, links.NewLink(story.cleo, story.finn, "https://shop.example/", LABEL), READY)
    with pytest.raises(ConflictError, match="no new links"):
        assets.set_link_state(story.programme, story.code, "active", READY + HOUR)
    with pytest.raises(ConflictError, match="leaving already"):
        leaving.ask(story.programme, story.finn, READY + HOUR)


def test_a_creator_who_leaves_takes_her_page_and_her_fans_links_along(story: Story) -> None:
    assert pages.creator(story.access, "cleo-canary") is not None
    links.add_code(story.programme, links.NewCode(story.cleo, story.cleo, "CLEO5", LABEL), READY - DAY)
    leaving.ask(story.programme, story.cleo, READY)
    assert pages.creator(story.access, "cleo-canary") is None
    assert rows.links(story.access, story.cleo) == []
    assert rows.codes(story.access, story.cleo) == []
    assert own_data.copy(story.programme, story.cleo, READY)["leaves"] is not None
    assert story.wrong(READY) == []


def test_the_brands_smallest_payment_is_not_for_who_leaves(story: Story) -> None:
    runs.set_rule(story.access, "EUR", 5_000_000, None)
    leaving.ask(story.programme, story.finn, READY)
    found = payout_runs.preview(story.access, READY).plan
    assert {row.party for row in found.items} == {story.finn, story.cleo}
    runs.stop(story.access, story.finn, "is looked at", READY)
    left_out = payout_runs.preview(story.access, READY).plan.left
    assert [(row.party, row.why) for row in left_out] == [(story.finn, Why.STOPPED)]
    assert leaving.finish(story.programme, GONE) == 0, "a stop keeps her waiting, and she may leave at once"
    own_data.leave(story.programme, story.finn, GONE)
    assert rows.asked(story.access, story.finn) is None


def test_a_refund_that_takes_everything_lets_her_go(story: Story) -> None:
    leaving.ask(story.programme, story.finn, READY)
    story.changed("1", READY + HOUR, refunds=(Refund("r", READY + HOUR, 59_000_000),))
    assert leaving.finish(story.programme, GONE) == 1
    assert story.wrong(GONE) == []


def test_terms_published_after_she_asked_let_an_old_click_count_for_longer(story: Story) -> None:
    click = story.click(READY - HOUR)
    leaving.ask(story.programme, story.cleo, READY)
    story.changed("1", READY + HOUR, refunds=(Refund("r", READY + HOUR, 59_000_000),))
    longer = {**TERMS, "terms": {"window_days": 60}}
    publish_terms(story.access, longer, READY + 2 * HOUR)
    assert leaving.standing(story.programme, story.cleo, GONE).until == READY + 60 * DAY
    told_her = own_data.copy(story.programme, story.cleo, GONE)["leaves"]
    assert told_her["orders_until"] == format_rfc3339(READY + 60 * DAY)
    assert leaving.finish(story.programme, GONE) == 0
    order = story.sold("2", 59_000_000, click, now=READY + 50 * DAY)
    assert story.shares(order)["creator"] == (7_080_000, "pending")
    assert leaving.finish(story.programme, READY + 60 * DAY) == 0, "it is still to come"
    story.changed("2", READY + 60 * DAY, refunds=(Refund("r", READY + 60 * DAY, 59_000_000),))
    assert leaving.finish(story.programme, READY + 60 * DAY) == 1
    assert story.wrong(READY + 61 * DAY) == []


def test_a_fan_introduces_for_as_long_as_the_terms_of_her_click_say(conn: Connection) -> None:
    fans = {"default_percent": "20"}
    story = open_story(conn, {**TERMS, "fans": {**fans, "introducer_days": 90}})
    story.sold("1", 59_000_000, story.click())
    lower = publish_terms(story.access, {**TERMS, "fans": {**fans, "introducer_days": 0}}, NOW + HOUR).terms
    asked = lower.effective_at + DAY
    assert leaving.ask(story.programme, story.finn, asked) == asked + 90 * DAY
    story.changed("1", asked, refunds=(Refund("r", asked, 59_000_000),))
    assert leaving.finish(story.programme, asked + 31 * DAY) == 0
    assert leaving.finish(story.programme, asked + 90 * DAY) == 1


def test_sending_at_the_moment_of_her_erasure_comes_wholly_after(story: Story, shared_database: Database) -> None:
    conn, programme = other(shared_database, story)
    with conn, connect(shared_database.dsn()) as watch:
        run = approved(story)
        leaving.ask(story.programme, story.finn, READY)
        story.changed("1", READY + HOUR, refunds=(Refund("r", READY + HOUR, 59_000_000),))
        with story.access.transaction():
            assert leaving.finish(story.programme, GONE) == 1
            thread = blocked(watch, lambda: payout_runs.send(programme, run, "Bea", GONE))
        thread.join()
    assert str(states(story, run)[story.finn]) == "failed"
    assert money(story, story.finn) == (0, 0, 0)


def test_her_erasure_at_the_moment_of_sending_sees_that_money_is_under_way(
    story: Story, shared_database: Database
) -> None:
    conn, programme = other(shared_database, story)
    with conn, connect(shared_database.dsn()) as watch:
        run = approved(story)
        leaving.ask(story.programme, story.finn, READY)
        with story.access.transaction():
            payout_runs.send(story.programme, run, "Bea", GONE)
            thread = blocked(watch, lambda: leaving.finish(programme, GONE))
        thread.join()
    assert not erased(story, story.finn)
    assert money(story, story.finn)[1] == FINNS


def test_a_link_at_the_moment_she_asks_comes_wholly_before_and_ends(story: Story, shared_database: Database) -> None:
    conn, programme = other(shared_database, story)
    made = links.NewLink(story.cleo, story.finn, "https://shop.example/", LABEL)
    with conn, connect(shared_database.dsn()) as watch:
        with story.access.transaction():
            links.add_link(story.programme, made, NOW)
            thread = blocked(watch, lambda: leaving.ask(programme, story.finn, READY))
        thread.join()
    assert rows.links(story.access, story.finn) == []
    with pytest.raises(FanshareError, match="no new links"):
        links.add_link(story.programme, made, READY)


def test_she_stays_while_her_address_was_changed_lately(story: Story, conn: Connection) -> None:
    leaving.ask(story.programme, story.finn, READY)
    own_data.leave(story.programme, story.finn, READY)
    with pytest.raises(FanshareError):
        leaving.ask(story.programme, story.finn, READY)
