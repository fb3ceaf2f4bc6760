"""What Shopify tells beside orders: that the app was removed, and the three compliance topics.

Customers may ask to see or to have erased what an app holds about them; 48 hours after an app was removed the shop's
data is to go. Each has 30 days. Source: shopify.dev, "Privacy law compliance".
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, parse_rfc3339
from fanshare.integrations import json_input as read
from fanshare.integrations.shopify.parse import topic_of
from fanshare.integrations.shopify.verify import header
from fanshare.integrations.types import Notice, NoticeKind


def notices(raw: bytes, headers: Mapping[str, str]) -> list[Notice]:
    """The notice a verified delivery holds, if it holds one.

    Topics travel in headers, which are not signed: a body has to have the shape of its topic, so that nobody can send
    an old order again as a removal of the app. Raises ``BadInputError`` when it has not.
    """
    reader = _READERS.get(topic_of(headers))
    if reader is None:
        return []
    document = read.read_object(raw)
    return [reader(document, raw, _triggered_at(headers))]


def _uninstalled(document: Mapping[str, Any], raw: bytes, at: Instant | None) -> Notice:
    del raw
    if "myshopify_domain" not in document:
        raise _wrong_shape("app/uninstalled")
    return Notice(NoticeKind.UNINSTALLED, f"shop {read.identifier(document, 'id')}", at=at)


def _data_request(document: Mapping[str, Any], raw: bytes, at: Instant | None) -> Notice:
    asked = document.get("data_request")
    number = read.identifier(asked, "id") if isinstance(asked, dict) and asked.get("id") else _mark(raw)
    return _of_customer(NoticeKind.DATA_REQUEST, document, "orders_requested", number, at)


def _redact_customer(document: Mapping[str, Any], raw: bytes, at: Instant | None) -> Notice:
    return _of_customer(NoticeKind.REDACT_CUSTOMER, document, "orders_to_redact", _mark(raw), at)


def _redact_shop(document: Mapping[str, Any], raw: bytes, at: Instant | None) -> Notice:
    if not {"shop_id", "shop_domain"} <= document.keys() or "customer" in document:
        raise _wrong_shape("shop/redact")
    return Notice(NoticeKind.REDACT_SHOP, _mark(raw), at=at)


def _of_customer(kind: NoticeKind, document: Mapping[str, Any], key: str, request: str, at: Instant | None) -> Notice:
    customer, orders = document.get("customer"), document.get(key)
    if not isinstance(customer, dict) or not isinstance(orders, list):
        raise _wrong_shape(f"customers/{kind.value}")
    return Notice(
        kind,
        request,
        customer=read.identifier(customer, "id") if customer.get("id") else "",
        email=read.text(customer, "email").casefold(),
        orders=tuple(read.identifier({"id": order}, "id") for order in orders[: read.MAX_LINES]),
        at=at,
    )


def _mark(raw: bytes) -> str:
    """Stands for a request without an id of its own: the same bytes are the same request."""
    return hashlib.sha256(raw).hexdigest()[:32]


def _triggered_at(headers: Mapping[str, str]) -> Instant | None:
    try:
        return parse_rfc3339(header(headers, "triggered-at"))
    except (BadInputError, OverflowError):
        return None


def _wrong_shape(topic: str) -> BadInputError:
    return BadInputError("not_a_notice", "This body has not the shape of %(topic)s.", topic=topic)


_READERS: Mapping[str, Callable[[Mapping[str, Any], bytes, Instant | None], Notice]] = {
    "app/uninstalled": _uninstalled,
    "customers/data_request": _data_request,
    "customers/redact": _redact_customer,
    "shop/redact": _redact_shop,
}
