from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.credit_code_refused import CreditCodeRefused


T = TypeVar("T", bound="CreditCodesTaken")


@_attrs_define
class CreditCodesTaken:
    """What became of a list of codes; ``known`` are those that were brought before.

    Attributes:
        known (int):
        new (int):
        refused (list[CreditCodeRefused]):
    """

    known: int
    new: int
    refused: list[CreditCodeRefused]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        known = self.known

        new = self.new

        refused = []
        for refused_item_data in self.refused:
            refused_item = refused_item_data.to_dict()
            refused.append(refused_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "known": known,
                "new": new,
                "refused": refused,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.credit_code_refused import CreditCodeRefused

        d = dict(src_dict)
        known = d.pop("known")

        new = d.pop("new")

        refused = []
        _refused = d.pop("refused")
        for refused_item_data in _refused:
            refused_item = CreditCodeRefused.from_dict(refused_item_data)

            refused.append(refused_item)

        credit_codes_taken = cls(
            known=known,
            new=new,
            refused=refused,
        )

        credit_codes_taken.additional_properties = d
        return credit_codes_taken

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
