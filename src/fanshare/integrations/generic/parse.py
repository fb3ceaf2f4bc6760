"""A JSON order as any shop can write it, as an order state. Documented in ``docs/reference/generic-orders.md``.

One body is one order, or ``{"orders": [...]}`` with at most 500. It is accepted as a whole or refused as a whole.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.old_links import in_address
from fanshare.core.order_join import tombstone
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Refund, Status
from fanshare.core.replaced import check_sold
from fanshare.integrations import json_input as read
from fanshare.integrations.types import Pseudonym, Reference

#: A shop may send ``fulfilled_at``; one that never does must not keep everybody waiting for ever.
REPORTS_FULFILMENT = False
CAN_FETCH = False

MAX_ORDERS = 500
MAX_REFUNDS = 1_000
MAX_CLICKS = 20
MAX_CODES = 20

_STATUS = {status.value: status for status in Status}


def references(raw: bytes, headers: Mapping[str, str]) -> list[Reference]:
    """Which orders a verified body speaks of. Raises ``BadInputError`` as ``parse``."""
    del headers
    return [
        Reference(read.identifier(order, "order_id"), deleted=_status(order) is Status.DELETED)
        for order in _orders(read.read_object(raw))
    ]


def parse(raw: bytes, headers: Mapping[str, str], pseudonym: Pseudonym) -> list[OrderState]:
    """The states of a verified body's orders. Raises ``BadInputError`` that names the field."""
    del headers
    return [parse_order(order, pseudonym) for order in _orders(read.read_object(raw))]


def parse_order(order: Mapping[str, Any], pseudonym: Pseudonym) -> OrderState:
    """The state of one order document. Raises ``BadInputError``."""
    if _status(order) is Status.DELETED:
        gone = tombstone(read.identifier(order, "order_id"), read.instant(order, "modified_at"), fetched=False)
        return replace(gone, birth=read.text(order, "birth"))
    currency = read.text(order, "currency")
    placed = read.instant(order, "ordered_at")
    check_sold(currency, placed)
    modified = read.maybe_instant(order, "modified_at")
    lines = tuple(_line(item) for item in read.objects(order, "lines"))
    _refuse_repeats("lines", [line.id for line in lines])
    shipping, tax = read.amount(order, "shipping", default=0), read.amount(order, "tax", default=0)
    all_parts = read.bounded(shipping, tax, *(line.net for line in lines))
    return OrderState(
        order_id=read.identifier(order, "order_id"),
        birth=read.text(order, "birth"),
        modified_at=placed if modified is None else modified,
        placed_at=placed,
        status=_status(order),
        currency=currency,
        lines=lines,
        shipping=shipping,
        tax=tax,
        total=read.amount(order, "total", default=all_parts),
        refunds=_refunds(order),
        test=read.flag(order, "test"),
        fulfilled_at=read.maybe_instant(order, "fulfilled_at"),
        country=_country(order),
        buyer=_buyer(order, pseudonym),
        evidence=_evidence(order),
    )


def _orders(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "orders" not in body:
        if "order_id" not in body:
            raise BadInputError("not_an_order", "The body has neither order_id nor orders.")
        return [body]
    if not isinstance(body["orders"], list) or not body["orders"]:
        raise BadInputError("not_an_order", "orders should be a list of one order or more.")
    if len(body["orders"]) > MAX_ORDERS:
        raise BadInputError(
            "too_many_orders", "One body may hold %(most)s orders; send the rest in another one.", most=MAX_ORDERS
        )
    return list(read.objects(body, "orders"))


def _status(order: Mapping[str, Any]) -> Status:
    word = read.text(order, "status")
    try:
        return _STATUS[word]
    except KeyError:
        raise BadInputError(
            "bad_status",
            "status should be one of %(known)s, not %(word)s.",
            known=", ".join(_STATUS),
            word=repr(word[:40]),
        ) from None


def _line(item: Mapping[str, Any]) -> Line:
    return Line(
        id=read.identifier(item, "id"),
        net=read.amount(item, "net"),
        quantity=read.quantity(item, "quantity"),
        product=read.text(item, "product"),
        sku=read.text(item, "sku"),
        category=read.text(item, "category"),
        collection=read.text(item, "collection"),
        gift_card=read.flag(item, "gift_card"),
    )


def _refunds(order: Mapping[str, Any]) -> tuple[Refund, ...]:
    refunds = tuple(_refund(item) for item in read.objects(order, "refunds", most=MAX_REFUNDS))
    _refuse_repeats("refunds", [refund.id for refund in refunds])
    return refunds


def _refund(item: Mapping[str, Any]) -> Refund:
    lines = tuple((read.identifier(line, "line_id"), read.amount(line, "net")) for line in read.objects(item, "lines"))
    other = read.amount(item, "shipping", default=0), read.amount(item, "tax", default=0)
    named = read.bounded(*other, *(net for _, net in lines))
    return Refund(
        id=read.identifier(item, "id"),
        created_at=read.instant(item, "created_at"),
        money=read.amount(item, "amount", default=named or None),
        lines=lines,
        other=sum(other),
    )


def _refuse_repeats(name: str, ids: list[str]) -> None:
    if len(set(ids)) != len(ids):
        raise BadInputError("duplicate_id", "Two entries of %(name)s have the same id.", name=name)


def _country(order: Mapping[str, Any]) -> str:
    code = read.text(order, "country").upper()
    if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise BadInputError("bad_country", "country should be two letters, such as DE (ISO 3166-1).")
    return code


def _buyer(order: Mapping[str, Any], pseudonym: Pseudonym) -> Buyer:
    value = order.get("buyer")
    if value is None:
        return Buyer()
    buyer = read.as_object(value, "buyer")
    customer = read.identifier(buyer, "customer_id") if buyer.get("customer_id") is not None else ""
    return Buyer(
        customer=pseudonym("customer", customer) if customer else "",
        email=_email(buyer, pseudonym),
    )


def _email(buyer: Mapping[str, Any], pseudonym: Pseudonym) -> str:
    """The e-mail's pseudonym; a shop that must not send addresses sends ``email_sha256`` instead."""
    email, digest = read.text(buyer, "email").casefold(), read.text(buyer, "email_sha256").lower()
    if email:
        return pseudonym("email", email)
    if not digest:
        return ""
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise BadInputError("bad_field", "email_sha256 should be 64 hexadecimal digits.")
    return pseudonym("email_sha256", digest)


def _evidence(order: Mapping[str, Any]) -> Evidence:
    clicks = _texts(order, "clicks")
    return Evidence(
        clicks=clicks if len(clicks) <= MAX_CLICKS else (clicks[0], *clicks[1 - MAX_CLICKS :]),
        codes=tuple(dict.fromkeys(code.casefold() for code in _texts(order, "codes")))[:MAX_CODES],
        whole_path=len(clicks) > 1,
        checkout_started_at=read.maybe_instant(order, "checkout_started_at"),
        old_links=in_address(order.get("landing")),
    )


def _texts(order: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = order.get(key)
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(value, str) and len(value) <= 100 for value in values):
        raise BadInputError("bad_field", "%(key)s should be a list of texts of at most 100 characters.", key=key)
    return tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
