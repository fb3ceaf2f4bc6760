from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="ExpenseChecked")


@_attrs_define
class ExpenseChecked:
    """What would be agreed. Nothing is bound by it.

    Attributes:
        amount (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        creator (str):
        name (str):
        receipt (bool):
        what_for (str):
    """

    amount: Money
    creator: str
    name: str
    receipt: bool
    what_for: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount.to_dict()

        creator = self.creator

        name = self.name

        receipt = self.receipt

        what_for = self.what_for

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "creator": creator,
                "name": name,
                "receipt": receipt,
                "what_for": what_for,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        amount = Money.from_dict(d.pop("amount"))

        creator = d.pop("creator")

        name = d.pop("name")

        receipt = d.pop("receipt")

        what_for = d.pop("what_for")

        expense_checked = cls(
            amount=amount,
            creator=creator,
            name=name,
            receipt=receipt,
            what_for=what_for,
        )

        expense_checked.additional_properties = d
        return expense_checked

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
