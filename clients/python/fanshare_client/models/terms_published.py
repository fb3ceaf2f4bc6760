from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="TermsPublished")


@_attrs_define
class TermsPublished:
    """The version now in the log. ``lowered`` says what in it is worse for somebody, and so waits its notice.

    Attributes:
        effective_at (str):
        hash_ (str):
        lowered (list[str]):
        version (int):
    """

    effective_at: str
    hash_: str
    lowered: list[str]
    version: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        effective_at = self.effective_at

        hash_ = self.hash_

        lowered = self.lowered

        version = self.version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "effective_at": effective_at,
                "hash": hash_,
                "lowered": lowered,
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        effective_at = d.pop("effective_at")

        hash_ = d.pop("hash")

        lowered = cast(list[str], d.pop("lowered"))

        version = d.pop("version")

        terms_published = cls(
            effective_at=effective_at,
            hash_=hash_,
            lowered=lowered,
            version=version,
        )

        terms_published.additional_properties = d
        return terms_published

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
