"""Stripe's objects as a story: its own example objects with the figures of one sale put into them."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fanshare.integrations.stripe as connector
from fanshare.core.instants import SECOND, Instant, parse_rfc3339

FIXTURES = Path(connector.__file__).parent / "fixtures"
OBJECTS: dict[str, dict[str, Any]] = json.loads((FIXTURES / "objects.json").read_text("utf-8"))
SECRET = b"whsec_c3RyaXBl"
#: What signed the recorded deliveries.
RECORDED = b"whsec_localstripe"
AT: Instant = parse_rfc3339("2026-11-20T10:00:00Z")
SALE = "pi_3Linen"


def pseudonym(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()[:32]


def recorded(number: int) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a recorded delivery, and what was noted with it (``headers``, ``at``)."""
    noted: dict[str, Any] = json.loads((FIXTURES / f"00{number}_stripe.headers.json").read_text("utf-8"))
    return (FIXTURES / f"00{number}_stripe.body").read_bytes(), noted


def _suffix(payment: str) -> str:
    return payment.removeprefix("pi_")


def item(number: int, total: int, **more: Any) -> dict[str, Any]:
    """A line of a Checkout session; ``total`` in the smallest unit, with its tax."""
    known = {"amount_subtotal": total, "amount_discount": 0, "amount_tax": 0, "amount_total": total, "currency": "eur"}
    price = {**OBJECTS["price"], "product": f"prod_{number}", "lookup_key": f"linen-{number}"}
    return {**OBJECTS["item"], "id": f"li_{number}", "quantity": 1, "price": price, **known, **more}


def session(payment: str = SALE, *, at: Instant = AT, **more: Any) -> dict[str, Any]:
    """A paid Checkout session: 59.00 of goods, 5.00 of shipping, no tax. ``line_items`` are listed, not included."""
    figures = {
        "amount_subtotal": 5_900,
        "amount_total": 6_400,
        "total_details": {"amount_discount": 0, "amount_shipping": 500, "amount_tax": 0},
        "shipping_cost": {"amount_subtotal": 500, "amount_tax": 0, "amount_total": 500, "shipping_rate": None},
    }
    who = {"customer_details": {"email": f"buyer-{payment}@example.test", "address": {"country": "DE"}}}
    state = {"status": "complete", "payment_status": "paid", "livemode": True, "currency": "eur"}
    made = {"id": f"cs_live_{_suffix(payment)}", "payment_intent": payment, "created": at // SECOND, "discounts": []}
    return {**OBJECTS["checkout.session"], **figures, **who, **state, **made, **more}


def intent(payment: str = SALE, *, at: Instant = AT, **more: Any) -> dict[str, Any]:
    """The payment intent of the sale, succeeded."""
    state = {"status": "succeeded", "livemode": True, "currency": "eur", "amount": 6_400, "amount_received": 6_400}
    made = {"id": payment, "created": at // SECOND, "latest_charge": f"ch_{_suffix(payment)}"}
    return {**OBJECTS["payment_intent"], **state, **made, **more}


def charge(payment: str = SALE, *, refunded: int = 0, at: Instant = AT, **more: Any) -> dict[str, Any]:
    """The charge of the sale, captured; ``refunded`` is the sum of all that went back so far."""
    state = {"status": "succeeded", "captured": True, "livemode": True, "currency": "eur"}
    money = {"amount": 6_400, "amount_captured": 6_400, "amount_refunded": refunded, "refunded": refunded == 6_400}
    made = {"id": f"ch_{_suffix(payment)}", "payment_intent": payment, "created": at // SECOND}
    return {**OBJECTS["charge"], **state, **money, **made, **more}


def dispute(payment: str = SALE, *, status: str = "needs_response", at: Instant = AT, **more: Any) -> dict[str, Any]:
    """A dispute about all of the sale."""
    state = {"status": status, "reason": "fraudulent", "livemode": True, "currency": "eur", "amount": 6_400}
    made = {"id": f"dp_{_suffix(payment)}", "payment_intent": payment, "charge": f"ch_{_suffix(payment)}"}
    return {**OBJECTS["dispute"], **state, **made, "created": at // SECOND, **more}


def refund(payment: str = SALE, *, money: int = 1_000, at: Instant = AT, **more: Any) -> dict[str, Any]:
    """One refund of the sale: what it was, not what it is now."""
    made = {"id": f"re_{_suffix(payment)}", "payment_intent": payment, "charge": f"ch_{_suffix(payment)}"}
    return {**OBJECTS["refund"], **made, "amount": money, "currency": "eur", "created": at // SECOND, **more}


def event(kind: str, thing: Mapping[str, Any], at: Instant = AT, number: int = 1) -> dict[str, Any]:
    """A snapshot event."""
    made = {"id": f"evt_{number}", "type": kind, "created": at // SECOND, "livemode": True}
    return {**OBJECTS["event"], **made, "data": {"object": dict(thing)}}


def thin(kind: str, thing: Mapping[str, Any], at: str = "2026-11-20T10:00:00.000Z") -> dict[str, Any]:
    """A thin event: only which object to look at (docs.stripe.com/event-destinations)."""
    path = f"/v1/{thing['object'].replace('.', '/')}s/{thing['id']}"
    related = {"id": thing["id"], "type": thing["object"], "url": path}
    return {
        "id": "evt_test_65R",
        "object": "v2.core.event",
        "type": f"v1.{kind}",
        "created": at,
        "livemode": True,
        "context": None,
        "related_object": related,
    }


def raw(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, indent=2).encode()
