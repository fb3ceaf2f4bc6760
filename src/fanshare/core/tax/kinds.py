"""What kind of thing a line is for the tax: read from the ledger, so that every line there ever was has one."""

from enum import StrEnum

from fanshare.core.ledger import AccountKind, Transfer, TransferKind


class TaxKind(StrEnum):
    """What somebody got money for. A bonus of the terms is commission; rebates and gifts are no pay of the brand's,
    nor is what was paid back of what she had spent, where she accounted for it.

    Things that are not money, such as an early drop, are no lines: fanshare puts no price on them.
    """

    COMMISSION = "commission"  # a creator's, for what she did
    SHARE = "share"  # a fan's, for whom she brought
    REBATE = "rebate"  # back to a buyer: what she bought was cheaper
    GIFT = "gift"  # another person gave it
    EARLIER = "earlier"  # earned in another tool, owed here since
    CLAIMED = "claimed"  # waited unclaimed until somebody proved that it is hers
    EXPENSE = "expense"  # paid back what she had spent, against a receipt: no pay
    ALLOWANCE = "allowance"  # the same without a receipt, which tax law takes for pay


_ROLES = {"creator": TaxKind.COMMISSION, "fan": TaxKind.SHARE, "buyer": TaxKind.REBATE}
_OTHERS = {
    TransferKind.GIFT: TaxKind.GIFT,
    TransferKind.OPENING: TaxKind.EARLIER,
    TransferKind.EXPENSE: TaxKind.EXPENSE,
    TransferKind.ALLOWANCE: TaxKind.ALLOWANCE,
    TransferKind.CLAIM: TaxKind.CLAIMED,
    TransferKind.ERASE: TaxKind.CLAIMED,
}


def kind_of(transfer: Transfer) -> TaxKind | None:
    """The kind of a transfer that gives a party something or takes it back; ``None`` where it only moves it."""
    if AccountKind.AVAILABLE not in (transfer.debit.kind, transfer.credit.kind):
        return None
    if transfer.kind is TransferKind.SETTLE:
        return _ROLES[transfer.role or ""]
    return _OTHERS.get(transfer.kind)
