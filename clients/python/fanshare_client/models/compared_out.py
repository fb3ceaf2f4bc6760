from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.difference_out import DifferenceOut
    from ..models.odd_out import OddOut
    from ..models.total_out import TotalOut


T = TypeVar("T", bound="ComparedOut")


@_attrs_define
class ComparedOut:
    """Run, file, books and what was said beside each other.

    Attributes:
        agrees (bool):
        differences (list[DifferenceOut]):
        odd (list[OddOut]):
        totals (list[TotalOut]):
    """

    agrees: bool
    differences: list[DifferenceOut]
    odd: list[OddOut]
    totals: list[TotalOut]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        agrees = self.agrees

        differences = []
        for differences_item_data in self.differences:
            differences_item = differences_item_data.to_dict()
            differences.append(differences_item)

        odd = []
        for odd_item_data in self.odd:
            odd_item = odd_item_data.to_dict()
            odd.append(odd_item)

        totals = []
        for totals_item_data in self.totals:
            totals_item = totals_item_data.to_dict()
            totals.append(totals_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "agrees": agrees,
                "differences": differences,
                "odd": odd,
                "totals": totals,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.difference_out import DifferenceOut
        from ..models.odd_out import OddOut
        from ..models.total_out import TotalOut

        d = dict(src_dict)
        agrees = d.pop("agrees")

        differences = []
        _differences = d.pop("differences")
        for differences_item_data in _differences:
            differences_item = DifferenceOut.from_dict(differences_item_data)

            differences.append(differences_item)

        odd = []
        _odd = d.pop("odd")
        for odd_item_data in _odd:
            odd_item = OddOut.from_dict(odd_item_data)

            odd.append(odd_item)

        totals = []
        _totals = d.pop("totals")
        for totals_item_data in _totals:
            totals_item = TotalOut.from_dict(totals_item_data)

            totals.append(totals_item)

        compared_out = cls(
            agrees=agrees,
            differences=differences,
            odd=odd,
            totals=totals,
        )

        compared_out.additional_properties = d
        return compared_out

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
