"""Real inputs to start from: recorded deliveries, published examples, our own guides. Each as (bytes, headers)."""

import json
from pathlib import Path
from urllib.parse import urlencode

from fanshare.core import clickid
from fanshare.core.instants import parse_rfc3339
from fanshare.integrations.types import RECEIVED_AT
from tests.integrations.shopify import story as shopify
from tests.integrations.woocommerce.story import DELIVERIES, refunds
from tests.support import shopify_shop

type Sample = tuple[bytes, dict[str, str]]

_REFUND_LISTS = ("transactions", "refundShippingLines", "orderAdjustments")
RECEIVED = "2026-11-22T02:20:00Z"
CLICK = clickid.mint(7, parse_rfc3339("2026-11-22T01:00:00Z"), b"random", b"k" * 32)
ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "reference" / "generic-orders.md"
TERMS = sorted((ROOT / "examples" / "terms").glob("*.toml"))
MOVING = sorted((ROOT / "tests" / "integrations" / "moving" / "examples").iterdir())


def woocommerce() -> list[Sample]:
    """The signed deliveries of the recorded story."""
    return [(each.body, dict(each.headers)) for each in DELIVERIES if "x-wc-webhook-topic" in each.headers]


def woocommerce_fetched() -> list[Sample]:
    """An order with its refunds, as a fetch finds them."""
    return [(json.dumps({**json.loads(DELIVERIES[16].body), "refund_documents": refunds()}).encode(), {})]


def shopify_samples() -> list[Sample]:
    """Shopify's example of each topic, objects of old versions of its API, and an order with all that can be in one."""
    folder = shopify.FIXTURES / "examples"
    topics = sorted(str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.json"))
    samples = [(json.dumps(shopify.example(topic)).encode(), _topic(topic)) for topic in topics]
    samples.append((json.dumps(shopify.old("order")).encode(), _topic("orders/updated")))
    samples.append((json.dumps(shopify_order()).encode(), _topic("orders/paid")))
    return samples


def shopify_order() -> dict[str, object]:
    """A paid order with a discount, taxes, a refund and a click."""
    lines = (
        shopify.line(1, "29.50", 2, discount_allocations=[shopify.off("5.90")], tax_lines=[shopify.tax("8.48")]),
        shopify.line(2, "10.00", gift_card=True),
    )
    back = shopify.refund(9, (1, "26.55", "4.24"), paid="30.79")
    return shopify.order(
        *lines,
        total="76.58",
        total_tax="8.48",
        total_tax_set=shopify.money("8.48"),
        note_attributes=[{"name": "fs_path", "value": CLICK}],
        discount_codes=[{"code": "MIRA10", "amount": "5.90", "type": "percentage"}],
        discount_applications=[{"type": "discount_code", "code": "MIRA10"}],
        landing_site=f"/linen?fs={CLICK}",
        fulfillments=[{"created_at": shopify.AT, "status": "success"}],
        fulfillment_status="fulfilled",
        refunds=[back],
    )


def shopify_fetched() -> list[Sample]:
    """The same order as GraphQL answers: the order, its lines, its refund, and the lines of that."""
    order = shopify_shop.shown(shopify_order())
    lines, (refund,) = order.pop("lineItems"), order["refunds"]
    refunded = refund.pop("refundLineItems")
    for holder, names in ((order, ("discountApplications",)), (refund, _REFUND_LISTS)):
        holder.update({name: {"nodes": holder[name], "pageInfo": {"hasNextPage": False}} for name in names})
    return [(json.dumps({"order": order, "lines": lines, "refund": refund, "refunded": refunded}).encode(), {})]


def _topic(topic: str) -> dict[str, str]:
    return {"x-shopify-topic": topic, "x-shopify-triggered-at": RECEIVED, RECEIVED_AT: RECEIVED}


def stripe() -> list[Sample]:
    """One event of each kind, written after Stripe's reference."""
    text = (Path(__file__).parent / "data" / "stripe.json").read_text("utf-8").replace("@CLICK@", CLICK)
    return [(json.dumps(event).encode(), {RECEIVED_AT: RECEIVED}) for event in json.loads(text)]


def generic() -> list[Sample]:
    """The example of the guide, alone and as one of several."""
    alone = GUIDE.read_text("utf-8").split("```json\n")[2].split("```")[0]
    several = json.dumps({"orders": [json.loads(alone), {**json.loads(alone), "order_id": "other"}]})
    return [(alone.encode(), {}), (several.encode(), {})]


def postback() -> list[Sample]:
    """What networks call with, as query and as form."""
    sale = {"xid": "A-1", "sub1": CLICK, "order_sum": "59.00", "order_currency": "EUR", "payout": "7.08", "status": "1"}
    more = {
        "transaction_id": "T-7",
        "goal": "sale",
        "amount": "12.5",
        "currency": "jpy",
        "timestamp": "1795340000",
        "customer_id": "c-1",
        "email_sha256": "ab" * 32,
        "promo_code": "MIRA10",
        "fs_path": f"{CLICK},{CLICK}",
        "status": "declined",
        "offer_id": "9",
    }
    at = {RECEIVED_AT: RECEIVED}
    dated = {**sale, "timestamp": "2026-11-22T01:30:00+01:00"}
    return [
        (urlencode(sale).encode(), at),
        (urlencode(more).encode(), at),
        (urlencode(dated).encode() + b"\n" + urlencode({"status": "2"}).encode(), at),
    ]


ORDERS_CSV = f"""\
order_id,ordered_at,currency,net_amount,line_id,qty,sku,status,click_id,code,email,refunded_amount,refunded_at,shipping,tax,test,country
A-1,2026-11-14T12:00:00Z,EUR,59.00,1,2,SHIRT,paid,{CLICK},MIRA10,a@example.test,,,4.90,9.42,false,DE
A-1,2026-11-14T12:00:00Z,EUR,10.00,2,1,SOCKS,paid,,,,2.50,2026-11-20T10:00:00Z,,,,
A-2,2026-11-15T12:00:00+01:00,JPY,700,1,1,,cancelled,,,b@example.test,,,,,true,JP
A-3,2026-11-16T12:00:00Z,KWD,1.234,1,3,X,open,,,,,,,,,
""".encode()

MAPPING = b"""\
[columns]
order_id = "Order"
ordered_at = "Date"
currency = "Cur"
net_amount = "Net"
status = "State"

[values]
country = "DE"

[status]
shipped = "captured"
storno = "cancelled"

[format]
decimal = ","
thousands = "."
date = "%d.%m.%Y %H:%M"
time_zone = "Europe/Berlin"
delimiter = ";"
encoding = "utf-8"
"""

MAPPED_CSV = (
    b"Order;Date;Cur;Net;State\nA-1;14.11.2026 12:00;EUR;1.059,00;shipped\nA-2;15.11.2026 12:00;EUR;5,00;storno\n"
)
