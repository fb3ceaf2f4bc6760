from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.asset_state import AssetState

T = TypeVar("T", bound="StateIn")


@_attrs_define
class StateIn:
    """The state from now on.

    Attributes:
        state (AssetState):
    """

    state: AssetState

    def to_dict(self) -> dict[str, Any]:
        state = self.state.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "state": state,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        state = AssetState(d.pop("state"))

        state_in = cls(
            state=state,
        )

        return state_in
