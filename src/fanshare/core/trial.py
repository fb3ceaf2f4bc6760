"""The trial balance: what stands on each kind of account of a currency, and that all of it sums to zero."""

from collections.abc import Iterable
from dataclasses import dataclass

from fanshare.core.ledger import AccountKind
from fanshare.core.money import Micros


@dataclass(frozen=True, slots=True)
class Sheet:
    """One currency. ``lines``: every kind of account that holds something, in the order of the ledger's kinds.

    A positive balance is a credit (somebody may have it), a negative one a debit (somebody owes it).
    """

    currency: str
    lines: tuple[tuple[AccountKind, Micros], ...]

    @property
    def credits(self) -> Micros:
        """What all may have."""
        return sum(amount for _, amount in self.lines if amount > 0)

    @property
    def debits(self) -> Micros:
        """What is owed, as a positive amount."""
        return -sum(amount for _, amount in self.lines if amount < 0)

    @property
    def balanced(self) -> bool:
        """Whether both sides are the same."""
        return self.credits == self.debits


def trial_balance(balances: Iterable[tuple[str, str, Micros]]) -> tuple[Sheet, ...]:
    """The sheets of some balances (currency, kind of account, balance), one a currency, by its code."""
    sums: dict[str, dict[AccountKind, Micros]] = {}
    for currency, kind, amount in balances:
        of_currency = sums.setdefault(currency, {})
        of_currency[AccountKind(kind)] = of_currency.get(AccountKind(kind), 0) + amount
    return tuple(
        Sheet(currency, tuple((kind, amount) for kind in AccountKind if (amount := sums[currency].get(kind, 0))))
        for currency in sorted(sums)
    )
