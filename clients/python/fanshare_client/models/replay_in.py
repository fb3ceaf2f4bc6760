from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ReplayIn")


@_attrs_define
class ReplayIn:
    """From which event on everything is told once more.

    Attributes:
        first (str):
    """

    first: str

    def to_dict(self) -> dict[str, Any]:
        first = self.first

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "first": first,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        first = d.pop("first")

        replay_in = cls(
            first=first,
        )

        return replay_in
