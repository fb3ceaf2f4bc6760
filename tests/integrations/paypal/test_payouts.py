"""PayPal's payouts keep the contracts of rails; what goes out and our own PayPal keep PayPal's description of them."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.money import Micros
from fanshare.core.payee_account import paypal_account
from fanshare.core.payout_item import Frozen, Said, State, again, hear
from fanshare.core.rails import Order
from fanshare.integrations.paypal.payouts import NO_FUNDS, REASONS, PayPalRail, freeze, read_secret
from fanshare.world.woo_server import Fault
from tests.integrations import contract_http_rail, contract_rail
from tests.integrations.contract_rail import NOW
from tests.support.paypal_payouts import APP, FINN, PayPal

SPECIFICATION = json.loads((Path(__file__).parent / "openapi.json").read_text("utf-8"))


def order(key: str, amount: Micros = 1_410_000, currency: str = "EUR", receiver: str = FINN) -> Order:
    return Order(key, amount, currency, paypal_account(receiver, currency))


FIRST, SECOND = freeze(order("fs-1")), freeze(order("fs-2", 5_660_000, receiver="7E7MGXCWTTKK2"))


class Business:
    """A business that pays Finn 1.41."""

    confirms, amount, currency = True, 1_410_000, "EUR"

    def __init__(self, there: PayPal) -> None:
        self.there, self.now = there, NOW
        there.now = lambda: self.now
        self.own = PayPalRail(APP, there.url, lambda: self.now, contract_http_rail.HASTY)

    def rail(self) -> PayPalRail:
        return self.own

    def payment(self) -> Frozen:
        return FIRST

    def other(self) -> Frozen:
        return SECOND

    def pays(self) -> None:
        if not self.there.batches:
            self.rail().submit(FIRST)
        self.there.become(FIRST.key, "SUCCESS")

    def pays_twice(self) -> None:
        [batch] = self.there.batches.values()
        batch["items"] *= 2

    def gives_back(self, amount: Micros) -> None:
        back = amount == self.amount
        left = f"{(self.amount - amount) / 1_000_000:.2f}"
        self.there.become(FIRST.key, "RETURNED" if back else "SUCCESS", value=None if back else left)

    def misbehave(self, *faults: Fault | None) -> None:
        self.there.misbehave(*faults)

    def arrived(self) -> Micros:
        return int(self.there.paid(FIRST.key) * 1_000_000)

    def lock_out(self) -> None:
        self.there.app = (APP[0] + "x", APP[1])

    def refuse(self) -> None:
        self.there.closed = True


@pytest.fixture
def business() -> Iterator[Business]:
    with PayPal() as there:
        made = Business(there)
        made.own.check()
        with made.own:
            yield made


@pytest.mark.parametrize("rule", contract_rail.RULES, ids=lambda rule: rule.__name__)
def test_payouts_keep_the_contract(rule: contract_rail.Rule, business: Business) -> None:
    rule(business)


@pytest.mark.parametrize("rule", contract_http_rail.RULES, ids=lambda rule: rule.__name__)
def test_payouts_keep_the_contract_of_those_who_are_called(rule: contract_http_rail.Rule, business: Business) -> None:
    rule(business)


@pytest.mark.parametrize("fault", contract_http_rail.FAULTS)
def test_a_payment_of_which_nothing_was_heard_is_paid_once(fault: Fault, business: Business) -> None:
    contract_http_rail.a_payment_of_which_nothing_was_heard_is_paid_once(business, fault)


@pytest.mark.parametrize(
    ("status", "said", "state"),
    [
        ("PENDING", Said.ACCEPTED, State.IN_TRANSIT),
        ("UNCLAIMED", Said.ACCEPTED, State.IN_TRANSIT),
        ("ONHOLD", Said.ACCEPTED, State.IN_TRANSIT),
        ("BLOCKED", Said.ACCEPTED, State.IN_TRANSIT),
        ("SUCCESS", Said.ARRIVED, State.FINAL),
        ("FAILED", Said.REFUSED, State.RETURNED),
        ("RETURNED", Said.CAME_BACK, State.RETURNED),
        ("REFUNDED", Said.CAME_BACK, State.RETURNED),
        ("REVERSED", Said.CAME_BACK, State.RETURNED),
        ("SOMETHING_NEW", Said.SILENT, State.IN_TRANSIT),
    ],
)
def test_each_state_of_an_item_is_said(status: str, said: Said, state: State, business: Business) -> None:
    item = contract_rail.sent(business)
    business.there.become(FIRST.key, status)
    answer = business.rail().ask(FIRST.key, item.remote)
    assert (answer.said, answer.reason) == (said, REASONS.get(status, ""))
    assert contract_rail.asked(business, item).state is state


def test_what_was_not_claimed_for_thirty_days_is_back(business: Business) -> None:
    item = contract_rail.sent(business)
    business.there.become(FIRST.key, "UNCLAIMED")
    item = contract_rail.asked(business, item)
    business.now += 30 * DAY
    business.there.become(FIRST.key, "RETURNED")
    assert contract_rail.asked(business, item).state is State.RETURNED
    assert business.arrived() == 0


def test_a_whole_batch_that_is_denied_is_refused(business: Business) -> None:
    item = contract_rail.sent(business)
    batch = business.there.batches[item.remote]
    batch["batch_header"]["batch_status"], batch["items"] = "DENIED", []
    assert business.rail().ask(FIRST.key, item.remote).said is Said.REFUSED


def test_a_repeat_leads_to_the_batch_that_there_is(business: Business) -> None:
    business.misbehave(Fault.LOST)
    item = contract_rail.sent(business)
    business.there.become(FIRST.key, "SUCCESS")
    answer = business.rail().submit(FIRST)
    assert (answer.said, answer.remote) == (Said.ARRIVED, "BATCH1")
    assert hear(item, answer, business.rail().window).state is State.FINAL


def test_a_repeat_of_which_paypal_does_not_say_which_it_is_teaches_nothing(business: Business) -> None:
    business.misbehave(Fault.LOST)
    contract_rail.sent(business)
    business.there.linked = False
    answer = business.rail().submit(FIRST)
    assert (answer.said, answer.trouble) == (
        Said.SILENT, "PayPal has this payment already and does not say which; look for it there.",
    )  # fmt: skip


def test_a_repeat_after_the_window_would_pay_twice_and_is_not_made(business: Business) -> None:
    business.misbehave(Fault.LOST)
    item = contract_rail.sent(business)
    business.now += 30 * DAY - 2 * HOUR
    again(item, PayPalRail.window, business.now)
    business.now += 2 * HOUR
    with pytest.raises(FanshareError, match="ask what became"):
        again(item, PayPalRail.window, business.now)
    business.rail().submit(FIRST)
    assert business.arrived() == 2 * business.amount


def test_another_batch_under_our_name_teaches_nothing(business: Business) -> None:
    item = contract_rail.sent(business)
    business.rail().submit(SECOND)
    assert business.rail().ask(FIRST.key, "BATCH2").said is Said.SILENT
    assert business.rail().ask(FIRST.key, "../payouts-item/1").said is Said.SILENT
    assert business.rail().ask(FIRST.key, item.remote).said is Said.ACCEPTED


def test_a_balance_that_does_not_suffice_is_said(business: Business) -> None:
    business.refuse()
    assert business.rail().submit(FIRST).reason == NO_FUNDS


def test_an_app_that_may_not_pay_out_is_not_connected(business: Business) -> None:
    assert business.rail().check() == APP[0]
    business.there.scope = "https://uri.paypal.com/services/invoicing"
    with pytest.raises(FanshareError, match="does not let this app pay out"):
        business.rail().check()
    business.lock_out()
    with pytest.raises(FanshareError, match="does not accept our key") as caught:
        business.rail().check()
    assert APP[1] not in str(caught.value)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"client_id": APP[0]},
        {"client_id": APP[0], "key": "short", "place": "live"},
        {"client_id": APP[0], "key": APP[1], "place": "https://elsewhere.example"},
    ],
)
def test_what_is_no_secret_of_an_app_is_not_taken(typed: dict[str, str]) -> None:
    with pytest.raises(BadInputError):
        read_secret(typed)


@pytest.mark.parametrize(
    ("amount", "currency", "value"),
    [
        (1_410_000, "EUR", "1.41"),
        (5_000_000, "JPY", "5"),
        (5_000_000, "HUF", "5"),
        (5_000_000, "TWD", "5"),
        (5_500_000, "HUF", None),
        (5_500_000, "TWD", None),
        (1_415_000, "EUR", None),
        (0, "EUR", None),
    ],
)
def test_only_amounts_that_paypal_can_move_are_sent(amount: Micros, currency: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(BadInputError, match="exactly"):
            freeze(order("fs-1", amount, currency))
    else:
        [item] = json.loads(freeze(order("fs-1", amount, currency)).body)["items"]
        assert item["amount"] == {"currency": currency, "value": value}


_NO_ACCOUNTS = ("", "finn", "finn@", "@example.test", "finn@example", "fïnn@example.test", "7E7MGXCWTTKK")


@pytest.mark.parametrize("text", [*_NO_ACCOUNTS, f"{'x' * 120}@example.test", "finn@example.test, fay@example.test"])
def test_what_is_no_account_of_paypal_is_refused(text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        paypal_account(text, "EUR")
    assert text not in caught.value.message or not text


def keeps(document: Any, schema: str) -> None:
    """Whether something keeps PayPal's description of it."""
    whole = {"$ref": f"#/components/schemas/{schema}", "components": SPECIFICATION["components"]}
    jsonschema.Draft202012Validator(whole).validate(document)


def test_what_goes_out_and_what_our_paypal_answers_keep_paypals_own_description(business: Business) -> None:
    for sent in (FIRST, SECOND):
        keeps(json.loads(sent.body), "create_payout_request")
    with pytest.raises(jsonschema.ValidationError):
        keeps({"items": []}, "create_payout_request")
    answer = business.there._once(json.loads(FIRST.body))
    keeps(json.loads(answer.body), "payout")
    business.there.become(FIRST.key, "UNCLAIMED")
    keeps(business.there.batches["BATCH1"], "payout_batch")
    keeps(json.loads(business.there._once(json.loads(FIRST.body)).body), "error")
    known = SPECIFICATION["components"]["schemas"]["transaction_enum"]["enum"]
    assert set(known) == {"PENDING", "UNCLAIMED", "ONHOLD", "BLOCKED", "SUCCESS", "FAILED", *REASONS}


@pytest.fixture
def prism() -> Iterator[str]:
    """Stoplight's Prism with PayPal's description: it refuses what that does not allow, and answers as it says."""
    program = os.environ.get("FANSHARE_PRISM") or shutil.which("prism")
    if program is None:
        pytest.skip(
            "no Prism here: npm ci in a copy of requirements/prism, its node_modules/.bin/prism in FANSHARE_PRISM"
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = Path(__file__).parent / "openapi.json"
    command = [program, "mock", str(place), "-p", str(port), "-h", "127.0.0.1", "--errors"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "is listening" in line:
                break
        yield f"http://127.0.0.1:{port}"
        process.kill()


def test_prism_takes_what_goes_out_and_its_answers_are_understood(prism: str) -> None:
    with PayPalRail(APP, prism, lambda: NOW) as rail:
        rail._token = "token"  # the description does not have the way to a token
        for sent in (FIRST, SECOND):
            answer = rail.submit(sent)
            assert (answer.said, bool(answer.remote)) == (Said.ACCEPTED, True)
        asked = rail.ask(FIRST.key, answer.remote)
        assert asked.said is Said.SILENT, "its example is a batch of somebody else"
        assert rail.submit(Frozen("fs-1", b'{"items": []}')).said in (Said.SILENT, Said.REFUSED)
