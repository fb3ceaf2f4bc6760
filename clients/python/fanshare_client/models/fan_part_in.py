from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="FanPartIn")


@_attrs_define
class FanPartIn:
    """What a creator gives her fans of her commission, in basis points: for one link or for all.

    Attributes:
        basis_points (int):
        link (None | str | Unset):
    """

    basis_points: int
    link: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        basis_points = self.basis_points

        link: None | str | Unset
        if isinstance(self.link, Unset):
            link = UNSET
        else:
            link = self.link

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "basis_points": basis_points,
            }
        )
        if link is not UNSET:
            field_dict["link"] = link

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        basis_points = d.pop("basis_points")

        def _parse_link(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        link = _parse_link(d.pop("link", UNSET))

        fan_part_in = cls(
            basis_points=basis_points,
            link=link,
        )

        return fan_part_in
