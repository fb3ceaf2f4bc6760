"""A model in Python and the ledger in PostgreSQL live the same random life and agree after every step."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from fanshare.core import conversions
from fanshare.core import ledger as core
from fanshare.core.conversions import Leg
from fanshare.core.errors import ConflictError
from fanshare.core.ledger import AccountKind, Placed, PositionKey, Transfer, differences, fold
from fanshare.store import books, ledger
from fanshare.store.access import Connection
from fanshare.store.idempotency import once
from tests.edge.running import KEYS
from tests.support.effort import effort
from tests.support.schema import NOW, Cast, found

BUCKETS = (AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.HELD)
amounts = st.one_of(st.integers(0, 3), st.integers(0, 10_000_000))
currencies = st.sampled_from(["EUR", "JPY"])
places = st.builds(Placed, st.sampled_from(BUCKETS), amounts, currencies)


class LedgerModel(RuleBasedStateMachine):
    """Settling, payouts that arrive or come back, absorbing, erasing, claiming, and batches sent again."""

    conn: Connection
    payouts = Bundle("payouts")
    parts = Bundle("parts")
    exchanges = Bundle("exchanges")

    @initialize()
    def found_a_programme(self) -> None:
        self.cast: Cast = found(self.conn)
        self.parties = [self.cast.party() for _ in range(3)]
        self.orders = [self.cast.order() for _ in range(2)]
        self.history: list[Transfer] = []
        self.placed: dict[PositionKey, Placed] = {}
        self.keys = 0

    @contextmanager
    def _checked(self, batch: list[Transfer]) -> Iterator[None]:
        """Expect of PostgreSQL what the model says of a batch; the block posts it."""
        after = fold([*self.history, *batch])
        if core.first_overdrawn(after) is None:
            yield
            self.history += batch
        else:
            with pytest.raises(ConflictError):
                yield

    def _post(self, batch: list[Transfer], key: str = "") -> bool:
        before = len(self.history)
        with self._checked(batch):
            self._send(batch, key) if key else ledger.post(self.cast.access, batch, at=NOW)
        return len(self.history) > before

    def _send(self, batch: list[Transfer], key: str) -> None:
        once(self.cast.access, KEYS, key, key, NOW, lambda: [*ledger.post(self.cast.access, batch, at=NOW)])

    @rule(changes=st.dictionaries(st.tuples(st.integers(0, 1), st.integers(0, 2)), places, min_size=1, max_size=4))
    def settle(self, changes: dict[tuple[int, int], Placed]) -> None:
        desired = dict(self.placed)
        for (order, party), placed in changes.items():
            desired[PositionKey(self.orders[order], self.parties[0], self.parties[party], "fan")] = placed
        transfers = differences(self.placed, desired)
        if self._post(transfers) or not transfers:
            self.placed = desired
            books.write_positions(
                self.cast.access,
                [books.Position(key, one, None, None, f"{key.order} {key.party}") for key, one in desired.items()],
            )

    @rule(target=payouts, party=st.integers(0, 2), amount=st.integers(1, 10), currency=currencies)
    def pay_out(self, party: int, amount: int, currency: str) -> tuple[int, int, str, int]:
        mine = self.parties[party]
        payout = self.cast.payout(mine, amount, currency)
        self._post([core.pay_out(mine, amount, currency, payout)])
        return mine, amount, currency, payout

    @rule(sent=consumes(payouts))
    def it_arrives(self, sent: tuple[int, int, str, int]) -> None:
        self._post([core.paid(*sent)])

    @rule(sent=consumes(payouts), arrived=st.booleans())
    def it_comes_back(self, sent: tuple[int, int, str, int], arrived: bool) -> None:
        self._post([core.returned(*sent, arrived=arrived)])

    @rule(giver=st.integers(0, 2), on=st.integers(1, 2), amount=st.integers(1, 10), currency=currencies)
    def give(self, giver: int, on: int, amount: int, currency: str) -> None:
        mine, yours = self.parties[giver], self.parties[(giver + on) % 3]
        gift = self.cast.gift(mine, yours, amount, currency)
        # Only what is ready is given: the ledger itself lets a ready balance fall below zero.
        balance = fold(self.history).get(core.Balance(core.AccountKey(AccountKind.AVAILABLE, mine), currency), 0)
        if balance >= amount:
            self._post([core.Given(gift, mine, yours, amount, currency).handed_over()])

    @rule(target=parts, party=st.integers(0, 2), amount=st.integers(1, 10), currency=currencies)
    def withhold(self, party: int, amount: int, currency: str) -> tuple[int, int, str, int]:
        mine = self.parties[party]
        part = self.cast.payout(mine, amount, currency)
        self._post([core.withheld(mine, amount, currency, part)])
        return mine, amount, currency, part

    @rule(held=consumes(parts))
    def what_was_withheld_comes_back(self, held: tuple[int, int, str, int]) -> None:
        self._post([core.withheld_back(*held)])

    @rule(target=exchanges, party=st.integers(0, 2), given=st.integers(1, 10), got=st.integers(1, 10))
    def exchange(self, party: int, given: int, got: int) -> tuple[tuple[Leg, int, int, str, int], ...]:
        mine = self.parties[party]
        legs = tuple(
            (which, mine, amount, currency, self.cast.payout(mine, amount, currency))
            for which, amount, currency in ((Leg.EXCHANGED, given, "EUR"), (Leg.RECEIVED, got, "JPY"))
        )
        self._post([conversions.leg(*leg) for leg in legs])
        return legs

    @rule(legs=consumes(exchanges))
    def what_was_exchanged_comes_back(self, legs: tuple[tuple[Leg, int, int, str, int], ...]) -> None:
        self._post([conversions.leg_back(*leg) for leg in legs])

    @rule(amount=st.integers(1, 10), currency=currencies)
    def hand_on(self, amount: int, currency: str) -> None:
        self._post([core.hand_on_tax(amount, currency)])

    @rule(party=st.integers(0, 2), amount=st.integers(1, 5), currency=currencies)
    def absorb(self, party: int, amount: int, currency: str) -> None:
        self._post([core.absorb(self.parties[party], amount, currency)])

    @rule(party=st.integers(0, 2), amount=st.integers(1, 5), bucket=st.sampled_from(BUCKETS), currency=currencies)
    def leave_unclaimed(self, party: int, amount: int, bucket: AccountKind, currency: str) -> None:
        self._post([core.leave_unclaimed(self.parties[party], bucket, amount, currency)])

    @rule(party=st.integers(0, 2), amount=st.integers(1, 5), currency=currencies)
    def claim(self, party: int, amount: int, currency: str) -> None:
        self._post([core.claim(self.parties[party], amount, currency)])

    @rule(amount=st.integers(1, 5), again=st.integers(0, 2))
    def send_with_a_key(self, amount: int, again: int) -> None:
        self.keys += 1
        batch = [core.claim(self.parties[0], amount, "EUR")]
        if self._post(batch, key=f"key {self.keys}"):
            for _ in range(again):
                self._send(batch, f"key {self.keys}")

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        balances = {key: amount for key, amount in books.balances(self.cast.access).items() if amount}
        assert balances == {key: amount for key, amount in fold(self.history).items() if amount}

    @invariant()
    def everything_sums_to_zero(self) -> None:
        sums: dict[str, int] = {}
        for key, amount in books.balances(self.cast.access).items():
            sums[key.currency] = sums.get(key.currency, 0) + amount
        assert not any(sums.values())

    @invariant()
    def the_books_find_no_fault_with_themselves(self) -> None:
        assert books.wrong_balances(self.cast.access) == []
        assert books.wrong_positions(self.cast.access) == []

    def teardown(self) -> None:
        if hasattr(self, "cast"):
            assert list(books.transfers(self.cast.access)) == self.history


@pytest.mark.soak_sized
def test_the_ledger_lives_like_its_model(conn: Connection) -> None:
    LedgerModel.conn = conn
    run_state_machine_as_test(
        LedgerModel,
        settings=settings(
            max_examples=effort(20),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_balance_nobody_posted_breaks_the_model(conn: Connection, owner: Connection) -> None:
    class Meddled(LedgerModel):
        """Somebody with the owner's rights adds a cent behind the ledger's back."""

        @rule()
        def meddle(self) -> None:
            owner.execute(
                "INSERT INTO account (programme_id, currency, kind, balance) VALUES (%s, 'EUR', 'fee', 1)"
                " ON CONFLICT (programme_id, currency, kind, party_id) DO UPDATE SET balance = account.balance + 1",
                [self.cast.access.programme_id],
            )

    Meddled.conn = conn
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Meddled,
            settings=settings(
                max_examples=10, deadline=None, print_blob=False, suppress_health_check=list(HealthCheck)
            ),
        )
