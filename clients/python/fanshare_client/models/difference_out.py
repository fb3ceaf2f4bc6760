from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.what import What

T = TypeVar("T", bound="DifferenceOut")


@_attrs_define
class DifferenceOut:
    """Where the records of a run differ, by reference; ``settled`` where a person has decided what is true.

    Attributes:
        other (str):
        reference (str):
        run (str):
        settled (bool):
        what (What): What is other than in the run.
    """

    other: str
    reference: str
    run: str
    settled: bool
    what: What
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        other = self.other

        reference = self.reference

        run = self.run

        settled = self.settled

        what = self.what.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "other": other,
                "reference": reference,
                "run": run,
                "settled": settled,
                "what": what,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        other = d.pop("other")

        reference = d.pop("reference")

        run = d.pop("run")

        settled = d.pop("settled")

        what = What(d.pop("what"))

        difference_out = cls(
            other=other,
            reference=reference,
            run=run,
            settled=settled,
            what=what,
        )

        difference_out.additional_properties = d
        return difference_out

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
