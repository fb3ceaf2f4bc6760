"""Webhook deliveries as WooCommerce signs them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fanshare.core.instants import Instant


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST to a hook: the exact bytes, the headers (lower-case names), and when it was recorded, if it was."""

    body: bytes
    headers: Mapping[str, str]
    received_at: Instant | None = None


def delivery(document: Mapping[str, Any], topic: str, secret: bytes, source: str) -> Delivery:
    """A signed delivery of a document under a topic such as ``order.updated``."""
    body = json.dumps(document, separators=(",", ":")).encode()
    resource, _, event = topic.partition(".")
    signature = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
    headers = {
        "content-type": "application/json",
        "x-wc-webhook-source": source,
        "x-wc-webhook-topic": topic,
        "x-wc-webhook-resource": resource,
        "x-wc-webhook-event": event,
        "x-wc-webhook-signature": signature,
        "x-wc-webhook-id": "1",
        # As in the real thing, this is no key: it repeats.
        "x-wc-webhook-delivery-id": hashlib.sha256(topic.encode()).hexdigest()[:32],
    }
    return Delivery(body, headers)


def ping(webhook_id: int) -> Delivery:
    """The unsigned form that WooCommerce posts first to a new webhook."""
    return Delivery(f"webhook_id={webhook_id}".encode(), {"content-type": "application/x-www-form-urlencoded"})
