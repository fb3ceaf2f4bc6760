"""The matrix of refunds: every way money goes back x 1 to 10,000 beneficiaries x 0, 2, 3 and 4 decimals.

Through the rules of the core, against a reference in fractions (``tests/support/refund_matrix.py``). Up to 40
beneficiaries go through the whole fold; above that the order is credited once and each part is granted and shared by
the rules that the fold uses, which for the small ones is seen to be the same.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from types import ModuleType

import pytest

from fanshare.core import commission, grants, money, refunds, sharing
from fanshare.core.attribution import Credits
from fanshare.core.crediting import credit_order
from fanshare.core.facts import OrderFacts, OrderKey, Ruling, RulingKind
from fanshare.core.grants import Occasion, granted
from fanshare.core.instants import DAY
from fanshare.core.ledger import (
    AccountKey,
    AccountKind,
    Balance,
    Placed,
    PositionKey,
    Transfer,
    differences,
    first_overdrawn,
    fold,
    paid,
    pay_out,
)
from fanshare.core.order_join import join
from fanshare.core.orders import Evidence, Line
from fanshare.core.payments import Payment, as_order, takes_all
from fanshare.core.positions import positions
from fanshare.core.settlement import desired
from fanshare.core.sharing import share
from fanshare.core.terms import Policy, TermsBook
from fanshare.core.touches import Touch
from fanshare.core.worth import alive_view
from tests.support.refund_matrix import AT_LARGE, CURRENCIES, RATE, WAYS, Purse, Row, expected, part
from tests.support.refund_matrix import BUYER as BUYER_RATE
from tests.support.refund_stories import at, told
from tests.support.sales import EPOCH, click, percent, terms_of

FANS, BUYER = 1_000_000, 9_000_000
BOOK = TermsBook([terms_of(*percent(RATE), policy=Policy.LINEAR, window=60 * DAY)])
SIZES = (1, 2, 3, 7, 40, 1_000, 10_000)
#: Beyond this the fold, which asks for each creator how all touches stand, takes too long.
WHOLE_FOLD = 40
RULED = {"open": RulingKind.HELD, "won": RulingKind.RELEASED, "lost": RulingKind.DENIED}

type Positions = Mapping[PositionKey, Placed]


@cache
def touches(beneficiaries: int) -> tuple[Touch, ...]:
    """One click for each creator; the first of them by links of their fans."""
    row = Row("in full", beneficiaries, "EUR")
    owners = [FANS + number if number <= row.fans else number for number in range(1, row.creators + 1)]
    bps = BUYER_RATE if row.has_buyer else 0
    return tuple(click(n, EPOCH - 2 * DAY + n, n, owner, buyer_bps=bps) for n, owner in enumerate(owners, 1))


@cache
def credits_of(beneficiaries: int) -> Credits:
    """The credits of a row's order: what comes back of it does not change them."""
    row = Row("in full", beneficiaries, "EUR")
    return credit_order(Ledger(row).facts(0), BOOK).credits


class Ledger:
    """The books of one row: what is posted, and the balances it comes to."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.touches = touches(row.beneficiaries)
        self.evidence = Evidence(tuple(one.id for one in self.touches), whole_path=True)
        self.reports: list[Payment] = []
        self.rulings: list[Ruling] = []
        self.posted: Positions = {}
        self.balances: dict[Balance, int] = {}
        self.payouts = 0

    def post(self, transfers: list[Transfer]) -> None:
        for key, amount in fold(transfers).items():
            self.balances[key] = self.balances.get(key, 0) + amount
        assert first_overdrawn(self.balances) is None
        assert sum(self.balances.values()) == 0

    def of(self, kind: AccountKind, party: int) -> int:
        return self.balances.get(Balance(AccountKey(kind, party), self.row.currency), 0)

    def pay(self) -> None:
        """Everybody's whole smallest units leave and arrive."""
        moved: list[Transfer] = []
        for (account, currency), amount in self.balances.items():
            if account.kind is AccountKind.AVAILABLE and account.party is not None:
                whole = money.from_minor_units(money.minor_units(amount, currency), currency)
                if whole > 0:
                    self.payouts += 1
                    moved.append(pay_out(account.party, whole, currency, self.payouts))
                    moved.append(paid(account.party, whole, currency, self.payouts))
        self.post(moved)

    def tell(self, number: int) -> None:
        """A step of the row is told, and settled; told again, it moves nothing."""
        if self.row.steps[number].pay:
            self.pay()
        order = self.facts(number)
        found = self.folded(order, number) if self.row.beneficiaries <= WHOLE_FOLD else self.divided(order)
        self.post(differences(self.posted, found))
        self.posted = found
        assert self.row.beneficiaries > WHOLE_FOLD or differences(self.posted, found) == []

    def facts(self, number: int) -> OrderFacts:
        reports = [told(self.row, nth, self.evidence) for nth in range(number + 1)]
        states = [as_order(one) if isinstance(one, Payment) else one for one in reports]
        last = reports[-1]
        if isinstance(last, Payment) and last.disputes:
            self.rule(last, number)
        view = join([state for state in states if state is not None])
        key = OrderKey(EPOCH, 1, "1")
        return OrderFacts(1, key, view, self.touches, rulings=tuple(self.rulings), reports_fulfilment=False)

    def rule(self, payment: Payment, number: int) -> None:
        """What a dispute is ruled: held while it is open, taken if it was about everything and is lost."""
        (dispute,) = payment.disputes
        kind = RULED[dispute.stage.value]
        if kind is RulingKind.DENIED and not takes_all(payment, dispute):
            kind = RulingKind.RELEASED
        until = at(number) + 90 * DAY if kind is RulingKind.HELD else None
        self.rulings.append(Ruling(number, kind, "dispute", at(number), until=until))

    def folded(self, order: OrderFacts, number: int) -> Positions:
        found: dict[PositionKey, Placed] = {}
        for creator in range(1, self.row.creators + 1):
            for one in desired(creator, [order], BOOK, at(number)):
                found |= {key: standing.placed for key, standing in positions(one, BUYER).items()}
        assert found == self.divided(order)
        return found

    def divided(self, order: OrderFacts) -> Positions:
        """Every part by the rules alone; what parts of one size are granted is asked once."""
        view, last = alive_view(order, at(9)), order.rulings[-1].kind if order.rulings else None
        if view is None or last is RulingKind.DENIED:
            return {}
        bucket = AccountKind.HELD if last is RulingKind.HELD else AccountKind.AVAILABLE
        found: dict[PositionKey, Placed] = {}
        pools: dict[Fraction, int] = {}
        for creator, credit in credits_of(self.row.beneficiaries).items():
            if credit.fraction not in pools:
                occasion = Occasion(new_buyer=True, first_at=None, credit=credit.fraction, by_code=False)
                pools[credit.fraction] = granted(BOOK.newest, view, occasion, (), None).amount
            for role, party, amount in shares(creator, pools[credit.fraction], credit.touch):
                if amount:
                    found[PositionKey(1, creator, party, role)] = Placed(bucket, amount, self.row.currency)
        return found

    def check(self, wanted: Mapping[str, Purse]) -> None:
        """Everybody has to the micro what the reference says."""
        for kind, parties in beneficiaries(self.row).items():
            for party in parties:
                have = (self.of(one, party) for one in (AccountKind.AVAILABLE, AccountKind.HELD, AccountKind.PAID))
                assert Purse(*have) == wanted[kind], (str(self.row), kind, party)


def shares(creator: int, pool: int, touch: Touch) -> Iterator[tuple[str, int, int]]:
    """Role, party and micros of a part."""
    found = share(pool, touch.fan_bps, touch.buyer_bps, introduced=touch.by_fan, by_fan=touch.by_fan)
    yield from (("creator", creator, found.creator), ("fan", touch.owner, found.fan), ("buyer", BUYER, found.buyer))


def beneficiaries(row: Row) -> dict[str, range]:
    """The parties of a row by what they are to the sale; there are as many as the row says."""
    found = {
        "creator": range(row.fans + 1, row.creators + 1),
        "creator of a fan": range(1, row.fans + 1),
        "fan": range(FANS + 1, FANS + row.fans + 1),
        "buyer": range(BUYER, BUYER + row.has_buyer),
    }
    assert sum(map(len, found.values())) == row.beneficiaries
    return found


def live(row: Row) -> Ledger:
    """A row from the sale to its end, compared with the reference after each step."""
    ledger = Ledger(row)
    for number, wanted in enumerate(expected(row)):
        ledger.tell(number)
        ledger.check(wanted)
    return ledger


def live_all(rows: Iterable[tuple[int, str]], currency: str) -> None:
    for beneficiaries, way in rows:
        live(Row(way, beneficiaries, currency))


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Hundreds of thousands of transfers, none of them in a cycle: looking for cycles takes a quarter of the time."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("beneficiaries", SIZES)
def test_whatever_comes_back_everybody_has_to_the_micro_what_fractions_say(beneficiaries: int, currency: str) -> None:
    ways = WAYS if beneficiaries < SIZES[-1] else AT_LARGE
    live_all(product((beneficiaries,), ways), currency)


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("beneficiaries", SIZES)
def test_no_rounding_of_the_words_moves_three_micros_and_none_makes_money(beneficiaries: int, currency: str) -> None:
    """The reference itself, against the same sum without any rounding."""
    for way in WAYS:
        row = Row(way, beneficiaries, currency)
        for step, by_fan in product(row.steps, (False, True)):
            *rounded, whole = part(row, step, by_fan=by_fan)
            assert all(abs(have - exact) < 3 for have, exact in zip(rounded, whole, strict=True))
            rest = sum(rounded) - sum(whole)
            assert rest <= Fraction(RATE, 10_000), "at most what the rate gives of the one micro that goods keep"


# -- the negative controls: each rounding done in another way is seen


def rounded_half_up(amount: int, rate: int) -> int:
    return (amount * rate + 5_000) // 10_000


def each_line_for_itself(goods: Sequence[Line], left: Sequence[Fraction]) -> tuple[int, ...]:
    return tuple(int(rest) for _, rest in zip(goods, left, strict=True))


def paid_half_up(micros: int, currency: str) -> int:
    unit = CURRENCIES[currency]
    return (micros + unit // 2) // unit


@pytest.mark.parametrize(
    ("module", "name", "wrong"),
    [
        (sharing, "basis_points", rounded_half_up),
        (commission, "basis_points", rounded_half_up),
        (refunds, "_floored", each_line_for_itself),
        (commission, "part", lambda pools, credit: round(sum(one.pool for one in pools) * credit)),
        (money, "minor_units", paid_half_up),
    ],
    ids=["shares", "commission", "goods", "credits", "payouts"],
)
@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_wrong_rounding_is_caught_in_every_currency(
    module: ModuleType, name: str, wrong: object, currency: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``grants`` has a name of its own for what ``commission`` gives a part."""
    monkeypatch.setattr(module, name, wrong)
    if name == "part":
        monkeypatch.setattr(grants, name, wrong)
    with pytest.raises(AssertionError):
        live_all(product((2, 3, 7, 40), WAYS), currency)
