"""Every reader of what strangers send: a usable result or a refusal with a code, and nothing else, whatever comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.payments import Report
from fanshare.integrations import json_input
from fanshare.integrations.postback import parse as postback
from fanshare.integrations.registry import connector
from fanshare.integrations.shopify.document import order_document, refund_document
from fanshare.integrations.shopify.parse import parse_order as parse_shopify
from fanshare.integrations.stripe import parse as stripe
from fanshare.integrations.woocommerce.parse import parse_order as parse_woocommerce
from tests.fuzz import corpus, spoil
from tests.fuzz.campaign import campaign, shown
from tests.fuzz.faults import forgetful
from tests.fuzz.usable import pseudonym, refusal, usable

type Spoil = Callable[[Random, bytes], bytes]
type Read = Callable[[bytes, Mapping[str, str]], Sequence[Report]]


@dataclass(frozen=True)
class Target:
    """A reader, what it is tried with, and where a fault can be planted to see that it would be found."""

    name: str
    samples: Sequence[corpus.Sample]
    read: Read
    weak: tuple[Any, str] = (json_input, "parse_amount")
    spoil: Spoil = spoil.json_body

    def case(self, chance: Random) -> str:
        raw, headers = chance.choice(self.samples)
        given = self.spoil(chance, raw)
        try:
            return self._outcome(given, headers)
        except Exception as error:
            error.add_note(f"{self.name} was given {shown(given)} with {headers}")
            raise

    def _outcome(self, raw: bytes, headers: Mapping[str, str]) -> str:
        try:
            found = self.read(raw, dict(headers))
        except BadInputError as error:
            return refusal(error)
        for report in found:
            usable(report)
        return "read" if found else "nothing in it"


def by_connector(kind: str) -> Read:
    """As the jobs read a delivery."""
    found = connector(kind)

    def read(raw: bytes, headers: Mapping[str, str]) -> Sequence[Report]:
        told = found.notices(raw, headers) if found.notices else []
        references = found.references(raw, headers)
        states = found.parse(raw, headers, pseudonym) if references else []
        assert all(reference.order_id for reference in references)
        assert all(notice.request for notice in told)
        return states

    return read


def fetched_woocommerce(raw: bytes, headers: Mapping[str, str]) -> Sequence[Report]:
    order = json_input.read_object(raw)
    refunds = json_input.objects(order, "refund_documents")
    return [parse_woocommerce(order, refunds, pseudonym), parse_woocommerce(order, None, pseudonym, fetched=False)]


def fetched_shopify(raw: bytes, headers: Mapping[str, str]) -> Sequence[Report]:
    answer = json_input.read_object(raw)
    order, refund = (json_input.as_object(answer.get(name), name) for name in ("order", "refund"))
    lines, refunded = json_input.objects(answer, "lines"), json_input.objects(answer, "refunded")
    document = order_document(order, lines, [refund_document(refund, refunded)])
    return [parse_shopify(document, pseudonym, fetched=True)]


TARGETS = [
    Target("woocommerce", corpus.woocommerce(), by_connector("woocommerce")),
    Target("woocommerce, fetched", corpus.woocommerce_fetched(), fetched_woocommerce),
    Target("shopify", corpus.shopify_samples(), by_connector("shopify")),
    Target("shopify, fetched", corpus.shopify_fetched(), fetched_shopify),
    Target("stripe", corpus.stripe(), by_connector("stripe"), (stripe, "seconds")),
    Target("generic", corpus.generic(), by_connector("generic")),
    Target("postback", corpus.postback(), by_connector("postback"), (postback, "parse_amount"), spoil.pairs),
]
each_target = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)


@each_target
def test_what_these_inputs_are_made_from_is_read(target: Target) -> None:
    outcomes = {target._outcome(raw, headers) for raw, headers in target.samples}
    assert "read" in outcomes
    assert not [outcome for outcome in outcomes if outcome.startswith("refused")]


@pytest.mark.soak_sized
@each_target
def test_a_spoiled_message_is_read_or_refused_and_nothing_else(target: Target) -> None:
    outcomes = campaign(target.case)
    # Both happen, or this would be looking at one thing only.
    assert outcomes["read"] > 50
    assert len([outcome for outcome in outcomes if outcome.startswith("refused")]) >= 5, outcomes


@each_target
def test_a_reader_that_forgets_a_check_is_found(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name = target.weak
    monkeypatch.setattr(module, name, forgetful(getattr(module, name)))
    with pytest.raises(KeyError, match="planted"):
        campaign(target.case, 2_000)


@each_target
def test_bytes_that_are_nothing_at_all_are_refused(target: Target) -> None:
    chance = Random(f"nothing {target.name}")
    for _ in range(200):
        raw, headers = chance.randbytes(chance.randrange(80)), chance.choice(target.samples)[1]
        assert target._outcome(raw, headers) != "read"
