"""A currency that was replaced, as shops name it: orders of its time are read, later ones refused with the reason."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.instants import format_rfc3339, parse_rfc3339
from fanshare.core.orders import OrderState
from fanshare.core.payments import as_order
from fanshare.core.replaced import since
from fanshare.integrations.generic.parse import parse_order as generic_order
from fanshare.integrations.orders_file.mapping import Plan
from fanshare.integrations.orders_file.source import open_source
from fanshare.integrations.postback.parse import parse as postback
from fanshare.integrations.shopify.parse import parse_order as shopify_order
from fanshare.integrations.stripe.parse import parse as stripe
from fanshare.integrations.types import RECEIVED_AT
from fanshare.integrations.woocommerce.parse import parse_order as woo_order
from tests.integrations.generic.test_parse import ORDER
from tests.integrations.shopify.story import line, order
from tests.integrations.stripe.story import event, raw, session
from tests.integrations.woocommerce.story import body
from tests.support.order_files import SALE, file_of, outcome

ENDED = since("BGN") or 0
LAST, FIRST = format_rfc3339(ENDED - 1_000_000), format_rfc3339(ENDED)


def pseudonym(kind: str, value: str) -> str:
    return f"{kind}:{len(value)}"


def in_leva(document: Any) -> Any:
    """The same, in leva wherever it says euro."""
    if isinstance(document, dict):
        return {key: in_leva(value) for key, value in document.items()}
    if isinstance(document, list):
        return [in_leva(value) for value in document]
    return {"EUR": "BGN", "eur": "bgn"}.get(document, document) if isinstance(document, str) else document


def by_generic(at: str) -> OrderState:
    return generic_order({**in_leva(ORDER), "ordered_at": at}, pseudonym)


def by_postback(at: str) -> OrderState:
    message = b"xid=A-1&order_sum=59.00&order_currency=BGN&status=1"
    (state,) = postback(message, {RECEIVED_AT: at}, pseudonym)
    return state


def by_shopify(at: str) -> OrderState:
    found = order(line(1, "49.90"), total="49.90", created_at=at, processed_at=at, updated_at="2026-11-20T10:00:00Z")
    return shopify_order(in_leva(found), pseudonym, fetched=False)


def by_woocommerce(at: str) -> OrderState:
    found = {**in_leva(body(1)), "date_created_gmt": at.removesuffix("Z")}
    return woo_order(found, None, pseudonym, fetched=False)


def by_stripe(at: str) -> OrderState:
    thing = in_leva(session(at=parse_rfc3339(at)))
    (payment,) = stripe(raw(event("checkout.session.completed", thing)), {}, pseudonym)
    found = as_order(payment)
    assert found is not None
    return found


@pytest.mark.parametrize("read", [by_generic, by_postback, by_shopify, by_woocommerce, by_stripe])
def test_an_order_of_its_time_is_read_and_a_later_one_says_why_not(read: Callable[[str], OrderState]) -> None:
    assert read(LAST).currency == "BGN"
    with pytest.raises(BadInputError, match="BGN was replaced by EUR on 2026-01-01") as caught:
        read(FIRST)
    assert caught.value.code == "currency_replaced"


def test_rows_of_a_file_are_told_apart_by_their_days(tmp_path: Path) -> None:
    in_it = SALE | {"currency": "BGN"}
    rows = [in_it | {"order_id": "0", "ordered_at": LAST}, in_it | {"order_id": "1", "ordered_at": FIRST}]
    states, refusals = outcome(open_source(file_of(tmp_path, *rows), Plan()))
    assert [(one.order_id, one.currency) for one in states] == [("0", "BGN")]
    assert [one.code for one in refusals] == ["currency_replaced"]
