"""Payments as rewards of Tremendous: found by their key, arrived with their mail, back when they are cancelled."""

from collections.abc import Iterator
from functools import partial

import pytest

from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import Kind, tremendous_account
from fanshare.core.payout_item import Said, State
from fanshare.core.payout_runs import Why
from fanshare.core.tax.forms import Asks, FormKind, form
from fanshare.flows import leaving, payees, payout_rails, payout_runs, tax_forms
from fanshare.integrations.rails import Called
from fanshare.jobs.payout_calls import work_calls
from fanshare.store.access import Connection
from fanshare.store.queries import payout_runs as rows
from fanshare.world.woo_server import Fault
from tests.core.tax.test_tax_forms import W9
from tests.flows.test_payout_runs import FINNS, READY, money, sent, told
from tests.flows.test_tax_forms import TODAY
from tests.integrations.contract_http_rail import HASTY
from tests.support.stories import TERMS, Story, open_story
from tests.support.tremendous import FINN, SECRET, Tremendous


@pytest.fixture
def there() -> Iterator[Tremendous]:
    with Tremendous() as made:
        yield made


@pytest.fixture
def drivers(there: Tremendous) -> Called:
    return Called({Kind.TREMENDOUS: there.url}, HASTY)


def chosen(conn: Connection, drivers: Called, net: int, currency: str = "EUR") -> Story:
    """Finn chose Tremendous long ago, and a sale brought him his part of 12 % of this."""
    story = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    story.sold("1", net, story.click(), currency=currency)
    story.settle(READY)
    payout_rails.connect(story.programme, Kind.TREMENDOUS, SECRET, drivers, "Bea", READY)
    to = tremendous_account("Finn Fox", FINN, currency)
    payees.change(story.programme, story.finn, to, READY - 2 * WAIT, adult=True)
    return story


def test_a_reward_whose_answer_was_lost_is_found_arrives_and_may_be_cancelled(
    conn: Connection, there: Tremendous, drivers: Called
) -> None:
    story, states = chosen(conn, drivers, 59_000_000), []
    there.misbehave(None, Fault.LOST)
    run, _ = sent(story)
    steps: list[tuple[Instant, tuple[str, str]]] = [
        (READY, ("EXECUTED", "PENDING")),
        (READY + HOUR, ("EXECUTED", "SUCCEEDED")),
        (READY + DAY, ("CANCELED", "SUCCEEDED")),
        (READY + 9 * DAY, ("CANCELED", "SUCCEEDED")),
    ]
    for at, becomes in steps:
        work_calls(story.programme, drivers, partial(int, at))
        states += [row.item.state for row in rows.items_of(story.access, run) if row.party == story.finn]
        there.become(*becomes)
    assert states == [State.UNKNOWN, State.IN_TRANSIT, State.FINAL, State.RETURNED]
    assert (len(there.orders), money(story, story.finn)) == (1, (FINNS + 6_000, 0, 0))
    assert story.wrong(READY + 9 * DAY) == []


def test_less_than_its_least_payment_stays_ready(conn: Connection, drivers: Called) -> None:
    story = chosen(conn, drivers, 30_000_000)
    left = payout_runs.preview(story.access, READY).plan.left
    assert [(one.party, one.why) for one in left] == [(story.finn, Why.BELOW_MINIMUM)]


def test_the_last_of_whoever_leaves_is_paid_by_hand_where_it_is_too_little_and_she_is_gone(
    conn: Connection, drivers: Called
) -> None:
    story = chosen(conn, drivers, 30_000_000)
    leaving.ask(story.programme, story.finn, READY)
    early = payout_runs.preview(story.access, READY).plan.left
    assert [(one.party, one.why) for one in early] == [(story.finn, Why.BELOW_MINIMUM)], "more may come until then"
    gone = READY + 31 * DAY
    assert leaving.finish(story.programme, gone) == 0
    run, _ = payout_runs.plan(story.programme, "Bea", gone)
    payout_runs.approve(story.programme, run, "Bea", gone)
    lines = {row.party: row for row in payout_runs.send(story.programme, run, "Bea", gone)}
    row = lines[story.finn]
    assert (row.kind, row.account, row.item.amount, row.due) == ("", None, 720_000, None), "nobody is called"
    assert row.item.frozen is not None
    payout_runs.tell(story.programme, run, [told(row.item.frozen.key, Said.ARRIVED)], "Bea", gone + DAY)
    assert leaving.finish(story.programme, gone + DAY) == 1
    assert story.wrong(gone + DAY) == []


@pytest.mark.parametrize("why", ["she stays", "more waits"])
def test_nobody_elses_little_goes_by_hand(conn: Connection, drivers: Called, why: str) -> None:
    story, gone = chosen(conn, drivers, 30_000_000), READY + 31 * DAY
    if why == "more waits":
        story.sold("2", 9_000_000, story.click(READY - DAY), now=READY + 28 * DAY)
        leaving.ask(story.programme, story.finn, READY)
    left = payout_runs.preview(story.access, gone).plan.left
    assert (story.finn, Why.BELOW_MINIMUM) in [(one.party, one.why) for one in left]


@pytest.mark.parametrize("leaves", [True, False])
def test_what_the_tax_authority_left_too_little_of_goes_by_hand_as_well(
    conn: Connection, drivers: Called, leaves: bool
) -> None:
    story, gone = chosen(conn, drivers, 50_000_000, "USD"), READY + 31 * DAY
    conn.execute("UPDATE programme SET country = 'US' WHERE id = %s", [story.access.programme_id])
    tax_forms.ask(story.access, Asks.US, READY, withhold=True)
    tax_forms.sign(story.programme, story.finn, form(FormKind.W9, W9 | {"not_backup": ""}, TODAY), READY)
    if leaves:
        leaving.ask(story.programme, story.finn, READY)
    run, _ = payout_runs.plan(story.programme, "Bea", gone)
    payout_runs.approve(story.programme, run, "Bea", gone)
    payout_runs.send(story.programme, run, "Bea", gone)
    row = next(row for row in rows.items_of(story.access, run) if row.party == story.finn)
    assert (row.item.state, row.kind) == ((State.SUBMITTED, "") if leaves else (State.FAILED, ""))
    if leaves:
        assert row.item.amount == 910_000, "1.20, and 24 % of it held"
    assert story.wrong(gone) == []
