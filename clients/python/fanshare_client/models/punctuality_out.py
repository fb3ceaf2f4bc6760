from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PunctualityOut")


@_attrs_define
class PunctualityOut:
    """Half of ``shares`` shares were paid within ``days`` days; with ``unpaid`` half have waited at least that long.

    Attributes:
        days (int):
        shares (int):
        unpaid (bool):
    """

    days: int
    shares: int
    unpaid: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        days = self.days

        shares = self.shares

        unpaid = self.unpaid

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "days": days,
                "shares": shares,
                "unpaid": unpaid,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        days = d.pop("days")

        shares = d.pop("shares")

        unpaid = d.pop("unpaid")

        punctuality_out = cls(
            days=days,
            shares=shares,
            unpaid=unpaid,
        )

        punctuality_out.additional_properties = d
        return punctuality_out

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
