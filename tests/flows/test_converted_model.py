"""Runs whose payees chose other currencies, in any order of events: against fractions, and a list of what was sent."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fanshare.core.instants import DAY, HOUR, to_datetime
from fanshare.core.ledger import AccountKind
from fanshare.core.orders import Refund
from fanshare.core.payout_item import UNDERWAY, Answer, Said, State
from fanshare.core.rates import OLDEST_DAYS, DayRates
from fanshare.flows import conversions, payee_currency, payout_runs, rates
from fanshare.flows.payout_runs import Told
from fanshare.store import books
from fanshare.store.access import Connection
from fanshare.store.queries import conversions as conversion_rows
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries.payout_runs import Row
from tests.flows.test_payout_runs import READY
from tests.support.effort import effort
from tests.support.stories import TERMS, Story, open_story

#: Micros of the smallest amount that a person pays by hand: ISO's unit, also of the forint.
COINS = {"EUR": 10_000, "USD": 10_000, "JPY": 1_000_000, "HUF": 10_000}
OUT = frozenset({*UNDERWAY, State.FINAL})
picks = st.integers(0, 99)


def day(now: int) -> str:
    return to_datetime(now).date().isoformat()


@dataclass(frozen=True)
class Sent:
    """A payment as it left: what was taken of her balance, and what went out, at which rates of which day."""

    party: int
    taken: int
    currency: str
    amount: int
    rate: str
    day: str


class Exchanging(RuleBasedStateMachine):
    """Cleo and Finn are paid in what they choose, while rates move and banks answer. ``conn`` is set by the test."""

    conn: Connection

    @initialize(usd=st.integers(9_000, 14_000))
    def begin(self, usd: int) -> None:
        self.story: Story = open_story(self.conn, {**TERMS, "fans": {"default_percent": "20"}})
        self.conn.execute("DELETE FROM exchange_rate")
        self.now, self.orders, self.refunded = READY, 0, set[str]()
        self.open: list[int] = []
        self.sent: dict[str, Sent] = {}
        self.runs: dict[str, int] = {}
        self.rates: dict[str, dict[str, str]] = {}
        self.rates_move(usd, 16_000, correct=True)
        payee_currency.offer(self.story.access, ["USD", "JPY", "HUF"], self.now)

    def _rate(self, currency: str) -> tuple[str, str] | None:
        """The rate that is used now, and its day."""
        fresh = [one for one in self.rates if day(self.now - OLDEST_DAYS * DAY) <= one <= day(self.now)]
        return (self.rates[max(fresh)][currency], max(fresh)) if fresh else None

    @rule(usd=st.integers(9_000, 14_000), jpy=st.integers(12_000, 20_000), correct=st.booleans())
    def rates_move(self, usd: int, jpy: int, correct: bool) -> None:
        """The rates of today, which may be known otherwise until now."""
        today = day(self.now)
        if today in self.rates and not correct:
            return
        found = {"USD": f"{usd / 10_000:.4f}", "JPY": f"{jpy / 100:.2f}", "HUF": f"{jpy / 40:.2f}"}
        rates.take(self.conn, [DayRates(today, found)], self.now, correct=True)
        self.rates[today] = found

    @rule(who=st.booleans(), currency=st.sampled_from(["", "USD", "USD", "JPY", "HUF"]))
    def somebody_chooses(self, who: bool, currency: str) -> None:
        if self._rate("USD") is not None:
            story = self.story
            payee_currency.choose(story.programme, story.cleo if who else story.finn, currency, self.now)

    @rule(net=st.integers(1, 900))
    def an_order_ripens(self, net: int) -> None:
        story, self.orders = self.story, self.orders + 1
        placed = self.now - 31 * DAY
        story.sold(str(self.orders), net * 100_000, story.click(placed - DAY), now=placed)
        story.settle(self.now)

    @precondition(lambda self: self.orders > len(self.refunded))
    @rule(pick=picks)
    def an_order_is_refunded(self, pick: int) -> None:
        left = sorted({str(one + 1) for one in range(self.orders)} - self.refunded)
        number = left[pick % len(left)]
        self.refunded.add(number)
        half = self.story.told[number].total // 2
        self.story.changed(number, self.now, refunds=(Refund("r", self.now, half),))

    @rule(hours=st.sampled_from([1, 24, 4 * 24, 9 * 24]))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR
        self.story.settle(self.now)

    @rule()
    def a_run_is_planned(self) -> None:
        story = self.story
        if not payout_runs.preview(story.access, self.now).plan.items:
            return
        run, _ = payout_runs.plan(story.programme, "Bea", self.now)
        payout_runs.approve(story.programme, run, "Bea", self.now)
        self.open.append(run)

    @precondition(lambda self: self.open)
    @rule(given_up=st.sampled_from([False, False, False, True]))
    def it_is_sent(self, given_up: bool) -> None:
        """Perhaps days later: what is planned bounds what is taken, and the rate is the one of now."""
        story, run = self.story, self.open.pop(0)
        if given_up:
            payout_runs.drop(story.programme, run, "Bea", self.now)
            return
        planned = {row.id: row.taken for row in rows.items_of(story.access, run)}
        ready = {party: self._ready(party) for party in (story.cleo, story.finn)}
        for _ in range(2):  # asked again it answers with the same payments
            payout_runs.send(story.programme, run, "Bea", self.now)
        for row in rows.items_of(story.access, run):
            if row.item.frozen is None:
                assert row.item.state is State.FAILED
                continue
            assert row.item.frozen.key not in self.sent
            self.sent[row.item.frozen.key] = self._as_it_left(row, min(planned[row.id], ready[row.party]))
            self.runs[row.item.frozen.key] = run

    def _as_it_left(self, row: Row, most: int) -> Sent:
        """By fractions: as many whole coins as the planned sum is worth now, for the least that they cost."""
        into, coin = row.item.currency, COINS[row.item.currency]
        rate = self._rate(into) if into != "EUR" else ("1", "")
        assert rate is not None, "nothing is converted without a rate of the last days"
        per = Fraction(rate[0])
        got = floor(most * per / coin) * coin
        taken = ceil(got / per)
        assert (row.item.amount, row.taken) == (got, taken)
        assert (row.of is None) == (into == "EUR")
        if row.of is not None:
            assert (row.of.quote.target_per, row.of.quote.day) == rate
        return Sent(row.party, taken, into, got, *rate)

    @precondition(lambda self: self.sent)
    @rule(
        pick=picks,
        said=st.sampled_from([*Said, Said.ARRIVED, Said.CAME_BACK, Said.REFUSED]),
        other=st.sampled_from([0, 0, 0, 1]),
        times=st.integers(1, 2),
    )
    def the_bank_says(self, pick: int, said: Said, other: int, times: int) -> None:
        """Late, twice, in any order, and sometimes another amount or the currency of the sale."""
        key = sorted(self.sent)[pick % len(self.sent)]
        one = self.sent[key]
        answer = Answer(said, self.now, one.amount + other * COINS[one.currency], one.currency)
        for _ in range(times):
            payout_runs.tell(self.story.programme, self.runs[key], [Told(key, answer, "so")], "Bea", self.now)

    @precondition(lambda self: self.sent)
    @rule(arrived=st.booleans())
    def a_person_decides(self, arrived: bool) -> None:
        for row in self._items():
            if row.item.state is State.MISMATCH and row.item.frozen is not None:
                key = row.item.frozen.key
                payout_runs.decide(self.story.programme, row.run, key, arrived, "looked", "Bea", self.now)

    def _items(self) -> list[Row]:
        access = self.story.access
        return [row for run in rows.listed(access) for row in rows.items_of(access, run.id)]

    def _ready(self, party: int) -> int:
        found = books.balances(self.story.access, party)
        return sum(
            amount for key, amount in found.items()
            if key.account.kind is AccountKind.AVAILABLE and key.currency == "EUR"
        )  # fmt: skip

    def _earned(self, party: int) -> int:
        query = (
            "SELECT coalesce(sum(amount), 0)::bigint FROM position"
            " WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND bucket = 'available'"
        )
        return int(self.story.access.value(query, {"party": party}))

    @invariant()
    def each_currency_adds_up_and_nothing_is_paid_twice(self) -> None:
        if not hasattr(self, "rates"):
            return
        story, found = self.story, books.balances(self.story.access)
        sums: Counter[str] = Counter()
        by_kind: Counter[tuple[str, str]] = Counter()
        for at, amount in found.items():
            sums[at.currency] += amount
            by_kind[at.account.kind, at.currency] += amount
            if at.account.kind is AccountKind.AVAILABLE and at.currency != "EUR":
                assert amount == 0, "what came back is in the currency of the sale"
        assert not any(sums.values()), sums
        states = {row.item.frozen.key: row for row in self._items() if row.item.frozen is not None}
        assert set(states) == set(self.sent)
        out = [one for key, one in self.sent.items() if states[key].item.state in OUT]
        for key, one in self.sent.items():
            kept = states[key]
            assert (kept.taken, kept.item.currency, kept.item.amount) == (one.taken, one.currency, one.amount)
        for party in (story.cleo, story.finn):
            gone = sum(one.taken for one in out if one.party == party)
            assert self._ready(party) == self._earned(party) - gone, "of every balance each payment is taken once"
        for currency in COINS:
            paid = sum(one.amount for one in out if one.currency == currency)
            assert by_kind[AccountKind.IN_TRANSIT, currency] + by_kind[AccountKind.PAID, currency] == paid
        self._liquidity_is_what_was_changed([one for one in out if one.currency != "EUR"])

    def _liquidity_is_what_was_changed(self, out: list[Sent]) -> None:
        wanted: Counter[str] = Counter()
        for one in out:
            wanted["EUR"] += one.taken
            wanted[one.currency] -= one.amount
        access = self.story.access
        assert conversion_rows.liquidity(access) == {name: sum_ for name, sum_ in wanted.items() if sum_}
        standing = Counter(
            (one.party, one.converted.given, one.converted.quote.target, one.converted.got,
             one.converted.quote.target_per, one.converted.quote.day)
            for one in conversion_rows.every(access) if one.stands
        )  # fmt: skip
        left = Counter((one.party, one.taken, one.currency, one.amount, one.rate, one.day) for one in out)
        assert standing == left, "each at the rate at which it left"

    def teardown(self) -> None:
        if hasattr(self, "rates"):
            assert self.story.wrong(self.now) == []


@pytest.mark.soak_sized
def test_whatever_happens_conversions_add_up_and_nothing_is_paid_twice(conn: Connection) -> None:
    machine = type("Here", (Exchanging,), {"conn": conn})
    found = settings(max_examples=effort(4), stateful_step_count=25, deadline=None, phases=(Phase.generate,))
    run_state_machine_as_test(machine, settings=found)


def played(conn: Connection, *answers: Said) -> Exchanging:
    """A payment in dollars whose rate moved before it was sent and again before the bank spoke."""
    machine: Exchanging = type("Here", (Exchanging,), {"conn": conn})()
    machine.begin(11_583)
    machine.an_order_ripens(590)
    machine.somebody_chooses(who=True, currency="USD")
    machine.a_run_is_planned()
    machine.rates_move(12_001, 16_000, correct=True)
    machine.it_is_sent(given_up=False)
    machine.rates_move(9_500, 16_000, correct=True)
    machine.each_currency_adds_up_and_nothing_is_paid_twice()
    dollars = next(place for place, key in enumerate(sorted(machine.sent)) if machine.sent[key].currency == "USD")
    for said in answers:
        machine.the_bank_says(dollars, said, 0, 1)
        machine.a_person_decides(arrived=True)
    return machine


@pytest.mark.parametrize("answers", [(Said.CAME_BACK,), (Said.ARRIVED, Said.CAME_BACK), (Said.REFUSED, Said.ARRIVED)])
def test_the_rate_of_the_day_of_sending_stays(conn: Connection, answers: tuple[Said, ...]) -> None:
    machine = played(conn, *answers)
    machine.each_currency_adds_up_and_nothing_is_paid_twice()
    machine.teardown()


@pytest.mark.parametrize(("broken", "nothing"), [("back", {}), ("again", [])])
def test_the_model_sees_a_conversion_that_does_not_follow_its_payment(
    conn: Connection, monkeypatch: pytest.MonkeyPatch, broken: str, nothing: object
) -> None:
    """Legs that stay when the payment came back; and a payment that arrived after all without its legs."""
    monkeypatch.setattr(conversions, broken, lambda *_: nothing)
    machine = played(conn, Said.REFUSED, Said.ARRIVED)
    with pytest.raises(AssertionError):
        machine.each_currency_adds_up_and_nothing_is_paid_twice()
