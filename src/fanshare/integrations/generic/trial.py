"""A test order as a shop's own software would send it: shown, and earning nobody anything."""

import json

from fanshare.core.instants import Instant, format_rfc3339


def trial_order(number: str, currency: str, now: Instant) -> bytes:
    """The body of a delivery that says of itself that it is a test."""
    at = format_rfc3339(now)
    order = {
        "order_id": number,
        "status": "captured",
        "currency": currency,
        "ordered_at": at,
        "modified_at": at,
        "lines": [{"id": "1", "net": "59.00", "product": "test"}],
        "test": True,
    }
    return json.dumps(order).encode()
