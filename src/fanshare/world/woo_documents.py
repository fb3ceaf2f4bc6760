"""An order state written the way WooCommerce writes it: the inverse of the connector's reading."""

from collections.abc import Mapping
from typing import Any

from fanshare.core.instants import Instant, to_datetime
from fanshare.core.money import format_trimmed
from fanshare.core.orders import Evidence, Line, OrderState, Refund, Status

type Document = dict[str, Any]

_WORDS = {
    Status.OPEN: "pending",
    Status.CAPTURED: "processing",
    Status.CANCELLED: "cancelled",
    Status.DELETED: "trash",
}


def order_document(state: OrderState, *, email: str = "", customer_id: int = 0) -> Document:
    """The order as ``GET /wp-json/wc/v3/orders/{id}`` shows it; its refunds with their gross amount only.

    Ids must be numbers. Lines have no category or collection and no gift cards: WooCommerce has no place for them.
    """
    done = state.status is Status.CAPTURED and state.fulfilled_at is not None
    return {
        "id": int(state.order_id),
        "status": "completed" if done else _WORDS[state.status],
        "currency": state.currency,
        "order_key": state.birth,
        "date_created_gmt": _time(state.placed_at),
        "date_modified_gmt": _time(state.modified_at),
        "date_paid_gmt": _time(state.placed_at) if state.status is Status.CAPTURED else None,
        "date_completed_gmt": None if state.fulfilled_at is None else _time(state.fulfilled_at),
        "shipping_total": format_trimmed(state.shipping),
        "total_tax": format_trimmed(state.tax),
        "total": format_trimmed(state.total),
        "customer_id": customer_id,
        "billing": {"country": state.country, "email": email},
        "meta_data": _meta(state.evidence),
        "line_items": [_line(line) for line in state.lines],
        "coupon_lines": [{"id": number, "code": code} for number, code in enumerate(state.evidence.codes, 1)],
        "fee_lines": [],
        "refunds": [
            {"id": int(refund.id), "reason": "", "total": "-" + format_trimmed(refund.money)}
            for refund in newest_first(state.refunds)
        ],
    }


def refund_documents(state: OrderState) -> list[Document]:
    """The refunds as ``GET /wp-json/wc/v3/orders/{id}/refunds`` shows them, newest first."""
    products = {line.id: line for line in state.lines}
    return [_refund(refund, products) for refund in newest_first(state.refunds)]


def newest_first(refunds: tuple[Refund, ...]) -> list[Refund]:
    """The order WooCommerce lists refunds in."""
    return sorted(refunds, key=lambda refund: int(refund.id), reverse=True)


def _time(instant: Instant) -> str:
    return f"{to_datetime(instant):%Y-%m-%dT%H:%M:%S}"


def _line(line: Line) -> Document:
    return {
        "id": int(line.id),
        "product_id": int(line.product or 0),
        "sku": line.sku,
        "quantity": line.quantity,
        "total": format_trimmed(line.net),
    }


def _meta(evidence: Evidence) -> list[Document]:
    if not evidence.clicks:
        return []
    if evidence.whole_path:
        return [{"id": 1, "key": "fs_path", "value": ",".join(evidence.clicks)}]
    landing = f"https://shop.example/?utm_source=fanshare&fs={evidence.clicks[0]}"
    return [
        {"id": 1, "key": "_wc_order_attribution_session_entry", "value": landing},
        {"id": 2, "key": "_wc_order_attribution_utm_id", "value": evidence.clicks[-1]},
    ]


def _refund(refund: Refund, products: Mapping[str, Line]) -> Document:
    items = [_refund_line(number, line, net, products) for number, (line, net) in enumerate(refund.lines, 1)]
    shipping = [{"id": 90, "total": "-" + format_trimmed(refund.other), "total_tax": "0.00"}] if refund.other else []
    return {
        "id": int(refund.id),
        "date_created_gmt": _time(refund.created_at),
        "amount": format_trimmed(refund.money),
        "line_items": items,
        "shipping_lines": shipping,
        "fee_lines": [],
    }


def _refund_line(number: int, line: str, net: int, products: Mapping[str, Line]) -> Document:
    return {
        "id": number,
        "product_id": int(products[line].product or 0),
        "quantity": -1,
        "total": "-" + format_trimmed(net),
        "total_tax": "0.00",
        "meta_data": [{"id": number, "key": "_refunded_item_id", "value": line}],
    }
