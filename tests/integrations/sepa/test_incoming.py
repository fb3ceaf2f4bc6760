"""Money that came in by a bank's statement: booked parts that are no return, each named the same on every statement."""

import pytest

from fanshare.core.errors import BadInputError
from fanshare.integrations.bank_files import Banks
from tests.integrations.sepa.bank import STATEMENT_VERSIONS, Booked, statement

CAME = Booked("12.50", [("FS RF1", "12.50", "")], "CRDT", reference="B1")


@pytest.mark.parametrize("version", STATEMENT_VERSIONS)
def test_what_came_in_is_told_with_its_text(version: str) -> None:
    [one] = Banks().incoming(statement([CAME], version=version))
    assert (one.amount, one.currency) == (12_500_000, "EUR")
    assert "FS RF1" in one.text


def test_what_the_payer_wrote_is_read_from_both_places() -> None:
    told = "<RmtInf><Ustrd>for Linen</Ustrd><Strd><CdtrRefInf><Ref>RF18X</Ref></CdtrRefInf></Strd></RmtInf>"
    raw = statement([CAME]).replace(b"</TxDtls>", told.encode() + b"</TxDtls>")
    assert Banks().incoming(raw)[0].text == "RF18X for Linen FS RF1"


@pytest.mark.parametrize(
    "other",
    [
        Booked("12.50", [("x", "12.50", "")], "DBIT"),
        Booked("12.50", [("x", "12.50", "AC04")], "CRDT"),
        Booked("12.50", [("x", "12.50", "")], "CRDT", reversal=True),
        Booked("12.50", [("x", "12.50", "")], "CRDT", status="PDNG"),
        Booked("12.50", [], "CRDT"),
    ],
    ids=["went", "came back", "reversed", "announced", "no parts"],
)
def test_what_went_came_back_or_is_not_booked_is_left_out(other: Booked) -> None:
    assert len(Banks().incoming(statement([other, CAME]))) == 1


def test_a_booking_has_one_name_by_the_banks_reference_else_by_its_place() -> None:
    again = Banks().incoming(statement([CAME, CAME], number="S-2"))
    assert {one.entry for one in again} == {one.entry for one in Banks().incoming(statement([CAME], number="S-1"))}
    without = Booked("12.50", [("x", "12.50", "")], "CRDT")
    first, second = Banks().incoming(statement([without, without]))
    assert first.entry != second.entry
    assert Banks().incoming(statement([without]))[0].entry == first.entry
    assert Banks().incoming(statement([without], number="S-2"))[0].entry != first.entry


def test_what_is_no_statement_is_refused() -> None:
    with pytest.raises(BadInputError):
        Banks().incoming(b"<x/>")
