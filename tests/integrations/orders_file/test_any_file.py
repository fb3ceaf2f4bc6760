"""Any file of orders, and any mapping, is read or refused and nothing else."""

import contextlib
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.instants import parse_rfc3339
from fanshare.core.order_documents import from_document, to_document
from fanshare.core.order_join import join
from fanshare.core.orders import OrderState
from fanshare.integrations.orders_file import cells
from fanshare.integrations.orders_file.mapping import FIELDS, Plan, read_mapping
from fanshare.integrations.orders_file.source import open_source
from tests.support.order_files import NOON, SALE, file_of, outcome, parquet_file

NOW = parse_rfc3339("2026-11-22T12:00:00Z")
BERLIN = Plan(time_zone="Europe/Berlin")


NASTY = st.sampled_from(
    [
        "",
        "0",
        "-1",
        "1e400",
        "9" * 30,
        "NaN",
        '"',
        "\n",
        "ä",
        "\0",
        "a,b",
        "1.234,5",
        NOON,
        "2026-02-30",
        "true",
        "EUR",
        "x" * 600,
    ]
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(FIELDS), st.one_of(NASTY, st.text(max_size=20)), max_size=8),
        min_size=1,
        max_size=6,
    )
)
def test_rows_of_anything_are_read_or_refused_and_nothing_else(
    tmp_path_factory: Any, rows: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        path = file_of(folder, *({**SALE, "order_id": str(place), **row} for place, row in enumerate(rows)))
    except UnicodeEncodeError:
        return
    with contextlib.suppress(BadInputError):
        states, refusals = outcome(open_source(path, Plan()))
        assert len(states) + len(refusals) >= 1
        check_all(states)


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_or_refused_and_nothing_else(tmp_path_factory: Any, raw: bytes, headed: bool) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes"
    path.write_bytes((",".join(SALE).encode() + b"\n" if headed else b"") + raw)
    with contextlib.suppress(BadInputError):
        check_all(outcome(open_source(path, Plan()))[0])


@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_parquet_file_is_read_or_refused_and_nothing_else(
    tmp_path_factory: Any, place: int, noise: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    path = parquet_file(folder, order_id=["a", "b"], sku=["S", None])
    raw = bytearray(path.read_bytes())
    place = 4 + place % (len(raw) - 8)
    raw[place : place + len(noise)] = noise
    path.write_bytes(raw)
    with contextlib.suppress(BadInputError):
        check_all(outcome(open_source(path, Plan()))[0])


@given(st.binary(max_size=120))
def test_any_mapping_is_read_or_refused_and_nothing_else(raw: bytes) -> None:
    for text in (raw, b"[format]\ndate = '" + raw + b"'"):
        with contextlib.suppress(BadInputError):
            plan = read_mapping(text)
            with contextlib.suppress(BadInputError):
                cells.moment(NOON, plan)


def check_all(states: Sequence[OrderState]) -> None:
    for state in states:
        assert from_document(to_document(state)) == state
        assert 0 <= join([state]).net <= join([state]).goods
