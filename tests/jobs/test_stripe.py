"""Stripe through the whole house: signed events by the real edge, asked over real HTTP or not, a shop beside it."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND
from fanshare.flows import connection_changes
from fanshare.flows.payments import DISPUTE_HOLD
from fanshare.flows.rulings import NewRuling, rule
from fanshare.integrations.stripe.verify import signature_of
from fanshare.world.woo_server import Fault
from tests.integrations.stripe.story import (
    OBJECTS,
    SALE,
    charge,
    dispute,
    event,
    intent,
    item,
    raw,
    refund,
    session,
    thin,
)
from tests.jobs.at_stripe import COMMISSION, LEFT, bought, bucket, connected, disputed, given_back, held, tell
from tests.jobs.house import House
from tests.support.effort import effort
from tests.support.stripe_api import StripeApi


@pytest.fixture
def api(house: House) -> Iterator[StripeApi]:
    with StripeApi() as running:
        running.now = lambda: house.now / SECOND
        yield running


# Stripe alone


def test_a_checkout_that_names_a_click_is_a_sale(house: House) -> None:
    connected(house)
    with house.open():
        tell(house, bought(house))
    assert house.bea.net(SALE) == 59_000_000
    assert house.bea.earned(house.bea.cleo) == COMMISSION
    assert house.bea.sound()


def test_a_payment_link_is_a_sale_by_its_reference_and_by_its_metadata(house: House) -> None:
    connected(house)
    with house.open():
        tell(house, bought(house, payment_link="plink_1"))
        click = house.bea.click()
        tell(house, bought(house, "pi_2", click="", payment_link="plink_1", metadata={"fs_path": click}))
    assert house.bea.earned(house.bea.cleo) == 2 * COMMISSION


def test_what_names_nobody_earns_nobody_anything(house: House) -> None:
    connected(house)
    with house.open():
        tell(house, bought(house, click=""))
        tell(house, bought(house, "pi_2", click="1042"))
    assert house.bea.net(SALE) == 59_000_000
    assert house.bea.earned(house.bea.cleo) == 0


def test_a_sale_of_test_mode_never_books(house: House) -> None:
    connected(house)
    with house.open():
        tell(house, bought(house, livemode=False))
    assert house.bea.earned(house.bea.cleo) == 0


def test_the_sum_of_what_went_back_counts_and_not_each_message(house: House) -> None:
    connected(house)
    with house.open():
        sale = bought(house)
        tell(house, sale, given_back(house, 1_000, 60 * SECOND))
        tell(house, given_back(house, 2_000, 120 * SECOND))
        # A late repetition of the first one, and the refund's own message, change nothing.
        refunded = event("refund.created", refund(money=1_000, at=house.now), house.now)
        tell(house, given_back(house, 1_000, 60 * SECOND), refunded, sale)
        assert house.bea.net(SALE) == LEFT
        assert house.bea.earned(house.bea.cleo) == LEFT * 12 // 100
        # A refund that failed raises it again.
        again = event("charge.updated", charge(refunded=0, at=house.now), house.now + HOUR)
        tell(house, again)
    assert house.bea.net(SALE) == 59_000_000
    assert house.bea.earned(house.bea.cleo) == COMMISSION
    assert house.bea.sound()


def story(house: House, payment: str, end: str) -> list[dict[str, Any]]:
    """A sale with two refunds and a dispute, each told several times by Stripe's own habits."""
    known = {"client_reference_id": house.bea.click(), "customer_details": {"email": f"{payment}@example.test"}}
    unpaid = session(payment, at=house.now, payment_status="unpaid", **known)
    paid = session(payment, at=house.now, **known)
    return [
        event("checkout.session.completed", unpaid, house.now),
        event("charge.succeeded", charge(payment, at=house.now), house.now + SECOND),
        event("payment_intent.succeeded", intent(payment, at=house.now), house.now + SECOND),
        event("checkout.session.async_payment_succeeded", paid, house.now + 2 * SECOND),
        given_back(house, 1_000, 60 * SECOND, payment),
        given_back(house, 2_000, 90 * SECOND, payment),
        disputed(house, "needs_response", 100 * SECOND, payment, amount=4_400),
        disputed(house, end, 200 * SECOND, payment, amount=4_400),
    ]


@pytest.mark.soak_sized
@pytest.mark.parametrize(("end", "left"), [("won", LEFT), ("lost", LEFT)])
def test_any_order_of_events_with_repetitions_ends_in_the_same_books(house: House, end: str, left: int) -> None:
    connected(house)
    chance, ends = random.Random(7), set()
    with house.open():
        for number in range(effort(5)):
            payment = f"pi_{number}"
            told = story(house, payment, end)
            told += chance.choices(told, k=3)
            chance.shuffle(told)
            before = house.bea.earned(house.bea.cleo)
            cut = chance.randrange(len(told))
            tell(house, *told[:cut])
            tell(house, *told[cut:])
            house.later(HOUR)
            house.work()
            assert house.bea.net(payment) == left
            ends.add(house.bea.earned(house.bea.cleo) - before)
    assert ends == {LEFT * 12 // 100 if end == "won" else 0}
    assert house.bea.sound()


def test_a_promotion_code_of_a_creator_counts_where_its_text_can_be_asked_for(house: House, api: StripeApi) -> None:
    connected(house, api)
    house.bea.typed_code("mira10")
    api.code("promo_9", "MIRA10")
    thing = session(at=house.now, discounts=[{"promotion_code": "promo_9"}])
    api.put(thing, intent(at=house.now), charge(at=house.now))
    api.items[thing["id"]] = [item(1, 5_900)]
    with house.open():
        tell(house, event("checkout.session.completed", thing, house.now))
    assert house.bea.earned(house.bea.cleo) == COMMISSION


def test_a_thin_event_is_asked_about_and_without_a_key_is_set_aside(house: House, api: StripeApi) -> None:
    connected(house, api)
    with house.open():
        thing = session(at=house.now, client_reference_id=house.bea.click())
        api.put(thing, intent(at=house.now), charge(at=house.now))
        api.items[thing["id"]] = [item(1, 5_900)]
        tell(house, thin("checkout.session.completed", thing))
        assert house.bea.earned(house.bea.cleo) == COMMISSION
        api.put(charge(refunded=2_000, at=house.now))
        tell(house, thin("charge.refunded", charge()))
        assert house.bea.net(SALE) == LEFT
        shop = connection_changes.find(house.bea.programme, "stripe-linen")
        connection_changes.change_keys(house.bea.programme, shop, None, can_fetch=True)
        tell(house, thin("charge.refunded", charge()))
    assert house.rows("SELECT reason_code FROM delivery WHERE state = 'parked'") == [("needs_key",)]


def test_while_stripe_is_away_what_the_event_says_counts_for_now(house: House, api: StripeApi) -> None:
    connected(house, api)
    with house.open():
        sale = bought(house)
        api.put(sale["data"]["object"], intent(at=house.now), charge(at=house.now, refunded=2_000))
        api.misbehave(*[Fault.ERROR] * 3)
        tell(house, sale)
        assert house.bea.net(SALE) == 59_000_000
        assert house.bea.inbox() == {"new": 1}
        api.behave()
        house.later(HOUR)
        house.work()
    assert house.bea.net(SALE) == LEFT
    assert house.bea.inbox() == {"done": 1}


def test_what_no_event_told_is_found_by_asking(house: House, api: StripeApi) -> None:
    connected(house, api)
    with house.open():
        for number in (1, 2, 3):
            payment = f"pi_{number}"
            thing = session(payment, at=house.now, client_reference_id=house.bea.click())
            api.put(intent(payment, at=house.now), charge(payment, at=house.now))
            api.items[thing["id"]] = [item(1, 5_900)]
            api.happen("checkout.session.completed", thing, house.now + number * SECOND)
        house.later(11 * MINUTE)
        house.worker.housekeeping()
        house.work()
        assert house.bea.earned(house.bea.cleo) == 3 * COMMISSION
        assert house.value("SELECT count(*) FROM fetched_first WHERE heard_at IS NULL") == 3
        # A dispute about one of them, which no event told either.
        api.happen("charge.dispute.created", dispute("pi_2", at=house.now), house.now)
        house.later(11 * MINUTE)
        house.worker.housekeeping()
        house.work()
    assert [kind for kind, _, _ in held(house)] == ["held"]
    assert house.bea.sound()


def test_a_subscription_is_set_aside_and_said(house: House) -> None:
    connected(house)
    with house.open():
        tell(house, bought(house, mode="subscription"))
    assert house.rows("SELECT state, reason_code FROM delivery") == [("parked", "subscription")]


# Disputes


def test_a_dispute_holds_with_a_reason_and_a_date_and_won_releases(house: House) -> None:
    connected(house)
    with house.open():
        opened = house.now + MINUTE
        tell(house, bought(house))
        house.later(2 * MINUTE)
        tell(house, event("charge.dispute.created", dispute(at=opened), house.now))
        [(kind, until, reason)] = held(house)
        assert (kind, until) == ("held", opened + DISPUTE_HOLD)
        assert "bank" in reason
        assert bucket(house) == "held"
        assert house.bea.earned(house.bea.cleo) == COMMISSION
        tell(house, event("charge.dispute.closed", dispute(status="won", at=opened), house.now + MINUTE))
    assert [kind for kind, _, _ in held(house)] == ["held", "released"]
    assert bucket(house) == "pending"
    assert house.bea.earned(house.bea.cleo) == COMMISSION


def test_a_lost_dispute_takes_back_and_one_that_was_won_later_gives_again(house: House) -> None:
    connected(house)
    with house.open():
        opened = house.now
        tell(house, bought(house))
        tell(house, event("charge.dispute.closed", dispute(status="lost", at=opened), house.now + MINUTE))
        assert house.bea.earned(house.bea.cleo) == 0
        reinstated = event("charge.dispute.funds_reinstated", dispute(status="won", at=opened), house.now + HOUR)
        tell(house, reinstated)
    assert house.bea.earned(house.bea.cleo) == COMMISSION
    assert [kind for kind, _, _ in held(house)] == ["denied", "released"]


def test_a_dispute_about_a_part_takes_that_part_when_it_is_lost(house: House) -> None:
    connected(house)
    with house.open():
        tell(house, bought(house), event("charge.succeeded", charge(at=house.now), house.now))
        tell(house, disputed(house, "lost", MINUTE, amount=2_000))
    assert house.bea.net(SALE) == LEFT
    assert house.bea.earned(house.bea.cleo) == LEFT * 12 // 100


def test_a_dispute_that_is_never_decided_ends_by_itself(house: House) -> None:
    connected(house)
    with house.open():
        tell(house, bought(house))
        tell(house, disputed(house, "needs_response", MINUTE))
        assert bucket(house) == "held"
        house.later(DISPUTE_HOLD + DAY)
        house.worker.housekeeping()
        house.work()
    assert bucket(house) == "available"


def test_what_a_person_decided_stands_again_after_a_won_dispute(house: House) -> None:
    connected(house)
    with house.open():
        tell(house, bought(house))
        order = house.value("SELECT id FROM shop_order")
        rule(house.bea.programme, NewRuling("denied", "Bea knows this buyer.", order), house.now)
        house.work()
        tell(house, disputed(house, "needs_response", MINUTE))
        tell(house, disputed(house, "won", HOUR))
    assert house.bea.earned(house.bea.cleo) == 0


def test_the_payers_card_is_kept_as_a_pseudonym_only(house: House) -> None:
    connected(house)
    with house.open():
        first = bought(house, "pi_1", click=house.bea.click(house.bea.fan_code))
        tell(house, first, event("charge.succeeded", charge("pi_1", at=house.now), house.now))
        print_ = house.value("SELECT fingerprint FROM payment WHERE external_id = 'pi_1'")
    assert len(print_) >= 32
    kept = str(house.rows("SELECT to_jsonb(p) FROM payment p")) + str(house.rows("SELECT document FROM order_state"))
    assert print_ in kept
    assert OBJECTS["charge"]["payment_method_details"]["card"]["fingerprint"] not in kept


def test_wrong_signatures_are_refused_and_taken_after_the_secret_was_put_right(house: House) -> None:
    connected(house)
    with house.open():
        body = raw(bought(house))
        forged = {"stripe-signature": signature_of(b"whsec_other", house.now // SECOND, body)}
        assert house.edge.client.post("/hooks/stripe-linen", content=body, headers=forged).status_code == 401
        house.work()
    assert house.bea.earned(house.bea.cleo) == 0
    assert house.bea.inbox() == {}
