"""Payments as rewards of Tremendous: found by their key, arrived with their mail, back when they are cancelled."""

from collections.abc import Iterator
from functools import partial

import pytest

from fanshare.core.instants import DAY, HOUR, Instant
from fanshare.core.payee import WAIT
from fanshare.core.payee_account import Kind, tremendous_account
from fanshare.core.payout_item import State
from fanshare.core.payout_runs import Why
from fanshare.flows import payees, payout_rails, payout_runs
from fanshare.integrations.rails import Called
from fanshare.jobs.payout_calls import work_calls
from fanshare.store.access import Connection
from fanshare.store.queries import payout_runs as rows
from fanshare.world.woo_server import Fault
from tests.flows.test_payout_runs import FINNS, READY, money, sent
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


def chosen(conn: Connection, drivers: Called, net: int) -> Story:
    """Finn chose Tremendous long ago, and a sale brought him his part of 12 % of this."""
    story = open_story(conn, {**TERMS, "fans": {"default_percent": "20"}})
    story.sold("1", net, story.click())
    story.settle(READY)
    payout_rails.connect(story.programme, Kind.TREMENDOUS, SECRET, drivers, "Bea", READY)
    to = tremendous_account("Finn Fox", FINN, "EUR")
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
