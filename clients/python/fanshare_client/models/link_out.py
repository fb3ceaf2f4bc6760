from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.asset_state import AssetState
from ..models.paused_by import PausedBy

if TYPE_CHECKING:
    from ..models.label_out import LabelOut


T = TypeVar("T", bound="LinkOut")


@_attrs_define
class LinkOut:
    """A link with its address, and the text to send, which begins with the label.

    Attributes:
        campaign (str):
        clicks (int):
        code (str):
        created_at (str):
        creator (str):
        destination (str):
        id (str):
        label (LabelOut): The label; empty where a code that was moved in has none yet.
        message (str):
        owner (str):
        paused_by (list[PausedBy]):
        state (AssetState):
        url (str):
    """

    campaign: str
    clicks: int
    code: str
    created_at: str
    creator: str
    destination: str
    id: str
    label: LabelOut
    message: str
    owner: str
    paused_by: list[PausedBy]
    state: AssetState
    url: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        campaign = self.campaign

        clicks = self.clicks

        code = self.code

        created_at = self.created_at

        creator = self.creator

        destination = self.destination

        id = self.id

        label = self.label.to_dict()

        message = self.message

        owner = self.owner

        paused_by = []
        for paused_by_item_data in self.paused_by:
            paused_by_item = paused_by_item_data.value
            paused_by.append(paused_by_item)

        state = self.state.value

        url = self.url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "campaign": campaign,
                "clicks": clicks,
                "code": code,
                "created_at": created_at,
                "creator": creator,
                "destination": destination,
                "id": id,
                "label": label,
                "message": message,
                "owner": owner,
                "paused_by": paused_by,
                "state": state,
                "url": url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.label_out import LabelOut

        d = dict(src_dict)
        campaign = d.pop("campaign")

        clicks = d.pop("clicks")

        code = d.pop("code")

        created_at = d.pop("created_at")

        creator = d.pop("creator")

        destination = d.pop("destination")

        id = d.pop("id")

        label = LabelOut.from_dict(d.pop("label"))

        message = d.pop("message")

        owner = d.pop("owner")

        paused_by = []
        _paused_by = d.pop("paused_by")
        for paused_by_item_data in _paused_by:
            paused_by_item = PausedBy(paused_by_item_data)

            paused_by.append(paused_by_item)

        state = AssetState(d.pop("state"))

        url = d.pop("url")

        link_out = cls(
            campaign=campaign,
            clicks=clicks,
            code=code,
            created_at=created_at,
            creator=creator,
            destination=destination,
            id=id,
            label=label,
            message=message,
            owner=owner,
            paused_by=paused_by,
            state=state,
            url=url,
        )

        link_out.additional_properties = d
        return link_out

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
