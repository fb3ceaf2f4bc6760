"""The document of a state holds all of it, and its hash stands for it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.canonical import canonical
from fanshare.core.errors import BadInputError
from fanshare.core.order_documents import from_document, state_hash, to_document
from fanshare.core.order_join import tombstone
from fanshare.core.orders import OrderState
from tests.core.order_strategies import states


@given(states())
def test_a_state_survives_the_way_through_json(state: OrderState) -> None:
    document = json.loads(canonical(to_document(state)))
    assert from_document(document) == state
    assert state_hash(from_document(document)) == state_hash(state)


@given(states(), states())
def test_two_states_share_a_hash_only_if_they_are_one(one: OrderState, two: OrderState) -> None:
    assert (state_hash(one) == state_hash(two)) == (one == two)


def test_the_hash_of_a_tombstone_is_fixed_for_ever() -> None:
    state = tombstone("16", 1_700_000_000_000_001, fetched=False)
    document = to_document(state)
    assert document["modified_at"] == "2023-11-14T22:13:20.000001Z"
    assert document["total"] == "0.000000"
    assert state_hash(state) == "499b0508c7d169b9efb7c90cedc56b85291cde0a2b99a707fd0cbe7559bb8c37"
    assert state_hash(replace(state, fetched=True)) != state_hash(state)


@given(states(), st.data())
def test_a_document_with_a_field_spoiled_is_refused(state: OrderState, data: st.DataObject) -> None:
    document: dict[str, Any] = to_document(state)
    field = data.draw(st.sampled_from(sorted(document)))
    document[field] = data.draw(st.sampled_from([7.5, b"", {"nothing": 1}]))
    with pytest.raises(BadInputError):
        from_document(document)


@pytest.mark.parametrize("document", [{}, {"order_id": "1"}])
def test_a_document_with_fields_missing_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(BadInputError) as refusal:
        from_document(document)
    assert refusal.value.code == "bad_document"
