"""Claims: who bears an accepted one, what a late one is worth, how many there may be in a week."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import claims
from fanshare.core.claims import MOST, WINDOW, Held, borne_by_brand, late_amount, next_allowed
from fanshare.core.instants import DAY
from fanshare.core.money import MICROS
from fanshare.core.orders import Buyer, Evidence, Line, OrderView, Status
from fanshare.core.terms_document import read
from fanshare.core.terms_example import worked_order

TERMS = read({"commission": [{"id": "standard", "percent": "12"}], "fans": {"buyer_percent": "5"}},
             version=1, effective_at=0)  # fmt: skip
NOW = 100 * DAY


def view(net: int, status: Status = Status.CAPTURED, **more: object) -> OrderView:
    made = OrderView(
        order_id="1",
        birth="",
        placed_at=0,
        modified_at=0,
        status=status,
        currency="EUR",
        lines=(Line("1", net),),
        kept=(net,),
        test=False,
        fulfilled_at=None,
        country="",
        buyer=Buyer(),
        evidence=Evidence(),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def test_a_late_claim_is_worth_what_the_terms_say_of_one_order() -> None:
    worked = worked_order(TERMS).before
    assert late_amount(view(59 * MICROS), TERMS, as_fan=True) == worked.fan == 1_416_000
    assert late_amount(view(59 * MICROS), TERMS, as_fan=False) == worked.creator_alone == 7_080_000


def test_an_order_that_counts_for_nothing_is_worth_nothing() -> None:
    for dead in (
        view(MICROS, Status.CANCELLED),
        view(MICROS, test=True),
        view(MICROS, vanished="deleted"),
        view(0),
    ):
        assert late_amount(dead, TERMS, as_fan=False) == 0


@given(st.integers(0, 10**12), st.integers(0, 3000))
def test_a_fan_and_her_creator_never_get_more_than_the_commission(net: int, fan_bps: int) -> None:
    terms = replace(TERMS, fan_bps=fan_bps)
    fan, alone = (late_amount(view(net), terms, as_fan=one) for one in (True, False))
    assert 0 <= fan <= alone <= net


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.booleans())
def test_what_somebody_has_and_what_a_claim_adds_are_what_she_would_have_had(net: int, has: int, as_fan: bool) -> None:
    whole = late_amount(view(net), TERMS, as_fan=as_fan)
    assert has + late_amount(view(net), TERMS, as_fan=as_fan, has=has) == max(whole, has)


HELD = st.builds(Held, st.none() | st.integers(1, 4), st.integers(0, 9), st.none() | st.integers(0, 2 * NOW))


@given(st.lists(HELD, max_size=6))
def test_the_brand_bears_it_exactly_where_somebody_else_has_something_that_is_ready(shares: list[Held]) -> None:
    ready = {one.party for one in shares if one.amount and one.matures_at is not None and one.matures_at <= NOW}
    assert borne_by_brand(1, shares, NOW) == bool(ready - {1})
    later = [replace_date(one) for one in shares]
    assert not borne_by_brand(1, later, NOW), "what waits is decided anew"


def replace_date(share: Held) -> Held:
    return share._replace(matures_at=NOW + 1)


@given(st.lists(st.integers(NOW - 2 * WINDOW, NOW), max_size=12))
def test_nobody_makes_more_than_five_claims_in_any_week(wished: list[int]) -> None:
    made: list[int] = []
    for at in sorted(wished):
        again = next_allowed(made, at)
        if again is None:
            made.append(at)
        else:
            assert again > at
            assert next_allowed(made, again) is None, "the day that is named holds"
    for first in made:
        assert sum(first <= at < first + WINDOW for at in made) <= MOST


def test_an_answer_is_due_after_two_weeks() -> None:
    assert claims.answer_by(NOW) == NOW + 14 * DAY


@given(st.integers(1, 40), st.integers(0, NOW), st.integers(0, 9 * DAY))
def test_a_shop_is_asked_a_few_times_each_later_than_the_last_and_long_before_an_answer_is_due(
    tries: int, now: int, wish: int
) -> None:
    again = claims.next_try(tries, now, wish)
    assert (again is None) == (tries >= claims.MOST_TRIES)
    if again is not None:
        assert again >= now + min(wish, DAY)
        assert again > now
    spent = sum((claims.next_try(one, 0, wish) or 0) for one in range(1, claims.MOST_TRIES))
    assert spent < claims.ANSWER_WITHIN
    pauses = [claims.next_try(one, 0) or 0 for one in range(1, claims.MOST_TRIES)]
    assert pauses == sorted(set(pauses))


@given(st.text(max_size=60))
def test_what_goes_into_a_question_to_a_shop_can_not_change_the_question(typed: str) -> None:
    if claims.may_be_asked(typed):
        assert len(typed) <= 40
        assert not set(typed) & set("\"'\\ :&?#%()*\n\t<>=,")
        assert typed.isascii()


@given(st.text("#AENab-19 ", max_size=12))
def test_a_number_is_the_same_however_it_is_written(typed: str) -> None:
    bare = claims.bare(typed)
    assert claims.bare(f" #{typed} ") == claims.bare(f"#{bare}") == bare
    assert claims.same_number(typed.upper(), typed.lower())


def test_numbers_that_shops_give_may_be_asked_for_and_others_not() -> None:
    for number in ("1001", "EN-1001", "2026/11/4", "W_000.7", "a"):
        assert claims.may_be_asked(number), number
    for number in ("", "-1", '1" OR "2', "1 OR name:2", "x" * 41, "../orders", "１００１", "1001\n"):
        assert not claims.may_be_asked(number), number
