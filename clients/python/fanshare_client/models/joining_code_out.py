from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="JoiningCodeOut")


@_attrs_define
class JoiningCodeOut:
    """That whoever joins gets a code of a plan by itself: creators, fans, or both.

    Attributes:
        creators (bool):
        fans (bool):
        named (bool):
        plan (str):
        since (str):
    """

    creators: bool
    fans: bool
    named: bool
    plan: str
    since: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        creators = self.creators

        fans = self.fans

        named = self.named

        plan = self.plan

        since = self.since

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "creators": creators,
                "fans": fans,
                "named": named,
                "plan": plan,
                "since": since,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        creators = d.pop("creators")

        fans = d.pop("fans")

        named = d.pop("named")

        plan = d.pop("plan")

        since = d.pop("since")

        joining_code_out = cls(
            creators=creators,
            fans=fans,
            named=named,
            plan=plan,
            since=since,
        )

        joining_code_out.additional_properties = d
        return joining_code_out

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
