"""Thousands of spoiled bodies: an order state comes out, or a ``BadInputError``, and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.money import MAX_MICROS
from fanshare.core.order_documents import from_document, state_hash, to_document
from fanshare.core.order_join import join
from fanshare.core.orders import OrderState
from fanshare.integrations.generic.parse import parse as parse_generic
from fanshare.integrations.generic.parse import references as generic_references
from fanshare.integrations.json_input import objects, read_object
from fanshare.integrations.woocommerce.parse import parse_order, references
from tests.integrations.woocommerce.story import DELIVERIES, pseudonym, refunds
from tests.support.effort import effort

GUIDE = Path(__file__).parents[2] / "docs" / "reference" / "generic-orders.md"
GENERIC = GUIDE.read_text("utf-8").split("```json\n")[2].split("```")[0].encode()
WOO = json.dumps({**json.loads(DELIVERIES[16].body), "refund_documents": refunds()}).encode()
HEADERS = {"x-wc-webhook-topic": "order.updated"}

#: Put in place of a value, as JSON text: what the world has sent to shops before.
WORDS = "null true false [] {} [[]] [{}] [null] [7] NaN Infinity"
NUMBERS = "0 -1 1.5 1e400 -1e400 1e-400 9223372036854775808 1e18 2.5e-7"
TEXTS = r"""
"" "0" "-0" "-1.00" "1e5" "NaN" "\u0661\u0662" "\ud800" "\u0000" "9999999999999.999999" "+1" "0x10" "1_000"
"2026-02-30T00:00:00Z" "9999-12-31T23:59:59-23:59" "0001-01-01T00:00:00+23:59" "1969-12-31T23:59:59" "wc-" "trash"
"deleted" "JPY"
"""
LONG = ["1" * 400, '"' + "x" * 5_000 + '"', "[" * 70 + "]" * 70, '" "', '{"0": {}}']
NASTY = [*WORDS.split(), *NUMBERS.split(), *TEXTS.split(), *LONG]

CASES = 50


def read_woocommerce(raw: bytes) -> list[OrderState]:
    references(raw, HEADERS)
    order = read_object(raw)
    given = objects(order, "refund_documents")
    return [parse_order(order, given, pseudonym), parse_order(order, None, pseudonym, fetched=False)]


def read_generic(raw: bytes) -> list[OrderState]:
    generic_references(raw, {})
    return parse_generic(raw, {}, pseudonym)


def spoiled(chance: Random, raw: bytes) -> bytes:
    """The body with one to three values replaced, or with a few bytes changed, cut or doubled."""
    if chance.random() < 0.3:
        place, length = chance.randrange(len(raw)), chance.randrange(6)
        return (
            raw[:place]
            + chance.choice([b"", chance.randbytes(length), raw[place : place + 50]])
            + raw[place + length :]
        )
    document = json.loads(raw)
    marks = []
    for _ in range(chance.randint(1, 3)):
        marks.append(chance.choice(NASTY))
        _plant(chance, document, f"@@{len(marks) - 1}@@")
    text = json.dumps(document)
    for number, mark in enumerate(marks):
        text = text.replace(f'"@@{number}@@"', mark)
    return text.encode()


def _plant(chance: Random, document: Any, mark: str) -> None:
    node = document
    while True:
        key = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
        child = node[key]
        if not isinstance(child, dict | list) or not child or chance.random() < 0.15:
            node[key] = mark
            return
        node = child


def check(read: Callable[[bytes], list[OrderState]], raw: bytes) -> bool:
    """Whether the body was read; what was read must be usable to its end."""
    try:
        states = read(raw)
    except BadInputError as error:
        return not error.code
    for state in states:
        assert from_document(to_document(state)) == state
        assert len(state_hash(state)) == 64
        view = join([state])
        assert 0 <= view.net <= view.goods <= MAX_MICROS
    return bool(states)


@pytest.mark.soak_sized
@pytest.mark.parametrize(("read", "raw"), [(read_woocommerce, WOO), (read_generic, GENERIC)])
def test_spoiled_orders_are_read_or_refused_and_nothing_else(
    read: Callable[[bytes], list[OrderState]], raw: bytes
) -> None:
    """2 x 2,500 inputs in an ordinary run; hypothesis names the seed of a failing batch."""
    outcomes: set[bool] = set()

    @settings(max_examples=effort(2_500) // CASES)
    @given(st.integers(0, 2**32))
    def batch(seed: int) -> None:
        chance = Random(seed)
        outcomes.update(check(read, spoiled(chance, raw)) for _ in range(CASES))

    assert check(read, raw)
    batch()
    # Both happen, or this test would be looking at one thing only.
    assert outcomes == {True, False}


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(raw: bytes) -> None:
    assert not check(read_generic, raw)
    assert not check(read_woocommerce, raw)
