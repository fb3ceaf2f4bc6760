"""Shopify's orders: goods, money, evidence, and what is none of them."""

import itertools
import json
from typing import Any

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.instants import parse_rfc3339
from fanshare.core.order_join import join
from fanshare.core.orders import OrderState, Status
from fanshare.integrations.shopify.document import order_document
from fanshare.integrations.shopify.parse import parse, references
from fanshare.integrations.types import Reference
from tests.integrations.shopify.story import (
    example,
    line,
    money,
    off,
    old,
    order,
    pseudonym,
    read,
    refund,
    tax,
)

ORDER_TOPICS = ["orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/partially_fulfilled"]


def sent(document: dict[str, Any], topic: str, family: str = "x-shopify-") -> tuple[bytes, dict[str, str]]:
    return json.dumps(document).encode(), {f"{family}topic": topic}


def nets(state: OrderState) -> list[int]:
    return [each.net for each in state.lines]


# Goods


def test_the_base_is_price_times_quantity_less_what_is_allocated() -> None:
    state = read(order(line(1, "49.90", 2, discount_allocations=[off("9.98"), off("0.02")]), total="89.80"))
    assert nets(state) == [89_800_000]


def test_total_discount_is_never_read() -> None:
    """A real order (values of the public go-shopify sample): 2,690.00 less 38 %, and a total_discount of 0.00."""
    item = line(1, "2690.00", discount_allocations=[off("1022.20")], total_discount="0.00")
    assert nets(read(order(item, total="1667.80"))) == [1_667_800_000]
    assert nets(read(order({**item, "total_discount": "999.99"}, total="1667.80"))) == [1_667_800_000]


def test_taxes_come_out_of_prices_that_include_them_and_only_then() -> None:
    item = line(1, "59.50", 2, tax_lines=[tax("15.20"), tax("3.80")])
    assert nets(read(order(item, total="119.00", taxes_included=True, total_tax="19.00"))) == [100_000_000]
    assert nets(read(order(item, total="138.00", total_tax="19.00"))) == [119_000_000]


def test_duties_come_out_of_prices_that_include_them() -> None:
    item = line(1, "50.00", duties=[{"price": "4.00", "price_set": money("4.00")}])
    assert nets(read(order(item, total="50.00", duties_included=True))) == [46_000_000]
    assert nets(read(order(item, total="54.00"))) == [50_000_000]


def test_gift_cards_are_money_tips_and_shipping_are_not_goods() -> None:
    tip = line(3, "5.00", product_id=None, requires_shipping=False, tip={"payment_gateway": "shopify_payments"})
    card = line(2, "25.00", gift_card=True)
    state = read(order(line(1, "40.00"), card, tip, total="74.90", total_tip_received="5.00"))
    assert [(each.id, each.net, each.gift_card) for each in state.lines] == [
        ("1", 40_000_000, False),
        ("2", 25_000_000, True),
    ]
    assert join([state]).net == 40_000_000
    # 4.90 of shipping and the tip
    assert state.shipping == 9_900_000


def test_a_tip_that_is_not_marked_is_known_by_its_amount() -> None:
    unmarked = line(3, "5.00", product_id=None, requires_shipping=False)
    assert nets(read(order(line(1, "40.00"), unmarked, total="45.00", total_tip_received="5.00"))) == [40_000_000]
    assert nets(read(order(line(1, "40.00"), unmarked, total="45.00"))) == [40_000_000, 5_000_000]


def test_books_are_kept_in_shop_money() -> None:
    item = line(1, "54.00", price_set=money("50.00", "EUR", "54.00", "USD"))
    state = read(order(item, total="54.00", total_price_set=money("50.00", "EUR", "54.00", "USD")))
    assert (state.currency, nets(state), state.total) == ("EUR", [50_000_000], 50_000_000)


def test_shop_money_in_another_currency_than_the_order_is_refused() -> None:
    with pytest.raises(BadInputError) as caught:
        read(order(line(1, "50.00", price_set=money("50.00", "USD")), total="50.00"))
    assert caught.value.code == "mixed_currencies"


def test_an_order_without_its_lines_is_refused_and_not_worth_nothing() -> None:
    document = order(line(1, "50.00"), total="50.00")
    del document["line_items"]
    with pytest.raises(BadInputError) as caught:
        read(document)
    assert caught.value.code == "missing_field"


# The life of an order


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("pending", Status.OPEN),
        ("authorized", Status.OPEN),
        ("expired", Status.OPEN),
        (None, Status.OPEN),
        ("paid", Status.CAPTURED),
        ("partially_paid", Status.CAPTURED),
        ("partially_refunded", Status.CAPTURED),
        ("refunded", Status.CAPTURED),
        ("voided", Status.CANCELLED),
    ],
)
def test_the_financial_status_says_whether_money_was_taken(word: str | None, status: Status) -> None:
    assert read(order(line(1, "9.00"), total="9.00", financial_status=word)).status is status


def test_a_cancelled_order_is_worth_nothing_even_when_its_money_was_kept() -> None:
    """The public go-shopify sample: goods taken back, no transaction, the difference kept as a discrepancy."""
    kept = {"kind": "refund_discrepancy", "amount": "1667.80", "amount_set": money("1667.80")}
    document = order(
        line(1, "2690.00", discount_allocations=[off("1022.20")]),
        total="1667.80",
        refunds=[refund(1, (1, "1667.80", "0.00"), order_adjustments=[kept])],
    )
    assert join([read({**document, "cancelled_at": "2026-11-21T10:00:00Z"})]).net == 0
    # Not cancelled: the shop still has the money, so nothing is taken from whoever sold.
    assert join([read(document)]).net == 1_667_800_000


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("#1001", 1001),
        ("EN-1001-X", 1001),
        ("1001", 1001),
        ("#2026-1001", 0),
        ("#", 0),
        ("", 0),
        (None, 0),
        (7, 0),
        ("#" + "9" * 16, 0),
        ("#٣", 0),
    ],
)
def test_a_running_number_is_read_from_a_name_that_has_one(name: object, number: int) -> None:
    assert read(order(line(1, "59.00"), total="59.00", name=name)).number == number


def test_test_orders_never_book() -> None:
    assert join([read(order(line(1, "9.00"), total="9.00", test=True))]).net == 0


def test_goods_have_gone_out_when_the_last_part_has() -> None:
    sent_out = [
        {"status": "success", "created_at": "2026-11-21T08:00:00+01:00"},
        {"status": "success", "created_at": "2026-11-22T08:00:00+01:00"},
        {"status": "cancelled", "created_at": "2026-11-23T08:00:00+01:00"},
    ]
    document = order(line(1, "9.00"), total="9.00", fulfillments=sent_out)
    assert read({**document, "fulfillment_status": "partial"}).fulfilled_at is None
    whole = read({**document, "fulfillment_status": "fulfilled"})
    assert whole.fulfilled_at == parse_rfc3339("2026-11-22T07:00:00Z")


def test_the_birth_mark_is_the_moment_of_creation_in_any_offset() -> None:
    one = read(order(line(1, "9.00"), total="9.00", created_at="2026-11-20T11:00:00+01:00"))
    other = read(
        order(line(1, "9.00"), total="9.00", created_at="2026-11-20T05:00:00-05:00", updated_at="2026-11-21T00:00:00Z")
    )
    assert one.birth == other.birth == "2026-11-20T10:00:00Z"


def test_the_buyer_is_known_by_keyed_hashes_alone() -> None:
    state = read(order(line(1, "9.00"), total="9.00"))
    assert state.buyer.customer == pseudonym("customer", "207119551000")
    assert state.buyer.email == pseudonym("email", "finn@example.test")
    withheld = read(order(line(1, "9.00"), total="9.00", email=None, customer=None))
    assert withheld.buyer.identity == ""


def test_ids_of_64_bits_are_kept_exactly() -> None:
    big = 18_446_744_073_709_551_557
    assert read(order(line(big, "9.00", product_id=big), total="9.00", id=big)).order_id == str(big)


# Refunds


def after(*refunds: dict[str, Any], **more: Any) -> int:
    """What is kept of goods of 60.00 and 40.00, with 10.00 shipping and 10.00 tax."""
    document = order(line(1, "60.00"), line(2, "40.00"), total="120.00", total_tax="10.00", refunds=list(refunds))
    return join([read({**document, **more})]).net


def test_goods_and_money_back_reduce_goods_by_the_lower_of_the_two() -> None:
    assert after(refund(1, (2, "40.00", "4.00"), paid="44.00")) == 60_000_000
    assert after(refund(1, (2, "40.00", "4.00"), paid="22.00")) == 80_000_000
    assert after(refund(1, (2, "40.00", "4.00"), paid="60.00")) == 60_000_000


def test_goods_back_without_money_change_nothing_yet() -> None:
    owed = {"current_total_price": "76.00", "total_outstanding": "-44.00"}
    assert after(refund(1, (2, "40.00", "4.00")), **owed) == 100_000_000


def test_lines_removed_before_anybody_paid_for_them_are_gone() -> None:
    removed = {"current_total_price": "76.00", "total_outstanding": "0.00"}
    assert after(refund(1, (2, "40.00", "4.00")), **removed) == 60_000_000
    # The same while the rest is still to be paid, and beside a refund that did pay.
    paid = refund(2, (1, "60.00", "6.00"), paid="66.00")
    assert after(refund(1, (2, "40.00", "4.00")), paid, current_total_price="10.00", total_outstanding="0") == 0


def test_shipping_back_alone_takes_no_goods() -> None:
    newer = refund(1, paid="10.00", refund_shipping_lines=[{"subtotal_amount_set": money("10.00")}])
    older = refund(1, paid="10.00", order_adjustments=[{"kind": "shipping_refund", "amount": "-10.00"}])
    assert after(newer) == after(older) == 100_000_000


def test_money_back_without_naming_anything_is_spread() -> None:
    assert after(refund(1, paid="12.00")) == 90_000_000


def test_money_that_is_only_on_its_way_has_not_gone_back() -> None:
    pending = refund(1, (2, "40.00", "4.00"), paid="44.00")
    pending["transactions"][0]["status"] = "pending"
    assert after(pending, current_total_price="76.00", total_outstanding="-44.00") == 100_000_000


def test_money_back_in_the_buyers_currency_counts_at_the_rate_of_the_order() -> None:
    given = refund(1, (2, "40.00", "4.00"), paid="47.52")
    given["transactions"][0]["currency"] = "USD"
    shown = {"presentment_currency": "USD", "total_price_set": money("120.00", "EUR", "129.60", "USD")}
    assert after(given, **shown) == 60_000_000


def test_a_refund_of_prices_with_tax_names_goods_without_it() -> None:
    item = line(1, "119.00", tax_lines=[tax("19.00")])
    back = refund(1, (1, "119.00", "19.00"), paid="59.50")
    state = read(order(item, total="119.00", total_tax="19.00", taxes_included=True, refunds=[back]))
    assert join([state]).net == 50_000_000


# Evidence


def test_the_cart_attribute_holds_the_whole_path() -> None:
    note = [{"name": "fs_path", "value": "aaa,bbb"}, {"name": "colour", "value": "green"}]
    found = read(
        order(line(1, "9.00"), total="9.00", note_attributes=note, landing_site="/?fs=ccc&utm_id=ddd")
    ).evidence
    assert (found.clicks, found.whole_path) == (("aaa", "bbb", "ccc", "ddd"), True)


def test_single_ids_come_from_the_cart_the_landing_page_and_the_referrer() -> None:
    more = {
        "note_attributes": [{"name": "_fs_click", "value": "aaa"}, {"name": None, "value": 7}, "odd"],
        "landing_site": "https://shop.example/products/x?fs=bbb&utm_source=x",
        "referring_site": "https://shop.example/discount/MIRA10?redirect=/&fs=ccc",
    }
    found = read(order(line(1, "9.00"), total="9.00", **more)).evidence
    assert (found.clicks, found.whole_path) == (("aaa", "bbb", "ccc"), False)


def test_only_codes_that_were_typed_count() -> None:
    applied = [
        {"type": "discount_code", "code": " MIRA10 "},
        {"type": "automatic", "title": "BLACKFRIDAY"},
        {"type": "manual", "title": "Custom discount", "code": "SORRY"},
        {"type": "script", "title": "2 for 1", "code": "SCRIPT"},
    ]
    codes = [{"code": "MIRA10", "type": "percentage"}, {"code": "SORRY", "type": "fixed_amount"}]
    found = read(order(line(1, "9.00"), total="9.00", discount_applications=applied, discount_codes=codes)).evidence
    assert found.codes == ("mira10",)


# Deliveries


@pytest.mark.parametrize("family", ["x-shopify-", "shopify-"])
@pytest.mark.parametrize("topic", ORDER_TOPICS)
def test_shopifys_own_samples_are_read_under_both_families_of_headers(topic: str, family: str) -> None:
    raw, headers = sent(example(topic), topic, family)
    assert references(raw, headers) == [Reference("820982911946154500")]
    [state] = parse(raw, headers, pseudonym)
    assert (state.test, state.currency, state.status) == (True, "USD", Status.CANCELLED)
    assert sum(nets(state)) == 414_950_000
    assert join([state]).net == 0


def test_the_samples_in_any_order_and_repeated_are_one_order() -> None:
    sold = {"test": False, "cancelled_at": None, "financial_status": "paid"}
    stories = ([example(topic) for topic in ORDER_TOPICS], [{**example(topic), **sold} for topic in ORDER_TOPICS])
    for story in stories:
        states = [read(document) for document in story]
        views = {join([*permuted, *permuted[:2]]) for permuted in itertools.permutations(states)}
        assert len(views) == 1
    assert views.pop().net == 414_950_000


def test_a_refund_and_an_edit_only_point_at_their_order() -> None:
    for topic in ("refunds/create", "orders/edited"):
        raw, headers = sent(example(topic), topic)
        assert references(raw, headers) == [Reference("820982911946154500")]
        assert parse(raw, headers, pseudonym) == []


def test_a_deletion_points_at_its_order_and_nothing_else_can_play_one() -> None:
    assert references(*sent(example("orders/delete"), "orders/delete")) == [
        Reference("820982911946154500", deleted=True)
    ]
    with pytest.raises(BadInputError) as caught:
        references(*sent(example("orders/updated"), "orders/delete"))
    assert caught.value.code == "not_an_order"


def test_the_newer_events_name_their_order_in_a_header() -> None:
    headers = {"shopify-topic": "order", "shopify-action": "update", "shopify-resource-id": "gid://shopify/Order/77"}
    assert references(b"{}", headers) == [Reference("77")]
    assert references(b"{}", {**headers, "shopify-resource-id": "gid://shopify/Product/77"}) == []


@pytest.mark.parametrize("topic", ["products/update", "customers/redact", ""])
def test_other_topics_speak_of_no_order(topic: str) -> None:
    assert references(b'{"id": 7}', {"x-shopify-topic": topic}) == []


def test_an_order_of_an_old_version_of_the_api_is_read() -> None:
    """Shopify's own Python library tests with it: no sets, no allocations, codes without applications."""
    state = read(old("order"))
    assert (state.order_id, state.status, nets(state)) == ("450789469", Status.OPEN, [199_000_000] * 3)
    assert (state.tax, state.total, state.shipping) == (11_940_000, 409_940_000, 0)
    assert state.evidence.codes == ("tenoff",)
    assert state.country == "US"


def test_a_refund_of_an_old_version_of_the_api_is_read() -> None:
    """209.00 back for two lines of 199.00: the lower of the two counts."""
    state = read({**old("order"), "financial_status": "partially_refunded", "refunds": [old("refund")]})
    [given] = state.refunds
    assert given.money == 209_000_000
    assert given.lines == (("703073504", 199_000_000), ("466157049", 199_000_000))
    assert join([state]).net == 3 * 199_000_000 - 209_000_000


def test_an_attribute_whose_name_is_no_text_is_passed_over() -> None:
    attributes = [{"name": ["fs_path"], "value": "x"}, {"name": {}, "value": "y"}, {"value": "z"}]
    state = read(order(line(1, "10.00"), total="10.00", note_attributes=attributes))
    assert state.evidence.clicks == ()


@pytest.mark.parametrize("status", [["FULFILLED"], {}, 7, None, "PARTIALLY_FULFILLED"])
def test_a_fetched_order_whose_sending_is_told_in_no_word_is_not_fulfilled(status: Any) -> None:
    assert order_document({"displayFulfillmentStatus": status}, [], [])["fulfillment_status"] is None
