"""ACH files that are composed: their bytes, that another implementation agrees with them, and that they read back."""

from dataclasses import replace
from datetime import UTC, datetime

import achkit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.routing import with_check_digit
from fanshare.integrations.nacha.compose import Item, Payee, compose
from fanshare.integrations.nacha.document import Batch, Control, Entry, Totals
from fanshare.integrations.nacha.read_file import read_file
from fanshare.integrations.nacha.rules import check
from fanshare.integrations.nacha.write import write
from tests.integrations.nacha.samples import CLEO, TODAY, file, frame, items

#: Written by hand after the tables of the Nacha Operating Rules, column by column.
EXPECTED = """\
101 12104288212345678902612011002A094101MY BANK                BEA'S SHOP INC
5220BEA'S SHOP INC                      1234567890PPDSALESHARE       261202   1121042880000001
622021000021000123456789     0000141600fs-1-cleo      CLEO MUELLER            0121042880000001
63201140153398-7654321       0000000037fs-1-finn      FINN O'HARA             0121042880000002
822000000200032401550000000000000000001416371234567890                         121042880000001
5220BEA'S SHOP INC                      1234567890CCDSALESHARE       261202   1121042880000002
6220910000195550001          0000002550fs-1-studio    CLEO'S STUDIO LLC       0121042880000003
822000000100091000010000000000000000000025501234567890                         121042880000002
9000002000001000000030012340156000000000000000000144187
"""

payees = st.builds(
    Payee,
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40).map(lambda text: f"Cleo {text}"),
    st.text("0123456789", min_size=8, max_size=8).filter(lambda text: int(text) > 0).map(with_check_digit),
    st.text("ABCXYZ0123456789-", min_size=1, max_size=17),
    st.booleans(),
    st.booleans(),
)
amounts = st.integers(1, 9_999_999_999).map(lambda cents: cents * 10_000)


def test_every_column_stands_where_the_rules_of_nacha_put_it() -> None:
    lines = write(file()).decode().splitlines()
    assert [line.rstrip() for line in lines[:9]] == EXPECTED.splitlines()
    assert lines[9:] == ["9" * 94]
    assert {len(line) for line in lines} == {94}


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(payees, amounts), min_size=1, max_size=25))
def test_whatever_is_composed_keeps_the_rules_reads_back_and_is_right_for_another_implementation(
    chosen: list[tuple[Payee, int]],
) -> None:
    made = compose(frame(), [Item(f"r-{n}", amount, "USD", payee) for n, (payee, amount) in enumerate(chosen)])
    alike = {finding.rule_id for finding in check(made, TODAY)}
    assert alike <= {"same-credit-twice"}
    raw = write(made)
    assert read_file(raw) == made
    assert achkit.validate(raw.decode()) == {"ok": True, "errors": []}


def test_the_other_implementation_finds_a_wrong_hash() -> None:
    assert not achkit.validate(write(file()).decode().replace("0003240155", "0003240156"))["ok"]


def test_a_file_of_the_other_implementation_reads_and_keeps_the_rules() -> None:
    names = {"origin_name": "BEAS SHOP", "destination_name": "MY BANK"}
    theirs = achkit.AchFile.create("121042882", "1234567890", **names, creation_date=datetime(2026, 12, 1, tzinfo=UTC))
    theirs.batch("PPD", "SALESHARE", "2026-12-02").credit("CLEO", "021000021", "123", 1250, id_number="fs-1")
    read = read_file(theirs.render().encode())
    assert [entry.cents for entry in read.batches[0].entries] == ["1250"]
    assert check(read, TODAY) == []


def test_sums_hash_and_blocks_hold_for_thousands() -> None:
    one = items()[0]
    many = [replace(one, reference=f"r-{n}", payee=replace(CLEO, account=str(n))) for n in range(5_000)]
    made = compose(frame(), many)
    raw = write(made)
    assert check(made, TODAY) == []
    assert made.totals.entry_hash == "500010000"  # the last ten digits of 5000 times 02100002
    assert len(raw.splitlines()) % 10 == 0
    assert achkit.validate(raw.decode())["ok"]


def test_traces_go_on_from_file_to_file() -> None:
    made = compose(replace(frame(), first_trace=41), items())
    assert [entry.trace[-2:] for batch in made.batches for entry in batch.entries] == ["41", "42", "43"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"currency": "EUR"}, "nacha_currency"),
        ({"micros": 1_416_999}, "nacha_cents"),
        ({"micros": -10_000}, "nacha_cents"),
        ({"payee": replace(CLEO, routing="02100")}, "nacha_routing"),
    ],
)
def test_what_the_format_has_no_place_for_is_refused_before_it_is_lost(changes: dict[str, object], code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        compose(frame(), [replace(items()[0], **changes)])  # type: ignore[arg-type]
    assert caught.value.code == code


def test_a_value_that_does_not_fit_is_never_written() -> None:
    made = file()
    entry = replace(made.batches[0].entries[0], name="C" * 23)
    with pytest.raises(ValueError, match="does not fit"):
        write(replace(made, batches=(replace(made.batches[0], entries=(entry,)),)))


def test_fields_that_are_full_to_their_last_column_read_back() -> None:
    made = file()
    entry = Entry("22", "021000021", "1" * 17, "9" * 10, "i" * 15, "N" * 22, "1" * 15, "DD", "1", ("7" + "A" * 93,))
    sums = Totals("9" * 6, "9" * 10, "8" * 12, "7" * 12)
    control = Control("220", sums, "C" * 10, "12104288", "9" * 7)
    whole = Batch(
        *("220", "B" * 16, "C" * 10, "PPD", "D" * 10, "261202", "1", "12104288", "9" * 7),
        *((entry,), control, "E" * 20, "F" * 6),
    )
    full = replace(made, origin="1" * 10, destination_name="G" * 23, origin_name="H" * 23, reference="J" * 8)
    full = replace(
        full, batches=(whole,), batch_count="9" * 6, block_count="8" * 6, totals=replace(sums, entries="6" * 8)
    )
    assert read_file(write(full)) == replace(full, records=10)


@pytest.mark.parametrize("end", ["\r\n", "", "\n"])
def test_line_ends_do_not_matter(end: str) -> None:
    raw = write(file()).replace(b"\n", end.encode())
    assert read_file(raw) == file()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda raw: b"", "ach_length"),
        (lambda raw: raw.replace(b"CLEO MUELLER", "CLÉO MUELLER".encode("latin-1")), "ach_characters"),
        (lambda raw: raw.replace(b"CLEO MUELLER", b"CLEO\0MUELLER"), "ach_characters"),
        (lambda raw: raw.replace(b"CLEO MUELLER", b"CLEO\x1b[2JLER"), "ach_characters"),
        (lambda raw: raw.replace(b"CLEO MUELLER", b"CLEO"), "ach_length"),
        (lambda raw: b"\n".join(raw.split(b"\n")[1:]), "ach_order"),
        (lambda raw: b"\n".join(raw.split(b"\n")[:4]), "ach_order"),
        (lambda raw: raw.replace(b"\n8220", b"\n6220", 1), "ach_order"),
        (lambda raw: raw.replace(b"\n6", b"\n7", 1), "ach_order"),
        (lambda raw: raw + b"1" * 94, "ach_order"),
        (lambda raw: raw.replace(b"101 ", b"103 ", 1), "ach_order"),
        (lambda raw: b"9" * 940, "ach_order"),
    ],
)
def test_what_is_no_ach_file_is_refused(spoil: object, code: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_file(spoil(write(file())))  # type: ignore[operator]
    assert caught.value.code == code


def test_a_huge_file_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fanshare.integrations.nacha.read_file.MAX_BYTES", 100)
    with pytest.raises(BadInputError, match="more than 100 bytes"):
        read_file(write(file()))
