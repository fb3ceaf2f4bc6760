"""Shopify's webhook JSON (REST Admin API shapes, read for 2026-07 and leniently for all others) as an order state.

The base of every line is ``price x quantity - discount allocations`` in shop money, less its own taxes and duties
where prices include them. ``total_discount`` is never read: in real orders it says 0.00 beside allocations. Tips,
shipping and duties are not goods; gift cards are money.
"""

import re
from collections.abc import Mapping
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.core.money import Micros
from fanshare.core.orders import Buyer, Line, OrderState, Status
from fanshare.core.replaced import check_sold
from fanshare.integrations import json_input as read
from fanshare.integrations.shopify.evidence import evidence_of
from fanshare.integrations.shopify.money import given_money, shop_money, sum_of
from fanshare.integrations.shopify.refunds import Books, refunds_of
from fanshare.integrations.shopify.verify import header
from fanshare.integrations.types import Pseudonym, Reference

#: Fulfilments say when the goods went out.
REPORTS_FULFILMENT = True

_ORDER_TOPICS = frozenset(
    f"orders/{event}" for event in ("create", "updated", "paid", "cancelled", "fulfilled", "partially_fulfilled")
)
_NUMBERED = re.compile(r"[^0-9]{0,40}([0-9]{1,15})[^0-9]{0,40}")
_DELETED, _EDITED, _REFUNDED = "orders/delete", "orders/edited", "refunds/create"
_ORDER_GID = "gid://shopify/Order/"

#: ``financial_status``. Partly paid counts: an order that was paid and then extended must not lose what it earned.
_STATUS = {
    "paid": Status.CAPTURED,
    "partially_paid": Status.CAPTURED,
    "partially_refunded": Status.CAPTURED,
    "refunded": Status.CAPTURED,
    "voided": Status.CANCELLED,
}
_FULFILLED_BY = {"success", "open", "pending"}


def references(raw: bytes, headers: Mapping[str, str]) -> list[Reference]:
    """Which order a verified delivery speaks of; none for everything that is not about orders.

    Topics travel in headers, which are not signed: a body has to have the shape of its topic, so that nobody can
    send an old body again as a deletion. Raises ``BadInputError`` when it has not.
    """
    topic = topic_of(headers)
    if topic in _ORDER_TOPICS:
        return [Reference(order_number(read.read_object(raw), "id"))]
    if topic == _REFUNDED:
        return [Reference(order_number(read.read_object(raw), "order_id"))]
    if topic == _EDITED:
        edit = read.as_object(read.read_object(raw).get("order_edit"), "order_edit")
        return [Reference(order_number(edit, "order_id"))]
    if topic == _DELETED:
        return [Reference(_deleted(read.read_object(raw)), deleted=True)]
    resource = header(headers, "resource-id")
    named = resource.removeprefix(_ORDER_GID) if resource.startswith(_ORDER_GID) else ""
    return [Reference(order_number({"id": named}, "id"))] if named else []


def parse(raw: bytes, headers: Mapping[str, str], pseudonym: Pseudonym) -> list[OrderState]:
    """The order state a verified delivery itself holds: one, or none.

    ``refunds/create`` and ``orders/edited`` hold a refund and an edit, not the order: the ``orders/updated`` that
    Shopify sends with them does. Raises ``BadInputError`` for an order that can't be read.
    """
    if topic_of(headers) not in _ORDER_TOPICS:
        return []
    return [parse_order(read.read_object(raw), pseudonym, fetched=False)]


def topic_of(headers: Mapping[str, str]) -> str:
    """The topic of a delivery, such as ``orders/updated``."""
    return header(headers, "topic").lower()


def order_number(document: Mapping[str, Any], key: str) -> str:
    """A 64-bit id as text. Raises ``BadInputError`` ``not_an_order``."""
    value = document.get(key)
    if isinstance(value, str) and len(value) < 20 and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**64:
        raise BadInputError("not_an_order", "The body names no order: %(key)s should be its number.", key=key)
    return str(value)


def parse_order(document: Mapping[str, Any], pseudonym: Pseudonym, *, fetched: bool) -> OrderState:
    """The state of an order's document in the shape of the webhooks. Raises ``BadInputError``.

    Its birth mark is ``created_at``: it never changes and is the same in every version of the API and in GraphQL.
    """
    order_id, books = order_number(document, "id"), _books(document)
    created = read.instant(document, "created_at")
    placed = min(created, read.maybe_instant(document, "processed_at") or created)
    check_sold(books.currency, placed)
    lines, taken_out = _lines(document, books)
    total, tax = given_money(document, "total_price", books.currency), _tax(document, books)
    goods = read.bounded(*(line.net for line in lines))
    return OrderState(
        order_id=order_id,
        birth=format_rfc3339(created),
        modified_at=read.maybe_instant(document, "updated_at") or created,
        placed_at=placed,
        status=_status(document),
        currency=books.currency,
        lines=lines,
        # Shipping, tips, duties, fees, rounding: all that is neither goods nor tax.
        shipping=max(0, total - goods - tax),
        tax=tax,
        total=total,
        refunds=refunds_of(document, books, taken_out),
        test=read.flag(document, "test"),
        fulfilled_at=_fulfilled_at(document, placed),
        country=_country(document),
        buyer=_buyer(document, pseudonym),
        evidence=evidence_of(document),
        fetched=fetched,
        number=running_number(document.get("name")),
    )


def running_number(name: object) -> int:
    """The running number in ``#1001`` or ``EN-1001``; 0 where a name has none, or several. A name costs no order."""
    found = _NUMBERED.fullmatch(name) if isinstance(name, str) else None
    return int(found[1]) if found else 0


def _books(document: Mapping[str, Any]) -> Books:
    currency = read.text(document, "currency")
    return Books(currency, read.text(document, "presentment_currency"), read.flag(document, "taxes_included"))


def _deleted(document: Mapping[str, Any]) -> str:
    if document.keys() - {"id", "admin_graphql_api_id"}:
        raise BadInputError("not_an_order", "A deletion names the order and nothing else; this body says more.")
    return order_number(document, "id")


def _status(document: Mapping[str, Any]) -> Status:
    if document.get("cancelled_at"):
        return Status.CANCELLED
    return _STATUS.get(read.text(document, "financial_status").lower(), Status.OPEN)


def _lines(document: Mapping[str, Any], books: Books) -> tuple[tuple[Line, ...], frozenset[str]]:
    """The lines of goods and gift cards, and the ids of those left out because they are tips."""
    if "line_items" not in document:
        raise BadInputError("missing_field", "line_items is missing: let the webhook send whole orders.")
    items = read.objects(document, "line_items")
    tip = given_money(document, "total_tip_received", books.currency, default=0)
    tips = {id(item) for item in items if item.get("tip") is not None} or _unmarked_tip(items, tip, books)
    duties = read.flag(document, "duties_included")
    lines = tuple(_line(item, books, duties=duties) for item in items if id(item) not in tips)
    return lines, frozenset(read.identifier(item, "id") for item in items if id(item) in tips)


def _unmarked_tip(items: Any, tip: Micros, books: Books) -> set[int]:
    """A tip is a line of its own. Where it is not marked as one, it is the product-less line of just that amount."""
    found = (
        id(item)
        for item in items
        if not item.get("product_id")
        and item.get("requires_shipping") is False
        and shop_money(item, "price", books.currency, default=0) * read.quantity(item, "quantity") == tip
    )
    return set(list(found)[:1]) if tip else set()


def _line(item: Mapping[str, Any], books: Books, *, duties: bool) -> Line:
    quantity = read.quantity(item, "quantity")
    net = given_money(item, "price", books.currency) * quantity
    net -= sum_of(item, "discount_allocations", "amount", books.currency)
    if books.taxes_included:
        net -= sum_of(item, "tax_lines", "price", books.currency)
    if duties:
        net -= sum_of(item, "duties", "price", books.currency)
    return Line(
        id=read.identifier(item, "id"),
        # Rounded taxes of a line that costs nothing may take it a cent below zero.
        net=max(0, net),
        quantity=quantity,
        product=read.identifier(item, "product_id") if item.get("product_id") else "",
        sku=read.text(item, "sku"),
        gift_card=read.flag(item, "gift_card"),
    )


def _tax(document: Mapping[str, Any], books: Books) -> Micros:
    return given_money(document, "total_tax", books.currency, default=0)


def _fulfilled_at(document: Mapping[str, Any], placed: Instant) -> Instant | None:
    """When the last part went out; ``None`` until everything did."""
    if read.text(document, "fulfillment_status").lower() != "fulfilled":
        return None
    sent = [
        read.maybe_instant(one, "created_at")
        for one in read.objects(document, "fulfillments")
        if read.text(one, "status").lower() in _FULFILLED_BY
    ]
    known = [at for at in sent if at is not None]
    return max(known) if known else read.maybe_instant(document, "closed_at") or placed


def _country(document: Mapping[str, Any]) -> str:
    for address in ("billing_address", "shipping_address"):
        part = document.get(address)
        code = read.text(part, "country_code").upper() if isinstance(part, dict) else ""
        if len(code) == 2 and code.isascii() and code.isalpha():
            return code
    return ""


def _buyer(document: Mapping[str, Any], pseudonym: Pseudonym) -> Buyer:
    """By customer id and e-mail. Shopify withholds either from apps without approval for customer data."""
    customer = document.get("customer")
    known = customer if isinstance(customer, dict) else {}
    number = read.identifier(known, "id") if known.get("id") else ""
    holders = ((document, "email"), (document, "contact_email"), (known, "email"))
    email = next((found for holder, key in holders if (found := read.text(holder, key).casefold())), "")
    return Buyer(
        customer=pseudonym("customer", number) if number else "",
        email=pseudonym("email", email) if email else "",
    )
