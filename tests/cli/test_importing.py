"""``fanshare import orders``: what a file brings in, what it would bring in, and what it refuses."""

import csv
import stat
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from tests.cli.conftest import LABEL, Terminal

HEADER = "order_id,ordered_at,currency,net_amount,code,email,sku,qty,status,refunded_amount"
#: A code is worth something from when it was made known: orders come after, however long other tests take before.
SOON = (datetime.now(UTC) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
A1 = f"A-1,{SOON},EUR,59.00,CLEO10,lena@example.test,SHIRT,1,paid,"
B1 = f"B-1,{SOON},EUR,100.00,cleo10,max@example.test,MUG,2,paid,"
B2 = "B-1,,,20.00,,,CUP,1,,"


@pytest.fixture
def shop(cleo: Terminal) -> Terminal:
    """Bea's programme, in which Cleo has a code."""
    cleo.say("code", "add", "CLEO10", "--creator", "cleo", *LABEL)
    return cleo


def written(folder: Path, *rows: str, name: str = "orders.csv", header: str = HEADER) -> str:
    file = folder / name
    file.write_text("\n".join((header, *rows)) + "\n", "utf-8")
    return str(file)


def books(document: Any) -> dict[str, tuple[str, str]]:
    return {one["name"]: (one["before"], one["after"]) for one in document["books"]}


def test_a_file_is_rehearsed_then_imported_and_the_second_time_changes_nothing(shop: Terminal, tmp_path: Path) -> None:
    file = written(tmp_path, A1, B1, B2)
    rehearsed = shop.ask("import", "orders", file, "--dry-run")
    assert (rehearsed["orders"], rehearsed["changed"], rehearsed["rehearsed"]) == (2, 2, True)
    assert books(rehearsed) == {"Cleo": ("0.000000", "21.480000"), "what the brand owes": ("0.000000", "21.480000")}
    for what in ("order", "import", "connection"):
        assert next(iter(shop.ask(what, "list").values())) == []
    imported = shop.ask("import", "orders", file)
    assert imported["books"] == rehearsed["books"]
    again = shop.ask("import", "orders", file)
    assert (again["orders"], again["changed"], again["books"]) == (2, 0, [])
    assert shop.ask("import", "orders", file, "--dry-run")["changed"] == 0
    first, second = shop.ask("import", "list")["imports"][::-1]
    assert first["sha256"] == second["sha256"] == imported["sha256"]
    assert (first["state"], first["counts"]) == ("done", {"orders": 2, "changed": 2, "not_taken": 0})
    assert shop.call("check").exit_code == 0


def test_a_changed_row_changes_exactly_the_difference_and_changing_it_back_undoes_it(
    shop: Terminal, tmp_path: Path
) -> None:
    shop.ask("import", "orders", written(tmp_path, A1, B1, B2))
    refunded = written(tmp_path, A1, B1, f"{B2}5.00")
    assert books(shop.ask("import", "orders", refunded))["Cleo"] == ("21.480000", "20.880000")
    assert books(shop.ask("import", "orders", written(tmp_path, A1, B1, B2)))["Cleo"] == ("20.880000", "21.480000")
    cancelled = written(tmp_path, A1.replace("paid", "cancelled"))
    assert books(shop.ask("import", "orders", cancelled))["Cleo"] == ("21.480000", "14.400000")
    assert shop.call("check").exit_code == 0


def test_one_refused_row_keeps_everything_out_until_somebody_says_otherwise(shop: Terminal, tmp_path: Path) -> None:
    bad = B2.replace("20.00", "20,00")
    file = written(tmp_path, A1, B1, f"{bad.replace('20,00', chr(34) + '20,00' + chr(34))}")
    refused = shop.ask("import", "orders", file, "--write-refused", exit_code=1)
    assert (refused["imported"], refused["rows"], refused["rows_refused"]) == (False, 3, 2)
    assert refused["refused_by_reason"] == {"bad_amount": 1, "order_refused": 1}
    assert [(one["row"], one["code"]) for one in refused["refused"]] == [(3, "order_refused"), (4, "bad_amount")]
    assert shop.ask("order", "list")["orders"] == []
    left = Path(refused["refused_file"])
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    with left.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["refused_row"], row["order_id"], row["email"]) for row in rows] == [
        ("3", "B-1", "max@example.test"),
        ("4", "B-1", ""),
    ]
    taken = shop.ask("import", "orders", file, "--skip-refused", exit_code=1)
    assert (taken["imported"], taken["orders"], books(taken)["Cleo"]) == (True, 1, ("0.000000", "7.080000"))
    # The refused rows, put right, are a file that can be imported.
    left.write_text(left.read_text("utf-8").replace("20,00", "20.00"), "utf-8")
    assert books(shop.ask("import", "orders", str(left)))["Cleo"] == ("7.080000", "21.480000")


def test_people_are_told_the_same_in_sentences(shop: Terminal, tmp_path: Path) -> None:
    said = shop.say("import", "orders", written(tmp_path, A1), "--dry-run")
    assert "It would be: 1 orders, 1 of them new or changed." in said
    assert "Cleo: 0.000000 -> 7.080000 EUR (7.080000)" in said
    assert said.endswith("This was a dry run: nothing was changed.\n")
    result = shop.call("import", "orders", written(tmp_path, A1.replace("EUR", "")))
    assert result.exit_code == 1
    assert (
        "Row 2: currency: No row of this order says it.\n1 of 1 rows were refused (1 missing_field)." in result.stdout
    )
    assert "Nothing was imported." in result.stdout


def test_a_mapping_says_how_a_foreign_file_is_to_be_read(shop: Terminal, tmp_path: Path) -> None:
    local = (datetime.now(UTC) + timedelta(hours=2)).strftime("%d.%m.%Y %H:%M:%S")
    row = f"A-1;{local};1.059,00;CLEO10;bezahlt"
    file = tmp_path / "bestellungen.csv"
    file.write_bytes(f"Bestellung;Datum;Netto (Stück);Gutschein;Zustand\n{row}\n".encode("cp1252"))
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        """
[columns]
order_id = "Bestellung"
ordered_at = "Datum"
net_amount = "Netto (Stück)"
code = "gutschein"
status = "Zustand"
[values]
currency = "EUR"
[status]
bezahlt = "captured"
[format]
decimal = ","
thousands = "."
date = "%d.%m.%Y %H:%M:%S"
time_zone = "UTC"
""",
        "utf-8",
    )
    document = shop.ask("import", "orders", str(file), "--mapping", str(mapping))
    assert books(document)["Cleo"] == ("0.000000", "127.080000")
    assert "Windows-1252" in document["notes"][0]


def test_a_parquet_file_is_rehearsed_imported_and_the_second_time_changes_nothing(
    shop: Terminal, tmp_path: Path
) -> None:
    cells = {
        "order_id": ["A-1", "B-1"],
        "ordered_at": [datetime.now(UTC) + timedelta(hours=2)] * 2,
        "currency": ["EUR", "EUR"],
        "net_amount": pyarrow.array([Decimal("59.00"), Decimal("100.00")], pyarrow.decimal128(12, 2)),
        "code": ["CLEO10", "cleo10"],
        "email": ["lena@example.test", "max@example.test"],
        "status": ["paid", "paid"],
    }
    file = tmp_path / "orders.parquet"
    parquet.write_table(pyarrow.table(cells), file)
    rehearsed = shop.ask("import", "orders", str(file), "--dry-run")
    assert books(rehearsed)["Cleo"] == ("0.000000", "19.080000")
    assert shop.ask("order", "list")["orders"] == []
    assert shop.ask("import", "orders", str(file))["books"] == rehearsed["books"]
    again = shop.ask("import", "orders", str(file))
    assert (again["orders"], again["changed"], again["books"]) == (2, 0, [])
    assert shop.call("check").exit_code == 0


def test_what_is_no_file_of_orders_is_refused_with_what_to_do(shop: Terminal, tmp_path: Path) -> None:
    def refused(content: bytes, *more: str) -> str:
        file = tmp_path / "file"
        file.write_bytes(content)
        return shop.refused("import", "orders", str(file), *more)

    assert refused(b"") == "no_header"
    assert refused(b"PK\x03\x04...") == "not_text"
    assert refused(b"a,b\n1,2\n") == "missing_column"
    assert refused(b"\0\1\2") == "not_text"
    assert refused(b"PAR1 and no more") == "bad_parquet"
    assert refused(f"{HEADER}\n".encode() + b'A,"never closed') == "bad_csv"
    assert refused(f"{HEADER}\n{A1}\n".encode(), "--connection", "nobody") == "which_connection"
    assert shop.refused("import", "orders", str(tmp_path)) == "no_file"
    assert shop.refused("import", "orders", str(tmp_path / "missing")) == "no_file"


def test_a_connection_that_sends_its_own_orders_takes_no_files(shop: Terminal, tmp_path: Path) -> None:
    made = shop.ask("connection", "add", "generic", "--shop", "https://shop.example")
    file = written(tmp_path, A1)
    assert shop.refused("import", "orders", file, "--connection", made["endpoint"]) == "not_for_files"
    shop.say("connection", "add", "import")
    shop.say("connection", "add", "import")
    assert shop.refused("import", "orders", file, "--dry-run") == "which_connection"
