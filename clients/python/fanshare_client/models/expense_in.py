from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="ExpenseIn")


@_attrs_define
class ExpenseIn:
    """What a creator spends for the brand: an amount of whole cents, what for, and whether a receipt is asked for.

    Without a receipt it is pay for the tax, and she needs a kept sale.

        Attributes:
            amount (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
                are 5.31 EUR.
            creator (str):
            what_for (str):
            receipt (bool | Unset): Whether she has to show a receipt before it is confirmed. Default: True.
    """

    amount: Money
    creator: str
    what_for: str
    receipt: bool | Unset = True

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount.to_dict()

        creator = self.creator

        what_for = self.what_for

        receipt = self.receipt

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "amount": amount,
                "creator": creator,
                "what_for": what_for,
            }
        )
        if receipt is not UNSET:
            field_dict["receipt"] = receipt

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        amount = Money.from_dict(d.pop("amount"))

        creator = d.pop("creator")

        what_for = d.pop("what_for")

        receipt = d.pop("receipt", UNSET)

        expense_in = cls(
            amount=amount,
            creator=creator,
            what_for=what_for,
            receipt=receipt,
        )

        return expense_in
