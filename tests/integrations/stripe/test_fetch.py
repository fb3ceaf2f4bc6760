"""What Stripe says a payment is now, asked for over real HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, HOUR, SECOND
from fanshare.core.orders import OrderState, Status
from fanshare.core.payments import Payment, Stage, as_order
from fanshare.integrations.stripe.fetch import StripeFetch, make_fetch
from fanshare.integrations.stripe.rest import StripeAccess
from tests.integrations.stripe.story import AT, SALE, charge, dispute, intent, item, pseudonym, refund, session
from tests.support.stripe_api import StripeApi


@pytest.fixture
def api() -> Iterator[StripeApi]:
    with StripeApi() as running:
        running.now = lambda: (AT + HOUR) / SECOND
        yield running


@pytest.fixture
def fetch(api: StripeApi) -> Iterator[StripeFetch]:
    made = make_fetch(StripeAccess(api.key, api.url), pseudonym)
    yield made
    made.close()


def sell(api: StripeApi, **more: Any) -> None:
    bought = session(**more)
    api.put(intent(), charge(refunded=1_000), bought)
    api.items[bought["id"]] = [item(1, 3_900), item(2, 2_000)]


def order(payment: Payment | None) -> OrderState:
    assert payment is not None
    found = as_order(payment)
    assert found is not None
    return found


@pytest.mark.parametrize("asked", [SALE, "cs_live_3Linen", "ch_3Linen", "dp_3Linen", "re_3Linen"])
def test_whatever_is_named_the_whole_payment_is_found(api: StripeApi, fetch: StripeFetch, asked: str) -> None:
    sell(api)
    api.put(dispute(amount=1_000, status="lost"), refund())
    payment = fetch.order(asked)
    assert payment is not None
    assert (payment.payment_id, payment.fetched, payment.modified_at) == (SALE, True, AT + HOUR)
    found = order(payment)
    assert [line.net for line in found.lines] == [39_000_000, 20_000_000]
    assert found.status is Status.CAPTURED
    assert {(one.id, one.money) for one in found.refunds} == {("refunded", 10_000_000), ("dp_3Linen", 10_000_000)}
    assert [one.stage for one in payment.disputes] == [Stage.LOST]


def test_promotion_codes_are_asked_for_by_their_text_once(api: StripeApi, fetch: StripeFetch) -> None:
    api.code("promo_9", "MIRA10")
    sell(api, discounts=[{"promotion_code": "promo_9"}])
    for _ in range(2):
        assert order(fetch.order(SALE)).evidence.codes == ("mira10",)
    assert api.asked.count("promotion_codes/promo_9") == 1


def test_a_key_that_may_not_read_codes_still_reads_the_sale(api: StripeApi, fetch: StripeFetch) -> None:
    api.hidden.add("promotion_codes")
    sell(api, discounts=[{"promotion_code": "promo_9"}])
    assert order(fetch.order(SALE)).evidence.codes == ("promo_9",)


def test_a_key_that_may_not_read_payments_says_what_is_missing(api: StripeApi, fetch: StripeFetch) -> None:
    sell(api)
    api.hidden.add("checkout/sessions")
    with pytest.raises(FanshareError) as caught:
        fetch.order(SALE)
    assert caught.value.code == "shop_refused"
    assert "checkout sessions" in caught.value.message


def test_a_charge_without_an_intent_stands_for_itself(api: StripeApi, fetch: StripeFetch) -> None:
    api.put(charge(payment_intent=None), dispute(payment_intent=None))
    payment = fetch.order("ch_3Linen")
    assert payment is not None
    assert (payment.payment_id, len(payment.disputes)) == ("ch_3Linen", 1)


def test_a_sale_without_a_payment_stands_under_its_session(api: StripeApi, fetch: StripeFetch) -> None:
    free = session(id="cs_live_free", payment_intent=None, amount_total=0, total_details=None, shipping_cost=None)
    api.put({**free, "payment_status": "no_payment_required"})
    assert order(fetch.order("cs_live_free")).order_id == "cs_live_free"


def test_a_beginning_subscription_is_named_as_such(api: StripeApi, fetch: StripeFetch) -> None:
    api.put(session(id="cs_live_sub", payment_intent=None, mode="subscription"))
    with pytest.raises(BadInputError) as caught:
        fetch.order("cs_live_sub")
    assert caught.value.code == "subscription"
    assert list(fetch.modified_after(AT)) == []


@pytest.mark.parametrize("odd", ["1042", "pi_../charges", "cus_1", "pi_ä", ""])
def test_other_ids_are_never_put_into_an_address(api: StripeApi, fetch: StripeFetch, odd: str) -> None:
    with pytest.raises(BadInputError) as caught:
        fetch.order(odd)
    assert caught.value.code == "not_an_order"
    assert api.asked == []


def test_changes_are_found_in_the_events_also_of_old_payments(api: StripeApi, fetch: StripeFetch) -> None:
    sell(api)
    api.happen("charge.dispute.created", dispute(), AT + 100 * SECOND)
    api.happen("charge.refunded", charge(refunded=2_000), AT + 50 * SECOND)
    (found,) = fetch.modified_after(AT + 10 * SECOND)
    assert (found.order_id, found.modified_at) == (SALE, AT + 100 * SECOND)
    assert list(fetch.modified_after(AT + 101 * SECOND)) == []


def test_without_events_changes_are_found_in_the_lists(api: StripeApi, fetch: StripeFetch) -> None:
    api.hidden.add("events")
    sell(api)
    api.put(refund("pi_3Linen", at=AT + HOUR))
    (found,) = fetch.modified_after(AT)
    assert found.order_id == SALE
    assert {"refunds", "disputes", "charges"} <= set(api.asked)


def test_what_is_older_than_stripes_events_is_found_in_the_lists(api: StripeApi, fetch: StripeFetch) -> None:
    sell(api)
    api.now = lambda: (AT + 40 * DAY) / SECOND
    assert [one.order_id for one in fetch.modified_after(AT)] == [SALE]


def test_one_payment_that_can_not_be_read_does_not_hide_the_others(api: StripeApi) -> None:
    told: list[tuple[str, str]] = []
    with_ear = make_fetch(
        StripeAccess(api.key, api.url), pseudonym, unreadable=lambda name, error: told.append((name, error.code))
    )
    for number, amount in ((1, 6_400), (2, -1)):
        payment = f"pi_{number}"
        api.put(intent(payment), charge(payment))
        api.happen("checkout.session.completed", session(payment, amount_total=amount), AT)
    assert [one.order_id for one in with_ear.modified_after(AT)] == ["pi_1"]
    assert told == [("pi_2", "negative_amount")]
    with_ear.close()
    without = make_fetch(StripeAccess(api.key, api.url), pseudonym)
    with pytest.raises(BadInputError):
        list(without.modified_after(AT))
    without.close()


@pytest.mark.parametrize(
    "key", ["", "pk_live_abcdefgh1", "rk_live_", "rk_live_abc\r\nx: y12345678", "whsec_abcdefgh12"]
)
def test_other_keys_are_refused_before_anybody_is_asked(key: str) -> None:
    with pytest.raises(BadInputError) as caught:
        StripeAccess(key)
    assert caught.value.code == "bad_key"


def test_a_key_is_never_sent_over_plain_http_to_another_machine() -> None:
    with pytest.raises(BadInputError):
        StripeAccess("rk_live_abcdefgh1", "http://stripe.example")
