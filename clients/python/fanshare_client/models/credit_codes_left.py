from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CreditCodesLeft")


@_attrs_define
class CreditCodesLeft:
    """What became of them: out, given to somebody, laid aside by a restore, never here. Only the first are gone.

    Attributes:
        aside (int):
        given (int):
        out (int):
        unknown (int):
    """

    aside: int
    given: int
    out: int
    unknown: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        aside = self.aside

        given = self.given

        out = self.out

        unknown = self.unknown

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "aside": aside,
                "given": given,
                "out": out,
                "unknown": unknown,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        aside = d.pop("aside")

        given = d.pop("given")

        out = d.pop("out")

        unknown = d.pop("unknown")

        credit_codes_left = cls(
            aside=aside,
            given=given,
            out=out,
            unknown=unknown,
        )

        credit_codes_left.additional_properties = d
        return credit_codes_left

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
