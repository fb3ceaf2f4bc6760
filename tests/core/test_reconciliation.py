"""A run beside its file, the books and what was said: a cent, a missing, a doubled and a strange one have a name."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.currencies import EXPONENTS
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY
from fanshare.core.money import from_minor_units
from fanshare.core.payout_item import Answer, Frozen, Item, Said, State, decide, hear, move, submit
from fanshare.core.reconciliation import (
    DECIDED,
    Event,
    Line,
    Payment,
    What,
    Word,
    followed,
    read_line,
    reconcile,
    written,
)

CLEO = Line("shop-1", "cleo", 5_660_000, "EUR", 3)
FINN = Line("shop-2", "finn", 1_410_000, "EUR")
YEN = Line("shop-3", "fay", 700_000_000, "JPY")
RUN = [Payment(one, State.SUBMITTED, one) for one in (CLEO, FINN, YEN)]
FILE = "".join(written(one.line) + "\n" for one in RUN)

lines = st.builds(
    lambda key, payee, units, currency, account: Line(key, payee, from_minor_units(units, currency), currency, account),
    st.from_regex(r"[a-zA-Z0-9-]{1,35}", fullmatch=True),
    st.from_regex(r"[a-z0-9]{1,26}", fullmatch=True),
    st.integers(1, 10**10),
    st.sampled_from(sorted(EXPONENTS)),
    st.none() | st.integers(1, 1 << 60),
)


@given(lines)
def test_a_line_that_was_written_is_read_as_it_was(line: Line) -> None:
    assert read_line(written(line)) == line


@pytest.mark.parametrize(
    "text",
    ["", "a,b,5.66", "a,b,5.660,EUR", "a,b,05.66,EUR", "a,b,5.66,EUR,", "a,b,5.66,EUR,account-0", "a,b,5.66,EUR,x",
     "a,b,5,EUR", "a,b,7.00,JPY", "a,b,1.1.1,EUR", "a,b,5.66,XXQ", "a,b,-5.66,EUR", "a,b,5.66,EUR,account-1,c",
     "a,b," + "9" * 20 + ",EUR"],
)  # fmt: skip
def test_what_would_not_have_been_written_is_not_read(text: str) -> None:
    with pytest.raises(BadInputError):
        read_line(text)


@given(st.lists(lines, max_size=8, unique_by=lambda one: one.reference))
def test_a_run_that_is_its_file_and_its_bookings_agrees(sent: list[Line]) -> None:
    found = reconcile([Payment(one, State.FINAL, one) for one in sent], "".join(written(one) + "\n" for one in sent))
    assert found.agrees
    assert found.differences == ()
    for total in found.totals:
        assert total.run == total.file == total.booked == total.marked > 0
        assert (total.confirmed, total.back, total.open, total.looked) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("file", "what", "reference"),
    [
        (FILE.replace("5.66", "5.67"), What.OTHER_LINE, "shop-1"),
        (FILE.replace("1.41", "1.40"), What.OTHER_LINE, "shop-2"),
        (FILE.replace("account-3", "account-4"), What.OTHER_LINE, "shop-1"),
        (FILE.replace("finn", "otto"), What.OTHER_LINE, "shop-2"),
        (FILE.replace("1.41,EUR", "1.41,USD"), What.OTHER_LINE, "shop-2"),
        (FILE.partition("\n")[2], What.NOT_IN_FILE, "shop-1"),
        (FILE + written(YEN) + "\n", What.TWICE_IN_FILE, "shop-3"),
        (FILE + written(YEN._replace(reference="shop-9")) + "\n", What.NOT_OF_RUN, "shop-9"),
        (FILE + "shop-4;otto\n", What.BAD_LINE, "line 4"),
    ],
)
def test_each_way_in_which_a_file_can_differ_is_named(file: str, what: What, reference: str) -> None:
    [found] = [one for one in reconcile(RUN, file).differences if one.what is what]
    assert found.reference == reference
    assert not reconcile(RUN, file).agrees


def test_what_is_booked_otherwise_or_not_at_all_is_named() -> None:
    cent = RUN[0]._replace(booked=CLEO._replace(amount=CLEO.amount + 10_000))
    other = RUN[1]._replace(booked=FINN._replace(payee="otto"))
    found = reconcile([cent, other, RUN[2]._replace(booked=None)], FILE)
    assert [(one.what, one.reference) for one in found.differences] == [
        (What.OTHER_BOOKED, "shop-1"), (What.OTHER_BOOKED, "shop-2"), (What.NOT_BOOKED, "shop-3")]  # fmt: skip
    assert (found.differences[0].run, found.differences[0].other) == ("5.66 EUR of cleo", "5.67 EUR of cleo")
    assert [one.booked for one in found.totals] == [CLEO.amount + FINN.amount + 10_000, 0]


@pytest.mark.parametrize("word", [Word("arrived", 5_650_000, "EUR"), Word("arrived", 5_660_000, "USD")])
def test_a_bank_that_says_another_cent_is_open_until_a_person_decides(word: Word) -> None:
    waits = reconcile([RUN[0]._replace(state=State.MISMATCH, words=(word,)), *RUN[1:]], FILE)
    assert [(one.what, one.reference, one.settled) for one in waits.differences] == [
        (What.OTHER_SAID, "shop-1", False)]  # fmt: skip
    assert not waits.agrees
    assert waits.totals[0].looked == CLEO.amount
    decided = reconcile([RUN[0]._replace(state=State.FINAL, words=(word,)), *RUN[1:]], FILE)
    assert decided.agrees
    assert [one.settled for one in decided.differences] == [True]
    assert (decided.totals[0].marked, decided.totals[0].confirmed) == (CLEO.amount, 0)


def test_what_a_bank_confirmed_to_the_cent_is_told_from_what_a_person_marked() -> None:
    bank = RUN[0]._replace(state=State.FINAL, words=(Word("arrived", 5_660_000, "EUR"),))
    person = RUN[1]._replace(state=State.FINAL)
    back = RUN[2]._replace(state=State.RETURNED)
    euros, yen = reconcile([bank, person, back], FILE).totals
    assert (euros.confirmed, euros.marked, euros.open, euros.payments) == (5_660_000, 1_410_000, 0, 2)
    assert (yen.back, yen.open) == (700_000_000, 0)


SAID = st.builds(
    Answer,
    st.sampled_from(Said),
    st.just(0),
    st.none() | st.sampled_from([1_410_000, 1_400_000]),
    st.sampled_from(["", "EUR", "USD"]),
)


@given(st.lists(SAID | st.booleans(), max_size=10))
def test_going_through_the_events_of_a_payment_leads_where_it_went(steps: list[Answer | bool]) -> None:
    """``bool`` is a person's decision."""
    frozen = Frozen("shop-2", b"line")
    item, events = Item(1_410_000, "EUR"), [Event(1, "planned", "", None, "", "", 1)]
    item = submit(move(item, State.APPROVED), frozen, 3)
    events += [Event(at, state, "", None, "", "", at) for at, state in ((2, "approved"), (3, "submitted"))]
    for at, step in enumerate(steps, start=4):
        if isinstance(step, bool):
            if item.state is not State.MISMATCH:
                continue
            item = decide(item, step)
            events.append(Event(at, str(item.state), DECIDED, None, "", "", at * DAY))
        else:
            item = hear(item, replace(step, at=at * DAY), DAY)
            events.append(Event(at, str(item.state), str(step.said), step.amount, step.currency, "", at * DAY))
    found = followed(item, events, DAY)
    assert found.wrong is None
    assert found.item == item


def test_an_event_that_does_not_follow_is_named() -> None:
    item = Item(1_410_000, "EUR", State.FINAL, Frozen("shop-2", b"line"), 3, 3)
    steps = [("planned", ""), ("approved", ""), ("submitted", ""), ("final", "arrived")]
    events = [Event(n, state, said, None, "", "", n) for n, (state, said) in enumerate(steps, start=1)]
    assert followed(item, events, DAY) == (item, 4, None)
    for place, change in (
        (3, {"amount": 1_400_000}),
        (3, {"currency": "USD"}),
        (3, {"said": "came_back"}),
        (3, {"said": "shouted"}),
        (3, {"said": ""}),
        (2, {"state": "failed"}),
        (1, {"state": "planned"}),
        (0, {"said": "arrived"}),
    ):
        edited = [one._replace(**change) if at == place else one for at, one in enumerate(events)]
        wrong = followed(item, edited, DAY).wrong
        assert wrong is not None, change
        assert wrong[0].id >= place + 1
    assert followed(item, [*events[:2], events[3]], DAY).wrong is not None, "one is missing"
