"""What providers answer, spoiled: a rail says what it understands, or that it understood nothing, and never raises."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from random import Random

import pytest

from fanshare.core.instants import Instant
from fanshare.core.money import MAX_MICROS
from fanshare.core.payout_item import Answer, Frozen, Said
from fanshare.core.rails import Driver
from fanshare.integrations.paypal.payouts import PayPalRail
from fanshare.integrations.stripe.rest import StripeAccess
from fanshare.integrations.stripe.transfers import StripeRail
from fanshare.integrations.tremendous.orders import TremendousRail
from tests.fuzz import spoil
from tests.integrations.contract_rail import NOW
from tests.integrations.paypal.test_payouts import FIRST as BATCH
from tests.integrations.stripe.test_transfers import FIRST as TRANSFER
from tests.integrations.tremendous.test_orders import FIRST as ORDER
from tests.support.effort import effort
from tests.support.flaky_http import FlakyServer, Reply
from tests.support.paypal_payouts import APP, PayPal
from tests.support.stripe_connect import KEY, StripeConnect
from tests.support.tremendous import SECRET, Tremendous

type Rail = tuple[FlakyServer, Driver, Frozen]


def now() -> Instant:
    return NOW


@pytest.fixture(params=["stripe", "paypal", "tremendous"])
def rail(request: pytest.FixtureRequest) -> Iterator[Rail]:
    """A provider with one payment, the driver that asks it, and the payment."""
    with ExitStack() as stack:
        made: Rail
        if request.param == "stripe":
            there = stack.enter_context(StripeConnect())
            made = there.server, stack.enter_context(StripeRail(StripeAccess(KEY, there.url), now)), TRANSFER
        elif request.param == "paypal":
            business = stack.enter_context(PayPal())
            made = business.server, stack.enter_context(PayPalRail(APP, business.url, now)), BATCH
        else:
            team = stack.enter_context(Tremendous())
            made = team.server, stack.enter_context(TremendousRail(SECRET, team.url, now)), ORDER
        made[1].check()
        yield made


@pytest.mark.soak_sized
def test_a_rail_never_raises_and_says_no_amount_that_books_cannot_hold(rail: Rail) -> None:
    server, driver, payment = rail
    first = driver.submit(payment)
    assert first.said is Said.ACCEPTED
    chance, plain, seen = Random(61), server.answer, set()
    server.answer = lambda request: _spoiled(chance, plain(request))
    asks: list[Callable[[], Answer]] = [
        lambda: driver.ask(payment.key, first.remote),
        lambda: driver.submit(payment),
    ]
    for number in range(effort(400)):
        answer = asks[number % 2]()
        seen.add(answer.said)
        assert answer.amount is None or 0 <= answer.amount <= MAX_MICROS
        assert "\0" not in answer.remote
        assert len(answer.remote) <= 200
    assert Said.SILENT in seen
    assert len(seen) > 1, "some of what is spoiled still says something"


def test_an_amount_below_zero_says_nothing(rail: Rail) -> None:
    server, driver, payment = rail
    first, plain = driver.submit(payment), server.answer
    assert driver.ask(payment.key, first.remote).said is not Said.SILENT
    server.answer = lambda request: _below_zero(plain(request))
    answer = driver.ask(payment.key, first.remote)
    assert (answer.said, answer.amount) == (Said.SILENT, None)
    assert answer.trouble


def _below_zero(reply: Reply) -> Reply:
    body = re.sub(rb'("(?:value|denomination|amount)": ?"?)(?=[0-9])', rb"\1-", reply.body)
    return Reply(reply.status, body, reply.headers)


def _spoiled(chance: Random, reply: Reply) -> Reply:
    return Reply(reply.status, spoil.json_body(chance, reply.body), reply.headers)
