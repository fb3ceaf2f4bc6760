from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ClicksOut")


@_attrs_define
class ClicksOut:
    """Visits of a link on a UTC day: those that counted, and the others by why they did not.

    Attributes:
        day (str):
        link (str):
        verdict (str):
        visits (int):
    """

    day: str
    link: str
    verdict: str
    visits: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        day = self.day

        link = self.link

        verdict = self.verdict

        visits = self.visits

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "day": day,
                "link": link,
                "verdict": verdict,
                "visits": visits,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        day = d.pop("day")

        link = d.pop("link")

        verdict = d.pop("verdict")

        visits = d.pop("visits")

        clicks_out = cls(
            day=day,
            link=link,
            verdict=verdict,
            visits=visits,
        )

        clicks_out.additional_properties = d
        return clicks_out

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
