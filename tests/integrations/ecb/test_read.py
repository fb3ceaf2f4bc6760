"""Files of the ECB's rates are read whole, or refused with line and reason."""

from random import Random

import pytest

from fanshare.core.errors import BadInputError
from fanshare.core.rates import is_rate
from fanshare.integrations.ecb import read
from fanshare.integrations.ecb.read import read_rates
from tests.fuzz.spoil import noise
from tests.integrations.ecb.samples import DAILY_CSV, HEAD, HISTORY, LINES, XML, envelope
from tests.support.effort import effort


def refusal(raw: bytes) -> str:
    with pytest.raises(BadInputError) as caught:
        read_rates(raw)
    return caught.value.message


def test_a_history_is_read_with_its_gaps_and_without_what_is_no_more() -> None:
    found = read_rates(HISTORY)
    assert [one.day for one in found.days] == ["2007-12-31", "2025-12-31", "2026-11-25", "2026-11-26"]
    assert found.days[-1].per == {"USD": "1.1583", "JPY": "180.93", "HUF": "381.63", "KRW": "1693.35"}
    assert found.days[-2].per["KRW"] == "1690.00"  # as it was written
    assert (found.missing, found.left_out) == (5, ("BGN", "CYP"))


def test_the_files_of_one_day_say_the_same_in_both_forms() -> None:
    csv, xml = read_rates(DAILY_CSV), read_rates(XML)
    assert csv == xml
    assert csv.days[0].day == "2026-11-26"
    assert read_rates(b"\xef\xbb\xbf" + XML) == xml
    assert read_rates(DAILY_CSV.replace(b"\n", b"\r\n")) == csv


CSV_FAULTS = [
    (HEAD.replace("Date", "Day"), LINES[0], "line 1: it does not begin with Date"),
    (HEAD.replace("JPY", "USD"), LINES[0], "line 1: USD stands there twice"),
    (HEAD.replace("JPY", "EUR"), LINES[0], "line 1: the euro has a rate to itself"),
    (HEAD.replace("JPY", "yen"), LINES[0], "line 1: currency 2 is no code of three letters"),
    (HEAD, LINES[0] + "1.5,", "line 2: it has 8 cells, and the first line has 7"),
    (HEAD, LINES[0].replace("180.93", "-180.93"), "line 2: the rate of JPY is no decimal number above zero"),
    (HEAD, LINES[0].replace("180.93", "0.0"), "line 2: the rate of JPY is no decimal number above zero"),
    (HEAD, LINES[0].replace("180.93", "1,80.93"), "line 2: it has 8 cells"),
    (HEAD, LINES[0].replace("180.93", "1e3"), "line 2: the rate of JPY"),
    (HEAD, LINES[0].replace("180.93", "NaN"), "line 2: the rate of JPY"),
    (HEAD, LINES[0].replace("2026-11-26", "26.11.2026"), "line 2: its day is not written like 2026-11-27"),
    (HEAD, LINES[0].replace("2026-11-26", "2026-02-30"), "line 2: its day is not written like"),
    (HEAD, "2026-11-26" + ",N/A" * 6 + ",", "line 2: it has no rate"),
    (HEAD, f"{LINES[0]}\n{LINES[1]}\n{LINES[0]}", "2026-11-26 stands in it twice"),
    (HEAD, "", "it has no day"),
]


@pytest.mark.parametrize(("head", "rest", "reason"), CSV_FAULTS, ids=[reason[:40] for *_, reason in CSV_FAULTS])
def test_a_strange_csv_file_is_refused_with_line_and_reason(head: str, rest: str, reason: str) -> None:
    said = refusal(f"{head}\n{rest}\n".encode())
    assert reason in said
    assert said.endswith("Nothing was taken.")


XML_FAULTS = [
    (XML.replace(b"gesmes.org", b"example.org"), "another kind of XML"),
    (XML.replace(b"time='2026-11-26'", b""), "at day 1: its day is not written like"),
    (XML.replace(b"180.93", b"180,93"), "at 2026-11-26: the rate of JPY is no decimal"),
    (envelope(("2026-11-26", {}), ("2026-11-25", {"USD": "1"})), "at 2026-11-26: it has no rate"),
    (envelope(), "it has no day"),
    (b"<!DOCTYPE d><d/>", "document type"),
    (b"PK\x03\x04", "unpack it"),
    ("Date,\N{EURO SIGN}".encode(), "other letters"),
    (b"", "line 1"),
]


@pytest.mark.parametrize(("raw", "reason"), XML_FAULTS, ids=[reason for _, reason in XML_FAULTS])
def test_other_strange_files_are_refused_with_the_reason(raw: bytes, reason: str) -> None:
    assert reason in refusal(raw)


def test_a_file_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_DAYS", 3)
    assert "more than 3 days" in refusal(HISTORY)
    monkeypatch.setattr(read, "MAX_BYTES", 100)
    assert "more than 32 MB" in refusal(HISTORY)


@pytest.mark.soak_sized
def test_a_spoiled_file_is_refused_or_says_rates_and_nothing_else() -> None:
    chance = Random("rates")
    outcomes = set()
    for _ in range(effort(600)):
        try:
            found = read_rates(noise(chance, chance.choice((HISTORY, DAILY_CSV, XML))))
        except BadInputError as error:
            outcomes.add(error.code)
        else:
            outcomes.add("read")
            assert all(is_rate(per) for day in found.days for per in day.per.values())
    assert outcomes >= {"read", "bad_rates"}
