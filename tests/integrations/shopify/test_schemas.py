"""Ten thousand bodies of every topic that Shopify's schemas allow: read or refused, and nothing else ever happens."""

import json
from collections import Counter
from random import Random

import jsonschema
import pytest

from fanshare.core.errors import BadInputError
from fanshare.integrations.shopify.notices import notices
from fanshare.integrations.shopify.parse import parse, references
from tests.fuzz.usable import usable
from tests.integrations.shopify.story import pseudonym, schema
from tests.support.effort import effort
from tests.support.json_schema import Sampler

#: The five topics that send orders have one and the same schema, byte for byte: its bodies come under all of them.
SCHEMAS = {
    "orders/order": ("create", "updated", "paid", "cancelled", "partially_fulfilled"),
    "orders/edited": ("edited",),
    "orders/delete": ("delete",),
    "refunds/create": ("create",),
    "app/uninstalled": ("uninstalled",),
    "customers/data_request": ("data_request",),
    "customers/redact": ("redact",),
    "shop/redact": ("redact",),
}


def outcome(topic: str, raw: bytes) -> str:
    """What became of a body; any other exception than a refusal fails the test."""
    headers = {"x-shopify-topic": topic}
    try:
        # A parsed order has been referred to already; to read every body twice would only take twice as long.
        found = bool(parse(raw, headers, pseudonym) or references(raw, headers) or notices(raw, headers))
    except BadInputError:
        return "refused"
    return "read" if found else "ignored"


def whether_usable(raw: bytes) -> bool:
    """Whether a body was read; what was read must be usable to its end."""
    try:
        states = parse(raw, {"x-shopify-topic": "orders/updated"}, pseudonym)
    except BadInputError:
        return False
    for state in states:
        usable(state)
    return bool(states)


@pytest.mark.soak_sized
@pytest.mark.parametrize("name", SCHEMAS)
def test_ten_thousand_bodies_of_a_schema_are_read_or_refused(name: str) -> None:
    sampler = Sampler(schema(name), Random(f"shopify {name}"))
    noun, verbs = name.split("/")[0], SCHEMAS[name]
    outcomes: Counter[str] = Counter()
    for number in range(effort(10_000)):
        outcomes[outcome(f"{noun}/{verbs[number % len(verbs)]}", sampler.draw().encode())] += 1
    # Most are read, or this test would be looking at refusals only.
    assert outcomes["read"] > 0.5 * outcomes.total(), outcomes
    assert outcomes["ignored"] == 0


@pytest.mark.soak_sized
def test_what_is_read_is_usable_to_its_end() -> None:
    """The state can be written down, read back, hashed and joined: 500 of them in an ordinary run."""
    sampler = Sampler(schema("orders/order"), Random("usable"), wild=0.01)
    seen = {whether_usable(sampler.draw().encode()) for _ in range(effort(500))}
    assert seen == {True, False}


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_drawn_is_what_the_schema_allows(name: str) -> None:
    """The sampler against an independent validator. Formats are annotations: they are not asserted."""
    sampler, validator = Sampler(schema(name), Random(name)), jsonschema.Draft202012Validator(schema(name))
    for _ in range(30):
        validator.validate(json.loads(sampler.draw()))


def test_a_connector_that_stumbles_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a reader that takes for granted what the schema does not promise."""
    monkeypatch.setattr("fanshare.integrations.shopify.parse._country", lambda order: order["billing_address"]["x"])
    with pytest.raises((KeyError, TypeError)):
        test_ten_thousand_bodies_of_a_schema_are_read_or_refused("orders/order")
