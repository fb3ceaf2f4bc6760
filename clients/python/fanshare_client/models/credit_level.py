from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="CreditLevel")


@_attrs_define
class CreditLevel:
    """Codes of one value in one shop: ``left`` can be given; what is neither left nor given lies aside.

    Attributes:
        brought (int):
        given (int):
        left (int):
        shop (str):
        value (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
            5.31 EUR.
    """

    brought: int
    given: int
    left: int
    shop: str
    value: Money
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        brought = self.brought

        given = self.given

        left = self.left

        shop = self.shop

        value = self.value.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "brought": brought,
                "given": given,
                "left": left,
                "shop": shop,
                "value": value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        brought = d.pop("brought")

        given = d.pop("given")

        left = d.pop("left")

        shop = d.pop("shop")

        value = Money.from_dict(d.pop("value"))

        credit_level = cls(
            brought=brought,
            given=given,
            left=left,
            shop=shop,
            value=value,
        )

        credit_level.additional_properties = d
        return credit_level

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
