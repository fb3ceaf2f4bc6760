"""The webhooks of a Shopify app: subscribed by API, looked after every day.

Shopify deletes a subscription whose deliveries failed eight times in four hours. The three compliance topics can't be
subscribed to here: they are part of the app's own configuration (see the guide).
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from fanshare.core.marks import say
from fanshare.integrations.errors import ShopRefusedError
from fanshare.integrations.shopify import queries
from fanshare.integrations.shopify.admin import Admin, open_admin
from fanshare.integrations.shopify.document import Node, connection
from fanshare.integrations.types import WebhookReport

#: GraphQL's names of the topics we need.
TOPICS = (
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "ORDERS_PAID",
    "ORDERS_CANCELLED",
    "ORDERS_EDITED",
    "ORDERS_DELETE",
    "ORDERS_FULFILLED",
    "ORDERS_PARTIALLY_FULFILLED",
    "REFUNDS_CREATE",
    "APP_UNINSTALLED",
)
#: Those that belong into the app's own configuration.
COMPLIANCE = ("customers/data_request", "customers/redact", "shop/redact")
_MOST_PAGES = 50


def ensure_webhooks(settings: Mapping[str, str], delivery_url: str) -> WebhookReport:
    """Subscribe to what is missing, lead back what leads elsewhere. See ``EnsureWebhooks``."""
    with open_admin(settings) as admin:
        return ensure(admin, delivery_url)


def ensure(admin: Admin, delivery_url: str) -> WebhookReport:
    """As ``ensure_webhooks``, with a client that is open already."""
    ours: dict[str, Node] = {}
    for subscription in _subscriptions(admin):
        if _is_ours(subscription, delivery_url):
            topic = str(subscription.get("topic"))
            if topic not in ours or _is_right(subscription, delivery_url):
                ours[topic] = subscription
    created: list[str] = []
    repaired: list[str] = []
    problems: list[str] = []
    for topic in TOPICS:
        known = ours.get(topic)
        if known is None:
            problem, done = _subscribe(admin, topic, delivery_url), created
        elif _is_right(known, delivery_url):
            continue
        else:
            problem, done = _lead_back(admin, known, delivery_url), repaired
        if problem:
            problems.append(f"{_name(topic)}: {problem}")
        else:
            done.append(_name(topic))
    return WebhookReport(tuple(created), tuple(repaired), _problem(problems, ours.values()))


def _subscriptions(admin: Admin) -> Iterator[Node]:
    after = None
    for _ in range(_MOST_PAGES):
        nodes, after = connection(admin.query(queries.SUBSCRIPTIONS, {"after": after}), "webhookSubscriptions")
        yield from nodes
        if not after:
            return
    raise ShopRefusedError("The shop lists the same webhooks for ever.")


def _is_ours(subscription: Node, delivery_url: str) -> bool:
    """Whether it leads to this endpoint, be it under another host: an installation may have moved."""
    return urlsplit(str(subscription.get("uri"))).path == urlsplit(delivery_url).path


def _is_right(subscription: Node, delivery_url: str) -> bool:
    whole = not subscription.get("includeFields") and not subscription.get("filter")
    return subscription.get("uri") == delivery_url and subscription.get("format") == "JSON" and whole


def _subscribe(admin: Admin, topic: str, delivery_url: str) -> str:
    variables = {"topic": topic, "webhookSubscription": {"uri": delivery_url, "format": "JSON"}}
    return _complaint(admin.query(queries.SUBSCRIBE, variables), "webhookSubscriptionCreate")


def _lead_back(admin: Admin, subscription: Node, delivery_url: str) -> str:
    wanted = {"uri": delivery_url, "format": "JSON", "includeFields": [], "filter": ""}
    variables = {"id": subscription.get("id"), "webhookSubscription": wanted}
    return _complaint(admin.query(queries.RESUBSCRIBE, variables), "webhookSubscriptionUpdate")


def _complaint(data: Mapping[str, Any], mutation: str) -> str:
    """Why a mutation was not done; empty when it was."""
    errors = (data.get(mutation) or {}).get("userErrors") or []
    return "; ".join(str(error.get("message"))[:200] for error in errors[:3] if isinstance(error, dict))


def _problem(problems: list[str], ours: Any) -> str:
    if problems:
        return say("Shopify refused webhooks: %(words)s", words=" | ".join(problems)[:500])
    spoken = {str((one.get("apiVersion") or {}).get("handle")) for one in ours} - {queries.VERSION, "None"}
    if spoken:
        versions = ", ".join(sorted(spoken))[:40]
        return say(
            "The app's webhooks speak version %(versions)s of Shopify's API, and fanshare was made for %(made_for)s:"
            " choose it in the app's next version.",
            versions=versions,
            made_for=queries.VERSION,
        )
    return ""


def _name(topic: str) -> str:
    """``ORDERS_PARTIALLY_FULFILLED`` as the deliveries call it: ``orders/partially_fulfilled``."""
    noun, _, verb = topic.lower().partition("_")
    return f"{noun}/{verb}"
