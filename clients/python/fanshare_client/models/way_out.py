from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.way_out_way import WayOutWay

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="WayOut")


@_attrs_define
class WayOut:
    """A way by which is paid: to a bank, or by a provider, which may have a smallest payment of its own.

    Attributes:
        minimum (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        way (WayOutWay):
    """

    minimum: Money
    way: WayOutWay
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        minimum = self.minimum.to_dict()

        way = self.way.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "minimum": minimum,
                "way": way,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        minimum = Money.from_dict(d.pop("minimum"))

        way = WayOutWay(d.pop("way"))

        way_out = cls(
            minimum=minimum,
            way=way,
        )

        way_out.additional_properties = d
        return way_out

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
