"""Bodies that a JSON Schema allows, thousands a second, as JSON text.

For the keywords that generated schemas of shops use: ``type``, ``properties``, ``required``, ``items``, ``format``
(JSON Schema 2020-12). A schema says ``string`` where it means an amount or a currency, so strings are drawn by the
name of their key: mostly what a shop would write there, sometimes anything a string may be. Pieces are drawn from
small pools that are renewed all the time, which keeps a whole order at some fifty microseconds.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

type Draw = Callable[[], str]

_POOL = 32
_RENEWED = 0.15
_LENGTHS = (0, 0, 1, 1, 1, 1, 2, 3)

TIMES = (
    "2026-11-20T10:00:00+01:00",
    "2026-11-20T04:00:00-05:00",
    "2026-11-21T23:59:59Z",
    "2026-02-28T00:00:00.123456789Z",
    "1999-12-31T23:59:60Z",
    "1969-12-31T23:59:59Z",
    "9999-12-31T23:59:59-23:59",
    "2026-02-30T10:00:00Z",
    "",
)
AMOUNTS = ("0.00", "9.99", "49.90", "1667.80", "1022.20", "0.005", "100", "0", "12345678901234567890.12", "-5.00")
TEXTS = (
    "",
    "x",
    "Größe M",
    "a,b",
    "/?fs=abc&utm_id=def",
    "https://[bad",
    "\u202e",
    "\U0001f600",
    "gid://shopify/Order/1",
    "0",
)
ANYTHING = ("NaN", "1e5", "٣", "null", "\t", "x" * 600, "{}", "2026-02-30", "-0")
INTEGERS = (0, 1, 2, 3, 7, 450789469, 820982911946154508, 2**53 + 1, 2**63, 2**64, -1)
NUMBERS = ("0", "1667.8", "89.99", "0.1", "1e2", "1e-7", "-3.5", "1e400", "123456789012345678901234567890.5")
WORDS: Mapping[str, Sequence[str]] = {
    "currency": ("EUR",),
    "currency_code": ("EUR",),
    "presentment_currency": ("EUR", "USD", "JPY"),
    "financial_status": ("paid", "pending", "partially_refunded", "refunded", "voided", "authorized", "partially_paid"),
    "fulfillment_status": ("fulfilled", "partial", "restocked"),
    "status": ("success", "pending", "cancelled", "failure"),
    "kind": ("refund", "shipping_refund", "refund_discrepancy", "sale"),
    "type": ("discount_code", "automatic", "manual", "script"),
    "country_code": ("DE", "US", "", "de"),
}
_MONEY = ("amount", "price", "tax", "total", "discount")


class Sampler:
    """Draws bodies of one schema. ``wild`` is how often a string is just any string."""

    def __init__(self, schema: Mapping[str, Any], chance: Random, *, wild: float = 0.002) -> None:
        self._chance, self._wild = chance, wild
        self._times, self._texts = _quoted(TIMES), _quoted(TEXTS)
        self._amounts, self._anything = _quoted(AMOUNTS), _quoted(ANYTHING)
        # Mostly what is in order: one bad value in a hundred makes every order of eighty keys a bad one.
        self._good_times, self._good_amounts = self._times[:3], self._amounts[:8]
        self.draw = self._compile(schema, "")

    def _compile(self, node: Any, key: str) -> Draw:
        if not isinstance(node, Mapping):
            return lambda: "null"
        kinds = node.get("type", "null")
        if isinstance(kinds, list):
            draws = [self._compile({**node, "type": kind}, key) for kind in kinds if kind != "null"]
            return self._or_null(draws)
        if kinds == "object":
            return self._pooled(self._object(node))
        if kinds == "array":
            return self._pooled(self._array(node, key))
        return {
            "string": self._string(node, key),
            "integer": self._integer,
            "number": self._number,
            "boolean": self._boolean,
            "null": lambda: "null",
        }[kinds]

    def _or_null(self, draws: Sequence[Draw]) -> Draw:
        chance = self._chance
        return lambda: "null" if not draws or chance.random() < 0.3 else draws[int(chance.random() * len(draws))]()

    def _object(self, node: Mapping[str, Any]) -> Draw:
        required = set(node.get("required", ()))
        chance = self._chance
        parts = [
            (f"{json.dumps(name)}:", self._compile(child, name), 1.0 if name in required else 0.7)
            for name, child in node.get("properties", {}).items()
        ]
        return lambda: "{" + ",".join([name + draw() for name, draw, likely in parts if chance.random() < likely]) + "}"

    def _array(self, node: Mapping[str, Any], key: str) -> Draw:
        items = node.get("items")
        if not isinstance(items, Mapping):
            return lambda: "[]"
        draw, chance = self._compile(items, key), self._chance
        return lambda: "[" + ",".join([draw() for _ in range(_LENGTHS[int(chance.random() * 8)])]) + "]"

    def _pooled(self, make: Draw) -> Draw:
        chance, pool = self._chance, list[str]()

        def draw() -> str:
            if len(pool) < _POOL:
                pool.append(make())
            elif chance.random() < _RENEWED:
                pool[int(chance.random() * _POOL)] = make()
            return pool[int(chance.random() * len(pool))]

        return draw

    def _string(self, node: Mapping[str, Any], key: str) -> Draw:
        chance = self._chance
        good, odd = self._texts, self._anything
        if node.get("format") == "date-time":
            good, odd = self._good_times, self._times
        elif key in WORDS:
            good = _quoted(WORDS[key])
        elif any(word in key for word in _MONEY):
            good, odd = self._good_amounts, self._amounts + self._anything
        wild = self._wild

        def draw() -> str:
            chosen = odd if chance.random() < wild else good
            return chosen[int(chance.random() * len(chosen))]

        return draw

    def _integer(self) -> str:
        chance = self._chance
        usual = INTEGERS[1:8]
        chosen = INTEGERS if chance.random() < self._wild else usual
        return str(chosen[int(chance.random() * len(chosen))])

    def _number(self) -> str:
        chance = self._chance
        chosen = NUMBERS if chance.random() < self._wild else NUMBERS[:5]
        return chosen[int(chance.random() * len(chosen))]

    def _boolean(self) -> str:
        return "true" if self._chance.random() < 0.2 else "false"


def _quoted(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(json.dumps(text, ensure_ascii=False) for text in texts)
