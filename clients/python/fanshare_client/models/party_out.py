from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PartyOut")


@_attrs_define
class PartyOut:
    """A creator or fan. Names of erased people are gone.

    Attributes:
        created_at (str):
        erased (bool):
        id (str):
        kind (str):
        name (str):
        slug (str):
        page (None | str | Unset):
    """

    created_at: str
    erased: bool
    id: str
    kind: str
    name: str
    slug: str
    page: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at

        erased = self.erased

        id = self.id

        kind = self.kind

        name = self.name

        slug = self.slug

        page: None | str | Unset
        if isinstance(self.page, Unset):
            page = UNSET
        else:
            page = self.page

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "created_at": created_at,
                "erased": erased,
                "id": id,
                "kind": kind,
                "name": name,
                "slug": slug,
            }
        )
        if page is not UNSET:
            field_dict["page"] = page

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        created_at = d.pop("created_at")

        erased = d.pop("erased")

        id = d.pop("id")

        kind = d.pop("kind")

        name = d.pop("name")

        slug = d.pop("slug")

        def _parse_page(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        page = _parse_page(d.pop("page", UNSET))

        party_out = cls(
            created_at=created_at,
            erased=erased,
            id=id,
            kind=kind,
            name=name,
            slug=slug,
            page=page,
        )

        party_out.additional_properties = d
        return party_out

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
