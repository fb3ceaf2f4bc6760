from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="ExpenseConfirmed")


@_attrs_define
class ExpenseConfirmed:
    """The second step: the amount as it was read, and whether somebody has seen the receipt that was asked for.

    Attributes:
        amount (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        receipt_seen (bool | Unset):  Default: False.
    """

    amount: Money
    receipt_seen: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount.to_dict()

        receipt_seen = self.receipt_seen

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "amount": amount,
            }
        )
        if receipt_seen is not UNSET:
            field_dict["receipt_seen"] = receipt_seen

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        amount = Money.from_dict(d.pop("amount"))

        receipt_seen = d.pop("receipt_seen", UNSET)

        expense_confirmed = cls(
            amount=amount,
            receipt_seen=receipt_seen,
        )

        return expense_confirmed
