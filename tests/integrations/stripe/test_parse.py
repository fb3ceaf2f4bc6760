"""Stripe's events as reports of payments: what was sold, what was charged, what is disputed, who brought it."""

from typing import Any

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, SECOND
from fanshare.core.orders import OrderState, Status
from fanshare.core.payments import Payment, Stage, as_order, merged
from fanshare.integrations.stripe.parse import parse, references
from fanshare.integrations.stripe.verify import verify
from fanshare.integrations.types import Verdict
from tests.integrations.stripe.story import (
    AT,
    OBJECTS,
    RECORDED,
    SALE,
    charge,
    dispute,
    event,
    intent,
    item,
    pseudonym,
    raw,
    recorded,
    refund,
    session,
    thin,
)

CLICK = "01j8k3v9zq7m2n4p5r6s8t0v1w3x5y7z9abc"


def told(kind: str, thing: dict[str, Any], at: int = AT) -> Payment:
    (payment,) = parse(raw(event(kind, thing, at)), {}, pseudonym)
    return payment


def read(body: bytes) -> None:
    references(body, {})
    parse(body, {}, pseudonym)


def sold(thing: dict[str, Any]) -> OrderState:
    order = as_order(told("checkout.session.completed", thing))
    assert order is not None
    return order


@pytest.mark.parametrize("number", [1, 2, 3])
def test_recorded_deliveries_are_signed_and_read(number: int) -> None:
    body, noted = recorded(number)
    headers = {name.lower(): value for name, value in noted["headers"].items()}
    assert verify(body, headers, [RECORDED], int(noted["at"]) * SECOND).verdict is Verdict.ACCEPTED
    assert verify(body + b" ", headers, [RECORDED], int(noted["at"]) * SECOND).verdict is Verdict.REFUSED
    spoken = [one.order_id for one in references(body, headers)]
    assert spoken == (["pi_ZtXPreCGrhGEnf"] if number == 2 else [])


def test_the_charge_inside_an_intent_of_an_old_version_counts() -> None:
    body, _ = recorded(2)
    (payment,) = parse(body, {}, pseudonym)
    assert payment.charge is not None
    assert (payment.charge.captured, payment.charge.refunded, payment.currency) == (25_990_000, 0, "USD")
    assert payment.test
    order = as_order(payment)
    assert order is not None
    assert (order.order_id, order.total, order.test) == ("pi_ZtXPreCGrhGEnf", 25_990_000, True)
    assert len(order.evidence.clicks) == 1, "the click rode in the metadata"
    assert "payment:ch_rw0bSbUGlbWETu" in payment.names


@pytest.mark.parametrize("kind", sorted(set(OBJECTS) - {"checkout.session"}))
def test_each_of_stripes_own_objects_is_read_or_passed_over(kind: str) -> None:
    body = raw(event(f"{kind}.updated", OBJECTS[kind]))
    spoken, reports = references(body, {}), parse(body, {}, pseudonym)
    assert bool(spoken) == (kind in {"charge", "payment_intent", "dispute", "refund"})
    assert bool(reports) == (kind in {"charge", "payment_intent", "dispute"})


def test_stripes_own_checkout_session_has_no_figures_and_is_refused_with_a_code() -> None:
    with pytest.raises(BadInputError) as caught:
        read(raw(event("checkout.session.completed", OBJECTS["checkout.session"])))
    assert caught.value.code == "unknown_currency"


# What was sold


def test_goods_are_what_was_paid_without_shipping_and_tax() -> None:
    details = {"amount_discount": 0, "amount_shipping": 595, "amount_tax": 1_216}
    cost = {"amount_subtotal": 500, "amount_tax": 95, "amount_total": 595}
    order = sold(session(amount_total=7_616, amount_subtotal=5_900, total_details=details, shipping_cost=cost))
    assert [(line.id, line.net) for line in order.lines] == [("goods", 59_000_000)]
    assert (order.shipping, order.tax, order.total) == (5_000_000, 12_160_000, 76_160_000)
    assert sum(line.net for line in order.lines) + order.shipping + order.tax == order.total


def test_items_are_lines_with_products_discounts_and_no_tax() -> None:
    shirt = item(1, 4_165, amount_subtotal=4_167, amount_discount=667, amount_tax=665)
    scarf = item(2, 2_380, amount_subtotal=2_000, amount_tax=380, quantity=2)
    order = sold(session(line_items={"data": [shirt, scarf]}, amount_total=7_045))
    assert [(line.product, line.sku, line.quantity, line.net) for line in order.lines] == [
        ("prod_1", "linen-1", 1, 35_000_000),
        ("prod_2", "linen-2", 2, 20_000_000),
    ]
    assert order.lines[1].discount == 0


def test_a_session_gives_its_buyer_as_pseudonyms_and_her_country() -> None:
    order = sold(session(customer="cus_9"))
    assert order.buyer.customer == pseudonym("customer", "cus_9")
    assert order.buyer.email == pseudonym("email", f"buyer-{SALE.casefold()}@example.test")
    assert order.country == "DE"
    assert "@" not in repr(order)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, Status.CAPTURED),
        ({"payment_status": "unpaid"}, Status.OPEN),
        ({"payment_status": "no_payment_required"}, Status.CAPTURED),
        ({"status": "expired", "payment_status": "unpaid"}, Status.CANCELLED),
    ],
)
def test_only_a_paid_session_is_captured(more: dict[str, Any], status: Status) -> None:
    assert sold(session(**more)).status is status


def test_a_delayed_payment_is_captured_when_its_charge_says_so() -> None:
    unpaid = told("checkout.session.completed", session(payment_status="unpaid"))
    paid = told("charge.succeeded", charge(), AT + DAY)
    for reports in ([unpaid, paid], [paid, unpaid], [paid, unpaid, paid, unpaid]):
        order = as_order(merged(reports))
        assert order is not None
        assert order.status is Status.CAPTURED


@pytest.mark.parametrize(
    ("currency", "smallest", "micros"),
    [("jpy", 5_900, 5_900_000_000), ("isk", 5_900, 59_000_000), ("kwd", 5_900, 5_900_000)],
)
def test_the_smallest_unit_is_stripes_and_not_the_standards(currency: str, smallest: int, micros: int) -> None:
    order = sold(session(currency=currency, amount_total=smallest, total_details=None, shipping_cost=None))
    assert order.total == micros


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"amount_total": -1}, "negative_amount"),
        ({"amount_total": 59.5}, "bad_amount"),
        ({"amount_total": "5900"}, "bad_amount"),
        ({"amount_total": True}, "bad_amount"),
        ({"amount_total": 10**17}, "amount_too_large"),
        ({"amount_total": 100}, "bad_amount"),
        ({"currency": "xxx1"}, "unknown_currency"),
        ({"payment_status": "later"}, "not_an_order"),
        ({"mode": "subscription"}, "subscription"),
        ({"created": "today"}, "bad_time"),
    ],
)
def test_what_can_not_be_read_is_refused_with_its_code(more: dict[str, Any], code: str) -> None:
    body = raw(event("checkout.session.completed", session(**more)))
    with pytest.raises(BadInputError) as caught:
        read(body)
    assert caught.value.code == code


def test_setting_up_a_card_is_no_sale() -> None:
    assert references(raw(event("checkout.session.completed", session(mode="setup"))), {}) == []


# Who brought it


def test_a_click_rides_in_the_reference_of_a_payment_link() -> None:
    order = sold(session(client_reference_id=CLICK, payment_link="plink_1"))
    assert (order.evidence.clicks, order.evidence.whole_path) == ((CLICK,), False)


def test_a_whole_path_rides_in_the_metadata_and_keeps_its_ends() -> None:
    ids = [f"{number:036}" for number in range(30)]
    order = sold(session(metadata={"fs_path": ",".join(ids)}, client_reference_id=CLICK))
    assert order.evidence.whole_path
    assert len(order.evidence.clicks) == 20
    assert order.evidence.clicks[0] == ids[0]
    assert order.evidence.clicks[-2:] == (ids[-1], CLICK)


@pytest.mark.parametrize("key", ["fs", "fs_click", "utm_id"])
def test_a_single_click_may_ride_in_the_metadata(key: str) -> None:
    assert sold(session(metadata={key: CLICK})).evidence.clicks == (CLICK,)


def test_promotion_codes_are_told_by_text_where_they_stand_whole() -> None:
    code = {**OBJECTS["promotion_code"], "code": " MIRA10 "}
    assert sold(session(discounts=[{"coupon": None, "promotion_code": code}])).evidence.codes == ("mira10",)
    assert sold(session(discounts=[{"promotion_code": "promo_1"}, {"coupon": "c"}])).evidence.codes == ("promo_1",)


def test_a_payment_without_checkout_counts_only_with_a_click() -> None:
    assert as_order(told("payment_intent.succeeded", intent())) is None
    order = as_order(told("payment_intent.succeeded", intent(metadata={"fs_path": CLICK})))
    assert order is not None
    assert [line.net for line in order.lines] == [64_000_000]
    details = {"tax": {"total_tax_amount": 400}, "shipping": {"amount": 100}}
    order = as_order(told("payment_intent.succeeded", intent(metadata={"fs": CLICK}, amount_details=details)))
    assert order is not None
    assert (order.lines[0].net, order.shipping, order.tax) == (59_000_000, 1_000_000, 4_000_000)


def test_a_checkout_knows_more_than_its_intent_whatever_comes_first() -> None:
    bare = told("payment_intent.succeeded", intent(metadata={"fs": CLICK}), AT + DAY)
    whole = told("checkout.session.completed", session(metadata={"fs": CLICK}))
    for reports in ([bare, whole], [whole, bare]):
        order = as_order(merged(reports))
        assert order is not None
        assert sum(line.net for line in order.lines) == 59_000_000


@pytest.mark.parametrize(
    ("metadata", "reference", "names"),
    [
        ({"order_id": "1042"}, None, {"order:1042"}),
        ({}, "1042", {"order:1042"}),
        ({"order_id": "14", "site_url": "https://Shop.example/de"}, None, {"order:shop.example/14"}),
        (
            {"order_id": "14", "order_key": "wc_order_x", "site_url": "shop.example"},
            None,
            {"order:14#wc_order_x", "order:shop.example/14"},
        ),
    ],
)
def test_metadata_name_the_order_of_a_shop(metadata: dict[str, str], reference: str | None, names: set[str]) -> None:
    payment = told("checkout.session.completed", session(metadata=metadata, client_reference_id=reference))
    assert {name for name in payment.names if name.startswith("order:")} == names
    assert f"payment:{SALE}" in payment.names


# What was charged, and what was taken back


def test_what_went_back_is_a_state_and_not_an_event() -> None:
    bought = told("checkout.session.completed", session())
    some = told("charge.refunded", charge(refunded=1_000), AT + DAY)
    more = told("charge.refunded", charge(refunded=3_000), AT + 2 * DAY)
    for reports in ([bought, some, more], [more, some, bought], [some, more, more, some, bought]):
        order = as_order(merged(reports))
        assert order is not None
        assert [(one.id, one.money) for one in order.refunds] == [("refunded", 30_000_000)]


def test_a_refund_that_failed_lowers_the_sum_again() -> None:
    reports = [
        told("checkout.session.completed", session()),
        told("charge.refunded", charge(refunded=1_000), AT + DAY),
        told("charge.updated", charge(refunded=0), AT + 2 * DAY),
    ]
    order = as_order(merged(reports))
    assert order is not None
    assert [one.money for one in order.refunds] == [0]


def test_what_was_authorised_and_never_captured_went_back() -> None:
    payment = told("charge.captured", charge(amount_captured=4_400))
    assert payment.charge is not None
    assert (payment.charge.captured, payment.charge.refunded) == (64_000_000, 20_000_000)
    waiting = told("charge.succeeded", charge(captured=False, amount_captured=0))
    assert waiting.charge is not None
    assert waiting.charge.captured == 0


def test_a_failed_charge_says_nothing_of_money() -> None:
    assert told("charge.failed", charge(status="failed", captured=False)).charge is None


def test_the_payers_card_is_a_pseudonym() -> None:
    payment = told("charge.succeeded", charge())
    assert payment.charge is not None
    fingerprint = OBJECTS["charge"]["payment_method_details"]["card"]["fingerprint"]
    assert payment.charge.fingerprint == pseudonym("payment", fingerprint)
    assert fingerprint not in repr(payment)


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("needs_response", Stage.OPEN),
        ("under_review", Stage.OPEN),
        ("warning_needs_response", Stage.OPEN),
        ("won", Stage.WON),
        ("warning_closed", Stage.WON),
        ("prevented", Stage.WON),
        ("lost", Stage.LOST),
        ("a word of tomorrow", Stage.OPEN),
    ],
)
def test_a_dispute_stands_as_its_status_says(status: str, stage: Stage) -> None:
    (found,) = told("charge.dispute.updated", dispute(status=status)).disputes
    assert (found.stage, found.reason, found.money) == (stage, "fraudulent", 64_000_000)


def test_a_refund_itself_says_only_where_to_look() -> None:
    body = raw(event("refund.created", refund()))
    assert [one.order_id for one in references(body, {})] == [SALE]
    assert parse(body, {}, pseudonym) == []


def test_a_dispute_of_an_old_charge_belongs_to_that_charge() -> None:
    body = raw(event("charge.dispute.created", dispute(payment_intent=None)))
    assert [one.order_id for one in references(body, {})] == ["ch_3Linen"]


# Thin events


def test_a_thin_event_only_says_where_to_look() -> None:
    body = raw(thin("checkout.session.completed", session()))
    (spoken,) = references(body, {})
    assert (spoken.order_id, spoken.needs_fetch) == ("cs_live_3Linen", True)
    assert parse(body, {}, pseudonym) == []


def test_a_thin_event_of_something_else_is_passed_over() -> None:
    assert references(raw(thin("customer.created", {"object": "customer", "id": "cus_1"})), {}) == []
    assert references(raw({**thin("x", session()), "related_object": None}), {}) == []


@pytest.mark.parametrize("body", [b"{}", b'{"object": "list"}', b"[]", b"", b'{"object": "event"'])
def test_other_bodies_are_refused(body: bytes) -> None:
    with pytest.raises(BadInputError):
        references(body, {})


def test_an_event_without_an_object_is_passed_over() -> None:
    assert references(b'{"object": "event", "data": {}}', {}) == []


@pytest.mark.parametrize("kind", [[], {}, ["charge"], 7, None])
def test_a_kind_that_is_no_text_is_passed_over(kind: Any) -> None:
    assert references(raw(event("charge.updated", {**charge(), "object": kind})), {}) == []
