from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="LabelShape")


@_attrs_define
class LabelShape:
    """The advertising label of a link or code, for where it is shared.

    Attributes:
        country (str):
        platform (str):
        text (str):
    """

    country: str
    platform: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        country = self.country

        platform = self.platform

        text = self.text

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "country": country,
                "platform": platform,
                "text": text,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        country = d.pop("country")

        platform = d.pop("platform")

        text = d.pop("text")

        label_shape = cls(
            country=country,
            platform=platform,
            text=text,
        )

        return label_shape
