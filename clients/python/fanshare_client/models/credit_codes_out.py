from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreditCodesOut")


@_attrs_define
class CreditCodesOut:
    """Codes of one connected shop that nobody shall be given (``shop``: its endpoint; the only one if left out).

    Attributes:
        codes (list[str]):
        shop (str | Unset):  Default: ''.
    """

    codes: list[str]
    shop: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        codes = self.codes

        shop = self.shop

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "codes": codes,
            }
        )
        if shop is not UNSET:
            field_dict["shop"] = shop

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        codes = cast(list[str], d.pop("codes"))

        shop = d.pop("shop", UNSET)

        credit_codes_out = cls(
            codes=codes,
            shop=shop,
        )

        return credit_codes_out
