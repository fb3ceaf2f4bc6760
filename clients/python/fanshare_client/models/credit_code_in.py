from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="CreditCodeIn")


@_attrs_define
class CreditCodeIn:
    """A code that works once in the shop. ``end``: its last day there, or nothing.

    Attributes:
        code (str):
        value (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
            5.31 EUR.
        end (str | Unset):  Default: ''.
    """

    code: str
    value: Money
    end: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        value = self.value.to_dict()

        end = self.end

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "value": value,
            }
        )
        if end is not UNSET:
            field_dict["end"] = end

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        code = d.pop("code")

        value = Money.from_dict(d.pop("value"))

        end = d.pop("end", UNSET)

        credit_code_in = cls(
            code=code,
            value=value,
            end=end,
        )

        return credit_code_in
