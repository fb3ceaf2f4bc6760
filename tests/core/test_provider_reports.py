"""Rows of a provider's report against payments: matched by what they name, to the cent, what is odd by reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.payout_item import Said
from fanshare.core.provider_reports import Movement, Payment, ReportRow, What, Word, fees, matched, movement_of, words

ONE = Payment(1, 9, "prog-1", "tr_1", 5_000_000, "EUR")
TWO = Payment(2, 9, "prog-2", "", 7_000_000, "EUR")


def row(said: Said | None = Said.ARRIVED, *references: str, remote: str = "", amount: int = 5_000_000) -> ReportRow:
    return ReportRow(2, references, remote, said, amount, 30_000, "EUR")


@pytest.mark.parametrize("found", [row(Said.ARRIVED, "prog-1"), row(remote="tr_1"), row(Said.ARRIVED, "x", "prog-1")])
def test_a_row_goes_to_the_payment_that_it_names(found: ReportRow) -> None:
    [one] = matched([found], [ONE, TWO])
    assert (one.payment, one.what, one.heard, one.reference) == (ONE, None, True, "prog-1")
    assert words([one]) == {ONE: [Word(Said.ARRIVED, 5_000_000, "EUR")]}
    assert fees([one]) == {"EUR": 30_000}


@pytest.mark.parametrize(
    ("found", "what", "heard"),
    [
        (row(Said.ARRIVED, "nobody"), What.STRANGER, False),
        (row(Said.ARRIVED, "prog-1", remote="tr_9"), What.OTHER_PAYMENT, False),
        (row(Said.ARRIVED, "prog-1", amount=4_990_000), What.OTHER_AMOUNT, True),
        (row(Said.ARRIVED, "prog-1")._replace(currency="USD"), What.OTHER_AMOUNT, True),
        (row(None, "prog-1"), What.STATUS, False),
        (row(Said.ARRIVED, "prog-1")._replace(adds_up=False), What.SUMS, False),
    ],
)
def test_what_does_not_fit_says_why_and_an_other_amount_is_heard(found: ReportRow, what: What, heard: bool) -> None:
    [one] = matched([found], [ONE])
    assert (one.what, one.heard) == (what, heard)


def test_what_may_still_be_sent_is_not_over_and_another_business_of_the_brand_is_none_of_ours() -> None:
    sending = TWO._replace(sending=True)
    assert [one.what for one in matched([row(Said.REFUSED, "prog-2")], [sending])] == [What.STILL_SENDING]
    assert matched([row(Said.ARRIVED, "x")._replace(payment=False)], [ONE]) == []
    assert matched([row(Said.ARRIVED, "prog-2")._replace(payment=False)], [TWO])[0].payment == TWO


def test_paid_twice_is_told_as_one_sum_and_what_came_back_after_what_left() -> None:
    found = matched([row(Said.CAME_BACK, "prog-1"), row(Said.ARRIVED, "prog-1"), row(Said.ARRIVED, "prog-1")], [ONE])
    assert [one.what for one in found] == [None, None, What.PAID_TWICE]
    assert words(found) == {ONE: [Word(Said.ARRIVED, 10_000_000, "EUR"), Word(Said.CAME_BACK, 5_000_000, "EUR")]}


references = st.sampled_from(["prog-1", "prog-2", "prog-3"])
remotes = st.sampled_from(["tr_1", "tr_2", ""])
any_row = st.builds(
    ReportRow,
    st.integers(2, 99),
    st.lists(references, max_size=2).map(tuple),
    remotes,
    st.sampled_from([Said.ACCEPTED, Said.ARRIVED, Said.CAME_BACK, Said.REFUSED, None]),
    st.integers(0, 9_000_000),
    st.integers(-9, 9),
    st.sampled_from(["EUR", "USD"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "mov_1", "mov_2"]),
)


def as_listed(row: ReportRow) -> ReportRow:
    """A movement that a report tells twice is listed once, where it stands first; other rows each by themselves."""
    return row._replace(line=0) if row.movement else row


@given(st.lists(any_row, max_size=12))
def test_every_row_that_names_a_payment_is_told_or_listed_and_told_to_no_other(
    given: list[ReportRow],
) -> None:
    found = matched(given, [ONE, TWO])
    listed = [as_listed(each.row) for each in found]
    for one in given:
        names = {*one.references, one.remote} & {"prog-1", "prog-2", "tr_1"}
        assert (as_listed(one) in listed) == bool(names or one.payment)
    for each in found:
        assert each.heard or each.what is not None
        if each.payment is not None:
            assert {each.payment.key, each.payment.remote} & {*each.row.references, each.row.remote}
        if each.heard and each.what is None:
            assert each.payment is not None
            assert (each.row.amount, each.row.currency) == (each.payment.amount, each.payment.currency)
    told = {payment: sum(word.amount for word in said) for payment, said in words(found).items()}
    for payment, sum_ in told.items():
        assert sum_ == sum(each.row.amount for each in found if each.heard and each.payment == payment)


def numbered(*names: str, amount: int = 5_000_000) -> list[ReportRow]:
    return [row(Said.ARRIVED, "prog-1", amount=amount)._replace(movement=name) for name in names]


@given(st.lists(st.lists(st.sampled_from(["A", "B", "C"]), max_size=4), max_size=5))
def test_each_movement_but_the_first_is_a_payment_too_many_once_on_whichever_reports_they_stand(
    reports: list[list[str]],
) -> None:
    known = frozenset[Movement]()
    accused, sums = list[str](), list[int]()
    for names in reports:
        found = matched(numbered(*names), [ONE._replace(movements=known)])
        accused += [one.row.movement for one in found if one.what is What.PAID_TWICE]
        sums += [word.amount for said in words(found).values() for word in said]
        known |= {movement_of(one.row) for one in found}
    told = list(dict.fromkeys(name for names in reports for name in names))
    assert accused == told[1:]
    assert sums == sorted(set(sums)), "each sum is told once, and is all that arrived by then"
    assert sums[-1:] == [5_000_000 * len(told)][: len(told)]


def test_a_row_without_a_number_may_be_any_of_those_that_are_known() -> None:
    known = ONE._replace(movements=frozenset({Movement("A", 5_000_000, "EUR")}))
    [one] = matched(numbered(""), [known])
    assert (one.what, words([one])) == (None, {known: [Word(Said.ARRIVED, 5_000_000, "EUR")]})
    assert [one.what for one in matched(numbered("", ""), [known])] == [None, What.PAID_TWICE]
    assert [one.what for one in matched(numbered("A", "A"), [known])] == [None], "told twice it is one"


def test_a_known_movement_of_another_amount_is_told() -> None:
    known = ONE._replace(movements=frozenset({Movement("A", 5_000_000, "EUR")}))
    found = matched(numbered("A", amount=4_000_000), [known])
    assert [one.what for one in found] == [What.OTHER_AMOUNT]
    assert words(found) == {known: [Word(Said.ARRIVED, 4_000_000, "EUR")]}
