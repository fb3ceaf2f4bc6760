"""What left for a party, and of which kinds it was: a fold over the transfers that touched her accounts.

What she has ready is a queue of layers, each of one kind, the oldest first. A payment takes the oldest; what comes back
goes back to the front, as it was; a refund takes the newest of its own kind, and what is missing of it is made good by
what is earned next of that kind. So the kinds of all payments are known, and add up to them to the micro.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from fanshare.core.currencies import REPLACED
from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKind, Transfer, TransferKind, pay_out
from fanshare.core.money import Micros, spread
from fanshare.core.tax.kinds import TaxKind, kind_of

type Kinds = Mapping[TaxKind, Micros]
#: What of each sale, by kind and order; order 0 is what belongs to none (owed from before, claimed, given).
type Sales = Mapping[tuple[TaxKind, int], Micros]
#: So much of one kind behind so much of another: what left of a queue, the oldest first.
type Layers = Sequence[tuple[TaxKind, Micros]]
#: The number of a payout that is none.
_NEXT = -1

_CHANGES = (TransferKind.EXCHANGE, TransferKind.EXCHANGE_BACK)
_LEAVES = (TransferKind.PAYOUT, TransferKind.GIFT, TransferKind.WITHHOLD, TransferKind.EXCHANGE)
_COMES_BACK = (
    *(TransferKind.PAYOUT_RETURN, TransferKind.WITHHOLD_BACK),
    *(TransferKind.GIFT, TransferKind.EXCHANGE_BACK),
)


@dataclass(slots=True)
class Payment:
    """What left, by payout, or by gift (then it went to somebody else at her wish). ``kinds`` in micros.

    ``paid_at`` is when it arrived, which is when it counts; ``back_at`` when it came back. ``withheld``: it
    went to a tax authority on her behalf. ``sales`` says of which sales it was, and adds up to ``kinds``, as ``layers``
    do, in whose order it comes back.
    """

    currency: str
    layers: Layers
    payout: int | None = None
    gift: int | None = None
    paid_at: Instant | None = None
    back_at: Instant | None = None
    withheld: bool = False
    sales: Sales = field(default_factory=dict)

    @property
    def kinds(self) -> dict[TaxKind, Micros]:
        """How much of each kind it was."""
        found: dict[TaxKind, Micros] = {}
        for kind, amount in self.layers:
            found[kind] = found.get(kind, 0) + amount
        return found

    @property
    def amount(self) -> Micros:
        """All of it."""
        return sum(amount for _, amount in self.layers)

    @property
    def counts(self) -> bool:
        """Whether she has got it: it arrived, and did not come back."""
        return self.paid_at is not None and self.back_at is None


@dataclass(slots=True)
class _Purse:
    """What is ready in one currency. The layers less the debts are the balance.

    ``lots`` says of which orders the layers of a kind are, the oldest first: a refund takes from its own order first,
    wherever its layer lies, so that what is left belongs to the sales that were kept.
    """

    layers: deque[tuple[TaxKind, Micros]] = field(default_factory=deque)
    debts: dict[TaxKind, Micros] = field(default_factory=dict)
    lots: dict[TaxKind, OrderedDict[int, Micros]] = field(default_factory=dict)

    def earn(self, kind: TaxKind, amount: Micros, order: int = 0) -> None:
        rest = amount - self._lessen(kind, amount)
        if rest:
            self.layers.append((kind, rest))
            lots = self.lots.setdefault(kind, OrderedDict())
            lots[order] = lots.get(order, 0) + rest

    def take_back(self, kind: TaxKind, amount: Micros, order: int = 0) -> None:
        """The newest of that kind; what is missing is owed."""
        kept: list[tuple[TaxKind, Micros]] = []
        wanted = amount
        while amount and self.layers:
            one, there = self.layers.pop()
            gone = min(there, amount) if one is kind else 0
            amount -= gone
            if there > gone:
                kept.append((one, there - gone))
        self.layers.extend(reversed(kept))
        self._drop(kind, wanted - amount, order)
        if amount:
            self.debts[kind] = self.debts.get(kind, 0) + amount

    def take(self, amount: Micros) -> tuple[Layers, Sales]:
        """The oldest, by layers and by sales. More than is there is owed as the last kind that was."""
        found: list[tuple[TaxKind, Micros]] = []
        sales: dict[tuple[TaxKind, int], Micros] = {}
        kind = TaxKind.COMMISSION
        while amount and self.layers:
            kind, there = self.layers.popleft()
            gone = min(there, amount)
            found.append((kind, gone))
            self._hand_out(kind, gone, sales)
            amount -= gone
            if there > gone:
                self.layers.appendleft((kind, there - gone))
        if amount:
            found.append((kind, amount))
            sales[kind, 0] = sales.get((kind, 0), 0) + amount
            self.debts[kind] = self.debts.get(kind, 0) + amount
        return found, sales

    def put_back(self, layers: Layers, sales: Sales) -> None:
        rests: dict[TaxKind, Micros] = {}
        for kind, amount in reversed(layers):
            rest = amount - self._lessen(kind, amount)
            if rest:
                self.layers.appendleft((kind, rest))
                rests[kind] = rests.get(kind, 0) + rest
        for kind, rest in rests.items():
            self._put_lots_back(kind, rest, [(order, part) for (one, order), part in sales.items() if one is kind])

    def forgive(self, amount: Micros) -> None:
        """Somebody else bears what is owed; what is over is hers."""
        for kind in sorted(self.debts):
            amount -= self._lessen(kind, amount)
        if amount:
            self.earn(TaxKind.CLAIMED, amount)

    def _lessen(self, kind: TaxKind, amount: Micros) -> Micros:
        gone = min(self.debts.get(kind, 0), amount)
        if gone:
            self.debts[kind] -= gone
        return gone

    def _hand_out(self, kind: TaxKind, amount: Micros, sales: dict[tuple[TaxKind, int], Micros]) -> None:
        lots = self.lots[kind]
        while amount:
            order = next(iter(lots))
            gone = _less(lots, order, amount)
            sales[kind, order] = sales.get((kind, order), 0) + gone
            amount -= gone

    def _drop(self, kind: TaxKind, amount: Micros, order: int) -> None:
        lots = self.lots.get(kind, OrderedDict())
        if order in lots:
            amount -= _less(lots, order, amount)
        while amount:
            amount -= _less(lots, next(reversed(lots)), amount)

    def _put_lots_back(self, kind: TaxKind, amount: Micros, sales: list[tuple[int, Micros]]) -> None:
        """To the front, as they were; what made a debt good was of the newest."""
        lots, kept = self.lots.setdefault(kind, OrderedDict()), []
        for order, part in sales:
            kept.append((order, min(part, amount)))
            amount -= kept[-1][1]
        for order, part in reversed(kept):
            if part:
                lots[order] = lots.get(order, 0) + part
                lots.move_to_end(order, last=False)


def _less(lots: OrderedDict[int, Micros], order: int, amount: Micros) -> Micros:
    """Take at most ``amount`` of an order's lot; returns how much it was."""
    gone = min(lots[order], amount)
    lots[order] -= gone
    if not lots[order]:
        del lots[order]
    return gone


def payments(
    party: int, transfers: Iterable[tuple[Instant, Transfer]], withheld_of: Mapping[int, int] = MappingProxyType({})
) -> list[Payment]:
    """Everything that left for a party, in the order in which it left. ``transfers`` are all that touched her
    accounts, in the order of posting, with their times. ``withheld_of``: of which payout a payout was held for a tax
    authority, or changed into another currency; that part counts when the rest arrives. What was changed counts in the
    currency in which it was earned, and what came of it not once more; but where a currency was replaced
    (``withheld_of`` says what came of a payout), what was earned in it is earned in the next one since.
    """
    purses: dict[str, _Purse] = {}
    found: list[Payment] = []
    known: dict[tuple[str, int | None], Payment] = {}
    parts: dict[int, list[Payment]] = {}
    changed: set[int | None] = set()  # payments of what was changed
    for at, one in transfers:
        if one.kind is TransferKind.EXCHANGE and one.payout in changed:
            taken = found.pop()  # it went nowhere
            _replace(purses[taken.currency], purses.setdefault(one.currency, _Purse()), taken, one)
            continue
        if one.payout in changed or (one.kind in _CHANGES and one.payout not in withheld_of):
            if one.kind is TransferKind.PAYOUT_FINAL:
                _arrived(parts, one.payout, at)
            continue
        purse = purses.setdefault(one.currency, _Purse())
        key = ("payout", one.payout) if one.payout is not None else ("gift", one.gift)
        if (one.debit.kind, one.debit.party) == (AccountKind.AVAILABLE, party):
            if one.kind in _LEAVES:
                layers, sales = purse.take(one.amount)
                known[key] = Payment(one.currency, layers, one.payout, one.gift, sales=sales)
                known[key].paid_at = at if _given(one) else None
                known[key].withheld = one.kind is TransferKind.WITHHOLD
                parts.setdefault(withheld_of.get(one.payout or 0, 0), []).append(known[key])
                found.append(known[key])
                if one.kind is TransferKind.EXCHANGE:
                    changed.add(withheld_of[one.payout or 0])
            else:
                _lose(purse, one)
        elif (one.credit.kind, one.credit.party) == (AccountKind.AVAILABLE, party):
            if key in known and one.kind in _COMES_BACK:
                known[key].back_at = at
                purse.put_back(known[key].layers, known[key].sales)
            else:
                _gain(purse, one)
        elif key in known and one.kind in (TransferKind.PAYOUT_FINAL, TransferKind.GIFT):
            known[key].paid_at = at
            _arrived(parts, one.payout, at)
    return found


def _replace(gives: _Purse, gets: _Purse, taken: Payment, one: Transfer) -> None:
    """What was ready in a replaced currency is ready in the next one, of the same kinds and sales; or what was taken
    there beyond what was ready is taken here, of the kinds that it was taken of.
    """
    if taken.currency in REPLACED:
        shares = [*taken.sales.items()]
        for ((kind, order), _), part in zip(shares, spread(one.amount, [each for _, each in shares]), strict=True):
            if part:
                gets.earn(kind, part, order)
        return
    debts = {kind: owed for kind, owed in gets.debts.items() if owed}
    if debts:
        gives.put_back(taken.layers, taken.sales)
        for kind, part in zip(debts, spread(taken.amount, [*debts.values()]), strict=True):
            gives.take_back(kind, part)
    gets.forgive(one.amount)


def _arrived(parts: Mapping[int, list[Payment]], payout: int | None, at: Instant) -> None:
    for part in parts.get(payout or -1, []):
        part.paid_at = at


def next_kinds(
    party: int,
    transfers: Iterable[tuple[Instant, Transfer]],
    amount: Micros,
    currency: str,
    withheld_of: Mapping[int, int] = MappingProxyType({}),
) -> Kinds:
    """The kinds that a payment of ``amount`` would have if it left now, after these transfers (as in ``payments``)."""
    return payments(party, [*transfers, (0, pay_out(party, amount, currency, _NEXT))], withheld_of)[-1].kinds


def _given(one: Transfer) -> bool:
    """A gift that is somebody else's at once, and waits for no goal."""
    return one.kind is TransferKind.GIFT and one.credit.kind is AccountKind.AVAILABLE


def _lose(purse: _Purse, one: Transfer) -> None:
    kind = kind_of(one)
    if one.kind in (TransferKind.SETTLE, TransferKind.OPENING) and kind is not None:
        purse.take_back(kind, one.amount, one.order or 0)
    else:
        purse.take(one.amount)


def _gain(purse: _Purse, one: Transfer) -> None:
    kind = kind_of(one)
    if kind is None or one.kind is TransferKind.ERASE:
        purse.forgive(one.amount)
    else:
        purse.earn(kind, one.amount, one.order or 0)
