from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.asset_state import AssetState
from ..models.paused_by import PausedBy

if TYPE_CHECKING:
    from ..models.label_out import LabelOut


T = TypeVar("T", bound="CodeOut")


@_attrs_define
class CodeOut:
    """A discount code.

    Attributes:
        created_at (str):
        creator (str):
        id (str):
        label (LabelOut): The label; empty where a code that was moved in has none yet.
        owner (str):
        paused_by (list[PausedBy]):
        single_use (bool):
        state (AssetState):
        text (str):
    """

    created_at: str
    creator: str
    id: str
    label: LabelOut
    owner: str
    paused_by: list[PausedBy]
    single_use: bool
    state: AssetState
    text: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at

        creator = self.creator

        id = self.id

        label = self.label.to_dict()

        owner = self.owner

        paused_by = []
        for paused_by_item_data in self.paused_by:
            paused_by_item = paused_by_item_data.value
            paused_by.append(paused_by_item)

        single_use = self.single_use

        state = self.state.value

        text = self.text

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "created_at": created_at,
                "creator": creator,
                "id": id,
                "label": label,
                "owner": owner,
                "paused_by": paused_by,
                "single_use": single_use,
                "state": state,
                "text": text,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.label_out import LabelOut

        d = dict(src_dict)
        created_at = d.pop("created_at")

        creator = d.pop("creator")

        id = d.pop("id")

        label = LabelOut.from_dict(d.pop("label"))

        owner = d.pop("owner")

        paused_by = []
        _paused_by = d.pop("paused_by")
        for paused_by_item_data in _paused_by:
            paused_by_item = PausedBy(paused_by_item_data)

            paused_by.append(paused_by_item)

        single_use = d.pop("single_use")

        state = AssetState(d.pop("state"))

        text = d.pop("text")

        code_out = cls(
            created_at=created_at,
            creator=creator,
            id=id,
            label=label,
            owner=owner,
            paused_by=paused_by,
            single_use=single_use,
            state=state,
            text=text,
        )

        code_out.additional_properties = d
        return code_out

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
