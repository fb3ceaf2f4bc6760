"""Files of orders: forms, encodings, mappings, refusals; and that any file at all is read or refused."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.instants import parse_rfc3339
from fanshare.core.order_join import join
from fanshare.core.orders import OrderState, Status
from fanshare.integrations.orders_file import cells, parquet_rows
from fanshare.integrations.orders_file.mapping import Plan, read_mapping
from fanshare.integrations.orders_file.read import read, write_refused
from fanshare.integrations.orders_file.source import open_source
from fanshare.integrations.orders_file.staging import Staging
from tests.support.order_files import NOON, SALE, file_of, outcome, parquet_file, pseudonym

NOW = parse_rfc3339("2026-11-22T12:00:00Z")
BERLIN = Plan(time_zone="Europe/Berlin")


def orders(folder: Path, *rows: dict[str, str], plan: Plan | None = None, **how: str) -> list[OrderState]:
    states, refusals = outcome(open_source(file_of(folder, *rows, **how), plan or Plan()))
    assert refusals == []
    return states


def code_of(folder: Path, **change: str) -> str:
    states, refusals = outcome(open_source(file_of(folder, SALE | change), Plan()))
    assert states == []
    return refusals[0].code


def test_a_row_becomes_an_order_of_one_line(tmp_path: Path) -> None:
    more = {
        "code": "Mira10",
        "sku": "S",
        "qty": "2",
        "country": "de",
        "tax": "11.21",
        "shipping": "4.9",
        "click_id": "x,y",
    }
    (state,) = orders(tmp_path, SALE | more | {"customer_id": "4711", "email": "Lena@Example.test", "status": "Paid"})
    assert (state.order_id, state.status, state.total, state.fetched) == ("A-1", Status.CAPTURED, 75_110_000, True)
    assert (state.lines[0].id, state.lines[0].net, state.lines[0].quantity, state.lines[0].sku) == (
        "1",
        59_000_000,
        2,
        "S",
    )
    assert (state.placed_at, state.modified_at, state.country) == (parse_rfc3339(NOON), NOW, "DE")
    assert (state.evidence.codes, state.evidence.clicks, state.evidence.whole_path) == (("mira10",), ("x", "y"), True)
    assert (state.buyer.customer, state.buyer.email) == ("customer-of-1174", "email-of-tset.elpmaxe@anel")


def test_rows_of_one_order_are_its_lines_wherever_they_stand(tmp_path: Path) -> None:
    other = SALE | {"order_id": "B-1", "ordered_at": "2026-11-01T00:00:00Z"}
    second = dict.fromkeys(SALE, "") | {"order_id": "A-1", "net_amount": "1.5", "refunded_amount": "0.5"}
    first, last = orders(tmp_path, SALE | {"refunded_amount": ""}, other, second)
    assert [first.order_id, last.order_id] == ["B-1", "A-1"]
    assert [(line.id, line.net) for line in last.lines] == [("1", 59_000_000), ("2", 1_500_000)]
    assert join([last]).net == 60_000_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    (state,) = orders(tmp_path, SALE | {"product": "Kännchen"}, encoding=encoding, delimiter=delimiter)
    assert state.lines[0].product == "Kännchen"


@pytest.mark.parametrize(
    ("text", "plan", "micros"),
    [
        ("59", Plan(), 59_000_000),
        ("1234.5", Plan(), 1_234_500_000),
        ("1.234,50", Plan(decimal=",", thousands="."), 1_234_500_000),
        ("1234,5", Plan(decimal=",", thousands="."), 1_234_500_000),
        ("1'234'567.89", Plan(thousands="'"), 1_234_567_890_000),
        ("0,000001", Plan(decimal=","), 1),
    ],
)
def test_amounts_are_read_in_the_way_they_are_written(text: str, plan: Plan, micros: int) -> None:
    assert cells.amount(text, plan) == micros


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("59,00", Plan()),
        ("1,234.50", Plan()),
        ("1.234", Plan(decimal=",")),
        ("1.23,4", Plan(decimal=",", thousands=".")),
        ("12.3456,7", Plan(decimal=",", thousands=".")),
        ("€ 5", Plan()),
        ("5.", Plan()),
        (".5", Plan()),
        ("1e3", Plan()),
        ("NaN", Plan()),
        ("٥", Plan()),
        ("", Plan()),
    ],
)
def test_an_amount_in_another_way_of_writing_is_refused_and_not_guessed(text: str, plan: Plan) -> None:
    with pytest.raises(BadInputError) as caught:
        cells.amount(text, plan)
    assert caught.value.code == "bad_amount"


def test_times_have_a_zone_or_are_given_one() -> None:
    noon = parse_rfc3339(NOON)
    assert cells.moment("2026-11-14T13:00:00+01:00", Plan()) == noon
    assert cells.moment("2026-11-14 13:00:00", BERLIN) == noon
    assert cells.moment("14.11.2026 13:00", Plan(time_zone="Europe/Berlin", date="%d.%m.%Y %H:%M")) == noon
    assert cells.moment(datetime(2026, 11, 14, 12, tzinfo=UTC), Plan()) == noon
    assert cells.moment(datetime(2026, 11, 14, 13), BERLIN) == noon  # noqa: DTZ001
    assert cells.moment(date(2026, 11, 14), Plan(time_zone="UTC", day="end")) == noon + 43_199_000_000
    # The hour that happens twice is the first of the two.
    assert cells.moment("2026-10-25 02:30:00", BERLIN) == parse_rfc3339("2026-10-25T00:30:00Z")


@pytest.mark.parametrize(
    ("text", "plan", "code"),
    [
        ("2026-11-14 13:00:00", Plan(), "naive_time"),
        ("2026-11-14", BERLIN, "bare_date"),
        ("2026-03-29 02:30:00", BERLIN, "bad_time"),
        ("2026-02-30", BERLIN, "bad_time"),
        ("14.11.2026", Plan(), "bad_time"),
        ("14.11.26", Plan(date="%d.%m.%Y"), "bad_time"),
        ("1969-12-31T00:00:00Z", Plan(), "time_out_of_range"),
    ],
)
def test_a_time_that_could_mean_two_things_is_refused(text: str, plan: Plan, code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        cells.moment(text, plan)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"net_amount": ""}, "missing_field"),
        ({"order_id": ""}, "missing_field"),
        ({"currency": ""}, "missing_field"),
        ({"ordered_at": ""}, "missing_field"),
        ({"currency": "XXQ"}, "unknown_currency"),
        ({"net_amount": "-1"}, "negative_amount"),
        ({"refunded_amount": "60"}, "too_much_refunded"),
        ({"status": "maybe"}, "bad_status"),
        ({"qty": "1.5"}, "bad_number"),
        ({"email_sha256": "lena"}, "bad_field"),
        ({"country": "Germany"}, "bad_country"),
        ({"order_id": "x" * 201}, "bad_field"),
        ({"test": "perhaps"}, "bad_field"),
        ({"net_amount": "9000000000000", "tax": "1"}, "amount_too_large"),
    ],
)
def test_each_refusal_has_its_code(tmp_path: Path, change: dict[str, str], code: str) -> None:
    assert code_of(tmp_path, **change) == code


def test_rows_that_do_not_fit_together_are_refused_together(tmp_path: Path) -> None:
    for change, code in (({"currency": "USD"}, "rows_disagree"), ({"line_id": "1"}, "duplicate_id")):
        first = SALE | ({"line_id": "1"} if "line_id" in change else {})
        states, refusals = outcome(
            open_source(file_of(tmp_path, first, SALE | change, SALE | {"order_id": "B"}), Plan())
        )
        assert [state.order_id for state in states] == ["B"]
        assert [(one.number, one.code) for one in refusals] == [(2, code), (3, code)]


def test_a_row_with_too_many_or_too_few_cells_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text(f"{','.join(SALE)}\nA,{NOON},EUR,1\n\nB,{NOON},EUR\nC,{NOON},EUR,1,9\n", "utf-8")
    states, refusals = outcome(open_source(path, Plan()))
    assert [state.order_id for state in states] == ["A"]
    assert [(one.number, one.code) for one in refusals] == [(4, "bad_row"), (5, "bad_row")]


def test_no_reason_repeats_what_could_be_an_address(tmp_path: Path) -> None:
    line = SALE | {"email": "finn@example.test\nBcc: x", "email_sha256": "finn@example.test", "customer_id": "finn\7"}
    for name in ("email", "email_sha256", "customer_id"):
        _, refusals = outcome(open_source(file_of(tmp_path, SALE | {name: line[name]}), Plan()))
        assert "finn" not in refusals[0].message


def test_a_mapping_names_columns_values_and_words() -> None:
    plan = read_mapping(b'[columns]\norder_id = "No"\n[values]\ncurrency = "EUR"\n[status]\nok = "captured"\n')
    assert (plan.columns, plan.values, plan.status) == (
        {"order_id": "No"},
        {"currency": "EUR"},
        {"ok": Status.CAPTURED},
    )
    assert plan.document()["status"] == {"ok": "captured"}


@pytest.mark.parametrize(
    "text",
    [
        "[columns]\nprice = 'x'",
        "[columns]\norder_id = 7",
        "columns = 1",
        "[more]\n",
        "[status]\nx = 'deleted'",
        "[format]\ndecimal = '.'\nthousands = '.'",
        "[format]\ntime_zone = 'Berlin'",
        "[format]\nencoding = 'klingon'",
        "[format]\ndelimiter = 'x'",
        "[format]\ndate = '%d.%m. %H:%M'",
        "[format]\ndate = '%d.%m.%%Y'",
        "[columns]\ncurrency = 'c'\n[values]\ncurrency = 'EUR'",
        "not toml",
    ],
)
def test_a_mapping_that_can_not_be_meant_is_refused(text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_mapping(text.encode())
    assert caught.value.code in ("bad_mapping", "unknown_time_zone")


def one_of(folder: Path, **columns: Any) -> OrderState:
    states, refusals = outcome(open_source(parquet_file(folder, **columns), BERLIN))
    assert refusals == []
    return states[0]


def test_parquet_holds_decimals_whole_numbers_and_times_exactly(tmp_path: Path) -> None:
    exact = pyarrow.array([Decimal("37.739496")], pyarrow.decimal128(20, 6))
    assert one_of(tmp_path, net_amount=exact).total == 37_739_496
    assert one_of(tmp_path, net_amount=pyarrow.array([59], pyarrow.int64())).total == 59_000_000
    for unit in ("s", "ms", "us", "ns"):
        column = pyarrow.array([datetime(2026, 11, 14, 12, tzinfo=UTC)], pyarrow.timestamp(unit, "UTC"))
        assert one_of(tmp_path, ordered_at=column).placed_at == parse_rfc3339(NOON)
        naive = pyarrow.array([datetime(2026, 11, 14, 13)], pyarrow.timestamp(unit))  # noqa: DTZ001
        assert one_of(tmp_path, ordered_at=naive).placed_at == parse_rfc3339(NOON)
    assert one_of(tmp_path, order_id=pyarrow.array([1001]), test=pyarrow.array([True])).test
    assert one_of(tmp_path, order_id=[1001.0]).order_id == "1001"
    assert one_of(tmp_path, sku=pyarrow.array(["S"]).dictionary_encode(), code=pyarrow.nulls(1)).lines[0].sku == "S"


def test_floating_point_columns_are_read_by_their_shortest_text_and_said_so(tmp_path: Path) -> None:
    path = parquet_file(tmp_path, net_amount=[59.99, 37.739999999999995, 0.1 + 0.2], order_id=["a", "b", "c"])
    source = open_source(path, Plan())
    assert source.notes == ("net_amount: floating-point numbers, rounded to six digits; decimal128 is exact.",)
    assert [state.total for state in outcome(source)[0]] == [59_990_000, 37_740_000, 300_000]
    bad = [float("inf"), 1e12, float("nan")]
    _, refusals = outcome(open_source(parquet_file(tmp_path, net_amount=bad, order_id=["a", "b", "c"]), Plan()))
    assert [one.code for one in refusals] == ["bad_amount", "bad_amount", "missing_field"]


def test_parquet_of_another_shape_is_refused_in_a_sentence(tmp_path: Path) -> None:
    for column in ([["a"]], [{"a": 1}], [b"raw"]):
        with pytest.raises(BadInputError) as caught:
            open_source(parquet_file(tmp_path, code=pyarrow.array(column)), Plan())
        assert caught.value.code == "bad_parquet"


def test_without_pyarrow_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet_file(tmp_path, code=["x"])
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(BadInputError, match=r"pip install 'fanshare\[parquet\]'"):
        parquet_rows.open_parquet(path)


def test_an_order_with_more_rows_than_an_order_can_have_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    rows = [f"A,{NOON},EUR,1"] * 10_003 + [f"B,{NOON},EUR,1"]
    path.write_text("\n".join([",".join(SALE), *rows]), "utf-8")
    states, refusals = outcome(open_source(path, Plan()))
    assert [state.order_id for state in states] == ["B"]
    assert {one.code for one in refusals} == {"too_many_lines"}
    assert len(refusals) == 10_003


def test_refused_rows_of_parquet_are_written_out_as_well(tmp_path: Path) -> None:
    source = open_source(parquet_file(tmp_path, order_id=["a", "b"], status=["paid", "?"]), Plan())
    with Staging.opened() as staging:
        read(source, staging, pseudonym, lambda rows: None)
        assert write_refused(source, staging.refusals(), tmp_path / "left.csv") == 1
    (row,) = csv.DictReader(io.StringIO((tmp_path / "left.csv").read_text("utf-8")))
    assert (row["refused_row"], row["order_id"]) == ("2", "b")
