"""Tremendous' orders keep the contracts of rails."""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY
from fanshare.core.money import Micros
from fanshare.core.payee_account import masked, tremendous_account
from fanshare.core.payout_item import Frozen, Said, State
from fanshare.core.rails import Order
from fanshare.integrations.tremendous.orders import BACK, FAILED, REFUSED, TremendousRail, freeze, read_secret
from fanshare.world.woo_server import Fault
from tests.integrations import contract_http_rail, contract_rail
from tests.integrations.contract_rail import NOW
from tests.support.tremendous import FINN, SECRET, Tremendous


def order(key: str, amount: Micros = 1_410_000, currency: str = "EUR") -> Order:
    return Order(key, amount, currency, tremendous_account("Finn Fox", FINN, currency))


FIRST, SECOND = freeze(SECRET, order("fs-1")), freeze(SECRET, order("fs-2", 5_660_000))


class Team:
    """A team that rewards Finn with 1.41."""

    confirms, amount, currency = True, 1_410_000, "EUR"

    def __init__(self, there: Tremendous) -> None:
        self.there, self.now = there, NOW
        self.own = TremendousRail(SECRET, there.url, lambda: self.now, contract_http_rail.HASTY)

    def rail(self) -> TremendousRail:
        return self.own

    def payment(self) -> Frozen:
        return FIRST

    def other(self) -> Frozen:
        return SECOND

    def pays(self) -> None:
        if not self.there.orders:
            self.rail().submit(FIRST)
        self.there.become("EXECUTED", "SUCCEEDED")

    def pays_twice(self) -> None:
        made = self.there.order(json.loads(FIRST.body, parse_float=Decimal))
        made["rewards"][0]["delivery"]["status"] = "SUCCEEDED"

    def gives_back(self, amount: Micros) -> None:
        left = f"{(self.amount - amount) / 1_000_000:.2f}"
        whole = amount == self.amount
        self.there.become("CANCELED" if whole else "EXECUTED", "SUCCEEDED", value=None if whole else left)

    def misbehave(self, *faults: Fault | None) -> None:
        self.there.misbehave(*faults)

    def arrived(self) -> Micros:
        return int(self.there.paid(FIRST.key) * 1_000_000)

    def lock_out(self) -> None:
        self.there.key = "TEST_anotheranother"

    def refuse(self) -> None:
        self.there.closed = True


@pytest.fixture
def team() -> Iterator[Team]:
    with Tremendous() as there:
        made = Team(there)
        with made.own:
            yield made


@pytest.mark.parametrize("rule", contract_rail.RULES, ids=lambda rule: rule.__name__)
def test_orders_keep_the_contract(rule: contract_rail.Rule, team: Team) -> None:
    rule(team)


@pytest.mark.parametrize("rule", contract_http_rail.RULES, ids=lambda rule: rule.__name__)
def test_orders_keep_the_contract_of_those_who_are_called(rule: contract_http_rail.Rule, team: Team) -> None:
    rule(team)


@pytest.mark.parametrize("fault", contract_http_rail.FAULTS)
def test_a_payment_of_which_nothing_was_heard_is_paid_once(fault: Fault, team: Team) -> None:
    contract_http_rail.a_payment_of_which_nothing_was_heard_is_paid_once(team, fault)


@pytest.mark.parametrize(
    ("status", "delivery", "said", "reason"),
    [
        ("CART", "PENDING", Said.ACCEPTED, ""),
        ("PENDING APPROVAL", "PENDING", Said.ACCEPTED, ""),
        ("PENDING INTERNAL PAYMENT APPROVAL", "PENDING", Said.ACCEPTED, ""),
        ("EXECUTED", "SCHEDULED", Said.ACCEPTED, ""),
        ("EXECUTED", "FAILED", Said.ACCEPTED, ""),
        ("EXECUTED", "SUCCEEDED", Said.ARRIVED, ""),
        ("FAILED", "PENDING", Said.REFUSED, FAILED),
        ("CANCELED", "FAILED", Said.CAME_BACK, BACK),
    ],
)
def test_each_state_of_an_order_is_said(status: str, delivery: str, said: Said, reason: str, team: Team) -> None:
    contract_rail.sent(team)
    team.there.become(status, delivery)
    answer = team.rail().ask(FIRST.key)
    assert (answer.said, answer.reason, answer.remote) == (said, reason, "ORDER1")


def test_what_is_taken_back_after_it_arrived_is_returned(team: Team) -> None:
    item = contract_rail.sent(team)
    team.pays()
    item = contract_rail.asked(team, item)
    team.now += 200 * DAY
    team.there.become("CANCELED", "SUCCEEDED")
    assert contract_rail.asked(team, item).state is State.RETURNED


def test_a_balance_that_does_not_suffice_is_refused(team: Team) -> None:
    team.refuse()
    assert team.rail().submit(FIRST).reason == REFUSED


def test_a_key_is_tried_by_looking_for_the_funding_source(team: Team) -> None:
    assert team.rail().check() == "SOURCE1"
    with (
        TremendousRail({**SECRET, "source": "NOSUCH"}, team.there.url, lambda: NOW) as rail,
        pytest.raises(FanshareError, match="no such funding source"),
    ):
        rail.check()
    team.lock_out()
    with pytest.raises(FanshareError, match="does not accept our key") as caught:
        team.rail().check()
    assert SECRET["key"] not in str(caught.value)


def test_what_goes_out_names_the_amount_as_a_number() -> None:
    body = json.loads(FIRST.body, parse_float=Decimal)
    assert body["reward"]["value"] == {"denomination": Decimal("1.41"), "currency_code": "EUR"}
    assert body["reward"]["recipient"] == {"name": "Finn Fox", "email": FINN}
    assert (body["external_id"], body["payment"]) == ("fs-1", {"funding_source_id": "balance"})
    strange = Order("fs-1", 1_410_000, "EUR", tremendous_account('"denomination":"@"', FINN, "EUR"))
    assert json.loads(freeze(SECRET, strange).body)["reward"]["value"]["denomination"] == 1.41
    with pytest.raises(BadInputError, match="exactly"):
        freeze(SECRET, order("fs-1", 1_415_000))


@pytest.mark.parametrize("name", ["key", "campaign", "place"])
def test_what_is_no_secret_is_not_taken(name: str) -> None:
    assert read_secret({**SECRET, "source": ""})["source"] == "balance"
    with pytest.raises(BadInputError):
        read_secret({**SECRET, name: "?"})


def test_an_address_and_a_name_are_needed() -> None:
    account = tremendous_account("Finn Fox", " finn@example.test ", "EUR")
    assert (account.number, masked(account)) == (FINN, "Tremendous f…@…test")
    for holder, email in (("", FINN), ("Finn Fox", "finn"), ("Finn Fox", "finn@example")):
        with pytest.raises(BadInputError):
            tremendous_account(holder, email, "EUR")
