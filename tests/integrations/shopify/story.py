"""Orders as Shopify writes them: its own samples, and small ones of ours."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fanshare.integrations.shopify as connector
from fanshare.core.orders import OrderState
from fanshare.integrations.shopify.parse import parse_order

FIXTURES = Path(connector.__file__).parent / "fixtures"
SECRET = b"shpss_0f5a1c"
AT = "2026-11-20T10:00:00Z"


def pseudonym(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()[:32]


def example(topic: str) -> dict[str, Any]:
    """Shopify's sample payload of a topic, API version 2026-07."""
    document: dict[str, Any] = json.loads((FIXTURES / "examples" / f"{topic}.json").read_text("utf-8"))["response"]
    return document


def schema(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FIXTURES / "schemas" / f"{name}.json").read_text("utf-8"))
    return document


def old(name: str) -> dict[str, Any]:
    """An order or refund of an old version of the API."""
    document: dict[str, Any] = json.loads((FIXTURES / "python_library" / f"{name}.json").read_text("utf-8"))[name]
    return document


def money(amount: str, currency: str = "EUR", shown: str = "", shown_in: str = "") -> dict[str, Any]:
    return {
        "shop_money": {"amount": amount, "currency_code": currency},
        "presentment_money": {"amount": shown or amount, "currency_code": shown_in or currency},
    }


def line(number: int, price: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "quantity": quantity,
        "price": price,
        "price_set": money(price),
        "total_discount": "0.00",
        "product_id": number * 10,
        "sku": f"SKU-{number}",
        "gift_card": False,
        "requires_shipping": True,
        "discount_allocations": [],
        "tax_lines": [],
        "duties": [],
        **more,
    }


def off(amount: str) -> dict[str, Any]:
    """A part of a discount, as it is allocated to a line."""
    return {"amount": amount, "amount_set": money(amount), "discount_application_index": 0}


def tax(amount: str) -> dict[str, Any]:
    return {"title": "VAT", "rate": 0.19, "price": amount, "price_set": money(amount)}


def order(*lines: dict[str, Any], total: str, **more: Any) -> dict[str, Any]:
    """A paid order."""
    return {
        "id": 5_678_901_234_567,
        "admin_graphql_api_id": "gid://shopify/Order/5678901234567",
        "created_at": AT,
        "processed_at": AT,
        "updated_at": AT,
        "cancelled_at": None,
        "closed_at": None,
        "financial_status": "paid",
        "fulfillment_status": None,
        "test": False,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "taxes_included": False,
        "total_price": total,
        "total_price_set": money(total),
        "total_tax": "0.00",
        "total_tax_set": money("0.00"),
        "total_tip_received": "0.00",
        "note_attributes": [],
        "discount_applications": [],
        "discount_codes": [],
        "landing_site": None,
        "referring_site": None,
        "email": "finn@example.test",
        "customer": {"id": 207_119_551_000, "email": "finn@example.test"},
        "billing_address": {"country_code": "DE"},
        "line_items": list(lines),
        "fulfillments": [],
        "refunds": [],
        **more,
    }


def refund(number: int, *items: tuple[int, str, str], paid: str = "", **more: Any) -> dict[str, Any]:
    """A refund of lines ``(line, subtotal, tax)`` that paid back ``paid``, if anything."""
    paying = [{"id": number * 7, "kind": "refund", "status": "success", "amount": paid, "currency": "EUR"}]
    return {
        "id": number,
        "created_at": f"2026-11-21T10:00:{number % 60:02d}Z",
        "refund_line_items": [
            {
                "id": number * 100 + place,
                "line_item_id": item,
                "quantity": 1,
                # A number, as Shopify writes it, not a text.
                "subtotal": float(subtotal),
                "subtotal_set": money(subtotal),
                "total_tax": float(taxes),
                "total_tax_set": money(taxes),
            }
            for place, (item, subtotal, taxes) in enumerate(items)
        ],
        "transactions": paying if paid else [],
        "order_adjustments": [],
        "refund_shipping_lines": [],
        "duties": [],
        **more,
    }


def read(document: Mapping[str, Any], *, fetched: bool = False) -> OrderState:
    """The state of a document that went over the wire."""
    return parse_order(wired(document), pseudonym, fetched=fetched)


def wired(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as it is read from its bytes: numbers are exact decimals."""
    from fanshare.integrations.json_input import read_object

    return read_object(json.dumps(document).encode())
