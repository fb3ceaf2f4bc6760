from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.credit_code_in import CreditCodeIn


T = TypeVar("T", bound="CreditCodesIn")


@_attrs_define
class CreditCodesIn:
    """Codes of one connected shop (``shop``: its endpoint; the only one if left out).

    Attributes:
        codes (list[CreditCodeIn]):
        shop (str | Unset):  Default: ''.
    """

    codes: list[CreditCodeIn]
    shop: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        codes = []
        for codes_item_data in self.codes:
            codes_item = codes_item_data.to_dict()
            codes.append(codes_item)

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
        from ..models.credit_code_in import CreditCodeIn

        d = dict(src_dict)
        codes = []
        _codes = d.pop("codes")
        for codes_item_data in _codes:
            codes_item = CreditCodeIn.from_dict(codes_item_data)

            codes.append(codes_item)

        shop = d.pop("shop", UNSET)

        credit_codes_in = cls(
            codes=codes,
            shop=shop,
        )

        return credit_codes_in
