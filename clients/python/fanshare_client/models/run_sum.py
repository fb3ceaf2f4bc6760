from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="RunSum")


@_attrs_define
class RunSum:
    """What a run comes to in one currency, and of how many payments nobody has said the end yet.

    Attributes:
        amount (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        open_ (int):
        payments (int):
    """

    amount: Money
    open_: int
    payments: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount.to_dict()

        open_ = self.open_

        payments = self.payments

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "open": open_,
                "payments": payments,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        amount = Money.from_dict(d.pop("amount"))

        open_ = d.pop("open")

        payments = d.pop("payments")

        run_sum = cls(
            amount=amount,
            open_=open_,
            payments=payments,
        )

        run_sum.additional_properties = d
        return run_sum

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
