from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.event_type import EventType

T = TypeVar("T", bound="TargetIn")


@_attrs_define
class TargetIn:
    """An address and the types of events it wants.

    Attributes:
        types (list[EventType]):
        url (str):
    """

    types: list[EventType]
    url: str

    def to_dict(self) -> dict[str, Any]:
        types = []
        for componentsschemas_types_item_data in self.types:
            componentsschemas_types_item = componentsschemas_types_item_data.value
            types.append(componentsschemas_types_item)

        url = self.url

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "types": types,
                "url": url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        types = []
        _types = d.pop("types")
        for componentsschemas_types_item_data in _types:
            componentsschemas_types_item = EventType(componentsschemas_types_item_data)

            types.append(componentsschemas_types_item)

        url = d.pop("url")

        target_in = cls(
            types=types,
            url=url,
        )

        return target_in
