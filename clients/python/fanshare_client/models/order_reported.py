from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.order_out import OrderOut


T = TypeVar("T", bound="OrderReported")


@_attrs_define
class OrderReported:
    """What came of a report: which order it was, and whether it said anything new.

    Attributes:
        changed (bool):
        order (OrderOut): An order as the shop shows it now. ``settled`` is false while its shares wait to be worked out
            again.
    """

    changed: bool
    order: OrderOut
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        changed = self.changed

        order = self.order.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "changed": changed,
                "order": order,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.order_out import OrderOut

        d = dict(src_dict)
        changed = d.pop("changed")

        order = OrderOut.from_dict(d.pop("order"))

        order_reported = cls(
            changed=changed,
            order=order,
        )

        order_reported.additional_properties = d
        return order_reported

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
