"""Conversions in the ledger: what a payee is paid in another currency goes through two accounts of the programme.

Her balance in one currency falls by what is given, and ``liquidity`` of it rises; ``liquidity`` of the other currency
falls by what is got, and her balance in it rises. Each leg is a transfer of one currency, and a payout of its own, so
both balances stay sums of their transfers, and every currency adds up to zero by itself.
"""

from collections.abc import Mapping
from enum import StrEnum

from fanshare.core.ledger import AccountKey, AccountKind, Transfer, TransferKind
from fanshare.core.money import Micros


class Leg(StrEnum):
    """The two payouts of a conversion, by the state that each of them is in."""

    EXCHANGED = "exchanged"  # left the currency of the sale
    RECEIVED = "received"  # is ready in the currency of the payment


#: Whether the leg takes from what is ready.
_TAKES: Mapping[Leg, bool] = {Leg.EXCHANGED: True, Leg.RECEIVED: False}


def leg(which: Leg, party: int, amount: Micros, currency: str, payout: int) -> Transfer:
    """One leg: what is ready into ``liquidity``, or out of it."""
    return _move(TransferKind.EXCHANGE, _TAKES[which], party, amount, currency, payout)


def leg_back(which: Leg, party: int, amount: Micros, currency: str, payout: int) -> Transfer:
    """The payment came back, and with it the leg, to the micro."""
    return _move(TransferKind.EXCHANGE_BACK, not _TAKES[which], party, amount, currency, payout)


def _move(kind: TransferKind, takes: bool, party: int, amount: Micros, currency: str, payout: int) -> Transfer:
    hers, ours = AccountKey(AccountKind.AVAILABLE, party), AccountKey(AccountKind.LIQUIDITY)
    debit, credit = (hers, ours) if takes else (ours, hers)
    return Transfer(kind, debit, credit, amount, currency, party=party, payout=payout)
