from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="RulingOut")


@_attrs_define
class RulingOut:
    """A decision.

    Attributes:
        at (str):
        creator (None | str):
        decided_by (str):
        id (str):
        kind (str):
        line (None | str):
        order (None | str):
        party (None | str):
        reason (str):
        until (None | str):
    """

    at: str
    creator: None | str
    decided_by: str
    id: str
    kind: str
    line: None | str
    order: None | str
    party: None | str
    reason: str
    until: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at

        creator: None | str
        creator = self.creator

        decided_by = self.decided_by

        id = self.id

        kind = self.kind

        line: None | str
        line = self.line

        order: None | str
        order = self.order

        party: None | str
        party = self.party

        reason = self.reason

        until: None | str
        until = self.until

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "creator": creator,
                "decided_by": decided_by,
                "id": id,
                "kind": kind,
                "line": line,
                "order": order,
                "party": party,
                "reason": reason,
                "until": until,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        at = d.pop("at")

        def _parse_creator(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        creator = _parse_creator(d.pop("creator"))

        decided_by = d.pop("decided_by")

        id = d.pop("id")

        kind = d.pop("kind")

        def _parse_line(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        line = _parse_line(d.pop("line"))

        def _parse_order(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        order = _parse_order(d.pop("order"))

        def _parse_party(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        party = _parse_party(d.pop("party"))

        reason = d.pop("reason")

        def _parse_until(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        until = _parse_until(d.pop("until"))

        ruling_out = cls(
            at=at,
            creator=creator,
            decided_by=decided_by,
            id=id,
            kind=kind,
            line=line,
            order=order,
            party=party,
            reason=reason,
            until=until,
        )

        ruling_out.additional_properties = d
        return ruling_out

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
