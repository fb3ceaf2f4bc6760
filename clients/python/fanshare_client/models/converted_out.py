from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="ConvertedOut")


@_attrs_define
class ConvertedOut:
    """What of a balance in another currency a payment is made of, and by which rates: so much of each currency for one
    of the source's base (of the ECB: the euro). Until the payment is sent they are those of when it was planned.

        Attributes:
            day (str):
            paid_per (str):
            source (str):
            taken (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
                5.31 EUR.
            taken_per (str):
    """

    day: str
    paid_per: str
    source: str
    taken: Money
    taken_per: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        day = self.day

        paid_per = self.paid_per

        source = self.source

        taken = self.taken.to_dict()

        taken_per = self.taken_per

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "day": day,
                "paid_per": paid_per,
                "source": source,
                "taken": taken,
                "taken_per": taken_per,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        day = d.pop("day")

        paid_per = d.pop("paid_per")

        source = d.pop("source")

        taken = Money.from_dict(d.pop("taken"))

        taken_per = d.pop("taken_per")

        converted_out = cls(
            day=day,
            paid_per=paid_per,
            source=source,
            taken=taken,
            taken_per=taken_per,
        )

        converted_out.additional_properties = d
        return converted_out

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
