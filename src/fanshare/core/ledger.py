"""The ledger's arithmetic: transfers between accounts, what they add up to, and which of them are missing.

A movement has two legs (debit account, credit account, one amount above zero, one currency), so an unbalanced one
can't be written down. A credit raises a balance, a debit lowers it: what the brand owes is the negative balance of
``owed``, what a party may have is positive, and all balances of a currency sum to zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from fanshare.core.currencies import EVER
from fanshare.core.errors import BadInputError
from fanshare.core.money import MAX_MICROS, Micros, not_booked


class AccountKind(StrEnum):
    """What an account holds. Fees, taxes and what the brand owes or bears are the programme's; the others a party's."""

    OWED = "owed"
    ABSORBED = "absorbed"
    FEE = "fee"
    PENDING = "pending"
    AVAILABLE = "available"
    HELD = "held"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    UNCLAIMED = "unclaimed"
    TAX_HELD = "tax_held"
    TAX_PAID = "tax_paid"
    LIQUIDITY = "liquidity"


#: Accounts of the programme itself.
PROGRAMME_KINDS = frozenset(
    {
        *(AccountKind.OWED, AccountKind.ABSORBED, AccountKind.FEE),
        *(AccountKind.TAX_HELD, AccountKind.TAX_PAID, AccountKind.LIQUIDITY),
    }
)
#: Only what a party may have now, and the brand's own accounts, can fall below zero; what is held for a tax authority,
#: where a payment comes back after its part was handed on; and where money of one currency was given for another.
MAY_BE_NEGATIVE = frozenset(
    {
        *(AccountKind.OWED, AccountKind.ABSORBED, AccountKind.AVAILABLE),
        *(AccountKind.TAX_HELD, AccountKind.LIQUIDITY),
    }
)
#: Where the money of a position can be.
BUCKETS = frozenset({AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.HELD, AccountKind.UNCLAIMED})


class TransferKind(StrEnum):
    """Why money moves. Only ``settle`` counts as posted by the settlement."""

    SETTLE = "settle"
    PAYOUT = "payout"
    PAYOUT_FINAL = "payout_final"
    PAYOUT_RETURN = "payout_return"
    ABSORB = "absorb"
    FEE = "fee"
    ERASE = "erase"
    CLAIM = "claim"
    OPENING = "opening"
    EXPENSE = "expense"  # what she had spent herself, paid back against a receipt
    ALLOWANCE = "allowance"  # and without one
    GIFT = "gift"
    WITHHOLD = "withhold"
    WITHHOLD_BACK = "withhold_back"
    TAX = "tax"
    EXCHANGE = "exchange"
    EXCHANGE_BACK = "exchange_back"


class AccountKey(NamedTuple):
    """An account within a programme and currency. ``party`` is a party id, ``None`` for the programme's own."""

    kind: AccountKind
    party: int | None = None


class Balance(NamedTuple):
    """Names one balance: the account and its currency."""

    account: AccountKey
    currency: str


class PositionKey(NamedTuple):
    """One party's share of one creator's part of an order; ``party`` is ``None`` while nobody has claimed it."""

    order: int
    creator: int
    party: int | None
    role: str


class FeeKey(NamedTuple):
    """The operator's fee on one creator's part of an order, in one currency."""

    order: int
    creator: int
    currency: str


class Placed(NamedTuple):
    """Where all of a position is: one bucket, micros of one currency, not negative."""

    bucket: AccountKind
    amount: Micros
    currency: str


OWED = AccountKey(AccountKind.OWED)


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement. ``order``, ``creator``, ``party`` and ``role`` say of which position; ``payout`` of which payout.

    A gift names itself, ``party`` who gives and ``creator`` to whom.

    Raises ``BadInputError`` where it could not be posted: an amount that is not a positive integer of micros, one
    account on both sides, a party missing or too many, a settlement without its position.
    """

    kind: TransferKind
    debit: AccountKey
    credit: AccountKey
    amount: Micros
    currency: str
    order: int | None = None
    creator: int | None = None
    party: int | None = None
    role: str | None = None
    payout: int | None = None
    gift: int | None = None

    def __post_init__(self) -> None:
        if type(self.amount) is not int or not 0 < self.amount <= MAX_MICROS:
            raise BadInputError("bad_amount", "A transfer moves a whole number of micros above zero.")
        if self.currency not in EVER:
            raise not_booked(self.currency)
        if self.debit == self.credit:
            raise BadInputError("same_account", "A transfer moves money between two different accounts.")
        for account in (self.debit, self.credit):
            check_account(account)
        if self.kind is TransferKind.FEE and None in (self.order, self.creator):
            raise BadInputError("no_part", "A fee names the order and the creator whose part it is for.")
        if (self.kind is TransferKind.GIFT) != (self.gift is not None) or (
            self.gift and None in (self.party, self.creator)
        ):
            raise BadInputError("no_gift", "A gift names itself, who gives and to whom; nothing else names a gift.")
        if self.kind is TransferKind.SETTLE and None in (self.order, self.creator, self.role):
            raise BadInputError("no_position", "A settlement names the order, the creator and the role it is for.")


def check_account(account: AccountKey) -> None:
    """Refuse an account that can't exist: a party's without a party, or the programme's own with one."""
    if account.kind is not AccountKind.UNCLAIMED and (account.kind in PROGRAMME_KINDS) != (account.party is None):
        raise BadInputError("bad_account", f"An account of kind {account.kind} and party {account.party} can't exist.")


def fold(transfers: Iterable[Transfer]) -> dict[Balance, Micros]:
    """The balances that transfers add up to; accounts that were touched but stand at zero are included."""
    balances: dict[Balance, Micros] = defaultdict(int)
    for transfer in transfers:
        balances[Balance(transfer.debit, transfer.currency)] -= transfer.amount
        balances[Balance(transfer.credit, transfer.currency)] += transfer.amount
    return dict(balances)


def first_overdrawn(balances: Mapping[Balance, Micros]) -> Balance | None:
    """The first account (in order of kind and party) that is below zero although it must not be."""
    wrong = [key for key, amount in balances.items() if amount < 0 and key.account.kind not in MAY_BE_NEGATIVE]
    return min(wrong, key=lambda key: (key.account.kind, key.account.party or 0, key.currency), default=None)


def posted(transfers: Iterable[Transfer]) -> dict[PositionKey, dict[tuple[AccountKind, str], Micros]]:
    """What settle transfers have put where: per position, the non-zero amounts by bucket and currency.

    In sound books every position has at most one entry. Transfers of other kinds do not count.
    """
    found: dict[PositionKey, dict[tuple[AccountKind, str], Micros]] = {}
    for transfer in transfers:
        if transfer.kind is TransferKind.SETTLE:
            here = found.setdefault(position_of(transfer), {})
            for account, sign in ((transfer.debit, -1), (transfer.credit, 1)):
                if account != OWED:
                    place = (account.kind, transfer.currency)
                    here[place] = here.get(place, 0) + sign * transfer.amount
    return {key: {place: amount for place, amount in here.items() if amount} for key, here in found.items()}


def position_of(transfer: Transfer) -> PositionKey:
    """The position a settle transfer is for."""
    if transfer.order is None or transfer.creator is None or transfer.role is None:
        raise BadInputError("no_position", "This transfer is not for a position.")
    return PositionKey(transfer.order, transfer.creator, transfer.party, transfer.role)


def differences(posted: Mapping[PositionKey, Placed], desired: Mapping[PositionKey, Placed]) -> list[Transfer]:
    """The fewest settle transfers that bring every position from where it is to where it should be.

    Within a bucket only the difference moves, to or from ``owed``; a change of bucket carries over what both have in
    common. A changed currency takes the old amount back and posts the new one. A position that is posted and no longer
    desired is taken back whole. Taking back from ``available`` may leave it negative: that was paid out before.
    """
    transfers: list[Transfer] = []
    for key in sorted(posted.keys() | desired.keys(), key=_sortable):
        old, new = posted.get(key), desired.get(key)
        if old is not None and new is not None and old.currency == new.currency:
            transfers.extend(_move(key, old, new))
            continue
        if old is not None:
            transfers.extend(_move(key, old, old._replace(amount=0)))
        if new is not None:
            transfers.extend(_move(key, new._replace(amount=0), new))
    return transfers


def _move(key: PositionKey, old: Placed, new: Placed) -> Iterator[Transfer]:
    """From one place to another of the same currency."""
    source, target = _place(key, old), _place(key, new)
    common = min(old.amount, new.amount) if source != target else 0
    if common:
        yield _settle(key, source, target, common, new.currency)
    rest = new.amount - old.amount
    if rest > 0:
        yield _settle(key, OWED, target, rest, new.currency)
    elif rest < 0:
        yield _settle(key, source, OWED, -rest, new.currency)


def _place(key: PositionKey, placed: Placed) -> AccountKey:
    if placed.bucket not in BUCKETS or placed.amount < 0:
        raise BadInputError("bad_position", f"A position can't have {placed.amount} in {placed.bucket}.")
    return AccountKey(placed.bucket, key.party)


def _settle(key: PositionKey, debit: AccountKey, credit: AccountKey, amount: Micros, currency: str) -> Transfer:
    return Transfer(TransferKind.SETTLE, debit, credit, amount, currency, *key)


def _sortable(key: PositionKey) -> tuple[int, int, str, int]:
    return (key.order, key.creator, key.role, -1 if key.party is None else key.party)


def fee_differences(posted: Mapping[FeeKey, Micros], desired: Mapping[FeeKey, Micros]) -> list[Transfer]:
    """The transfers that bring every fee from what was posted to what it should be: the brand owes it on top."""
    fee = AccountKey(AccountKind.FEE)
    found: list[Transfer] = []
    for key in sorted(posted.keys() | desired.keys()):
        rest = desired.get(key, 0) - posted.get(key, 0)
        if rest:
            debit, credit = (OWED, fee) if rest > 0 else (fee, OWED)
            found.append(
                Transfer(TransferKind.FEE, debit, credit, abs(rest), key.currency, order=key.order, creator=key.creator)
            )
    return found


def pay_out(party: int, amount: Micros, currency: str, payout: int) -> Transfer:
    """Money on its way to a party: it leaves ``available`` and is in transit."""
    return _payout(TransferKind.PAYOUT, AccountKind.AVAILABLE, AccountKind.IN_TRANSIT, party, amount, currency, payout)


def paid(party: int, amount: Micros, currency: str, payout: int) -> Transfer:
    """A payout arrived."""
    return _payout(TransferKind.PAYOUT_FINAL, AccountKind.IN_TRANSIT, AccountKind.PAID, party, amount, currency, payout)


def returned(party: int, amount: Micros, currency: str, payout: int, *, arrived: bool = False) -> Transfer:
    """A payout came back, on its way or (``arrived``) after it had counted as paid."""
    source = AccountKind.PAID if arrived else AccountKind.IN_TRANSIT
    return _payout(TransferKind.PAYOUT_RETURN, source, AccountKind.AVAILABLE, party, amount, currency, payout)


def _payout(
    kind: TransferKind, debit: AccountKind, credit: AccountKind, party: int, amount: Micros, currency: str, payout: int
) -> Transfer:
    return Transfer(
        kind, AccountKey(debit, party), AccountKey(credit, party), amount, currency, party=party, payout=payout
    )


def withheld(party: int, amount: Micros, currency: str, payout: int) -> Transfer:
    """A part of what she is paid is held for a tax authority; ``payout`` is that part's own."""
    debit, credit = AccountKey(AccountKind.AVAILABLE, party), AccountKey(AccountKind.TAX_HELD)
    return Transfer(TransferKind.WITHHOLD, debit, credit, amount, currency, party=party, payout=payout)


def withheld_back(party: int, amount: Micros, currency: str, payout: int) -> Transfer:
    """The payment came back, and with it the part that was held."""
    debit, credit = AccountKey(AccountKind.TAX_HELD), AccountKey(AccountKind.AVAILABLE, party)
    return Transfer(TransferKind.WITHHOLD_BACK, debit, credit, amount, currency, party=party, payout=payout)


def hand_on_tax(amount: Micros, currency: str) -> Transfer:
    """What was held is the authority's."""
    debit, credit = AccountKey(AccountKind.TAX_HELD), AccountKey(AccountKind.TAX_PAID)
    return Transfer(TransferKind.TAX, debit, credit, amount, currency)


def absorb(party: int, amount: Micros, currency: str) -> Transfer:
    """The brand takes a party's negative balance upon itself."""
    debit, credit = AccountKey(AccountKind.ABSORBED), AccountKey(AccountKind.AVAILABLE, party)
    return Transfer(TransferKind.ABSORB, debit, credit, amount, currency, party=party)


def leave_unclaimed(party: int, bucket: AccountKind, amount: Micros, currency: str) -> Transfer:
    """What an erased party had stays owed, to nobody we know."""
    debit, credit = AccountKey(bucket, party), AccountKey(AccountKind.UNCLAIMED)
    return Transfer(TransferKind.ERASE, debit, credit, amount, currency, party=party)


def take_back_unclaimed(party: int, amount: Micros, currency: str) -> Transfer:
    """What an erased party left is taken back for a refund of what she had been left for."""
    debit, credit = AccountKey(AccountKind.UNCLAIMED), AccountKey(AccountKind.AVAILABLE, party)
    return Transfer(TransferKind.ERASE, debit, credit, amount, currency, party=party)


def open_with(party: int, amount: Micros, currency: str, *, waiting: bool) -> Transfer:
    """A balance that was owed in another tool is owed here now: ready at once, or ``waiting`` for its day."""
    bucket = AccountKind.PENDING if waiting else AccountKind.AVAILABLE
    return Transfer(TransferKind.OPENING, OWED, AccountKey(bucket, party), amount, currency, party=party)


def take_back_opening(party: int, amount: Micros, currency: str) -> Transfer:
    """Some of an opening balance that was ready is owed no more."""
    return Transfer(TransferKind.OPENING, AccountKey(AccountKind.AVAILABLE, party), OWED, amount, currency, party=party)


def opening_ready(party: int, amount: Micros, currency: str) -> Transfer:
    """What was waiting of an opening balance has become ready."""
    debit, credit = AccountKey(AccountKind.PENDING, party), AccountKey(AccountKind.AVAILABLE, party)
    return Transfer(TransferKind.OPENING, debit, credit, amount, currency, party=party)


def pay_back(party: int, amount: Micros, currency: str, *, receipt: bool) -> Transfer:
    """What a party spent for the brand is owed to her now; ``receipt``: somebody saw that she did."""
    kind = TransferKind.EXPENSE if receipt else TransferKind.ALLOWANCE
    return Transfer(kind, OWED, AccountKey(AccountKind.AVAILABLE, party), amount, currency, party=party)


def claim(party: int, amount: Micros, currency: str) -> Transfer:
    """Somebody proves that an unclaimed amount is hers."""
    debit, credit = AccountKey(AccountKind.UNCLAIMED), AccountKey(AccountKind.AVAILABLE, party)
    return Transfer(TransferKind.CLAIM, debit, credit, amount, currency, party=party)


@dataclass(frozen=True, slots=True)
class Given:
    """A gift as it moves: its number, who gives, the creator to whom, micros of one currency."""

    gift: int
    giver: int
    creator: int
    amount: Micros
    currency: str

    def handed_over(self) -> Transfer:
        """What she has ready is the creator's at once."""
        return self._move(AccountKind.AVAILABLE, AccountKey(AccountKind.AVAILABLE, self.creator))

    def promised(self) -> Transfer:
        """What she has ready waits in her transit for the creator's goal."""
        return self._move(AccountKind.AVAILABLE, AccountKey(AccountKind.IN_TRANSIT, self.giver))

    def kept(self) -> Transfer:
        """The goal is reached: what waited is the creator's."""
        return self._move(AccountKind.IN_TRANSIT, AccountKey(AccountKind.AVAILABLE, self.creator))

    def back(self) -> Transfer:
        """What waited is ready for its giver again."""
        return self._move(AccountKind.IN_TRANSIT, AccountKey(AccountKind.AVAILABLE, self.giver))

    def _move(self, source: AccountKind, to: AccountKey) -> Transfer:
        debit = AccountKey(source, self.giver)
        return Transfer(
            TransferKind.GIFT,
            debit,
            to,
            self.amount,
            self.currency,
            creator=self.creator,
            party=self.giver,
            gift=self.gift,
        )
