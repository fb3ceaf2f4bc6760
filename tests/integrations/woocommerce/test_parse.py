"""What we read in WooCommerce's JSON, and what we refuse."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, SECOND
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Refund, Status
from fanshare.integrations.types import Reference
from fanshare.integrations.woocommerce.parse import parse, parse_order, references
from fanshare.world.woo_documents import order_document, refund_documents
from tests.integrations.woocommerce.story import body, pseudonym, refunds


def read(**changes: Any) -> OrderState:
    return parse_order({**body(1), **changes}, None, pseudonym, fetched=False)


def refusal(**changes: Any) -> str:
    with pytest.raises(BadInputError) as caught:
        read(**changes)
    return caught.value.code


def with_line(**changes: Any) -> list[dict[str, Any]]:
    return [{**body(1)["line_items"][0], **changes}]


def meta(**entries: Any) -> list[dict[str, Any]]:
    return [{"id": 1, "key": key, "value": value} for key, value in entries.items()]


def test_an_order_is_read_with_exact_amounts() -> None:
    state = read()
    assert [line.net for line in state.lines] == [75_480_000, 11_340_000]
    assert (state.shipping, state.tax, state.total) == (4_900_000, 17_430_000, 109_150_000)
    assert state.shipping + state.tax + sum(line.net for line in state.lines) == state.total
    assert (state.birth, state.order_id, state.country) == ("wc_order_KLVWbJNtZz22x", "14", "DE")
    assert (state.lines[0].product, state.lines[0].sku, state.lines[0].quantity) == ("11", "SHIRT-1", 2)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("pending", Status.OPEN),
        ("on-hold", Status.OPEN),
        ("checkout-draft", Status.OPEN),
        ("processing", Status.CAPTURED),
        ("completed", Status.CAPTURED),
        ("refunded", Status.CAPTURED),
        ("cancelled", Status.CANCELLED),
        ("failed", Status.CANCELLED),
        ("trash", Status.DELETED),
        ("wc-completed", Status.CAPTURED),
    ],
)
def test_the_shops_words_for_a_status(word: str, status: Status) -> None:
    assert read(status=word).status is status


def test_a_status_of_the_shops_own_counts_as_paid_only_with_a_date_of_payment() -> None:
    assert read(status="being-knitted").status is Status.OPEN
    assert read(status="being-knitted", date_paid_gmt="2026-11-22T02:19:19").status is Status.CAPTURED


def test_a_webhooks_refunds_are_amounts_alone() -> None:
    state = parse_order(body(17), None, pseudonym, fetched=False)
    assert [(refund.id, refund.money, refund.detailed) for refund in state.refunds] == [
        ("15", 44_910_000, False),
        ("17", 5_830_000, False),
    ]


def test_a_fetched_refund_names_the_order_line_it_gives_back() -> None:
    shirt, goodwill = parse_order(body(17), refunds(), pseudonym).refunds
    assert (shirt.lines, shirt.other, shirt.detailed) == ((("2", 37_740_000),), 7_170_000, True)
    assert (goodwill.lines, goodwill.money, goodwill.detailed) == ((), 5_830_000, True)


def test_a_refund_that_appeared_between_two_questions_stays_undetailed() -> None:
    state = parse_order(body(17), refunds()[1:], pseudonym)
    assert [refund.detailed for refund in state.refunds] == [True, False]


def test_shipping_and_fees_given_back_are_not_goods() -> None:
    given = {**refunds()[1], "shipping_lines": [{"total": "-4.90", "total_tax": "-0.93"}]}
    given["fee_lines"] = [{"total": "-1.00", "total_tax": "-0.19"}]
    assert parse_order(body(8), [given], pseudonym).refunds[0].other == 7_170_000 + 5_830_000 + 1_190_000


def test_guests_are_known_by_email_and_customers_by_both() -> None:
    assert read().buyer == Buyer(email="email:lena@example.test")
    assert read(customer_id=7).buyer.customer == "customer:7"
    assert read(billing={"email": " Lena@EXAMPLE.test "}).buyer.email == "email:lena@example.test"
    assert read(billing={}).buyer == Buyer()


def test_no_name_address_or_email_is_in_what_we_keep() -> None:
    state = parse_order(body(1), None, lambda kind, value: "00ff", fetched=False)
    kept = repr(state).casefold()
    assert not [word for word in ("lena", "beispiel", "musterstr", "10115", "4930", "127.0.0.1") if word in kept]


def test_the_whole_path_of_clicks_is_read_from_either_spelling() -> None:
    assert read(meta_data=meta(fs_path="a,b , c")).evidence == Evidence(("a", "b", "c"), ("mira10",), whole_path=True)
    assert read(meta_data=meta(fs_path='["a","b"]')).evidence.clicks == ("a", "b")
    assert read(meta_data=meta(fs_path=["a", 7, "b"])).evidence.clicks == ("a", "b")


def test_visible_single_clicks_come_from_the_landing_address_and_utm_id() -> None:
    landing = "https://shop.example/?x=1&fs=first"
    evidence = read(
        meta_data=meta(_wc_order_attribution_utm_id="last", _wc_order_attribution_session_entry=landing)
    ).evidence
    assert (evidence.clicks, evidence.whole_path) == (("first", "last"), False)


@pytest.mark.parametrize("junk", ["[", '["a"', "[1,2]", "{}", "http://[", "\u0661,\u0662", 7, None, {"a": 1}, "x" * 65])
def test_evidence_that_can_not_be_read_never_costs_the_order(junk: object) -> None:
    state = read(meta_data=meta(fs_path=junk, _wc_order_attribution_session_entry=junk))
    assert state.evidence.clicks == ()


def test_a_long_path_keeps_its_first_and_its_last_nineteen_clicks() -> None:
    clicks = read(meta_data=meta(fs_path=",".join(f"c{n}" for n in range(50)))).evidence.clicks
    assert (len(clicks), clicks[0], clicks[1], clicks[-1]) == (20, "c0", "c31", "c49")


def test_codes_are_trimmed_and_folded() -> None:
    assert read(coupon_lines=[{"code": " MIRA10 "}, {"code": "mira10"}, {"code": ""}]).evidence.codes == ("mira10",)


def test_fees_are_not_goods() -> None:
    assert len(read(fee_lines=[{"id": 9, "total": "5.00"}]).lines) == 2


def test_a_list_that_php_wrote_as_an_object_is_still_a_list() -> None:
    assert len(read(line_items={"0": body(1)["line_items"][0], "2": body(1)["line_items"][1]}).lines) == 2


def test_the_test_mode_of_the_shops_payments_makes_a_test_order() -> None:
    assert read(meta_data=meta(_wcpay_mode="test")).test
    assert not read(meta_data=meta(_wcpay_mode="prod")).test


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("unknown_currency", {"currency": "XXL"}),
        ("unknown_currency", {"currency": ""}),
        ("negative_amount", {"total": "-1.00"}),
        ("negative_amount", {"line_items": with_line(total="-1.00")}),
        ("negative_amount", {"refunds": [{"id": 15, "total": "44.91"}]}),
        ("bad_amount", {"total": "NaN"}),
        ("bad_amount", {"total": "1e400"}),
        ("bad_amount", {"total": "\u0661\u0662.00"}),
        ("bad_amount", {"total": True}),
        ("bad_amount", {"total": ["1"]}),
        ("amount_too_large", {"total": "9223372036854775808.00"}),
        ("amount_too_large", {"line_items": with_line(total="9000000000000.00") + with_line(id=9, total="1.00")}),
        ("missing_field", {"total": None}),
        ("bad_time", {"date_modified_gmt": "yesterday"}),
        ("bad_time", {"date_modified_gmt": 7}),
        ("time_out_of_range", {"date_created_gmt": "1969-12-31T23:59:59"}),
        ("time_out_of_range", {"date_created_gmt": "9999-12-31T23:59:59-01:00"}),
        ("not_an_order", {"id": 0}),
        ("not_an_order", {"id": True}),
        ("not_an_order", {"id": 1.5}),
        ("not_an_order", {"id": "\u0661"}),
        ("not_an_order", {"status": None}),
        ("bad_field", {"line_items": "none"}),
        ("bad_field", {"line_items": [7]}),
        ("bad_field", {"sku": 7, "line_items": with_line(sku=7)}),
        ("bad_number", {"line_items": with_line(quantity=-1)}),
        ("too_many_lines", {"line_items": with_line() * 10_001}),
    ],
)
def test_what_can_not_be_booked_is_refused_with_its_reason(code: str, changes: dict[str, Any]) -> None:
    assert refusal(**changes) == code


def headers(topic: str) -> dict[str, str]:
    return {"x-wc-webhook-topic": topic, "content-type": "application/json"}


def test_which_orders_a_delivery_speaks_of() -> None:
    assert references(b'{"id":14}', headers("order.updated")) == [Reference("14")]
    assert references(b'{"id":16}', headers("order.deleted")) == [Reference("16", deleted=True)]
    notice = b'{"action":"woocommerce_order_refunded","arg":14}'
    assert references(notice, headers("action.woocommerce_order_refunded")) == [Reference("14")]
    assert references(b'{"id":14}', headers("product.updated")) == []
    assert references(b"{}", headers("")) == []
    assert references(b"webhook_id=2", {"content-type": "application/x-www-form-urlencoded"}) == []


def test_only_deliveries_that_hold_an_order_give_a_state() -> None:
    raw = json.dumps(body(1)).encode()
    assert [state.order_id for state in parse(raw, headers("order.created"), pseudonym)] == ["14"]
    assert parse(b'{"id":16}', headers("order.deleted"), pseudonym) == []
    assert parse(b'{"arg":14}', headers("action.woocommerce_order_refunded"), pseudonym) == []


_cents = st.integers(0, 500_000).map(lambda cents: cents * 10_000)
_moments = st.integers(1, 20_000 * 86_400).map(lambda second: second * SECOND)


@st.composite
def _orders(draw: st.DrawFn) -> OrderState:
    lines = tuple(
        Line(str(number), draw(_cents), draw(st.integers(1, 9)), str(draw(st.integers(1, 99))), f"SKU-{number}")
        for number in range(1, draw(st.integers(1, 4)) + 1)
    )
    given_back = tuple(
        Refund(
            str(90 + number),
            draw(_moments),
            draw(_cents),
            tuple((line.id, draw(_cents) + 10_000) for line in lines if draw(st.booleans())),
            draw(_cents),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    placed, shipping, tax = draw(_moments), draw(_cents), draw(_cents)
    return OrderState(
        order_id=str(draw(st.integers(1, 2**62))),
        birth="wc_order_x",
        modified_at=placed + DAY,
        placed_at=placed,
        status=draw(st.sampled_from([Status.OPEN, Status.CAPTURED, Status.CANCELLED])),
        currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        lines=lines,
        shipping=shipping,
        tax=tax,
        total=shipping + tax + sum(line.net for line in lines),
        refunds=given_back,
        country="DE",
        buyer=Buyer(email="email:bea@example.test"),
        evidence=Evidence(("a", "b"), ("mira10",), whole_path=True),
        fetched=True,
    )


@settings(max_examples=60)
@given(_orders())
def test_what_the_simulated_shop_writes_is_what_we_read(state: OrderState) -> None:
    document = json.loads(json.dumps(order_document(state, email="bea@example.test")))
    assert parse_order(document, refund_documents(state), pseudonym) == state
