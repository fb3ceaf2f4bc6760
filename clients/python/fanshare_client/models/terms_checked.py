from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="TermsChecked")


@_attrs_define
class TermsChecked:
    """What a document would mean. Nothing is bound by it.

    Attributes:
        example (list[str]):
        hash_ (str):
        sentences (list[str]):
    """

    example: list[str]
    hash_: str
    sentences: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        example = self.example

        hash_ = self.hash_

        sentences = self.sentences

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "example": example,
                "hash": hash_,
                "sentences": sentences,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        example = cast(list[str], d.pop("example"))

        hash_ = d.pop("hash")

        sentences = cast(list[str], d.pop("sentences"))

        terms_checked = cls(
            example=example,
            hash_=hash_,
            sentences=sentences,
        )

        terms_checked.additional_properties = d
        return terms_checked

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
