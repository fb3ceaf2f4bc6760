"""The webhooks of a WooCommerce shop, made and looked after through its REST API (v3, ``webhooks``).

WooCommerce switches a webhook off after more than five failed deliveries in a row (``class-wc-webhook.php``) and tells
nobody. It never shows a webhook's secret, so ours carry the mark of theirs in their name: after the secret has changed
the mark no longer fits, and the webhook is given the new one.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from fanshare.core.errors import BadInputError
from fanshare.integrations.errors import ShopRefusedError
from fanshare.integrations.types import WebhookReport
from fanshare.integrations.woocommerce.rest import Rest, ShopAccess

#: A refund changes the order too, but as an action of its own it arrives even where the order's message is lost.
TOPICS = (
    "order.created",
    "order.updated",
    "order.deleted",
    "order.restored",
    "action.woocommerce_order_refunded",
)

_PER_PAGE = 100
_MOST_PAGES = 20

type Document = dict[str, Any]


def ensure_webhooks(settings: Mapping[str, str], delivery_url: str) -> WebhookReport:
    """Make what is missing, switch on what is off, lead back what leads elsewhere. See ``EnsureWebhooks``."""
    with Rest(shop_access(settings)) as rest:
        return ensure(rest, delivery_url, settings.get("secret", ""))


def shop_access(settings: Mapping[str, str]) -> ShopAccess:
    """The shop of a connection. Raises ``BadInputError`` ``missing_field``, ``bad_shop_url``."""
    try:
        return ShopAccess(
            settings["url"],
            settings["consumer_key"],
            settings["consumer_secret"],
            allow_plain_http=settings.get("allow_plain_http") == "yes",
            public_only=settings.get("reach") == "public",
        )
    except KeyError as error:
        raise BadInputError("missing_field", "The connection lacks %(field)s.", field=error.args[0]) from None


def ensure(rest: Rest, delivery_url: str, secret: str) -> WebhookReport:
    """As ``ensure_webhooks``, with a client that is open already."""
    ours = _ours(rest, delivery_url)
    created: list[str] = []
    repaired: list[str] = []
    try:
        for topic in TOPICS:
            wanted = _wanted(topic, delivery_url, secret)
            known = ours.get(topic)
            if known is None:
                rest.write("POST", "webhooks", {**wanted, "secret": secret})
                created.append(topic)
            elif any(known.get(name) != value for name, value in wanted.items()):
                rest.write("PUT", f"webhooks/{_number(known)}", {**wanted, "secret": secret})
                repaired.append(topic)
    except ShopRefusedError as error:
        return WebhookReport(tuple(created), tuple(repaired), error.message)
    return WebhookReport(tuple(created), tuple(repaired))


def _wanted(topic: str, delivery_url: str, secret: str) -> dict[str, str]:
    """What can be seen of a webhook that is right."""
    mark = hashlib.sha256(secret.encode()).hexdigest()[:6]
    return {"name": f"fanshare {topic} {mark}", "topic": topic, "delivery_url": delivery_url, "status": "active"}


def _ours(rest: Rest, delivery_url: str) -> dict[str, Document]:
    """By topic the webhook that leads to this endpoint, be it under another host; of several one that is on."""
    found: dict[str, Document] = {}
    path = urlsplit(delivery_url).path
    for one in _all(rest):
        topic = str(one.get("topic"))
        if _path(one.get("delivery_url")) == path and (topic not in found or one.get("status") == "active"):
            found[topic] = one
    return found


def _all(rest: Rest) -> Iterator[Document]:
    for page in range(1, _MOST_PAGES + 1):
        listed = rest.get("webhooks", {"page": str(page), "per_page": str(_PER_PAGE)})
        if not isinstance(listed, list):
            raise ShopRefusedError("The shop's list of webhooks is not a list.")
        yield from (one for one in listed if isinstance(one, dict))
        if len(listed) < _PER_PAGE:
            return


def _path(address: object) -> str:
    try:
        return urlsplit(str(address)).path
    except ValueError:
        return ""


def _number(webhook: Document) -> int:
    number = webhook.get("id")
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ShopRefusedError("The shop lists a webhook without a number.")
    return number
