from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.product_refused import ProductRefused


T = TypeVar("T", bound="ProductsTaken")


@_attrs_define
class ProductsTaken:
    """What became of a list of products.

    Attributes:
        changed (int):
        gone (int):
        new (int):
        refused (list[ProductRefused]):
        same (int):
    """

    changed: int
    gone: int
    new: int
    refused: list[ProductRefused]
    same: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        changed = self.changed

        gone = self.gone

        new = self.new

        refused = []
        for refused_item_data in self.refused:
            refused_item = refused_item_data.to_dict()
            refused.append(refused_item)

        same = self.same

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "changed": changed,
                "gone": gone,
                "new": new,
                "refused": refused,
                "same": same,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.product_refused import ProductRefused

        d = dict(src_dict)
        changed = d.pop("changed")

        gone = d.pop("gone")

        new = d.pop("new")

        refused = []
        _refused = d.pop("refused")
        for refused_item_data in _refused:
            refused_item = ProductRefused.from_dict(refused_item_data)

            refused.append(refused_item)

        same = d.pop("same")

        products_taken = cls(
            changed=changed,
            gone=gone,
            new=new,
            refused=refused,
            same=same,
        )

        products_taken.additional_properties = d
        return products_taken

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
