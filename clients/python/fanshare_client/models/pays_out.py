from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.pays_out_every import PaysOutEvery

T = TypeVar("T", bound="PaysOut")


@_attrs_define
class PaysOut:
    """On which days a programme pays: of the month (1 to 28) or of the week (1 is Monday), and the next one.

    Attributes:
        day (int):
        every (PaysOutEvery):
        next_ (str):
    """

    day: int
    every: PaysOutEvery
    next_: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        day = self.day

        every = self.every.value

        next_ = self.next_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "day": day,
                "every": every,
                "next": next_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        day = d.pop("day")

        every = PaysOutEvery(d.pop("every"))

        next_ = d.pop("next")

        pays_out = cls(
            day=day,
            every=every,
            next_=next_,
        )

        pays_out.additional_properties = d
        return pays_out

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
