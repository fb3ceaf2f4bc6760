from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreatorIn")


@_attrs_define
class CreatorIn:
    """A creator to admit. Follower numbers are asked by nobody.

    Attributes:
        name (str):
        email (str | Unset):  Default: ''.
        slug (str | Unset):  Default: ''.
    """

    name: str
    email: str | Unset = ""
    slug: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        email = self.email

        slug = self.slug

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
            }
        )
        if email is not UNSET:
            field_dict["email"] = email
        if slug is not UNSET:
            field_dict["slug"] = slug

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        email = d.pop("email", UNSET)

        slug = d.pop("slug", UNSET)

        creator_in = cls(
            name=name,
            email=email,
            slug=slug,
        )

        return creator_in
