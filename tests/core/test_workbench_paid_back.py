"""What a brand gives back of what she paid is neither cost nor income: no figure of hers knows it, her adviser does."""

from dataclasses import replace
from datetime import date

from hypothesis import given

from fanshare.core.workbench.aside import profit_of
from fanshare.core.workbench.documents import document, read
from fanshare.core.workbench.entries import Books, Cost
from fanshare.core.workbench.journal import Asked, journal
from fanshare.core.workbench.lines import Kind, lines, total
from fanshare.core.workbench.results import by_deal, by_month, by_platform
from tests.core.test_workbench import BEGIN, UNTIL, books


def given_back(found: Books) -> Books:
    return replace(found, costs=tuple(replace(one, paid_back=True) for one in found.costs))


@given(books)
def test_the_hour_and_what_to_put_aside_are_as_if_it_had_never_been_paid(found: Books) -> None:
    back, without = given_back(found), replace(found, costs=())
    for results in (by_deal, by_platform):
        assert results(back, UNTIL) == results(without, UNTIL)
    assert by_month(back, UNTIL) == by_month(without, UNTIL)
    assert total(lines(back, UNTIL)) == total(lines(without, UNTIL))
    assert profit_of(lines(back, UNTIL), BEGIN, UNTIL) == profit_of(lines(without, UNTIL), BEGIN, UNTIL)


@given(books)
def test_the_adviser_gets_every_posting_of_it(found: Books) -> None:
    """The payout that brings it back is posted whole; without the cost it would be taxed as if she had kept it."""
    asked = Asked(date.min, UNTIL)
    assert journal(given_back(found), asked) == journal(found, asked)


@given(books)
def test_it_still_stands_among_the_lines(found: Books) -> None:
    kinds = {Kind.COST: Kind.PAID_BACK}
    told = [replace(one, kind=kinds.get(one.kind, one.kind)) for one in lines(found, UNTIL)]
    assert sorted(map(repr, lines(given_back(found), UNTIL))) == sorted(map(repr, told))


def test_a_cost_that_counts_is_the_negative_control() -> None:
    one = Cost("k", BEGIN, 10_000_000, "travel", "train")
    kept, back = (Books("EUR", costs=(cost,)) for cost in (one, replace(one, paid_back=True)))
    assert by_month(kept, UNTIL) != by_month(back, UNTIL)


def test_a_cost_of_earlier_versions_is_her_own() -> None:
    written = document(Cost("k", BEGIN, 10_000_000, "travel", "train"))
    del written["paid_back"]
    found = read("k", written)
    assert isinstance(found, Cost)
    assert not found.paid_back
    assert read("k", document(replace(found, paid_back=True))) == replace(found, paid_back=True)
