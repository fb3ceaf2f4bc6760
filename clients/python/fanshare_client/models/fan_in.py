from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="FanIn")


@_attrs_define
class FanIn:
    """A fan of 18 or more, who has said so to whoever calls this.

    Attributes:
        is_adult (bool):
        email (str | Unset):  Default: ''.
        name (str | Unset):  Default: ''.
    """

    is_adult: bool
    email: str | Unset = ""
    name: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        is_adult = self.is_adult

        email = self.email

        name = self.name

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "is_adult": is_adult,
            }
        )
        if email is not UNSET:
            field_dict["email"] = email
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        is_adult = d.pop("is_adult")

        email = d.pop("email", UNSET)

        name = d.pop("name", UNSET)

        fan_in = cls(
            is_adult=is_adult,
            email=email,
            name=name,
        )

        return fan_in
