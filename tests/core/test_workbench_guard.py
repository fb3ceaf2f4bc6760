"""What is known before she accepts: her list, her share, clauses and habits, weighed and never decided."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.funding import Standing
from fanshare.core.punctuality import Punctuality
from fanshare.core.returns import CameBack
from fanshare.core.workbench.clauses import check
from fanshare.core.workbench.entries import Invoice, Never
from fanshare.core.workbench.guard import About, Experience, Known, Weight, experience, struck, weigh
from fanshare.core.workbench.trust import Preview, Share
from fanshare.flows import clauses

DAY = date(2026, 11, 20)
NEVERS = [Never("2", "fast fashion", ""), Never("1", "Bet-Now", "no gambling")]


def of(known: Known) -> dict[About, Weight]:
    return {one.about: one.weight for one in weigh(known)}


def test_words_of_the_list_are_told_with_the_places_in_which_they_stand() -> None:
    places = {"brand": "BET NOW Ltd", "product": "Shirts, fast  fashion", "text": "no fast-fashion and no bet now"}
    found = [(one.never.words, one.places) for one in struck(places, NEVERS)]
    assert found == [("Bet-Now", ("brand", "text")), ("fast fashion", ("product", "text"))]
    assert struck({"brand": "Alphabet now"}, NEVERS) == ()
    assert struck({}, NEVERS) == ()


def preview(paid: int, whole: int) -> Preview:
    return Preview(Share(0, 1, DAY), Share(paid, whole, DAY), 0)


def test_four_of_ten_posts_break_a_limit_of_three_and_three_keep_it() -> None:
    assert Share(4, 10, DAY).most(3_000) == 3
    assert of(Known(share=preview(4, 10), limit=3_000))[About.SHARE] is Weight.AGAINST
    assert of(Known(share=preview(3, 10), limit=3_000))[About.SHARE] is Weight.WELL
    assert of(Known(share=preview(10, 10)))[About.SHARE] is Weight.FACT, "she set no limit"


def test_what_is_not_known_is_no_good_mark() -> None:
    assert set(of(Known()).values()) == {Weight.UNKNOWN}
    assert of(Known(came_back=()))[About.RETURNS] is Weight.UNKNOWN
    assert of(Known(nevers=3))[About.NEVER] is Weight.UNKNOWN, "there was nothing to look in"
    assert of(Known(nevers=0, places=True))[About.NEVER] is Weight.UNKNOWN
    assert of(Known(nevers=3, places=True))[About.NEVER] is Weight.WELL
    assert of(Known(checked=check("Hello there.", clauses.rules())))[About.CLAUSES] is Weight.UNKNOWN


def test_what_asks_most_to_be_looked_at_comes_first() -> None:
    text = "Brand gets a perpetual licence to the content for all purposes."
    known = Known(
        preview(4, 10),
        3_000,
        2,
        True,
        struck({"brand": "bet now"}, NEVERS),
        (CameBack(20, 3, 0),),
        Punctuality(40, True, 20),
        Standing.PARTLY,
        Experience(in_time=2),
        check(text, clauses.rules()),
    )
    found = weigh(known)
    assert [one.about for one in found] == ["never", "share", "clauses", "pays", "funding", "returns", "owed"]
    assert [one.weight for one in found] == [4, 4, 4, 3, 3, 2, 1]


AGO = st.integers(-40, 40)


@given(st.lists(st.tuples(st.sampled_from(["Tea Ltd", " tea  LTD", "Coffee"]), AGO, st.none() | st.integers(0, 40))))
def test_invoices_are_in_time_late_or_overdue_and_the_rest_is_not_due_yet(
    rows: list[tuple[str, int, int | None]],
) -> None:
    invoices = [
        Invoice(str(n), "1", payer, 1, DAY, DAY - timedelta(days=due),
                date.max if paid is None else DAY - timedelta(days=paid))
        for n, (payer, due, paid) in enumerate(rows)
    ]  # fmt: skip
    found = experience(invoices, "TEA ltd", DAY)
    mine = [(due, paid) for payer, due, paid in rows if payer != "Coffee"]
    assert found.in_time == sum(paid is not None and paid >= due for due, paid in mine)
    assert found.late == sum(paid is not None and paid < due for due, paid in mine)
    assert found.overdue == sum(paid is None and due > 0 for due, paid in mine)
    assert found.days == max([0, *(due - (paid or 0) for due, paid in mine)])
    assert experience(invoices, " ", DAY) == Experience()
