"""Transfers of Stripe Connect keep the contracts of rails; our own Stripe does what the official library expects."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
import stripe

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, HOUR
from fanshare.core.money import Micros
from fanshare.core.payout_item import Answer, Frozen, Said, State, again
from fanshare.integrations.stripe.rest import VERSION, StripeAccess
from fanshare.integrations.stripe.transfers import REASONS, StripeRail, freeze
from fanshare.world.woo_server import Fault
from tests.integrations import contract_http_rail, contract_rail
from tests.integrations.contract_rail import NOW
from tests.support.stripe_connect import CLEO, FINN, KEY, StripeConnect

FIRST, SECOND = freeze("fs-1", 1_410_000, "EUR", FINN), freeze("fs-2", 5_660_000, "EUR", CLEO)


class Platform:
    """A platform's account that pays Finn 1.41."""

    confirms, amount, currency = True, 1_410_000, "EUR"

    def __init__(self, there: StripeConnect) -> None:
        self.there, self.now = there, NOW
        there.now = lambda: self.now
        self.own = StripeRail(StripeAccess(KEY, there.url), lambda: self.now, contract_http_rail.HASTY)

    def rail(self) -> StripeRail:
        return self.own

    def payment(self) -> Frozen:
        return FIRST

    def other(self) -> Frozen:
        return SECOND

    def pays(self) -> None:
        if not self.arrived():
            self.rail().submit(FIRST)

    def pays_twice(self) -> None:
        self.there.transfer(141, "eur", FINN, FIRST.key)

    def gives_back(self, amount: Micros) -> None:
        self.there.reverse(self.there.transfers[0]["id"], amount // 10_000)

    def misbehave(self, *faults: Fault | None) -> None:
        self.there.misbehave(*faults)

    def arrived(self) -> Micros:
        return self.there.paid(FIRST.key) * 10_000

    def lock_out(self) -> None:
        self.there.key = "sk_test_another00"

    def refuse(self) -> None:
        self.there.accounts.discard(FINN)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with StripeConnect() as there:
        made = Platform(there)
        with made.own:
            yield made


@pytest.mark.parametrize("rule", contract_rail.RULES, ids=lambda rule: rule.__name__)
def test_transfers_keep_the_contract(rule: contract_rail.Rule, platform: Platform) -> None:
    rule(platform)


@pytest.mark.parametrize("rule", contract_http_rail.RULES, ids=lambda rule: rule.__name__)
def test_transfers_keep_the_contract_of_those_who_are_called(rule: contract_http_rail.Rule, platform: Platform) -> None:
    rule(platform)


@pytest.mark.parametrize("fault", contract_http_rail.FAULTS)
def test_a_payment_of_which_nothing_was_heard_is_paid_once(fault: Fault, platform: Platform) -> None:
    contract_http_rail.a_payment_of_which_nothing_was_heard_is_paid_once(platform, fault)


def test_a_key_of_its_own_for_each_attempt_would_pay_twice(platform: Platform) -> None:
    contract_rail.sent(platform)
    platform.rail().submit(Frozen("another key", FIRST.body))
    assert platform.arrived() == 2 * platform.amount
    answer = platform.rail().ask(FIRST.key)
    assert (answer.said, answer.amount) == (Said.ARRIVED, 2 * platform.amount), "and asking shows it"


def test_a_repeat_after_the_window_would_pay_twice_and_is_not_made(platform: Platform) -> None:
    platform.misbehave(Fault.LOST)
    item = contract_rail.sent(platform)
    platform.now += DAY
    with pytest.raises(FanshareError, match="ask what became"):
        again(item, StripeRail.window, platform.now)
    platform.rail().submit(FIRST)
    assert platform.arrived() == 2 * platform.amount


def test_other_bytes_under_a_key_are_trouble(platform: Platform) -> None:
    contract_rail.sent(platform)
    answer = platform.rail().submit(Frozen(FIRST.key, SECOND.body))
    assert (answer.said, bool(answer.trouble)) == (Said.SILENT, True)
    assert len(platform.there.transfers) == 1


def test_another_transfer_under_the_same_key_does_not_match(platform: Platform) -> None:
    item = contract_rail.sent(platform)
    assert item.remote == "tr_1"
    platform.there.transfers[0]["id"] = "tr_9"
    assert contract_rail.asked(platform, item).state is State.MISMATCH


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("resource_missing", lambda there: there.accounts.clear()),
        ("insufficient_capabilities_for_transfer", lambda there: there.closed.add(FINN)),
        ("balance_insufficient", lambda there: there.balance.update(eur=140)),
    ],
)
def test_a_refusal_says_why(code: str, spoil: object, platform: Platform) -> None:
    assert callable(spoil)
    spoil(platform.there)
    assert platform.rail().submit(FIRST).reason == REASONS[code]
    assert contract_rail.sent(platform).state is State.FAILED


def test_a_payment_that_was_reversed_wholly_before_its_answer_came_is_back(platform: Platform) -> None:
    platform.misbehave(Fault.LOST)
    item = contract_rail.sent(platform)
    platform.gives_back(platform.amount)
    assert contract_rail.asked(platform, item).state is State.RETURNED


def test_what_goes_out_are_stripes_own_fields() -> None:
    assert parse_qs(FIRST.body.decode()) == {
        "amount": ["141"], "currency": ["eur"], "destination": [FINN], "transfer_group": ["fs-1"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "currency", "sent"),
    [
        (1_410_000, "EUR", "141"),
        (5_000_000, "JPY", "5"),
        (5_000_000, "ISK", "500"),
        (5_000_000, "UGX", "500"),
        (5_000_000, "HUF", "500"),
        (5_000_000, "TWD", "500"),
        (1_230_000, "KWD", "1230"),
        (5_000_000, "MGA", "5"),
        (1_234_000, "KWD", None),
        (5_500_000, "ISK", None),
        (5_500_000, "HUF", None),
        (5_500_000, "TWD", None),
        (5_500_000, "MGA", None),
        (1_415_000, "EUR", None),
        (0, "EUR", None),
        (-10_000, "EUR", None),
    ],
)
def test_only_amounts_that_stripe_can_move_are_sent(amount: Micros, currency: str, sent: str | None) -> None:
    if sent is None:
        with pytest.raises(BadInputError, match="exactly"):
            freeze("fs-1", amount, currency, FINN)
    else:
        assert parse_qs(freeze("fs-1", amount, currency, FINN).body.decode())["amount"] == [sent]


def test_a_look_at_transfers_tries_the_key(platform: Platform) -> None:
    rail = platform.own
    assert rail.check() == platform.there.account
    platform.there.account = ""
    assert rail.check() not in ("", platform.there.account), "a key that may not look stands for itself"
    assert platform.there.server.asked[-1].headers["stripe-version"] == VERSION
    platform.lock_out()
    with pytest.raises(FanshareError, match="does not accept our key") as caught:
        rail.check()
    assert KEY not in str(caught.value)


class Library:
    """The official library, told where our Stripe is."""

    def __init__(self, there: StripeConnect) -> None:
        self.client = stripe.StripeClient(KEY, base_addresses={"api": there.url}, max_network_retries=0)

    def transfer(self, key: str, **more: object) -> stripe.Transfer:
        params = {"amount": 141, "currency": "eur", "destination": FINN, "transfer_group": "fs-1", **more}
        return self.client.v1.transfers.create(params, {"idempotency_key": key})  # type: ignore[arg-type]


def test_the_official_library_drives_our_stripe(platform: Platform) -> None:
    library = Library(platform.there)
    made = library.transfer("fs-1")
    assert library.transfer("fs-1").id == made.id, "the same key is the same transfer"
    with pytest.raises(stripe.IdempotencyError):
        library.transfer("fs-1", amount=142)
    with pytest.raises(stripe.InvalidRequestError, match="No such destination"):
        library.transfer("fs-3", destination="acct_1Nobody")
    listed = library.client.v1.transfers.list({"transfer_group": "fs-1"})
    assert [one.id for one in listed.data] == [made.id]
    back = library.client.v1.transfers.reversals.create(made.id, {"amount": 41})
    assert (back.transfer, back.amount) == (made.id, 41)
    assert library.client.v1.transfers.retrieve(made.id).amount_reversed == 41
    platform.now += DAY + HOUR
    assert library.transfer("fs-1").id != made.id, "after its window a key is a new one"


def test_the_rail_and_the_library_find_each_others_transfers(platform: Platform) -> None:
    made = Library(platform.there).transfer("fs-1")
    assert platform.rail().ask("fs-1") == Answer(Said.ARRIVED, NOW, 1_410_000, "EUR", remote=made.id)
    platform.rail().submit(SECOND)
    listed = Library(platform.there).client.v1.transfers.list({"transfer_group": SECOND.key})
    assert [(one.amount, one.destination) for one in listed.data] == [(566, CLEO)]
