"""The recorded story, read once: what each delivery says, and what the shop would answer along the way."""

import json
from typing import Any

from fanshare.core.orders import OrderState
from fanshare.integrations.woocommerce.parse import parse_order
from fanshare.world.woo_shop import recorded_deliveries, recorded_folder

SECRET = b"whsec_woo_demo"
DELIVERIES = recorded_deliveries()
SIGNED = [each for each in DELIVERIES if "x-wc-webhook-signature" in each.headers]


def pseudonym(kind: str, value: str) -> str:
    """Readable stand-in for the keyed hash."""
    return f"{kind}:{value}"


def body(number: int) -> dict[str, Any]:
    """The JSON of delivery ``number`` as it was recorded."""
    document: dict[str, Any] = json.loads(DELIVERIES[number - 1].body)
    return document


def refunds() -> list[dict[str, Any]]:
    """What the shop answers about the refunds of order 14 at the end, newest first."""
    text = (recorded_folder() / "fetch" / "orders_14_refunds.json").read_text("utf-8")
    documents: list[dict[str, Any]] = json.loads(text)
    return documents


def fetched_along_the_way() -> list[OrderState]:
    """Order 14 as a fetch would have shown it after each of its changes."""
    goodwill, shirt = refunds()
    looks: list[tuple[int, list[dict[str, Any]]]] = [(1, []), (8, [shirt]), (11, [shirt]), (17, [goodwill, shirt])]
    return [parse_order(body(number), given, pseudonym) for number, given in looks]
