from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.target_made_state import TargetMadeState

T = TypeVar("T", bound="TargetMade")


@_attrs_define
class TargetMade:
    """The same with the newest secret that signs, in the form of Standard Webhooks. Lists do not show it.

    Attributes:
        failed (int):
        failing_since (None | str):
        id (str):
        made_at (str):
        reason (str):
        secret (str):
        state (TargetMadeState):
        types (list[str]):
        url (str):
        waiting (int):
    """

    failed: int
    failing_since: None | str
    id: str
    made_at: str
    reason: str
    secret: str
    state: TargetMadeState
    types: list[str]
    url: str
    waiting: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        failed = self.failed

        failing_since: None | str
        failing_since = self.failing_since

        id = self.id

        made_at = self.made_at

        reason = self.reason

        secret = self.secret

        state = self.state.value

        types = self.types

        url = self.url

        waiting = self.waiting

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "failed": failed,
                "failing_since": failing_since,
                "id": id,
                "made_at": made_at,
                "reason": reason,
                "secret": secret,
                "state": state,
                "types": types,
                "url": url,
                "waiting": waiting,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        failed = d.pop("failed")

        def _parse_failing_since(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        failing_since = _parse_failing_since(d.pop("failing_since"))

        id = d.pop("id")

        made_at = d.pop("made_at")

        reason = d.pop("reason")

        secret = d.pop("secret")

        state = TargetMadeState(d.pop("state"))

        types = cast(list[str], d.pop("types"))

        url = d.pop("url")

        waiting = d.pop("waiting")

        target_made = cls(
            failed=failed,
            failing_since=failing_since,
            id=id,
            made_at=made_at,
            reason=reason,
            secret=secret,
            state=state,
            types=types,
            url=url,
            waiting=waiting,
        )

        target_made.additional_properties = d
        return target_made

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
