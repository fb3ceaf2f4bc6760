"""Orders of the GraphQL Admin API written down in the shape of the webhooks, so that one reader reads both."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fanshare.core.errors import BadInputError

type Node = Mapping[str, Any]

#: GraphQL's words for an order of which nothing has to be sent, or everything was.
_SENT = ("FULFILLED", "FULFILLMENT_NOT_REQUIRED")


def order_document(order: Node, lines: Sequence[Node], refunds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """An order with all its lines and refunds. Raises ``BadInputError`` ``bad_field`` for another shape."""
    customer = _node(order, "customer")
    landing, referrer = _journey(order)
    return {
        "id": order.get("legacyResourceId"),
        "name": order.get("name"),
        "created_at": order.get("createdAt"),
        "processed_at": order.get("processedAt"),
        "updated_at": order.get("updatedAt"),
        "closed_at": order.get("closedAt"),
        "cancelled_at": order.get("cancelledAt"),
        "test": order.get("test"),
        "currency": order.get("currencyCode"),
        "presentment_currency": order.get("presentmentCurrencyCode"),
        "taxes_included": order.get("taxesIncluded"),
        "duties_included": order.get("dutiesIncluded"),
        "financial_status": order.get("displayFinancialStatus"),
        "fulfillment_status": "fulfilled" if order.get("displayFulfillmentStatus") in _SENT else None,
        "fulfillments": [
            {"created_at": one.get("createdAt"), "status": one.get("status")} for one in _nodes(order, "fulfillments")
        ],
        **_set("total_price", order.get("totalPriceSet")),
        **_set("total_tax", order.get("totalTaxSet")),
        **_set("total_tip_received", order.get("totalTipReceivedSet")),
        **_set("current_total_price", order.get("currentTotalPriceSet")),
        **_set("total_outstanding", order.get("totalOutstandingSet")),
        "note_attributes": [
            {"name": one.get("key"), "value": one.get("value")} for one in _nodes(order, "customAttributes")
        ],
        "discount_applications": [_application(one) for one in _connection(order, "discountApplications")],
        "landing_site": landing,
        "referring_site": referrer,
        "email": order.get("email"),
        "customer": {
            "id": customer.get("legacyResourceId"),
            "email": _node(customer, "defaultEmailAddress").get("emailAddress"),
        },
        "billing_address": {"country_code": _node(order, "billingAddress").get("countryCodeV2")},
        "shipping_address": {"country_code": _node(order, "shippingAddress").get("countryCodeV2")},
        "line_items": [_line(one) for one in lines],
        "refunds": list(refunds),
    }


def refund_document(refund: Node, lines: Sequence[Node]) -> dict[str, Any]:
    """A refund with all its lines. Raises ``BadInputError`` ``bad_field`` for another shape."""
    return {
        "id": refund.get("legacyResourceId"),
        "created_at": refund.get("createdAt"),
        "processed_at": refund.get("processedAt"),
        "refund_line_items": [
            {
                "line_item_id": number(_node(one, "lineItem").get("id")),
                "quantity": one.get("quantity"),
                **_set("subtotal", one.get("subtotalSet")),
                **_set("total_tax", one.get("totalTaxSet")),
            }
            for one in lines
        ],
        "transactions": [
            {"kind": one.get("kind"), "status": one.get("status"), **_set("amount", one.get("amountSet"))}
            for one in _connection(refund, "transactions")
        ],
        "refund_shipping_lines": [
            {
                **_set("subtotal_amount", one.get("subtotalAmountSet")),
                **_set("tax_amount", one.get("taxAmountSet")),
            }
            for one in _connection(refund, "refundShippingLines")
        ],
        "duties": [_set("amount", one.get("amountSet")) for one in _nodes(refund, "duties")],
        # Shipping is no adjustment here any more: what is left of them is the difference of goods and money.
        "order_adjustments": [
            {"kind": "refund_discrepancy", **_set("amount", one.get("amountSet"))}
            for one in _connection(refund, "orderAdjustments")
        ],
    }


def number(gid: object) -> str:
    """The number at the end of a global id: ``gid://shopify/LineItem/487`` is ``487``. Empty for anything else."""
    if not isinstance(gid, str):
        return ""
    return gid.rpartition("/")[2].partition("?")[0]


def connection(holder: Node, key: str) -> tuple[list[Node], str]:
    """One page of a connection: its nodes, and the cursor of the next page (empty on the last one)."""
    page = _node(holder, key)
    info = _node(page, "pageInfo")
    cursor = info.get("endCursor") if info.get("hasNextPage") else ""
    return list(_nodes(page, "nodes")), cursor if isinstance(cursor, str) else ""


def _line(line: Node) -> dict[str, Any]:
    return {
        "id": number(line.get("id")),
        "quantity": line.get("quantity"),
        "sku": line.get("sku"),
        "gift_card": line.get("isGiftCard"),
        "requires_shipping": line.get("requiresShipping"),
        "product_id": _node(line, "product").get("legacyResourceId"),
        **_set("price", line.get("originalUnitPriceSet")),
        "discount_allocations": [
            _set("amount", one.get("allocatedAmountSet")) for one in _nodes(line, "discountAllocations")
        ],
        "tax_lines": [_set("price", one.get("priceSet")) for one in _nodes(line, "taxLines")],
        "duties": [_set("price", one.get("price")) for one in _nodes(line, "duties")],
    }


def _application(application: Node) -> dict[str, Any]:
    typed = application.get("__typename") == "DiscountCodeApplication"
    return {"type": "discount_code" if typed else "other", "code": application.get("code")}


def _journey(order: Node) -> tuple[object, object]:
    """(landing page, referrer) of the last visit, or of the first one where only that carries a click id."""
    summary = _node(order, "customerJourneySummary")
    visits = [visit for key in ("lastVisit", "firstVisit") if (visit := _node(summary, key))]
    chosen = next((visit for visit in visits if "fs=" in str(visit.get("landingPage"))), visits[0] if visits else {})
    return chosen.get("landingPage"), chosen.get("referrerUrl")


def _set(name: str, bag: object) -> dict[str, Any]:
    """``MoneyBag`` as the pair of keys that the webhooks use."""
    side = bag.get("shopMoney") if isinstance(bag, dict) else None
    if not isinstance(side, dict):
        return {}
    return {f"{name}_set": {"shop_money": {"amount": side.get("amount"), "currency_code": side.get("currencyCode")}}}


def _node(holder: Node, key: str) -> Node:
    value = holder.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadInputError("bad_field", "%(key)s of the shop's answer should be an object.", key=key)
    return value


def _nodes(holder: Node, key: str) -> Iterator[Node]:
    value = holder.get(key)
    if value is None:
        return
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadInputError("bad_field", "%(key)s of the shop's answer should be a list of objects.", key=key)
    yield from value


def _connection(holder: Node, key: str) -> list[Node]:
    """A connection that is asked for whole: a second page would be more than can be true."""
    nodes, more = connection(holder, key)
    if more or _node(_node(holder, key), "pageInfo").get("hasNextPage"):
        raise BadInputError("too_many_lines", "The shop's answer has more %(key)s than can be true.", key=key)
    return nodes
