from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.terms_out_document import TermsOutDocument


T = TypeVar("T", bound="TermsOut")


@_attrs_define
class TermsOut:
    """A version of the terms: the document, its hash in the log, and what it says in sentences.

    Attributes:
        document (TermsOutDocument):
        effective_at (str):
        hash_ (str):
        sentences (list[str]):
        version (int):
    """

    document: TermsOutDocument
    effective_at: str
    hash_: str
    sentences: list[str]
    version: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        document = self.document.to_dict()

        effective_at = self.effective_at

        hash_ = self.hash_

        sentences = self.sentences

        version = self.version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "document": document,
                "effective_at": effective_at,
                "hash": hash_,
                "sentences": sentences,
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.terms_out_document import TermsOutDocument

        d = dict(src_dict)
        document = TermsOutDocument.from_dict(d.pop("document"))

        effective_at = d.pop("effective_at")

        hash_ = d.pop("hash")

        sentences = cast(list[str], d.pop("sentences"))

        version = d.pop("version")

        terms_out = cls(
            document=document,
            effective_at=effective_at,
            hash_=hash_,
            sentences=sentences,
            version=version,
        )

        terms_out.additional_properties = d
        return terms_out

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
