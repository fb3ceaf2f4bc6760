"""What Shopify tells beside orders."""

import json

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.instants import parse_rfc3339
from fanshare.integrations.shopify.notices import notices
from fanshare.integrations.shopify.parse import references
from fanshare.integrations.types import Notice, NoticeKind
from tests.integrations.shopify.story import example

TOPICS = {
    "app/uninstalled": NoticeKind.UNINSTALLED,
    "customers/data_request": NoticeKind.DATA_REQUEST,
    "customers/redact": NoticeKind.REDACT_CUSTOMER,
    "shop/redact": NoticeKind.REDACT_SHOP,
}


def told(topic: str, body: str = "", **more: str) -> Notice:
    document = example(body or topic)
    [notice] = notices(json.dumps(document).encode(), {"x-shopify-topic": topic, **more})
    return notice


@pytest.mark.parametrize(("topic", "kind"), TOPICS.items())
def test_shopifys_own_samples_are_understood_and_speak_of_no_order(topic: str, kind: NoticeKind) -> None:
    assert told(topic).kind is kind
    assert references(json.dumps(example(topic)).encode(), {"x-shopify-topic": topic}) == []


@pytest.mark.parametrize("topic", ["customers/data_request", "customers/redact"])
def test_a_customer_is_named_with_her_orders(topic: str) -> None:
    notice = told(topic)
    assert (notice.customer, notice.email) == ("191167", "john@example.com")
    assert notice.orders == ("299938", "280263", "220458")


def test_a_repetition_has_the_same_mark() -> None:
    assert told("customers/data_request").request == "9999"
    assert told("customers/redact") == told("customers/redact")
    assert told("customers/redact").request != told("shop/redact").request


def test_the_time_is_the_shops_to_the_microsecond() -> None:
    when = told("app/uninstalled", **{"x-shopify-triggered-at": "2026-11-20T18:00:27.877041743Z"}).at
    assert when == parse_rfc3339("2026-11-20T18:00:27.877041Z")
    assert told("app/uninstalled", **{"x-shopify-triggered-at": "yesterday"}).at is None


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("body", ["orders/updated", "orders/delete", "refunds/create", *TOPICS])
def test_a_signed_body_under_another_topic_is_refused(topic: str, body: str) -> None:
    """Headers are not signed: an old order sent again as ``app/uninstalled`` must not shut a connection."""
    if topic == body or {topic, body} == {"customers/data_request"}:
        return
    with pytest.raises(BadInputError) as caught:
        told(topic, body)
    assert caught.value.code == "not_a_notice"


def test_orders_are_no_notices() -> None:
    assert notices(json.dumps(example("orders/updated")).encode(), {"x-shopify-topic": "orders/updated"}) == []
