"""The published JSON Schema and the reader agree on the shape of every document."""

import copy
import json
from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, validators

from fanshare.core.terms import Policy
from fanshare.core.terms_document import TermsError, document, parse, read

SCHEMA: dict[str, Any] = json.loads(files("fanshare.core").joinpath("data/terms.schema.json").read_text())
EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "terms").glob("*.toml"))
DOCUMENTS = [parse(path.read_bytes(), "toml") for path in EXAMPLES]


def _whole(_: object, value: object) -> bool:
    """JSON Schema calls 30.0 an integer; the library knows that of floats only, and we read fractions as Decimal."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return isinstance(value, int) or value == int(value)


Validator = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _whole)
)

#: What a mutation writes in place of a value: right and wrong ones of every kind the reader knows.
VALUES: list[Any] = [
    *(None, True, False, 0, 1, 30, 365, 366, 1440, 1441, -1, 2**80, 0.5, 30.0, 100.01, -0.5),
    *(Decimal("12.5"), Decimal(30), Decimal("100.01"), Decimal("1E+3")),
    *("", "12", "12.5", "12.55", "12.555", "012", "100", "100.00", "100.01", "101", "-1", "5.00", "5.0000001", "1e3"),
    *("9999999999999", "99999999999999", "EUR", "XXX", "eur", "EURO", "DE", "month", "all", "year", "any", "new"),
    *("last", "linear", "open", "application", "Europe/Berlin", "No/Where", "a/b/c/d", "../x", "a", "A", "a" * 41),
    *("x" * 201, "a\tb", [], [[]], {}, [{}], ["a"], ["a", "a"], ["a", "b"], ["DE"], ["DE", "DE"], ["de"], [1], [""]),
    *([{"percent": "5"}], [{"upto": "5", "percent": 5}, {"percent": 6}], [{"upto": 5, "percent": 5}], [{"x": 1}]),
    {"id": "z", "percent": "5"},
    [{"id": "z", "percent": "5"}],
    [{"per": "day", "amount": "5", "currency": "EUR"}],
]
KEYS = sorted(
    {key for part in SCHEMA["properties"].values() for key in part.get("properties", {})}
    | set(SCHEMA["$defs"]["rule"]["properties"])
    | set(SCHEMA["$defs"]["bonus"]["properties"])
    | set(SCHEMA["properties"])
    | {"upto", "per", "amount", "followers", "x"}
)


def refused_by_shape(tables: object) -> bool:
    try:
        read(tables, version=1, effective_at=0)  # type: ignore[arg-type]  # mutations break every promise
    except TermsError as error:
        return error.shape
    return False


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    keys: Any = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


def tables_of(value: Any) -> list[dict[str, Any]]:
    found: list[Any] = [value] + [container[key] for container, key in places(value)]
    return [table for table in found if isinstance(table, dict)]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    tables: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(DOCUMENTS)))
    for _ in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(list(places(tables)) or [(tables, "x")]))
        match draw(st.sampled_from(["replace", "replace", "remove", "add", "add"])):
            case "replace":
                container[key] = copy.deepcopy(draw(st.sampled_from(VALUES)))
            case "remove":
                container.pop(key, None) if isinstance(container, dict) else container.pop(key)
            case _:
                table = draw(st.sampled_from(tables_of(tables)))
                table[draw(st.sampled_from(KEYS))] = copy.deepcopy(draw(st.sampled_from(VALUES)))
    return tables


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("tables", DOCUMENTS, ids=[path.stem for path in EXAMPLES])
def test_the_examples_and_their_canonical_forms_are_valid_by_the_schema(tables: dict[str, Any]) -> None:
    validator = Validator(SCHEMA)
    validator.validate(tables)
    validator.validate(document(read(tables, version=1, effective_at=0)))


@settings(max_examples=150)
@given(mutated())
def test_schema_and_reader_refuse_the_same_shapes(tables: dict[str, Any]) -> None:
    by_schema = [error.message for error in Validator(SCHEMA).iter_errors(tables)]
    assert bool(by_schema) == refused_by_shape(tables), by_schema


def small_documents() -> list[dict[str, Any]]:
    """Every field once, in documents as small as can be: validating is what takes the time."""
    simple = {"commission": [{"id": "a", "percent": "5"}]}
    written: Any = document(read(simple, version=1, effective_at=0))
    return [
        {**copy.deepcopy(simple), "terms": written["terms"]},
        {**copy.deepcopy(simple), "fans": written["fans"]},
        {**copy.deepcopy(simple), "caps": [{"per": "day", "amount": "5", "currency": "EUR"}]},
        {**copy.deepcopy(simple), "code": {"max_percent": "5"}, "settlement": {"hold_days": 5}},
        {"commission": [{"id": "a", "percent": "5", "products": ["p"], "countries": ["DE"], "buyers": "new"}]},
        {**copy.deepcopy(simple), "margin": {"max_percent": "5"}, "operator": {"fee_percent": "3"}},
        {**copy.deepcopy(simple), "terms": {"groups": ["a", "b"]}},
        {"commission": [{"id": "a", "percent": "5", "groups": ["a"], "not_groups": ["b"], "months": 3}]},
        {**copy.deepcopy(simple), "bonuses": [{"id": "b", "percent": "5", "months": 1, "buyers": "any"}]},
        {**copy.deepcopy(simple), "bonuses": [{"id": "b", "flat": "5", "currency": "EUR", "groups": ["a"]}]},
        {**copy.deepcopy(simple), "bonuses": [{"id": "b", "new_buyer": "5", "currency": "EUR", "countries": ["DE"]}]},
        {"commission": [{"id": "b", "flat": "5", "currency": "EUR"}]},
        {"commission": [{"id": "c", "tiers": [{"upto": "5", "percent": 5}, {"percent": 6}], "currency": "EUR"}]},
        {
            "commission": [
                {
                    "id": "c",
                    "tiers": [{"upto": "5", "percent": 5}, {"percent": 6, "retroactive": True}],
                    "currency": "EUR",
                }
            ]
        },
    ]


def test_every_value_in_every_field_is_judged_alike() -> None:
    """One change at a time, all of them: nothing is left to chance."""
    validator = Validator(SCHEMA)
    for tables in small_documents():
        for container, key in list(places(tables)):
            kept = container[key]
            for value in VALUES:
                container[key] = copy.deepcopy(value)
                assert validator.is_valid(tables) != refused_by_shape(tables), (key, value)
            container[key] = kept


def test_a_schema_that_forgets_a_field_is_noticed() -> None:
    """Negative control for the comparison."""
    broken = copy.deepcopy(SCHEMA)
    del broken["properties"]["fans"]
    assert any(not Validator(broken).is_valid(tables) and not refused_by_shape(tables) for tables in DOCUMENTS)


def test_the_schema_names_the_same_policies_as_the_code() -> None:
    assert SCHEMA["properties"]["terms"]["properties"]["policy"]["enum"] == [policy.value for policy in Policy]
