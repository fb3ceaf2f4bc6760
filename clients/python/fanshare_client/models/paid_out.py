from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.money import Money
    from ..models.way_out import WayOut


T = TypeVar("T", bound="PaidOut")


@_attrs_define
class PaidOut:
    """From which sum on somebody is paid in the programme's currency (0: from the smallest coin), and by which ways.

    Attributes:
        minimum (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        ways (list[WayOut]):
    """

    minimum: Money
    ways: list[WayOut]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        minimum = self.minimum.to_dict()

        ways = []
        for ways_item_data in self.ways:
            ways_item = ways_item_data.to_dict()
            ways.append(ways_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "minimum": minimum,
                "ways": ways,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money
        from ..models.way_out import WayOut

        d = dict(src_dict)
        minimum = Money.from_dict(d.pop("minimum"))

        ways = []
        _ways = d.pop("ways")
        for ways_item_data in _ways:
            ways_item = WayOut.from_dict(ways_item_data)

            ways.append(ways_item)

        paid_out = cls(
            minimum=minimum,
            ways=ways,
        )

        paid_out.additional_properties = d
        return paid_out

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
