from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.event_type import EventType
from ..types import UNSET, Unset

T = TypeVar("T", bound="TargetChange")


@_attrs_define
class TargetChange:
    """What is given changes, the rest stays. ``new_secret`` draws one; the last one signs beside it.

    Attributes:
        new_secret (bool | Unset):  Default: False.
        on (bool | None | Unset):
        types (list[EventType] | None | Unset):
        url (None | str | Unset):
    """

    new_secret: bool | Unset = False
    on: bool | None | Unset = UNSET
    types: list[EventType] | None | Unset = UNSET
    url: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        new_secret = self.new_secret

        on: bool | None | Unset
        if isinstance(self.on, Unset):
            on = UNSET
        else:
            on = self.on

        types: list[str] | None | Unset
        if isinstance(self.types, Unset):
            types = UNSET
        elif isinstance(self.types, list):
            types = []
            for componentsschemas_types_item_data in self.types:
                componentsschemas_types_item = componentsschemas_types_item_data.value
                types.append(componentsschemas_types_item)

        else:
            types = self.types

        url: None | str | Unset
        if isinstance(self.url, Unset):
            url = UNSET
        else:
            url = self.url

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if new_secret is not UNSET:
            field_dict["new_secret"] = new_secret
        if on is not UNSET:
            field_dict["on"] = on
        if types is not UNSET:
            field_dict["types"] = types
        if url is not UNSET:
            field_dict["url"] = url

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        new_secret = d.pop("new_secret", UNSET)

        def _parse_on(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        on = _parse_on(d.pop("on", UNSET))

        def _parse_types(data: object) -> list[EventType] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                types_type_0 = []
                _types_type_0 = data
                for componentsschemas_types_item_data in _types_type_0:
                    componentsschemas_types_item = EventType(
                        componentsschemas_types_item_data
                    )

                    types_type_0.append(componentsschemas_types_item)

                return types_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[EventType] | None | Unset, data)

        types = _parse_types(d.pop("types", UNSET))

        def _parse_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        url = _parse_url(d.pop("url", UNSET))

        target_change = cls(
            new_secret=new_secret,
            on=on,
            types=types,
            url=url,
        )

        return target_change
