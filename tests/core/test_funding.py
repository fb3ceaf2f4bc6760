"""What is paid in before people are paid: no more is shared out than is there, in turn, and the reference is found."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.core import funding
from fanshare.core.funding import Money, Owed, Standing, Wanted
from fanshare.core.money import BASIS
from fanshare.core.payout_runs import Ready, Why, payable, plan

currencies = st.sampled_from(["EUR", "JPY", "TND"])
amounts = st.integers(0, 90_000_000)
there = st.dictionaries(currencies, amounts)
asking = st.lists(
    st.builds(
        Wanted,
        currencies,
        amounts.map(lambda one: one // 1_000_000 * 1_000_000),
        st.just(""),
        st.integers(0, 5_000_000),
    )
)
moneys = st.builds(Money, amounts, amounts, amounts)
oweds = st.builds(Owed, amounts, amounts, amounts, amounts)
#: Named one by one: what is left to it is filled by the types alone, with currencies that are none.
readies = st.builds(
    lambda party, currency, balance, stopped, leaving: Ready(
        party, currency, balance, stopped=stopped, leaving=leaving
    ),
    st.integers(1, 9),
    currencies,
    st.integers(-5_000_000, 90_000_000),
    st.booleans(),
    st.booleans(),
)
reserves = st.integers(0, funding.MOST_RESERVE)


@given(asking, there)
def test_no_more_is_shared_out_than_is_there_and_nobody_is_overtaken(
    wanted: list[Wanted], free: dict[str, int]
) -> None:
    given_out = funding.share_out(wanted, free)
    for currency in {one.currency for one in wanted}:
        pairs = [(one, part) for one, part in zip(wanted, given_out, strict=True) if one.currency == currency]
        left = free.get(currency, 0) - sum(part for _, part in pairs)
        assert left >= 0
        short = [number for number, (one, part) in enumerate(pairs) if part < one.amount]
        if not short:
            continue
        first, part = pairs[short[0]]
        assert all(not later for _, later in pairs[short[0] + 1 :]), "whoever comes later waits"
        assert part == 0 or part >= first.smallest
        most = payable(min(first.amount, left + part), currency)
        assert part == most or (part == 0 and most < first.smallest), "she gets what is left, or it is too little"


@given(
    st.lists(readies, unique_by=lambda r: r[:2]),
    there,
    st.dictionaries(st.tuples(st.integers(1, 9), currencies), st.integers(0, 50)),
    st.dictionaries(currencies, st.integers(0, 5_000_000)),
)
def test_a_plan_is_cut_to_what_is_funded_and_everybody_stays_in_it(
    ready: list[Ready], free: dict[str, int], since: dict[tuple[int, str], int], minimum: dict[str, int]
) -> None:
    whole = plan(ready, minimum)
    found = funding.afford(whole, ready, minimum, free, since)
    assert {one[:2] for one in found.items} <= {one[:2] for one in whole.items}
    assert {one[:2] for one in (*found.items, *found.left)} == {one[:2] for one in (*whole.items, *whole.left)}
    balances = {row[:2]: row.balance for row in ready}
    assert all(one.amount + one.rest == balances[one[:2]] for one in found.items)
    waits = [one for one in found.left if one.why is Why.UNFUNDED]
    turn = {one[:2]: place for place, one in enumerate(funding.in_turn(whole, since))}
    for late in waits:
        assert all(turn[one[:2]] < turn[late[:2]] for one in found.items if one.currency == late.currency)
    if all(free.get(one.currency, 0) >= 9 * 90_000_000 for one in whole.items):
        assert found == whole


def test_who_has_waited_longest_is_first_and_who_was_just_paid_is_last() -> None:
    ready = [Ready(one, "EUR", 5_000_000) for one in (1, 2, 3)]
    found = funding.afford(plan(ready, {}), ready, {}, {"EUR": 7_005_000}, {(3, "EUR"): 10, (2, "EUR"): 20})
    assert [(one.party, one.amount, one.rest) for one in found.items] == [(3, 5_000_000, 0), (2, 2_000_000, 3_000_000)]
    assert [(one.party, one.why) for one in found.left] == [(1, Why.UNFUNDED)]


@given(oweds, moneys, reserves)
def test_what_is_asked_for_funds_everything_that_is_owed(owed: Owed, money: Money, bps: int) -> None:
    asked = funding.asked_for(owed, money, bps)
    paid = money._replace(paid_in=money.paid_in + asked)
    assert funding.free(paid, bps) >= owed.whole
    assert funding.asked_for(owed, paid, bps) == 0
    if owed.whole:
        assert funding.standing(owed, paid, bps) is Standing.FUNDED
    if asked and funding.free(money, bps):
        assert funding.standing(owed, money, bps) is Standing.PARTLY


@given(moneys, reserves)
def test_what_is_kept_back_is_never_shared_out(money: Money, bps: int) -> None:
    kept = funding.kept_back(money, bps)
    assert (kept - 1) * BASIS < money.recent * bps <= kept * BASIS
    assert funding.free(money, bps) == max(0, money.paid_in - money.used - kept)


@given(st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=16), st.integers(1, 20))
def test_a_reference_has_check_digits_and_is_found_however_it_is_written(public_id: str, width: int) -> None:
    made = funding.reference(public_id)
    digits = "".join(str(int(sign, 36)) for sign in made[4:] + made[:4])
    assert int(digits) % 97 == 1
    assert len(made) <= 25
    spaced = " ".join(made.lower()[at : at + width] for at in range(0, len(made), width))
    assert funding.names(f"Money for {spaced}.", made)
    assert not funding.names(spaced[:-1], made)


def test_nothing_there_is_unfunded_also_where_nothing_is_owed() -> None:
    assert funding.standing(Owed(), Money(), 500) is Standing.UNFUNDED
    assert funding.standing(Owed(), Money(5), 500) is Standing.FUNDED
    assert funding.short([Ready(1, "EUR", 10_000)], {"EUR": 9_999}) == {"EUR"}
    assert funding.short([Ready(1, "EUR", 10_000), Ready(2, "EUR", -5)], {"EUR": 10_000}) == set()
