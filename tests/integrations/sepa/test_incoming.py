"""Money that came in by a bank's statement: booked parts that are no return, each named the same on every statement."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def names(*entries: Booked, number: str = "S-1", version: str = "08") -> list[str]:
    return [one.entry for one in Banks().incoming(statement(entries, number=number, version=version))]


def test_a_booking_has_one_name_by_the_banks_reference() -> None:
    assert set(names(CAME, CAME, number="S-2")) == set(names(CAME))
    assert names(replace(CAME, day="2026-12-27")) != names(CAME), "some banks begin their references anew"
    assert names(replace(CAME, reference="B2")) != names(CAME)


@pytest.mark.parametrize(
    "nothing", ["", "NONREF", "NONREFERENCE", "NOTPROVIDED", "NotProvided", "NOREF", "000000", "n/a", "-", "---"]
)
def test_what_is_no_reference_names_nothing(nothing: str) -> None:
    without = replace(CAME, reference=nothing)
    first, second = names(without, without)
    assert first != second, "two equal payments of a day"
    assert names(without) == [first]
    assert names(without, number="S-2") == [first], "another statement that tells the same day"
    for other in (
        replace(without, day="2026-12-27"),
        replace(without, payer="Oak Ltd"),
        replace(without, amount="12.51", parts=[("FS RF1", "12.51", "")]),
        replace(without, parts=[("FS RF2", "12.50", "")]),
    ):
        assert not {first, second} & {*names(other)}
    dayless = replace(without, day="")
    assert names(dayless) == names(dayless) != names(dayless, number="S-2")


def test_parts_of_one_booking_and_what_the_bank_calls_a_part_are_told_apart() -> None:
    twice = Booked("25.00", [("FS RF1", "12.50", "")] * 2, "CRDT", reference="NONREF")
    assert len({*names(twice)}) == 2
    assert names(twice) == names(twice, number="S-2", version="08")
    raw = statement([replace(CAME, reference="NONREF")])
    told = [raw.replace(b"<Refs>", f"<Refs><AcctSvcrRef>{one}</AcctSvcrRef>".encode()) for one in ("T1", "T2")]
    assert len({Banks().incoming(one)[0].entry for one in told}) == 2


def test_pages_of_one_statement_go_on_counting_and_the_same_page_again_does_not() -> None:
    without = replace(CAME, reference="NONREF")
    text = statement([without]).decode()
    start, end = text.index("<Stmt>"), text.index("</Stmt>") + len("</Stmt>")
    page = [text[start:end].replace("<Acct>", f"<StmtPgntn><PgNb>{n}</PgNb></StmtPgntn><Acct>") for n in (1, 2)]

    def read(*pages: str) -> list[str]:
        return [one.entry for one in Banks().incoming((text[:start] + "".join(pages) + text[end:]).encode())]

    assert read(*page) == names(without, without)
    assert read(page[0], page[0]) == names(without) * 2


DAYS = [f"2026-11-{day:02d}" for day in range(20, 25)]
bookings = st.lists(
    st.builds(
        lambda day, amount, payer, text, reference: Booked(
            amount, [(text, amount, "")], "CRDT", day=day, payer=payer, reference=reference
        ),
        st.sampled_from(DAYS),
        st.sampled_from(["5.00", "6.00"]),
        st.sampled_from(["", "Oak Ltd"]),
        st.sampled_from(["RF1", "NOTPROVIDED"]),
        st.sampled_from(["", "NONREF", "unique"]),
    ),
    max_size=12,
).map(
    lambda some: [
        replace(one, reference=f"B{nth}") if one.reference == "unique" else one
        for nth, one in enumerate(sorted(some, key=lambda one: one.day))
    ]
)
spans = st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)), max_size=4)


@given(bookings, spans, st.randoms(use_true_random=False))
def test_statements_that_overlap_in_any_order_book_everything_once(
    booked: list[Booked], some: list[tuple[str, str]], chance: Random
) -> None:
    periods = [*some, (DAYS[0], DAYS[2]), (DAYS[2], DAYS[4])] * 2
    chance.shuffle(periods)
    found = {
        name
        for nth, (since, until) in enumerate(periods)
        for name in names(*(one for one in booked if since <= one.day <= until), number=f"S-{nth}")
    }
    assert len(found) == len(booked)


@given(bookings, st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=5))
def test_whatever_is_cut_out_nothing_is_booked_that_the_bank_did_not_book(
    booked: list[Booked], cuts: list[tuple[int, int]]
) -> None:
    found = {name for since, until in cuts for name in names(*booked[since:until])}
    assert found <= {*names(*booked)}


def test_what_is_no_statement_is_refused() -> None:
    with pytest.raises(BadInputError):
        Banks().incoming(b"<x/>")
