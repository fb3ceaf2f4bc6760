"""Files of orders for tests: written, and read to their end."""

import csv
import io
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from fanshare.core.instants import parse_rfc3339
from fanshare.core.orders import OrderState
from fanshare.integrations.orders_file.read import read
from fanshare.integrations.orders_file.source import Source
from fanshare.integrations.orders_file.staging import Refusal, Staging

NOON = "2026-11-14T12:00:00Z"
NOW = parse_rfc3339("2026-11-22T12:00:00Z")
SALE = {"order_id": "A-1", "ordered_at": NOON, "currency": "EUR", "net_amount": "59.00"}


def pseudonym(kind: str, value: str) -> str:
    return f"{kind}-of-{value[::-1]}"


def outcome(source: Source) -> tuple[list[OrderState], list[Refusal]]:
    with Staging.opened() as staging:
        read(source, staging, pseudonym, lambda rows: None)
        states, refusals = list(staging.states(NOW)), list(staging.refusals())
        assert staging.orders == len(states)
        assert sum(staging.refused().values()) == len(refusals)
        return states, refusals


def file_of(folder: Path, *rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "orders.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def parquet_file(folder: Path, **columns: Any) -> Path:
    path = folder / "orders.parquet"
    rows = len(next(iter(columns.values())))
    base = {name: [value] * rows for name, value in SALE.items() if name not in columns}
    parquet.write_table(pyarrow.table(base | columns), path)
    return path
