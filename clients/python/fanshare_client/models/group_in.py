from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="GroupIn")


@_attrs_define
class GroupIn:
    """A group that the terms name; empty for none.

    Attributes:
        group (str):
    """

    group: str

    def to_dict(self) -> dict[str, Any]:
        group = self.group

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "group": group,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        group = d.pop("group")

        group_in = cls(
            group=group,
        )

        return group_in
