"""Parquet files of orders: columns of any type and any values, and files whose bytes are not what was written."""

from decimal import Decimal
from random import Random
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from fanshare.core.instants import DAY, parse_rfc3339
from fanshare.core.money import parse_amount
from fanshare.integrations.orders_file import cells, parquet_rows
from fanshare.integrations.orders_file.mapping import Plan
from fanshare.integrations.orders_file.staging import Staging
from tests.fuzz import corpus, spoil
from tests.fuzz.campaign import batches, campaign, shown, size
from tests.fuzz.faults import forgetful
from tests.fuzz.test_files import read_orders

NOON = parse_rfc3339("2026-11-14T12:00:00Z")
GOOD: dict[str, list[str]] = {
    "order_id": ["A-1", "A-2"],
    "ordered_at": ["2026-11-14T12:00:00Z"],
    "currency": ["EUR", "JPY"],
    "net_amount": ["59.00", "10"],
    "line_id": ["1", "2"],
    "qty": ["1", "3"],
    "status": ["paid", "cancelled", "open"],
    "click_id": [corpus.CLICK],
    "code": ["MIRA10"],
    "email": ["a@example.test"],
    "refunded_amount": ["0", "5"],
    "test": ["false", "true"],
    "country": ["DE"],
}
FLOATS = [0.0, 1.5, 59.0, -1.0, 1e-7, 1e300, 9e15, float("nan"), float("inf"), float("-inf")]
WHOLE = [0, 1, 59, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)]


def _texts(chance: Random, name: str, count: int) -> pyarrow.Array:
    bad = [text for text in spoil.CELLS if text.isprintable()] + [None, "x" * 600, "\0"]
    return pyarrow.array([chance.choice(bad if chance.random() < 0.02 else GOOD[name]) for _ in range(count)])


def _numbers(chance: Random, name: str, count: int) -> pyarrow.Array:
    return pyarrow.array([chance.choice([*WHOLE, None]) for _ in range(count)], pyarrow.int64())


def _floats(chance: Random, name: str, count: int) -> pyarrow.Array:
    kind = chance.choice([pyarrow.float64(), pyarrow.float32()])
    return pyarrow.array([chance.choice([*FLOATS, None]) for _ in range(count)]).cast(kind, safe=False)


def _decimals(chance: Random, name: str, count: int) -> pyarrow.Array:
    values = [Decimal(number) for number in ("0", "59.00", "-1", "0.0000001", "99999999999999999999.5")]
    return pyarrow.array([chance.choice([*values, None]) for _ in range(count)], pyarrow.decimal128(38, 10))


def _times(chance: Random, name: str, count: int) -> pyarrow.Array:
    kind = pyarrow.timestamp(chance.choice(["s", "ms", "us", "ns"]), chance.choice([None, "UTC", "Europe/Berlin"]))
    return pyarrow.array([chance.choice([NOON, 0, -DAY, None, 2**52]) for _ in range(count)], pyarrow.int64()).cast(
        kind
    )


def _others(chance: Random, name: str, count: int) -> pyarrow.Array:
    made: list[Any] = chance.choice([[None], [True, False, None], [[1], []], [{"a": 1}], [b"\xff", b""]])
    return pyarrow.array([chance.choice(made) for _ in range(count)])


ODD = (_numbers, _floats, _decimals, _times, _others)


def table(chance: Random, count: int) -> pyarrow.Table:
    """Orders, mostly; up to two columns are of a type that nobody would use for them."""
    columns = {name: _texts(chance, name, count) for name in GOOD}
    columns["order_id"] = pyarrow.array([f"A-{number}" for number in range(count)])
    if chance.random() < 0.3:
        columns["order_id"] = _texts(chance, "order_id", count)  # a few orders of many lines that may not fit
        columns["line_id"] = pyarrow.array([f"{number}" for number in range(count)])
    for name in chance.sample(sorted(columns), chance.choice((0, 0, 1, 1, 2))):
        columns[name] = chance.choice(ODD)(chance, name, count)
    if chance.random() < 0.1:
        del columns[chance.choice([*columns])]
    made = pyarrow.table(columns)
    if chance.random() < 0.05:
        made = made.append_column("currency", columns[chance.choice([*columns])])
    return made


def written(made: pyarrow.Table) -> bytes:
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(made, sink)
    raw: bytes = sink.getvalue().to_pybytes()
    return raw


def read(raw: bytes) -> list[str]:
    try:
        return read_orders(raw, Plan())
    except Exception as error:
        error.add_note(f"the file was {shown(raw)}")
        raise


def rows_case(chance: Random, count: int) -> list[str]:
    found = read(written(table(chance, count)))
    return found if len(found) > 1 else found * count


def file_case(chance: Random) -> str:
    """A small file of which bytes are changed, cut, or put in."""
    found = read(spoil.noise(chance, written(table(chance, 3))))
    return min(found, key=lambda outcome: outcome == "read")


@pytest.mark.soak_sized
def test_each_row_of_odd_columns_is_in_an_order_or_refused_with_its_reason() -> None:
    outcomes = batches(rows_case)
    assert outcomes["read"] > 500
    assert len(outcomes) >= 10, outcomes


@pytest.mark.soak_sized
def test_a_spoiled_parquet_file_is_read_or_refused() -> None:
    outcomes = campaign(file_case, size(500))
    assert outcomes["refused: bad_parquet"] > 100, outcomes


def test_a_parquet_file_of_which_a_refused_row_is_lost_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Staging, "refuse", lambda *args: None)
    with pytest.raises(AssertionError):
        batches(rows_case, 1_000)


def test_a_cell_that_is_read_without_a_check_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "parse_amount", forgetful(parse_amount))
    with pytest.raises(KeyError, match="planted"):
        batches(rows_case, 2_000)


def test_what_pyarrow_raises_over_a_spoiled_file_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_rows._refusing, "__exit__", lambda *args: None)
    with pytest.raises((pyarrow.ArrowException, OSError, ValueError)):
        campaign(file_case, 500)
