"""WooCommerce's JSON (REST API v3, measured on 9.8.4) as an order state.

A webhook's order lists its refunds with their gross amount only; what they name comes from
``GET /orders/{id}/refunds``. So refunds of a webhook are undetailed and the figure is an estimate until fetched.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.orders import Buyer, Line, OrderState, Refund, Status
from fanshare.core.replaced import check_sold
from fanshare.integrations import json_input as read
from fanshare.integrations.types import Pseudonym, Reference
from fanshare.integrations.woocommerce.evidence import evidence_of
from fanshare.integrations.woocommerce.verify import TOPIC_HEADER, is_ping

#: ``date_completed_gmt`` says when the goods went out.
REPORTS_FULFILMENT = True
CAN_FETCH = True

_ORDER_TOPICS = {"order.created", "order.updated", "order.restored", "order.deleted"}
#: Actions whose one argument is an order id.
_ACTIONS = (
    "action.woocommerce_order_refunded",
    "action.woocommerce_order_partially_refunded",
    "action.woocommerce_order_fully_refunded",
    "action.woocommerce_order_status_",
    "action.woocommerce_payment_complete",
)
_STATUS = {
    "pending": Status.OPEN,
    "on-hold": Status.OPEN,
    "checkout-draft": Status.OPEN,
    "auto-draft": Status.OPEN,
    "processing": Status.CAPTURED,
    "completed": Status.CAPTURED,
    "refunded": Status.CAPTURED,
    "cancelled": Status.CANCELLED,
    "failed": Status.CANCELLED,
    "trash": Status.DELETED,
}


def references(raw: bytes, headers: Mapping[str, str]) -> list[Reference]:
    """Which orders a verified delivery speaks of; none for pings, products and coupons.

    Raises ``BadInputError`` when the topic promises an order and the body holds none.
    """
    topic = headers.get(TOPIC_HEADER, "").strip().lower()
    if is_ping(raw, headers):
        return []
    if topic in _ORDER_TOPICS:
        return [Reference(order_number(read.read_object(raw), "id"), deleted=topic == "order.deleted")]
    if topic.startswith(_ACTIONS):
        return [Reference(order_number(read.read_object(raw), "arg"))]
    return []


def parse(raw: bytes, headers: Mapping[str, str], pseudonym: Pseudonym) -> list[OrderState]:
    """The order state a verified delivery itself holds: one, or none (pings, deletions, refund notices, products).

    Raises ``BadInputError`` for an order that can't be read.
    """
    topic = headers.get(TOPIC_HEADER, "").strip().lower()
    if topic not in _ORDER_TOPICS - {"order.deleted"}:
        return []
    return [parse_order(read.read_object(raw), None, pseudonym, fetched=False)]


def order_number(document: Mapping[str, Any], key: str) -> str:
    """The order's number as text. Raises ``BadInputError`` ``not_an_order``."""
    value = document.get(key)
    if isinstance(value, str) and len(value) < 20 and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise BadInputError("not_an_order", "The body names no order: %(key)s should be its number.", key=key)
    return str(value)


def parse_order(
    document: Mapping[str, Any],
    refunds: Sequence[Mapping[str, Any]] | None,
    pseudonym: Pseudonym,
    *,
    fetched: bool = True,
) -> OrderState:
    """The state of an order's document and, where known, its refunds' documents.

    A refund that the order lists and ``refunds`` does not hold stays undetailed. Raises ``BadInputError``.
    """
    order_id, status = order_number(document, "id"), _status(document)
    currency = read.text(document, "currency")
    modified, placed = _times(document)
    check_sold(currency, placed)
    lines = tuple(_line(item) for item in read.objects(document, "line_items"))
    shipping, tax = read.amount(document, "shipping_total"), read.amount(document, "total_tax")
    read.bounded(shipping, tax, *(line.net for line in lines))
    return OrderState(
        order_id=order_id,
        birth=read.text(document, "order_key"),
        modified_at=modified,
        placed_at=placed,
        status=status,
        currency=currency,
        lines=lines,
        shipping=shipping,
        tax=tax,
        total=read.amount(document, "total"),
        refunds=_refunds(document, refunds or (), modified),
        test=_is_test(document),
        fulfilled_at=read.maybe_instant(document, "date_completed_gmt", assume_utc=True),
        country=_country(document),
        buyer=_buyer(document, pseudonym),
        evidence=evidence_of(document),
        fetched=fetched,
    )


def _status(document: Mapping[str, Any]) -> Status:
    word = read.text(document, "status").removeprefix("wc-")
    if not word:
        raise BadInputError("not_an_order", "The body has no order status.")
    # A shop's own status says nothing about money; the date of payment does.
    return _STATUS.get(word) or (Status.CAPTURED if document.get("date_paid_gmt") else Status.OPEN)


def _times(document: Mapping[str, Any]) -> tuple[Instant, Instant]:
    """(modified, placed); drafts may lack either."""
    modified = read.maybe_instant(document, "date_modified_gmt", assume_utc=True)
    placed = read.maybe_instant(document, "date_created_gmt", assume_utc=True)
    if modified is None and placed is None:
        raise BadInputError("missing_field", "The order has neither date_created_gmt nor date_modified_gmt.")
    return _first(modified, placed), _first(placed, modified)


def _first(one: Instant | None, other: Instant | None) -> Instant:
    chosen = one if one is not None else other
    assert chosen is not None
    return chosen


def _line(item: Mapping[str, Any]) -> Line:
    return Line(
        id=read.identifier(item, "id"),
        net=read.amount(item, "total"),
        quantity=read.quantity(item, "quantity"),
        product=read.identifier(item, "product_id") if item.get("product_id") else "",
        sku=read.text(item, "sku"),
    )


def _is_test(document: Mapping[str, Any]) -> bool:
    """WooCommerce has no test flag; its own payment extension notes the mode it ran in."""
    return any(
        item.get("key") == "_wcpay_mode" and item.get("value") == "test" for item in read.objects(document, "meta_data")
    )


def _country(document: Mapping[str, Any]) -> str:
    for address in ("billing", "shipping"):
        part = document.get(address)
        code = read.text(part, "country").upper() if isinstance(part, dict) else ""
        if len(code) == 2 and code.isascii() and code.isalpha():
            return code
    return ""


def _buyer(document: Mapping[str, Any], pseudonym: Pseudonym) -> Buyer:
    billing = document.get("billing")
    email = read.text(billing, "email").casefold() if isinstance(billing, dict) else ""
    customer = read.identifier(document, "customer_id") if document.get("customer_id") else ""
    return Buyer(
        customer=pseudonym("customer", customer) if customer not in {"", "0"} else "",
        email=pseudonym("email", email) if email else "",
    )


def _refunds(
    document: Mapping[str, Any], detailed: Sequence[Mapping[str, Any]], reported_at: Instant
) -> tuple[Refund, ...]:
    """All refunds known, by id. A summary has no date of its own: it happened by the order's last change."""
    known = {refund.id: refund for refund in map(_detailed_refund, detailed)}
    for summary in read.objects(document, "refunds"):
        identity = read.identifier(summary, "id")
        if identity not in known:
            known[identity] = Refund(identity, reported_at, _given_back(summary, "total"), detailed=False)
    return tuple(known[identity] for identity in sorted(known, key=lambda each: (len(each), each)))


def _detailed_refund(document: Mapping[str, Any]) -> Refund:
    items = read.objects(document, "line_items")
    named = [(_refunded_line(item), _given_back(item, "total")) for item in items]
    taxes = sum(_given_back(item, "total_tax") for item in items)
    besides = (*read.objects(document, "shipping_lines"), *read.objects(document, "fee_lines"))
    other = taxes + sum(_given_back(line, key) for line in besides for key in ("total", "total_tax"))
    return Refund(
        id=read.identifier(document, "id"),
        created_at=read.instant(document, "date_created_gmt", assume_utc=True),
        money=read.amount(document, "amount"),
        lines=tuple((line, net) for line, net in named if net),
        other=read.bounded(other),
    )


def _refunded_line(item: Mapping[str, Any]) -> str:
    """The order line a refund line gives back; empty when the shop does not say."""
    for meta in read.objects(item, "meta_data"):
        if meta.get("key") == "_refunded_item_id":
            return read.identifier(meta, "value")
    return ""


def _given_back(holder: Mapping[str, Any], key: str) -> Micros:
    """What a refund writes as a negative amount, without the sign."""
    given = -read.signed_amount(holder, key, default=0)
    if given < 0:
        raise BadInputError(
            "negative_amount", "A refund takes money from the buyer: %(key)s should not be positive.", key=key
        )
    return given
