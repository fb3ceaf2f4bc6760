"""Stripe keeps the contract of every shop that can be asked, over real HTTP."""

from collections.abc import Iterator

import pytest

from fanshare.core.instants import Instant
from fanshare.integrations.http import DEADLINE
from fanshare.integrations.registry import OpenFetch
from fanshare.integrations.stripe.fetch import StripeFetch
from fanshare.integrations.stripe.rest import Rest, StripeAccess
from fanshare.world.woo_server import Fault
from tests.integrations import contract_fetch
from tests.integrations.stripe.story import charge, intent, item, pseudonym, session
from tests.support.stripe_api import StripeApi


class Stripe:
    """The small Stripe as the contract wants it."""

    def __init__(self, api: StripeApi) -> None:
        self.api = api

    def order_id(self, number: int) -> str:
        return f"pi_{number:06}"

    def put(self, number: int, at: Instant) -> None:
        payment = self.order_id(number)
        self.api.put(intent(payment, at=at), charge(payment, at=at))
        sold = session(payment, at=at)
        self.api.items[sold["id"]] = [item(1, 5_900)]
        self.api.happen("checkout.session.completed", sold, at)

    def misbehave(self, *faults: Fault | None) -> None:
        self.api.misbehave(*faults)

    def behave(self) -> None:
        self.api.behave()

    def fetch(self, *, hasty: bool = False) -> OpenFetch:
        access = StripeAccess(self.api.key, self.api.url)
        timeout, deadline = (0.4, 0.5) if hasty else (10.0, DEADLINE)
        return StripeFetch(Rest(access, per_page=contract_fetch.PAGE, timeout=timeout, deadline=deadline), pseudonym)

    def rotate(self) -> None:
        self.api.key += "x"


@pytest.fixture
def stripe() -> Iterator[Stripe]:
    with StripeApi() as running:
        yield Stripe(running)


@pytest.mark.parametrize("rule", contract_fetch.RULES, ids=lambda rule: rule.__name__)
def test_the_fetch_keeps_the_contract(rule: contract_fetch.Rule, stripe: Stripe) -> None:
    rule(stripe)
