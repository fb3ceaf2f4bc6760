"""Orders of any shop: the documented examples, the schema, and what is refused."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.instants import parse_rfc3339
from fanshare.core.order_join import join
from fanshare.core.orders import Buyer, Status
from fanshare.integrations.generic.parse import parse, references
from fanshare.integrations.types import Reference

GUIDE = Path(__file__).parents[3] / "docs" / "reference" / "generic-orders.md"
EXAMPLES = re.findall(r"```json\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
SCHEMA = json.loads((files("fanshare") / "integrations" / "generic" / "schema.json").read_text("utf-8"))
ORDER = json.loads(EXAMPLES[0])


def pseudonym(kind: str, value: str) -> str:
    return f"{kind}:{value}"


def send(body: object) -> list[Any]:
    return parse(json.dumps(body).encode(), {}, pseudonym)


def line(**changes: Any) -> list[dict[str, Any]]:
    return [{"id": "1", "net": "5.00", **changes}]


def refund(**changes: Any) -> list[dict[str, Any]]:
    return [{"id": "R", "created_at": "2026-11-18T12:00:00Z", "amount": "1.00", **changes}]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_guide_is_read_and_fits_the_schema(example: str) -> None:
    jsonschema.validate(json.loads(example), SCHEMA, jsonschema.Draft202012Validator)
    assert parse(example.encode(), {}, pseudonym)


def test_the_example_with_refunds_keeps_what_the_guide_says() -> None:
    (state,) = parse(EXAMPLES[1].encode(), {}, pseudonym)
    view = join([state])
    assert (view.net, view.estimated) == (44_625_822, False)


def test_an_order_is_read_whole() -> None:
    (state,) = send(ORDER)
    assert (state.order_id, state.currency, state.status, state.country) == ("A-1001", "EUR", Status.CAPTURED, "DE")
    assert [each.net for each in state.lines] == [75_480_000, 11_340_000]
    assert state.lines[0].category == "shirts"
    assert state.buyer == Buyer("customer:4711", "email:bea@example.test")
    assert state.evidence.codes == ("mira10",)
    assert state.modified_at == parse_rfc3339("2026-11-14T10:02:00Z")
    assert not state.fetched


def test_numbers_are_read_by_their_digits() -> None:
    raw = json.dumps(ORDER).replace('"75.48"', "0.1000000000000000055511151231257827").encode()
    assert parse(raw, {}, pseudonym)[0].lines[0].net == 100_000


def test_a_total_that_is_not_sent_is_the_sum_of_the_parts() -> None:
    (state,) = send({**ORDER, "total": None})
    assert state.total == 109_150_000


def test_an_amount_that_is_not_sent_is_what_the_refund_names() -> None:
    named = {"amount": None, "lines": [{"line_id": "1", "net": "2.00"}], "tax": "0.38"}
    (state,) = send({**ORDER, "refunds": refund(**named)})
    assert (state.refunds[0].money, state.refunds[0].other) == (2_380_000, 380_000)


def test_a_shop_may_send_a_digest_instead_of_the_address() -> None:
    digest = "AB" * 32
    (state,) = send({**ORDER, "buyer": {"email_sha256": digest}})
    assert state.buyer == Buyer(email=f"email_sha256:{digest.lower()}")
    assert send({**ORDER, "buyer": None})[0].buyer == Buyer()


def test_a_deletion_needs_no_more_than_number_and_time() -> None:
    body = json.loads(EXAMPLES[2])
    assert send(body)[0].status is Status.DELETED
    assert references(json.dumps(body).encode(), {}) == [Reference("A-1002", deleted=True)]


def test_a_long_list_of_clicks_keeps_the_first_and_the_last_nineteen() -> None:
    clicks = send({**ORDER, "clicks": [f"c{n}" for n in range(50)]})[0].evidence.clicks
    assert (len(clicks), clicks[0], clicks[1], clicks[-1]) == (20, "c0", "c31", "c49")


def test_one_bad_order_refuses_the_whole_message() -> None:
    with pytest.raises(BadInputError):
        send({"orders": [ORDER, {**ORDER, "currency": "???"}]})


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("missing_field", {"ordered_at": None}),
        ("bad_field", {"order_id": None}),
        ("bad_field", {"order_id": "a\nb"}),
        ("bad_field", {"order_id": -1}),
        ("bad_text", {"order_id": "\ud800"}),
        ("unknown_currency", {"currency": "eur"}),
        ("bad_status", {"status": "paid"}),
        ("bad_status", {"status": None}),
        ("bad_time", {"ordered_at": "2026-11-14T10:02:00"}),
        ("bad_time", {"ordered_at": 1_700_000_000}),
        ("bad_country", {"country": "Germany"}),
        ("negative_amount", {"lines": line(net="-5.00")}),
        ("negative_amount", {"lines": line(net=-5)}),
        ("bad_amount", {"lines": line(net="5,00")}),
        ("bad_amount", {"lines": line(net=True)}),
        ("bad_amount", {"lines": line(net="\u0665")}),
        ("missing_field", {"lines": line(net=None)}),
        ("amount_too_large", {"lines": line(net="9000000000001")}),
        ("amount_too_large", {"lines": line(net="9000000000000"), "tax": "1"}),
        ("duplicate_id", {"lines": line() + line()}),
        ("duplicate_id", {"refunds": refund() + refund()}),
        ("missing_field", {"refunds": refund(amount=None)}),
        ("too_many_lines", {"refunds": refund() * 1_001}),
        ("bad_number", {"lines": line(quantity="2")}),
        ("bad_field", {"clicks": "one"}),
        ("bad_field", {"clicks": ["x" * 101]}),
        ("bad_field", {"buyer": {"email_sha256": "ab"}}),
        ("not_an_order", {"buyer": "bea"}),
        ("bad_field", {"test": "yes"}),
    ],
)
def test_what_can_not_be_booked_is_refused_with_its_reason(code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(BadInputError) as caught:
        send({**ORDER, **changes})
    assert caught.value.code == code


@pytest.mark.parametrize("body", [{}, [], 7, {"orders": []}, {"orders": {}}, {"orders": "x"}])
def test_a_body_without_orders_is_not_an_order(body: object) -> None:
    with pytest.raises(BadInputError) as caught:
        send(body)
    assert caught.value.code == "not_an_order"


def test_more_than_five_hundred_orders_are_too_many() -> None:
    assert len(send({"orders": [ORDER] * 500})) == 500
    with pytest.raises(BadInputError) as caught:
        send({"orders": [ORDER] * 501})
    assert caught.value.code == "too_many_orders"
