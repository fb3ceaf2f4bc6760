from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.ruling_in_kind import RulingInKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="RulingIn")


@_attrs_define
class RulingIn:
    """A decision of a person: denied, held (with ``until``), released or reassigned (with ``to_creator``).

    Attributes:
        kind (RulingInKind):
        order (str):
        reason (str):
        creator (None | str | Unset):
        line (None | str | Unset):
        party (None | str | Unset):
        to_creator (None | str | Unset):
        to_fan (None | str | Unset):
        until (datetime.datetime | None | Unset):
    """

    kind: RulingInKind
    order: str
    reason: str
    creator: None | str | Unset = UNSET
    line: None | str | Unset = UNSET
    party: None | str | Unset = UNSET
    to_creator: None | str | Unset = UNSET
    to_fan: None | str | Unset = UNSET
    until: datetime.datetime | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        kind = self.kind.value

        order = self.order

        reason = self.reason

        creator: None | str | Unset
        if isinstance(self.creator, Unset):
            creator = UNSET
        else:
            creator = self.creator

        line: None | str | Unset
        if isinstance(self.line, Unset):
            line = UNSET
        else:
            line = self.line

        party: None | str | Unset
        if isinstance(self.party, Unset):
            party = UNSET
        else:
            party = self.party

        to_creator: None | str | Unset
        if isinstance(self.to_creator, Unset):
            to_creator = UNSET
        else:
            to_creator = self.to_creator

        to_fan: None | str | Unset
        if isinstance(self.to_fan, Unset):
            to_fan = UNSET
        else:
            to_fan = self.to_fan

        until: None | str | Unset
        if isinstance(self.until, Unset):
            until = UNSET
        elif isinstance(self.until, datetime.datetime):
            until = self.until.isoformat()
        else:
            until = self.until

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "kind": kind,
                "order": order,
                "reason": reason,
            }
        )
        if creator is not UNSET:
            field_dict["creator"] = creator
        if line is not UNSET:
            field_dict["line"] = line
        if party is not UNSET:
            field_dict["party"] = party
        if to_creator is not UNSET:
            field_dict["to_creator"] = to_creator
        if to_fan is not UNSET:
            field_dict["to_fan"] = to_fan
        if until is not UNSET:
            field_dict["until"] = until

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        kind = RulingInKind(d.pop("kind"))

        order = d.pop("order")

        reason = d.pop("reason")

        def _parse_creator(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        creator = _parse_creator(d.pop("creator", UNSET))

        def _parse_line(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        line = _parse_line(d.pop("line", UNSET))

        def _parse_party(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        party = _parse_party(d.pop("party", UNSET))

        def _parse_to_creator(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        to_creator = _parse_to_creator(d.pop("to_creator", UNSET))

        def _parse_to_fan(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        to_fan = _parse_to_fan(d.pop("to_fan", UNSET))

        def _parse_until(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                until_type_0 = datetime.datetime.fromisoformat(data)

                return until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        until = _parse_until(d.pop("until", UNSET))

        ruling_in = cls(
            kind=kind,
            order=order,
            reason=reason,
            creator=creator,
            line=line,
            party=party,
            to_creator=to_creator,
            to_fan=to_fan,
            until=until,
        )

        return ruling_in
